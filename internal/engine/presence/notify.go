package presence

import (
	"bytes"
	"slices"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
	"ringfence/internal/wire/sip/event"
	"ringfence/internal/wire/sip/transaction"
)

// tell tells a subscription the state that was read for it, unless the phone has that picture already.
func (m *Manager) tell(s *subscription, body []byte) {
	if !s.owed && bytes.Equal(body, s.told) {
		s.reads = false
		m.counters.Unchanged.Add(1)
		m.pace(s, event.Done)
		return
	}
	m.notify(s, body)
}

// notify sends a NOTIFY (RFC 6665 §4.2.2). The state is nil where there is none to tell.
func (m *Manager) notify(s *subscription, body []byte) {
	s.reads = false
	for m.findFlow(s) {
		o := &outbound{manager: m, subscription: s, last: s.machine.State() == event.Ending, body: body}
		m.write(s, body)
		s.out = o
		_, err := m.cfg.Transactions.Send(s.flow, sip.NOTIFY, m.builder.Bytes(), o)
		if err == nil {
			m.counters.Notified.Add(1)
			s.owed = false
			return
		}
		s.out = nil
		m.trace("NOTIFY not sent", s, err)
		if !s.flow.Closed() {
			m.unsent(s)
			return
		}
	}
	m.stuck(s)
}

// write writes the next NOTIFY into the builder.
func (m *Manager) write(s *subscription, body []byte) {
	b := &m.builder
	s.dlg.Request(b, sip.NOTIFY, dialog.Via{
		Transport: s.flow.Kind().String(), SentBy: s.sentBy, Branch: sip.NewBranch(),
	})
	b.Header(sip.Contact, s.contact) // RFC 6665 §4.4.1: NOTIFY is a target refresh request
	m.text = s.kind.AppendTo(m.text[:0])
	b.HeaderBytes(sip.Event, m.text)
	m.text = s.standing().AppendTo(m.text[:0])
	b.HeaderBytes(sip.SubscriptionState, m.text)
	if m.cfg.Product != "" {
		b.Header(sip.UserAgent, m.cfg.Product)
	}
	if body == nil {
		b.End()
		return
	}
	b.Body(s.pack.mime(), body)
}

// standing is what the Subscription-State of the next NOTIFY says.
func (s *subscription) standing() event.SubscriptionState {
	if s.machine.State() == event.Active {
		return event.SubscriptionState{Substate: event.SubstateActive, Expires: time.Until(s.until)}
	}
	return event.SubscriptionState{Substate: event.SubstateTerminated, Reason: s.reason, RetryAfter: s.again}
}

// unsent is a NOTIFY for which there is a flow, but no room or no route: it is tried again after a rest.
func (m *Manager) unsent(s *subscription) {
	if s.machine.State() == event.Ending {
		m.on(s, event.Finish)
		return
	}
	s.owed = true
	m.pace(s, event.Soon)
	m.pace(s, event.Done)
}

// outbound is a NOTIFY; it tells the Manager what happens to it.
type outbound struct {
	manager      *Manager
	subscription *subscription
	body         []byte
	last         bool // it says that the subscription is over
}

// Response implements transaction.ClientEvents.
func (o *outbound) Response(_ *transaction.Client, msg *sip.Message) {
	if code := msg.StatusCode(); code >= 200 {
		o.manager.post(o.subscription, func() { o.manager.onAnswer(o, code) })
	}
}

// Done implements transaction.ClientEvents.
func (o *outbound) Done(_ *transaction.Client, err error) {
	if err != nil {
		o.manager.post(o.subscription, func() { o.manager.onSilence(o) })
	}
}

// fatal are the answers to a NOTIFY that end its subscription.
//
// RFC 5057 §5.1: they say that the dialog or its use is gone, or that it can't be reached any more.
var fatal = []int{404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 502, 604}

// onAnswer is the final response to a NOTIFY.
func (m *Manager) onAnswer(o *outbound, code int) {
	s := o.subscription
	if s.out != o {
		return
	}
	s.out, s.moved = nil, false
	if code/100 != 2 {
		m.counters.NotifyRefused.Add(1)
	}
	switch {
	case slices.Contains(fatal, code):
		m.on(s, event.Fail)
	case o.last:
		m.on(s, event.Finish)
	default:
		if code/100 == 2 {
			s.told = o.body
		}
		m.pace(s, event.Done)
	}
}

// onSilence is a NOTIFY that got no final response. If its connection was lost, or the phone has another flow by now, it
// is sent again (signalling 4); else the subscription is over.
func (m *Manager) onSilence(o *outbound) {
	s := o.subscription
	if s.out != o {
		return
	}
	s.out = nil
	switch {
	case s.flow.Closed():
		m.notify(s, o.body)
	case !s.moved && m.otherFlow(s):
		s.moved = true // once
		m.notify(s, o.body)
	default:
		m.counters.Unanswered.Add(1)
		m.on(s, event.Fail) // RFC 6665 §4.2.2
	}
}
