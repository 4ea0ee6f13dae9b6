package netx

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// OS is the network of the operating system.
type OS struct{}

var _ Network = OS{}

// ListenPacket opens a UDP socket. A socket on the unspecified IPv6 address also takes IPv4 where the system allows it.
func (OS) ListenPacket(addr netip.AddrPort) (PacketConn, error) {
	conn, err := net.ListenUDP(family("udp", addr), net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, fmt.Errorf("listen on UDP %s: %w", addr, err)
	}
	p := &udpConn{UDPConn: conn, local: AddrPort(conn.LocalAddr())}
	if p.local.Addr().IsUnspecified() {
		p.tellsLocal = askLocalAddress(conn, p.local.Addr().Is4())
	}
	return p, nil
}

// Listen opens a TCP listener whose connections are TryWriters where the system allows it.
func (OS) Listen(addr netip.AddrPort) (net.Listener, error) {
	l, err := net.ListenTCP(family("tcp", addr), net.TCPAddrFromAddrPort(addr))
	if err != nil {
		return nil, fmt.Errorf("listen on TCP %s: %w", addr, err)
	}
	return tcpListener{l}, nil
}

// Dial opens a TCP connection.
func (OS) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", addr.String())
	if err != nil {
		return nil, fmt.Errorf("dial TCP %s: %w", addr, err)
	}
	return newTCPConn(c.(*net.TCPConn)), nil
}

// family keeps an IPv4 listener from becoming a dual-stack one.
func family(network string, addr netip.AddrPort) string {
	if addr.Addr().Unmap().Is4() {
		return network + "4"
	}
	return network
}

// udpConn is a UDP socket. On the unspecified address it asks the system at which address each datagram arrived.
type udpConn struct {
	*net.UDPConn
	local      netip.AddrPort
	tellsLocal bool
}

func (c *udpConn) LocalAddr() netip.AddrPort { return c.local }

func (c *udpConn) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	n, remote, err := c.UDPConn.ReadFromUDPAddrPort(b)
	return n, netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port()), err
}

func (c *udpConn) ReadPacket(b []byte) (int, netip.AddrPort, netip.AddrPort, error) {
	if !c.tellsLocal {
		n, remote, err := c.ReadFromUDPAddrPort(b)
		return n, remote, c.local, err
	}
	var control [controlSize]byte
	n, cn, _, remote, err := c.ReadMsgUDPAddrPort(b, control[:])
	local := c.local
	if a := arrivedAt(control[:cn]); a.IsValid() {
		local = netip.AddrPortFrom(a, c.local.Port())
	}
	return n, netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port()), local, err
}

func (c *udpConn) WritePacket(b []byte, remote, local netip.AddrPort) (int, error) {
	if !c.tellsLocal || local.Addr().IsUnspecified() || !local.IsValid() {
		return c.WriteToUDPAddrPort(b, remote)
	}
	var control [controlSize]byte
	n, _, err := c.WriteMsgUDPAddrPort(b, leaveFrom(control[:], local.Addr()), remote)
	return n, err
}

type tcpListener struct{ *net.TCPListener }

func (l tcpListener) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return newTCPConn(c), nil
}

// tcpConn adds writing without waiting to a TCP connection. The raw connection is kept because asking for it allocates.
type tcpConn struct {
	*net.TCPConn
	raw syscall.RawConn
}

func newTCPConn(c *net.TCPConn) net.Conn {
	// Small messages must leave at once; the peers' keep-alive is SIP's own, this one finds dead hosts.
	_ = c.SetNoDelay(true) // fails only on a closed connection, which the next read tells
	_ = c.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 20 * time.Second, Count: 4})
	raw, err := c.SyscallConn()
	if err != nil {
		return c
	}
	return wrapTCP(&tcpConn{TCPConn: c, raw: raw})
}
