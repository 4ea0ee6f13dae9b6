package call

import (
	"bytes"
	"errors"
	"time"

	"ringfence/internal/engine/media"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sip/dialog"
)

const (
	timerCLimit = 185 * time.Second // RFC 3261 §16.6 step 11: more than three minutes
	ringEvery   = time.Minute       // RFC 3261 §13.3.1.1
)

// fork sends an INVITE to each target at once.
func (c *Call) fork() {
	c.timers.set(nil, noAnswer, c.m.ringsFor(&c.plan))
	if p := c.offered; p != nil && p.ZRTP != nil {
		// rule 21: the caller offers ZRTP and no keys of another kind
		if c.zrtp = c.zrtpFits(); !c.zrtp && p.ZRTPOnly {
			c.end(usual(pbx.EndNotAcceptable))
			return
		}
	}
	for _, t := range c.plan.Targets {
		c.callees = append(c.callees, c.newCallee(t))
	}
	c.occupy()
	for _, l := range c.tried() { // the last to fail ends the attempt, and with it perhaps the call
		if l.start() {
			continue
		}
		l.on(gotSilence)
		c.failed(l, 480)
	}
}

// failed is a target that won't answer. The call goes on while another may.
func (c *Call) failed(l *leg, status int) {
	c.timers.stopLeg(l)
	l.closeMedia()
	if c.ear == l {
		c.ear = nil
	}
	if c.phase != ringing {
		return
	}
	c.best = better(c.best, status)
	if status >= 600 {
		if c.plan.Group == nil {
			c.finish() // RFC 3261 §16.7 step 5: 6xx ends all
			return
		}
		c.declinedBy(l.party.user)
	}
	if c.active() == 0 {
		c.finish()
		return
	}
	if s := c.sole(); s != nil {
		c.progress(s) // rule 16: its early media may pass now
	}
}

// declinedBy lets go of the other phones of a member of a ring group who does not want the call; those of others ring on.
func (c *Call) declinedBy(u pbx.UserID) {
	for _, l := range c.tried() {
		if l.party.user == u && l.state < terminated {
			l.letGo(elsewhere)
		}
	}
}

// letGo ends a target that is not wanted any more; reason is what its phone is told of it, empty for nothing.
func (l *leg) letGo(reason string) {
	l.call.timers.stopLeg(l)
	l.release(reason)
	l.closeMedia()
}

// finish is the end of an attempt that nobody answered, with the best of the final responses.
func (c *Call) finish() {
	c.unanswered(c.whyFailed(), outcome{reason: reasonOf(c.best), status: callerStatus(c.best)})
}

// active counts the targets that may still answer.
func (c *Call) active() int {
	n := 0
	for _, l := range c.callees {
		if l.state < terminated {
			n++
		}
	}
	return n
}

// sole is the only target left, nil if there are more or none.
func (c *Call) sole() *leg {
	var s *leg
	for _, l := range c.callees {
		if l.state == terminated {
			continue
		}
		if s != nil {
			return nil
		}
		s = l
	}
	return s
}

// progress tells the caller what a target's provisional response means for him.
func (c *Call) progress(l *leg) {
	if c.phase != ringing {
		return
	}
	// rule 16: with more than one target no early media passes
	if s := c.sole(); s == l && l.heard && c.ear != l && !c.zrtp && c.earlyMedia(l) {
		return
	}
	if l.rung && !c.rang {
		c.ring(180)
	}
}

// ring tells the caller that it rings.
func (c *Call) ring(code int) {
	c.rang = true
	var body []byte
	if c.offered == nil && c.a.reliable.wanted() && !c.a.offer.Pending() && !c.a.offer.Agreed() {
		body = c.offerCaller(nil) // rule 15: the first reliable response brings our offer
	}
	c.provisional(code, body)
	c.show()
}

