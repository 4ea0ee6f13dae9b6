package relay

import (
	"encoding/binary"
	"net/netip"
)

// endpoint is where packets go, kept ready in the form in which Linux takes it.
type endpoint struct {
	addr netip.AddrPort
	size uint32   // of what is used of raw: 16 or 28
	raw  [28]byte // struct sockaddr_in or sockaddr_in6
}

func (e *endpoint) valid() bool { return e.size != 0 }

// Linux's address families.
const (
	familyIPv4 = 2
	familyIPv6 = 10
)

// endpoint makes the address one that the leg's sockets can send to. What they cannot is not valid, and neither is a
// group of receivers: media goes to one telephone.
func (l *Leg) endpoint(addr netip.AddrPort) endpoint {
	ip := addr.Addr().Unmap()
	if !ip.IsValid() || addr.Port() == 0 || ip.IsUnspecified() || ip.IsMulticast() {
		return endpoint{}
	}
	e := endpoint{addr: netip.AddrPortFrom(ip, addr.Port())}
	switch {
	case l.local.Addr().Is4() && ip.Is4():
		e.size = 16
		binary.NativeEndian.PutUint16(e.raw[:], familyIPv4)
		binary.BigEndian.PutUint16(e.raw[2:], addr.Port())
		four := ip.As4()
		copy(e.raw[4:], four[:])
	case l.local.Addr().Is6():
		e.size = 28
		binary.NativeEndian.PutUint16(e.raw[:], familyIPv6)
		binary.BigEndian.PutUint16(e.raw[2:], addr.Port())
		sixteen := ip.As16() // an IPv4 address in its mapped form
		copy(e.raw[8:], sixteen[:])
	default:
		return endpoint{}
	}
	return e
}

// addressIn reads the address that the system wrote.
func addressIn(raw *[28]byte) netip.AddrPort {
	port := binary.BigEndian.Uint16(raw[2:])
	if binary.NativeEndian.Uint16(raw[:]) == familyIPv4 {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(raw[4:8])), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16([16]byte(raw[8:24])).Unmap(), port)
}
