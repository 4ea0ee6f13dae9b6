package call_test

import (
	"fmt"
	"testing"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// prack acknowledges a reliable provisional response.
func (d *dialog) prack(m *sip.Message, body string) {
	d.p.w.Helper()
	seq, _ := m.CSeq()
	d.learn(m)
	d.request(sip.PRACK, body, fmt.Sprintf("RAck: %s %d INVITE", m.Get(sip.RSeq), seq))
}

func TestReliableProvisionalResponses(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", session(alice, "8", ""), "Require: 100rel")
		b := bob.ringing()
		b.respond(180, "")
		ringing := alice.take("180 INVITE")
		w.has(ringing, sip.Require, "100rel")
		w.wait(600 * time.Millisecond)
		alice.take("180 INVITE") // repeated until the PRACK
		b.respond(183, session(bob, "8", ""))
		w.wait(0)
		if alice.count("183 INVITE") != 0 {
			t.Error("a second reliable response before the PRACK of the first")
		}
		a.prack(ringing, "")
		alice.take("200 PRACK")
		progress := alice.take("180 INVITE") // it rings, and now with early media
		w.wantMedia(progress, "8", "sendrecv")
		b.respond(200, session(bob, "8", ""))
		bob.take("ACK")
		w.wait(0)
		if alice.count("200 INVITE") != 0 {
			t.Error("the 200 before the PRACK of the description") // RFC 3262 §3
		}
		a.prack(progress, "")
		alice.take("200 PRACK")
		ok := a.learn(alice.take("200 INVITE"))
		if len(ok.Body()) != 0 {
			t.Error("a second answer in the 200")
		}
		inviteSeq, _ := ok.CSeq()
		seq := a.seq
		a.seq = inviteSeq
		a.ack("")
		a.seq = seq
		w.wait(time.Second)
		finish(w, a, b)
	})
}

func TestReliableResponseWithoutPRACK(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a := alice.dial("202", session(alice, "8", ""), "Require: 100rel")
		b := bobs[0].ringing()
		b.respond(180, "")
		w.wait(32*time.Second + 100*time.Millisecond)
		if n := alice.count("180 INVITE"); n != 7 {
			t.Errorf("%d times 180, want 7", n)
		}
		a.refused(alice.take("504 INVITE"))
		b.cancelled()
		w.want(pbx.EndCallerVanished, 504, false)
		alice.forget()
	})
}

func TestDelayedOfferInTheFirstReliableResponse(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", "", "Supported: 100rel")
		b := bob.ringing()
		b.respond(180, "")
		ringing := alice.take("180 INVITE")
		w.wantMedia(ringing, "9", "sendrecv")
		a.prack(ringing, session(alice, "8", "")) // her answer
		alice.take("200 PRACK")
		a.request(sip.UPDATE, sessionVersion(alice, 2, "8", "")) // the session may change before the answer
		alice.take("200 UPDATE")
		b.respond(200, session(bob, "8", ""))
		bob.take("ACK")
		ok := a.learn(alice.take("200 INVITE"))
		if len(ok.Body()) != 0 {
			t.Error("another offer in the 200")
		}
		seq := a.seq
		a.seq = 1
		a.ack("")
		a.seq = seq
		w.wait(time.Second)
		if r := w.only(); r.Caller.Codec != "PCMA" || r.Callee.Codec != "PCMA" {
			t.Errorf("codecs %q and %q", r.Caller.Codec, r.Callee.Codec)
		}
		finish(w, a, b)
	})
}

func TestCalleeSendsReliableResponses(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", session(alice, "8", ""))
		b := bob.ringing()
		b.respond(183, session(bob, "8", ""), "Require: 100rel", "RSeq: 7")
		p := bob.take("PRACK")
		w.has(p, sip.RAck, "7 1 INVITE")
		b.respondTo(p, 200, "")
		b.respond(183, session(bob, "8", ""), "Require: 100rel", "RSeq: 7") // repeated
		b.respond(180, "", "Require: 100rel", "RSeq: 9")                    // before its turn
		w.wait(0)
		if bob.count("PRACK") != 0 {
			t.Error("PRACK of a response out of order")
		}
		b.respond(180, "", "Require: 100rel", "RSeq: 8")
		b.respondTo(bob.take("PRACK"), 200, "")
		alice.take("183 INVITE")
		alice.take("180 INVITE")
		b.seq = 50
		b.request(sip.UPDATE, sessionVersion(bob, 2, "8", "")) // an early change of the callee's address
		bob.take("200 UPDATE")
		b.respond(200, "")
		bob.take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		finish(w, a, b)
	})
}

