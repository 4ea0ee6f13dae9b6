package transport

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime/debug"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
)

// maxDatagram is the largest UDP payload over IPv4.
const maxDatagram = 65507

// udpSocket is one UDP socket and its reader. It keeps nothing about its peers.
type udpSocket struct {
	layer *Layer
	conn  netx.PacketConn
	local netip.AddrPort // as bound: the address may be unspecified
}

// ListenUDP opens a UDP socket and returns its address with the real port.
func (l *Layer) ListenUDP(addr netip.AddrPort) (netip.AddrPort, error) {
	pc, err := l.cfg.Network.ListenPacket(addr)
	if err != nil {
		return netip.AddrPort{}, err
	}
	s := &udpSocket{layer: l, conn: pc, local: pc.LocalAddr()}
	l.mu.Lock()
	l.sockets = append(l.sockets, s)
	l.mu.Unlock()
	if !l.start(s.read) {
		_ = pc.Close() // the layer is closed already
		return netip.AddrPort{}, ErrClosed
	}
	return s.local, nil
}

// UDPFlow is the flow between one of our UDP sockets and a remote address, for instance of a stored binding. An
// unset local address means any socket of the remote's family.
func (l *Layer) UDPFlow(local, remote netip.AddrPort) (Flow, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.sockets {
		if !remote.IsValid() || !s.reaches(remote.Addr()) {
			continue
		}
		switch {
		case !local.IsValid():
			return &udpFlow{socket: s, local: s.local, remote: remote}, true
		case s.local == local, s.local.Port() == local.Port() && s.local.Addr().IsUnspecified():
			return &udpFlow{socket: s, local: local, remote: remote}, true
		}
	}
	return nil, false
}

// reaches says whether the socket's family can send to an address.
func (s *udpSocket) reaches(a netip.Addr) bool {
	here := s.local.Addr()
	return here.Is4() == a.Is4() || here == netip.IPv6Unspecified()
}

// read is the socket's reader goroutine. The one buffer, message and flow serve all datagrams, one after the other.
func (s *udpSocket) read() {
	buf := make([]byte, sip.MaxMessage)
	m := sip.Acquire()
	defer m.Release()
	flow := &udpFlow{socket: s, scratch: true}
	pause := backoff{}
	for {
		n, remote, local, err := s.conn.ReadPacket(buf)
		if err != nil {
			if errors.Is(err, net.ErrClosed) || !s.failed(err, &pause) {
				return
			}
			continue
		}
		pause.reset()
		s.layer.counters.BytesIn.Add(uint64(n))
		if isKeepAlive(buf[:n]) {
			s.layer.counters.KeepAlives.Add(1)
			continue
		}
		flow.remote, flow.local = remote, local
		s.layer.deliver(flow, m, buf[:n])
	}
}

// failed waits a little after an error of the socket (a peer's ICMP answer, want of memory) and says whether to go on.
func (s *udpSocket) failed(err error, pause *backoff) bool {
	s.layer.counters.ReceiveErrors.Add(1)
	s.layer.cfg.Log.Debug("read datagram", "local", s.local, "error", err)
	return pause.wait(s.layer.life.Done())
}

// isKeepAlive recognises what phones send to keep a NAT open.
// RFC 5626 §3.5.1: CRLFCRLF is for connections, but many phones send it, or four zero bytes, over UDP as well; nothing
// is answered there. A STUN request begins with two zero bits, which no SIP message does.
func isKeepAlive(b []byte) bool {
	return len(b) == 0 || b[0] < 4 || len(bytes.Trim(b, "\r\n")) == 0
}

// udpFlow is a pair of addresses on a socket.
type udpFlow struct {
	socket        *udpSocket
	local, remote netip.AddrPort
	scratch       bool // the reader's own, which the next datagram overwrites
}

var _ Flow = (*udpFlow)(nil)

func (f *udpFlow) ID() FlowID {
	// A hash over a fixed-length text with the secret in front cannot be extended, so this is as good as an HMAC.
	var text [32 + 2*18]byte
	copy(text[:], f.socket.layer.key[:])
	putAddrPort(text[32:], f.local)
	putAddrPort(text[50:], f.remote)
	sum := sha256.Sum256(text[:])
	return FlowID(sum[:16])
}

func putAddrPort(b []byte, a netip.AddrPort) {
	ip := a.Addr().As16()
	copy(b, ip[:])
	b[16], b[17] = byte(a.Port()>>8), byte(a.Port())
}

func (f *udpFlow) Kind() Kind                            { return UDP }
func (f *udpFlow) Local() netip.AddrPort                 { return f.local }
func (f *udpFlow) Remote() netip.AddrPort                { return f.remote }
func (f *udpFlow) ServerName() string                    { return "" }
func (f *udpFlow) PeerCertificates() []*x509.Certificate { return nil }
func (f *udpFlow) Identity() any                         { return nil }
func (f *udpFlow) SetIdentity(any)                       {}
func (f *udpFlow) Close(string)                          {}

func (f *udpFlow) Closed() bool {
	return f.socket.layer.life.Err() != nil
}

func (f *udpFlow) Retain() Flow {
	if !f.scratch {
		return f
	}
	return &udpFlow{socket: f.socket, local: f.local, remote: f.remote}
}

// Send sends a datagram from the address at which the peer's came.
// RFC 3261 §18.2.2: deviation: an answer always goes to the port that the request came from, as if rport (RFC 3581) had been
// asked for: the port in sent-by cannot be reached through a NAT.
// RFC 3261 §18.1.1: deviation: a request larger than the path's MTU stays on its flow, fragmented, because a phone
// behind a NAT can be reached on no other.
func (f *udpFlow) Send(msg []byte) error {
	c := f.socket.layer.counters
	if len(msg) > maxDatagram {
		c.SendErrors.Add(1)
		return ErrTooLarge
	}
	if _, err := f.socket.conn.WritePacket(msg, f.remote, f.local); err != nil {
		c.SendErrors.Add(1)
		if errors.Is(err, net.ErrClosed) {
			return ErrClosed
		}
		return fmt.Errorf("send to %s: %w", f.remote, err)
	}
	c.MessagesOut.Add(1)
	c.BytesOut.Add(uint64(len(msg)))
	return nil
}

// backoff is a pause that doubles while errors follow each other.
type backoff struct{ next time.Duration }

func (b *backoff) reset() { b.next = 0 }

// wait pauses and says whether to go on.
func (b *backoff) wait(closing <-chan struct{}) bool {
	b.next = min(max(2*b.next, 5*time.Millisecond), time.Second)
	t := time.NewTimer(b.next)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-closing:
		return false
	}
}

// recovered turns a panic of a goroutine's root into a count and a log line.
func (l *Layer) recovered(where string) {
	if r := recover(); r != nil {
		l.counters.Panics.Add(1)
		l.cfg.Log.Error("panic", "where", where, "panic", r, "stack", string(debug.Stack()))
	}
}
