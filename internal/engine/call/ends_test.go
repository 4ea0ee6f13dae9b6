package call_test

import (
	"context"
	"testing"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// TestEveryEnd plays each kind of end and compares the record with what it must be. A few kinds that need a special
// server have tests of their own.
func TestEveryEnd(t *testing.T) {
	tests := []struct {
		name     string
		reason   pbx.EndReason
		status   int
		answered bool
		options  options
		play     func(w *world, alice, bob *phone)
	}{
		{"the caller hangs up", pbx.EndCompletedCaller, 200, true, options{}, func(w *world, alice, bob *phone) {
			a, b := talk(w, alice, bob)
			a.request(sip.BYE, "")
			alice.take("200 BYE")
			b.reply("BYE", 200, "")
		}},
		{"the callee hangs up", pbx.EndCompletedCallee, 200, true, options{}, func(w *world, alice, bob *phone) {
			a, b := talk(w, alice, bob)
			b.seq = 100
			b.request(sip.BYE, "")
			bob.take("200 BYE")
			a.reply("BYE", 200, "")
		}},
		{"the caller cancels", pbx.EndCancelled, 487, false, options{}, func(w *world, alice, bob *phone) {
			a := alice.dial("202", session(alice, "8", ""))
			b := bob.ringing()
			b.respond(180, "")
			alice.take("180 INVITE")
			a.cancel()
			alice.take("200 CANCEL")
			a.refused(alice.take("487 INVITE"))
			b.respondTo(bob.take("CANCEL"), 200, "")
			b.respond(487, "")
			bob.take("ACK")
		}},
		{"the callee is busy", pbx.EndBusy, 486, false, options{}, func(w *world, alice, bob *phone) {
			a := alice.dial("202", session(alice, "8", ""))
			b := bob.ringing()
			b.respond(486, "")
			bob.take("ACK")
			a.refused(alice.take("486 INVITE"))
		}},
		{"the callee declines", pbx.EndDeclined, 603, false, options{}, func(w *world, alice, bob *phone) {
			a := alice.dial("202", session(alice, "8", ""))
			b := bob.ringing()
			b.respond(603, "")
			bob.take("ACK")
			a.refused(alice.take("603 INVITE"))
		}},
		{"nobody answers", pbx.EndNoAnswer, 480, false, options{}, func(w *world, alice, bob *phone) {
			a := alice.dial("202", session(alice, "8", ""))
			b := bob.ringing()
			b.respond(180, "")
			alice.take("180 INVITE")
			w.wait(60*time.Second + 100*time.Millisecond)
			b.respondTo(bob.take("CANCEL"), 200, "")
			b.respond(487, "")
			bob.take("ACK")
			a.refused(alice.take("480 INVITE"))
		}},
		{"the callee's phone does not react", pbx.EndUnreachable, 480, false, options{}, func(w *world, alice, bob *phone) {
			a := alice.dial("202", session(alice, "8", ""))
			w.wait(32*time.Second + 100*time.Millisecond)
			if n := bob.count("INVITE"); n != 7 {
				t.Errorf("%d INVITEs, want 7", n)
			}
			a.refused(alice.take("480 INVITE"))
			bob.forget()
		}},
		{"the callee has no phone", pbx.EndUnreachable, 480, false, options{}, func(w *world, alice, _ *phone) {
			w.dir.user(3, "Nobody", 0)
			a := alice.dial("203", session(alice, "8", ""))
			a.refused(alice.take("480 INVITE"))
		}},
		{"the callee is disabled", pbx.EndUnreachable, 480, false, options{}, func(w *world, alice, _ *phone) {
			w.dir.users[2].Enabled = false
			a := alice.dial("202", session(alice, "8", ""))
			a.refused(alice.take("480 INVITE"))
		}},
		{"the number does not exist", pbx.EndNotFound, 404, false, options{}, func(w *world, alice, _ *phone) {
			a := alice.dial("999", session(alice, "8", ""))
			a.refused(alice.take("404 INVITE"))
		}},
		{"the caller is disabled meanwhile", pbx.EndForbidden, 403, false, options{}, func(w *world, alice, _ *phone) {
			w.dir.users[1].Enabled = false
			a := alice.dial("202", session(alice, "8", ""))
			a.refused(alice.take("403 INVITE"))
		}},
		{"the caller's media is plain", pbx.EndNotAcceptable, 488, false, options{}, func(w *world, alice, _ *phone) {
			w.dir.users[1].Lines[0].Security = pbx.Secure
			a := alice.dial("202", session(alice, "8", ""))
			w.has(a.refused(alice.take("488 INVITE")), sip.Warning, `399 ringfence "TLS and SRTP required"`)
		}},
		{"the caller's description is garbage", pbx.EndNotAcceptable, 400, false, options{}, func(w *world, alice, _ *phone) {
			a := alice.dial("202", "this is no description")
			a.refused(alice.take("400 INVITE"))
		}},
		{"the callee accepts no media", pbx.EndNotAcceptable, 488, false, options{}, func(w *world, alice, bob *phone) {
			a := alice.dial("202", session(alice, "8", ""))
			b := bob.ringing()
			b.respond(488, "")
			bob.take("ACK")
			a.refused(alice.take("488 INVITE"))
		}},
		{"the callee answers with nonsense", pbx.EndNotAcceptable, 488, false, options{}, func(w *world, alice, bob *phone) {
			a := alice.dial("202", session(alice, "8", ""))
			b := bob.ringing()
			b.respond(200, "")
			bob.take("ACK")
			b.reply("BYE", 200, "")
			a.refused(alice.take("488 INVITE"))
		}},
		{"too many hops", pbx.EndMaxForwards, 483, false, options{}, func(w *world, alice, _ *phone) {
			a := alice.dial("202", session(alice, "8", ""), "Max-Forwards: 0")
			a.refused(alice.take("483 INVITE"))
		}},
		{"the administrator ends a call", pbx.EndAdminHangup, 200, true, options{}, func(w *world, alice, bob *phone) {
			a, b := talk(w, alice, bob)
			if !w.calls.Hangup(w.only().ID, pbx.EndAdminHangup) {
				t.Error("no such call")
			}
			w.has(a.reply("BYE", 200, ""), sip.Reason, "Ended by the administrator")
			b.reply("BYE", 200, "")
		}},
		{"the administrator ends a ringing call", pbx.EndAdminHangup, 480, false, options{}, func(w *world, alice, bob *phone) {
			a := alice.dial("202", session(alice, "8", ""))
			b := bob.ringing()
			b.respond(180, "")
			alice.take("180 INVITE")
			w.calls.Hangup(w.only().ID, pbx.EndAdminHangup)
			a.refused(alice.take("480 INVITE"))
			b.respondTo(bob.take("CANCEL"), 200, "")
			b.respond(487, "")
			bob.take("ACK")
		}},
		{"the callee's account is closed", pbx.EndAdminHangup, 200, true, options{}, func(w *world, alice, bob *phone) {
			a, b := talk(w, alice, bob)
			w.calls.EndForUser(77, pbx.EndAdminHangup)
			w.calls.EndForUser(2, pbx.EndAdminHangup)
			a.reply("BYE", 200, "")
			b.reply("BYE", 200, "")
		}},
		{"the caller's device is revoked", pbx.EndAdminHangup, 200, true, options{}, func(w *world, alice, bob *phone) {
			a, b := talk(w, alice, bob)
			w.calls.EndForDevice(10, pbx.EndAdminHangup)
			a.reply("BYE", 200, "")
			b.reply("BYE", 200, "")
		}},
		{"the server stops", pbx.EndServerShutdown, 200, true, options{}, func(w *world, alice, bob *phone) {
			a, b := talk(w, alice, bob)
			done := make(chan error)
			go func() { done <- w.calls.Drain(context.Background()) }()
			w.has(a.reply("BYE", 200, ""), sip.Reason, "shutting down")
			b.reply("BYE", 200, "")
			if err := <-done; err != nil {
				t.Error(err)
			}
		}},
		{"the caller's ACK never comes", pbx.EndCallerVanished, 200, true, options{}, func(w *world, alice, bob *phone) {
			a := alice.dial("202", session(alice, "8", ""))
			b := bob.ringing()
			b.respond(200, session(bob, "8", ""))
			bob.take("ACK")
			a.learn(alice.take("200 INVITE"))
			w.wait(32*time.Second + 100*time.Millisecond)
			if n := alice.count("200 INVITE"); n != 10 {
				t.Errorf("the 2xx was repeated %d times, want 10", n)
			}
			b.reply("BYE", 200, "")
			a.reply("BYE", 200, "")
			alice.forget()
		}},
		{
			"the caller's media stops", pbx.EndCallerVanished, 200, true,
			options{timeout: 60 * time.Second},
			func(w *world, alice, bob *phone) {
				a, b := talk(w, alice, bob)
				stop := bob.speak(b.invite)
				w.wait(60*time.Second + 100*time.Millisecond)
				a.reply("BYE", 200, "")
				b.reply("BYE", 200, "")
				stop()
			},
		},
		{
			"the callee's media stops", pbx.EndCalleeVanished, 200, true,
			options{timeout: 60 * time.Second},
			func(w *world, alice, bob *phone) {
				a, b := talk(w, alice, bob)
				stop := alice.speak(a.last)
				w.wait(60*time.Second + 100*time.Millisecond)
				a.reply("BYE", 200, "")
				b.reply("BYE", 200, "")
				stop()
			},
		},
		{
			"the session is not refreshed", pbx.EndSessionExpired, 200, true,
			options{expires: 90 * time.Second},
			func(w *world, alice, bob *phone) {
				a := alice.dial("202", session(alice, "8", ""), "Supported: timer", "Session-Expires: 90;refresher=uac")
				b := bob.ringing()
				b.respond(200, session(bob, "8", ""), "Session-Expires: 90;refresher=uas")
				bob.take("ACK")
				w.has(a.learn(alice.take("200 INVITE")), sip.SessionExpires, "90;refresher=uac")
				a.ack("")
				w.wait(60*time.Second + 100*time.Millisecond)
				a.reply("BYE", 200, "")
				b.reply("BYE", 200, "")
			},
		},
		{
			"the callee does not answer a refresh", pbx.EndCalleeVanished, 200, true,
			options{expires: 120 * time.Second},
			func(w *world, alice, bob *phone) {
				a := alice.dial("202", session(alice, "8", ""), "Supported: timer", "Session-Expires: 120;refresher=uac")
				b := bob.ringing()
				b.respond(200, session(bob, "8", ""), "Allow: INVITE, UPDATE")
				bob.take("ACK")
				a.learn(alice.take("200 INVITE"))
				a.ack("")
				w.wait(60 * time.Second)
				w.has(bob.take("UPDATE"), sip.SessionExpires, "120;refresher=uac")
				a.request(sip.UPDATE, "", "Supported: timer", "Session-Expires: 120;refresher=uac")
				alice.take("200 UPDATE")
				w.wait(32*time.Second + 100*time.Millisecond)
				a.reply("BYE", 200, "")
				bob.forget()
			},
		},
		{"the callee does not know the call any more", pbx.EndCalleeVanished, 200, true, options{}, func(w *world, alice, bob *phone) {
			a, b := talk(w, alice, bob)
			a.request(sip.INVITE, sessionVersion(alice, 2, "8", "sendonly"))
			alice.take("200 INVITE")
			a.ack("")
			b.reply("INVITE", 481, "")
			bob.take("ACK")
			a.reply("BYE", 200, "")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, tt.options, func(w *world) {
				alice, bobs := pair(w, 1, transport.UDP)
				tt.play(w, alice, bobs[0])
				w.want(tt.reason, tt.status, tt.answered)
				w.wantRecords(1)
				alice.quiet()
				bobs[0].quiet()
			})
		})
	}
}

