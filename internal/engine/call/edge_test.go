package call_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/media"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

func TestCallerHangsUpBeforeTheAnswer(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a := alice.dial("202", session(alice, "8", ""))
		b := bobs[0].ringing()
		b.respond(180, "")
		a.learn(alice.take("180 INVITE"))
		a.request(sip.BYE, "") // RFC 3261 §15: allowed for the caller in an early dialog
		alice.take("200 BYE")
		seq := a.seq
		a.seq = 1
		a.refused(alice.take("487 INVITE"))
		a.seq = seq
		b.cancelled()
		w.want(pbx.EndCancelled, 487, false)
		alice.quiet()
	})
}

func TestCalleeMayNotHangUpBeforeItsAnswer(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a := alice.dial("202", session(alice, "8", ""))
		b := bobs[0].ringing()
		b.respond(180, "")
		alice.take("180 INVITE")
		b.request(sip.BYE, "")
		bobs[0].take("481 BYE")
		b.respond(200, session(bobs[0], "8", ""))
		bobs[0].take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		finish(w, a, b)
	})
}

func TestBothHangUpAtOnce(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a, b := talk(w, alice, bobs[0])
		b.seq = 50
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		m := bobs[0].take("BYE")
		b.request(sip.BYE, "") // crosses ours
		bobs[0].take("200 BYE")
		b.respondTo(m, 200, "")
		w.wait(0)
		b.request(sip.BYE, "") // of a call that is gone
		bobs[0].take("481 BYE")
		w.want(pbx.EndCompletedCaller, 200, true)
	})
}

func TestBodiesThatAreNoDescription(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		var b sip.Builder
		d := &dialog{
			p: alice, callID: "x", target: "sip:202@" + domain, tag: "t", remote: "<sip:202@" + domain + ">",
			local: "<sip:x@y>;tag=t", branch: sip.NewBranch(), seq: 1,
		}
		d.begin(&b, sip.INVITE, 1, d.branch)
		b.Body("multipart/mixed", []byte("--x"))
		alice.send(b.Bytes())
		w.has(d.refused(alice.take("415 INVITE")), sip.Accept, "application/sdp")
		w.want(pbx.EndNotAcceptable, 415, false)

		a, x := talk(w, alice, bobs[0])
		a.seq++
		a.branch = sip.NewBranch()
		a.begin(&b, sip.INVITE, a.seq, a.branch)
		b.Body("text/plain", []byte("hello"))
		alice.send(b.Bytes())
		a.refused(alice.take("415 INVITE"))
		a.request(sip.INVITE, session(alice, "8", ""), "Supported: timer", "Session-Expires: 5")
		a.refused(alice.take("422 INVITE"))
		a.request(sip.BYE, "")
		alice.take("200 BYE")
		x.reply("BYE", 200, "")
	})
}

func TestInviteWithoutUsableContact(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, _ := pair(w, 1, transport.UDP)
		var b sip.Builder
		d := &dialog{
			p: alice, callID: "x", target: "sip:202@" + domain, tag: "t", remote: "<sip:202@" + domain + ">",
			local: "<sip:x@y>;tag=t", branch: sip.NewBranch(), seq: 1,
		}
		b.Request(sip.INVITE, []byte(d.target))
		b.Via("UDP", alice.addr.String(), d.branch)
		b.Header(sip.From, d.local)
		b.Header(sip.To, d.remote)
		b.Header(sip.CallID, d.callID)
		b.CSeq(1, sip.INVITE)
		b.HeaderNamed("X-Device", "10")
		b.Header(sip.Contact, "<tel:+39>")
		b.End()
		alice.send(b.Bytes())
		d.refused(alice.take("400 INVITE"))
		w.want(pbx.EndNotAcceptable, 400, false)
	})
}

func TestOfferInAPRACK(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", session(alice, "8", ""), "Require: 100rel")
		b := bob.ringing()
		b.respond(183, session(bob, "8", ""))
		a.prack(alice.take("183 INVITE"), sessionVersion(alice, 2, "8", "")) // RFC 3262 §5
		w.wantMedia(alice.take("200 PRACK"), "8", "sendrecv")
		b.respond(180, "")
		a.prack(alice.take("180 INVITE"), "nonsense")
		alice.take("400 PRACK")
		b.respond(200, session(bob, "8", ""))
		bob.take("ACK")
		a.learn(alice.take("200 INVITE"))
		seq := a.seq
		a.seq = 1
		a.ack("")
		a.seq = seq
		finish(w, a, b)
	})
}

func TestDelayedOfferWithEarlyMedia(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		bob := bobs[0]
		a := alice.dial("202", "", "Supported: 100rel")
		b := bob.ringing()
		b.respond(183, session(bob, "0", ""))
		progress := alice.take("183 INVITE")
		w.wantMedia(progress, "0", "sendrecv") // our offer begins with what the callee speaks
		a.prack(progress, session(alice, "0", ""))
		alice.take("200 PRACK")
		b.respond(200, session(bob, "0", ""))
		bob.take("ACK")
		a.learn(alice.take("200 INVITE"))
		seq := a.seq
		a.seq = 1
		a.ack("")
		a.seq = seq
		finish(w, a, b)
	})
}

