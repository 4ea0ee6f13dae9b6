package presence

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
	"ringfence/internal/wire/sip/event"
	"ringfence/internal/wire/sip/transaction"
)

// Subscriber is who subscribes: the line that authenticated.
type Subscriber struct {
	User        pbx.UserID
	Device      pbx.DeviceID
	Line        pbx.LineID
	SIPUsername string
}

// Incoming is a SUBSCRIBE outside of any dialog, from an authenticated line. Tx is valid during the call of Subscribe.
type Incoming struct {
	Tx         *transaction.Incoming
	Subscriber Subscriber
}

// refusal is a final response to a SUBSCRIBE that may not go on. The zero value refuses nothing.
type refusal struct {
	code int
	add  func(*sip.Builder)
}

// maxExpires bounds what an Expires header field may say.
const maxExpires = 1<<32 - 1

// Subscribe makes a subscription of a SUBSCRIBE and returns at once; it answers the SUBSCRIBE in every case.
func (m *Manager) Subscribe(in Incoming) {
	s, r := m.newSubscription(in)
	if r.code == 0 && (m.queue.len() >= m.cfg.Limits.Waiting || !m.table.add(s)) {
		m.counters.Limited.Add(1)
		r = refusal{503, retryAfter}
	}
	if r.code != 0 {
		m.counters.Refused.Add(1)
		_ = in.Tx.Reply(r.code, "", m.with(r.add)) // the phone tries again, or not
		return
	}
	if !m.hand(in.Tx, s) {
		m.table.remove(s)
	}
}

// Owner returns the device whose subscription a request within a dialog belongs to.
func (m *Manager) Owner(rq *sip.Message) (pbx.DeviceID, bool) {
	s, ok := m.table.find(rq.ToTag(), rq.CallID())
	if !ok {
		return 0, false
	}
	return s.who.Device, true
}

// Renew takes a SUBSCRIBE within a dialog, after its digest was verified for the device that owns the subscription. It
// answers in every case.
func (m *Manager) Renew(rq *transaction.Incoming) {
	s, ok := m.table.find(rq.Msg.ToTag(), rq.Msg.CallID())
	if !ok {
		_ = rq.Reply(481, "", nil) // it ended a moment ago; the phone subscribes anew
		return
	}
	m.hand(rq, s)
}

// hand begins the transaction of a SUBSCRIBE and gives it to the goroutine.
func (m *Manager) hand(rq *transaction.Incoming, s *subscription) bool {
	tx, err := rq.Begin(quiet{})
	if err != nil {
		if errors.Is(err, transaction.ErrLimit) {
			_ = rq.Reply(503, "", m.with(retryAfter)) // nothing more can be done for a flow that is gone
		}
		return false
	}
	msg := rq.Msg.Clone()
	m.post(s, func() {
		defer msg.Release()
		m.onSubscribe(s, &inbound{tx: tx, msg: msg})
	})
	return true
}

// newSubscription judges a SUBSCRIBE and makes a subscription of it, which nobody knows yet.
func (m *Manager) newSubscription(in Incoming) (*subscription, refusal) {
	msg, flow := in.Tx.Msg, in.Tx.Flow
	kind, pack, r := m.kindOf(msg)
	if r.code != 0 {
		return nil, r
	}
	if !accepts(msg, pack.mime()) {
		return nil, refusal{406, func(b *sip.Builder) { b.Header(sip.Accept, pack.mime()) }}
	}
	if _, r = termsOf(msg, pack); r.code != 0 {
		return nil, r
	}
	uri, err := sip.ParseURI(msg.RequestURI())
	if err != nil {
		return nil, refusal{code: 400}
	}
	about, code := pack.find(uri, in.Subscriber)
	if code != 0 {
		return nil, refusal{code: code}
	}
	s := &subscription{
		tag: sip.NewTag(), callID: string(msg.CallID()), who: in.Subscriber, kind: kind, pack: pack, about: about,
	}
	s.expiry = alarm{about: s, ring: func() { m.on(s, event.Expire) }}
	s.rest = alarm{about: s, ring: func() { m.pace(s, event.Rested) }}
	if s.dlg, err = dialog.FromSubscribe(msg, s.tag); err != nil {
		return nil, refusal{code: 400} // RFC 6665 §4.1.2.1: a SUBSCRIBE makes a dialog, and must say where its NOTIFYs go
	}
	m.move(s, flow.Retain())
	return s, refusal{}
}

// kindOf reads what a SUBSCRIBE is about.
func (m *Manager) kindOf(msg *sip.Message) (event.Type, eventPackage, refusal) {
	bad := refusal{489, func(b *sip.Builder) { b.Header(sip.AllowEvents, AllowEvents) }} // RFC 6665 §8.3.2
	if !msg.Has(sip.Event) {
		return event.Type{}, nil, bad // RFC 3265 §7.2.1: elements of old meant a package by none
	}
	kind, err := event.ParseType(msg.Get(sip.Event))
	if err != nil {
		return event.Type{}, nil, refusal{code: 400}
	}
	pack := m.packageOf(kind.Package)
	if pack == nil {
		return event.Type{}, nil, bad
	}
	return kind, pack, refusal{}
}

