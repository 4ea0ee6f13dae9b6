package call

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"time"

	"ringfence/internal/engine/media"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
)

// acceptOffer answers the phone's new offer at once (rule 14). code is the status to refuse it with, zero if it was
// accepted.
func (l *leg) acceptOffer(body []byte) (answer []byte, code int) {
	switch l.offer.On(dialog.ReceiveOffer) {
	case dialog.OfferGlare:
		return nil, 491
	case dialog.OfferBusy:
		return nil, 500
	case dialog.OfferAllowed, dialog.OfferRepeat, dialog.OfferIllegal:
	}
	p, err := l.media.ReceiveOffer(body)
	if err == nil {
		before := l.wish
		l.heardOffer(p.Direction)
		opt := media.AnswerOptions{Direction: l.towards(l.other())}
		if o := l.other(); o != nil && o.media != nil && !o.media.Codec().IsZero() {
			opt.Prefer = withDefaults(o.media.Codecs())
		}
		if answer, err = l.media.Answer(opt); err == nil {
			l.offer.On(dialog.SendAnswer)
			l.told = l.media.Direction()
			l.settled = false
			return bytes.Clone(answer), 0
		}
		l.wish = before
	}
	l.offer.On(dialog.RefuseOffer)
	l.media.Rollback()
	switch {
	case errors.Is(err, media.ErrMalformed):
		return nil, 400
	case errors.Is(err, media.ErrOrder):
		return nil, 491
	}
	return nil, 488
}

// makeOffer is our offer in the 2xx to a re-INVITE without one; nil if none can be made now.
func (l *leg) makeOffer() []byte {
	if l.offer.Pending() {
		return nil
	}
	l.told = l.towards(l.other())
	body, err := l.media.Offer(media.OfferOptions{Direction: l.told})
	if err != nil {
		l.call.trace("no offer", l, err)
		return nil
	}
	l.offer.On(dialog.SendOffer)
	return body
}

// reconcile follows a new agreement on a leg: the bridge is made again, and the other leg hears of a changed direction.
func (c *Call) reconcile(l *leg) {
	if !c.phase.live() || !c.bridge() {
		return
	}
	c.listen()
	c.show()
	if o := l.other(); o != nil {
		o.follow()
	}
	l.follow()
}

// follow gives the leg a re-INVITE if its direction does not fit what the other phone wants any more.
func (l *leg) follow() {
	o := l.other()
	if o == nil || l.state != confirmed || !l.offer.Agreed() || l.offer.Pending() {
		return
	}
	sends, receives := o.wish.sends, o.wish.receives
	if l.entertained(o) {
		sends, receives = true, true
	}
	want := directionOf(sends && l.wish.receives, receives && l.wish.sends)
	if l.media.Direction() == want {
		l.todo.modify = l.todo.codecs
		return
	}
	if l.settled && l.tried == l.towards(o) {
		return // this phone does not want it otherwise
	}
	l.todo.modify = true
	l.pump()
}

// busy tells whether a transaction of either side forbids a new offer of ours.
func (l *leg) busy() bool { return l.out != nil || l.answer.waiting || l.offer.Pending() || l.glaring }

// pump does what is to be done within the dialog, as far as it can be done now.
func (l *leg) pump() {
	c := l.call
	if !l.todo.any() || l.dlg == nil {
		return
	}
	if l.todo.bye && l.answer.waiting && l.caller {
		return // RFC 3261 §15: not before the ACK
	}
	if !l.todo.bye && (l.state != confirmed || l.busy()) {
		return
	}
	if !l.findFlow() {
		l.awaitFlow()
		return
	}
	switch {
	case l.todo.bye:
		l.sendBye()
	case l.todo.modify:
		l.sendModify()
	case l.todo.refresh:
		l.sendRefresh()
	}
	c.settle()
}

// sendModify sends a re-INVITE with the direction, and if need be the codecs, of the other leg.
func (l *leg) sendModify() {
	o := l.other()
	opt := media.OfferOptions{Direction: l.towards(o)}
	if l.todo.codecs && o != nil {
		opt.Codecs = o.media.Codecs()
	}
	l.tried, l.settled = opt.Direction, true
	l.sendOffer(opt, toModify)
}

// sendOffer sends a re-INVITE.
func (l *leg) sendOffer(opt media.OfferOptions, p purpose) {
	body, err := l.media.Offer(opt)
	if err != nil {
		l.call.trace("no offer", l, err)
		l.todo.modify, l.todo.refresh = false, false
		return
	}
	l.offer.On(dialog.SendOffer)
	l.told = opt.Direction
	x := l.begin(sip.INVITE, p)
	x.offered = true
	l.askSession(&l.call.b)
	l.call.b.Body(sdpType, body)
	l.request(x)
}

