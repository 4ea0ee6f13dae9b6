package call_test

import (
	"context"
	"testing"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// trio is Alice, Bob whose calls go on as f says after ringing for 20 s, and Carl.
func trio(w *world, f pbx.Forwarding) (alice, bob, carl *phone) {
	w.Helper()
	a, bobs := pair(w, 1, transport.UDP)
	w.dir.user(3, "Carl", 1)
	f.User = 2
	w.dir.users[2].Forwarding, w.dir.users[2].RingTime = &f, 20*time.Second
	return a, bobs[0], w.phone("carl", 30, transport.UDP).registered()
}

// answers lets the phone take the call, and ends it.
func (w *world) answers(a *dialog, p *phone) pbx.CallRecord {
	w.Helper()
	b := p.ringing()
	b.respond(180, "")
	a.p.take("180 INVITE")
	b.respond(200, session(p, "8", ""))
	p.take("ACK")
	a.learn(a.p.take("200 INVITE"))
	a.ack("")
	a.request(sip.BYE, "")
	a.p.take("200 BYE")
	b.reply("BYE", 200, "")
	return w.want(pbx.EndCompletedCaller, 200, true)
}

func TestACallGoesOnToWhomTheCalleeNamed(t *testing.T) {
	all := pbx.Forwarding{Busy: 3, NoAnswer: 3, Offline: 3}
	tests := []struct {
		name   string
		f      pbx.Forwarding
		bob    func(w *world, bob *phone) // until the call goes on
		reason string                     // of the Diversion
	}{
		{"always", pbx.Forwarding{Always: 3}, func(*world, *phone) {}, "unconditional"},
		{"not disturbed", pbx.Forwarding{DoNotDisturb: true, Busy: 3}, func(*world, *phone) {}, "do-not-disturb"},
		{"busy", all, func(_ *world, bob *phone) {
			bob.ringing().respond(486, "")
			bob.take("ACK")
		}, "user-busy"},
		{"declined", all, func(_ *world, bob *phone) {
			bob.ringing().respond(603, "")
			bob.take("ACK")
		}, "user-busy"},
		{"nobody answers", all, func(w *world, bob *phone) {
			b := bob.ringing()
			b.respond(180, "")
			w.wait(19 * time.Second)
			if n := bob.count("CANCEL"); n != 0 {
				t.Error("given up before the ring time")
			}
			w.wait(time.Second)
			if m := b.cancelled(); m.Has(sip.Reason) {
				t.Errorf("a missed call is told as %q", m.Get(sip.Reason))
			}
		}, "no-answer"},
		{"the phone gives up by itself", all, func(_ *world, bob *phone) {
			b := bob.ringing()
			b.respond(180, "")
			b.respond(480, "")
			bob.take("ACK")
		}, "no-answer"},
		{"redirected by the phone", pbx.Forwarding{}, func(_ *world, bob *phone) {
			bob.ringing().respond(302, "", "Contact: <sip:203@"+domain+">")
			bob.take("ACK")
		}, "deflection"},
		{"the phone can't", all, func(_ *world, bob *phone) {
			bob.ringing().respond(480, "")
			bob.take("ACK")
		}, "unavailable"},
		{"the phone is silent", all, func(w *world, bob *phone) {
			w.wait(20 * time.Second)
			bob.forget()
		}, "no-answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, bob, carl := trio(w, tt.f)
				a := alice.dial("202", session(alice, "8", ""))
				tt.bob(w, bob)
				if m := carl.dialogOf(carl.peek("INVITE")).invite; m != nil {
					w.has(m, sip.Diversion, `"Bob" <sip:202@`+domain+`>;reason=`+tt.reason)
					w.has(m, sip.PAssertedIdentity, "Alice")
				}
				if tt.f.Always == 0 && !tt.f.DoNotDisturb {
					a.learn(alice.take("181 INVITE"))
				}
				alice.forget()
				r := w.answers(a, carl)
				if r.Dialled != "202" || r.Callee.User != 3 || r.Callee.Number != "203" {
					t.Errorf("record %+v", r)
				}
				w.wait(32 * time.Second) // what was sent to Bob is over
				w.wantRecords(1)
				bob.forget()
				carl.quiet()
			})
		})
	}
}

