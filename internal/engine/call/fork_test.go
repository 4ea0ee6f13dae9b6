package call_test

import (
	"strconv"
	"testing"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// cancelled plays a phone whose INVITE is cancelled.
func (d *dialog) cancelled() *sip.Message {
	d.p.w.Helper()
	m := d.p.take("CANCEL")
	d.respondTo(m, 200, "")
	d.respond(487, "")
	d.p.take("ACK")
	return m
}

func TestAllPhonesRingAndTheLosersAreCancelled(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 3, transport.UDP)
		a := alice.dial("202", session(alice, "8", ""))
		var b []*dialog
		for _, p := range bobs {
			b = append(b, p.ringing())
		}
		for _, d := range b {
			d.respond(180, "")
		}
		alice.take("180 INVITE")
		if n := alice.count("180 INVITE"); n != 0 {
			t.Errorf("the caller is told %d times more that it rings", n)
		}
		b[1].respond(200, session(bobs[1], "8", ""))
		bobs[1].take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		w.has(b[0].cancelled(), sip.Reason, "Call completed elsewhere")
		w.has(b[2].cancelled(), sip.Reason, "Call completed elsewhere")
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		b[1].reply("BYE", 200, "")
		if r := w.want(pbx.EndCompletedCaller, 200, true); r.Callee.Device != 21 {
			t.Errorf("answered by device %d", r.Callee.Device)
		}
		w.wantRecords(1)
		for _, p := range append(bobs, alice) {
			p.quiet()
		}
	})
}

func TestTwoPhonesAnswerInTheSameTick(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 2, transport.UDP)
		a := alice.dial("202", session(alice, "8", ""))
		b := []*dialog{bobs[0].ringing(), bobs[1].ringing()}
		b[0].respond(200, session(bobs[0], "8", ""))
		b[1].respond(200, session(bobs[1], "8", ""))
		bobs[0].take("ACK")
		bobs[1].take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		loser := 0
		if bobs[1].count("BYE") == 1 {
			loser = 1
		}
		w.has(bobs[loser].last(), sip.Reason, "Call completed elsewhere")
		if bobs[loser].count("CANCEL") == 1 {
			b[loser].respondTo(bobs[loser].take("CANCEL"), 481, "")
		}
		b[loser].reply("BYE", 200, "")
		b[loser].respond(200, session(bobs[loser], "8", "")) // its ACK was lost
		bobs[loser].take("ACK")
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		b[1-loser].reply("BYE", 200, "")
		w.want(pbx.EndCompletedCaller, 200, true)
		w.wantRecords(1)
		bobs[0].quiet()
		bobs[1].quiet()
	})
}

func TestBestFinalResponse(t *testing.T) {
	tests := []struct {
		name   string
		codes  [2]int
		want   string
		reason pbx.EndReason
	}{
		{"busy is told before unavailable", [2]int{480, 486}, "486 INVITE", pbx.EndBusy},
		{"a phone's own trouble is not passed on", [2]int{500, 404}, "480 INVITE", pbx.EndUnreachable},
		{"a challenge is not passed on", [2]int{401, 503}, "480 INVITE", pbx.EndUnreachable},
		{"a redirection is not followed", [2]int{302, 302}, "480 INVITE", pbx.EndUnreachable},
		{"not acceptable is told before a server error", [2]int{488, 500}, "488 INVITE", pbx.EndNotAcceptable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, bobs := pair(w, 2, transport.UDP)
				a := alice.dial("202", session(alice, "8", ""))
				for i, code := range tt.codes {
					bobs[i].ringing().respond(code, "")
					bobs[i].take("ACK")
				}
				a.refused(alice.take(tt.want))
				w.want(tt.reason, map[string]int{"486 INVITE": 486, "480 INVITE": 480, "488 INVITE": 488}[tt.want], false)
			})
		})
	}
}

func TestDeclineEndsTheCallForAllPhones(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 2, transport.UDP)
		a := alice.dial("202", session(alice, "8", ""))
		b := []*dialog{bobs[0].ringing(), bobs[1].ringing()}
		b[0].respond(180, "")
		alice.take("180 INVITE")
		b[1].respond(603, "")
		bobs[1].take("ACK")
		a.refused(alice.take("603 INVITE"))
		b[0].cancelled()
		w.want(pbx.EndDeclined, 603, false)
	})
}

