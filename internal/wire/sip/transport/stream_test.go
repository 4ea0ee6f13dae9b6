package transport_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

func TestStreamIsCutIntoMessages(t *testing.T) {
	whole := bytes.Join([][]byte{
		options("one", 0), []byte("\r\n"), options("two", 3000), []byte("\r\n\r\n"), options("three", 60_000),
		options("four", 10), options("five", 0), []byte("\r\n\r\n\r\n\r\n"),
	}, nil)
	for _, step := range []int{1, 7, 400, 1024, 5000, len(whole)} {
		inBubble(t, transport.Limits{}, func(r *rig) {
			c := r.dial()
			for rest := whole; len(rest) > 0; {
				n, err := c.Write(rest[:min(step, len(rest))])
				if err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
				synctest.Wait()
			}
			r.seen.expect(t, "OPTIONS one", "OPTIONS two", "OPTIONS three", "OPTIONS four", "OPTIONS five")
			got := read(t, c)
			if n := strings.Count(got, "SIP/2.0 200"); n != 5 {
				t.Errorf("%d answers", n)
			}
			if n := r.server.Counters().KeepAlives.Load(); n != 3 || !strings.HasSuffix(got, "\r\n\r\n\r\n\r\n") {
				t.Errorf("%d keep-alives; the answers end in %q", n, got[len(got)-20:])
			}
			_ = c.Close()
			synctest.Wait()
			if n := r.seen.count("closed"); n != 1 {
				t.Errorf("closed %d times", n)
			}
		})
	}
}

func TestFramingErrorsEndTheConnection(t *testing.T) {
	with := func(old, new string) []byte { return []byte(strings.Replace(string(options("x", 0)), old, new, 1)) }
	tests := []struct {
		name, note, answer string
		bytes              []byte
	}{
		{"no Content-Length", "malformed 400", "SIP/2.0 400", with("Content-Length: 0\r\n", "")},
		{"two Content-Lengths", "malformed 400", "SIP/2.0 400", with("Content-Length: 0", "Content-Length: 0\r\nl: 5")},
		{"negative Content-Length", "malformed 400", "SIP/2.0 400", with("Content-Length: 0", "Content-Length: -1")},
		{"body too large", "malformed 513", "SIP/2.0 513", with("Content-Length: 0", "Content-Length: 65500")},
		{"another protocol", "", "", []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")},
		{"an ACK", "", "", []byte(strings.ReplaceAll(string(with("Content-Length: 0", "Content-Length: x")), "OPTIONS", "ACK"))},
		{"endless header", "", "", bytes.Repeat([]byte("X: y\r\n"), 12_000)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, transport.Limits{}, func(r *rig) {
				c := r.dial()
				go func() { _, _ = c.Write(test.bytes) }() // may be cut off
				got := read(t, c)
				if !strings.HasPrefix(got, test.answer) || test.answer == "" && got != "" {
					t.Errorf("answered %q", got)
				}
				r.wait(2 * time.Second)
				if test.note == "" {
					r.seen.expect(t, "closed")
				} else {
					r.seen.expect(t, test.note, "closed")
				}
				if r.server.Connections() != 0 {
					t.Error("the connection is open")
				}
			})
		})
	}
}

func TestDeadlines(t *testing.T) {
	tests := []struct {
		name  string
		play  func(r *rig, c net.Conn)
		until time.Duration // the connection is closed at, since it was opened
	}{
		{"nothing comes", func(*rig, net.Conn) {}, 10 * time.Second},
		{"only keep-alives come", func(r *rig, c net.Conn) {
			for range 4 {
				r.wait(2 * time.Second)
				r.write(c, []byte("\r\n\r\n"))
			}
		}, 10 * time.Second},
		{"half a message comes", func(r *rig, c net.Conn) {
			r.wait(time.Second)
			r.write(c, options("x", 0)[:40])
			r.wait(4 * time.Second)
			r.write(c, options("x", 0)[40:50])
		}, 11 * time.Second},
		{"one message, then silence", func(r *rig, c net.Conn) { r.write(c, options("x", 0)) }, 90 * time.Second},
		{"one message, then keep-alives of a stranger", func(r *rig, c net.Conn) {
			r.write(c, options("x", 0))
			for range 8 {
				r.wait(10 * time.Second)
				r.write(c, []byte("\r\n\r\n"))
			}
		}, 90 * time.Second},
		{"somebody authenticated", func(r *rig, c net.Conn) {
			r.write(c, options("x", 0))
			r.wait(time.Second)
			r.seen.flow(0).SetIdentity("alice")
		}, 15 * time.Minute},
		{"keep-alives of somebody", func(r *rig, c net.Conn) {
			r.write(c, options("x", 0))
			r.seen.flow(0).SetIdentity("alice")
			r.wait(10 * time.Minute)
			r.write(c, []byte("\r\n\r\n"))
		}, 25 * time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, transport.Limits{}, func(r *rig) {
				start := time.Now()
				c := r.dial()
				test.play(r, c)
				_, err := io.Copy(io.Discard, c)
				if took := time.Since(start); err != nil || took != test.until {
					t.Errorf("closed after %s, %v; want %s", took, err, test.until)
				}
			})
		})
	}
}

