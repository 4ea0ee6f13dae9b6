package netx

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// errInUse is what a second socket on the same port gets, as from the system.
var errInUse error = syscall.EADDRINUSE

// Host is one machine on a Memory network, with one address.
type Host struct {
	memory   *Memory
	realm    *realm
	addr     netip.Addr
	nextPort uint16

	packets   map[uint16]*memPacketConn
	listeners map[uint16]*memListener
}

var _ Network = (*Host)(nil)

// Addr is the host's address.
func (h *Host) Addr() netip.Addr { return h.addr }

// ListenPacket opens a datagram socket; only the port of addr counts.
func (h *Host) ListenPacket(addr netip.AddrPort) (PacketConn, error) {
	h.memory.mu.Lock()
	defer h.memory.mu.Unlock()
	port := addr.Port()
	if port == 0 {
		port = h.freePort()
	}
	if h.packets[port] != nil {
		return nil, fmt.Errorf("listen on UDP %s port %d: %w", h.addr, port, errInUse)
	}
	c := &memPacketConn{
		host:   h,
		local:  netip.AddrPortFrom(h.addr, port),
		queue:  make(chan datagram, packetQueue),
		closed: make(chan struct{}),
		read:   newDeadline(),
	}
	h.packets[port] = c
	return c, nil
}

// Listen opens a stream listener; only the port of addr counts.
func (h *Host) Listen(addr netip.AddrPort) (net.Listener, error) {
	h.memory.mu.Lock()
	defer h.memory.mu.Unlock()
	port := addr.Port()
	if port == 0 {
		port = h.freePort()
	}
	if h.listeners[port] != nil {
		return nil, fmt.Errorf("listen on TCP %s port %d: %w", h.addr, port, errInUse)
	}
	l := &memListener{
		host:    h,
		local:   netip.AddrPortFrom(h.addr, port),
		backlog: make(chan *memConn, backlog),
		closed:  make(chan struct{}),
	}
	h.listeners[port] = l
	return l, nil
}

// Dial connects to a listener. Where the link is cut it waits until ctx is done.
func (h *Host) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	fail := func(err error) error { return fmt.Errorf("dial TCP %s: %w", addr, err) }
	m := h.memory
	m.mu.Lock()
	local := netip.AddrPortFrom(h.addr, h.freePort())
	to, source := m.routeLocked(h, tcp, local, addr)
	if to == nil || to.host.listeners[to.port] == nil {
		m.mu.Unlock()
		return nil, fail(syscall.ECONNREFUSED)
	}
	l := to.host.listeners[to.port]
	silent := m.cut[unordered(h.addr, to.host.addr)]
	delay := m.linkLocked(h.addr, to.host.addr).Delay
	m.mu.Unlock()
	if err := shakeHands(ctx, silent, 2*delay); err != nil {
		return nil, fail(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	here, there := newMemConns(m, h.addr, local, addr, to.host.addr, l.local, source)
	select {
	case <-l.closed:
		return nil, fail(syscall.ECONNREFUSED)
	default:
	}
	select {
	case l.backlog <- there:
	default:
		return nil, fail(syscall.ETIMEDOUT)
	}
	m.conns[here] = struct{}{}
	return here, nil
}

// shakeHands waits for the time that setting up the connection takes, for ever if nobody answers.
func shakeHands(ctx context.Context, silent bool, wait time.Duration) error {
	if silent {
		<-ctx.Done()
		return ctx.Err()
	}
	if wait == 0 {
		return ctx.Err()
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// freePort picks a port that nothing uses; the caller holds the lock.
func (h *Host) freePort() uint16 {
	for {
		p := h.nextPort
		if h.nextPort++; h.nextPort == 0 {
			h.nextPort = 49152
		}
		if h.packets[p] == nil && h.listeners[p] == nil {
			return p
		}
	}
}

// memListener is a stream listener.
type memListener struct {
	host    *Host
	local   netip.AddrPort
	backlog chan *memConn
	closed  chan struct{}
}

const backlog = 128

func (l *memListener) Accept() (net.Conn, error) {
	select {
	case <-l.closed:
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
	default:
	}
	select {
	case c := <-l.backlog:
		return c, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
	}
}

func (l *memListener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.local) }

func (l *memListener) Close() error {
	m := l.host.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if l.host.listeners[l.local.Port()] != l {
		return net.ErrClosed
	}
	delete(l.host.listeners, l.local.Port())
	close(l.closed)
	for {
		select {
		case c := <-l.backlog:
			m.resetLocked(c)
		default:
			return nil
		}
	}
}
