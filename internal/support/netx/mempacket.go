package netx

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// packetQueue is how many datagrams a socket holds before it drops further ones.
const packetQueue = 4096

type datagram struct {
	data   []byte
	remote netip.AddrPort
}

// memPacketConn is a datagram socket of a Host.
type memPacketConn struct {
	host   *Host
	local  netip.AddrPort
	queue  chan datagram
	closed chan struct{}
	read   *deadline
}

// put delivers one datagram or drops it; it never waits.
func (c *memPacketConn) put(d datagram) {
	select {
	case <-c.closed:
		return
	default:
	}
	select {
	case c.queue <- d:
	default:
	}
}

func (c *memPacketConn) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	fail := func(err error) (int, netip.AddrPort, error) {
		return 0, netip.AddrPort{}, &net.OpError{Op: "read", Net: "udp", Addr: net.UDPAddrFromAddrPort(c.local), Err: err}
	}
	expired := c.read.wait()
	select {
	case <-c.closed:
		return fail(net.ErrClosed)
	case <-expired:
		return fail(os.ErrDeadlineExceeded)
	default:
	}
	select {
	case d := <-c.queue:
		return copy(b, d.data), d.remote, nil
	case <-c.closed:
		return fail(net.ErrClosed)
	case <-expired:
		return fail(os.ErrDeadlineExceeded)
	}
}

func (c *memPacketConn) ReadPacket(b []byte) (int, netip.AddrPort, netip.AddrPort, error) {
	n, remote, err := c.ReadFromUDPAddrPort(b)
	return n, remote, c.local, err
}

func (c *memPacketConn) WriteToUDPAddrPort(b []byte, remote netip.AddrPort) (int, error) {
	select {
	case <-c.closed:
		return 0, &net.OpError{Op: "write", Net: "udp", Addr: net.UDPAddrFromAddrPort(c.local), Err: net.ErrClosed}
	default:
	}
	c.host.memory.send(c, b, remote)
	return len(b), nil
}

func (c *memPacketConn) WritePacket(b []byte, remote, _ netip.AddrPort) (int, error) {
	return c.WriteToUDPAddrPort(b, remote)
}

func (c *memPacketConn) LocalAddr() netip.AddrPort { return c.local }

func (c *memPacketConn) SetReadDeadline(t time.Time) error {
	c.read.set(t)
	return nil
}

func (c *memPacketConn) Close() error {
	m := c.host.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if c.host.packets[c.local.Port()] != c {
		return net.ErrClosed
	}
	delete(c.host.packets, c.local.Port())
	close(c.closed)
	c.read.set(time.Time{})
	return nil
}

// deadline is a point in time that reads and writes wait for beside what they really wait for.
type deadline struct {
	mu      sync.Mutex
	timer   *time.Timer
	expired chan struct{}
	fired   bool
}

func newDeadline() *deadline { return &deadline{expired: make(chan struct{})} }

// wait is closed when the deadline has passed.
func (d *deadline) wait() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.expired
}

// set moves the deadline; who waits already waits for the new one, unless the old one has passed.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	if d.fired {
		d.expired, d.fired = make(chan struct{}), false
	}
	if t.IsZero() {
		return
	}
	wait := time.Until(t)
	if wait <= 0 {
		d.fired = true
		close(d.expired)
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(wait, func() { d.fire(func() bool { return d.timer == timer }) })
	d.timer = timer
}

func (d *deadline) fire(current func() bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if current() && !d.fired {
		d.fired = true
		close(d.expired)
	}
}
