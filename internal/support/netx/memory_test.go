package netx_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/support/netx"
)

var (
	server = netip.MustParseAddr("192.0.2.1")
	other  = netip.MustParseAddr("192.0.2.2")
	phone  = netip.MustParseAddr("10.0.0.2")
	public = netip.MustParseAddr("203.0.113.1")
	port   = uint16(5060)
)

func listen(t *testing.T, n netx.Network, a netip.Addr, port uint16) netx.PacketConn {
	t.Helper()
	c, err := n.ListenPacket(netip.AddrPortFrom(a, port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func send(t *testing.T, from netx.PacketConn, to netip.AddrPort, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := from.WriteToUDPAddrPort([]byte(text), to); err != nil {
			t.Fatal(err)
		}
	}
}

// receive reads until nothing comes for a second of virtual time.
func receive(t *testing.T, c netx.PacketConn) (texts []string, from netip.AddrPort) {
	t.Helper()
	for {
		if err := c.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 2000)
		n, remote, err := c.ReadFromUDPAddrPort(b)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return texts, from
		}
		if err != nil {
			t.Fatal(err)
		}
		texts, from = append(texts, string(b[:n])), remote
	}
}

func TestDatagrams(t *testing.T) {
	many := make([]string, 1000)
	for i := range many {
		many[i] = "x"
	}
	tests := []struct {
		name   string
		link   netx.Link
		filter netx.Filter
		send   []string
		check  func(got []string) bool
	}{
		{
			"arrive in order",
			netx.Link{Delay: 30 * time.Millisecond},
			nil,
			[]string{"a", "b", "c"},
			func(got []string) bool { return slices.Equal(got, []string{"a", "b", "c"}) },
		},
		{
			"the second is dropped",
			netx.Link{},
			func(p netx.Packet) netx.Fate { return netx.Fate{Drop: p.N == 2} },
			[]string{"a", "b", "c"},
			func(got []string) bool { return slices.Equal(got, []string{"a", "c"}) },
		},
		{"the first comes late", netx.Link{}, func(p netx.Packet) netx.Fate {
			if p.N == 1 {
				return netx.Fate{Delay: 100 * time.Millisecond}
			}
			return netx.Fate{}
		}, []string{"a", "b"}, func(got []string) bool { return slices.Equal(got, []string{"b", "a"}) }},
		{
			"one comes three times",
			netx.Link{},
			func(netx.Packet) netx.Fate { return netx.Fate{Copies: 2} },
			[]string{"a"},
			func(got []string) bool { return slices.Equal(got, []string{"a", "a", "a"}) },
		},
		{
			"a third is lost",
			netx.Link{Loss: 0.33},
			nil, many,
			func(got []string) bool { return len(got) > 600 && len(got) < 740 },
		},
		{
			"a tenth comes twice",
			netx.Link{Duplicate: 0.1},
			nil, many,
			func(got []string) bool { return len(got) > 1060 && len(got) < 1140 },
		},
		{
			"jitter reorders",
			netx.Link{Jitter: 50 * time.Millisecond},
			nil,
			[]string{"a", "b", "c", "d", "e", "f", "g", "h"},
			func(got []string) bool { return len(got) == 8 && !slices.IsSorted(got) },
		},
		{
			"some are overtaken",
			netx.Link{Reorder: 0.3},
			nil,
			[]string{"a", "b", "c", "d", "e", "f", "g", "h"},
			func(got []string) bool { return len(got) == 8 && !slices.IsSorted(got) },
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := netx.NewMemory(1, test.link)
				m.SetFilter(test.filter)
				a, b := listen(t, m.Host(server), server, port), listen(t, m.Host(other), other, port)
				send(t, a, b.LocalAddr(), test.send...)
				if got, from := receive(t, b); !test.check(got) || from != a.LocalAddr() {
					t.Errorf("got %d: %.80v from %s", len(got), got, from)
				}
			})
		})
	}
}