func TestConnectionLimits(t *testing.T) {
	limits := transport.Limits{Connections: 6, PerSource: 4, Strangers: 2}
	inBubble(t, limits, func(r *rig) {
		refused := func(h *netx.Host) bool {
			c, err := h.Dial(r.Context(), serverAddr)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
			_, err = c.Read(make([]byte, 1))
			return errors.Is(err, io.EOF)
		}
		first := r.dial()
		r.write(first, options("x", 0))
		if refused(r.peer) || !refused(r.peer) {
			t.Fatal("two strangers are allowed")
		}
		r.seen.flow(0).SetIdentity("alice")
		r.seen.flow(0).SetIdentity("alice's other name")
		if refused(r.peer) || !refused(r.peer) {
			t.Fatal("who authenticated is no stranger")
		}
		_ = first.Close()
		synctest.Wait()
		r.seen.flow(0).SetIdentity("too late")
		if !refused(r.peer) {
			t.Fatal("a friend's end makes no room for strangers")
		}
		for i, want := range []bool{false, false, false, false, true, true} {
			a := netip.AddrFrom4([4]byte{198, 51, 100, byte(i / 2)})
			if got := refused(r.net.Host(a)); got != want {
				t.Errorf("connection %d of others refused: %v", i, got)
			}
		}
		r.wait(11 * time.Second) // all were silent
		if n := r.server.Connections(); n != 0 {
			t.Fatalf("%d connections", n)
		}
		if refused(r.peer) {
			t.Error("the books are not balanced")
		}
	})
}

func TestSlowPeerIsClosedAndBlocksNobody(t *testing.T) {
	inBubble(t, transport.Limits{}, func(r *rig) {
		c := r.dial()
		r.write(c, options("x", 0))
		f := r.seen.flow(0)
		start := time.Now()
		sent := 0
		for {
			if err := f.Send(options("big", 10_000)); err != nil {
				if !errors.Is(err, transport.ErrOverflow) {
					t.Errorf("got %v", err)
				}
				break
			}
			sent += 10_000
		}
		if time.Since(start) != 0 {
			t.Error("the sender waited")
		}
		// The peer's window takes 64 KiB, the queue 256 KiB.
		if sent < 250_000 || sent > 330_000 {
			t.Errorf("%d bytes were queued", sent)
		}
		synctest.Wait()
		if !f.Closed() || r.seen.count("closed") != 1 || f.Send(options("x", 0)) == nil {
			t.Error("the connection is open")
		}
	})
}

func TestQueueReachesAPeerThatPauses(t *testing.T) {
	inBubble(t, transport.Limits{}, func(r *rig) {
		c := r.dial()
		r.write(c, options("x", 0))
		read(t, c)
		f := r.seen.flow(0)
		var want bytes.Buffer
		for i := range 20 {
			msg := options(string(rune('a'+i)), 10_000)
			want.Write(msg)
			if err := f.Send(msg); err != nil {
				t.Fatal(err)
			}
		}
		r.wait(10 * time.Second)
		if got := read(t, c); got != want.String() {
			t.Errorf("got %d bytes, want %d", len(got), want.Len())
		}
		for i := range 20 { // and again, now that the queue was empty
			if err := f.Send(options(string(rune('a'+i)), 10_000)); err != nil {
				t.Fatal(err)
			}
		}
		r.wait(25 * time.Second)
		if !f.Closed() {
			t.Error("a peer that reads nothing for 20 s is kept")
		}
	})
}

