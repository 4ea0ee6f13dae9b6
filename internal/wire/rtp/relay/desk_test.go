package relay

import (
	"encoding/binary"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"ringfence/internal/wire/rtp"
	"ringfence/internal/wire/srtp"
	"ringfence/internal/wire/srtp/srtptest"
)

// desk is a relay without a network and without a goroutine: a test gives packets to legs and looks at what they send.
type desk struct {
	t     testing.TB
	relay *Relay
	now   time.Time
}

type deskLoop struct{}

func (deskLoop) bind(netip.AddrPort) (socket, error) { return &deskSocket{}, nil }
func (deskLoop) run(*shard)                          {}
func (deskLoop) wake()                               {}
func (deskLoop) close()                              {}

type deskSocket struct {
	sent   []sentPacket
	keep   bool
	closed bool
}

type sentPacket struct {
	b  []byte
	to netip.AddrPort
}

func (s *deskSocket) watch(*Leg, bool) error { return nil }
func (s *deskSocket) close()                 { s.closed = true }

func (s *deskSocket) send(b []byte, to *endpoint) error {
	if s.keep {
		s.sent = append(s.sent, sentPacket{append([]byte(nil), b...), to.addr})
	}
	return nil
}

var serverIP = netip.MustParseAddr("10.0.0.1")

func newDesk(t testing.TB) *desk {
	t.Helper()
	cfg := Config{PortFrom: 4000, PortTo: 4099, Log: slog.New(slog.DiscardHandler)}
	cfg.fill()
	p, err := newPorts(cfg.PortFrom, cfg.PortTo, cfg.PortRest)
	if err != nil {
		t.Fatal(err)
	}
	r := &Relay{cfg: cfg, ports: p}
	r.shard = newShard(r, deskLoop{})
	return &desk{t: t, relay: r, now: time.Now()}
}

// leg opens a leg that keeps what it sends and tells its events to the returned list.
func (d *desk) leg(s Settings) (*Leg, *[]Event) {
	d.t.Helper()
	var events []Event
	l, err := d.relay.Open(serverIP, func(e Event) { events = append(events, e) })
	if err != nil {
		d.t.Fatal(err)
	}
	l.rtpSocket.(*deskSocket).keep, l.rtcpSocket.(*deskSocket).keep = true, true
	l.Configure(s)
	d.turn()
	return l, &events
}

// turn carries out commands and what is due.
func (d *desk) turn() { d.relay.shard.turn(d.now) }

// pass lets time go by in steps of the housekeeping.
func (d *desk) pass(t time.Duration) {
	for end := d.now.Add(t); d.now.Before(end); {
		d.now = d.now.Add(FrameTime)
		d.turn()
	}
}

// give hands a leg a datagram.
func (d *desk) give(l *Leg, b []byte, from string) {
	buffer := make([]byte, len(b), maxDatagram)
	copy(buffer, b)
	l.receive(buffer, netip.MustParseAddrPort(from), false, d.now)
}

// taken are the RTP packets that the leg sent since the last time.
func taken(l *Leg) []sentPacket {
	s := l.rtpSocket.(*deskSocket)
	out := s.sent
	s.sent = nil
	return out
}

func takenControl(l *Leg) []sentPacket {
	s := l.rtcpSocket.(*deskSocket)
	out := s.sent
	s.sent = nil
	return out
}

func through(payloads ...uint8) *Route {
	r := NewRoute()
	for i := 0; i+1 < len(payloads); i += 2 {
		r.Payload[payloads[i]] = payloads[i+1]
	}
	return r
}

func both(from string) Settings {
	return Settings{Remote: netip.MustParseAddrPort(from), Send: true, Receive: true, ClockRate: 8000}
}

// speaker makes the packets of one phone.
type speaker struct {
	ssrc, timestamp uint32
	seq             uint16
	payload         uint8
	key             srtptest.Key // not zero: protected
	roc             uint32
}

func (s *speaker) next() []byte {
	b := make([]byte, 12, 64)
	h := rtp.Header{Payload: s.payload, Sequence: s.seq, Timestamp: s.timestamp, SSRC: s.ssrc}
	h.Put(b)
	b = binary.BigEndian.AppendUint32(b, uint32(s.seq))
	roc := s.roc
	if s.seq++; s.seq == 0 {
		s.roc++
	}
	s.timestamp += 160
	if !s.key.IsZero() {
		return s.key.Seal(b, roc)
	}
	return b
}

func key(suite srtp.Suite) (srtp.Key, srtptest.Key) {
	secret := make([]byte, 64)
	for i := range secret {
		secret[i] = byte(i * 7)
	}
	n := map[srtp.Suite]int{srtp.AESCM128: 30, srtp.AEADAES128: 28, srtp.AESCM256: 46}[suite]
	master := map[srtp.Suite]int{srtp.AESCM128: 16, srtp.AEADAES128: 16, srtp.AESCM256: 32}[suite]
	k, err := srtp.MakeKey(suite, secret[:n])
	if err != nil {
		panic(err) // the lengths are the suites'
	}
	return k, srtptest.New(secret[:master], secret[master:n], suite == srtp.AEADAES128)
}