func TestCallerLosesItsConnectionWhileRinging(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.TCP)
		alice.dial("202", session(alice, "8", ""))
		b := bobs[0].ringing()
		b.respond(180, "")
		alice.take("180 INVITE")
		w.net.Reset(alice.addr.Addr(), serverAddr.Addr())
		b.respondTo(bobs[0].take("CANCEL"), 200, "")
		b.respond(487, "")
		bobs[0].take("ACK")
		w.want(pbx.EndFlowLost, 480, false)
	})
}

func TestLimits(t *testing.T) {
	tests := []struct {
		name   string
		limits call.Limits
	}{
		{"calls in total", call.Limits{Calls: 1}},
		{"calls of one user", call.Limits{PerUser: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, options{limits: tt.limits}, func(w *world) {
				alice, bobs := pair(w, 1, transport.UDP)
				a, b := talk(w, alice, bobs[0])
				alice.dial("202", session(alice, "8", ""))
				w.has(alice.take("503 INVITE"), sip.RetryAfter, "")
				w.want(pbx.EndOverload, 503, false)
				a.request(sip.BYE, "")
				alice.take("200 BYE")
				b.reply("BYE", 200, "")
				w.wantRecords(2)
				talk(w, alice, bobs[0]) // there is room again
				alice.does(hangUp)
				bobs[0].does(hangUp)
			})
		})
	}
}