// sendRefresh refreshes the session: by UPDATE without a description if the phone knows it, else by re-INVITE with the
// same one (RFC 4028 §7.4).
func (l *leg) sendRefresh() {
	if !l.allows.update {
		l.sendOffer(media.OfferOptions{Direction: l.told}, toRefresh)
		return
	}
	x := l.begin(sip.UPDATE, toRefresh)
	l.askSession(&l.call.b)
	l.call.b.End()
	l.request(x)
}

// request sends a re-INVITE or UPDATE that stands in the builder.
func (l *leg) request(x *outbound) {
	l.out = x
	if x.purpose == toModify {
		l.todo.modify = false
	}
	l.todo.refresh = false // a re-INVITE refreshes too
	if err := l.send(x); err != nil {
		l.call.trace("request not sent", l, err)
		l.unanswered(x, err)
	}
}

// onModified is a response to a re-INVITE or UPDATE of ours.
func (l *leg) onModified(x *outbound, m *sip.Message) {
	code := m.StatusCode()
	if code < 200 {
		return
	}
	first := !x.ended
	x.ended = true
	switch {
	case !first || l.out != x:
		if code < 300 && x.method == sip.INVITE && x.ack.Load() == nil {
			l.acknowledge(x, l.dlg)
		}
		return
	case code < 300:
		l.out = nil
		l.modified(x, m)
		return
	}
	l.out = nil
	l.takeBack(x)
	l.refused(x, m, code)
}

// modified is a 2xx to a re-INVITE or UPDATE of ours.
func (l *leg) modified(x *outbound, m *sip.Message) {
	c := l.call
	l.retries, l.moving = 0, false
	if x.method == sip.INVITE {
		l.acknowledge(x, l.dlg)
	}
	l.dlg.RefreshTarget(m)
	l.acceptSession(m)
	if x.offered {
		has, ok := isSDP(m)
		if err := l.takeCallerAnswer(m.Body(), has && ok); err != nil {
			l.media.Rollback()
			c.trace("answer not accepted", l, err)
			c.end(mediaOutcome(err))
			return
		}
		l.todo.codecs = false
		if !l.caller && c.phase == ringing {
			c.answeredBy(l) // what it answered first would not do
		}
		c.reconcile(l)
	}
	l.pump()
}

// takeBack undoes an offer that was refused or not answered (RFC 3264 §4).
func (l *leg) takeBack(x *outbound) {
	if x.offered {
		l.offer.On(dialog.OfferRefused)
		l.media.Rollback()
	}
}

const maxRetries = 5 // of one change, before it is given up

// refused is a re-INVITE or UPDATE that the phone refused.
func (l *leg) refused(x *outbound, m *sip.Message, code int) {
	c := l.call
	again := func() {
		l.todo.modify = l.todo.modify || x.purpose == toModify
		l.todo.refresh = l.todo.refresh || x.purpose == toRefresh
	}
	l.retries++
	switch {
	case code == 481 || code == 408:
		l.dlg.On(dialog.Gone)
		c.end(outcome{reason: vanished(l), status: 480, by: l}) // RFC 3261 §12.2.1.2
	case l.retries > maxRetries:
		l.giveUp(x)
	case code == 491:
		again()
		l.retryIn(dialog.GlareWait(l.dlg.OwnsCallID(), rand.Uint32()))
	case code == 422 && l.retrySession(m):
		again()
		l.pump()
	case code == 500 || code == 503:
		n, ok := m.Uint(sip.RetryAfter, 60)
		if !ok {
			l.giveUp(x)
			return
		}
		again()
		l.retryIn(time.Duration(n) * time.Second)
	case (code == 405 || code == 501) && x.method == sip.UPDATE:
		l.allows.update = false
		again()
		l.pump()
	default:
		l.giveUp(x)
	}
}

// giveUp is a change that the phone does not want: the session stays as it was (RFC 3261 §14.1).
func (l *leg) giveUp(x *outbound) {
	l.retries = 0
	if !l.caller && l.call.phase == ringing {
		l.release("")
		l.call.failed(l, 488) // a target whose first answer would not do
		return
	}
	if l.todo.codecs && x.purpose == toModify {
		l.call.end(usual(pbx.EndNotAcceptable)) // without these codecs nobody hears anything
		return
	}
	l.pump()
}

// retryIn holds new offers back for a while.
func (l *leg) retryIn(d time.Duration) {
	l.glaring = true
	l.call.timers.set(l, glare, d)
}

// glareOver is the end of that while.
func (l *leg) glareOver() {
	l.glaring = false
	l.pump()
}

// retrySession takes a 422's Min-SE; false if there is nothing to try again.
func (l *leg) retrySession(m *sip.Message) bool {
	asked, ok := dialog.RetrySession(l.session.asked, sessionOffer(m).MinSE)
	if ok {
		l.session.asked, l.session.minSE = asked, asked
	}
	return ok
}

// vanished is the reason of a call one side of which answers no more.
func vanished(l *leg) pbx.EndReason {
	if l.caller {
		return pbx.EndCallerVanished
	}
	return pbx.EndCalleeVanished
}