func TestDelayedOfferRefusedInThePRACK(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		a := alice.dial("202", "", "Supported: 100rel")
		b := bobs[0].ringing()
		b.respond(180, "")
		a.prack(alice.take("180 INVITE"), "")
		alice.take("488 PRACK")
		a.refused(alice.take("488 INVITE"))
		b.cancelled()
		w.want(pbx.EndNotAcceptable, 488, false)
	})
}

// broken is media that fails as it is told.
type broken struct {
	call.Media
	legs int // that are opened before it fails
	err  error
}

func (b *broken) NewLeg(cfg media.LegConfig) (call.MediaLeg, error) {
	if b.legs--; b.legs < 0 {
		return nil, b.err
	}
	return b.Media.NewLeg(cfg)
}

func TestNoMediaPorts(t *testing.T) {
	tests := []struct {
		name   string
		legs   int
		err    error
		want   string
		reason pbx.EndReason
		status int
	}{
		{"for the caller", 0, media.ErrNoPorts, "503 INVITE", pbx.EndOverload, 503},
		{"for the callee", 1, media.ErrNoPorts, "480 INVITE", pbx.EndUnreachable, 480},
		{"for any other reason", 0, errors.New("no such device"), "500 INVITE", pbx.EndInternalError, 500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options{config: func(c *call.Config) { c.Media = &broken{Media: c.Media, legs: tt.legs, err: tt.err} }}
			run(t, o, func(w *world) {
				alice, _ := pair(w, 1, transport.UDP)
				a := alice.dial("202", session(alice, "8", ""))
				a.refused(alice.take(tt.want))
				w.want(tt.reason, tt.status, false)
			})
		})
	}
}

// faulty is media whose legs panic when they are closed: the orderly end fails too.
type faulty struct{ call.Media }

type faultyLeg struct{ call.MediaLeg }

func (f faulty) NewLeg(cfg media.LegConfig) (call.MediaLeg, error) {
	l, err := f.Media.NewLeg(cfg)
	return faultyLeg{l}, err
}

func (f faulty) Bridge(_, _ call.MediaLeg) error { panic("bridge") }

func (l faultyLeg) Security() pbx.MediaSecurity {
	l.Close()
	panic("security")
}

func TestPanicInTheEndOfACall(t *testing.T) {
	o := options{config: func(c *call.Config) { c.Media = faulty{c.Media} }}
	run(t, o, func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP)
		alice.does(hangUp)
		bobs[0].does(hangUp)
		alice.dial("202", session(alice, "8", ""))
		b := bobs[0].ringing()
		b.respond(200, session(bobs[0], "8", ""))
		w.wait(time.Minute)
		if n := w.counters.Panics.Swap(0); n < 2 {
			t.Errorf("%d panics", n)
		}
		if n := len(w.calls.Live()); n != 0 {
			t.Errorf("%d live calls", n)
		}
		w.want(pbx.EndInternalError, 200, true)
		w.wantRecords(1)
		alice.forget()
		bobs[0].forget()
	})
}

func TestAdvertisedAddress(t *testing.T) {
	outside := netip.MustParseAddr("203.0.113.9")
	o := options{config: func(c *call.Config) { c.Advertise = outside }}
	run(t, o, func(w *world) {
		// the server of these tests has a public address: it is never replaced
		alice, bobs := pair(w, 1, transport.UDP)
		a := alice.dial("202", session(alice, "8", ""))
		b := bobs[0].ringing()
		if strings.Contains(string(b.invite.Raw()), outside.String()) {
			t.Errorf("the advertised address stands for a public one:\n%s", b.invite.Raw())
		}
		b.respond(486, "")
		bobs[0].take("ACK")
		a.refused(alice.take("486 INVITE"))
	})
}

func TestEventsAndMetrics(t *testing.T) {
	run(t, options{}, func(w *world) {
		s := w.calls.Events.Subscribe(100)
		defer s.Close()
		alice, bobs := pair(w, 1, transport.UDP)
		a, b := talk(w, alice, bobs[0])
		finish(w, a, b)
		var states []string
		for len(s.C) > 0 {
			e := <-s.C
			if n := len(states); n == 0 || states[n-1] != e.Call.State {
				states = append(states, e.Call.State)
			}
		}
		if got := strings.Join(states, " "); got != "trying early confirmed terminated" {
			t.Errorf("states %s", got)
		}
		got := make(map[string]uint64)
		w.counters.Each(func(name, help string, v uint64) {
			if _, twice := got[name]; twice || help == "" {
				t.Errorf("counter %s", name)
			}
			got[name] = v
		})
		if got["calls_total"] != 1 || got["calls_answered_total"] != 1 || got["calls_ended_completed_caller_total"] != 1 {
			t.Errorf("counters %v", got)
		}
	})
}

func TestHangupOfNoCall(t *testing.T) {
	run(t, options{}, func(w *world) {
		if w.calls.Hangup(1, pbx.EndAdminHangup) {
			t.Error("there was one")
		}
	})
}
