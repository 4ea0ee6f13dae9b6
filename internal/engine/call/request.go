package call

import (
	"strings"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
	"ringfence/internal/wire/sip/transport"
)

// onRequest is a request within a dialog.
func (c *Call) onRequest(e *event) {
	l, in, m := e.leg, e.in, e.msg
	in.req = m
	d := l.dialogOf(m.FromTag())
	if d == nil {
		l.respond(in, 481, nil) // RFC 3261 §12.2.2
		return
	}
	if !d.Accept(m) {
		l.respond(in, 500, retrySoon) // RFC 3261 §12.2.2: out of order
		return
	}
	if f, ok := e.more.(transport.Flow); ok && l.state != terminated {
		l.setFlow(f) // signalling 4: the digest of the same device was verified
		l.pump()
	}
	if list := unsupported(m); list != "" {
		l.respond(in, 420, func(b *sip.Builder) { b.Header(sip.Unsupported, list) })
		return
	}
	c.dispatch(l, in, m)
}

// dispatch is what a phone may ask for within a call.
func (c *Call) dispatch(l *leg, in *inbound, m *sip.Message) {
	switch in.method {
	case sip.BYE:
		c.onBye(l, in)
	case sip.PRACK:
		l.onPRACK(in, m)
	case sip.INVITE:
		l.onReinvite(in, m)
	case sip.UPDATE:
		l.onUpdate(in, m)
	case sip.INFO:
		l.onInfo(in, m)
	case sip.OPTIONS:
		l.respond(in, 200, func(b *sip.Builder) { b.Header(sip.Accept, sdpType) }) // RFC 3261 §11.2
	case sip.UnknownMethod:
		l.respond(in, 501, nil) // RFC 3261 §8.2.1
	case sip.ACK, sip.CANCEL, sip.REGISTER, sip.MESSAGE, sip.SUBSCRIBE, sip.NOTIFY, sip.REFER, sip.PUBLISH:
		l.respond(in, 405, nil) // with Allow
	}
}

// onBye is a phone that hangs up.
func (c *Call) onBye(l *leg, in *inbound) {
	if l.caller {
		switch c.onCaller(gotCallerBye) {
		case callerByeOK:
			l.byeReceived(in)
			c.end(outcome{reason: pbx.EndCompletedCaller, status: 200, by: l})
		case callerByeEarly:
			l.byeReceived(in)
			c.refuseCaller(usual(pbx.EndCancelled))
			c.end(outcome{reason: pbx.EndCancelled, status: 487, by: l})
		default:
			l.byeReceived(in)
		}
		return
	}
	switch l.on(gotCalleeBye) {
	case calleeByeOK:
		l.byeReceived(in)
		if l == c.winner {
			c.end(outcome{reason: pbx.EndCompletedCallee, status: 200, by: l})
		} else {
			c.failed(l, 480) // before the caller was answered
		}
	case calleeByeLate:
		l.byeReceived(in)
	default:
		l.respond(in, 481, nil)
	}
}

// byeReceived answers a BYE and lets go of what else was to be said.
func (l *leg) byeReceived(in *inbound) {
	l.respond(in, 200, nil)
	l.dlg.On(dialog.Bye)
	l.answer.waiting = false
	l.call.timers.stop(l, repeat2xx)
	l.call.timers.stopLeg(l)
	l.todo = todo{}
}

// onInfo takes what phones send as INFO. Keys go by RFC 4733 between our legs; a key in an INFO is accepted and counted,
// anything else is not understood (RFC 6086 §4.2.2).
func (l *leg) onInfo(in *inbound, m *sip.Message) {
	t, _, _ := strings.Cut(string(m.Get(sip.ContentType)), ";")
	switch strings.ToLower(strings.TrimSpace(t)) {
	case "", "application/dtmf-relay", "application/dtmf", "application/media_control+xml":
		l.respond(in, 200, nil)
	default:
		l.respond(in, 415, func(b *sip.Builder) { b.Header(sip.Accept, "application/dtmf-relay, application/dtmf") })
	}
}

// onReinvite is a phone that changes its session (RFC 3261 §14.2). It is answered at once, whatever the other leg does
// (rule 14).
func (l *leg) onReinvite(in *inbound, m *sip.Message) {
	switch {
	case l.state == terminated:
		l.respond(in, 481, nil)
		return
	case l.state != confirmed:
		l.respond(in, 500, retrySoon) // RFC 3261 §14.2: the first INVITE has no final response yet
		return
	case l.out != nil && l.out.method == sip.INVITE:
		l.respond(in, 491, nil) // RFC 3261 §14.2: ours is pending
		return
	}
	offer, ok := l.mayRefresh(in, m)
	if !ok {
		return
	}
	var body []byte
	if has, _ := isSDP(m); has {
		answer, code := l.acceptOffer(m.Body())
		if code != 0 {
			l.refuseOffer(in, code)
			return
		}
		body = answer
	} else if body = l.makeOffer(); body == nil {
		l.respond(in, 491, nil)
		return
	}
	l.dlg.RefreshTarget(m)
	msg := l.respondBody(in, 200, func(b *sip.Builder) { l.answerSession(b, offer) }, body)
	l.repeat(in, msg)
	l.call.reconcile(l)
}

// onUpdate is a phone that changes or refreshes its session without the three steps of INVITE (RFC 3311).
func (l *leg) onUpdate(in *inbound, m *sip.Message) {
	if l.state == terminated {
		l.respond(in, 481, nil)
		return
	}
	offer, ok := l.mayRefresh(in, m)
	if !ok {
		return
	}
	var body []byte
	has, _ := isSDP(m)
	if has {
		answer, code := l.acceptOffer(m.Body())
		if code != 0 {
			l.refuseOffer(in, code)
			return
		}
		body = answer
	}
	l.dlg.RefreshTarget(m)
	l.allows.update = true
	l.respondBody(in, 200, func(b *sip.Builder) {
		if l.state == confirmed {
			l.answerSession(b, offer)
		}
	}, body)
	if has {
		l.call.reconcile(l)
	}
}

// mayRefresh judges the body and session timer of a re-INVITE or UPDATE; false if it was refused.
func (l *leg) mayRefresh(in *inbound, m *sip.Message) (dialog.SessionOffer, bool) {
	offer := sessionOffer(m)
	if _, ok := isSDP(m); !ok {
		l.respond(in, 415, func(b *sip.Builder) { b.Header(sip.Accept, sdpType) })
		return offer, false
	}
	if a := dialog.AnswerSession(offer, l.call.m.policy); a.TooSmall {
		l.respond(in, 422, func(b *sip.Builder) { b.Int(sip.MinSE, uint64(a.MinSE.Seconds())) })
		return offer, false
	}
	return offer, true
}

// refuseOffer refuses a re-INVITE or UPDATE for its offer.
func (l *leg) refuseOffer(in *inbound, code int) {
	l.respond(in, code, func(b *sip.Builder) {
		switch code {
		case 500:
			retrySoon(b)
		case 488:
			b.Header(sip.Warning, `399 ringfence "Session description not acceptable"`)
		}
	})
}
