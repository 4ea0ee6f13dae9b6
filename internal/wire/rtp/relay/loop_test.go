package relay

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/srtp"
)

// Signalling rule 23: a port rests 30 s after a call.
func TestPortsRestAfterACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := netx.NewMemory(1, netx.Link{})
		r, err := New(Config{PortFrom: 4000, PortTo: 4003, Network: network})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		open := func() (*Leg, error) { return r.Open(serverIP, nil) }
		a, errA := open()
		b, errB := open()
		if errA != nil || errB != nil || a.Port() == b.Port() || a.Port()%2 != 0 {
			t.Fatalf("%v, %v", errA, errB)
		}
		if _, err := open(); !errors.Is(err, ErrNoPorts) || r.FreePorts() != 0 {
			t.Errorf("a third leg: %v", err)
		}
		first := a.Port()
		a.Close()
		a.Close() // a second time is harmless
		<-time.After(29 * time.Second)
		if _, err := open(); !errors.Is(err, ErrNoPorts) {
			t.Errorf("after 29 s: %v", err)
		}
		<-time.After(1001 * time.Millisecond)
		if again, err := open(); err != nil || again.Port() != first {
			t.Errorf("after 30 s: %v", err)
		}
		if r.Counters().OutOfPorts.Load() != 2 {
			t.Errorf("counted %d", r.Counters().OutOfPorts.Load())
		}
	})
}

func TestPacketsCrossTheNetworkInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := netx.NewMemory(1, netx.Link{Delay: 5 * time.Millisecond})
		r, err := New(Config{PortFrom: 4000, PortTo: 4099, Network: network})
		if err != nil {
			t.Fatal(err)
		}
		got := crossing(t, r, network, serverIP, "10.0.0.2", "10.0.0.3")
		if got != 50 {
			t.Errorf("%d packets crossed", got)
		}
		r.Close()
		if _, err := r.Open(serverIP, nil); !errors.Is(err, ErrClosed) {
			t.Errorf("open after the end: %v", err)
		}
	})
}

// crossing sends 50 packets from one phone to another and counts what arrives.
func crossing(t *testing.T, r *Relay, n netx.Network, server netip.Addr, one, two string) int {
	t.Helper()
	phone := func(ip string) netx.PacketConn {
		c, err := n.ListenPacket(netip.AddrPortFrom(netip.MustParseAddr(ip), 0))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	x, y := phone(one), phone(two)
	defer x.Close()
	defer y.Close()
	leg := func(c netx.PacketConn) *Leg {
		l, err := r.Open(server, nil)
		if err != nil {
			t.Fatal(err)
		}
		l.Configure(Settings{Remote: c.LocalAddr(), Send: true, Receive: true, Mux: true})
		return l
	}
	a, b := leg(x), leg(y)
	defer a.Close()
	defer b.Close()
	Join(a, b, through(8, 8), through(8, 8))
	v := &speaker{ssrc: 1, seq: 1, payload: 8}
	to := netip.AddrPortFrom(server, a.Port())
	count, buffer := 0, make([]byte, 2000)
	for range 50 {
		var k int
		var from netip.AddrPort
		var err error
		// What was just opened is joined a moment later: the first packets may come before that.
		for tries := 0; tries == 0 || err != nil && count == 0 && tries < 20; tries++ {
			if _, err = x.WriteToUDPAddrPort(v.next(), to); err != nil {
				t.Fatal(err)
			}
			wait := 2 * time.Second
			if count == 0 {
				wait = 200 * time.Millisecond
			}
			_ = y.SetReadDeadline(time.Now().Add(wait))
			k, from, err = y.ReadFromUDPAddrPort(buffer)
		}
		if err != nil {
			t.Fatalf("after %d packets: %v", count, err)
		}
		if from.Port() != b.Port() || k != 16 {
			t.Errorf("%d bytes from %v", k, from)
		}
		count++
	}
	return count
}

var loopback = netip.MustParseAddr("127.0.0.1")

// freeRange finds a range of ports that nobody uses at the moment.
func freeRange(t testing.TB, size uint16) (uint16, uint16) {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	from := uint16(c.LocalAddr().(*net.UDPAddr).Port) &^ 1
	return min(from, 65534-size), min(from, 65534-size) + size - 1
}

func TestBothLoopsOverTheSystemsSockets(t *testing.T) {
	for name, network := range map[string]netx.Network{"portable": netx.OS{}, "the system's best": nil} {
		t.Run(name, func(t *testing.T) {
			from, to := freeRange(t, 400)
			r, err := New(Config{PortFrom: from, PortTo: to, Network: network})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if got := crossing(t, r, netx.OS{}, loopback, "127.0.0.1", "127.0.0.1"); got != 50 {
				t.Errorf("%d packets crossed", got)
			}
		})
	}
}

func TestIPv6(t *testing.T) {
	if c, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback}); err != nil {
		t.Log("no IPv6 here")
		return
	} else {
		c.Close()
	}
	from, to := freeRange(t, 400)
	r, err := New(Config{PortFrom: from, PortTo: to})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := crossing(t, r, netx.OS{}, netip.IPv6Loopback(), "::1", "::1"); got != 50 {
		t.Errorf("%d packets crossed", got)
	}
}

