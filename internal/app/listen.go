package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"ringfence/internal/config"
)

// resolve turns a configured address into one to listen on; without a host all of the machine's addresses are meant.
func resolve(ctx context.Context, flag string, a config.Address) (netip.AddrPort, error) {
	host, p, err := net.SplitHostPort(string(a))
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("--%s %s: %w", flag, a, err)
	}
	n, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("--%s %s: %w", flag, a, err)
	}
	if host == "" {
		return netip.AddrPortFrom(everywhere(ctx), uint16(n)), nil
	}
	if ip, failed := netip.ParseAddr(host); failed == nil {
		return netip.AddrPortFrom(ip, uint16(n)), nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(ips) == 0 {
		return netip.AddrPort{}, fmt.Errorf("--%s: the name %s has no address here: give an address of this machine", flag, host)
	}
	return netip.AddrPortFrom(ips[0].Unmap(), uint16(n)), nil
}

// everywhere is the unspecified address of IPv6, which takes IPv4 too, or of IPv4 where the machine has no IPv6.
func everywhere(ctx context.Context) netip.Addr {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "[::]:0")
	if err != nil {
		return netip.IPv4Unspecified()
	}
	_ = l.Close() // it was only asked whether it works
	return netip.IPv6Unspecified()
}

// cannotListen says what to do about an address that cannot be had.
func cannotListen(flag string, at netip.AddrPort, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("port %d is in use by another program: stop that one, or choose another with --%s: %w",
			at.Port(), flag, err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("port %d needs more rights than this user has: choose one above 1023 with --%s: %w",
			at.Port(), flag, err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s is no address of this machine: correct --%s: %w", at.Addr(), flag, err)
	default:
		return fmt.Errorf("--%s: %w", flag, err)
	}
}

// reachable is an address in ready.json: one that works on this machine.
func reachable(at netip.AddrPort) string {
	if at.Addr().IsUnspecified() {
		at = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port())
	}
	return at.String()
}
