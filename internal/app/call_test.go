package app

import (
	"crypto/x509"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"ringfence/internal/wire/sip/transport"
	"ringfence/test/phone"
)

// account is a user with what its phone needs.
type account struct {
	id                int64
	number, name, sip string
	password, domain  string
	transport         transport.Kind
	security          phone.Security
}

func (b *browser) account(group int64, first string, more object) account {
	b.t.Helper()
	in := object{"firstName": first, "lastName": "Test", "groupId": group}
	for k, v := range more {
		in[k] = v
	}
	u := b.want(201, "POST", "/users", in)
	secrets, _ := u.body["secrets"].(object)
	client, _ := u.body["client"].(object)
	return account{
		id: u.num("id"), number: u.str("number"), name: first, sip: u.str("sipUsername"),
		password: fmt.Sprint(secrets["sipPassword"]), domain: fmt.Sprint(client["domain"]), transport: transport.TLS,
	}
}

// phone makes a scripted phone for the account, from nothing but what the API told.
func (b *browser) phone(a account) *phone.Phone {
	b.t.Helper()
	pem, err := os.ReadFile((dataDir{b.cfg.Data}).caCert())
	if err != nil {
		b.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	server := map[transport.Kind]string{
		transport.TLS: b.ready.SIPTLS, transport.TCP: b.ready.SIPTCP, transport.UDP: b.ready.SIPUDP,
	}[a.transport]
	p := phone.New(b.t, phone.Config{
		Name: a.name, Server: netip.MustParseAddrPort(server), Transport: a.transport, ServerName: "127.0.0.1",
		Roots: roots, Domain: a.domain, Username: a.sip, Password: a.password, Security: a.security,
	})
	b.t.Cleanup(p.Close)
	return p
}

// eventually asks again until it is so; what it waits for is a commit or an event, within a second.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.After(5 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-deadline:
			t.Fatalf("it did not come to pass: %s", what)
		case <-tick.C:
		}
	}
}

func (b *browser) items(path string) []object {
	b.t.Helper()
	list, _ := b.want(200, "GET", path, nil).body["items"].([]any)
	out := make([]object, 0, len(list))
	for _, i := range list {
		o, _ := i.(object)
		out = append(out, o)
	}
	return out
}

func TestTwoAccountsTalkEncryptedAndLeaveOneRecord(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	other := b.want(201, "POST", "/groups", object{"name": "Support"}).num("id") // groups never limit who may call whom (G6)
	anna, ben := b.account(group, "Anna", nil), b.account(other, "Ben", nil)
	alice, bob := b.phone(anna), b.phone(ben)
	alice.Register()
	bob.Register()
	if regs := b.items("/registrations"); len(regs) != 2 || regs[0]["encrypted"] != true || regs[0]["state"] != "live" {
		t.Errorf("%v", regs)
	}
	if u := b.want(200, "GET", fmt.Sprintf("/users/%d", anna.id), nil); u.body["online"] != true || u.num("bindings") != 1 {
		t.Error(u.raw)
	}
	if online := b.items("/users?online=true"); len(online) != 2 {
		t.Errorf("%d users are online", len(online))
	}
	out := alice.Invite(ben.number)
	in := bob.Incoming()
	in.Ring()
	out.WaitRinging()
	in.Answer()
	out.WaitAnswered()
	out.SendTone(440)
	in.SendTone(1000)
	in.WaitHears(440)
	out.WaitHears(1000)
	if !out.Secure() || !in.Secure() {
		t.Error("media is not encrypted")
	}
	live := b.items("/calls")
	if len(live) != 1 || live[0]["state"] != "confirmed" {
		t.Fatalf("%v", live)
	}
	if s, _ := live[0]["security"].(object); s["caller"] != "sdes" || s["callee"] != "sdes" || s["signalling"] != "secure" {
		t.Errorf("%v", s)
	}
	out.Hangup()
	in.WaitEnded()
	eventually(t, "the record is closed", func() bool {
		records := b.items("/call-records")
		return len(records) == 1 && records[0]["open"] == false && records[0]["endReason"] == "completed_caller"
	})
}

func TestAdministratorHangsUp(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna := b.account(group, "Anna", nil)
	alice := b.phone(anna)
	alice.Register()
	call := alice.Invite("*43")
	call.WaitAnswered()
	call.SendTone(700)
	call.WaitHears(700)
	live := b.items("/calls")
	if len(live) != 1 {
		t.Fatalf("%v", live)
	}
	b.want(204, "DELETE", fmt.Sprintf("/calls/%.0f", live[0]["id"]), nil)
	call.WaitEnded()
	eventually(t, "the record tells who", func() bool {
		records := b.items("/call-records")
		return len(records) == 1 && records[0]["endReason"] == "admin_hangup"
	})
}