// hangUp answers each BYE.
func hangUp(p *phone, m *sip.Message) {
	if title(m) == "BYE" {
		p.dialogOf(m).respondTo(m, 200, "")
	}
}

func TestFullInboxEndsTheCall(t *testing.T) {
	run(t, options{limits: call.Limits{Inbox: 4}}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		hold := make(chan struct{})
		w.dir.onDial = func() { <-hold } // the actor stands still
		a := alice.dial("202", session(alice, "8", ""))
		id := w.only().ID
		for range 5 {
			w.calls.EndForUser(77, pbx.EndAdminHangup) // means nothing to this call, but takes room
		}
		w.calls.Hangup(id, pbx.EndAdminHangup) // is lost
		close(hold)
		a.refused(alice.take("503 INVITE"))
		w.want(pbx.EndOverload, 503, false)
		if n := w.counters.InboxFull.Load(); n != 2 {
			t.Errorf("%d events found no room", n)
		}
		bobs[0].does(ringOff)
		w.wait(time.Minute)
	})
}

// ringOff answers a CANCEL as a phone does.
func ringOff(p *phone, m *sip.Message) {
	if title(m) == "CANCEL" {
		p.dialogOf(m).respondTo(m, 200, "")
	}
	if title(m) == "INVITE" {
		p.dialogOf(m).respondTo(m, 487, "")
	}
}

