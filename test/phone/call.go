package phone

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

const allow = "INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, NOTIFY"

// state is how far a call is.
type state uint8

const (
	calling  state = iota // an INVITE went out or came in
	ringing               // a provisional response beyond 100
	answered              // a 2xx
	ended
)

// End says how a call ended.
type End struct {
	Code   int    // the INVITE's final response; 200 if the call was answered
	By     string // who ended it: "me" or "them"
	Reason string // the value of a Reason header field, if one came
}

// Call is the phone's side of one call. Its methods belong to the test's goroutine.
type Call struct {
	phone  *Phone
	caller bool
	media  *media

	// Guarded by the phone's lock.
	flow          transport.Flow
	callID        string
	localTag      string
	remoteTag     string
	local, remote string // the values of From and To in our requests
	target        string
	routes        []string
	seq, peerSeq  uint32
	state         state
	end           End
	heldByPeer    bool
	timers        []*time.Timer
	stopped       bool

	// Of the caller.
	to        string
	invite    *Exchange
	noOffer   bool // the INVITE carried none
	keepACK   bool // the test wants no ACK sent
	ack       []byte
	cancelled bool
	lastRSeq  uint32

	// Of the callee.
	server  *transaction.Server
	request *sip.Message // the INVITE
	rseq    uint32
	pracked bool

	// Of 2xx that wait for their ACK.
	unacknowledged map[uint32]*repeated
	acknowledged   bool
	refusal        int // of re-INVITEs; 0: none
	refresh        time.Duration
	weRefresh      bool
	refreshing     *time.Timer
}

// repeated is a response that is sent again until it is acknowledged.
type repeated struct {
	timer   *time.Timer
	offered bool // it carries an offer: the ACK carries the answer
}

func (p *Phone) newCall(caller bool) *Call {
	return &Call{phone: p, caller: caller, media: newMedia(p), unacknowledged: make(map[uint32]*repeated)}
}

func (p *Phone) find(callID, localTag []byte) *Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[string(callID)+" "+string(localTag)]
}

// list makes the call findable; the phone's lock is held.
func (c *Call) list() { c.phone.calls[c.callID+" "+c.localTag] = c }

// stop ends everything that runs for the call.
func (c *Call) stop() {
	c.phone.mu.Lock()
	c.stopped = true
	for _, t := range c.timers {
		t.Stop()
	}
	for _, r := range c.unacknowledged {
		r.timer.Stop()
	}
	c.phone.mu.Unlock()
	c.media.close()
}

// finish notes how the call ended; the phone's lock is held.
func (c *Call) finish(end End) {
	if c.state == ended {
		return
	}
	c.state, c.end = ended, end
	c.media.mute()
	for _, t := range c.timers {
		t.Stop()
	}
}

// over is whether the call has ended; the phone's lock is held.
func (c *Call) over() bool {
	if c.state != ended && c.caller && c.state < answered && c.invite != nil && c.invite.done && c.invite.err != nil {
		code := 503
		if c.invite.err == transaction.ErrTimeout { //nolint:errorlint // the layer gives it bare
			code = 408
		}
		c.finish(End{Code: code, By: "them"})
	}
	return c.state == ended
}

// wait waits for a condition and fails the test if the call ends before it holds.
func (c *Call) wait(what string, holds func() bool) {
	c.phone.report.Helper()
	good := false
	c.phone.await(what, func() bool {
		good = holds()
		return good || c.over()
	})
	if !good {
		c.phone.fail("waited for %s; the call ended: %+v", what, c.end)
	}
}

// WaitRinging waits until the other side rings: a provisional response beyond 100.
func (c *Call) WaitRinging() {
	c.phone.report.Helper()
	c.wait("ringing", func() bool { return c.state == ringing || c.state == answered })
}

// WaitAnswered waits until the call stands: for the caller by a 2xx, for the callee by its ACK.
func (c *Call) WaitAnswered() {
	c.phone.report.Helper()
	c.wait("an answer", func() bool { return c.state == answered && (c.caller || c.acknowledged) })
}

