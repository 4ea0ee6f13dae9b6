//go:build !linux

package netx

import (
	"net"
	"net/netip"
)

const controlSize = 1

// askLocalAddress says that this system is not asked at which address a datagram arrived: bind to each address instead.
func askLocalAddress(*net.UDPConn, bool) bool { return false }

func arrivedAt([]byte) netip.Addr { return netip.Addr{} }

func leaveFrom([]byte, netip.Addr) []byte { return nil }
