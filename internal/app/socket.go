package app

import (
	"fmt"
	"net"
	"net/netip"
	"os"
)

// maxSocketPath is what every Unix takes as the name of a socket.
const maxSocketPath = 100

// listenSocket opens the socket for the server's own command line, for its own user only.
func listenSocket(path string) (net.Listener, error) {
	short, done, err := shortPath(path)
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	l.SetUnlinkOnClose(false) // it knows only the short name; whoever stops the server removes it
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close() // nothing was served
		return nil, fmt.Errorf("protect %s: %w", path, err)
	}
	return l, nil
}

// addrPort reads a TCP listener's address.
func addrPort(a net.Addr) netip.AddrPort {
	at, _ := netip.ParseAddrPort(a.String()) // it is what a listener said
	return at
}
