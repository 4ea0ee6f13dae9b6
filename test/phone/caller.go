package phone

import (
	"strconv"

	"ringfence/internal/wire/sip"
)

// inviteOptions are what a test may want different in an INVITE.
type inviteOptions struct {
	headers   []Header
	noOffer   bool
	noACK     bool
	direction string
	newKey    bool
	newPort   bool
	body      []byte
}

// Option changes an INVITE, re-INVITE or UPDATE.
type Option func(*inviteOptions)

// WithoutOffer leaves the session description out: the other side makes the offer.
func WithoutOffer() Option { return func(o *inviteOptions) { o.noOffer = true } }

// WithoutACK keeps the phone from acknowledging the 2xx.
func WithoutACK() Option { return func(o *inviteOptions) { o.noACK = true } }

// With adds a header field.
func With(name, value string) Option {
	return func(o *inviteOptions) { o.headers = append(o.headers, Header{name, value}) }
}

// WithBody sends this session description instead of the phone's own.
func WithBody(sdp string) Option { return func(o *inviteOptions) { o.body = []byte(sdp) } }

// Direction sets the media direction: sendrecv, sendonly, recvonly, inactive.
func Direction(d string) Option { return func(o *inviteOptions) { o.direction = d } }

// WithNewKey makes the phone change its SRTP key.
func WithNewKey() Option { return func(o *inviteOptions) { o.newKey = true } }

// WithNewPort makes the phone receive its media at another port.
func WithNewPort() Option { return func(o *inviteOptions) { o.newPort = true } }

func gather(options []Option) inviteOptions {
	var o inviteOptions
	for _, option := range options {
		option(&o)
	}
	return o
}

// Invite calls somebody: a number, a name or a whole sip: URI.
func (p *Phone) Invite(to string, options ...Option) *Call {
	p.report.Helper()
	o := gather(options)
	f := p.connected()
	c := p.newCall(true)
	c.media.change(o)
	r := p.outside(sip.INVITE, to, append([]Header{{"Allow", allow}, {"Supported", p.supported()}}, o.headers...))
	r.headers = append(r.headers, c.sessionHeaders()...)
	switch {
	case o.body != nil:
		r.mime, r.body = "application/sdp", o.body
	case !o.noOffer:
		r.mime, r.body = "application/sdp", c.media.offer()
	}
	p.update(func() {
		from, _ := sip.ParseAddress([]byte(r.from))
		c.flow, c.callID, c.localTag, c.to = f, r.callID, string(from.Tag()), r.to
		c.local, c.remote, c.target = r.from, r.to, r.uri
		c.noOffer, c.keepACK = o.noOffer, o.noACK
		r.seq = &c.seq
		c.list()
	})
	e := p.send(f, r, c.responded)
	p.update(func() { c.invite = e })
	return c
}

func (p *Phone) supported() string {
	s := "replaces, timer"
	if p.cfg.Reliable {
		s += ", 100rel"
	}
	return s
}

// Cancel cancels the INVITE.
func (c *Call) Cancel() {
	c.phone.report.Helper()
	c.phone.mu.Lock()
	c.cancelled = true
	client := c.invite.client
	c.phone.mu.Unlock()
	if client != nil {
		c.phone.must(client.Cancel(), "cancel")
	}
}

// Code is the code of the INVITE's final response, 0 as long as there is none.
func (c *Call) Code() int {
	c.phone.mu.Lock()
	defer c.phone.mu.Unlock()
	return c.invite.code
}

// responded acts on a response to the INVITE.
func (c *Call) responded(m *sip.Message) {
	switch code := m.StatusCode(); {
	case code == 100:
	case code < 200:
		c.progressed(m)
	case code < 300:
		c.succeeded(m)
	default:
		reason := string(m.Get(sip.Reason))
		c.phone.update(func() { c.finish(End{Code: code, By: "them", Reason: reason}) })
	}
}

// progressed acts on a provisional response.
func (c *Call) progressed(m *sip.Message) {
	rseq, reliable := m.Uint(sip.RSeq, 1<<31-1)
	reliable = reliable && m.HasToken(sip.Require, "100rel")
	var prack *request
	c.phone.update(func() {
		if c.state == calling {
			c.state = ringing
		}
		if c.state == ringing && m.ToTag() != nil {
			c.learn(m, false)
		}
		if reliable && rseq > c.lastRSeq {
			c.lastRSeq = rseq
			n, _ := m.CSeq()
			// RFC 3262 §7.2: the response's number, then the INVITE's CSeq.
			rack := strconv.Itoa(int(rseq)) + " " + strconv.Itoa(int(n)) + " INVITE"
			prack = c.insideLocked(sip.PRACK, []Header{{"RAck", rack}})
		}
	})
	var answer []byte
	if len(m.Body()) > 0 {
		if c.noOffer {
			answer = c.media.answer(m.Body())
		} else {
			c.media.accept(m.Body())
		}
	}
	if prack == nil {
		return
	}
	if answer != nil {
		prack.mime, prack.body = "application/sdp", answer
		c.phone.update(func() { c.noOffer = false }) // the exchange is complete
	}
	c.phone.send(c.way(), prack, nil)
}

// succeeded acknowledges a 2xx, each time it comes.
func (c *Call) succeeded(m *sip.Message) {
	c.phone.mu.Lock()
	first := c.ack == nil
	noOffer := c.noOffer
	c.phone.mu.Unlock()
	var answer []byte
	if first && len(m.Body()) > 0 {
		if noOffer {
			answer = c.media.answer(m.Body())
		} else {
			c.media.accept(m.Body())
		}
	}
	var ack []byte
	crossed := false
	c.phone.update(func() {
		if first {
			c.learn(m, true)
			seq, _ := m.CSeq()
			c.ack = c.acknowledge(seq, answer)
			if c.state != ended {
				c.state = answered
			}
			c.schedule(m, true)
			crossed = c.cancelled
		}
		if !c.keepACK {
			ack = c.ack
		}
	})
	if ack != nil {
		_ = c.way().Send(ack) // a lost ACK is repeated with the 2xx
	}
	if crossed {
		// RFC 3261 §15: the CANCEL came too late, so the call that stands is ended.
		c.Bye()
		return
	}
	c.media.start()
}
