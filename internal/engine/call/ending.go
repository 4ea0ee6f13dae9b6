package call

import (
	"context"
	"log/slog"
	"time"

	"ringfence/internal/engine/callflow"
	"ringfence/internal/engine/media"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
)

// lingerLimit bounds how long an ended call waits for what is left of it: a lost flow's 32 s, then 64*T1 for the BYE.
const lingerLimit = 70 * time.Second

// end ends the call. Of all that may end it the first counts: then the phones are told, the media is closed, and the
// record is handed over. What must still be waited for is seen to by settle.
func (c *Call) end(o outcome) {
	if !c.step(mustEnd) {
		return
	}
	c.timers.stop(nil, noAnswer)
	c.timers.stop(nil, phoneReturn)
	c.timers.stop(nil, ringAgain)
	c.stopWatch()
	c.free()
	c.endStep()
	reason := reasonHeader(o.reason)
	for _, l := range c.callees {
		c.timers.stopLeg(l)
		if l == o.by {
			l.quit()
			continue
		}
		l.release(reason)
	}
	c.endCaller(o, reason)
	c.closeRecord(o)
	for l := range c.legs() {
		l.hush()
	}
	c.timers.set(nil, linger, lingerLimit)
	c.m.forget(c)
}

// endCaller tells the caller.
func (c *Call) endCaller(o outcome, reason string) {
	c.timers.stopLeg(c.a)
	if c.a == o.by {
		c.a.quit()
		return
	}
	switch c.onCaller(releaseCaller) {
	case callerRefuse:
		c.refuseCaller(o)
	case callerHangUp:
		c.a.todo.bye, c.a.todo.reason = true, reason
		c.a.pump()
	default:
		c.refuseCaller(o) // the INVITE may still be unanswered, as after a lost connection
	}
}

// quit is the end of a leg whose phone needs not be told.
func (l *leg) quit() {
	l.state = terminated
	l.todo = todo{}
}

// hush closes the leg's media.
func (l *leg) hush() {
	if l.media != nil {
		l.media.Close()
		l.media = nil
	}
	l.todo.modify, l.todo.refresh = false, false
}

// onOrder ends the call if the order is for it, or for a user or device that takes part in it.
func (c *Call) onOrder(o *order) {
	if o.user == 0 && o.device == 0 {
		c.end(usual(o.reason))
		return
	}
	for l := range c.legs() {
		p := &l.party
		if (o.user == 0 || p.user != o.user) && (o.device == 0 || p.device != o.device) {
			continue
		}
		if !l.caller && (l.state == terminated || l != c.winner && c.phase == connected) {
			continue // a target that was let go
		}
		if !l.caller && c.phase == ringing && c.plan.Group != nil {
			l.release("")
			c.failed(l, 480) // the others of the ring group go on ringing
			continue
		}
		c.end(usual(o.reason))
		return
	}
}

// onMedia is what the media of a leg tells.
func (c *Call) onMedia(l *leg, k media.EventKind) {
	if c.phase != connected || !l.caller && l != c.winner {
		return
	}
	switch k {
	case media.Timeout:
		c.end(usual(vanished(l)))
	case media.ZRTPNotConfirmed:
		c.end(usual(pbx.EndZRTPNotConfirmed)) // rule 21
	case media.ZRTPConfirmed:
		c.show()
	case media.Latched, media.DTMF:
	}
}

// settle finishes a call of which nothing is left on the network.
func (c *Call) settle() {
	if c.phase != reported {
		return
	}
	for l := range c.legs() {
		if l.lingers() {
			return
		}
	}
	c.vanish()
	c.step(nothingLeft)
}

// lingers tells whether the leg must still be there for an answer, an ACK or a BYE.
func (l *leg) lingers() bool {
	switch {
	case l.todo.bye, l.bye != nil && !l.bye.ended:
		return true
	case l.caller:
		return l.answer.waiting
	}
	return l.first != nil && !l.first.ended && l.first.client != nil
}

// vanish takes the call out of every table.
func (c *Call) vanish() {
	c.stopWatch()
	c.dropInvite()
	for l := range c.legs() {
		l.endWatch()
		c.m.index.remove(l)
	}
}

// serve connects the caller with a server application (signalling 24).
func (c *Call) serve() {
	if c.offered != nil && c.offered.ZRTPOnly {
		c.end(usual(pbx.EndNotAcceptable)) // rule 21: the server hears nothing in ZRTP mode
		return
	}
	c.step(wasAnswered)
	c.answerCaller()
	if c.phase == connected {
		c.listen()
	}
}

// listen joins the caller with the server application, once there is a session.
func (c *Call) listen() {
	if !c.a.talks() {
		return
	}
	switch c.plan.Kind {
	case route.Voicemail:
		left := c.left()
		c.take(func(ctx context.Context, l callflow.Line) error { return c.m.cfg.Voicemail.Deposit(ctx, l, left) })
	case route.Feature:
		c.apply(c.plan.Feature)
	case route.Refuse, route.Ring, route.Await:
	}
}

// apply does what a feature code is dialled for.
func (c *Call) apply(f pbx.Feature) {
	switch f {
	case pbx.FeatureEcho:
		if err := c.a.media.Echo(); err != nil {
			c.end(mediaOutcome(err))
		}
	case pbx.FeatureVoicemail, pbx.FeatureAnyMailbox:
		visit := c.visit(f)
		c.take(func(ctx context.Context, l callflow.Line) error { return c.m.cfg.Voicemail.Mailbox(ctx, l, visit) })
	case pbx.FeatureForwardOn, pbx.FeatureForwardOff, pbx.FeatureDNDOn, pbx.FeatureDNDOff:
		c.change()
	}
}

// left is who leaves a message, and for whom.
func (c *Call) left() callflow.Left {
	who := &c.record.Caller
	return callflow.Left{
		For: c.plan.User.ID, Busy: c.plan.Why == pbx.ForwardBusy,
		Caller: who.User, Number: who.Number, Name: who.Name, Call: c.id,
	}
}

// visit is whose mailbox is called.
func (c *Call) visit(f pbx.Feature) callflow.Visit {
	v := callflow.Visit{Caller: c.from.User}
	if f == pbx.FeatureVoicemail {
		v.Box = c.from.User
	} else {
		v.Box = c.plan.Behind
	}
	return v
}

// onResponse is a response to a request of ours.
func (c *Call) onResponse(o *outbound, m *sip.Message) {
	l := o.leg
	code := m.StatusCode()
	switch o.purpose {
	case toInvite:
		l.onInviteResponse(o, m)
	case toModify, toRefresh:
		l.onModified(o, m)
	case toEnd, toDrop, toAcknowledge:
		o.ended = o.ended || code >= 200 // RFC 3261 §15.1.1: whatever the answer to a BYE, the dialog is over
	}
}

// ended logs and counts the end of a call.
func (c *Call) ended(r *pbx.CallRecord) {
	c.m.counters.end(r.EndReason)
	log := c.m.log
	if !log.Enabled(context.Background(), slog.LevelInfo) {
		return
	}
	log.LogAttrs(context.Background(), slog.LevelInfo, "call ended",
		slog.Int64("call", int64(c.id)), slog.String("reason", string(r.EndReason)), slog.Int("status", r.SIPStatus),
		slog.String("caller", r.Caller.Number), slog.String("dialled", r.Dialled),
		slog.Duration("talked", r.Duration()))
}
