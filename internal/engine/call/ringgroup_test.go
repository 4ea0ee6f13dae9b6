package call_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// sales is Alice, who calls, and so many others with a phone each, who are members of the ring group 701.
func sales(w *world, members int, g pbx.RingGroup) (alice *phone, all []*phone) {
	w.Helper()
	w.dir.user(1, "Alice", 1)
	alice = w.phone("alice", 10, transport.UDP).registered()
	g.ID, g.Name = 1, "Sales"
	for i := range members {
		id := pbx.UserID(i + 2)
		w.dir.user(id, fmt.Sprintf("Member %d", id), 1)
		all = append(all, w.phone(fmt.Sprintf("member%d", id), pbx.DeviceID(id*10), transport.UDP).registered())
		g.Members = append(g.Members, id)
	}
	w.dir.ringGroup(g)
	return alice, all
}

func TestARingGroupRingsEverybodyAtOnce(t *testing.T) {
	for _, members := range []int{3, 50} {
		t.Run(fmt.Sprintf("%d members", members), func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, all := sales(w, members, pbx.RingGroup{Strategy: pbx.RingAll})
				a := alice.dial("701", session(alice, "8", ""))
				rung := make([]*dialog, len(all))
				for i, p := range all {
					w.has(p.peek("INVITE"), sip.To, `"Sales" <sip:701@`+domain+`>`)
					rung[i] = p.ringing()
					rung[i].respond(180, "")
				}
				a.learn(alice.take("180 INVITE"))
				if c := w.only(); c.Callee.Name != "Sales" || c.Callee.Number != "701" || c.Callee.User != 0 {
					t.Errorf("live callee %+v", c.Callee)
				}
				taker := len(all) - 2
				rung[taker].respond(200, session(all[taker], "8", ""))
				all[taker].take("ACK")
				m := alice.take("200 INVITE")
				w.has(m, sip.PAssertedIdentity, fmt.Sprintf(`"Member %d" <sip:%d@`, taker+2, taker+202))
				a.learn(m)
				a.ack("")
				for i, d := range rung {
					if i != taker {
						w.has(d.cancelled(), sip.Reason, "elsewhere")
					}
				}
				a.request(sip.BYE, "")
				alice.take("200 BYE")
				rung[taker].reply("BYE", 200, "")
				r := w.want(pbx.EndCompletedCaller, 200, true)
				if r.Dialled != "701" || r.Callee.User != pbx.UserID(taker+2) || r.Callee.Device != pbx.DeviceID(taker+2)*10 {
					t.Errorf("record %+v", r)
				}
			})
		})
	}
}

func TestMembersWhoDeclineLeaveTheOthersRinging(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, all := sales(w, 3, pbx.RingGroup{Strategy: pbx.RingAll, Then: pbx.User{ID: 5}.Ref()})
		w.dir.user(5, "Eve", 1)
		eve := w.phone("eve", 50, transport.UDP).registered()
		a := alice.dial("701", session(alice, "8", ""))
		rung := []*dialog{all[0].ringing(), all[1].ringing(), all[2].ringing()}
		rung[2].respond(180, "")
		a.learn(alice.take("180 INVITE"))
		for i, code := range []int{603, 302} { // a member's own redirection does not take the group's call away
			rung[i].respond(code, "", "Contact: <sip:205@"+domain+">")
			all[i].take("ACK")
		}
		w.wait(time.Second)
		eve.quiet()
		if n := all[2].count("CANCEL"); n != 0 {
			t.Error("the last member rings no more")
		}
		rung[2].respond(486, "")
		all[2].take("ACK")
		a.learn(alice.take("181 INVITE"))
		w.has(eve.peek("INVITE"), sip.Diversion, `"Sales" <sip:701@`+domain+`>;reason=no-answer`)
		w.answers(a, eve)
	})
}

func TestAMembersOtherPhonesStopWhenHeDeclines(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, all := sales(w, 2, pbx.RingGroup{Strategy: pbx.RingAll})
		w.dir.user(2, "Bob", 2)
		desk := w.phone("desk", 21, transport.UDP).registered()
		a := alice.dial("701", session(alice, "8", ""))
		d := desk.ringing()
		d.respond(180, "")
		all[0].ringing().respond(603, "")
		all[0].take("ACK")
		w.has(d.cancelled(), sip.Reason, "elsewhere")
		a.learn(alice.take("180 INVITE"))
		w.answersAfter(a, all[1])
	})
}

