package transport

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/netip"
)

// Dial opens a flow to a peer: a connection, or for UDP the pair of one of our sockets and the address. It waits for
// the connection and the handshake, so reader goroutines must not call it.
func (l *Layer) Dial(ctx context.Context, kind Kind, addr netip.AddrPort, opts DialOptions) (Flow, error) {
	switch kind {
	case UDP:
		f, ok := l.UDPFlow(opts.Local, addr)
		if !ok {
			return nil, ErrNoSocket
		}
		return f, nil
	case TCP, TLS:
		return l.dialStream(ctx, kind, addr, opts)
	default:
		return nil, fmt.Errorf("dial %s: transport not supported", kind)
	}
}

func (l *Layer) dialStream(ctx context.Context, kind Kind, addr netip.AddrPort, opts DialOptions) (Flow, error) {
	raw, err := l.cfg.Network.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	c := l.newConn(raw, kind)
	if kind == TLS {
		cfg := l.cfg.ClientTLS.Clone()
		if cfg == nil {
			cfg = new(tls.Config)
		}
		if opts.ServerName != "" {
			cfg.ServerName = opts.ServerName
		}
		t := tls.Client(c.out, cfg)
		if err := c.secure(t, func() error { return t.HandshakeContext(ctx) }); err != nil {
			_ = raw.Close() // the handshake's error counts
			return nil, fmt.Errorf("TLS handshake with %s: %w", addr, err)
		}
	}
	if !l.launch(c) {
		_ = raw.Close() // the layer is closed
		return nil, ErrClosed
	}
	return c, nil
}