func TestSessionTimers(t *testing.T) {
	tests := []struct {
		name    string
		invite  []string // the caller's
		answer  []string // the callee's 200
		refresh map[string]string
	}{
		{
			"nobody knows timers: the server refreshes both by re-INVITE", nil, nil,
			map[string]string{"alice": "INVITE", "bob": "INVITE"},
		},
		{
			"the caller refreshes, the callee allows UPDATE",
			[]string{"Supported: timer"},
			[]string{"Allow: UPDATE"},
			map[string]string{"alice": "", "bob": "UPDATE"},
		},
		{
			"the callee refreshes, the caller allows UPDATE",
			[]string{"Allow: UPDATE"},
			[]string{"Session-Expires: 120;refresher=uas", "Require: timer"},
			map[string]string{"alice": "UPDATE", "bob": ""},
		},
		{
			"the caller wants the server to refresh",
			[]string{"Supported: timer", "Session-Expires: 120;refresher=uas"},
			[]string{"Session-Expires: 120;refresher=uac"},
			map[string]string{"alice": "INVITE", "bob": "INVITE"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, options{expires: 120 * time.Second}, func(w *world) {
				alice, bobs := pair(w, 1, transport.UDP)
				bob := bobs[0]
				a := alice.dial("202", session(alice, "8", ""), tt.invite...)
				b := bob.ringing()
				w.has(b.invite, sip.SessionExpires, "120")
				w.has(b.invite, sip.MinSE, "90")
				b.respond(200, session(bob, "8", ""), tt.answer...)
				bob.take("ACK")
				a.learn(alice.take("200 INVITE"))
				a.ack("")
				w.wait(60*time.Second + 10*time.Millisecond)
				for _, x := range []struct {
					d    *dialog
					what string
				}{{a, tt.refresh["alice"]}, {b, tt.refresh["bob"]}} {
					if x.what == "" {
						x.d.seq += 100
						x.d.request(sip.UPDATE, "", "Supported: timer", "Session-Expires: 120;refresher=uac")
						x.d.p.take("200 UPDATE")
						continue
					}
					m := x.d.p.take(x.what)
					w.has(m, sip.SessionExpires, "120;refresher=uac")
					if x.what == "INVITE" {
						x.d.respondTo(m, 200, session(x.d.p, "8", ""))
						x.d.p.take("ACK")
					} else {
						x.d.respondTo(m, 200, "")
					}
				}
				w.wait(55 * time.Second)
				if len(w.calls.Live()) != 1 {
					t.Error("the session has ended")
				}
				finish(w, a, b)
			})
		})
	}
}

func TestCalleeWantsALongerSession(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", session(alice, "8", ""))
		b := bob.ringing()
		b.respond(422, "", "Min-SE: 3600")
		bob.take("ACK")
		b = bob.ringing()
		w.has(b.invite, sip.SessionExpires, "3600")
		w.has(b.invite, sip.MinSE, "3600")
		w.has(b.invite, sip.CSeq, "2 INVITE")
		b.respond(200, session(bob, "8", ""))
		bob.take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		finish(w, a, b)
	})
}

func TestRefreshIsRefused(t *testing.T) {
	run(t, options{expires: 120 * time.Second}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", session(alice, "8", ""), "Supported: timer")
		b := bob.ringing()
		b.respond(200, session(bob, "8", ""), "Allow: INVITE, UPDATE")
		bob.take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		w.wait(60*time.Second + 10*time.Millisecond)
		b.reply("UPDATE", 501, "") // it does not know UPDATE after all
		m := bob.take("INVITE")
		b.respondTo(m, 500, "", "Retry-After: 3")
		bob.take("ACK")
		w.wait(3*time.Second + 10*time.Millisecond)
		m = bob.take("INVITE")
		b.respondTo(m, 422, "", "Min-SE: 200")
		bob.take("ACK")
		m = bob.take("INVITE")
		w.has(m, sip.SessionExpires, "200;refresher=uac")
		b.respondTo(m, 200, session(bob, "8", ""), "Session-Expires: 200;refresher=uac")
		bob.take("ACK")
		a.request(sip.UPDATE, "", "Supported: timer", "Session-Expires: 120;refresher=uac")
		alice.take("200 UPDATE")
		w.wait(50 * time.Second)
		finish(w, a, b)
	})
}
