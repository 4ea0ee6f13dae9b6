package call_test

import (
	"testing"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// pair is alice's phone and bob's phones, registered.
func pair(w *world, devices int, kind transport.Kind) (alice *phone, bobs []*phone) {
	w.Helper()
	w.dir.user(1, "Alice", 1)
	w.dir.user(2, "Bob", devices)
	alice = w.phone("alice", 10, kind)
	alice.registered()
	for i := range devices {
		bobs = append(bobs, w.phone("bob"+string(rune('a'+i)), pbx.DeviceID(20+i), kind).registered())
	}
	return alice, bobs
}

// talk sets a call up.
func talk(w *world, alice, bob *phone) (a, b *dialog) {
	w.Helper()
	a = alice.dial("202", session(alice, "8 0", ""))
	b = bob.ringing()
	b.respond(180, "")
	a.learn(alice.take("180 INVITE"))
	b.respond(200, session(bob, "8", ""))
	bob.take("ACK")
	a.learn(alice.take("200 INVITE"))
	a.ack("")
	w.wait(0)
	return a, b
}

func TestCallAnsweredAndEndedByTheCaller(t *testing.T) {
	for _, kind := range []transport.Kind{transport.UDP, transport.TCP} {
		t.Run(kind.String(), func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, bobs := pair(w, 1, kind)
				bob := bobs[0]
				a := alice.dial("202", session(alice, "8 0", ""))
				b := bob.ringing()
				w.has(b.invite, sip.From, `"Alice" <sip:201@pbx.test>`)
				w.has(b.invite, sip.PAssertedIdentity, `"Alice" <sip:201@pbx.test>`)
				w.has(b.invite, sip.MaxForwards, "70")
				w.has(b.invite, sip.Supported, "timer")
				w.wantMedia(b.invite, "8", "sendrecv")
				b.respond(180, "")
				w.has(a.learn(alice.take("180 INVITE")), sip.Contact, "192.0.2.1")
				if s := w.only().State; s != "early" {
					t.Errorf("state %s", s)
				}
				b.respond(200, session(bob, "8", ""))
				bob.take("ACK")
				ok := a.learn(alice.take("200 INVITE"))
				w.wantMedia(ok, "8", "sendrecv")
				w.has(ok, sip.PAssertedIdentity, `"Bob" <sip:202@pbx.test>`)
				w.has(b.invite, sip.To, `"Bob" <sip:202@pbx.test>`)
				w.has(ok, sip.SessionExpires, "1800;refresher=uas")
				a.ack("")
				w.wait(time.Minute)
				if s := w.only().State; s != "confirmed" {
					t.Errorf("state %s", s)
				}
				a.request(sip.BYE, "")
				alice.take("200 BYE")
				b.reply("BYE", 200, "")
				r := w.want(pbx.EndCompletedCaller, 200, true)
				if r.Duration() != time.Minute || r.AnsweredBy != pbx.AnsweredByPhone || r.Caller.Number != "201" || r.Callee.Number != "202" ||
					r.Callee.Device != 20 || r.Callee.Codec != "PCMA" || r.Dialled != "202" {
					t.Errorf("record %+v", r)
				}
				w.wantRecords(1)
				alice.quiet()
				bob.quiet()
			})
		})
	}
}