func TestEarlyMediaOnlyFromTheLastTarget(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 2, transport.UDP)
		a := alice.dial("202", session(alice, "8 0", ""))
		b := []*dialog{bobs[0].ringing(), bobs[1].ringing()}
		b[0].respond(183, session(bobs[0], "0", ""))
		w.wait(0)
		if alice.count("183 INVITE") != 0 {
			t.Error("early media passes with two targets")
		}
		b[1].respond(180, "")
		alice.take("180 INVITE")
		b[1].respond(486, "")
		bobs[1].take("ACK")
		progress := alice.take("183 INVITE") // one target is left
		w.wantMedia(progress, "0", "sendrecv")
		b[0].respond(200, session(bobs[0], "0", ""))
		bobs[0].take("ACK")
		ok := a.learn(alice.take("200 INVITE"))
		if string(ok.Body()) != string(progress.Body()) {
			t.Error("the 200 has another description than the 183")
		}
		a.ack("")
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		b[0].reply("BYE", 200, "")
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

func TestAnswerFromAnotherForkWithAnotherCodec(t *testing.T) {
	// 183 from one fork behind the phone's address, then 200 from another with another codec: the caller's answer stays
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", session(alice, "8 0 9", ""))
		b := bob.ringing()
		b.respond(183, session(bob, "0", ""))
		progress := alice.take("183 INVITE")
		w.wantMedia(progress, "0", "sendrecv")
		other := bob.dialogOf(b.invite) // another tag
		other.respond(200, session(bob, "9", ""))
		bob.take("ACK")
		ok := a.learn(alice.take("200 INVITE"))
		w.wantMedia(ok, "0", "sendrecv")
		if string(ok.Body()) != string(progress.Body()) {
			t.Error("the 200 has another description than the 183")
		}
		a.ack("")
		w.wait(time.Second)
		if r := w.only(); r.Caller.Codec != "PCMU" || r.Callee.Codec != "G722" {
			t.Errorf("codecs %s and %s", r.Caller.Codec, r.Callee.Codec)
		}
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		other.reply("BYE", 200, "")
		w.want(pbx.EndCompletedCaller, 200, true)
		alice.quiet()
		bob.quiet()
	})
}

func TestCodecThatCannotBeTranscodedIsAgreedOnAnew(t *testing.T) {
	// the caller's answer was PCMU; the fork that answers speaks Opus only, which the caller offered too
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", session(alice, "96 0", ""))
		b := bob.ringing()
		b.respond(183, session(bob, "0", ""))
		alice.take("183 INVITE")
		other := bob.dialogOf(b.invite)
		other.respond(200, session(bob, "96", ""))
		bob.take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		m := alice.take("INVITE")
		if f, _ := format(m); f != "96" {
			t.Errorf("the caller is offered %s", formats(m))
		}
		a.respondTo(m, 200, sessionVersion(alice, 2, "96", ""))
		alice.take("ACK")
		w.wait(0)
		if r := w.only(); r.Caller.Codec != "opus" || r.Callee.Codec != "opus" {
			t.Errorf("codecs %s and %s", r.Caller.Codec, r.Callee.Codec)
		}
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		other.reply("BYE", 200, "")
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

func TestCallerCancelsWhileTheCalleeAnswers(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", session(alice, "8", ""))
		b := bob.ringing()
		b.respond(180, "")
		alice.take("180 INVITE")
		a.cancel()
		b.respond(200, session(bob, "8", "")) // crosses the CANCEL
		alice.take("200 CANCEL")
		a.refused(alice.take("487 INVITE"))
		bob.take("ACK")
		b.reply("BYE", 200, "")
		if bob.count("CANCEL") == 1 { // unless the 200 came first
			b.respondTo(bob.take("CANCEL"), 200, "")
		}
		w.want(pbx.EndCancelled, 487, false)
		bob.quiet()
	})
}

func TestCancelAfterTheAnswerComesTooLate(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", session(alice, "8", ""))
		b := bob.ringing()
		b.respond(200, session(bob, "8", ""))
		bob.take("ACK")
		a.cancel() // the caller has not seen the 200 yet
		alice.take("200 CANCEL")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		b.reply("BYE", 200, "")
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

func TestCancelBeforeThePhoneHasReacted(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", session(alice, "8", ""))
		b := bob.ringing()
		a.cancel()
		alice.take("200 CANCEL")
		a.refused(alice.take("487 INVITE"))
		w.wait(0)
		if bob.count("CANCEL") != 0 {
			t.Error("CANCEL before any provisional response")
		}
		b.respond(180, "")
		b.cancelled()
		w.want(pbx.EndCancelled, 487, false)
		bob.quiet()
	})
}

