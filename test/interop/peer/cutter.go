package peer

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Cutter is a TCP forwarder whose connections can be reset, as a network does that loses its state.
type Cutter struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	conns []*net.TCPConn
}

// NewCutter forwards a free loopback port to target until the test ends.
func NewCutter(tb testing.TB, target string) *Cutter {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	c := &Cutter{listener: l, target: target}
	tb.Cleanup(func() { l.Close(); c.Reset() })
	go c.accept()
	return c
}

// Addr is where clients connect to.
func (c *Cutter) Addr() string { return c.listener.Addr().String() }

// Reset resets every connection, on both sides.
func (c *Cutter) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		_ = conn.SetLinger(0) // a reset, not an orderly end
		conn.Close()
	}
	c.conns = nil
}

func (c *Cutter) accept() {
	for {
		in, err := c.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", c.target)
		if err != nil {
			in.Close()
			continue
		}
		a, b := in.(*net.TCPConn), out.(*net.TCPConn)
		c.mu.Lock()
		c.conns = append(c.conns, a, b)
		c.mu.Unlock()
		go pipe(a, b)
		go pipe(b, a)
	}
}

func pipe(dst, src *net.TCPConn) {
	_, _ = io.Copy(dst, src) // ends with either connection
	dst.CloseWrite()
}