// WaitEnded waits until the call has ended and says how.
func (c *Call) WaitEnded() End {
	c.phone.report.Helper()
	c.phone.await("the end of the call", c.over)
	c.phone.mu.Lock()
	defer c.phone.mu.Unlock()
	return c.end
}

// Ended says whether the call has ended.
func (c *Call) Ended() bool {
	c.phone.mu.Lock()
	defer c.phone.mu.Unlock()
	return c.over()
}

// HeldByPeer says whether the other side put this one on hold.
func (c *Call) HeldByPeer() bool {
	c.phone.mu.Lock()
	defer c.phone.mu.Unlock()
	return c.heldByPeer
}

// WaitHeld waits until the other side has put this one on hold, or taken it back.
func (c *Call) WaitHeld(held bool) {
	c.phone.report.Helper()
	c.wait(fmt.Sprintf("hold %v", held), func() bool { return c.heldByPeer == held })
}

// ID is the Call-ID.
func (c *Call) ID() string { return c.callID }

// Hangup ends an answered call with BYE and fails the test if that is not answered 200.
func (c *Call) Hangup() {
	c.phone.report.Helper()
	if code := c.Bye().Wait(); code != 200 {
		c.phone.fail("BYE was answered %d", code)
	}
}

// Bye sends BYE.
func (c *Call) Bye(headers ...Header) *Exchange {
	e := c.Send(sip.BYE, headers...)
	c.phone.update(func() { c.finish(End{Code: 200, By: "me"}) })
	return e
}

// Send sends a request within the call.
func (c *Call) Send(method sip.Method, headers ...Header) *Exchange {
	return c.phone.send(c.way(), c.inside(method, headers), nil)
}

// way is the flow for requests: the call's own, or the phone's newest when that has ended.
func (c *Call) way() transport.Flow {
	c.phone.mu.Lock()
	defer c.phone.mu.Unlock()
	if c.flow.Closed() && c.phone.flow != nil {
		c.flow = c.phone.flow
	}
	return c.flow
}

// inside composes a request within the dialog.
func (c *Call) inside(method sip.Method, headers []Header) *request {
	c.phone.mu.Lock()
	defer c.phone.mu.Unlock()
	return c.insideLocked(method, headers)
}

func (c *Call) insideLocked(method sip.Method, headers []Header) *request {
	r := &request{
		method: method, uri: c.target, routes: c.routes, from: c.local, to: c.remote, callID: c.callID, seq: &c.seq,
		headers: headers,
	}
	if method == sip.INVITE || method == sip.UPDATE {
		r.contact = c.phone.contactLocked()
	}
	if len(r.routes) > 0 && !strings.Contains(r.routes[0], ";lr") {
		// RFC 3261 §12.2.1.1: a strict router stands in the Request-URI.
		a, err := sip.ParseAddress([]byte(r.routes[0]))
		if err == nil {
			r.uri = string(a.RawURI)
			r.routes = append(append([]string(nil), c.routes[1:]...), "<"+c.target+">")
		}
	}
	return r
}

// learn takes the dialog's remote side from a message; the phone's lock is held.
func (c *Call) learn(m *sip.Message, final bool) {
	if a, err := m.Contact(); err == nil && !a.Star {
		c.target = string(a.RawURI)
	}
	if m.IsRequest() || c.state == answered && !final {
		return
	}
	c.remoteTag, c.remote = string(m.ToTag()), string(m.Get(sip.To))
	c.routes = nil
	for v := range m.All(sip.RecordRoute) {
		c.routes = append([]string{string(v)}, c.routes...) // RFC 3261 §12.1.2: in reverse order
	}
}

// Hold puts the other side on hold and fails the test if that is refused.
func (c *Call) Hold() {
	c.phone.report.Helper()
	c.accepted("hold", c.ReInvite(Direction("sendonly")))
}

// Resume takes the other side back from hold.
func (c *Call) Resume() {
	c.phone.report.Helper()
	c.accepted("resume", c.ReInvite(Direction("sendrecv")))
}

