package call

import (
	"errors"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// flowWait is how long a request waits for its device to come back (signalling 4).
const flowWait = 32 * time.Second

// onFlowLost is a connection that has closed.
func (c *Call) onFlowLost(l *leg, f transport.Flow) {
	if l.flow == nil || l.flow.ID() != f.ID() {
		return // the leg has moved on
	}
	switch {
	case l.caller && l.state < confirmed:
		c.onCaller(gotLost) // the INVITE's transaction died with its connection
	case !l.caller && l.state < confirmed:
		l.silent()
	default:
		l.findFlow() // if there is none, the next request waits for one
	}
}

// silent is a target whose INVITE ended without a final response.
func (l *leg) silent() {
	if l.first != nil {
		l.first.ended = true
	}
	if l.on(gotSilence) != calleeFail {
		return
	}
	if l.nextFlow() {
		return
	}
	l.call.failed(l, 408) // RFC 3261 §8.1.3.1
}

// onSilence is a request of ours that ended without a final response.
func (c *Call) onSilence(o *outbound, err error) {
	if o.ended {
		return
	}
	l := o.leg
	switch o.purpose {
	case toInvite:
		if o == l.first {
			l.silent()
		}
		o.ended = true
	case toModify, toRefresh:
		l.unanswered(o, err)
	case toEnd:
		o.ended = true
		if l.moveOn(err) {
			l.todo.bye, l.todo.reason = true, l.why
			l.pump()
			return
		}
		l.dlg.On(dialog.Gone)
	case toAcknowledge, toDrop:
		o.ended = true
	}
}

// unanswered is a re-INVITE or UPDATE that got no final response.
func (l *leg) unanswered(o *outbound, err error) {
	o.ended = true
	if l.out == o {
		l.out = nil
	}
	l.takeBack(o)
	if l.moveOn(err) {
		l.todo.modify = l.todo.modify || o.purpose == toModify
		l.todo.refresh = l.todo.refresh || o.purpose == toRefresh
		l.pump()
		return
	}
	l.dlg.On(dialog.Gone)
	l.call.end(outcome{reason: vanished(l), status: 480, by: l}) // RFC 3261 §12.2.1.2: as if 408 had come
}

// moveOn tells whether an unanswered request is worth another try: its connection was lost, or the phone has another
// flow by now. It is tried again once.
func (l *leg) moveOn(err error) bool {
	if l.moving {
		return false
	}
	if l.flow.Closed() || !errors.Is(err, transaction.ErrTimeout) {
		l.moving = true
		return true
	}
	if f, ok := l.otherFlow(); ok && f.ID() != l.flow.ID() {
		l.moving = true
		l.setFlow(f)
		return true
	}
	return false
}

// awaitFlow waits for the leg's phone to come back with a flow.
func (l *leg) awaitFlow() {
	if l.lost {
		return
	}
	c := l.call
	l.lost = true
	c.timers.set(l, flowReturn, flowWait)
	l.unwatch = c.m.cfg.Bindings.Watch(l.party.user, c.phoneSeen)
	if l.findFlow() { // it may have come back before the watch began
		l.flowFound()
	}
}

// flowFound goes on with what waited.
func (l *leg) flowFound() {
	l.endWatch()
	l.call.timers.stop(l, flowReturn)
	l.pump()
}

func (l *leg) endWatch() {
	l.lost = false
	if l.unwatch != nil {
		l.unwatch()
		l.unwatch = nil
	}
}

// flowGone is a phone that did not come back in time.
func (l *leg) flowGone() {
	l.endWatch()
	l.todo = todo{}
	l.dlg.On(dialog.Gone)
	l.call.end(outcome{reason: pbx.EndFlowLost, status: 480, by: l})
}

// sendBye ends the dialog.
func (l *leg) sendBye() {
	reason := l.todo.reason
	l.todo = todo{}
	o := l.begin(sip.BYE, toEnd)
	if reason != "" {
		l.call.b.Header(sip.Reason, reason)
	}
	l.call.b.End()
	l.bye, l.why = o, reason
	if err := l.send(o); err != nil {
		l.call.trace("BYE not sent", l, err)
		l.call.onSilence(o, err)
	}
}
