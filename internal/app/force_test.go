package app

import (
	"log/slog"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/admin/memstore"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// TestAGroupsSettingIsInForceWithinATenthOfASecond follows change sets as the server does, by the test's own clock, and
// measures the time that a call would still have used the old value.
func TestAGroupsSettingIsInForceWithinATenthOfASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, err := vault.New([32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		s := memstore.New()
		a := admin.New(admin.Config{Store: s, Vault: v})
		dir := roster.New(roster.Config{Store: s, Vault: v})
		o, err := a.Bootstrap(t.Context(), admin.Defaults{SIPDomain: "pbx.example.com"})
		if err != nil {
			t.Fatal(err)
		}
		who := admin.System(o.ID, "test")
		g, _, err := a.CreateGroup(t.Context(), who, admin.GroupPatch{Name: new("Sales")}, admin.Write{})
		if err != nil {
			t.Fatal(err)
		}
		var users []pbx.UserID
		for i := range 50 {
			u, _, err := a.CreateUser(t.Context(), who, admin.UserPatch{
				FirstName: new("U" + strconv.Itoa(i)), HomeGroup: &g.ID, Kind: new(pbx.Phantom), DisplayName: new("U"),
			}, admin.Write{})
			if err != nil {
				t.Fatal(err)
			}
			users = append(users, u.User.ID)
		}
		if err := dir.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		f := &follower{admin: a, log: slog.New(slog.DiscardHandler)}
		f.apply = append(f.apply, dir.Apply)
		if err := f.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		go f.run(t.Context())
		synctest.Wait()
		<-time.After(time.Second) // of the test's own clock: the change comes between two looks
		for _, ring := range []time.Duration{20 * time.Second, 25 * time.Second} {
			begun := time.Now()
			_, cs, err := a.PutSetting(t.Context(), who, pbx.Setting{
				Level: pbx.LevelGroup, Owner: int64(g.ID), Key: pbx.SettingRingTime, Value: ring.String(),
			}, admin.Write{})
			if err != nil {
				t.Fatal(err)
			}
			if err := f.wait(t.Context(), cs.ID); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begun); took > 100*time.Millisecond {
				t.Errorf("in force after %v", took)
			}
			for _, id := range users {
				if u, ok := dir.User(id); !ok || u.RingTime != ring {
					t.Fatalf("user %d rings for %+v, want %v", id, u, ring)
				}
			}
		}
	})
}
