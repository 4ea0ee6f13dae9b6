// Package transaction is the transaction layer of SIP: RFC 3261 §17 with the corrections of RFC 6026.
//
// The four machines are pure functions over tables (clientmachines.go, servermachines.go); this layer finds the
// transaction of a message, carries the machine's actions out and drives the timers from one wheel. It repeats requests
// and responses over UDP, absorbs what the peer repeats, answers CANCEL, acknowledges failed INVITEs and refuses merged
// requests. Of an answered request it keeps only the last response, as bytes.
//
// It does not know dialogs: the 2xx to an INVITE and its ACK are repeated by the transaction user
// (RFC 3261 §13.3.1.4), and so an ACK of a 2xx reaches the user as a request of its own.
//
// Callbacks come from reader goroutines of the transport, from the timer goroutine and from callers of Send, Respond
// and Cancel, never under a lock, and must not block. Locks are taken in the order transaction, table, wheel.
package transaction

import (
	"bytes"
	"errors"
	"hash/maphash"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// Errors that end a transaction or refuse one.
var (
	ErrTimeout    = errors.New("transaction timed out")
	ErrTransport  = errors.New("transport failed")
	ErrLimit      = errors.New("too many transactions")
	ErrExists     = errors.New("transaction exists already")
	ErrTerminated = errors.New("transaction has ended")
	ErrInvalid    = errors.New("message does not fit the transaction")
	ErrClosed     = errors.New("transaction layer is closed")
)

// TU is the transaction user.
type TU interface {
	// Request is a new request outside any transaction, an ACK of a 2xx included. It is called on the reader
	// goroutine and must not block; rq is valid during the call.
	Request(rq *Incoming)
	// FlowClosed is called once for each closed connection, after the client transactions on it have ended.
	FlowClosed(f transport.Flow)
}

// Limits bound what strangers can make the layer keep. Zero fields take the default.
type Limits struct {
	Servers   int // server transactions in total; 100,000
	PerSource int // server transactions of one source prefix; 5,000
	Clients   int // client transactions in total; 100,000
}

// Config is what a Layer is made of.
type Config struct {
	TU         TU            // required
	Limits     Limits        //
	T1, T2, T4 time.Duration // RFC 3261 §17.1.1.1; 500 ms, 4 s and 5 s if zero
	Log        *slog.Logger  // silent if nil
	Counters   *Counters     // made if nil
}

func (c Config) withDefaults() Config {
	c.T1 = cmpOr(c.T1, 500*time.Millisecond)
	c.T2 = cmpOr(c.T2, 4*time.Second)
	c.T4 = cmpOr(c.T4, 5*time.Second)
	c.Limits.Servers = cmpOr(c.Limits.Servers, 100_000)
	c.Limits.PerSource = cmpOr(c.Limits.PerSource, 5_000)
	c.Limits.Clients = cmpOr(c.Limits.Clients, 100_000)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Counters == nil {
		c.Counters = new(Counters)
	}
	return c
}

// cmpOr is v, or d if v is not positive.
func cmpOr[T int | time.Duration](v, d T) T {
	if v > 0 {
		return v
	}
	return d
}

// Layer is the transaction layer; it is the transport's Handler.
type Layer struct {
	cfg      Config
	counters *Counters
	wheel    *wheel
	seed     maphash.Seed
	servers  [shardCount]shard[*Server]
	merged   [shardCount]shard[*Server] // by what a request keeps on all its ways
	clients  [shardCount]shard[*Client]
	flows    flowIndex
	incoming sync.Pool // of *Incoming

	serverCount, clientCount atomic.Int64
	closed                   atomic.Bool

	mu      sync.Mutex
	sources map[netip.Prefix]int // server transactions by source; an entry lasts as long as they do
}

var _ transport.Handler = (*Layer)(nil)

// New makes a layer. Close ends it.
func New(cfg Config) *Layer {
	cfg = cfg.withDefaults()
	l := &Layer{
		cfg:      cfg,
		counters: cfg.Counters,
		seed:     maphash.MakeSeed(),
		sources:  make(map[netip.Prefix]int),
	}
	l.flows.clients = make(map[transport.FlowID]*Client)
	l.incoming.New = func() any { return new(Incoming) }
	for i := range l.servers {
		l.servers[i].byKey = make(map[string]*Server)
		l.merged[i].byKey = make(map[string]*Server)
		l.clients[i].byKey = make(map[string]*Client)
	}
	l.wheel = newWheel(cfg.Log, &l.counters.Panics)
	return l
}

// Counters are the layer's counters.
func (l *Layer) Counters() *Counters { return l.counters }

// Len is how many server and client transactions there are.
func (l *Layer) Len() (servers, clients int) {
	return int(l.serverCount.Load()), int(l.clientCount.Load())
}

// Close stops all timers; transactions stay where they are and nobody is called any more. The transport must be closed
// before. It must not be called from a callback.
func (l *Layer) Close() {
	l.closed.Store(true)
	l.wheel.close()
}

// Message takes one message from the transport.
func (l *Layer) Message(f transport.Flow, m *sip.Message) {
	if m.IsRequest() {
		l.request(f, m)
	} else {
		l.response(m)
	}
}

// Malformed answers a request that broke a rule. It keeps nothing.
func (l *Layer) Malformed(f transport.Flow, m *sip.Message, err *sip.ParseError) {
	rq := Incoming{Msg: m, Flow: f, layer: l}
	if e := rq.Reply(err.Status, err.Reason, nil); e != nil {
		l.cfg.Log.Debug("answer malformed request", "remote", f.Remote(), "error", e)
	}
}

// FlowClosed ends the client transactions on a connection: their answers can't come any more.
func (l *Layer) FlowClosed(f transport.Flow) {
	for c := l.flows.any(f.ID()); c != nil; c = l.flows.any(f.ID()) {
		l.flows.remove(c)
		_ = c.handle(transportError, nil) // Done tells the owner
	}
	l.cfg.TU.FlowClosed(f)
}

// response gives a response to its client transaction.
// RFC 3261 §17.1.3: the branch of the top Via and the method in CSeq name it.
func (l *Layer) response(m *sip.Message) {
	via, err := m.Via()
	if err != nil {
		return
	}
	_, method := m.CSeq()
	var space [keySpace]byte
	c, ok := find(l, &l.clients, appendClientKey(space[:0], via.Branch, method))
	if !ok {
		// RFC 6026 §8.9: a response that belongs to nothing is dropped.
		l.counters.Stray.Add(1)
		return
	}
	e := receivedFailure
	switch code := m.StatusCode(); {
	case code < 200:
		e = received1xx
	case code < 300:
		e = received2xx
	}
	_ = c.handle(e, m) // Done tells the owner
}

// request finds the server transaction of a request or hands it to the user.
func (l *Layer) request(f transport.Flow, m *sip.Message) {
	var space [keySpace]byte
	key := appendServerKey(space[:0], m)
	s, found := find(l, &l.servers, key)
	switch m.Method() {
	case sip.ACK:
		if found && s.acknowledged() {
			return
		}
	case sip.CANCEL:
		if found && s.samePeer(f) {
			l.cancel(s, f, m)
			return
		}
	default:
		if found {
			l.counters.Absorbed.Add(1)
			_ = s.handle(receivedRequest, nil) // a failure is noted by the machine
			return
		}
		if l.isMerged(m) {
			l.counters.Merged.Add(1)
			l.hand(f, m, refuseMerged)
			return
		}
	}
	l.hand(f, m, l.cfg.TU.Request)
}

// hand lends the request to fn.
func (l *Layer) hand(f transport.Flow, m *sip.Message, fn func(*Incoming)) {
	rq := l.incoming.Get().(*Incoming) //nolint:forcetypeassert // the pool holds nothing else
	*rq = Incoming{Msg: m, Flow: f, layer: l}
	defer func() {
		*rq = Incoming{}
		l.incoming.Put(rq)
	}()
	fn(rq)
}

// refuseMerged answers a request that came before on another way.
func refuseMerged(rq *Incoming) {
	_ = rq.Reply(482, "Merged Request", nil) // if the answer is lost, the request comes again
}

// cancel answers a CANCEL and tells the owner of the INVITE.
// RFC 3261 §9.2: the CANCEL gets 200 whatever becomes of the INVITE, and its To tag is that of the INVITE's responses.
func (l *Layer) cancel(s *Server, f transport.Flow, m *sip.Message) {
	l.counters.Cancels.Add(1)
	rq := Incoming{Msg: m, Flow: f, layer: l}
	if err := rq.reply(200, "OK", s.toTag(), nil); err != nil {
		l.cfg.Log.Debug("answer CANCEL", "remote", f.Remote(), "error", err)
	}
	if s.markCancelled() {
		s.events.Cancelled(s, m)
	}
}

// isMerged recognises a request that a fork brought a second time.
// RFC 3261 §8.2.2.2: no To tag, and From tag, Call-ID and CSeq of a transaction under way that it does not match.
func (l *Layer) isMerged(m *sip.Message) bool {
	if !canMerge(m) {
		return false
	}
	var space [keySpace]byte
	_, found := find(l, &l.merged, appendMergedKey(space[:0], m))
	return found
}

// canMerge says whether a request is checked for a second way.
// RFC 3261 §8.2.2.2: deviation: a REGISTER is not, because phones that lost the answer send it again with the same number in
// a transaction of its own, and the registrar answers it alike.
func canMerge(m *sip.Message) bool {
	return m.ToTag() == nil && m.FromTag() != nil && m.Method() != sip.REGISTER
}

// Incoming is a request that belongs to no transaction yet, valid during TU.Request only.
type Incoming struct {
	Msg  *sip.Message
	Flow transport.Flow

	layer *Layer
}

//nolint:gochecknoglobals // a pool
var builders = sync.Pool{New: func() any { return new(sip.Builder) }}

// Reply answers without a transaction and keeps nothing (RFC 3261 §8.2.7). add may add header fields and the body. An
// ACK cannot be answered: ErrInvalid.
func (rq *Incoming) Reply(code int, reason string, add func(*sip.Builder)) error {
	return rq.reply(code, reason, "", add)
}

func (rq *Incoming) reply(code int, reason, toTag string, add func(*sip.Builder)) error {
	if rq.Msg.Method() == sip.ACK || !rq.Msg.IsRequest() {
		return ErrInvalid
	}
	b := builders.Get().(*sip.Builder) //nolint:forcetypeassert // the pool holds nothing else
	defer builders.Put(b)
	b.ResponseTo(rq.Msg, code, reason, toTag, rq.Flow.Remote())
	if add != nil {
		add(b)
	}
	if !bytes.Contains(b.Bytes(), []byte("\r\n\r\n")) {
		b.End()
	}
	rq.layer.counters.Stateless.Add(1)
	return rq.Flow.Send(b.Bytes())
}