// earlyMedia lets the caller hear what the only target sends before it answers; false if he can't.
func (c *Call) earlyMedia(l *leg) bool {
	a := c.a
	code := 183
	if l.rung {
		code, c.rang = 180, true
	}
	if c.offered == nil {
		if !a.reliable.wanted() {
			return false // there is no way to bring him an offer before the 200
		}
		c.ear = l
		if a.offer.State() == dialog.OfferNone {
			c.provisional(code, c.offerCaller(l))
		}
		c.bridge() // nothing passes until his answer has come
		return true
	}
	body := c.answerFor(l)
	if body == nil {
		return false
	}
	c.ear = l
	c.bridge()
	c.provisional(code, body)
	c.show()
	return true
}

// answerFor is the caller's answer; once given it stays the same (rule 15). l is the target that it is given for.
func (c *Call) answerFor(l *leg) []byte {
	if c.given != nil {
		return c.given
	}
	opt := media.AnswerOptions{Direction: towards(l)}
	if l != nil {
		if k := l.media.Codec(); !k.IsZero() {
			opt.Prefer = append([]audio.Codec{k}, defaults()...)
		}
		if c.zrtp {
			opt.ZRTP = l.result.ZRTP
		}
	}
	body, err := c.a.media.Answer(opt)
	if err != nil {
		c.trace("no answer for the caller", c.a, err)
		return nil
	}
	c.given = bytes.Clone(body)
	c.a.told = c.a.media.Direction()
	return c.given
}

// offerCaller is our offer to a caller who made none; nil if it can't be made.
func (c *Call) offerCaller(l *leg) []byte {
	opt := media.OfferOptions{Direction: towards(l), Codecs: defaults()}
	if l != nil {
		if k := l.media.Codec(); !k.IsZero() {
			opt.Codecs = withDefaults([]audio.Codec{k})
		}
	}
	body, err := c.a.media.Offer(opt)
	if err != nil {
		c.trace("no offer for the caller", c.a, err)
		return nil
	}
	c.a.told = opt.Direction
	return body
}

// answeredBy is a target that picked up: the first wins, the others are let go (rule 16).
func (c *Call) answeredBy(l *leg) {
	if !c.step(wasAnswered) {
		l.release(elsewhere)
		return
	}
	c.winner = l
	c.m.phones.talking(l.party.user, 1)
	c.timers.stop(nil, noAnswer)
	for _, x := range c.callees {
		c.timers.stop(x, timerC)
		if x != l {
			x.release(elsewhere)
			x.closeMedia()
		}
	}
	c.free()
	c.record.Callee.Device = l.party.device
	if c.plan.Group != nil {
		p := &l.party
		c.record.Callee.User, c.record.Callee.Number, c.record.Callee.Name = p.user, p.number, p.name
		c.whom = identity(p.number, p.name, c.domain) // RFC 3325 §5: who has answered
	}
	c.record.Callee.Secure = l.flow.Kind().Secure()
	c.answerCaller()
}

// bridge joins the media of the caller with that of the target that he is to hear. It reports false, and arranges what
// helps, if their codecs can't be joined.
func (c *Call) bridge() bool {
	l := c.winner
	if l == nil {
		l = c.ear
	}
	if l == nil || l.media == nil || c.a.media == nil || !c.a.talks() || !l.talks() {
		return true
	}
	if c.winner != nil && c.entertain() {
		return true
	}
	err := c.m.cfg.Media.Bridge(c.a.media, l.media)
	switch {
	case err == nil:
		return true
	case !errors.Is(err, media.ErrIncompatible):
		c.end(mediaOutcome(err))
	case c.winner == nil: // early media that the caller can't decode
	case c.a.recoded:
		c.end(usual(pbx.EndNotAcceptable))
	default:
		// rule 15: what can't be transcoded is agreed on anew with the caller
		c.a.recoded = true
		c.a.todo.modify, c.a.todo.codecs = true, true
		c.a.pump()
	}
	return false
}

// talks tells whether the leg has a session to bridge.
func (l *leg) talks() bool { return l.heard || l.offer.Agreed() || l.caller && l.call.given != nil }
