// Package sipserver is where SIP requests come in: it sanitises, finds the call of a request within a dialog,
// authenticates everything else, and hands it to the registrar or makes a call or a subscription of it (RFC 3261 §8.2,
// §10.3, §22).
//
// REGISTER, OPTIONS, challenges and refusals are answered without state. A registration that waits for the store is
// answered from its commit, so the reader goroutine never waits. The engine sends its own requests; this package only
// receives. Its entry points are called on reader goroutines and do not block.
package sipserver

import (
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/presence"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
	"ringfence/internal/support/throttle"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// Calls takes what belongs to calls: call.Manager.
type Calls interface {
	NewCall(in call.Incoming)
	Deliver(rq *transaction.Incoming, device pbx.DeviceID) call.Delivery
	FlowClosed(f transport.Flow)
}

// Registrar takes registrations: registrar.Registrar.
type Registrar interface {
	Register(rq registrar.Request) (registrar.Answer, bool)
	FlowClosed(f transport.Flow)
}

// Subscriptions takes event subscriptions: presence.Manager.
type Subscriptions interface {
	Subscribe(in presence.Incoming)
	Owner(rq *sip.Message) (pbx.DeviceID, bool)
	Renew(rq *transaction.Incoming)
}

// Directory knows who may do what: roster.Directory.
type Directory interface {
	Line(sipUsername []byte) (*roster.Line, bool)
	User(id pbx.UserID) (*roster.User, bool)
	Organization() *roster.Organization
}

// Config is what a Server is made of. Calls, Registrar, Subscriptions and Directory are required.
type Config struct {
	Calls         Calls
	Registrar     Registrar
	Subscriptions Subscriptions
	Directory     Directory
	Digest        *digest.Server  // made with a random key if nil
	Throttle      *throttle.Table // made if nil
	Product       string          // the Server header field; none if empty
	Log           *slog.Logger    // silent if nil
	Counters      *Counters       // made if nil
}

// Server is the transaction user of the whole server.
type Server struct {
	cfg       Config
	digest    *digest.Server
	throttle  *throttle.Table
	counters  *Counters
	notices   notices
	exchanges sync.Pool // of *exchange
	pendings  sync.Pool // of *pending
	draining  atomic.Bool
}

var _ transaction.TU = (*Server)(nil)

// New makes a server.
func New(cfg Config) *Server {
	if cfg.Digest == nil {
		cfg.Digest, _ = digest.New(digest.Config{}) // fails only for a bad key
	}
	if cfg.Throttle == nil {
		cfg.Throttle = throttle.New(throttle.Config{})
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	s := &Server{cfg: cfg, digest: cfg.Digest, throttle: cfg.Throttle, counters: cfg.Counters}
	s.exchanges.New = func() any { return newExchange(s) }
	s.pendings.New = func() any { return new(pending) }
	return s
}

// Drain refuses new calls, registrations and subscriptions from now on: 503 with Retry-After.
func (s *Server) Drain() { s.draining.Store(true) }

// Digest returns what verifies digests, for its counters.
func (s *Server) Digest() *digest.Server { return s.digest }

// FlowClosed tells registrar and calls that a connection is gone.
func (s *Server) FlowClosed(f transport.Flow) {
	defer s.recovered("flow closed")
	s.cfg.Registrar.FlowClosed(f)
	s.cfg.Calls.FlowClosed(f)
}

// Request takes one request that belongs to no transaction.
func (s *Server) Request(rq *transaction.Incoming) {
	s.counters.Requests.Add(1)
	x := s.begin(rq)
	defer s.end(x)
	s.route(x)
}

// route is what happens to a request, in order.
func (s *Server) route(x *exchange) {
	switch {
	case x.refused(s.sanitise(x)):
	case x.inDialog() && s.deliver(x):
	case x.method() == sip.ACK:
		s.counters.StrayACK.Add(1)
	case x.refused(s.outside(x)):
	case !s.authenticate(x):
	case x.refused(s.owns(x)):
	case x.method() == sip.REGISTER:
		s.register(x)
	case x.method() == sip.INVITE:
		s.cfg.Calls.NewCall(call.Incoming{Tx: x.rq, Caller: x.caller()})
	case x.method() == sip.SUBSCRIBE:
		s.subscribe(x)
	default: // OPTIONS
		x.answer(200, "", x.abilities)
	}
}

// begin takes an exchange from the pool.
func (s *Server) begin(rq *transaction.Incoming) *exchange {
	x := s.exchanges.Get().(*exchange)
	x.rq, x.source = rq, rq.Flow.Remote().Addr()
	return x
}

// end gives the exchange back, and keeps a panic within its message.
func (s *Server) end(x *exchange) {
	if v := recover(); v != nil {
		s.panicked("request", v)
		x.answer(500, "", nil)
		return // the pool gets a new one
	}
	x.reset()
	s.exchanges.Put(x)
}

// recovered is deferred at every entry: a panic ends what it happened in, not the server.
func (s *Server) recovered(where string) {
	if v := recover(); v != nil {
		s.panicked(where, v)
	}
}

func (s *Server) panicked(where string, v any) {
	s.counters.Panics.Add(1)
	s.cfg.Log.Error("panic", "in", where, "panic", v, "stack", string(debug.Stack()))
}
