package netx_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"ringfence/internal/support/netx"
)

func TestDatagramLeavesFromWhereTheFirstArrived(t *testing.T) {
	tests := []struct {
		name, bind, local string
	}{
		{"bound to an address", "127.0.0.1:0", "127.0.0.1"},
		{"bound to all IPv4 addresses", "0.0.0.0:0", "127.0.0.7"},
		{"bound to all addresses", "[::]:0", "127.0.0.7"},
		{"bound to all addresses, over IPv6", "[::]:0", "::1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := netx.OS{}.ListenPacket(netip.MustParseAddrPort(test.bind))
			if err != nil {
				t.Log("not tried:", err) // no IPv6 here
				return
			}
			defer s.Close()
			to := netip.AddrPortFrom(netip.MustParseAddr(test.local), s.LocalAddr().Port())
			c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to)) // takes answers from this address only
			if err != nil {
				t.Log("not tried:", err)
				return
			}
			defer c.Close()
			if _, err = c.Write([]byte("hello")); err != nil {
				t.Log("not tried:", err)
				return
			}
			b := make([]byte, 100)
			n, remote, local, err := s.ReadPacket(b)
			if err != nil {
				t.Fatal(err)
			}
			if string(b[:n]) != "hello" || remote != netx.AddrPort(c.LocalAddr()) || local != to {
				t.Errorf("got %q from %s at %s, want from %s at %s", b[:n], remote, local, c.LocalAddr(), to)
			}
			if _, err := s.WritePacket([]byte("back"), remote, local); err != nil {
				t.Fatal(err)
			}
			_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
			if n, err := c.Read(b); err != nil || string(b[:n]) != "back" {
				t.Errorf("answer %q, %v", b[:n], err)
			}
		})
	}
}

func TestDatagramsDoNotAllocate(t *testing.T) {
	for _, bind := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::]:0"} {
		s, err := netx.OS{}.ListenPacket(netip.MustParseAddrPort(bind))
		if err != nil {
			t.Log("not tried:", err)
			return
		}
		to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.LocalAddr().Port())
		b, hello := make([]byte, 100), []byte("hello")
		got := testing.AllocsPerRun(200, func() {
			if _, err := s.WriteToUDPAddrPort(hello, to); err != nil {
				t.Fatal(err)
			}
			_, remote, local, err := s.ReadPacket(b)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.WritePacket(b[:5], remote, local); err != nil {
				t.Fatal(err)
			}
			if _, _, err := s.ReadFromUDPAddrPort(b); err != nil {
				t.Fatal(err)
			}
		})
		if got != 0 {
			t.Errorf("bound to %s: %v allocations", bind, got)
		}
		_ = s.Close()
	}
}

func TestTryWriteDoesNotWait(t *testing.T) {
	l, err := netx.OS{}.Listen(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err := netx.OS{}.Dial(t.Context(), netx.AddrPort(l.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	try, ok := far.(netx.TryWriter)
	if !ok {
		t.Log("not on this system")
		return
	}
	sent := 0
	for full := 0; full < 3; { // the kernel moves bytes on for a moment
		n, writeErr := try.TryWrite(make([]byte, 64<<10))
		if writeErr != nil {
			t.Fatal(writeErr)
		}
		sent += n
		if n < 64<<10 {
			full++
		}
	}
	go func() {
		_, _ = far.Write([]byte("end"))
		_ = far.Close()
	}()
	got, err := io.Copy(io.Discard, near)
	if err != nil || got != int64(sent+3) {
		t.Errorf("read %d of %d bytes, %v", got, sent+3, err)
	}
}

func TestReset(t *testing.T) {
	l, err := netx.OS{}.Listen(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err := netx.OS{}.Dial(t.Context(), netx.AddrPort(l.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	if err := netx.Reset(near); err != nil {
		t.Fatal(err)
	}
	if _, err := far.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read: %v", err)
	}
}
