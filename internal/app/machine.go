package app

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"

	"ringfence/internal/config"
	"ringfence/internal/edge/httpapi"
	"ringfence/internal/pbx"
	"ringfence/internal/support/pki"
)

// machine is what the server knows about itself: how it is reached, and whether it serves.
type machine struct {
	// Fixed after construction.
	host      string // what people and phones reach it by
	authority *pki.Authority

	at    atomic.Pointer[Ready] // where it listens; nil before
	ready atomic.Bool
	ping  func(context.Context) error
}

var errStarting = errors.New("still starting")

// Ready tells whether everything is up and the database answers.
func (m *machine) Ready(ctx context.Context) error {
	if !m.ready.Load() {
		return errStarting
	}
	return m.ping(ctx)
}

// Authority gives the own certificate authority's certificate.
func (m *machine) Authority() []byte {
	if m.authority == nil {
		return nil
	}
	return m.authority.PEM()
}

// Client gives what works in a phone: TLS where there is a listener for it.
func (m *machine) Client(o pbx.Organization) httpapi.ClientSettings {
	c := httpapi.ClientSettings{Domain: o.SIPDomain, OutboundProxy: m.host, SRTP: "mandatory"}
	at := m.at.Load()
	if at == nil {
		return c
	}
	switch {
	case at.SIPTLS != "":
		c.Transport, c.Port = "tls", port(at.SIPTLS)
	case at.SIPTCP != "":
		c.Transport, c.Port, c.SRTP = "tcp", port(at.SIPTCP), "optional"
	case at.SIPUDP != "":
		c.Transport, c.Port, c.SRTP = "udp", port(at.SIPUDP), "optional"
	}
	if m.authority != nil {
		c.CAURL, c.CAFingerprint = m.page(at)+"/ca.pem", m.authority.Fingerprint()
	}
	return c
}

// page is the address of the page as people type it.
func (m *machine) page(at *Ready) string {
	_, p, err := net.SplitHostPort(at.HTTP[len("https://"):])
	if err != nil {
		return at.HTTP
	}
	return "https://" + net.JoinHostPort(m.host, p)
}

func port(addr string) int {
	_, p, _ := net.SplitHostPort(addr) // it is what a listener said
	n, _ := strconv.Atoi(p)
	return n
}

// reachedBy is what phones and browsers reach this machine by: the given name, the address that the listeners are
// bound to, or the address from which the machine speaks to the world.
func reachedBy(ctx context.Context, cfg config.Config) string {
	if cfg.Domain != "" {
		return cfg.Domain
	}
	for _, a := range []config.Address{cfg.SIPTLS, cfg.HTTP, cfg.SIPTCP, cfg.SIPUDP} {
		if host, _, err := net.SplitHostPort(string(a)); err == nil && host != "" {
			if ip, err := netip.ParseAddr(host); err != nil || !ip.IsUnspecified() {
				return host
			}
		}
	}
	if ip := outwardAddress(ctx); ip.IsValid() {
		return ip.String()
	}
	return "localhost"
}

// outwardAddress asks the routing table, without sending anything.
func outwardAddress(ctx context.Context) netip.Addr {
	for _, to := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
		c, err := new(net.Dialer).DialContext(ctx, "udp", to)
		if err != nil {
			continue
		}
		local, err := netip.ParseAddrPort(c.LocalAddr().String())
		_ = c.Close() // nothing was sent
		if err == nil && !local.Addr().IsUnspecified() {
			return local.Addr().Unmap().WithZone("")
		}
	}
	for _, ip := range pki.MachineNames().IPs {
		if !ip.IsLoopback() {
			return ip
		}
	}
	return netip.Addr{}
}

// certificateNames is everything that the server's certificate names (signalling 7).
func certificateNames(cfg config.Config, host string, domains []string) pki.Names {
	n := pki.MachineNames()
	n.Add(cfg.Domain, host)
	for _, a := range []config.Address{cfg.HTTP, cfg.SIPTLS} {
		if h, _, err := net.SplitHostPort(string(a)); err == nil {
			n.Add(h)
		}
	}
	if cfg.Advertise.IsValid() {
		n.Add(cfg.Advertise.String())
	}
	n.Add(domains...)
	return n
}
