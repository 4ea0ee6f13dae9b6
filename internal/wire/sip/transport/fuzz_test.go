package transport_test

import (
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// checker is a handler that looks at every message it gets.
type checker struct {
	t      *testing.T
	closed int
}

func (c *checker) Message(f transport.Flow, m *sip.Message) {
	if m.CallID() == nil || !m.IsRequest() && m.StatusCode() < 100 {
		c.t.Errorf("an invalid message came through: %q", m.Raw())
	}
	if m.IsRequest() && m.Method() != sip.ACK {
		reply(f, m, 200)
	}
}

func (c *checker) Malformed(f transport.Flow, m *sip.Message, err *sip.ParseError) {
	if err.Status < 400 || err.Status > 599 || !m.IsRequest() {
		c.t.Errorf("status %d for %q", err.Status, m.Raw())
	}
	reply(f, m, err.Status)
}

func (c *checker) FlowClosed(transport.Flow) { c.closed++ }

// FuzzConnection sends any bytes, cut anywhere, over a connection and checks that the connection ends once, whatever came.
func FuzzConnection(f *testing.F) {
	f.Add(options("one", 0), uint16(1))
	f.Add(append(options("one", 10), options("two", 3000)...), uint16(700))
	f.Add([]byte("\r\n\r\n\r\n\r\r\n\n"), uint16(3))
	f.Add([]byte("OPTIONS sip:a SIP/2.0\r\nl: 99999999999999999999\r\n\r\n"), uint16(5))
	f.Add([]byte("INVITE sip:a SIP/2.0\r\nContent-Length:\r\n 5\r\n\r\nhello"), uint16(9))
	f.Fuzz(func(t *testing.T, b []byte, step uint16) {
		synctest.Test(t, func(t *testing.T) {
			m := netx.NewMemory(1, netx.Link{})
			h := &checker{t: t}
			l := transport.New(transport.Config{Network: m.Host(serverAddr.Addr()), Handler: h})
			if _, err := l.ListenTCP(serverAddr); err != nil {
				t.Fatal(err)
			}
			c, err := m.Host(peerAddr).Dial(t.Context(), serverAddr)
			if err != nil {
				t.Fatal(err)
			}
			go func() { // reads all answers
				buf := make([]byte, 4096)
				for {
					if _, err := c.Read(buf); err != nil {
						return
					}
				}
			}()
			size := max(int(step), len(b)/300, 1)
			for rest := b; len(rest) > 0; {
				n, err := c.Write(rest[:min(size, len(rest))])
				if err != nil {
					break
				}
				rest = rest[n:]
				synctest.Wait()
			}
			time.Sleep(2 * time.Minute) //nolint:forbidigo // virtual time
			if n := l.Connections(); n != 0 {
				t.Errorf("%d connections after two minutes of silence", n)
			}
			_ = c.Close()
			l.Close()
			if h.closed != 1 || l.Counters().Panics.Load() != 0 {
				t.Errorf("closed %d times, %d panics", h.closed, l.Counters().Panics.Load())
			}
		})
	})
}

// FuzzDatagram sends any bytes over UDP.
func FuzzDatagram(f *testing.F) {
	f.Add(options("one", 0))
	f.Add([]byte("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x\r\n\r\n"))
	h := &checker{}
	l := transport.New(transport.Config{Handler: h})
	f.Cleanup(l.Close)
	to, err := l.ListenUDP(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		f.Fatal(err)
	}
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = conn.Close() })
	buf := make([]byte, 70_000)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 60_000 {
			return
		}
		h.t = t
		for _, datagram := range [][]byte{b, options("end", 0)} {
			if _, err := conn.WriteTo(datagram, net.UDPAddrFromAddrPort(to)); err != nil {
				t.Fatal(err)
			}
		}
		// The last answer is that to the known request: whatever came before did no harm.
		m := sip.Acquire()
		defer m.Release()
		for {
			_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			n, _, err := conn.ReadFrom(buf)
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Parse(buf[:n]); err != nil {
				t.Fatalf("an answer that cannot be read: %v %q", err, buf[:n])
			}
			if string(m.CallID()) == "end" {
				break
			}
		}
		if l.Counters().Panics.Load() != 0 {
			t.Error("panic")
		}
	})
}
