package transaction

import (
	"bytes"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// ServerEvents tell the owner of a server transaction what happens to it.
type ServerEvents interface {
	// Cancelled says that the peer cancelled the INVITE before it had a final response. The layer has answered the
	// CANCEL; the owner answers the INVITE with 487. It comes once; cancel is valid during the call.
	Cancelled(s *Server, cancel *sip.Message)
	// Done is called once when the transaction has ended: err is nil, ErrTimeout (no ACK came for a failed INVITE) or
	// ErrTransport (a response could not be sent).
	Done(s *Server, err error)
}

// Server is a server transaction. Its methods are safe for concurrent use.
type Server struct {
	layer     *Layer
	flow      transport.Flow
	events    ServerEvents
	machine   *machine
	method    sip.Method
	source    netip.Prefix
	key       string
	mergedKey string // empty if the request cannot be merged
	branch    string

	mu        sync.Mutex
	state     state
	last      []byte // the last response; never changed, only replaced
	failed    bool   // the transport
	cancelled bool
	interval  time.Duration // of timer G
	repeat    timer
	end       timer
}

// serverWork is what a step wants done once the lock is released.
type serverWork struct {
	send     []byte
	deliver  bool
	refused  bool
	finished bool
	err      error // of finished
}

// Begin makes the server transaction of the request and keeps its flow. An INVITE is answered 100 at once
// (RFC 3261 §17.2.1), so that it is not sent again. ErrLimit asks the caller to answer 503; ErrInvalid is an ACK or
// CANCEL, which have no transaction of their own; ErrExists means that it was begun already.
func (rq *Incoming) Begin(ev ServerEvents) (*Server, error) {
	l, m := rq.layer, rq.Msg
	method := m.Method()
	if !m.IsRequest() || method == sip.ACK || method == sip.CANCEL {
		return nil, ErrInvalid
	}
	if l.closed.Load() {
		return nil, ErrClosed
	}
	via, err := m.Via()
	if err != nil {
		return nil, ErrInvalid
	}
	s := &Server{
		layer: l, flow: rq.Flow.Retain(), events: ev, machine: &otherServer, method: method,
		source: transport.SourcePrefix(rq.Flow.Remote().Addr()),
		key:    string(appendServerKey(nil, m)), branch: string(via.Branch),
	}
	if method == sip.INVITE {
		s.machine = &inviteServer
	}
	s.state = s.machine.start
	s.repeat.owner, s.end.owner = s, s
	if !l.admit(s.source) {
		l.counters.Limited.Add(1)
		return nil, ErrLimit
	}
	if !insert(l, &l.servers, s.key, s) {
		l.dismiss(s.source)
		return nil, ErrExists
	}
	if canMerge(m) {
		s.mergedKey = string(appendMergedKey(nil, m))
		insert(l, &l.merged, s.mergedKey, s)
	}
	l.counters.Servers.Add(1)
	if method == sip.INVITE {
		s.trying(m)
	}
	return s, nil
}

// trying sends 100.
func (s *Server) trying(m *sip.Message) {
	b := builders.Get().(*sip.Builder) //nolint:forcetypeassert // the pool holds nothing else
	defer builders.Put(b)
	b.ResponseTo(m, 100, "Trying", "", s.flow.Remote())
	b.End()
	_ = s.Respond(100, b.Bytes()) // if it is lost, the INVITE comes again
}

// admit counts a server transaction of a source, or refuses it.
func (l *Layer) admit(source netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.serverCount.Load() >= int64(l.cfg.Limits.Servers) || l.sources[source] >= l.cfg.Limits.PerSource {
		return false
	}
	l.serverCount.Add(1)
	l.sources[source]++
	return true
}

func (l *Layer) dismiss(source netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.serverCount.Add(-1)
	if l.sources[source]--; l.sources[source] <= 0 {
		delete(l.sources, source)
	}
}

// Flow is where the request came from and the responses go.
func (s *Server) Flow() transport.Flow { return s.flow }

// Method is the request's method.
func (s *Server) Method() sip.Method { return s.method }

// Branch is the branch of the request's top Via.
func (s *Server) Branch() string { return s.branch }

// Key names the transaction within the layer.
func (s *Server) Key() string { return s.key }

// Respond sends a whole response; it is done with msg when it returns. The layer keeps the response for repeating. After
// a final response it returns ErrTerminated, except that a 2xx to an INVITE may be sent again while the transaction is
// Accepted. ErrTransport says that the response did not leave; the transaction goes on (RFC 6026 §8.8).
func (s *Server) Respond(code int, msg []byte) error {
	e := sendFailure
	switch {
	case code < 100 || code > 699:
		return ErrInvalid
	case code < 200:
		e = send1xx
	case code < 300:
		e = send2xx
	}
	return s.handle(e, append([]byte(nil), msg...))
}

// handle lets an event happen; msg is the response of the send events.
func (s *Server) handle(e event, msg []byte) error {
	s.mu.Lock()
	w := s.step(e, msg)
	s.mu.Unlock()
	return s.carryOut(w)
}

// expire implements expirer.
func (s *Server) expire(t *timer, e event, gen uint32) {
	s.mu.Lock()
	if t.gen != gen {
		s.mu.Unlock()
		return
	}
	w := s.step(e, nil)
	s.mu.Unlock()
	_ = s.carryOut(w) // the machine notes a failure
}

// acknowledged takes an ACK and says whether it was that of a failure, which ends here.
func (s *Server) acknowledged() bool {
	s.mu.Lock()
	w := s.step(receivedACK, nil)
	s.mu.Unlock()
	_ = s.carryOut(w) // an ACK sends nothing
	return !w.deliver
}

// markCancelled says whether the owner is to be told of a CANCEL.
func (s *Server) markCancelled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.state == proceeding && !s.cancelled && s.method == sip.INVITE
	s.cancelled = s.cancelled || first
	return first
}