func TestPanicEndsOneCallOnly(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a, b := talk(w, alice, bobs[0])
		w.dir.onDial = func() { panic("in the directory") }
		x := alice.dial("202", session(alice, "8", ""))
		x.refused(alice.take("500 INVITE"))
		w.want(pbx.EndInternalError, 500, false)
		w.dir.onDial = nil
		if n := w.counters.Panics.Swap(0); n != 1 {
			t.Errorf("%d panics", n)
		}
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		b.reply("BYE", 200, "")
		w.wantRecords(2)
	})
}

func TestNewCallsAreRefusedWhileStopping(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, _ := pair(w, 1, transport.UDP)
		if err := w.calls.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		alice.dial("202", session(alice, "8", ""))
		w.has(alice.take("503 INVITE"), sip.RetryAfter, "")
	})
}

func TestInvitesThatBecomeNoCall(t *testing.T) {
	tests := []struct {
		name    string
		headers []string
		want    string
		header  sip.HeaderID
		value   string
	}{
		{"an unknown extension is required", []string{"Require: 100rel, xyzzy"}, "420 INVITE", sip.Unsupported, "xyzzy"},
		{
			"the session interval is too small",
			[]string{"Supported: timer", "Session-Expires: 60"},
			"422 INVITE",
			sip.MinSE, "90",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, _ := pair(w, 1, transport.UDP)
				a := alice.dial("202", session(alice, "8", ""), tt.headers...)
				w.has(a.refused(alice.take(tt.want)), tt.header, tt.value)
				w.wantRecords(0)
			})
		})
	}
}
