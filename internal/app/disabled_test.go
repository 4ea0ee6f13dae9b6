package app

import (
	"fmt"
	"testing"
	"time"
)

// TestDisabledMeansSoWithinASecond (F6): registrations, sessions and tokens end; a call that goes on does, and is there
// to be hung up; callers reach nobody; nothing is lost.
func TestDisabledMeansSoWithinASecond(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna := b.account(group, "Anna", object{"portalPassword": "a portal password of hers"})
	ben := b.account(group, "Ben", nil)
	alice, bob := b.phone(anna), b.phone(ben)
	alice.Register()
	bob.Register()
	portal := r.browser()
	portal.want(200, "POST", "/session", object{"login": anna.number, "password": "a portal password of hers"})
	script := r.browser()
	script.token = portal.want(201, "POST", "/tokens", object{"name": "script"}).str("token")
	script.want(200, "GET", "/me", nil)
	out := alice.Invite(ben.number)
	in := bob.Incoming()
	in.Answer()
	out.WaitAnswered()
	out.SendTone(440)
	in.WaitHears(440)

	user := fmt.Sprintf("/users/%d", anna.id)
	began := time.Now()
	disabled := b.want(200, "PATCH", user, object{"enabled": false})
	if regs := b.items(fmt.Sprintf("/registrations?user=%d", anna.id)); len(regs) != 0 {
		t.Errorf("%d registrations are left", len(regs))
	}
	portal.want(401, "GET", "/me", nil)
	script.want(401, "GET", "/me", nil)
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
	if code := b.phone(anna).TryRegister(); code/100 != 4 {
		t.Errorf("a disabled user registers: %d", code)
	}
	if disabled.str("disabledAt") == "" {
		t.Error("it is not noted since when")
	}

	out.SendTone(700)
	in.WaitHears(700)
	calls := fmt.Sprintf("/calls?user=%d", anna.id)
	live := b.items(calls)
	if len(live) != 1 || len(b.items("/calls?user=999")) != 0 {
		t.Fatalf("the call that goes on is not there to be hung up: %v", live)
	}
	if code := bob.Invite(anna.number).WaitEnded().Code; code != 480 {
		t.Errorf("a caller is answered %d, want 480 not available", code)
	}
	b.want(204, "DELETE", fmt.Sprintf("/calls/%.0f", live[0]["id"]), nil)
	out.WaitEnded()
	in.WaitEnded()

	enabled := b.want(200, "PATCH", user, object{"enabled": true})
	if enabled.str("number") != anna.number || enabled.str("disabledAt") != "" {
		t.Errorf("%s", enabled.raw)
	}
	b.phone(anna).Register()
	portal.want(200, "POST", "/session", object{"login": anna.number, "password": "a portal password of hers"})
	script.want(200, "GET", "/me", nil)
}

// TestASlowedPhoneIsLetIn (F4): the device says why it is slowed, and one press lets it in.
func TestASlowedPhoneIsLetIn(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna := b.account(group, "Anna", nil)
	device := fmt.Sprintf("/devices/%v", first(b.want(200, "GET", fmt.Sprintf("/devices?user=%d", anna.id), nil))["id"])
	wrong := anna
	wrong.password = "not the right password"
	for range 4 {
		b.phone(wrong).TryRegister()
	}
	got := b.want(200, "GET", device, nil)
	slowed, _ := got.body["slowed"].([]any)
	if len(slowed) != 1 {
		t.Fatalf("%s", got.raw)
	}
	if s, _ := slowed[0].(object); s["source"] != "127.0.0.1" || s["sipUsername"] != anna.sip || s["until"] == nil {
		t.Errorf("%v", s)
	}
	if code := b.phone(anna).TryRegister(); code != 503 {
		t.Errorf("while it is slowed: %d", code)
	}
	b.want(204, "POST", device+"/let-in", nil)
	if got = b.want(200, "GET", device, nil); got.body["slowed"] != nil {
		t.Errorf("%s", got.raw)
	}
	b.phone(anna).Register()
	b.want(404, "POST", "/devices/999/let-in", nil)
}
