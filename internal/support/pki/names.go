package pki

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// Names is what a certificate is valid for.
type Names struct {
	DNS []string
	IPs []netip.Addr
}

// MachineNames gives what this machine is reached by: its host names, localhost, the loopbacks and the addresses of
// its interfaces.
func MachineNames() Names {
	n := Names{DNS: []string{"localhost"}, IPs: []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}}
	if host, err := os.Hostname(); err == nil {
		short, _, _ := strings.Cut(host, ".")
		n.Add(host, short, short+".local")
	}
	addrs, _ := net.InterfaceAddrs() // without them the names remain
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && !p.Addr().IsLinkLocalUnicast() && !p.Addr().IsMulticast() {
			n.Add(p.Addr().Unmap().String())
		}
	}
	return n
}

// Add takes more host names and addresses in; empty ones and doubles are left out, names are folded to lower case.
func (n *Names) Add(names ...string) {
	for _, name := range names {
		name = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(name), "."))
		ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
		switch {
		case err == nil && !ip.IsUnspecified() && !slices.Contains(n.IPs, ip.WithZone("")):
			n.IPs = append(n.IPs, ip.WithZone(""))
		case err != nil && validHost(name) && !slices.Contains(n.DNS, name):
			n.DNS = append(n.DNS, name)
		}
	}
}

// All gives every name and address as text.
func (n Names) All() []string {
	out := slices.Clone(n.DNS)
	for _, ip := range n.IPs {
		out = append(out, ip.String())
	}
	return out
}

func (n Names) equal(o Names) bool {
	a, b := n.All(), o.All()
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func (n Names) first() string {
	for _, name := range n.DNS {
		if name != "localhost" && len(name) <= 64 { // RFC 5280 §A.1: ub-common-name
			return name
		}
	}
	return "localhost"
}

func (n Names) netIPs() []net.IP {
	out := make([]net.IP, len(n.IPs))
	for i, ip := range n.IPs {
		out[i] = ip.AsSlice()
	}
	return out
}

// validHost tells whether a name can stand in a certificate.
func validHost(name string) bool {
	if name == "" || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}