func TestACallOfOneWhoIsNotThereGoesOn(t *testing.T) {
	t.Run("no phone", func(t *testing.T) {
		run(t, options{}, func(w *world) {
			alice, _, carl := trio(w, pbx.Forwarding{Offline: 3})
			w.bindings.drop(2)
			w.answers(alice.dial("202", session(alice, "8", "")), carl)
		})
	})
	t.Run("a phone that does not come back", func(t *testing.T) {
		run(t, options{}, func(w *world) {
			alice, _, carl := trio(w, pbx.Forwarding{Offline: 3})
			w.bindings.dormant(2)
			a := alice.dial("202", session(alice, "8", ""))
			a.learn(alice.take("180 INVITE"))
			w.wait(11 * time.Second)
			alice.take("181 INVITE")
			w.answers(a, carl)
		})
	})
	t.Run("one who comes back to whom it went on", func(t *testing.T) {
		run(t, options{}, func(w *world) {
			alice, _, carl := trio(w, pbx.Forwarding{Always: 3})
			w.bindings.dormant(3)
			a := alice.dial("202", session(alice, "8", ""))
			alice.take("180 INVITE")
			w.wait(2 * time.Second)
			carl.registered()
			alice.forget()
			b := carl.ringing()
			b.respond(200, session(carl, "8", ""))
			carl.take("ACK")
			a.learn(alice.take("200 INVITE"))
			a.ack("")
			a.request(sip.BYE, "")
			alice.take("200 BYE")
			b.reply("BYE", 200, "")
			w.want(pbx.EndCompletedCaller, 200, true)
		})
	})
}

func TestWhereNothingIsNamedTheCallEndsAsItWould(t *testing.T) {
	tests := []struct {
		name   string
		f      pbx.Forwarding
		code   int // Bob's answer
		reason pbx.EndReason
		want   string
	}{
		{"busy", pbx.Forwarding{NoAnswer: 3}, 486, pbx.EndBusy, "486 INVITE"},
		{"paused", pbx.Forwarding{Always: 3, Paused: true}, 486, pbx.EndBusy, "486 INVITE"},
		{"no common codec", pbx.Forwarding{Busy: 3, NoAnswer: 3, Offline: 3}, 488, pbx.EndNotAcceptable, "488 INVITE"},
		{"not disturbed", pbx.Forwarding{DoNotDisturb: true, NoAnswer: 3}, 0, pbx.EndBusy, "486 INVITE"},
		{"redirected to the outside", pbx.Forwarding{}, 302, pbx.EndUnreachable, "480 INVITE"},
		{"the caller himself", pbx.Forwarding{Busy: 1}, 486, pbx.EndBusy, "486 INVITE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, bob, carl := trio(w, tt.f)
				a := alice.dial("202", session(alice, "8", ""))
				if tt.code != 0 {
					bob.ringing().respond(tt.code, "", "Contact: <sip:203@elsewhere.test>")
					bob.take("ACK")
				}
				m := a.refused(alice.take(tt.want))
				w.want(tt.reason, m.StatusCode(), false)
				carl.quiet()
			})
		})
	}
}

// An assistant to whom calls go must be able to put one through.
func TestWhoGetsTheCallsReachesTheCallee(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bob, _ := trio(w, pbx.Forwarding{Always: 1})
		w.answers(alice.dial("202", session(alice, "8", "")), bob)
	})
}

