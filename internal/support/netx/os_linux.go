package netx

import (
	"encoding/binary"
	"net"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// controlSize holds one packet-information control message of either family (RFC 3542 §6 for IPv6).
const controlSize = 64

const (
	headerLen = int(unsafe.Sizeof(unix.Cmsghdr{}))
	info4Len  = unix.SizeofInet4Pktinfo
	info6Len  = unix.SizeofInet6Pktinfo
)

// askLocalAddress makes the kernel report the destination address of every datagram. A dual-stack socket reports
// IPv4 datagrams with the IPv4 message, so both are asked for.
func askLocalAddress(c *net.UDPConn, v4 bool) bool {
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	ok := false
	err = raw.Control(func(fd uintptr) {
		ok = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_PKTINFO, 1) == nil
		if !v4 {
			ok = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1) == nil
		}
	})
	return ok && err == nil
}

// arrivedAt finds the destination address in a control buffer.
func arrivedAt(b []byte) netip.Addr {
	for len(b) >= headerLen {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0])) //nolint:gosec // the length was checked; the kernel aligned it
		size := int(h.Len)
		if size < headerLen || size > len(b) {
			return netip.Addr{}
		}
		data := b[headerLen:size]
		switch {
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && len(data) >= info4Len:
			return netip.AddrFrom4([4]byte(data[8:12])) // ipi_addr: the destination in the datagram's header
		case h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO && len(data) >= info6Len:
			a := netip.AddrFrom16([16]byte(data[:16])).Unmap()
			if a.IsLinkLocalUnicast() {
				// The zone is not kept: a link-local peer is answered by the system's own choice.
				return netip.Addr{}
			}
			return a
		}
		b = b[min(len(b), unix.CmsgSpace(len(data))):]
	}
	return netip.Addr{}
}

// leaveFrom writes the control message that makes a datagram leave from addr.
func leaveFrom(b []byte, addr netip.Addr) []byte {
	if addr.Is4() {
		n := putHeader(b, unix.IPPROTO_IP, unix.IP_PKTINFO, info4Len)
		a := addr.As4()
		copy(b[headerLen+4:], a[:]) // ipi_spec_dst: the source to use
		return b[:n]
	}
	n := putHeader(b, unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, info6Len)
	a := addr.As16()
	copy(b[headerLen:], a[:])
	return b[:n]
}

func putHeader(b []byte, level, kind, size int) int {
	total := headerLen + size
	if unsafe.Sizeof(unix.Cmsghdr{}.Len) == 8 {
		binary.NativeEndian.PutUint64(b, uint64(total))
	} else {
		binary.NativeEndian.PutUint32(b, uint32(total))
	}
	binary.NativeEndian.PutUint32(b[headerLen-8:], uint32(level))
	binary.NativeEndian.PutUint32(b[headerLen-4:], uint32(kind))
	return unix.CmsgSpace(size)
}