// answersAfter lets a phone that rings take the call, and ends it; the caller has heard before that it rings.
func (w *world) answersAfter(a *dialog, p *phone) pbx.CallRecord {
	w.Helper()
	b := p.ringing()
	b.respond(200, session(p, "8", ""))
	p.take("ACK")
	a.learn(a.p.take("200 INVITE"))
	a.ack("")
	a.request(sip.BYE, "")
	a.p.take("200 BYE")
	b.reply("BYE", 200, "")
	return w.want(pbx.EndCompletedCaller, 200, true)
}

func TestARingGroupRingsOneAfterTheOther(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, all := sales(w, 4, pbx.RingGroup{Strategy: pbx.RingInTurn, RingSeconds: 10})
		w.bindings.drop(3) // the second has no phone
		a := alice.dial("701", session(alice, "8", ""))
		first := all[0].ringing()
		first.respond(180, "")
		a.learn(alice.take("180 INVITE"))
		w.wait(9 * time.Second)
		all[2].quiet()
		w.wait(time.Second)
		if m := first.cancelled(); m.Has(sip.Reason) {
			t.Errorf("a missed call is told as %q", m.Get(sip.Reason))
		}
		all[2].ringing().respond(486, "")
		all[2].take("ACK")
		if r := w.answersAfter(a, all[3]); r.Callee.User != 5 || r.Dialled != "701" {
			t.Errorf("record %+v", r)
		}
		for _, p := range []*phone{alice, all[1]} { // no 181 for the next of the same group
			p.quiet()
		}
	})
}

func TestNobodyOfARingGroupAnswers(t *testing.T) {
	tests := []struct {
		name     string
		strategy pbx.RingStrategy
		prepare  func(w *world)
		after    time.Duration
		reason   pbx.EndReason
		status   int
	}{
		{"all ring for ever", pbx.RingAll, nil, 20 * time.Second, pbx.EndNoAnswer, 480},
		{"each rings for ever", pbx.RingInTurn, nil, 40 * time.Second, pbx.EndNoAnswer, 480},
		{"no phones", pbx.RingAll, func(w *world) {
			w.bindings.drop(2)
			w.bindings.drop(3)
		}, 0, pbx.EndUnreachable, 480},
		{"nobody wants to be disturbed", pbx.RingInTurn, func(w *world) {
			for _, id := range []pbx.UserID{2, 3} {
				w.dir.users[id].Forwarding = &pbx.Forwarding{User: id, DoNotDisturb: true}
			}
		}, 0, pbx.EndBusy, 486},
		{"all are disabled", pbx.RingAll, func(w *world) {
			w.dir.users[2].Enabled, w.dir.users[3].Enabled = false, false
		}, 0, pbx.EndUnreachable, 480},
		{"phones that don't come back", pbx.RingAll, func(w *world) {
			w.bindings.dormant(2)
			w.bindings.dormant(3)
		}, 10 * time.Second, pbx.EndUnreachable, 480},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, all := sales(w, 2, pbx.RingGroup{Strategy: tt.strategy})
				if tt.prepare != nil {
					tt.prepare(w)
				}
				for _, p := range all {
					p.does(func(p *phone, m *sip.Message) {
						switch d := p.dialogOf(m); {
						case !m.IsRequest():
						case m.Method() == sip.INVITE:
							d.respond(180, "")
						case m.Method() == sip.CANCEL:
							d.respondTo(m, 200, "")
							d.respond(487, "")
						}
					})
				}
				a := alice.dial("701", session(alice, "8", ""))
				w.wait(tt.after + time.Second)
				if tt.after > 0 {
					a.learn(alice.take("180 INVITE"))
				}
				a.learn(alice.take(fmt.Sprint(tt.status, " INVITE")))
				a.ack("")
				r := w.want(tt.reason, tt.status, false)
				if r.Callee.Name != "Sales" || r.Callee.Number != "701" {
					t.Errorf("record %+v", r)
				}
			})
		})
	}
}

func TestMembersOnThePhoneAreLeftOut(t *testing.T) {
	for _, skip := range []bool{true, false} {
		t.Run(fmt.Sprintf("skip busy %t", skip), func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, all := sales(w, 2, pbx.RingGroup{Strategy: pbx.RingInTurn, SkipBusy: skip})
				w.dir.user(9, "Ian", 1)
				ian := w.phone("ian", 90, transport.UDP).registered()
				x := ian.dial("202", session(ian, "8", ""))
				y := all[0].ringing()
				y.respond(200, session(all[0], "8", ""))
				all[0].take("ACK")
				x.learn(ian.take("200 INVITE"))
				x.ack("")
				a := alice.dial("701", session(alice, "8", ""))
				w.wait(time.Second)
				expected := all[0]
				if skip {
					expected = all[1]
				}
				d := expected.ringing()
				d.respond(486, "")
				expected.take("ACK")
				a.cancel()
				x.request(sip.BYE, "")
				ian.take("200 BYE")
				y.reply("BYE", 200, "")
				w.wait(time.Minute)
				alice.forget()
				for _, p := range all {
					p.forget()
				}
			})
		})
	}
}