func TestCallsThatGoInCirclesEndAndSaySo(t *testing.T) {
	t.Run("at once", func(t *testing.T) {
		run(t, options{}, func(w *world) {
			alice, bob, carl := trio(w, pbx.Forwarding{Always: 3})
			w.dir.users[3].Forwarding = &pbx.Forwarding{User: 3, Always: 2}
			a := alice.dial("202", session(alice, "8", ""))
			a.refused(alice.take("482 INVITE"))
			w.want(pbx.EndForwardLoop, 482, false)
			bob.quiet()
			carl.quiet()
		})
	})
	t.Run("as nobody answers", func(t *testing.T) {
		run(t, options{}, func(w *world) {
			alice, bob, carl := trio(w, pbx.Forwarding{NoAnswer: 3})
			w.dir.users[3].Forwarding, w.dir.users[3].RingTime = &pbx.Forwarding{User: 3, NoAnswer: 2}, 20*time.Second
			a := alice.dial("202", session(alice, "8", ""))
			rang := 0
			for range 6 {
				for _, p := range []*phone{bob, carl} {
					if p.count("INVITE") == 0 {
						continue
					}
					rang++
					b := p.ringing()
					b.respond(180, "")
					w.wait(20 * time.Second)
					b.cancelled()
				}
			}
			if rang != pbx.MaxForwards+1 {
				t.Errorf("%d phones rang", rang)
			}
			a.refused(alice.take("482 INVITE"))
			w.want(pbx.EndForwardLoop, 482, false)
		})
	})
}

func TestTheCallerGivesUpWhereTheCallWentOn(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bob, carl := trio(w, pbx.Forwarding{Busy: 3})
		a := alice.dial("202", session(alice, "8", ""))
		bob.ringing().respond(486, "")
		bob.take("ACK")
		c := carl.ringing()
		c.respond(180, "")
		alice.take("180 INVITE")
		a.cancel()
		alice.take("200 CANCEL")
		a.refused(alice.take("487 INVITE"))
		c.cancelled()
		w.want(pbx.EndCancelled, 487, false)
	})
}

func TestAnAnswerThatCrossesTheCancelOfACallThatWentOnIsDropped(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bob, carl := trio(w, pbx.Forwarding{NoAnswer: 3})
		a := alice.dial("202", session(alice, "8", ""))
		b := bob.ringing()
		b.respond(180, "")
		w.wait(20 * time.Second)
		b.respondTo(bob.take("CANCEL"), 200, "")
		b.respond(200, session(bob, "8", ""))
		bob.take("ACK")
		b.reply("BYE", 200, "")
		alice.forget()
		w.answers(a, carl)
		bob.quiet()
	})
}