func (c *Call) accepted(what string, e *Exchange) {
	c.phone.report.Helper()
	if code := e.Wait(); code != 200 {
		c.phone.fail("%s was answered %d", what, code)
	}
}

// ReInvite sends an INVITE within the call.
func (c *Call) ReInvite(options ...Option) *Exchange { return c.renegotiate(sip.INVITE, options) }

// Update sends an UPDATE with an offer within the call.
func (c *Call) Update(options ...Option) *Exchange { return c.renegotiate(sip.UPDATE, options) }

func (c *Call) renegotiate(method sip.Method, options []Option) *Exchange {
	o := gather(options)
	r := c.inside(method, o.headers)
	r.headers = append(r.headers, c.sessionHeaders()...)
	c.media.change(o)
	if !o.noOffer {
		r.mime, r.body = "application/sdp", c.media.offer()
	}
	flow := c.way()
	return c.phone.send(flow, r, func(m *sip.Message) { c.renegotiated(r, m, o) })
}

// renegotiated acts on a response to a re-INVITE or UPDATE.
func (c *Call) renegotiated(r *request, m *sip.Message, o inviteOptions) {
	code := m.StatusCode()
	if code < 200 || code > 299 {
		return
	}
	var answer []byte
	if o.noOffer {
		answer = c.media.answer(m.Body())
	} else if len(m.Body()) > 0 {
		c.media.accept(m.Body())
	}
	c.phone.mu.Lock()
	c.learn(m, false)
	c.schedule(m, true)
	var ack []byte
	if r.method == sip.INVITE && !o.noACK {
		ack = c.acknowledge(r.sentSeq, answer)
	}
	flow := c.flow
	c.phone.mu.Unlock()
	if ack != nil {
		_ = flow.Send(ack) // a lost ACK is repeated with the 2xx
	}
}

// acknowledge composes the ACK of a 2xx; the phone's lock is held.
func (c *Call) acknowledge(seq uint32, answer []byte) []byte {
	r := c.insideLocked(sip.ACK, nil)
	r.branch = sip.NewBranch()
	if answer != nil {
		r.mime, r.body = "application/sdp", answer
	}
	return c.phone.write(r, seq, nil)
}

// RefuseReInvites makes the phone answer re-INVITEs and UPDATEs with this code; 0 accepts them again.
func (c *Call) RefuseReInvites(code int) { c.phone.update(func() { c.refusal = code }) }

// sessionHeaders ask for a session timer (RFC 4028).
func (c *Call) sessionHeaders() []Header {
	if c.phone.cfg.Session == 0 {
		return nil
	}
	seconds := strconv.Itoa(int(c.phone.cfg.Session / time.Second))
	return []Header{{"Session-Expires", seconds}}
}

// schedule refreshes the session halfway if that is our part; the phone's lock is held.
func (c *Call) schedule(m *sip.Message, asked bool) {
	value := string(m.Get(sip.SessionExpires))
	seconds, params, _ := strings.Cut(value, ";")
	interval, err := strconv.Atoi(strings.TrimSpace(seconds))
	if err != nil {
		return
	}
	role := "uac"
	if !asked {
		role = "uas"
	}
	c.refresh = time.Duration(interval) * time.Second
	c.weRefresh = strings.Contains(params, "refresher="+role)
	if c.refreshing != nil {
		c.refreshing.Stop()
	}
	if c.weRefresh {
		c.refreshing = c.later(c.refresh/2, func() { c.ReInvite() })
	}
}

// later runs something if the call still stands by then; the phone's lock is held.
func (c *Call) later(d time.Duration, run func()) *time.Timer {
	t := time.AfterFunc(d, func() {
		c.phone.mu.Lock()
		ok := !c.stopped && c.state != ended && !c.phone.vanished
		c.phone.mu.Unlock()
		if ok {
			run()
		}
	})
	c.timers = append(c.timers, t)
	return t
}
