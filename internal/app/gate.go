package app

import (
	"net"
	"net/netip"
	"sync"

	"ringfence/internal/support/throttle"
)

const (
	maxConnections = 8192
	maxPerSource   = 512
)

// gate is a listener that lets one source hold only so many connections, and all together not more than the machine
// can bear; those beyond are closed at once. It is safe for concurrent use.
type gate struct {
	net.Listener

	mu     sync.Mutex
	total  int
	source map[netip.Prefix]int
}

func newGate(l net.Listener) *gate { return &gate{Listener: l, source: map[netip.Prefix]int{}} }

// Accept gives the next connection within the limits.
func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err //nolint:wrapcheck // http.Server knows the listener's errors
		}
		from := throttle.Prefix(addrPort(c.RemoteAddr()).Addr())
		if g.enter(from) {
			return &gated{Conn: c, gate: g, from: from}, nil
		}
		_ = c.Close() // it is one too many
	}
}

func (g *gate) enter(from netip.Prefix) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.total >= maxConnections || g.source[from] >= maxPerSource {
		return false
	}
	g.total++
	g.source[from]++
	return true
}

func (g *gate) leave(from netip.Prefix) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total--
	if g.source[from]--; g.source[from] <= 0 {
		delete(g.source, from)
	}
}

// gated gives its place back when it is closed.
type gated struct {
	net.Conn
	gate *gate
	from netip.Prefix
	once sync.Once
}

// Close closes the connection.
func (c *gated) Close() error {
	c.once.Do(func() { c.gate.leave(c.from) })
	return c.Conn.Close() //nolint:wrapcheck // http.Server knows the connection's errors
}
