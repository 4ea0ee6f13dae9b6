package transport

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
)

// conn is a stream connection. It is the only implementation of Flow with state.
type conn struct {
	layer         *Layer
	id            FlowID
	kind          Kind
	local, remote netip.AddrPort
	source        netip.Prefix
	counted       bool // by source: accepted connections are, dialled ones are not
	out           *outbound
	stream        net.Conn // out, or TLS over it
	serverName    string
	certificates  []*x509.Certificate

	stranger atomic.Bool // accepted, and nobody authenticated on it
	identity atomic.Pointer[any]
	closed   atomic.Bool
	closing  sync.Once
}

var _ Flow = (*conn)(nil)

func (l *Layer) newConn(c net.Conn, kind Kind) *conn {
	n := &conn{
		layer:  l,
		kind:   kind,
		local:  netx.AddrPort(c.LocalAddr()),
		remote: netx.AddrPort(c.RemoteAddr()),
		out:    newOutbound(l, c),
	}
	n.source = SourcePrefix(n.remote.Addr())
	n.stream = n.out
	_, _ = rand.Read(n.id[:]) // never fails
	return n
}

func (c *conn) ID() FlowID                            { return c.id }
func (c *conn) Kind() Kind                            { return c.kind }
func (c *conn) Local() netip.AddrPort                 { return c.local }
func (c *conn) Remote() netip.AddrPort                { return c.remote }
func (c *conn) ServerName() string                    { return c.serverName }
func (c *conn) PeerCertificates() []*x509.Certificate { return c.certificates }
func (c *conn) Retain() Flow                          { return c }
func (c *conn) Closed() bool                          { return c.closed.Load() }

func (c *conn) Identity() any {
	if p := c.identity.Load(); p != nil {
		return *p
	}
	return nil
}

func (c *conn) SetIdentity(identity any) {
	c.identity.Store(&identity)
	c.befriend()
}

// befriend lifts a stranger's limits, once.
func (c *conn) befriend() {
	if c.stranger.CompareAndSwap(true, false) {
		c.layer.sources.befriend(c.source)
	}
}

func (c *conn) Send(msg []byte) error {
	counters := c.layer.counters
	if c.closed.Load() {
		counters.SendErrors.Add(1)
		return ErrClosed
	}
	if len(msg) > sip.MaxMessage {
		counters.SendErrors.Add(1)
		return ErrTooLarge
	}
	if _, err := c.stream.Write(msg); err != nil {
		counters.SendErrors.Add(1)
		c.Close(err.Error())
		if errors.Is(err, ErrOverflow) {
			return ErrOverflow
		}
		return fmt.Errorf("%w: %w", ErrClosed, err)
	}
	counters.MessagesOut.Add(1)
	counters.BytesOut.Add(uint64(len(msg)))
	return nil
}

// Close closes the connection; its reader then reports it to the handler.
func (c *conn) Close(reason string) {
	c.closing.Do(func() {
		c.closed.Store(true)
		_ = c.stream.Close() // TLS says goodbye without waiting; there is nobody to tell an error
		c.layer.counters.Closed.Add(1)
		c.layer.cfg.Log.Debug("connection closed", "flow", c.id, "remote", c.remote, "reason", reason)
	})
}

// launch lists the connection and starts its reader; it refuses when the layer is closed.
func (l *Layer) launch(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.conns[c.id] = c
	l.tasks.Go(c.serve)
	return true
}

// serve is the connection's reader goroutine.
func (c *conn) serve() {
	defer c.layer.recovered("connection reader")
	defer c.forget()
	r := reader{conn: c}
	c.Close(r.run())
}

// forget takes the connection out of the books and reports its end. It runs once, as the reader's last act.
func (c *conn) forget() {
	c.Close("reader ended")
	l := c.layer
	l.mu.Lock()
	delete(l.conns, c.id)
	l.mu.Unlock()
	c.leave()
	l.cfg.Handler.FlowClosed(c)
}

// leave stops counting the connection for its source.
func (c *conn) leave() {
	if c.counted {
		c.befriend()
		c.layer.sources.leave(c.source)
	}
}

// linger lets the last answer arrive: closing with unread bytes would reset the connection and take the answer along.
func (c *conn) linger() {
	half, ok := c.stream.(interface{ CloseWrite() error })
	if !ok {
		half, ok = c.out.Conn.(interface{ CloseWrite() error })
	}
	if !ok || half.CloseWrite() != nil || c.out.SetReadDeadline(time.Now().Add(time.Second)) != nil {
		return
	}
	var waste [firstRead]byte
	for range sip.MaxMessage / firstRead {
		if _, err := c.out.Read(waste[:]); err != nil {
			return
		}
	}
}

// secure runs the TLS handshake on a connection and takes over what it found out.
func (c *conn) secure(t *tls.Conn, handshake func() error) error {
	c.stream = t
	if err := c.out.SetDeadline(time.Now().Add(c.layer.cfg.Limits.HandshakeTimeout)); err != nil {
		return err
	}
	if err := handshake(); err != nil {
		c.layer.counters.HandshakeErrors.Add(1)
		return err
	}
	c.layer.counters.Handshakes.Add(1)
	state := t.ConnectionState()
	c.serverName, c.certificates = state.ServerName, state.PeerCertificates
	return c.out.SetDeadline(time.Time{})
}
