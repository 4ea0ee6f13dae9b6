package app

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"ringfence/internal/edge/store/pgtest"
)

var postgres pgtest.Cluster

func TestMain(m *testing.M) {
	code := m.Run()
	if err := errors.Join(postgres.Stop(), os.RemoveAll(tablesIn)); err != nil && code == 0 {
		code = 1
	}
	os.Exit(code)
}

func TestSameServerOnPostgreSQL(t *testing.T) {
	cfg := testConfig(t, map[string]string{"database": postgres.Database(t)})
	r := start(t, cfg)
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna, ben := b.account(group, "Anna", nil), b.account(group, "Ben", nil)
	alice, bob := b.phone(anna), b.phone(ben)
	alice.Register()
	bob.Register()
	out := alice.Invite(ben.number)
	in := bob.Incoming()
	in.Answer()
	out.WaitAnswered()
	out.Hangup()
	in.WaitEnded()
	eventually(t, "the record is closed", func() bool {
		records := b.items("/call-records")
		return len(records) == 1 && records[0]["open"] == false
	})
	b.want(409, "DELETE", fmt.Sprintf("/groups/%d", group), nil)
	b.want(204, "DELETE", fmt.Sprintf("/groups/%d", group), object{"accounts": "delete", "confirmName": "Sales"})
	b.want(200, "POST", fmt.Sprintf("/deleted/%.0f/restore", b.items("/deleted")[0]["id"]), nil)
	r.stop()
	again := start(t, cfg)
	signedIn := again.browser()
	signedIn.want(200, "POST", "/session", object{"login": "olga", "password": ownerPassword})
	if users := signedIn.items("/users"); len(users) != 2 {
		t.Errorf("%d users after a restart", len(users))
	}
	again.stop()
	if err := os.Remove((dataDir{cfg.Data}).masterKey()); err != nil {
		t.Fatal(err)
	}
	err := Serve(t.Context(), cfg, Surroundings{Out: &syncBuffer{}, Err: &syncBuffer{}})
	if err == nil || !strings.Contains(err.Error(), "master key is missing") {
		t.Errorf("a database without its key: %v", err)
	}
}
