package phone

import (
	"strconv"
	"time"

	"ringfence/internal/wire/sip"
)

// Subscription is the phone's side of an event subscription (RFC 6665). Its methods belong to the test's goroutine. What it
// is told are the NOTIFYs that the phone has heard.
type Subscription struct {
	phone *Phone
	event string

	// Guarded by the phone's lock.
	callID, localTag string
	local, remote    string // the values of From and To in our requests
	target           string
	seq              uint32
}

// Subscribe subscribes to an event package at an address, "" for the domain alone, and fails the test if that is refused.
func (p *Phone) Subscribe(event, to string, expires time.Duration) *Subscription {
	p.report.Helper()
	uri := "sip:" + p.cfg.Domain
	if to != "" {
		uri = p.uri(to)
	}
	s := &Subscription{
		phone: p, event: event, callID: sip.NewCallID(), localTag: sip.NewTag(), remote: "<" + uri + ">", target: uri,
	}
	s.local = p.name() + ";tag=" + s.localTag
	p.update(func() { p.subs[s.callID+" "+s.localTag] = s })
	if code := s.Refresh(expires); code != 200 {
		p.fail("SUBSCRIBE was answered %d", code)
	}
	return s
}

// Refresh sends the next SUBSCRIBE, which ends the subscription if it asks for no time, and returns the code of its final
// response.
func (s *Subscription) Refresh(expires time.Duration) int {
	s.phone.report.Helper()
	f := s.phone.connected()
	contact := s.phone.contact()
	s.phone.mu.Lock()
	r := &request{
		method: sip.SUBSCRIBE, uri: s.target, from: s.local, to: s.remote, callID: s.callID, seq: &s.seq, contact: contact,
		headers: []Header{{"Event", s.event}, {"Expires", strconv.Itoa(int(expires / time.Second))}},
	}
	s.phone.mu.Unlock()
	return s.phone.send(f, r, s.learn).Wait()
}

// learn takes the dialog's remote side from the answer.
func (s *Subscription) learn(m *sip.Message) {
	a, err := m.Contact()
	if m.StatusCode()/100 != 2 || err != nil {
		return
	}
	s.phone.update(func() { s.remote, s.target = string(m.Get(sip.To)), string(a.RawURI) })
}

// subscribed says whether a NOTIFY belongs to a subscription of the phone.
func (p *Phone) subscribed(m *sip.Message) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.subs[string(m.CallID())+" "+string(m.ToTag())] != nil
}