// samePeer says whether a flow leads to who sent the request. A CANCEL cannot be challenged (RFC 3261 §22.1), so one
// from another address is not believed; another port is, since a connection may have been lost in between.
func (s *Server) samePeer(f transport.Flow) bool {
	return f.Kind() == s.flow.Kind() && f.Remote().Addr() == s.flow.Remote().Addr()
}

// toTag is the To tag of the last response, empty if it has none.
func (s *Server) toTag() string {
	s.mu.Lock()
	last := bytes.Clone(s.last) // parsing writes
	s.mu.Unlock()
	m := sip.Acquire()
	defer m.Release()
	if m.Parse(last) != nil {
		return ""
	}
	return string(m.ToTag())
}

// step runs the machine; the caller holds the lock and carries the work out after releasing it.
func (s *Server) step(e event, msg []byte) serverWork {
	var w serverWork
	for e != 0 {
		to, do := s.machine.next(s.state, e)
		if do == nil {
			w.refused = e == send1xx || e == send2xx || e == sendFailure
			return w
		}
		s.state = to
		e = 0
		for _, a := range do {
			if now := s.act(a, msg, &w); now != 0 {
				e = now
			}
		}
	}
	return w
}

// act does one action. It returns the event of a timer that has no time to run.
func (s *Server) act(a action, msg []byte, w *serverWork) event {
	switch a {
	case ignore:
		s.layer.counters.Ignored.Add(1)
	case deliver:
		w.deliver = true
	case refuse:
		w.refused = true
	case respond:
		s.last, w.send, s.failed = msg, msg, false
	case resend:
		w.send = s.last
		s.layer.counters.Repeated.Add(1)
	case noteFailure:
		s.failed = true
	case finish, finishTimeout:
		s.layer.wheel.stop(&s.repeat)
		s.layer.wheel.stop(&s.end)
		w.finished = true
		if s.failed {
			w.err = ErrTransport
		} else if a == finishTimeout {
			w.err = ErrTimeout
		}
	default:
		return s.time(a)
	}
	return 0
}

// time does the actions that concern timers. RFC 3261 §17.2, table 4: over a reliable transport nothing is repeated,
// so timers I and J have no time to run.
func (s *Server) time(a action) event {
	cfg, w, reliable := &s.layer.cfg, s.layer.wheel, s.flow.Kind().Reliable()
	switch a {
	case startRepeat, doubleRepeat:
		s.interval = min(2*s.interval, cfg.T2)
		if a == startRepeat {
			s.interval = cfg.T1
		}
		if !reliable {
			w.set(&s.repeat, timerG, s.interval)
		}
	case stopRepeat:
		w.stop(&s.repeat)
	case startH:
		w.set(&s.end, timerH, 64*cfg.T1)
	case startL:
		w.set(&s.end, timerL, 64*cfg.T1)
	case startI:
		if reliable {
			return timerI
		}
		w.set(&s.end, timerI, cfg.T4)
	case startJ:
		if reliable {
			return timerJ
		}
		w.set(&s.end, timerJ, 64*cfg.T1)
	default: // the other actions are those of clients
	}
	return 0
}

// carryOut does what a step wants, without the lock.
func (s *Server) carryOut(w serverWork) error {
	var err error
	if w.send != nil {
		if e := s.flow.Send(w.send); e != nil {
			_ = s.handle(transportError, nil) // sends nothing
			err = fmt.Errorf("%w: %w", ErrTransport, e)
		}
	}
	if w.finished {
		s.finish(w.err)
	}
	if w.refused {
		return ErrTerminated
	}
	return err
}

// finish takes the transaction out of the tables and tells the owner.
func (s *Server) finish(err error) {
	l := s.layer
	remove(l, &l.servers, s.key, s)
	if s.mergedKey != "" {
		remove(l, &l.merged, s.mergedKey, s)
	}
	l.dismiss(s.source)
	l.counters.ended(err)
	s.events.Done(s, err)
}
