package peer

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// PlainEar is a media port that counts the RTP packets it receives, and speaks plain RTP when told to.
type PlainEar struct {
	Port  int
	conn  *net.UDPConn
	audio atomic.Int64
}

// OpenPlainEar opens one on loopback; it closes with the test.
func OpenPlainEar(tb testing.TB) *PlainEar {
	tb.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(tb, err)
	e := &PlainEar{Port: int(conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()), conn: conn}
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.listen()
	}()
	tb.Cleanup(func() {
		_ = conn.Close() // what the goroutine waits for
		<-done
	})
	return e
}

func (e *PlainEar) listen() {
	packet := make([]byte, 2048)
	for {
		n, err := e.conn.Read(packet)
		if err != nil {
			return
		}
		if n >= 12 && packet[0]>>6 == 2 { // RTP's version; a ZRTP packet has another (RFC 6189 §5)
			e.audio.Add(1)
		}
	}
}

// Audio is how many RTP packets came.
func (e *PlainEar) Audio() int64 { return e.audio.Load() }

// Speak sends A-law noise to a loopback port, 50 packets a second, until the test or the time ends.
func (e *PlainEar) Speak(tb testing.TB, port int, d time.Duration) {
	tb.Helper()
	to := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	packet := make([]byte, 12+160)
	packet[0], packet[1], packet[11] = 0x80, 8, 1
	for i := range int(d / (20 * time.Millisecond)) {
		packet[2], packet[3] = byte(i>>8), byte(i)
		for k := range 160 {
			packet[12+k] = byte(i*k) ^ 0x55
		}
		if _, err := e.conn.WriteToUDPAddrPort(packet, to); err != nil {
			tb.Fatalf("send plain speech: %v", err)
		}
		select {
		case <-pace.C:
		case <-tb.Context().Done():
			return
		}
	}
}

var offeredPort = regexp.MustCompile(`m=audio (\d+) `)

// Offered waits for a call to arrive and returns the media port that the server offered.
func (s *SIPp) Offered(tb testing.TB, d time.Duration) int {
	tb.Helper()
	port := 0
	Eventually(tb, d, s.Name+" is called", func() bool {
		files, _ := filepath.Glob(filepath.Join(s.dir, "*_messages.log")) // a bad pattern is impossible
		for _, f := range files {
			text, err := os.ReadFile(f)
			if m := offeredPort.FindSubmatch(text); err == nil && m != nil {
				port, err = strconv.Atoi(string(m[1]))
				return err == nil
			}
		}
		return false
	})
	return port
}
