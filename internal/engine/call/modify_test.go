package call_test

import (
	"testing"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// finish ends the call from the caller's side.
func finish(w *world, a, b *dialog) {
	w.Helper()
	a.request(sip.BYE, "")
	a.p.take("200 BYE")
	b.reply("BYE", 200, "")
	w.want(pbx.EndCompletedCaller, 200, true)
	w.wantRecords(1)
	a.p.quiet()
	b.p.quiet()
}

func TestHoldAndResume(t *testing.T) {
	for _, method := range []sip.Method{sip.INVITE, sip.UPDATE} {
		t.Run(method.String(), func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, bobs := pair(w, 1, transport.UDP)
				bob := bobs[0]
				a, b := talk(w, alice, bob)
				change := func(version int, direction, answer, told, reply string) {
					a.request(method, sessionVersion(alice, version, "8", direction))
					w.wantMedia(alice.take("200 "+method.String()), "8", answer)
					if method == sip.INVITE {
						a.ack("")
					}
					m := bob.take("INVITE")
					w.wantMedia(m, "8", told)
					b.respondTo(m, 200, sessionVersion(bob, version, "8", reply))
					bob.take("ACK")
					w.wait(0)
				}
				change(2, "sendonly", "recvonly", "sendonly", "recvonly")
				change(3, "sendrecv", "sendrecv", "sendrecv", "sendrecv")
				change(4, "inactive", "inactive", "inactive", "inactive")
				change(5, "sendrecv", "sendrecv", "sendrecv", "sendrecv")
				finish(w, a, b)
			})
		})
	}
}

func TestBothPhonesHold(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a, b := talk(w, alice, bob)
		a.request(sip.INVITE, sessionVersion(alice, 2, "8", "sendonly"))
		w.wantMedia(alice.take("200 INVITE"), "8", "recvonly")
		a.ack("")
		m := bob.take("INVITE")
		w.wantMedia(m, "8", "sendonly")
		b.respondTo(m, 200, sessionVersion(bob, 2, "8", "recvonly"))
		bob.take("ACK")

		b.seq = 50
		b.request(sip.INVITE, sessionVersion(bob, 3, "8", "sendonly")) // he holds too
		w.wantMedia(bob.take("200 INVITE"), "8", "inactive")
		b.ack("")
		m = alice.take("INVITE") // nobody listens to her any more
		w.wantMedia(m, "8", "sendonly")
		a.respondTo(m, 200, sessionVersion(alice, 3, "8", "inactive"))
		alice.take("ACK")

		a.request(sip.INVITE, sessionVersion(alice, 4, "8", "sendrecv")) // she resumes, he does not
		w.wantMedia(alice.take("200 INVITE"), "8", "sendonly")
		a.ack("")
		m = bob.take("INVITE")
		w.wantMedia(m, "8", "sendrecv")
		b.respondTo(m, 200, sessionVersion(bob, 4, "8", "sendonly"))
		bob.take("ACK")
		w.wait(time.Minute)

		b.request(sip.INVITE, sessionVersion(bob, 5, "8", "sendrecv"))
		w.wantMedia(bob.take("200 INVITE"), "8", "sendrecv")
		b.ack("")
		m = alice.take("INVITE")
		w.wantMedia(m, "8", "sendrecv")
		a.respondTo(m, 200, sessionVersion(alice, 5, "8", "sendrecv"))
		alice.take("ACK")
		w.wait(0)
		finish(w, a, b)
	})
}

func TestChangeOfAddressStaysOnItsLeg(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a, b := talk(w, alice, bobs[0])
		a.request(sip.INVITE, sessionVersion(alice, 2, "8", ""))
		alice.take("200 INVITE")
		a.ack("")
		bobs[0].quiet()
		finish(w, a, b)
	})
}

// changer is a phone that changes its session by the rules of RFC 3261 §14, whatever crosses its re-INVITE.
type changer struct {
	d       *dialog
	version int
	pending bool
	again   time.Time // after a 491
	agreed  bool
	told    string // the direction of the server's last re-INVITE
}

func (c *changer) begin() {
	c.pending, c.again = true, time.Time{}
	c.version++
	c.d.request(sip.INVITE, sessionVersion(c.d.p, c.version, "8", "sendonly"))
}

// turn does what is to be done now.
func (c *changer) turn(wait time.Duration) {
	p := c.d.p
	switch {
	case p.count("200 INVITE") > 0:
		p.take("200 INVITE")
		c.d.ack("")
		c.pending, c.agreed = false, true
	case p.count("491 INVITE") > 0:
		c.d.refused(p.take("491 INVITE"))
		c.pending, c.again = false, time.Now().Add(wait)
	case p.count("INVITE") > 0:
		m := p.take("INVITE")
		if c.pending {
			c.d.respondTo(m, 491, "")
			return
		}
		c.version++
		_, c.told = format(m)
		answer := map[string]string{"sendrecv": "sendonly", "sendonly": "inactive"}[c.told]
		c.d.respondTo(m, 200, sessionVersion(p, c.version, "8", answer))
	case !c.again.IsZero() && !time.Now().Before(c.again):
		c.begin()
	}
}

