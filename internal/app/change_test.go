package app

import (
	"fmt"
	"testing"
	"time"
)

func TestRenumberingKeepsACallAndAPhoneSetUpByHand(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna, ben := b.account(group, "Anna", nil), b.account(group, "Ben", nil)
	alice, bob := b.phone(anna), b.phone(ben)
	alice.Register()
	bob.Register()
	out := alice.Invite(ben.number)
	in := bob.Incoming()
	in.Answer()
	out.WaitAnswered()
	b.want(200, "POST", "/users/renumber", object{
		"changes": []object{{"old": anna.number, "new": ben.number}, {"old": ben.number, "new": anna.number}},
	})
	b.want(200, "POST", "/users/renumber", object{
		"changes": []object{{"old": anna.number, "new": "7301"}}, "keepUntil": time.Now().AddDate(0, 1, 0).Format(time.DateOnly),
	})
	out.SendTone(440)
	in.WaitHears(440)
	in.SendTone(1000)
	out.WaitHears(1000)
	out.Hangup()
	in.WaitEnded()
	if regs := b.items("/registrations"); len(regs) != 2 {
		t.Errorf("%d phones are registered", len(regs))
	}
	alice.Register()
	if code := b.phone(ben).TryRegister(); code != 200 {
		t.Errorf("a phone with the former number as its name registers: %d", code)
	}
	for _, number := range []string{"7301", anna.number} { // Ben's new number, and the one before for a month
		call := alice.Invite(number)
		rung := bob.Incoming()
		rung.Answer()
		call.WaitAnswered()
		call.Hangup()
		rung.WaitEnded()
	}
}

func TestCallsOfWhoLeftReachTheOneNamed(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna, cleo := b.account(group, "Anna", nil), b.account(group, "Cleo", nil)
	ben := b.account(group, "Ben", object{"aliases": []string{"front", "7300"}})
	alice, bob, carol := b.phone(anna), b.phone(ben), b.phone(cleo)
	for _, p := range []interface{ Register() }{alice, bob, carol} {
		p.Register()
	}
	user := fmt.Sprintf("/users/%d", ben.id)
	b.want(200, "PUT", user+"/leave", object{"callsTo": cleo.id})
	if regs := b.items("/registrations"); len(regs) != 2 {
		t.Errorf("who left keeps %d registrations", len(regs)-2)
	}
	if code := b.phone(ben).TryRegister(); code/100 != 4 {
		t.Errorf("who left registers: %d", code)
	}
	for _, number := range []string{ben.number, "front", "7300"} {
		call := alice.Invite(number)
		rung := carol.Incoming()
		rung.Answer()
		call.WaitAnswered()
		call.Hangup()
		rung.WaitEnded()
	}
	b.want(204, "DELETE", user+"/leave", nil)
	again := b.phone(ben)
	again.Register()
	call := alice.Invite(ben.number)
	rung := again.Incoming()
	rung.Answer()
	call.WaitAnswered()
	call.Hangup()
	rung.WaitEnded()
}
