package phone

import (
	"strconv"
	"strings"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// plan is what the phone does with calls by itself.
type plan struct {
	automatic bool
	ring      bool
	after     time.Duration
	code      int // 200 answers
}

// AutoAnswer makes the phone ring and answer every call after a while.
func (p *Phone) AutoAnswer(after time.Duration) {
	p.update(func() { p.plan = plan{automatic: true, ring: true, after: after, code: 200} })
}

// AutoReject makes the phone refuse every call.
func (p *Phone) AutoReject(code int) {
	p.update(func() { p.plan = plan{automatic: true, code: code} })
}

// AutoRing makes the phone ring for every call and do no more.
func (p *Phone) AutoRing() { p.update(func() { p.plan = plan{automatic: true, ring: true} }) }

// Incoming waits for the next call that comes in.
func (p *Phone) Incoming() *Call {
	p.report.Helper()
	var c *Call
	p.await("a call", func() bool {
		if len(p.waiting) == 0 {
			return false
		}
		c, p.waiting = p.waiting[0], p.waiting[1:]
		return true
	})
	return c
}

// NoCall checks that no call comes in for a while.
func (p *Phone) NoCall(d time.Duration) {
	p.report.Helper()
	if p.within(d, func() bool { return len(p.waiting) > 0 }) {
		p.fail("a call came in")
	}
}

// user is the phone as the transaction layer sees it.
type user struct{ *Phone }

func (u user) FlowClosed(transport.Flow) { u.update(func() {}) }

// Request implements transaction.TU.
func (u user) Request(rq *transaction.Incoming) {
	m := rq.Msg
	if m.Method() == sip.INVITE && m.ToTag() == nil {
		u.invited(rq)
		return
	}
	c := u.find(m.CallID(), m.ToTag())
	switch method := m.Method(); {
	case method == sip.ACK:
		if c != nil {
			c.acknowledgedBy(m)
		}
	case c != nil:
		c.requested(rq)
	case method == sip.NOTIFY && u.subscribed(m):
		_ = rq.Reply(200, "", nil) // the server asks again if it is lost
	case m.ToTag() != nil || method == sip.CANCEL:
		_ = rq.Reply(481, "", nil) // the server asks again if it is lost
	case method == sip.OPTIONS || method == sip.MESSAGE || method == sip.NOTIFY:
		_ = rq.Reply(200, "", func(b *sip.Builder) { b.HeaderNamed("Allow", allow) }) // as above
	default:
		_ = rq.Reply(405, "", func(b *sip.Builder) { b.HeaderNamed("Allow", allow) }) // as above
	}
}

// invited takes a new call.
func (p *Phone) invited(rq *transaction.Incoming) {
	m := rq.Msg
	c := p.newCall(false)
	c.callID, c.localTag, c.remoteTag = string(m.CallID()), sip.NewTag(), string(m.FromTag())
	c.local, c.remote = string(m.Get(sip.To))+";tag="+c.localTag, string(m.Get(sip.From))
	c.peerSeq, _ = m.CSeq()
	c.flow = rq.Flow.Retain()
	for v := range m.All(sip.RecordRoute) {
		c.routes = append(c.routes, string(v)) // RFC 3261 §12.1.1: in order
	}
	c.learn(m, true)
	c.request = m.Clone()
	server, err := rq.Begin(c)
	if err != nil {
		return // a repeated INVITE that met its transaction being made
	}
	refused := len(m.Body()) > 0 && !c.media.receive(m.Body())
	var do plan
	p.update(func() {
		c.server = server
		c.list()
		p.waiting = append(p.waiting, c)
		do = p.plan
	})
	switch {
	case refused:
		c.reply(488, nil)
		p.update(func() { c.finish(End{Code: 488, By: "me"}) })
	case do.automatic:
		c.follow(do)
	}
}

// follow does what the phone does by itself.
func (c *Call) follow(do plan) {
	if do.ring {
		c.reply(180, nil)
	}
	if do.code == 0 {
		return
	}
	c.phone.mu.Lock()
	defer c.phone.mu.Unlock()
	act := func() {
		if do.code == 200 {
			c.answer()
			return
		}
		c.reply(do.code, nil)
		c.phone.update(func() { c.finish(End{Code: do.code, By: "me"}) })
	}
	c.later(do.after, act)
}

// Cancelled implements transaction.ServerEvents.
func (c *Call) Cancelled(_ *transaction.Server, m *sip.Message) {
	reason := string(m.Get(sip.Reason))
	c.reply(487, nil)
	c.phone.update(func() { c.finish(End{Code: 487, By: "them", Reason: reason}) })
}

// Done implements transaction.ServerEvents.
func (c *Call) Done(*transaction.Server, error) {}

// From is who calls, as the INVITE says.
func (c *Call) From() string { return string(c.request.Get(sip.From)) }

// INVITE is the INVITE that came in.
func (c *Call) INVITE() Message {
	return Message{Title: "INVITE", Raw: string(c.request.Raw())}
}

// reply answers the INVITE.
func (c *Call) reply(code int, body []byte, headers ...Header) {
	_ = c.server.Respond(code, c.compose(c.request, code, body, headers...)) // too late, or the flow is gone
}

// compose writes a response to a request within the call.
func (c *Call) compose(m *sip.Message, code int, body []byte, headers ...Header) []byte {
	var b sip.Builder
	c.phone.mu.Lock() // a message keeps what it has looked up, so two goroutines must not read it at once
	b.ResponseTo(m, code, "", c.localTag, c.flow.Remote())
	c.phone.mu.Unlock()
	if code > 100 && code < 300 && m.Method() != sip.BYE {
		b.Header(sip.Contact, c.phone.contact())
		b.Header(sip.Allow, allow)
	}
	for _, h := range headers {
		b.HeaderNamed(h.Name, h.Value)
	}
	if body != nil {
		b.Body("application/sdp", body)
	} else {
		b.End()
	}
	return b.Bytes()
}

// Ring sends 180.
func (c *Call) Ring() { c.Progress(180, false) }

// Progress sends a provisional response, with the phone's answer for early media if wanted.
func (c *Call) Progress(code int, early bool) {
	var body []byte
	if early {
		body = c.media.description(c.hasOffer())
		c.media.start()
	}
	c.reply(code, body)
	c.phone.update(func() { c.state = max(c.state, ringing) })
}

// RingReliably sends a provisional response that must be acknowledged (RFC 3262), and waits for its PRACK.
func (c *Call) RingReliably(code int, early bool) {
	c.phone.report.Helper()
	var body []byte
	if early {
		body = c.media.description(c.hasOffer())
		c.media.start()
	}
	c.phone.update(func() {
		c.rseq++
		c.pracked = false
		c.state = max(c.state, ringing)
	})
	c.reply(code, body, Header{"Require", "100rel"}, Header{"RSeq", strconv.Itoa(int(c.rseq))})
	c.wait("PRACK", func() bool { return c.pracked })
}

func (c *Call) hasOffer() bool { return len(c.request.Body()) > 0 }

// Answer answers the call with 200, repeated until the ACK comes.
func (c *Call) Answer() {
	c.phone.report.Helper()
	c.answer()
}

func (c *Call) answer() {
	body := c.media.description(c.hasOffer())
	headers := append(c.acceptSession(c.request), Header{"Supported", c.phone.supported()})
	msg := c.compose(c.request, 200, body, headers...)
	seq, _ := c.request.CSeq()
	c.phone.update(func() {
		if c.state == ended {
			return
		}
		c.state = answered
		c.repeat(seq, c.server, msg, !c.hasOffer())
	})
	_ = c.server.Respond(200, msg) // too late, or the flow is gone
	c.media.start()
}

// repeat sends a 2xx again until its ACK comes; the phone's lock is held.
// RFC 3261 §13.3.1.4: at T1, then twice as long up to T2, for 64*T1, over every transport.
func (c *Call) repeat(seq uint32, s *transaction.Server, msg []byte, offered bool) {
	const t1, t2 = 500 * time.Millisecond, 4 * time.Second
	r := &repeated{offered: offered}
	c.unacknowledged[seq] = r
	wait, total := t1, time.Duration(0)
	r.timer = time.AfterFunc(wait, func() {
		c.phone.mu.Lock()
		total += wait
		wait = min(2*wait, t2)
		again := c.unacknowledged[seq] == r && !c.stopped && !c.phone.vanished && total < 64*t1
		if again {
			r.timer.Reset(wait)
		}
		c.phone.mu.Unlock()
		if again {
			_ = s.Respond(200, msg) // the flow may be gone
		}
	})
}

// Reject refuses the call.
func (c *Call) Reject(code int, headers ...Header) {
	c.reply(code, nil, headers...)
	c.phone.update(func() { c.finish(End{Code: code, By: "me"}) })
}

// acknowledgedBy takes the ACK of a 2xx.
func (c *Call) acknowledgedBy(m *sip.Message) {
	seq, _ := m.CSeq()
	offered := false
	c.phone.update(func() {
		if r := c.unacknowledged[seq]; r != nil {
			r.timer.Stop()
			offered = r.offered
			delete(c.unacknowledged, seq)
		}
		c.acknowledged = true
	})
	if offered && len(m.Body()) > 0 {
		c.media.accept(m.Body())
	}
}

// requested answers a request within the call.
func (c *Call) requested(rq *transaction.Incoming) {
	m := rq.Msg
	seq, method := m.CSeq()
	late := false
	code := 0
	c.phone.update(func() {
		late = seq <= c.peerSeq
		c.peerSeq = max(c.peerSeq, seq)
		c.flow = rq.Flow.Retain()
		code = c.refusal
		if c.state == ended && method != sip.BYE {
			code = 481
		}
	})
	switch {
	case late: // RFC 3261 §12.2.2
		_ = rq.Reply(500, "CSeq out of order", nil) // the server asks again if it is lost
		return
	case method == sip.INVITE || method == sip.UPDATE:
		c.reoffered(rq, code)
		return
	}
	s, err := rq.Begin(c)
	if err != nil {
		return
	}
	code = 200
	switch method {
	case sip.BYE:
		reason := string(m.Get(sip.Reason))
		c.phone.update(func() { c.finish(End{Code: 200, By: "them", Reason: reason}) })
	case sip.PRACK:
		rack := strings.Fields(string(m.Get(sip.RAck)))
		c.phone.update(func() {
			if len(rack) == 3 && rack[0] == strconv.Itoa(int(c.rseq)) {
				c.pracked = true
			} else {
				code = 481
			}
		})
		if len(m.Body()) > 0 && !c.hasOffer() {
			c.media.accept(m.Body())
		}
	default:
	}
	_ = s.Respond(code, c.compose(m, code, nil)) // the flow may be gone
}

// reoffered answers a re-INVITE or UPDATE.
func (c *Call) reoffered(rq *transaction.Incoming, refusal int) {
	m := rq.Msg
	s, err := rq.Begin(c)
	if err != nil {
		return
	}
	offered := len(m.Body()) > 0
	if refusal == 0 && offered && !c.media.receive(m.Body()) {
		refusal = 488
	}
	if refusal != 0 {
		_ = s.Respond(refusal, c.compose(m, refusal, nil)) // the flow may be gone
		return
	}
	var body []byte
	if offered || m.Method() == sip.INVITE {
		body = c.media.description(offered)
	}
	msg := c.compose(m, 200, body, c.acceptSession(m)...)
	seq, method := m.CSeq()
	c.phone.update(func() {
		c.learn(m, false)
		c.heldByPeer = c.media.held()
		if method == sip.INVITE {
			c.repeat(seq, s, msg, !offered)
		}
	})
	_ = s.Respond(200, msg) // the flow may be gone
}

// acceptSession takes part in session timers if the request asks for them (RFC 4028 §9).
func (c *Call) acceptSession(m *sip.Message) []Header {
	value := string(m.Get(sip.SessionExpires))
	if value == "" {
		return nil
	}
	if !strings.Contains(value, "refresher=") {
		value += ";refresher=uac"
	}
	c.phone.mu.Lock()
	defer c.phone.mu.Unlock()
	c.schedule(m, false)
	return []Header{{"Session-Expires", value}, {"Require", "timer"}}
}