func TestReinviteFromBothPhonesAtOnce(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a, b := talk(w, alice, bobs[0])
		b.seq = 50
		x, y := &changer{d: a, version: 1}, &changer{d: b, version: 1}
		x.begin()
		y.begin()
		for range 1000 {
			// RFC 3261 §14.1: alice owns her Call-ID, bob does not
			x.turn(2100 * time.Millisecond)
			y.turn(500 * time.Millisecond)
			w.wait(10 * time.Millisecond)
		}
		if !x.agreed || !y.agreed || x.told != "sendonly" && y.told != "sendonly" {
			t.Errorf("alice %+v, bob %+v", x, y)
		}
		if len(w.calls.Live()) != 1 {
			t.Error("the call did not survive")
		}
		alice.forget()
		bobs[0].forget()
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		b.reply("BYE", 200, "")
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

func TestGlareOnOneLeg(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a, b := talk(w, alice, bob)
		a.request(sip.INVITE, sessionVersion(alice, 2, "8", "sendonly"))
		alice.take("200 INVITE")
		a.ack("")
		m := bob.take("INVITE") // on its way to him while he sends his own
		b.seq = 50
		b.request(sip.INVITE, sessionVersion(bob, 2, "8", ""))
		bob.take("491 INVITE")
		b.request(sip.UPDATE, sessionVersion(bob, 2, "8", ""))
		bob.take("491 UPDATE")
		b.respondTo(m, 491, "")
		bob.take("ACK")
		start := time.Now()
		for bob.count("INVITE") == 0 {
			w.wait(10 * time.Millisecond)
		}
		// RFC 3261 §14.1: we made this leg's Call-ID
		if d := time.Since(start); d < 2100*time.Millisecond || d > 4*time.Second {
			t.Errorf("tried again after %v", d)
		}
		m = bob.take("INVITE")
		w.wantMedia(m, "8", "sendonly")
		b.respondTo(m, 200, sessionVersion(bob, 3, "8", "recvonly"))
		bob.take("ACK")
		bob.forget()
		finish(w, a, b)
	})
}

func TestRefusedReinviteLeavesTheSession(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a, b := talk(w, alice, bob)
		a.request(sip.INVITE, sessionVersion(alice, 2, "8", "sendonly"))
		alice.take("200 INVITE")
		a.ack("")
		b.reply("INVITE", 488, "")
		bob.take("ACK")
		w.wait(time.Minute)
		bob.quiet() // it is not asked again
		a.request(sip.INVITE, sessionVersion(alice, 3, "8", ""))
		alice.take("200 INVITE")
		a.ack("")
		w.wait(time.Minute)
		finish(w, a, b)
	})
}

func TestReinviteWithoutOffer(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a, b := talk(w, alice, bobs[0])
		a.request(sip.INVITE, "")
		w.wantMedia(alice.take("200 INVITE"), "8", "sendrecv")
		a.ack(sessionVersion(alice, 2, "8", "sendonly")) // the answer holds
		m := bobs[0].take("INVITE")
		w.wantMedia(m, "8", "sendonly")
		b.respondTo(m, 200, sessionVersion(bobs[0], 2, "8", "recvonly"))
		bobs[0].take("ACK")
		w.wait(0)
		finish(w, a, b)
	})
}

func TestUnacceptableReoffer(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a, b := talk(w, alice, bobs[0])
		a.request(sip.INVITE, sessionVersion(alice, 2, "77", ""))
		a.refused(alice.take("488 INVITE"))
		a.request(sip.UPDATE, "nonsense")
		alice.take("400 UPDATE")
		finish(w, a, b)
	})
}

func TestReinviteWithoutACK(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a, b := talk(w, alice, bobs[0])
		b.seq = 50
		b.request(sip.INVITE, sessionVersion(bobs[0], 2, "8", ""))
		w.wait(32*time.Second + 100*time.Millisecond)
		a.reply("BYE", 200, "")
		b.reply("BYE", 200, "")
		w.want(pbx.EndCalleeVanished, 200, true)
		bobs[0].forget()
	})
}

