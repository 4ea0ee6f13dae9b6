// Package transport carries SIP messages over UDP, TCP and TLS (RFC 3261 §18, RFC 3581, RFC 5626 §3.5.1).
//
// It turns bytes into parsed and validated messages and hands each one, with the Flow on which it came, to one Handler.
// It keeps no state for a UDP peer, bounds everything that a stranger can make it keep, and never waits for a slow peer.
// It does not resolve names, does not choose where to send, and knows no transactions.
//
// One goroutine reads each UDP socket and each connection; messages of one socket or connection are handled in order.
package transport

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
)

// Errors of Flow.Send, Layer.Dial and the listeners.
var (
	ErrClosed   = errors.New("flow is closed")
	ErrOverflow = errors.New("peer reads too slowly")
	ErrTooLarge = errors.New("message is too large for the transport")
	ErrNoSocket = errors.New("no socket to send from")
)

// Limits bound what strangers can make the layer keep. Zero fields take the default.
type Limits struct {
	Connections      int           // connections in total; 20,000
	PerSource        int           // connections from one source prefix; 2,000
	Strangers        int           // connections from one source prefix that nobody authenticated on; 256
	Handshakes       int           // TLS handshakes at one time; 256
	SourceHandshakes int           // of them from one source prefix; 32
	HandshakeTimeout time.Duration // 10 s
	FirstMessage     time.Duration // until a new connection has sent a whole message; 10 s
	WholeMessage     time.Duration // from the first byte of a message to its last; 10 s
	IdleStranger     time.Duration // silence allowed on a connection nobody authenticated on; 90 s
	Idle             time.Duration // silence allowed otherwise; 15 min
	Queue            int           // bytes waiting for one slow connection; 256 KiB
	WriteTimeout     time.Duration // how long a queue may stand still; 20 s
}

// Config is what a Layer is made of.
type Config struct {
	Network   netx.Network // the machine's own if nil
	Handler   Handler      // required
	TLS       *tls.Config  // for ListenTLS
	ClientTLS *tls.Config  // for Dial of TLS; the server name is set from DialOptions
	Limits    Limits
	Log       *slog.Logger // silent if nil
	FlowKey   []byte       // secret that names UDP flows; random if empty
	Counters  *Counters    // made if nil
}

// DialOptions say how to reach a peer.
type DialOptions struct {
	Local      netip.AddrPort // UDP: which of our sockets; any of the peer's family if unset
	ServerName string         // TLS: the name that the certificate must have
}

// Layer is the transport layer: its sockets, listeners and connections.
type Layer struct {
	cfg      Config
	key      [32]byte // names UDP flows
	counters *Counters
	life     context.Context // ends with Close
	end      context.CancelFunc
	tasks    sync.WaitGroup // readers, accept loops, handshakes, flushes
	sources  *sources
	shaking  chan struct{} // one token for each TLS handshake under way

	mu        sync.Mutex
	closed    bool
	draining  bool
	sockets   []*udpSocket
	listeners []net.Listener
	conns     map[FlowID]*conn
}

// New makes a layer; Close ends it.
func New(cfg Config) *Layer {
	if cfg.Network == nil {
		cfg.Network = netx.OS{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	cfg.Limits = cfg.Limits.withDefaults()
	l := &Layer{
		cfg:      cfg,
		counters: cfg.Counters,
		sources:  newSources(cfg.Limits),
		shaking:  make(chan struct{}, cfg.Limits.Handshakes),
		conns:    make(map[FlowID]*conn),
	}
	l.life, l.end = context.WithCancel(context.Background())
	if len(cfg.FlowKey) > 0 {
		l.key = sha256.Sum256(cfg.FlowKey)
	} else {
		_, _ = rand.Read(l.key[:]) // never fails
	}
	return l
}

// Counters are the layer's counters.
func (l *Layer) Counters() *Counters { return l.counters }

// Connections is how many connections are open.
func (l *Layer) Connections() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.conns)
}

// FlowByID is the open connection of that id. UDP flows keep no state, so they are not found: use UDPFlow.
func (l *Layer) FlowByID(id FlowID) (Flow, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.conns[id]
	if !ok {
		return nil, false
	}
	return c, true
}

// Drain closes the stream listeners: nobody can connect any more, and all else goes on.
func (l *Layer) Drain() {
	l.mu.Lock()
	listeners := l.listeners
	l.listeners, l.draining = nil, true
	l.mu.Unlock()
	for _, ln := range listeners {
		_ = ln.Close() // nobody is left to tell
	}
}

// Close closes everything and waits until the last handler call has returned. It must not be called by a handler.
func (l *Layer) Close() {
	l.Drain()
	l.mu.Lock()
	l.closed = true
	l.end()
	sockets := l.sockets
	conns := slices.Collect(maps.Values(l.conns))
	l.mu.Unlock()
	for _, s := range sockets {
		_ = s.conn.Close() // the reader ends by it
	}
	for _, c := range conns {
		c.Close("server closes")
	}
	l.tasks.Wait()
}

// start runs a goroutine that Close waits for; it refuses when the layer is closed.
func (l *Layer) start(run func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.tasks.Go(run)
	return true
}

// deliver parses one message and hands it over. A panic of the handler ends this message only.
func (l *Layer) deliver(f Flow, m *sip.Message, b []byte) {
	defer func() {
		if r := recover(); r != nil {
			l.counters.Panics.Add(1)
			l.cfg.Log.Error("panic while handling a message", "panic", r, "stack", string(debug.Stack()))
		}
	}()
	l.counters.MessagesIn.Add(1)
	err := m.Parse(b)
	if err == nil {
		err = m.Validate()
	}
	if err == nil {
		l.cfg.Handler.Message(f, m)
		return
	}
	l.counters.Malformed.Add(1)
	var pe *sip.ParseError
	if errors.As(err, &pe) && pe.Status != 0 {
		l.cfg.Handler.Malformed(f, m, pe)
	}
}