func TestAPortThatIsTakenIsPassedOver(t *testing.T) {
	for name, network := range map[string]netx.Network{"portable": netx.OS{}, "the system's best": nil} {
		from, to := freeRange(t, 400)
		other, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(from) + 1})
		if err != nil {
			t.Log("somebody was quicker") // the range is free only until somebody takes it
			return
		}
		r, err := New(Config{PortFrom: from, PortTo: to, Network: network})
		if err != nil {
			t.Fatal(err)
		}
		l, err := r.Open(loopback, nil)
		if err != nil || l.Port() == from || r.Counters().PortsBusy.Load() == 0 {
			t.Errorf("%s: %v", name, err)
		}
		r.Close()
		other.Close()
	}
}

func TestNothingLeaks(t *testing.T) {
	for name, network := range map[string]netx.Network{"portable": netx.OS{}, "the system's best": nil} {
		before := runtime.NumGoroutine()
		from, to := freeRange(t, 2000)
		r, err := New(Config{PortFrom: from, PortTo: to, Network: network, PortRest: time.Nanosecond})
		if err != nil {
			t.Fatal(err)
		}
		free := r.FreePorts()
		for range 20 {
			for range 20 {
				l, err := r.Open(loopback, nil)
				if err != nil {
					t.Fatal(err)
				}
				l.Configure(both("127.0.0.1:9"))
				l.Play(frames(1), 8, nil)
				defer l.Close() // after the relay: harmless
			}
			flush(r)
			for _, l := range append([]*Leg(nil), r.shard.legs...) {
				l.Close()
			}
			flush(r)
		}
		if n := r.FreePorts(); n != free {
			t.Errorf("%s: %d of %d ports are free", name, n, free)
		}
		r.Close()
		for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
			runtime.Gosched() // a goroutine that has said it is done may still be on its way out
		}
		if n := runtime.NumGoroutine(); n > before {
			stack := make([]byte, 1<<16)
			t.Errorf("%s: %d goroutines instead of %d\n%s", name, n, before, stack[:runtime.Stack(stack, true)])
		}
	}
}

// flush waits until the shard has carried out what was posted before.
func flush(r *Relay) {
	done := make(chan struct{})
	if r.shard.post(func() { close(done) }) {
		<-done
	}
}

func TestARangeWithoutPorts(t *testing.T) {
	for _, c := range [][2]uint16{{0, 0}, {5000, 5000}, {5001, 5002}, {6000, 5000}} {
		if _, err := New(Config{PortFrom: c[0], PortTo: c[1]}); err == nil {
			t.Errorf("%v was taken", c)
		}
	}
	p, err := newPorts(65534, 65535, time.Second)
	if err != nil || len(p.fresh) != 1 {
		t.Errorf("the last pair: %v", err)
	}
}

func TestCountersHaveNames(t *testing.T) {
	var names []string
	new(Counters).Each(func(name, help string, _ uint64) {
		if help == "" || !strings.HasPrefix(name, "media_") || !strings.HasSuffix(name, "_total") {
			t.Errorf("%q: %q", name, help)
		}
		names = append(names, name)
	})
	if len(names) != len(unique(names)) {
		t.Errorf("a name is there twice: %v", names)
	}
}

func unique(names []string) map[string]bool {
	m := make(map[string]bool)
	for _, n := range names {
		m[n] = true
	}
	return m
}

// BenchmarkRelay measures one packet from leg to leg without the system's share.
func BenchmarkRelay(b *testing.B) {
	for _, suite := range []srtp.Suite{0, srtp.AESCM128, srtp.AEADAES128} {
		b.Run(suite.String(), func(b *testing.B) {
			d := newDesk(b)
			one, two := both("10.0.0.2:5000"), both("10.0.0.3:5000")
			v := speaker{ssrc: 1, seq: 1, payload: 8}
			if suite != 0 {
				k, other := key(suite)
				one.SendKey, one.ReceiveKey, two.SendKey, two.ReceiveKey = k, k, k, k
				v.key = other
			}
			a, c := first(d.leg(one)), first(d.leg(two))
			Join(a, c, through(8, 8), through(8, 8))
			d.turn()
			c.rtpSocket.(*deskSocket).keep = false
			packets := make([][]byte, b.N)
			for i := range packets {
				packets[i] = v.next()
			}
			from, buffer := netip.MustParseAddrPort("10.0.0.2:5000"), make([]byte, maxDatagram)
			b.ReportAllocs()
			b.ResetTimer()
			for _, p := range packets {
				a.receive(buffer[:copy(buffer, p)], from, false, d.now)
			}
			if c.Counts().Sent != uint64(b.N) {
				b.Errorf("%d of %d sent", c.Counts().Sent, b.N)
			}
		})
	}
}

func first(l *Leg, _ *[]Event) *Leg { return l }
