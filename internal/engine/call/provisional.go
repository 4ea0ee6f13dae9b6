package call

import (
	"bytes"
	"math/rand/v2"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
)

// RFC 3261 §17.1.1.1: the timers that the transaction user needs too.
const (
	t1 = 500 * time.Millisecond
	t2 = 4 * time.Second
)

// reliableSide is the caller's leg as server of reliable provisional responses (RFC 3262).
type reliableSide struct {
	required  bool // Require: 100rel
	supported bool // Supported: 100rel
	out       dialog.Reliable
	backoff   dialog.Backoff
	last      bool // the next time-out is the end
	msg       []byte
	code      int
	body      bool // the one that waits has a session description
	held      int  // the status of a provisional response that waits for the PRACK of the one before; zero: none
	heldBody  []byte
}

// begin reads what the INVITE wants.
func (r *reliableSide) begin(rq *sip.Message, cseq uint32) {
	r.required = rq.HasToken(sip.Require, "100rel")
	r.supported = r.required || rq.HasToken(sip.Supported, "100rel")
	r.out.Start(cseq, rand.Uint32())
}

// wanted tells whether a session description in a provisional response can be sent reliably.
func (r *reliableSide) wanted() bool { return r.supported }

// pending tells whether a description waits for its PRACK: then no 2xx may go out (RFC 3262 §3).
func (r *reliableSide) pending() bool {
	return r.body && r.out.State() == dialog.ReliableWaiting
}

// end is the INVITE's final response.
func (r *reliableSide) end(l *leg) {
	r.out.Final()
	r.held = 0
	l.call.timers.stop(l, repeat18x)
	l.call.timers.stop(nil, ringAgain)
}

// provisional sends the caller a provisional response, reliably where he requires it or it brings a description.
func (c *Call) provisional(code int, body []byte) {
	a := c.a
	if a.invite == nil || c.onCaller(ringCaller) != callerRing {
		return
	}
	r := &a.reliable
	if !r.required && (body == nil || !r.supported) {
		a.respondBody(a.invite, code, nil, body)
		c.timers.set(nil, ringAgain, ringEvery)
		return
	}
	switch r.out.Send() {
	case dialog.ReliableTransmit:
		a.transmit18x(code, body)
	case dialog.ReliableHold:
		r.held, r.heldBody = code, body
	case dialog.ReliableNothing, dialog.ReliableAccept, dialog.ReliableReject, dialog.ReliableRetransmit,
		dialog.ReliableFail:
	}
}

// transmit18x sends a reliable provisional response and begins to repeat it.
func (l *leg) transmit18x(code int, body []byte) {
	r := &l.reliable
	if body != nil {
		if l.offer.On(dialog.SendAnswer) != dialog.OfferAllowed {
			l.offer.On(dialog.SendOffer)
		}
	}
	msg := l.respondBody(l.invite, code, func(b *sip.Builder) {
		b.Header(sip.Require, "100rel")
		b.Int(sip.RSeq, uint64(r.out.RSeq()))
	}, body)
	r.msg, r.code, r.body = bytes.Clone(msg), code, body != nil
	r.backoff = dialog.NewBackoff(t1, 0, 64*t1) // RFC 3262 §3: doubles without T2's bound
	l.await18x()
}

func (l *leg) await18x() {
	wait, again := l.reliable.backoff.Next()
	l.reliable.last = !again
	l.call.timers.set(l, repeat18x, wait)
}

// repeat18x is the time-out of a reliable provisional response.
func (l *leg) repeat18x() {
	r := &l.reliable
	if r.last {
		if r.out.Limit() == dialog.ReliableFail && l.invite != nil {
			l.call.end(outcome{reason: pbx.EndCallerVanished, status: 504})
		}
		return
	}
	if r.out.Timer() == dialog.ReliableRetransmit && l.invite != nil {
		l.call.m.counters.Retransmits.Add(1)
		if err := l.invite.tx.Respond(r.code, r.msg); err != nil {
			l.call.trace("provisional response not repeated", l, err)
		}
		l.await18x()
	}
}

// ringAgain repeats a provisional response, so that nobody on the way gives the INVITE up.
func (c *Call) ringAgain() {
	if c.phase == awaiting || c.phase == ringing {
		c.provisional(180, nil)
	}
}

// onPRACK is the acknowledgement of a reliable provisional response.
func (l *leg) onPRACK(in *inbound, m *sip.Message) {
	rseq, cseq, invite := readRAck(m.Get(sip.RAck))
	r := &l.reliable
	if !l.caller || r.out.PRACK(rseq, cseq, invite) != dialog.ReliableAccept {
		l.respond(in, 481, nil) // RFC 3262 §3
		return
	}
	l.call.timers.stop(l, repeat18x)
	r.msg, r.body = nil, false
	if !l.answerPRACK(in, m) {
		return
	}
	if r.held != 0 {
		code, body := r.held, r.heldBody
		r.held, r.heldBody = 0, nil
		l.call.provisional(code, body)
	}
	if l.answer.held {
		l.answer.held = false
		l.call.answerCaller()
	}
}

// answerPRACK takes the description that a PRACK brings: the answer to our offer, or an offer of its own (RFC 3262 §5).
func (l *leg) answerPRACK(in *inbound, m *sip.Message) bool {
	has, ok := isSDP(m)
	switch {
	case !ok:
		l.respond(in, 415, func(b *sip.Builder) { b.Header(sip.Accept, sdpType) })
		return false
	case l.offer.State() == dialog.OfferLocalFirst:
		if err := l.takeCallerAnswer(m.Body(), has); err != nil {
			l.respond(in, 488, nil)
			l.call.end(mediaOutcome(err))
			return false
		}
		l.respond(in, 200, nil)
		l.call.bridge()
	case has:
		body, code := l.acceptOffer(m.Body())
		if code != 0 {
			l.respond(in, code, nil)
			return true
		}
		l.respondBody(in, 200, nil, body)
		l.call.reconcile(l)
	default:
		l.respond(in, 200, nil)
	}
	return true
}

// readRAck reads "rseq cseq method" (RFC 3262 §7.2).
func readRAck(v []byte) (rseq, cseq uint32, invite bool) {
	f := bytes.Fields(v)
	if len(f) != 3 {
		return 0, 0, false
	}
	rseq, ok1 := sip.ParseUint(f[0], 1<<32-1)
	cseq, ok2 := sip.ParseUint(f[1], 1<<32-1)
	return rseq, cseq, ok1 && ok2 && string(f[2]) == "INVITE"
}