func TestEarlyMediaEndsWhenTheCallGoesOn(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bob, carl := trio(w, pbx.Forwarding{NoAnswer: 3})
		a := alice.dial("202", session(alice, "8", ""))
		b := bob.ringing()
		b.respond(183, session(bob, "8", ""))
		early := alice.take("183 INVITE")
		w.wait(20 * time.Second)
		b.cancelled()
		alice.take("181 INVITE")
		c := carl.ringing()
		c.respond(180, "")
		alice.take("180 INVITE")
		c.respond(200, session(carl, "8", ""))
		carl.take("ACK")
		answer := a.learn(alice.take("200 INVITE"))
		if string(answer.Body()) != string(early.Body()) {
			t.Errorf("the answer, once given, has changed (rule 15):\n%s\n%s", early.Body(), answer.Body())
		}
		a.ack("")
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		c.reply("BYE", 200, "")
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

// memo is a Personal that notes what it is asked.
type memo struct {
	asked []string
	err   error
}

func (m *memo) note(s string, on bool) error {
	if !on {
		s = "no " + s
	}
	m.asked = append(m.asked, s)
	return m.err
}

func (m *memo) Forward(_ context.Context, u pbx.UserID, on bool, to pbx.UserID) error {
	names := map[pbx.UserID]string{0: "as before", 1: "Alice", 2: "Bob"}
	return m.note("forward of "+names[u]+" "+names[to], on)
}

func (m *memo) DoNotDisturb(_ context.Context, u pbx.UserID, on bool) error {
	return m.note("peace", on)
}

func TestCodesChangeOnesOwnForwarding(t *testing.T) {
	tests := []struct {
		dialled, asked, name string
		err                  error
	}{
		{"*72", "forward of Alice as before", "Forwarding on", nil},
		{"*72202", "forward of Alice Bob", "Forwarding on", nil},
		{"*73", "no forward of Alice as before", "Forwarding off", nil},
		{"*78", "peace", "Do not disturb on", nil},
		{"*79", "no peace", "Do not disturb off", nil},
		{"*72", "forward of Alice as before", "Forwarding on", pbx.Errorf(pbx.Invalid, "nobody")},
	}
	for _, tt := range tests {
		t.Run(tt.dialled, func(t *testing.T) {
			m := &memo{err: tt.err}
			run(t, options{config: func(c *call.Config) { c.Personal = m }}, func(w *world) {
				for code, f := range pbx.FeatureCodes() {
					w.dir.dial[code] = roster.Target{Kind: pbx.DialFeature, Feature: f}
				}
				alice, _ := pair(w, 1, transport.UDP)
				a := alice.dial(tt.dialled, session(alice, "8", ""))
				answer := a.learn(alice.take("200 INVITE"))
				a.ack("")
				stop := alice.speak(answer)
				defer stop()
				w.wait(3 * time.Second) // what is played is over
				a.reply("BYE", 200, "")
				if len(m.asked) != 1 || m.asked[0] != tt.asked {
					t.Errorf("asked %q", m.asked)
				}
				if r := w.want(pbx.EndCompletedCallee, 200, true); r.Callee.Name != tt.name {
					t.Errorf("recorded as %q", r.Callee.Name)
				}
			})
		})
	}
	t.Run("a number nobody has", func(t *testing.T) {
		run(t, options{config: func(c *call.Config) { c.Personal = &memo{} }}, func(w *world) {
			w.dir.dial["*72"] = roster.Target{Kind: pbx.DialFeature, Feature: pbx.FeatureForwardOn}
			alice, _ := pair(w, 1, transport.UDP)
			a := alice.dial("*72999", session(alice, "8", ""))
			a.refused(alice.take("404 INVITE"))
			w.want(pbx.EndNotFound, 404, false)
		})
	})
}

func TestTryTellsWhereACallGoesOn(t *testing.T) {
	run(t, options{}, func(w *world) {
		_, _, _ = trio(w, pbx.Forwarding{Busy: 3, NoAnswer: 3})
		w.dir.users[3].Forwarding = &pbx.Forwarding{User: 3, NoAnswer: 2}
		got, ok := w.calls.Try(1, 1, "202")
		if !ok || got.Plan.Kind != route.Ring || len(got.Then) != 2 {
			t.Fatalf("tried %+v", got)
		}
		busy := got.Then[0]
		if busy.When != pbx.ForwardBusy || busy.Plan.User.ID != 3 || busy.Steps[0].Kind != route.StepForwarded {
			t.Errorf("when busy %+v", busy)
		}
		back := busy.Then[0]
		if back.When != pbx.ForwardNoAnswer || back.Plan.User.ID != 2 || back.Then != nil {
			t.Errorf("in a circle %+v", back)
		}
	})
}

func TestAPhoneThatComesBackAfterItsUserForwardedCallsSendsThemOn(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bob, carl := trio(w, pbx.Forwarding{})
		w.bindings.dormant(2)
		a := alice.dial("202", session(alice, "8", ""))
		a.learn(alice.take("180 INVITE"))
		w.dir.mu.Lock()
		changed := *w.dir.users[2]
		changed.Forwarding = &pbx.Forwarding{User: 2, Always: 3}
		w.dir.users[2] = &changed
		w.dir.mu.Unlock()
		bob.registered()
		alice.take("181 INVITE")
		w.has(carl.peek("INVITE"), sip.To, "Carl")
		if r := w.answers(a, carl); r.Callee.User != 3 {
			t.Errorf("record %+v", r)
		}
		bob.forget()
	})
}
