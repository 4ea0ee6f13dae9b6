package call_test

import (
	"testing"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

func TestPhoneComesBackOnANewConnectionInACall(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.TCP)
		bob := bobs[0]
		a, b := talk(w, alice, bob)
		w.net.Reset(bob.addr.Addr(), serverAddr.Addr())
		w.wait(5 * time.Second)
		bob.connect()
		bob.registered()
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		b.reply("BYE", 200, "") // it arrives on the new connection
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

func TestRequestWaitsForThePhone(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.TCP)
		bob := bobs[0]
		a, b := talk(w, alice, bob)
		w.net.Reset(bob.addr.Addr(), serverAddr.Addr())
		w.wait(time.Second)
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		w.want(pbx.EndCompletedCaller, 200, true) // the record does not wait
		w.wait(20 * time.Second)
		bob.connect()
		bob.registered()
		b.reply("BYE", 200, "")
	})
}

func TestHoldWaitsForThePhoneAndEndsTheCall(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.TCP)
		a, _ := talk(w, alice, bobs[0])
		w.net.Reset(bobs[0].addr.Addr(), serverAddr.Addr())
		w.wait(time.Second)
		a.request(sip.INVITE, sessionVersion(alice, 2, "8", "sendonly"))
		alice.take("200 INVITE")
		a.ack("")
		w.wait(31 * time.Second)
		if len(w.calls.Live()) != 1 {
			t.Error("the call has ended too early")
		}
		w.wait(time.Second)
		a.reply("BYE", 200, "")
		w.want(pbx.EndFlowLost, 200, true)
	})
}

func TestConnectionLostUnderARequest(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.TCP)
		bob := bobs[0]
		a, b := talk(w, alice, bob)
		a.request(sip.INVITE, sessionVersion(alice, 2, "8", "sendonly"))
		alice.take("200 INVITE")
		a.ack("")
		bob.take("INVITE")
		w.net.Reset(bob.addr.Addr(), serverAddr.Addr())
		w.wait(time.Second)
		bob.connect()
		bob.registered()
		m := bob.take("INVITE") // again, on the new connection
		w.wantMedia(m, "8", "sendonly")
		b.respondTo(m, 200, sessionVersion(bob, 2, "8", "recvonly"))
		bob.take("ACK")
		w.wait(0)
		finish(w, a, b)
	})
}

func TestRequestOnAnotherFlowNeedsDigestOfTheSameDevice(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.TCP)
		bob := bobs[0]
		a, b := talk(w, alice, bob)
		bob.connect() // from Wi-Fi to mobile, not registered yet
		b.seq = 50
		device := bob.device
		bob.device = 0
		b.request(sip.UPDATE, "")
		bob.take("401 UPDATE")
		bob.device = 10 // alice's credentials
		b.request(sip.UPDATE, "")
		bob.take("403 UPDATE")
		bob.device = device
		b.request(sip.UPDATE, "")
		bob.take("200 UPDATE")
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		b.reply("BYE", 200, "") // the dialog has moved
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

func TestEncryptedDialogStaysEncrypted(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.TLS)
		a, b := talk(w, alice, bobs[0])
		tls := alice.flow
		alice.kind = transport.UDP
		alice.connect()
		a.request(sip.BYE, "") // with the right device, in the clear
		alice.take("403 BYE")
		alice.kind, alice.flow = transport.TLS, tls
		finish(w, a, b)
	})
}

func TestUDPPhoneThatMovedIsFoundAgain(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a, b := talk(w, alice, bob)
		w.net.Cut(bob.addr.Addr(), serverAddr.Addr())
		mobile := w.phone("mobile", 20, transport.UDP)
		mobile.instance = bob.instance
		mobile.registered()
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		w.wait(33 * time.Second) // nobody hears the BYE at the old address
		b.p = mobile
		b.reply("BYE", 200, "")
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

func TestTargetLosesItsConnectionWhileRinging(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 2, transport.TCP)
		a := alice.dial("202", session(alice, "8", ""))
		b := []*dialog{bobs[0].ringing(), bobs[1].ringing()}
		b[0].respond(180, "")
		alice.take("180 INVITE")
		w.net.Reset(bobs[0].addr.Addr(), serverAddr.Addr())
		w.wait(time.Second)
		b[1].respond(200, session(bobs[1], "8", ""))
		bobs[1].take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		finish(w, a, b[1])
	})
}

func TestCallsOverALossyNetwork(t *testing.T) {
	link := netx.Link{Delay: 20 * time.Millisecond, Jitter: 30 * time.Millisecond, Loss: 0.2, Duplicate: 0.1, Reorder: 0.1}
	const n = 40
	run(t, options{link: link}, func(w *world) {
		done := 0
		for i := range n {
			u := pbx.UserID(2*i + 1)
			w.dir.user(u, "Caller", 1)
			w.dir.user(u+1, "Callee", 1)
			caller := newRobot(w, pbx.DeviceID(u*10), transport.UDP, plan{hangUp: 20 * time.Second})
			callee := newRobot(w, pbx.DeviceID((u+1)*10), transport.UDP, plan{ring: time.Second, answer: 2 * time.Second})
			callee.register()
			w.wait(10 * time.Millisecond)
			caller.call(w.dir.users[u+1].Number)
		}
		w.wait(5 * time.Minute)
		for _, r := range w.records.all() {
			if r.EndReason == pbx.EndCompletedCaller && !r.AnsweredAt.IsZero() {
				done++
			}
		}
		if len(w.records.all()) != n || done != n {
			t.Errorf("%d records, %d of them of complete calls, want %d", len(w.records.all()), done, n)
		}
	})
}