// termsOf reads how long a subscription shall last.
func termsOf(msg *sip.Message, pack eventPackage) (time.Duration, refusal) {
	n, asked := msg.Uint(sip.Expires, maxExpires)
	terms := pack.terms()
	granted, ok := terms.Grant(n, asked)
	if !ok {
		return 0, refusal{423, func(b *sip.Builder) { b.Int(sip.MinExpires, uint64(terms.Min.Seconds())) }}
	}
	return granted, refusal{}
}

// accepts reports whether a subscriber understands bodies of the type. RFC 6665 §4.1.2.1: one that says nothing takes what
// the package has.
func accepts(msg *sip.Message, mime string) bool {
	if !msg.Has(sip.Accept) {
		return true
	}
	kind, _, _ := bytes.Cut([]byte(mime), []byte("/"))
	for v := range msg.All(sip.Accept) {
		v, _, _ = bytes.Cut(v, []byte(";"))
		v = bytes.TrimSpace(v)
		if sip.EqualFold(v, mime) || sip.EqualFold(v, string(kind)+"/*") || string(v) == "*/*" {
			return true
		}
	}
	return false
}

// onSubscribe is a SUBSCRIBE: the first of its subscription, or one within its dialog.
func (m *Manager) onSubscribe(s *subscription, in *inbound) {
	first := s.machine.State() == event.Init
	granted, r := termsOf(in.msg, s.pack)
	if !first && r.code == 0 {
		r = m.unfit(s, in)
	}
	if r.code != 0 {
		m.counters.Refused.Add(1)
		m.respond(s, in, r.code, r.add)
		return
	}
	what := event.Subscribe
	if granted == 0 {
		what = event.Unsubscribe
	}
	action := s.machine.On(what)
	if action == event.Refuse {
		m.counters.Refused.Add(1)
		m.respond(s, in, 481, nil)
		return
	}
	s.dlg.RefreshTarget(in.msg) // RFC 6665 §4.4.1: SUBSCRIBE is a target refresh request
	m.move(s, in.tx.Flow())
	m.tally(first, granted)
	if first {
		m.watching[s.about] = append(m.watching[s.about], s)
	}
	s.until = time.Now().Add(granted)
	m.alarms.set(&s.expiry, s.until)
	m.respond(s, in, 200, func(b *sip.Builder) {
		b.Header(sip.Contact, s.contact) // RFC 3261 §12.1.1
		b.Int(sip.Expires, uint64(granted.Seconds()))
	})
	s.reason, s.bare = event.Timeout, false
	m.act(s, action)
}

// unfit judges a SUBSCRIBE within the dialog.
func (m *Manager) unfit(s *subscription, in *inbound) refusal {
	if string(in.msg.FromTag()) != s.dlg.ID().RemoteTag {
		return refusal{code: 481}
	}
	if !s.dlg.Accept(in.msg) {
		return refusal{500, retryAfter} // RFC 3261 §12.2.2: out of order
	}
	if s.flow.Kind().Secure() && !in.tx.Flow().Kind().Secure() {
		return refusal{code: 403} // what was encrypted stays so
	}
	kind, _, r := m.kindOf(in.msg)
	if r.code == 0 && kind != s.kind {
		r = refusal{code: 481} // RFC 6665 §4.5.1: a dialog has one subscription
	}
	return r
}

// tally counts a SUBSCRIBE that was accepted.
func (m *Manager) tally(first bool, granted time.Duration) {
	switch {
	case granted == 0:
		m.counters.Unsubscribed.Add(1)
	case first:
		m.counters.Subscribed.Add(1)
	default:
		m.counters.Refreshed.Add(1)
	}
}

// inbound is a SUBSCRIBE that waits for its answer.
type inbound struct {
	tx  *transaction.Server
	msg *sip.Message
}

// respond answers a SUBSCRIBE.
func (m *Manager) respond(s *subscription, in *inbound, code int, add func(*sip.Builder)) {
	b := &m.builder
	b.ResponseTo(in.msg, code, "", s.tag, in.tx.Flow().Remote())
	m.with(add)(b)
	b.End()
	if err := in.tx.Respond(code, b.Bytes()); err != nil {
		m.trace("answer to SUBSCRIBE not sent", s, err)
	}
}

// with adds what every response of ours has.
func (m *Manager) with(add func(*sip.Builder)) func(*sip.Builder) {
	return func(b *sip.Builder) {
		if add != nil {
			add(b)
		}
		if m.cfg.Product != "" {
			b.Header(sip.Server, m.cfg.Product)
		}
	}
}

// quiet is the owner of a SUBSCRIBE's transaction: whatever becomes of the answer, the NOTIFY tells.
type quiet struct{}

// Cancelled implements transaction.ServerEvents.
func (quiet) Cancelled(*transaction.Server, *sip.Message) {}

// Done implements transaction.ServerEvents.
func (quiet) Done(*transaction.Server, error) {}

// retryAfter asks to come back in 5 to 15 s, not all at once.
func retryAfter(b *sip.Builder) { b.Int(sip.RetryAfter, 5+rand.Uint64N(11)) }

// comeBack is when a subscriber shall come back after the server has ended: when it runs again, not all at once.
func comeBack() time.Duration { return 10*time.Second + rand.N(20*time.Second) }