func TestTLS(t *testing.T) {
	inBubble(t, transport.Limits{}, func(r *rig) {
		seen := &recorder{}
		layer := transport.New(transport.Config{
			Network: r.peer, Handler: seen, ClientTLS: &tls.Config{RootCAs: r.roots, MinVersion: tls.VersionTLS12},
		})
		defer layer.Close()
		wrong := transport.DialOptions{ServerName: "other.example.org"}
		if _, err := layer.Dial(r.Context(), transport.TLS, serverTLS, wrong); err == nil {
			t.Error("a wrong name was accepted")
		}
		f, err := layer.Dial(r.Context(), transport.TLS, serverTLS, transport.DialOptions{ServerName: "pbx.example.org"})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"one", "two"} {
			if err := f.Send(options(id, 20_000)); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		r.seen.expect(t, "OPTIONS one", "OPTIONS two")
		seen.expect(t, "OPTIONS one", "OPTIONS two")
		back := r.seen.flow(0)
		if back.ServerName() != "pbx.example.org" || back.Kind() != transport.TLS || !back.Kind().Secure() {
			t.Errorf("flow %v %s", back.Kind(), back.ServerName())
		}
		if same, ok := r.server.FlowByID(back.ID()); !ok || same != back {
			t.Error("the flow is not found by its name")
		}
		if err := back.Send(options("back", 0)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		seen.expect(t, "OPTIONS one", "OPTIONS two", "OPTIONS back")
		back.Close("test")
		synctest.Wait()
		seen.expect(t, "OPTIONS one", "OPTIONS two", "OPTIONS back", "closed")
		if _, ok := r.server.FlowByID(back.ID()); ok || !f.Closed() {
			t.Error("a closed flow is found")
		}
	})
}

func TestHandshakeLimits(t *testing.T) {
	limits := transport.Limits{Handshakes: 3, SourceHandshakes: 2}
	inBubble(t, limits, func(r *rig) {
		open := func(h *netx.Host) net.Conn {
			c, err := h.Dial(r.Context(), serverTLS)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			return c
		}
		for range 2 {
			open(r.peer)
		}
		if _, err := open(r.peer).Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("a third handshake of one source: %v", err)
		}
		second := r.net.Host(netip.MustParseAddr("198.51.100.1"))
		open(second)
		r.wait(5 * time.Second)
		start := time.Now()
		// The fourth waits for its turn, which comes when the silent ones are thrown out.
		late := tls.Client(open(second), &tls.Config{RootCAs: r.roots, ServerName: "pbx.example.org", MinVersion: tls.VersionTLS12})
		err := late.HandshakeContext(r.Context())
		if took := time.Since(start); err != nil || took != 5*time.Second {
			t.Errorf("handshake after %s, %v", took, err)
		}
		r.wait(20 * time.Second)
		f := tls.Client(open(r.peer), &tls.Config{RootCAs: r.roots, ServerName: "pbx.example.org", MinVersion: tls.VersionTLS12})
		if err := f.HandshakeContext(r.Context()); err != nil {
			t.Errorf("handshake after the crowd: %v", err)
		}
		_ = f.Close()
	})
}

func TestCloseEndsEverything(t *testing.T) {
	inBubble(t, transport.Limits{}, func(r *rig) {
		c := r.dial()
		r.write(c, options("x", 0))
		half, err := r.peer.Dial(r.Context(), serverTLS) // a handshake that never comes
		if err != nil {
			t.Fatal(err)
		}
		r.server.Drain()
		if _, err := r.peer.Dial(r.Context(), serverAddr); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dial while draining: %v", err)
		}
		r.write(c, options("y", 0))
		if n := r.seen.count("OPTIONS"); n != 2 {
			t.Errorf("%d messages while draining", n)
		}
		r.server.Close()
		r.server.Close()
		for _, conn := range []net.Conn{c, half} {
			if _, err := io.Copy(io.Discard, conn); err != nil {
				t.Error(err)
			}
		}
		if n := r.seen.count("closed"); n != 1 {
			t.Errorf("closed %d times", n)
		}
		if _, err := r.server.ListenTCP(serverAddr); !errors.Is(err, transport.ErrClosed) {
			t.Errorf("listen after close: %v", err)
		}
		if _, err := r.server.ListenUDP(serverAddr); !errors.Is(err, transport.ErrClosed) {
			t.Errorf("listen after close: %v", err)
		}
	})
}

func TestPanicEndsOneMessageOnly(t *testing.T) {
	inBubble(t, transport.Limits{}, func(r *rig) {
		r.seen.handle = func(_ transport.Flow, m *sip.Message) {
			if string(m.CallID()) == "bad" {
				panic("bug")
			}
		}
		c := r.dial()
		r.write(c, options("bad", 0))
		r.write(c, options("good", 0))
		r.seen.expect(t, "OPTIONS bad", "OPTIONS good")
		if got := read(t, c); strings.Count(got, "SIP/2.0 200") != 1 {
			t.Errorf("answers %q", got)
		}
		if n := r.server.Counters().Panics.Load(); n != 1 {
			t.Errorf("%d panics counted", n)
		}
	})
}

// tired is a network whose listener fails for a while, as when no file can be opened any more.
type tired struct {
	netx.Network
	failures int
}

type tiredListener struct {
	net.Listener
	failures *int
}

func (n *tired) Listen(a netip.AddrPort) (net.Listener, error) {
	l, err := n.Network.Listen(a)
	return tiredListener{l, &n.failures}, err
}

func (l tiredListener) Accept() (net.Conn, error) {
	if *l.failures > 0 {
		*l.failures--
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return l.Listener.Accept()
}

func TestAcceptErrorsPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMemory(1, netx.Link{})
		seen := &recorder{}
		l := transport.New(transport.Config{Network: &tired{m.Host(serverAddr.Addr()), 12}, Handler: seen})
		defer l.Close()
		if _, err := l.ListenTCP(serverAddr); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c, err := m.Host(peerAddr).Dial(ctx, serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write(options("x", 0)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < time.Second || took > 10*time.Second {
			t.Errorf("took %s", took)
		}
		if n := l.Counters().AcceptErrors.Load(); n != 12 {
			t.Errorf("%d errors counted", n)
		}
	})
}
