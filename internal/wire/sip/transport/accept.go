package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"

	"ringfence/internal/support/netx"
)

// ListenTCP opens a TCP listener and returns its address with the real port.
func (l *Layer) ListenTCP(addr netip.AddrPort) (netip.AddrPort, error) { return l.listen(addr, TCP) }

// ListenTLS opens a TLS listener with Config.TLS and returns its address with the real port.
func (l *Layer) ListenTLS(addr netip.AddrPort) (netip.AddrPort, error) {
	if l.cfg.TLS == nil {
		return netip.AddrPort{}, errors.New("listen for TLS: no TLS configuration")
	}
	return l.listen(addr, TLS)
}

func (l *Layer) listen(addr netip.AddrPort, kind Kind) (netip.AddrPort, error) {
	ln, err := l.cfg.Network.Listen(addr)
	if err != nil {
		return netip.AddrPort{}, err
	}
	l.mu.Lock()
	refuse := l.draining
	if !refuse {
		l.listeners = append(l.listeners, ln)
	}
	l.mu.Unlock()
	if refuse || !l.start(func() { l.accept(ln, kind) }) {
		_ = ln.Close() // the layer is closed already
		return netip.AddrPort{}, ErrClosed
	}
	return netx.AddrPort(ln.Addr()), nil
}

// accept is a listener's goroutine. Errors such as too many open files pass: it waits and tries again.
func (l *Layer) accept(ln net.Listener, kind Kind) {
	defer l.recovered("accept loop")
	pause := backoff{}
	for {
		c, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			l.counters.AcceptErrors.Add(1)
			l.cfg.Log.Warn("accept connection", "local", ln.Addr(), "error", err)
			if !pause.wait(l.life.Done()) {
				return
			}
			continue
		}
		pause.reset()
		l.welcome(c, kind)
	}
}

// welcome counts a new connection and starts its goroutine, or closes it.
func (l *Layer) welcome(raw net.Conn, kind Kind) {
	c := l.newConn(raw, kind)
	if !l.sources.admit(c.source) {
		l.counters.Refused.Add(1)
		_ = raw.Close() // refused: nothing to tell
		return
	}
	c.counted = true
	c.stranger.Store(true)
	l.counters.Accepted.Add(1)
	if kind == TLS && l.start(c.greet) || kind == TCP && l.launch(c) {
		return
	}
	c.discard() // the layer is closed
}

// discard closes a connection that never became a flow.
func (c *conn) discard() {
	_ = c.out.Close() // there is nobody to tell
	c.leave()
}

// greet is the goroutine of a TLS handshake. The reader gets a goroutine of its own, because a handshake grows the
// stack to several times of what reading needs.
func (c *conn) greet() {
	done := false
	defer func() {
		if !done {
			c.discard()
		}
	}()
	defer c.layer.recovered("TLS handshake")
	if err := c.handshake(); err != nil {
		c.layer.cfg.Log.Debug("TLS handshake", "remote", c.remote, "error", err)
		return
	}
	done = c.layer.launch(c)
}

// handshake waits for its turn, so that a crowd of strangers cannot make us compute for all of them at once.
func (c *conn) handshake() error {
	l := c.layer
	if !l.sources.beginHandshake(c.source) {
		l.counters.Refused.Add(1)
		return errors.New("too many handshakes from one source")
	}
	defer l.sources.endHandshake(c.source)
	ctx, cancel := context.WithTimeout(l.life, l.cfg.Limits.HandshakeTimeout)
	defer cancel()
	select {
	case l.shaking <- struct{}{}:
		defer func() { <-l.shaking }()
	case <-ctx.Done():
		l.counters.Refused.Add(1)
		return ctx.Err()
	}
	t := tls.Server(c.out, l.cfg.TLS)
	return c.secure(t, func() error { return t.HandshakeContext(ctx) })
}
