package transaction

import (
	"fmt"
	"sync"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// ClientEvents tell the owner of a client transaction what happens to it. The first call may come before Send returns.
type ClientEvents interface {
	// Response is each response that the machine does not absorb: provisional ones, the final one, and every 2xx to an
	// INVITE, repeated and forked ones included. m is valid during the call.
	Response(c *Client, m *sip.Message)
	// Done is called once when the transaction has ended, after the last Response. Err is nil after a final response
	// (it comes when the peer's repeats are over, up to 32 s later), ErrTimeout if none came, or ErrTransport.
	Done(c *Client, err error)
}

// Client is a client transaction. Its methods are safe for concurrent use.
type Client struct {
	layer   *Layer
	flow    transport.Flow
	events  ClientEvents
	machine *machine
	method  sip.Method
	key     string
	branch  string

	flowNext, flowPrev *Client // guarded by the flow index
	indexed            bool    // the same

	mu       sync.Mutex
	state    state
	request  []byte // never changed, only dropped
	ack      []byte // of a failed INVITE; never changed
	cancel   cancelState
	reason   string        // of the CANCEL
	interval time.Duration // of timer A or E
	repeat   timer
	end      timer
}

// cancelState is how far cancelling an INVITE is.
type cancelState uint8

const (
	notCancelled cancelState = iota
	cancelWanted             // waits for a provisional response
	cancelSent
)

// clientWork is what a step wants done once the lock is released.
type clientWork struct {
	send     []byte
	deliver  bool
	cancel   []byte // the CANCEL to send
	finished bool
	err      error // of finished
}

// Send starts a client transaction: it sends msg, a whole request whose top Via has a branch of sip.NewBranch, on f, and
// repeats it as method and transport want. It is done with msg when it returns. ACK has no transaction: send it on the
// flow itself. After an error there is no transaction and no callback; it is ErrInvalid, ErrLimit, ErrExists, ErrClosed
// or ErrTransport.
func (l *Layer) Send(f transport.Flow, method sip.Method, msg []byte, ev ClientEvents) (*Client, error) {
	if method == sip.ACK || method == sip.UnknownMethod {
		return nil, ErrInvalid
	}
	if l.closed.Load() {
		return nil, ErrClosed
	}
	c := &Client{
		layer: l, flow: f.Retain(), events: ev, machine: &otherClient, method: method,
		request: append([]byte(nil), msg...),
	}
	if method == sip.INVITE {
		c.machine = &inviteClient
	}
	c.state = c.machine.start
	c.repeat.owner, c.end.owner = c, c
	if err := c.readBranch(); err != nil {
		return nil, err
	}
	if l.clientCount.Add(1) > int64(l.cfg.Limits.Clients) {
		l.clientCount.Add(-1)
		l.counters.Limited.Add(1)
		return nil, ErrLimit
	}
	if !insert(l, &l.clients, c.key, c) {
		l.clientCount.Add(-1)
		return nil, ErrExists
	}
	l.counters.Clients.Add(1)
	if err := c.begin(); err != nil {
		return nil, err
	}
	return c, nil
}

// readBranch finds the branch in the request.
func (c *Client) readBranch() error {
	m := sip.Acquire()
	defer m.Release()
	if err := m.Parse(c.request); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	via, err := m.Via()
	if err != nil || len(via.Branch) <= len(sip.BranchCookie) || m.Method() != c.method {
		return ErrInvalid
	}
	c.branch = string(via.Branch)
	c.key = string(appendClientKey(nil, via.Branch, c.method))
	return nil
}

// begin sends the request for the first time and starts the timers.
func (c *Client) begin() error {
	l := c.layer
	reliable := c.flow.Kind().Reliable()
	c.mu.Lock()
	c.interval = l.cfg.T1
	repeat, end := timerE, timerF
	if c.method == sip.INVITE {
		repeat, end = timerA, timerB
	}
	l.wheel.set(&c.end, end, 64*l.cfg.T1)
	if !reliable {
		l.wheel.set(&c.repeat, repeat, c.interval)
	}
	request := c.request
	c.mu.Unlock()
	if reliable {
		l.flows.add(c)
	}
	err := c.flow.Send(request)
	if err == nil {
		if reliable && c.flow.Closed() {
			// The connection may have closed before the index knew of this transaction.
			_ = c.handle(transportError, nil)
		}
		return nil
	}
	c.mu.Lock()
	ended := c.state == terminated
	c.stopTimers()
	c.state = terminated
	c.mu.Unlock()
	if ended {
		return nil // Done has told the owner
	}
	c.leave()
	return fmt.Errorf("%w: %w", ErrTransport, err)
}

// Cancel cancels an INVITE: the CANCEL is sent once a provisional response has come, at once if one has
// (RFC 3261 §9.1). It is sent at most once; after a final response Cancel does nothing. If no final response follows
// within 64*T1 the transaction ends with ErrTimeout.
func (c *Client) Cancel() error { return c.CancelBecause("") }

// CancelBecause is Cancel with the value of a Reason header field (RFC 3326), for instance
// `SIP;cause=200;text="Call completed elsewhere"`, which keeps a phone from listing a missed call.
func (c *Client) CancelBecause(reason string) error {
	if c.method != sip.INVITE {
		return ErrInvalid
	}
	var w clientWork
	c.mu.Lock()
	if c.cancel == notCancelled {
		switch c.state {
		case calling:
			c.cancel, c.reason = cancelWanted, reason
		case proceeding:
			c.reason = reason
			c.prepareCancel(&w)
		default: // a final response has come
		}
	}
	c.mu.Unlock()
	return c.carryOut(w, nil)
}

// Flow is where the request went.
func (c *Client) Flow() transport.Flow { return c.flow }

// Method is the request's method.
func (c *Client) Method() sip.Method { return c.method }

// Branch is the branch of the request's top Via.
func (c *Client) Branch() string { return c.branch }

// handle lets an event happen; m is the response of the received events.
func (c *Client) handle(e event, m *sip.Message) error {
	c.mu.Lock()
	w := c.step(e, m)
	c.mu.Unlock()
	return c.carryOut(w, m)
}

// expire implements expirer.
func (c *Client) expire(t *timer, e event, gen uint32) {
	c.mu.Lock()
	if t.gen != gen {
		c.mu.Unlock()
		return
	}
	w := c.step(e, nil)
	c.mu.Unlock()
	_ = c.carryOut(w, nil) // Done tells the owner
}

// step runs the machine; the caller holds the lock and carries the work out after releasing it.
func (c *Client) step(e event, m *sip.Message) clientWork {
	var w clientWork
	for e != 0 {
		to, do := c.machine.next(c.state, e)
		c.state = to
		e = 0
		for _, a := range do {
			if now := c.act(a, m, &w); now != 0 {
				e = now
			}
		}
	}
	if c.state == proceeding && c.cancel == cancelWanted {
		c.prepareCancel(&w)
	}
	return w
}

// act does one action. It returns the event of a timer that has no time to run.
func (c *Client) act(a action, m *sip.Message, w *clientWork) event {
	switch a {
	case ignore:
		c.layer.counters.Ignored.Add(1)
	case deliver:
		w.deliver = true
	case resend:
		w.send = c.request
		c.layer.counters.Repeated.Add(1)
	case acknowledge:
		c.ack = buildACK(c.request, m)
		w.send = c.ack
	case acknowledgeAgain:
		w.send = c.ack
		c.layer.counters.Repeated.Add(1)
	case finish, finishTimeout, finishTransport:
		c.stopTimers()
		w.finished = true
		w.err = map[action]error{finishTimeout: ErrTimeout, finishTransport: ErrTransport}[a]
	default:
		return c.time(a)
	}
	return 0
}

// time does the actions that concern timers. RFC 3261 §17.1, table 4: over a reliable transport nothing is repeated, so
// timers D and K have no time to run.
func (c *Client) time(a action) event {
	cfg, w, reliable := &c.layer.cfg, c.layer.wheel, c.flow.Kind().Reliable()
	switch a {
	case doubleRepeat, slowRepeat:
		c.again(a)
	case stopRepeat:
		w.stop(&c.repeat)
	case stopEnd:
		w.stop(&c.end)
	case startM:
		w.set(&c.end, timerM, 64*cfg.T1)
	case startD:
		if reliable {
			return timerD
		}
		// RFC 3261 §17.1.1.2: at least 32 s, which is how long the server repeats at the default T1.
		w.set(&c.end, timerD, max(32*time.Second, 64*cfg.T1))
	case startK:
		if reliable {
			return timerK
		}
		w.set(&c.end, timerK, cfg.T4)
	default: // the other actions are those of servers
	}
	return 0
}

// again starts timer A or E anew.
func (c *Client) again(a action) {
	cfg := &c.layer.cfg
	e := timerA
	c.interval *= 2
	if c.method != sip.INVITE {
		e = timerE
		c.interval = min(c.interval, cfg.T2)
		if a == slowRepeat {
			c.interval = cfg.T2
		}
	}
	c.layer.wheel.set(&c.repeat, e, c.interval)
}

// prepareCancel builds the CANCEL and starts the time within which the INVITE must end.
func (c *Client) prepareCancel(w *clientWork) {
	c.cancel = cancelSent
	w.cancel = buildCancel(c.request, c.reason)
	c.layer.wheel.set(&c.end, timerX, 64*c.layer.cfg.T1)
}

func (c *Client) stopTimers() {
	c.layer.wheel.stop(&c.repeat)
	c.layer.wheel.stop(&c.end)
}

// carryOut does what a step wants, without the lock. The ACK leaves before the owner hears of the failure, the CANCEL
// after he heard of the provisional response.
func (c *Client) carryOut(w clientWork, m *sip.Message) error {
	var err error
	if w.send != nil {
		err = c.flow.Send(w.send)
	}
	if w.deliver {
		c.events.Response(c, m)
	}
	if w.cancel != nil {
		// Its answers are of no interest: the INVITE's final response tells.
		if _, e := c.layer.Send(c.flow, sip.CANCEL, w.cancel, nobody{}); e != nil {
			err = e
		}
	}
	if w.finished {
		c.leave()
		c.layer.counters.ended(w.err)
		c.events.Done(c, w.err)
	}
	if err != nil && !w.finished {
		_ = c.handle(transportError, nil) // Done tells the owner
	}
	return err
}

// leave takes the transaction out of the tables.
func (c *Client) leave() {
	l := c.layer
	remove(l, &l.clients, c.key, c)
	l.clientCount.Add(-1)
	l.flows.remove(c)
}

// nobody is the owner of a CANCEL.
type nobody struct{}

func (nobody) Response(*Client, *sip.Message) {}
func (nobody) Done(*Client, error)            {}

// buildACK builds the ACK of a failed INVITE. RFC 3261 §17.1.1.3: the INVITE's Request-URI, top Via, From, Call-ID and
// Route, the response's To.
func buildACK(invite []byte, response *sip.Message) []byte {
	return derive(invite, sip.ACK, response.Get(sip.To), "")
}

// buildCancel builds the CANCEL of an INVITE. RFC 3261 §9.1: the INVITE's Request-URI, top Via, From, To, Call-ID and
// Route.
func buildCancel(invite []byte, reason string) []byte {
	return derive(invite, sip.CANCEL, nil, reason)
}

// derive builds a request that belongs to an INVITE's transaction.
func derive(invite []byte, method sip.Method, to []byte, reason string) []byte {
	m := sip.Acquire()
	defer m.Release()
	if err := m.Parse(append([]byte(nil), invite...)); err != nil {
		return nil // Send has parsed it once
	}
	var b sip.Builder
	b.Request(method, m.RequestURI())
	b.HeaderBytes(sip.Via, m.Get(sip.Via))
	b.Copy(m, sip.Route)
	b.Int(sip.MaxForwards, 70)
	b.HeaderBytes(sip.From, m.Get(sip.From))
	if to == nil {
		to = m.Get(sip.To)
	}
	b.HeaderBytes(sip.To, to)
	b.HeaderBytes(sip.CallID, m.Get(sip.CallID))
	n, _ := m.CSeq()
	b.CSeq(n, method)
	if reason != "" {
		b.Header(sip.Reason, reason)
	}
	b.End()
	return b.Bytes()
}