func TestWhatIsTakenAwayEndsAtOnce(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna, ben := b.account(group, "Anna", nil), b.account(group, "Ben", nil)
	alice, bob := b.phone(anna), b.phone(ben)
	alice.Register()
	bob.Register()
	user := fmt.Sprintf("/users/%d", anna.id)

	b.want(200, "PATCH", user, object{"enabled": false})
	if regs := b.items("/registrations"); len(regs) != 1 {
		t.Errorf("a disabled user keeps %d registrations", len(regs)-1)
	}
	if code := b.phone(anna).TryRegister(); code/100 != 4 {
		t.Errorf("a disabled user registers: %d", code)
	}
	b.want(200, "PATCH", user, object{"enabled": true})
	again := b.phone(anna)
	again.Register()

	reset := b.want(200, "POST", user+"/reset", object{"secrets": []string{"sipPassword"}})
	if regs := b.items("/registrations"); len(regs) != 1 {
		t.Errorf("the old secret keeps %d registrations", len(regs)-1)
	}
	if code := b.phone(anna).TryRegister(); code/100 != 4 {
		t.Errorf("the old secret registers: %d", code)
	}
	secrets, _ := reset.body["secrets"].(object)
	anna.password = fmt.Sprint(secrets["sipPassword"])
	fresh := b.phone(anna)
	fresh.Register()

	call := fresh.Invite(ben.number)
	in := bob.Incoming()
	in.Answer()
	call.WaitAnswered()
	b.want(204, "DELETE", fmt.Sprintf("/groups/%d", group), object{"accounts": "delete", "confirmName": "Sales"})
	call.WaitEnded()
	in.WaitEnded()
	if regs := b.items("/registrations"); len(regs) != 0 {
		t.Errorf("deleted users keep %d registrations", len(regs))
	}
	if code := b.phone(ben).TryRegister(); code/100 != 4 {
		t.Errorf("a deleted user registers: %d", code)
	}
	deleted := b.items("/deleted")
	b.want(200, "POST", fmt.Sprintf("/deleted/%.0f/restore", deleted[0]["id"]), nil)
	for _, a := range []account{anna, ben} {
		if code := b.phone(a).TryRegister(); code != 200 {
			t.Errorf("%s does not register with the same secret after restore: %d", a.name, code)
		}
	}
}

func TestPolicyIsKeptWhenItChanges(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna := b.account(group, "Anna", object{"security": "any"})
	anna.transport, anna.security = transport.UDP, phone.Plain
	p := b.phone(anna)
	p.Register()
	b.want(200, "PATCH", fmt.Sprintf("/users/%d", anna.id), object{"security": "secure"})
	if regs := b.items("/registrations"); len(regs) != 0 {
		t.Errorf("a plain registration outlives its right: %v", regs)
	}
	if code := p.TryRegister(); code != 403 {
		t.Errorf("a plain registration of a secure account: %d", code)
	}
	devices := b.items(fmt.Sprintf("/devices?user=%d", anna.id))
	if len(devices) != 1 || !strings.Contains(fmt.Sprint(devices[0]["notice"]), "TLS") {
		t.Errorf("its page does not say why: %v", devices)
	}
}

func TestServerIsCalledAgainAfterRestart(t *testing.T) {
	cfg := testConfig(t, nil)
	r := start(t, cfg)
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna, ben := b.account(group, "Anna", object{"security": "any"}), b.account(group, "Ben", nil)
	anna.transport, anna.security = transport.UDP, phone.Plain
	alice := b.phone(anna)
	alice.Register()
	bob := b.phone(ben)
	bob.Register()
	call := bob.Invite(anna.number)
	in := alice.Incoming()
	in.Answer()
	call.WaitAnswered()
	r.stop()
	if end := in.WaitEnded(); end.By != "them" {
		t.Errorf("a drained server did not say goodbye: %+v", end)
	}
	for flag, at := range map[string]string{"sip-tls": r.ready.SIPTLS, "sip-udp": r.ready.SIPUDP, "sip-tcp": r.ready.SIPTCP} {
		switch flag {
		case "sip-tls":
			cfg.SIPTLS.UnmarshalText([]byte(at))
		case "sip-udp":
			cfg.SIPUDP.UnmarshalText([]byte(at))
		case "sip-tcp":
			cfg.SIPTCP.UnmarshalText([]byte(at))
		}
	}
	second := start(t, cfg).browser()
	second.want(200, "POST", "/session", object{"login": "olga", "password": ownerPassword})
	if records := second.items("/call-records"); len(records) != 1 || records[0]["endReason"] != "server_shutdown" {
		t.Errorf("%v", records)
	}
	fresh := second.phone(ben)
	fresh.Register()
	again := fresh.Invite(anna.number)
	back := alice.Incoming() // it has not registered again
	back.Answer()
	again.WaitAnswered()
	again.Hangup()
	back.WaitEnded()
}
