package netx

import (
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// window is how much one direction of a connection holds before the writer must wait.
const window = 64 << 10

// memConn is one end of a connection.
type memConn struct {
	memory        *Memory
	host          netip.Addr // the machine this end is on, whatever address the peer sees
	local, remote netip.AddrPort
	in, out       *stream
	peer          *memConn
	closed        chan struct{}
	read, write   *deadline
	writing       chan struct{} // one token: the right to write
}

var (
	_ net.Conn  = (*memConn)(nil)
	_ TryWriter = (*memConn)(nil)
)

// stream is one direction. Its fields are guarded by the network's lock; the channels carry one token each.
type stream struct {
	arrived  []byte // not yet read
	pending  int    // bytes on their way or held
	held     [][]byte
	cut      pair      // the link that can hold it up
	stalled  bool      // for ever: the NAT forgot it
	last     time.Time // when the last segment arrives: later ones do not overtake it
	finished bool      // nothing more comes: end of file
	fin      bool      // the end of file waits behind what is held
	err      error     // a reset
	gone     bool      // nobody reads any more
	readable chan struct{}
	writable chan struct{}
}

func newMemConns(m *Memory, host netip.Addr, local, remote netip.AddrPort, peerHost netip.Addr,
	peerLocal, peerRemote netip.AddrPort,
) (here, there *memConn) {
	newStream := func() *stream {
		return &stream{
			cut:      unordered(host, peerHost),
			readable: make(chan struct{}, 1), writable: make(chan struct{}, 1),
		}
	}
	end := func(h netip.Addr, l, r netip.AddrPort, in, out *stream) *memConn {
		return &memConn{
			memory: m, host: h, local: l, remote: r, in: in, out: out, closed: make(chan struct{}),
			read: newDeadline(), write: newDeadline(), writing: make(chan struct{}, 1),
		}
	}
	up, down := newStream(), newStream()
	here = end(host, local, remote, down, up)
	there = end(peerHost, peerLocal, peerRemote, up, down)
	here.peer, there.peer = there, here
	return here, there
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (c *memConn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

func (c *memConn) Read(b []byte) (int, error) {
	for {
		expired := c.read.wait()
		select {
		case <-c.closed:
			return 0, c.opError("read", net.ErrClosed)
		case <-expired:
			return 0, c.opError("read", os.ErrDeadlineExceeded)
		default:
		}
		if n, err := c.take(b); n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
		select {
		case <-c.in.readable:
		case <-c.closed:
		case <-expired:
		}
	}
}

// take reads what has arrived.
func (c *memConn) take(b []byte) (int, error) {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	s := c.in
	switch {
	case s.err != nil:
		signal(s.readable)
		return 0, c.opError("read", s.err)
	case len(s.arrived) > 0:
		n := copy(b, s.arrived)
		s.arrived = s.arrived[n:]
		if len(s.arrived) > 0 || s.finished {
			signal(s.readable)
		}
		signal(s.writable)
		return n, nil
	case s.finished:
		signal(s.readable)
		return 0, io.EOF
	}
	return 0, nil
}

// TryWrite implements TryWriter.
func (c *memConn) TryWrite(b []byte) (int, error) {
	select {
	case c.writing <- struct{}{}:
		defer func() { <-c.writing }()
	default:
		return 0, nil
	}
	return c.put(b)
}

func (c *memConn) Write(b []byte) (int, error) {
	expired := c.write.wait()
	select {
	case c.writing <- struct{}{}:
		defer func() { <-c.writing }()
	case <-c.closed:
		return 0, c.opError("write", net.ErrClosed)
	case <-expired:
		return 0, c.opError("write", os.ErrDeadlineExceeded)
	}
	written := 0
	for {
		select {
		case <-expired:
			return written, c.opError("write", os.ErrDeadlineExceeded)
		default:
		}
		n, err := c.put(b[written:])
		written += n
		if err != nil || written == len(b) {
			return written, err
		}
		select {
		case <-c.out.writable:
		case <-c.closed:
		case <-expired:
		}
	}
}

// put sends what the window takes.
func (c *memConn) put(b []byte) (int, error) {
	m := c.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	s := c.out
	select {
	case <-c.closed:
		return 0, c.opError("write", net.ErrClosed)
	default:
	}
	switch {
	case s.err != nil:
		signal(s.writable)
		return 0, c.opError("write", s.err)
	case s.finished || s.fin:
		return 0, c.opError("write", syscall.EPIPE)
	case s.gone:
		return 0, c.opError("write", syscall.ECONNRESET)
	}
	n := min(len(b), window-len(s.arrived)-s.pending)
	if n <= 0 {
		return 0, nil
	}
	m.transmit(s, append([]byte(nil), b[:n]...))
	return n, nil
}

// transmit sends a segment behind those already on their way; nil is the end of file.
func (m *Memory) transmit(s *stream, segment []byte) {
	s.pending += len(segment)
	if s.stalled || m.cut[s.cut] || len(s.held) > 0 || s.fin {
		s.held = append(s.held, segment)
		s.fin = s.fin || segment == nil
		return
	}
	delay := m.linkLocked(s.cut.a, s.cut.b).Delay
	if at := time.Now().Add(delay); delay > 0 && at.After(s.last) {
		s.last = at
	}
	if !s.last.After(time.Now()) {
		s.arrive(segment)
		return
	}
	m.at(s.last, func() { s.arrive(segment) })
}

// release sends what was held while the link was cut.
func (m *Memory) release(s *stream) {
	held := s.held
	s.held, s.fin = nil, false
	for _, segment := range held {
		s.pending -= len(segment)
		m.transmit(s, segment)
	}
}

func (s *stream) arrive(segment []byte) {
	s.pending -= len(segment)
	if segment == nil {
		s.finished = true
	}
	if s.gone {
		signal(s.writable)
		return
	}
	s.arrived = append(s.arrived, segment...)
	signal(s.readable)
}

// CloseWrite sends the end of file and goes on reading.
func (c *memConn) CloseWrite() error {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	if !c.out.finished && !c.out.fin {
		c.memory.transmit(c.out, nil)
	}
	return nil
}

// Close ends the connection; the peer reads to the end of file and can write no more.
func (c *memConn) Close() error {
	m := c.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	return c.closeLocked()
}

func (c *memConn) closeLocked() error {
	select {
	case <-c.closed:
		return c.opError("close", net.ErrClosed)
	default:
	}
	close(c.closed)
	c.read.set(time.Time{})
	c.write.set(time.Time{})
	if !c.out.finished && !c.out.fin && c.out.err == nil {
		c.memory.transmit(c.out, nil)
	}
	c.in.gone = true
	c.in.arrived = nil
	signal(c.in.writable)
	select {
	case <-c.peer.closed:
		delete(c.memory.conns, c)
		delete(c.memory.conns, c.peer)
	default:
	}
	return nil
}

// Reset ends the connection abruptly: the peer's reads and writes fail, unread bytes are lost.
func (c *memConn) Reset() error {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	c.memory.resetLocked(c)
	return c.closeLocked()
}

// resetLocked makes both ends fail.
func (m *Memory) resetLocked(c *memConn) {
	for _, s := range []*stream{c.in, c.out} {
		if s.err == nil {
			s.err = syscall.ECONNRESET
		}
		s.arrived, s.held, s.pending = nil, nil, 0
		signal(s.readable)
		signal(s.writable)
	}
	delete(m.conns, c)
	delete(m.conns, c.peer)
}

func (c *memConn) LocalAddr() net.Addr  { return net.TCPAddrFromAddrPort(c.local) }
func (c *memConn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

func (c *memConn) SetDeadline(t time.Time) error {
	c.read.set(t)
	c.write.set(t)
	return nil
}

func (c *memConn) SetReadDeadline(t time.Time) error {
	c.read.set(t)
	return nil
}

func (c *memConn) SetWriteDeadline(t time.Time) error {
	c.write.set(t)
	return nil
}

// Reset closes a connection of any Network abruptly, so that the peer sees a reset.
func Reset(c net.Conn) error {
	switch t := c.(type) {
	case interface{ Reset() error }:
		return t.Reset()
	case interface{ SetLinger(int) error }:
		_ = t.SetLinger(0) // without it the close is an orderly one
	}
	return c.Close()
}
