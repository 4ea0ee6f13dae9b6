// Package netx is the network as the rest of the system sees it: datagram sockets, listeners and connections
// behind one small interface, with two implementations.
//
//   - OS is the machine's own network. Reading and writing a datagram does not allocate.
//   - Memory is a whole network in one process, for tests: hosts, loss, delay, duplicates, reordering, port-rewriting
//     NAT, links that are cut and connections that are reset. It waits on channels and timers only, so that it can live in
//     a testing/synctest bubble.
//
// The package knows no protocol. Everything in it is safe for concurrent use.
package netx

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// Network opens sockets. The address of a listening socket may be unspecified (all addresses) and its port 0 (any).
type Network interface {
	// ListenPacket opens a datagram socket.
	ListenPacket(addr netip.AddrPort) (PacketConn, error)
	// Listen opens a stream listener.
	Listen(addr netip.AddrPort) (net.Listener, error)
	// Dial opens a stream connection; it gives up when ctx is done.
	Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error)
}

// PacketConn is a datagram socket. Addresses are never IPv4-mapped IPv6: an IPv4 peer has an IPv4 address.
type PacketConn interface {
	// ReadFromUDPAddrPort reads one datagram; what does not fit into b is cut off.
	ReadFromUDPAddrPort(b []byte) (n int, remote netip.AddrPort, err error)
	// WriteToUDPAddrPort sends one datagram.
	WriteToUDPAddrPort(b []byte, remote netip.AddrPort) (int, error)
	// ReadPacket reads one datagram and says at which local address it arrived. Where the system cannot tell,
	// local is LocalAddr, which may be unspecified.
	ReadPacket(b []byte) (n int, remote, local netip.AddrPort, err error)
	// WritePacket sends one datagram from the given local address, which must be one of the socket's own; where the
	// address is unspecified or the system cannot choose, it is WriteToUDPAddrPort.
	WritePacket(b []byte, remote, local netip.AddrPort) (int, error)
	// LocalAddr is the bound address with its real port.
	LocalAddr() netip.AddrPort
	// SetReadDeadline makes reads after t fail with os.ErrDeadlineExceeded; the zero time means never.
	SetReadDeadline(t time.Time) error
	// Close makes pending and later calls fail with net.ErrClosed.
	Close() error
}

// TryWriter is a stream connection that can write without waiting. Connections of OS (on Unix) and Memory are.
type TryWriter interface {
	// TryWrite writes what fits into the send buffer now and returns how much that was, possibly 0 with a nil error.
	TryWrite(b []byte) (int, error)
}

// AddrPort is the IP address and port of a socket address, unmapped; invalid for other kinds of address.
func AddrPort(a net.Addr) netip.AddrPort {
	if t, ok := a.(interface{ AddrPort() netip.AddrPort }); ok {
		ap := t.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}
