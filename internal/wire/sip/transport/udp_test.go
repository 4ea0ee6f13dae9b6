package transport_test

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

func TestDatagramsAreHandledInOrder(t *testing.T) {
	inBubble(t, transport.Limits{}, func(r *rig) {
		c, err := r.peer.ListenPacket(netip.AddrPort{})
		if err != nil {
			t.Fatal(err)
		}
		garbage := [][]byte{
			{},
			[]byte("\r\n\r\n"), []byte("\r\n"),
			{0, 0, 0, 0},
			{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42},
			[]byte("hello"), []byte("GET / HTTP/1.1\r\n\r\n"), bytes.Repeat([]byte{0xff}, 3000),
			[]byte("SIP/2.0 200 OK\r\n\r\n"), []byte("ACK sip:a SIP/2.0\r\nVia: x\r\n\r\n"),
		}
		for _, b := range append(garbage, options("one", 0), options("two", 5000), options("three", 0)) {
			if _, err := c.WriteToUDPAddrPort(b, serverAddr); err != nil {
				t.Fatal(err)
			}
		}
		bad := bytes.Replace(options("bad", 0), []byte("CSeq: 1 OPTIONS"), []byte("CSeq: 1 INVITE"), 1)
		if _, err := c.WriteToUDPAddrPort(bad, serverAddr); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		r.seen.expect(t, "OPTIONS one", "OPTIONS two", "OPTIONS three", "malformed 400")
		for _, want := range []string{"SIP/2.0 200", "SIP/2.0 200", "SIP/2.0 200", "SIP/2.0 400"} {
			b := make([]byte, 2000)
			n, from, err := c.ReadFromUDPAddrPort(b)
			if err != nil || !bytes.HasPrefix(b[:n], []byte(want)) || from != serverAddr {
				t.Errorf("got %q from %s, %v", b[:n], from, err)
			}
		}
	})
}

func TestUDPFlows(t *testing.T) {
	inBubble(t, transport.Limits{}, func(r *rig) {
		c, err := r.peer.ListenPacket(netip.AddrPort{})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"one", "two"} {
			if _, err := c.WriteToUDPAddrPort(options(id, 0), serverAddr); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		stored, ok := r.server.UDPFlow(serverAddr, c.LocalAddr())
		if !ok || stored.ID() != r.seen.flow(0).ID() || stored.ID() != r.seen.flow(1).ID() {
			t.Errorf("the flow of a stored binding is another: %v, %v, %v", stored, r.seen.flow(0), r.seen.flow(1))
		}
		if f := r.seen.flow(0); f.Kind() != transport.UDP || f.Remote() != c.LocalAddr() || f.Local() != serverAddr ||
			f.Closed() || f.Identity() != nil || f.ServerName() != "" || f.PeerCertificates() != nil {
			t.Errorf("flow %+v", f)
		}
		elsewhere, _ := r.server.UDPFlow(serverAddr, netip.MustParseAddrPort("192.0.2.3:5060"))
		if elsewhere.ID() == stored.ID() {
			t.Error("two flows have one name")
		}
		if _, ok := r.server.UDPFlow(netip.MustParseAddrPort("192.0.2.9:5060"), c.LocalAddr()); ok {
			t.Error("a flow from an address that is not ours")
		}
		if err := stored.Send(make([]byte, 70_000)); err == nil {
			t.Error("sent more than a datagram holds")
		}
		r.server.Close()
		if !stored.Closed() || stored.Send(options("late", 0)) == nil {
			t.Error("the flow outlives its socket")
		}
	})
}

// silent is a handler that answers every request with the same builder.
type silent struct {
	b sip.Builder
}

func (s *silent) Message(f transport.Flow, m *sip.Message) {
	s.b.ResponseTo(m, 200, "OK", "", f.Remote())
	s.b.End()
	_ = f.Send(s.b.Bytes()) // the test waits for it
}
func (s *silent) Malformed(transport.Flow, *sip.Message, *sip.ParseError) {}
func (s *silent) FlowClosed(transport.Flow)                               {}

func udpPair(tb testing.TB) (conn *net.UDPConn, to netip.AddrPort) {
	tb.Helper()
	l := transport.New(transport.Config{Network: netx.OS{}, Handler: &silent{}})
	tb.Cleanup(l.Close)
	to, err := l.ListenUDP(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		tb.Fatal(err)
	}
	conn, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	return conn, to
}

func TestDatagramInAndReplyOutDoNotAllocate(t *testing.T) {
	conn, to := udpPair(t)
	msg, b := options("x", 0), make([]byte, 2000)
	got := testing.AllocsPerRun(500, func() {
		if _, err := conn.WriteToUDPAddrPort(msg, to); err != nil {
			t.Fatal(err)
		}
		if _, _, err := conn.ReadFromUDPAddrPort(b); err != nil {
			t.Fatal(err)
		}
	})
	if got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkDatagramInAndReplyOut(b *testing.B) {
	conn, to := udpPair(b)
	msg, buf := options("x", 0), make([]byte, 2000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.WriteToUDPAddrPort(msg, to); err != nil {
			b.Fatal(err)
		}
		if _, _, err := conn.ReadFromUDPAddrPort(buf); err != nil {
			b.Fatal(err)
		}
	}
}
