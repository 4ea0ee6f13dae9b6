package transport

import (
	"net/netip"
	"strconv"
	"strings"
)

// Self is what we call ourselves towards peers.
type Self struct {
	Host      string     // towards those on TLS that asked for no name; the domain if empty
	Advertise netip.Addr // stands for a private address of ours towards peers outside; may be unset
}

// SentBy is our host and port on a flow, as Via and Contact name it (signalling 7 and 8). Domain is the one that we serve.
func (s Self) SentBy(f Flow, domain string) string {
	local := f.Local()
	if !f.Kind().Secure() {
		addr := local.Addr().Unmap().WithZone("")
		if a := s.Advertised(f); a.IsValid() {
			addr = a
		}
		return netip.AddrPortFrom(addr, local.Port()).String()
	}
	host := f.ServerName() // the name that the peer verified the certificate against
	if host == "" {
		host = s.Host
	}
	if host == "" {
		host = domain
	}
	if host == "" {
		return netip.AddrPortFrom(local.Addr().Unmap().WithZone(""), local.Port()).String()
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return netip.AddrPortFrom(a.Unmap(), local.Port()).String()
	}
	return host + ":" + strconv.Itoa(int(local.Port()))
}

// Advertised is the address that stands for ours towards the peer of a flow: none unless ours is private and the peer's is
// not (signalling 8).
func (s Self) Advertised(f Flow) netip.Addr {
	if !s.Advertise.IsValid() || !private(f.Local().Addr()) || private(f.Remote().Addr()) {
		return netip.Addr{}
	}
	return s.Advertise
}

// Contact is our Contact on a flow, where we are called sentBy.
func Contact(f Flow, sentBy string) string {
	if f.Kind() == UDP {
		return "<sip:" + sentBy + ">"
	}
	return "<sip:" + sentBy + ";transport=" + strings.ToLower(f.Kind().String()) + ">"
}

func private(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast()
}