func TestTheLongestIdleMemberRingsFirst(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, all := sales(w, 3, pbx.RingGroup{Strategy: pbx.RingLongestIdle, SkipBusy: true})
		var order []int
		for range 7 {
			a := alice.dial("701", session(alice, "8", ""))
			w.wait(100 * time.Millisecond) // no INVITE is repeated yet
			i := slices.IndexFunc(all, func(p *phone) bool { return p.count("INVITE") > 0 })
			order = append(order, i)
			d := all[i].ringing()
			d.respond(200, session(all[i], "8", ""))
			all[i].take("ACK")
			a.learn(alice.take("200 INVITE"))
			a.ack("")
			w.wait(time.Minute)
			a.request(sip.BYE, "")
			alice.take("200 BYE")
			d.reply("BYE", 200, "")
			w.wait(time.Second)
		}
		if want := []int{0, 1, 2, 0, 1, 2, 0}; !slices.Equal(order, want) {
			t.Errorf("rang %v, want %v", order, want)
		}
	})
}

func TestTwoCallsOfALongestIdleGroupRingTwoMembers(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, all := sales(w, 2, pbx.RingGroup{Strategy: pbx.RingLongestIdle, SkipBusy: true})
		w.dir.user(9, "Ian", 1)
		ian := w.phone("ian", 90, transport.UDP).registered()
		a := alice.dial("701", session(alice, "8", ""))
		first := all[0].ringing()
		first.respond(180, "")
		b := ian.dial("701", session(ian, "8", ""))
		w.answersAfter(b, all[1])
		a.learn(alice.take("180 INVITE"))
		a.cancel()
		first.cancelled()
		w.wait(time.Minute)
		alice.forget()
	})
}

func TestARingGroupWaitsForAPhoneToComeBack(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, all := sales(w, 2, pbx.RingGroup{Strategy: pbx.RingAll})
		w.bindings.dormant(2)
		w.bindings.dormant(3)
		a := alice.dial("701", session(alice, "8", ""))
		a.learn(alice.take("180 INVITE"))
		w.wait(5 * time.Second)
		all[1].registered()
		w.answersAfter(a, all[1])
	})
}

func TestRingGroupsInCirclesEnd(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, all := sales(w, 1, pbx.RingGroup{Strategy: pbx.RingAll, Then: pbx.RingGroup{ID: 2}.Ref()})
		w.dir.ringGroup(pbx.RingGroup{
			ID: 2, Name: "Support", Strategy: pbx.RingAll, Members: []pbx.UserID{2}, Then: pbx.RingGroup{ID: 1}.Ref(),
		})
		a := alice.dial("701", session(alice, "8", ""))
		for i := range 6 {
			all[0].ringing().respond(486, "")
			all[0].take("ACK")
			if i < 5 {
				a.learn(alice.take("181 INVITE"))
			}
		}
		a.learn(alice.take("482 INVITE"))
		a.ack("")
		w.want(pbx.EndForwardLoop, 482, false)
		tried, _ := w.calls.Try(1, 1, "701")
		if tried.Plan.Kind != route.Ring || len(tried.Then) != 1 || len(tried.Then[0].Then) != 1 {
			t.Errorf("tried %+v", tried)
		}
	})
}

func TestAMemberWhoIsDisabledStopsRingingAlone(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, all := sales(w, 2, pbx.RingGroup{Strategy: pbx.RingAll})
		a := alice.dial("701", session(alice, "8", ""))
		d := all[0].ringing()
		d.respond(180, "")
		a.learn(alice.take("180 INVITE"))
		w.calls.EndForUser(2, pbx.EndAdminHangup)
		d.cancelled()
		w.answersAfter(a, all[1])
	})
}

func TestAMemberWhoCallsTheGroupIsNotRung(t *testing.T) {
	run(t, options{}, func(w *world) {
		_, all := sales(w, 2, pbx.RingGroup{Strategy: pbx.RingAll, Then: pbx.User{ID: 2}.Ref()})
		a := all[0].dial("701", session(all[0], "8", ""))
		all[1].ringing().respond(486, "")
		all[1].take("ACK")
		a.learn(all[0].take("486 INVITE")) // whoever calls can't be who gets the call in the end
		a.ack("")
		w.want(pbx.EndBusy, 486, false)
	})
}