func TestCutLinkLosesDatagrams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMemory(1, netx.Link{})
		a, b := listen(t, m, server, port), listen(t, m, other, port)
		m.Cut(other, server)
		send(t, a, b.LocalAddr(), "lost")
		m.Restore(server, other)
		send(t, a, b.LocalAddr(), "found")
		if got, _ := receive(t, b); !slices.Equal(got, []string{"found"}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestClosedSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMemory(1, netx.Link{})
		c := listen(t, m, server, port)
		if _, err := m.ListenPacket(c.LocalAddr()); err == nil {
			t.Error("two sockets on one port")
		}
		read := make(chan error)
		go func() {
			_, _, err := c.ReadFromUDPAddrPort(make([]byte, 10))
			read <- err
		}()
		synctest.Wait()
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-read; !errors.Is(err, net.ErrClosed) {
			t.Errorf("pending read: %v", err)
		}
		if _, err := c.WriteToUDPAddrPort(nil, c.LocalAddr()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("write: %v", err)
		}
	})
}

func TestNAT(t *testing.T) {
	tests := []struct {
		name  string
		opts  netx.NATOptions
		sleep time.Duration
		// whom the NAT lets in after the phone has sent to the server
		same, otherPort, otherHost bool
	}{
		{name: "filters by address and port", same: true},
		{name: "full cone", opts: netx.NATOptions{FullCone: true}, same: true, otherPort: true, otherHost: true},
		{name: "symmetric", opts: netx.NATOptions{Symmetric: true}, same: true},
		{name: "forgets", opts: netx.NATOptions{Timeout: 30 * time.Second}, sleep: 31 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := netx.NewMemory(1, netx.Link{})
				inside := listen(t, m.NAT(public, test.opts).Host(phone), phone, port)
				s, s2, o := listen(t, m, server, port), listen(t, m, server, 6060), listen(t, m, other, port)
				send(t, inside, s.LocalAddr(), "out")
				_, from := receive(t, s)
				if from.Addr() != public || from.Port() == port {
					t.Fatalf("server sees %s", from)
				}
				time.Sleep(test.sleep) //nolint:forbidigo // virtual time
				send(t, s, from, "same")
				send(t, s2, from, "other port")
				send(t, o, from, "other host")
				got, _ := receive(t, inside)
				want := []string(nil)
				for text, in := range map[string]bool{"same": test.same, "other port": test.otherPort, "other host": test.otherHost} {
					if in {
						want = append(want, text)
					}
				}
				slices.Sort(want)
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
				send(t, inside, o.LocalAddr(), "out")
				if _, second := receive(t, o); (second != from) != (test.opts.Symmetric || test.sleep > 0) {
					t.Errorf("mapped to %s, then to %s", from, second)
				}
			})
		})
	}
}

func TestTwoNATs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMemory(1, netx.Link{})
		nat := m.NAT(public, netx.NATOptions{})
		a := listen(t, nat.Host(phone), phone, port)
		b := listen(t, m.NAT(netip.MustParseAddr("203.0.113.2"), netx.NATOptions{}).Host(phone), phone, port)
		s := listen(t, m, server, port)
		send(t, a, s.LocalAddr(), "x")
		_, seenA := receive(t, s)
		send(t, b, s.LocalAddr(), "x")
		_, seenB := receive(t, s)
		send(t, a, seenB, "hole") // dropped by b's NAT, opens a's
		send(t, b, seenA, "in")
		if got, from := receive(t, a); !slices.Equal(got, []string{"in"}) || from != seenB {
			t.Errorf("got %v from %s", got, from)
		}
		nat.Rebind()
		send(t, s, seenA, "nobody")
		if got, _ := receive(t, a); got != nil {
			t.Errorf("got %v through a forgotten mapping", got)
		}
	})
}

// streams connects two hosts.
func streams(t *testing.T, m *netx.Memory) (near, far net.Conn) {
	t.Helper()
	l, err := m.Host(server).Listen(netip.AddrPortFrom(server, port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	near, err = m.Host(other).Dial(t.Context(), netip.AddrPortFrom(server, port))
	if err != nil {
		t.Fatal(err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return near, far
}

func TestStreamCarriesEverythingInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMemory(1, netx.Link{Delay: 10 * time.Millisecond, Loss: 0.5})
		near, far := streams(t, m)
		text := bytes.Repeat([]byte("0123456789"), 50_000)
		go func() {
			for rest := text; len(rest) > 0; {
				n, err := near.Write(rest[:min(len(rest), 1234)])
				if err != nil {
					t.Error(err)
					return
				}
				rest = rest[n:]
			}
			_ = near.Close()
		}()
		got, err := io.ReadAll(far)
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
		if _, err := far.Write([]byte("x")); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("write to a closed peer: %v", err)
		}
	})
}

func TestFullWindowBlocksTheWriterOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := streams(t, netx.NewMemory(1, netx.Link{}))
		try := near.(netx.TryWriter) //nolint:forcetypeassert // what the test is about
		total := 0
		for {
			n, err := try.TryWrite(make([]byte, 10_000))
			if err != nil {
				t.Fatal(err)
			}
			if total += n; n == 0 {
				break
			}
		}
		_ = near.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := near.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("write over a full window: %v", err)
		}
		got, err := io.ReadFull(far, make([]byte, total))
		if err != nil || got != total {
			t.Fatal(got, err)
		}
		if n, err := try.TryWrite([]byte("x")); n != 1 || err != nil {
			t.Errorf("write after the window opened: %d, %v", n, err)
		}
	})
}

func TestCutLinkHoldsAStreamUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMemory(1, netx.Link{})
		near, far := streams(t, m)
		m.Cut(server, other)
		if _, err := near.Write([]byte("late")); err != nil {
			t.Fatal(err)
		}
		_ = near.(interface{ CloseWrite() error }).CloseWrite() //nolint:forcetypeassert // it has one
		_ = far.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := far.Read(make([]byte, 10)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("read over a cut link: %v", err)
		}
		_ = far.SetReadDeadline(time.Time{})
		m.Restore(server, other)
		if got, err := io.ReadAll(far); string(got) != "late" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		m.Cut(server, other)
		if _, err := m.Host(other).Dial(ctx, netip.AddrPortFrom(server, port)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("dial over a cut link: %v", err)
		}
	})
}

func TestResets(t *testing.T) {
	for name, reset := range map[string]func(m *netx.Memory, near net.Conn) error{
		"by the network": func(m *netx.Memory, _ net.Conn) error { m.Reset(server, other); return nil },
		"by an end":      func(_ *netx.Memory, near net.Conn) error { return netx.Reset(near) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := netx.NewMemory(1, netx.Link{})
				near, far := streams(t, m)
				read := make(chan error)
				go func() {
					_, err := far.Read(make([]byte, 10))
					read <- err
				}()
				synctest.Wait()
				if err := reset(m, near); err != nil {
					t.Fatal(err)
				}
				if err := <-read; !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("read: %v", err)
				}
				if _, err := far.Write([]byte("x")); !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("write: %v", err)
				}
				if _, err := near.Read(make([]byte, 1)); err == nil {
					t.Error("the near end reads on")
				}
			})
		})
	}
}

func TestStreamThroughNAT(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMemory(1, netx.Link{})
		nat := m.NAT(public, netx.NATOptions{})
		l, err := m.Listen(netip.AddrPortFrom(server, port))
		if err != nil {
			t.Fatal(err)
		}
		near, err := nat.Host(phone).Dial(t.Context(), netip.AddrPortFrom(server, port))
		if err != nil {
			t.Fatal(err)
		}
		far, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if a := netx.AddrPort(far.RemoteAddr()); a.Addr() != public {
			t.Errorf("server sees %s", a)
		}
		if a := netx.AddrPort(near.LocalAddr()); a.Addr() != phone {
			t.Errorf("phone sees itself as %s", a)
		}
		nat.Rebind()
		if _, err := near.Write([]byte("lost")); err != nil {
			t.Fatal(err)
		}
		_ = far.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := far.Read(make([]byte, 10)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read through a forgotten mapping: %v", err)
		}
		if _, err := m.Dial(t.Context(), netip.AddrPortFrom(server, 99)); err == nil ||
			!strings.Contains(err.Error(), "refused") {
			t.Errorf("dial where nobody listens: %v", err)
		}
	})
}
