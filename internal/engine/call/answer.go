package call

import (
	"bytes"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
)

// answerSide is a 2xx of ours to an INVITE, repeated until its ACK (RFC 3261 §13.3.1.4).
type answerSide struct {
	waiting bool // for the ACK
	held    bool // the caller's 2xx waits for a PRACK
	in      *inbound
	seq     uint32
	msg     []byte
	backoff dialog.Backoff
	last    bool
}

// answerCaller sends the caller the 2xx.
func (c *Call) answerCaller() {
	a := c.a
	if a.reliable.pending() {
		a.answer.held = true // RFC 3262 §3: the description in the 18x is acknowledged first
		return
	}
	var body []byte
	switch {
	case a.offer.Agreed(): // in a reliable 18x and its PRACK
	case c.offered != nil:
		if body = c.answerFor(c.winner); body == nil {
			c.end(usual(pbx.EndNotAcceptable))
			return
		}
	default:
		if body = c.offerCaller(c.winner); body == nil {
			c.end(usual(pbx.EndInternalError))
			return
		}
	}
	if c.onCaller(answerCaller) != callerAnswer {
		return
	}
	in := a.invite
	offer := sessionOffer(in.req)
	switch a.offer.State() {
	case dialog.OfferRemoteFirst:
		a.offer.On(dialog.SendAnswer)
	case dialog.OfferNone:
		a.offer.On(dialog.SendOffer)
	case dialog.OfferLocalFirst, dialog.OfferStable, dialog.OfferLocal, dialog.OfferRemote:
	}
	a.reliable.end(a)
	a.dlg.On(dialog.Success)
	msg := a.respondBody(in, 200, func(b *sip.Builder) { a.answerSession(b, offer) }, body)
	a.repeat(in, msg)
	c.dropInvite()
	c.record.AnsweredAt, c.record.AnsweredBy = time.Now(), c.answeringParty()
	c.bridge()
	c.openRecord()
	c.show()
}

// repeat keeps a 2xx to an INVITE and repeats it until its ACK.
func (l *leg) repeat(in *inbound, msg []byte) {
	l.answer = answerSide{
		waiting: true, in: in, seq: in.seq, msg: bytes.Clone(msg),
		backoff: dialog.NewBackoff(t1, t2, 64*t1), // RFC 3261 §13.3.1.4: on every transport
	}
	l.awaitACK()
}

func (l *leg) awaitACK() {
	wait, again := l.answer.backoff.Next()
	l.answer.last = !again
	l.call.timers.set(l, repeat2xx, wait)
}

// repeat2xx is the time-out of a 2xx.
func (l *leg) repeat2xx() {
	s := &l.answer
	if !s.waiting {
		return
	}
	if s.last {
		s.waiting, s.msg = false, nil
		l.noACK()
		return
	}
	l.call.m.counters.Retransmits.Add(1)
	if err := s.in.tx.Respond(200, s.msg); err != nil {
		l.call.trace("2xx not repeated", l, err)
	}
	l.awaitACK()
}

// noACK is a peer that never acknowledged a 2xx.
func (l *leg) noACK() {
	if !l.caller {
		l.call.end(usual(pbx.EndCalleeVanished)) // of a re-INVITE
		return
	}
	if l.call.onCaller(gotNoACK) == callerACK {
		l.pump() // a BYE that waited
	}
}

// onACK is the ACK of a 2xx.
func (c *Call) onACK(l *leg, m *sip.Message) {
	seq, _ := m.CSeq()
	if l.dialogOf(m.FromTag()) == nil || !l.answer.waiting || seq != l.answer.seq {
		return
	}
	l.answer.waiting, l.answer.msg = false, nil
	c.timers.stop(l, repeat2xx)
	if l.caller {
		c.onCaller(gotACK)
	}
	if st := l.offer.State(); c.phase.live() && (st == dialog.OfferLocalFirst || st == dialog.OfferLocal) && l.out == nil {
		has, ok := isSDP(m)
		if err := l.takeCallerAnswer(m.Body(), has && ok); err != nil {
			c.trace("answer in ACK not accepted", l, err)
			c.end(mediaOutcome(err))
			return
		}
		c.reconcile(l)
	}
	l.pump()
}

// takeCallerAnswer takes the answer to an offer that we made in a response.
func (l *leg) takeCallerAnswer(body []byte, has bool) error {
	if !has {
		l.offer.On(dialog.OfferRefused)
		return errNoAnswer
	}
	res, err := l.media.ReceiveAnswer(body)
	if err != nil {
		return err
	}
	l.offer.On(dialog.ReceiveAnswer)
	l.heardAnswer(l.told, res.Direction)
	return nil
}