func TestRequestsInADialog(t *testing.T) {
	tests := []struct {
		name    string
		method  sip.Method
		headers []string
		want    string
		header  sip.HeaderID
		value   string
	}{
		{"OPTIONS", sip.OPTIONS, nil, "200 OPTIONS", sip.Allow, "UPDATE"},
		{"INFO with a key", sip.INFO, []string{"Content-Type: application/dtmf-relay"}, "200 INFO", sip.Server, ""},
		{"INFO of an unknown kind", sip.INFO, []string{"Content-Type: text/plain"}, "415 INFO", sip.Accept, "dtmf"},
		{"REFER", sip.REFER, []string{"Refer-To: <sip:203@pbx.test>"}, "405 REFER", sip.Allow, "BYE"},
		{"MESSAGE", sip.MESSAGE, nil, "405 MESSAGE", sip.Allow, "BYE"},
		{"a PRACK of nothing", sip.PRACK, []string{"RAck: 1 1 INVITE"}, "481 PRACK", sip.Server, ""},
		{"an unknown extension", sip.UPDATE, []string{"Require: xyzzy"}, "420 UPDATE", sip.Unsupported, "xyzzy"},
		{
			"a session interval that is too small", sip.UPDATE,
			[]string{"Supported: timer", "Session-Expires: 10"},
			"422 UPDATE", sip.MinSE, "90",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, bobs := pair(w, 1, transport.UDP)
				a, b := talk(w, alice, bobs[0])
				a.request(tt.method, "", tt.headers...)
				w.has(alice.take(tt.want), tt.header, tt.value)
				finish(w, a, b)
			})
		})
	}
}

func TestOrderAndIdentityWithinADialog(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a, b := talk(w, alice, bobs[0])
		a.request(sip.OPTIONS, "")
		alice.take("200 OPTIONS")
		a.seq -= 2
		a.request(sip.OPTIONS, "") // older than one already seen
		alice.take("500 OPTIONS")
		a.seq++
		stranger := *a
		stranger.local = "<sip:x@y.test>;tag=other"
		stranger.request(sip.BYE, "")
		alice.take("481 BYE")
		stranger = *a
		stranger.remote = "<sip:x@y.test>;tag=other"
		stranger.request(sip.BYE, "")
		alice.take("481 BYE")
		finish(w, a, b)
	})
}

func TestDelayedOffer(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", "")
		b := bob.ringing()
		if f := formats(b.invite); f[:5] != "9 8 0" {
			t.Errorf("the callee is offered %s", f)
		}
		b.respond(180, "")
		if m := alice.take("180 INVITE"); len(m.Body()) != 0 {
			t.Error("an offer in a provisional response that is not reliable")
		}
		b.respond(200, session(bob, "8", ""))
		bob.take("ACK")
		ok := a.learn(alice.take("200 INVITE"))
		w.wantMedia(ok, "8", "sendrecv") // our offer begins with what the callee speaks
		a.ack(session(alice, "8", ""))
		w.wait(0)
		if r := w.only(); r.Caller.Codec != "PCMA" || r.Callee.Codec != "PCMA" {
			t.Errorf("codecs %q and %q", r.Caller.Codec, r.Callee.Codec)
		}
		finish(w, a, b)
	})
}

func TestDelayedOfferWithoutAnswer(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a := alice.dial("202", "")
		b := bobs[0].ringing()
		b.respond(200, session(bobs[0], "8", ""))
		bobs[0].take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		w.has(a.reply("BYE", 200, ""), sip.Reason, "Media not acceptable")
		b.reply("BYE", 200, "")
		w.want(pbx.EndNotAcceptable, 200, true)
	})
}

func TestEchoTest(t *testing.T) {
	for _, offer := range []bool{true, false} {
		name := map[bool]string{true: "with an offer", false: "without an offer"}[offer]
		t.Run(name, func(t *testing.T) {
			run(t, options{timeout: time.Minute}, func(w *world) {
				alice, _ := pair(w, 1, transport.UDP)
				body := session(alice, "8", "")
				var a *dialog
				if offer {
					a = alice.dial("*43", body)
				} else {
					a = alice.dial("%2A43", "")
				}
				ok := a.learn(alice.take("200 INVITE"))
				if offer {
					a.ack("")
				} else {
					a.ack(body)
				}
				stop := alice.speak(ok)
				w.wait(10 * time.Second)
				s := w.only()
				if s.Callee.Number != "*43" || s.Callee.Name != "Echo test" || s.State != "confirmed" {
					t.Errorf("live call %+v", s)
				}
				a.request(sip.BYE, "")
				alice.take("200 BYE")
				stop()
				w.want(pbx.EndCompletedCaller, 200, true)
			})
		})
	}
}

func TestAdministratorEndsAnUnacknowledgedCall(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a := alice.dial("202", session(alice, "8", ""))
		b := bobs[0].ringing()
		b.respond(200, session(bobs[0], "8", ""))
		bobs[0].take("ACK")
		a.learn(alice.take("200 INVITE"))
		b.seq = 50
		b.request(sip.BYE, "") // the callee hangs up before the caller's ACK
		bobs[0].take("200 BYE")
		w.wait(100 * time.Millisecond)
		if alice.count("BYE") != 0 {
			t.Error("BYE before the ACK") // RFC 3261 §15
		}
		a.ack("")
		a.reply("BYE", 200, "")
		w.want(pbx.EndCompletedCallee, 200, true)
		alice.forget()
	})
}
