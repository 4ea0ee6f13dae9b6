package presence

import (
	"slices"
	"time"

	"ringfence/internal/wire/sip/dialog"
	"ringfence/internal/wire/sip/event"
	"ringfence/internal/wire/sip/transport"
)

// subscription is one subscription and its dialog. All but the first group belongs to the Manager's goroutine.
type subscription struct {
	// fixed before anybody else sees it
	tag    string // ours
	callID string
	who    Subscriber
	kind   event.Type
	pack   eventPackage
	about  resource

	machine event.Subscription
	steps   event.Pace
	until   time.Time // when it expires
	expiry  alarm
	rest    alarm

	dlg     *dialog.Dialog
	flow    transport.Flow
	sentBy  string // host[:port] of ours on that flow
	contact string // our Contact on that flow
	unwatch func() // ends the wait for another flow

	reads  bool      // the state is being read for the next NOTIFY
	out    *outbound // the NOTIFY that is out
	told   []byte    // the last state that was told
	owed   bool      // the next NOTIFY is sent whatever was told before
	moved  bool      // the NOTIFY was tried again on another flow
	reason event.Reason
	again  time.Duration // when to come again, with the reason Probation
	bare   bool          // the last NOTIFY tells no state
}

// on lets something happen to a subscription.
func (m *Manager) on(s *subscription, e event.Event) {
	before := s.machine.State()
	action := s.machine.On(e)
	if e == event.Expire && before == event.Active {
		m.counters.Expired.Add(1)
		s.reason, s.bare = event.Timeout, true
	}
	m.act(s, action)
}

// revoke ends a subscription for a reason of ours.
func (m *Manager) revoke(s *subscription, reason event.Reason, again time.Duration) {
	if s.machine.State() == event.Active {
		m.counters.Revoked.Add(1)
		s.reason, s.again, s.bare = reason, again, true
	}
	m.act(s, s.machine.On(event.Revoke))
}

// act carries out what the machine of a subscription wants.
func (m *Manager) act(s *subscription, a event.Action) {
	switch a {
	case event.TellNow:
		s.owed = true
		m.pace(s, event.Now)
	case event.TellSoon:
		m.pace(s, event.Soon)
	case event.TellLast:
		m.alarms.stop(&s.expiry)
		s.owed = true
		m.pace(s, event.Now)
		if s.reads && s.bare {
			m.notify(s, nil) // in place of the one that the state is read for: the end does not wait for the store
		}
	case event.Forget:
		m.forget(s)
	case event.Nothing, event.Refuse:
	}
}

// pace moves the pace of a subscription's NOTIFYs.
func (m *Manager) pace(s *subscription, e event.PaceEvent) {
	switch s.steps.On(e) {
	case event.Send:
		m.alarms.stop(&s.rest)
		m.endWatch(s)
		if s.machine.State() == event.Ending && s.bare {
			m.notify(s, nil)
			return
		}
		m.read(s)
	case event.TakeRest:
		m.alarms.set(&s.rest, time.Now().Add(event.Rest))
	case event.Wait:
	}
}

// forget takes a subscription out of every table.
func (m *Manager) forget(s *subscription) {
	m.alarms.stop(&s.expiry)
	m.alarms.stop(&s.rest)
	m.endWatch(s)
	s.out, s.reads = nil, false
	list := m.watching[s.about]
	if i := slices.Index(list, s); i >= 0 {
		if list = slices.Delete(list, i, i+1); len(list) == 0 {
			delete(m.watching, s.about)
		} else {
			m.watching[s.about] = list
		}
	}
	m.table.remove(s)
}

// move makes f the flow of a subscription. NOTIFYs are sent on it from now on.
func (m *Manager) move(s *subscription, f transport.Flow) {
	if s.flow != nil && s.flow.ID() == f.ID() {
		return
	}
	domain := ""
	if o := m.cfg.Directory.Organization(); o != nil {
		domain = o.SIPDomain
	}
	s.flow = f
	s.sentBy = m.self.SentBy(f, domain)
	s.contact = transport.Contact(f, s.sentBy)
}

// findFlow gives the flow for the next NOTIFY: the subscription's own, else the device's newest (signalling 4).
func (m *Manager) findFlow(s *subscription) bool {
	return !s.flow.Closed() || m.otherFlow(s)
}

// otherFlow goes over to the device's newest flow. What was encrypted stays so.
func (m *Manager) otherFlow(s *subscription) bool {
	f, ok := m.cfg.Flows.Flow(s.who.Device)
	if !ok || f.Closed() || f.ID() == s.flow.ID() || s.flow.Kind().Secure() && !f.Kind().Secure() {
		return false
	}
	m.move(s, f)
	return true
}

// stuck is a NOTIFY that can't be sent until the phone comes back. One that can't be sent at the end is not sent.
func (m *Manager) stuck(s *subscription) {
	m.counters.Stuck.Add(1)
	s.owed = true
	if s.machine.State() == event.Ending {
		m.on(s, event.Finish)
		return
	}
	m.pace(s, event.Lost)
	s.unwatch = m.cfg.Flows.Watch(s.who.User, func() { m.post(s, func() { m.onPhone(s) }) })
	m.onPhone(s) // it may have come back before the watch began
}

// onPhone is a phone of the user that has registered.
func (m *Manager) onPhone(s *subscription) {
	if s.steps.State() == event.Stuck && m.findFlow(s) {
		m.pace(s, event.Found)
	}
}

func (m *Manager) endWatch(s *subscription) {
	if s.unwatch != nil {
		s.unwatch()
		s.unwatch = nil
	}
}

func (m *Manager) trace(what string, s *subscription, err error) {
	m.log.Debug("subscription", "what", what, "user", int64(s.who.User), "device", int64(s.who.Device), "error", err)
}