func TestDormantPhoneReturns(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.TCP)
		bob := bobs[0]
		w.net.Reset(bob.addr.Addr(), serverAddr.Addr())
		w.wait(time.Second)
		a := alice.dial("202", session(alice, "8", ""))
		alice.take("180 INVITE") // the caller hears it ring at once
		w.wait(5 * time.Second)
		bob.connect()
		bob.registered()
		b := bob.ringing()
		b.respond(200, session(bob, "8", ""))
		bob.take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		b.reply("BYE", 200, "")
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

func TestDormantPhoneStaysAway(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.TCP)
		w.net.Reset(bobs[0].addr.Addr(), serverAddr.Addr())
		w.wait(time.Second)
		a := alice.dial("202", session(alice, "8", ""))
		alice.take("180 INVITE")
		w.wait(10 * time.Second)
		a.refused(alice.take("480 INVITE"))
		w.want(pbx.EndUnreachable, 480, false)
	})
}

func TestFlowsOfOnePhoneAreTriedInTurn(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.TCP)
		bob := bobs[0]
		second := w.phone("second", 20, transport.TCP)
		second.instance = "second"
		second.registered()
		w.bindings.mu.Lock()
		list := w.bindings.users[2]
		for i := range list { // both are flows of one instance
			list[i].Instance, list[i].RegID = "urn:x", i+1
		}
		w.bindings.mu.Unlock()
		a := alice.dial("202", session(alice, "8", ""))
		m := second.ringing()
		if bob.count("INVITE") != 0 {
			t.Fatal("both flows of one phone got the INVITE")
		}
		m.respond(430, "")
		second.take("ACK")
		b := bob.ringing()
		b.respond(200, session(bob, "8", ""))
		bob.take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		b.reply("BYE", 200, "")
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

func TestCallToOneselfRingsTheOtherPhones(t *testing.T) {
	run(t, options{}, func(w *world) {
		w.dir.user(1, "Alice", 2)
		desk := w.phone("desk", 10, transport.UDP).registered()
		mobile := w.phone("mobile", 11, transport.UDP).registered()
		a := desk.dial("201", session(desk, "8", ""))
		m := mobile.ringing()
		m.respond(486, "")
		mobile.take("ACK")
		a.refused(desk.take("486 INVITE"))
		desk.quiet()
		w.want(pbx.EndBusy, 486, false)
	})
}

func TestRingTimeOfTheUser(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		w.dir.users[2].RingTime = 150 * time.Second
		a := alice.dial("202", session(alice, "8", ""))
		b := bobs[0].ringing()
		b.respond(180, "")
		alice.take("180 INVITE")
		w.wait(61 * time.Second)
		alice.take("180 INVITE") // repeated each minute
		w.wait(89*time.Second + 100*time.Millisecond)
		alice.take("180 INVITE")
		a.refused(alice.take("480 INVITE"))
		b.cancelled()
		w.want(pbx.EndNoAnswer, 480, false)
	})
}

func TestTimerCEndsATargetThatRingsForEver(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		w.dir.users[2].RingTime = time.Hour
		a := alice.dial("202", session(alice, "8", ""))
		b := bobs[0].ringing()
		b.respond(180, "")
		alice.take("180 INVITE")
		w.wait(185*time.Second + 100*time.Millisecond)
		b.cancelled()
		alice.forget()
		_ = a
		w.want(pbx.EndUnreachable, 480, false)
	})
}

func TestMoreTargetsThanACallRings(t *testing.T) {
	run(t, options{}, func(w *world) {
		w.dir.user(1, "Alice", 1)
		w.dir.user(2, "Bob", 1)
		alice := w.phone("alice", 10, transport.UDP)
		bob := w.phone("bob", 20, transport.UDP).registered()
		list := w.bindings.Bindings(2)
		for i := range 50 {
			x := list[0]
			x.Instance = strconv.Itoa(i)
			w.bindings.put(2, x)
		}
		a := alice.dial("202", session(alice, "8", ""))
		w.wait(0)
		if n := bob.count("INVITE"); n != 32 {
			t.Errorf("%d INVITEs", n)
		}
		bob.does(ringOff)
		for range 32 {
			bob.ringing().respond(486, "")
		}
		a.refused(alice.take("486 INVITE"))
	})
}
