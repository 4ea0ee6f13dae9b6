package phone

import (
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/rtp"
	"ringfence/internal/wire/srtp"
)

const (
	sampleRate = 8000
	packetTime = 20 * time.Millisecond
	perPacket  = 160 // samples
	memory     = sampleRate / 2
)

// Stats are what a call's media counted.
type Stats struct {
	Sent, Received int
	Rejected       int // packets that did not authenticate
	Sources        int // SSRCs heard
	Gaps           int // sequence numbers that never came
	Last           time.Time
}

// media is a call's audio: one socket, one sending goroutine and one that receives.
type media struct {
	phone *Phone

	mu       sync.Mutex
	conn     netx.PacketConn
	session  uint64 // of the o= line
	version  uint64
	key      srtp.Key // ours
	secure   bool     // what was agreed on
	sender   *srtp.Sender
	receiver *srtp.Receiver
	theirs   *description
	codec    audio.Codec
	payload  uint8
	encoder  audio.Encoder
	decoder  audio.Decoder
	mine     string // our direction
	target   netip.AddrPort
	tag      int // of the crypto line that we answered

	running  bool
	muted    bool
	closed   chan struct{}
	tasks    sync.WaitGroup
	ssrc     uint32
	sequence uint16
	stamp    uint32
	hertz    float64
	phase    float64

	stats   Stats
	lastSeq uint16
	source  uint32
	heard   []int16 // the last samples
}

func newMedia(p *Phone) *media {
	var seed [12]byte
	_, _ = rand.Read(seed[:]) // never fails
	return &media{
		phone: p, mine: "sendrecv", hertz: p.cfg.Tone, key: srtp.NewKey(srtp.AESCM128), closed: make(chan struct{}),
		session: uint64(binary.BigEndian.Uint32(seed[:])), ssrc: binary.BigEndian.Uint32(seed[4:]),
		sequence: binary.BigEndian.Uint16(seed[8:]) >> 1, // RFC 3711 §3.3.1: low, so that nobody guesses a roll-over
	}
}

// open binds the socket; the lock is held.
func (m *media) open() {
	if m.conn != nil {
		return
	}
	conn, err := m.phone.cfg.Network.ListenPacket(netip.AddrPortFrom(m.phone.cfg.Local, 0))
	if err != nil {
		return // the description will say port 0
	}
	m.conn = conn
	m.tasks.Go(func() { m.receiveFrom(conn) })
}

// change prepares what the next offer is to have different.
func (m *media) change(o inviteOptions) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o.direction != "" {
		m.mine = o.direction
	}
	if o.newKey {
		m.key = srtp.NewKey(m.key.Suite())
	}
	if o.newPort && m.conn != nil {
		_ = m.conn.Close() // its reader ends
		m.conn = nil
	}
}

// start sends audio: a tone, or silence as long as nobody asked for one.
func (m *media) start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running || m.conn == nil {
		return
	}
	m.running = true
	m.tasks.Go(m.sendAll)
}

// mute stops sending for good.
func (m *media) mute() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.muted = true
}

func (m *media) close() {
	m.mu.Lock()
	select {
	case <-m.closed:
	default:
		close(m.closed)
	}
	if m.conn != nil {
		_ = m.conn.Close() // its reader ends
	}
	m.mu.Unlock()
	m.tasks.Wait()
}

func (m *media) sendAll() {
	ticker := time.NewTicker(packetTime)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			m.sendOne()
		case <-m.closed:
			return
		}
	}
}

func (m *media) sendOne() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sequence++
	m.stamp += perPacket
	if m.muted || m.encoder == nil || !m.target.IsValid() || !m.maySend() || m.conn == nil {
		return
	}
	var samples [perPacket]int16
	if m.hertz > 0 {
		m.phase = audio.Sine(samples[:], sampleRate, m.hertz, 8000, m.phase)
	}
	packet := make([]byte, rtp.HeaderSize, rtp.HeaderSize+perPacket+srtp.Overhead)
	h := rtp.Header{
		Payload: m.payload, Sequence: m.sequence, Timestamp: m.stamp, SSRC: m.ssrc, Marker: m.stats.Sent == 0,
	}
	h.Put(packet)
	packet = m.encoder.Encode(packet, samples[:])
	if m.secure {
		var err error
		if packet, err = m.sender.ProtectRTP(packet); err != nil {
			return
		}
	}
	if _, err := m.conn.WriteToUDPAddrPort(packet, m.target); err == nil {
		m.stats.Sent++
	}
}

// maySend is whether both directions let us send; the lock is held.
func (m *media) maySend() bool {
	return sends(m.mine) && (m.theirs == nil || sends(reverse(m.theirs.direction)))
}

func (m *media) receiveFrom(conn netx.PacketConn) {
	b := make([]byte, 2048)
	for {
		n, _, err := conn.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		if rtp.KindOf(b[:n]) == rtp.Media && m.take(b[:n]) {
			m.phone.update(func() {}) // who waits to hear something listens
		}
	}
}

// take hears one packet.
func (m *media) take(b []byte) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.decoder == nil {
		return false
	}
	if m.secure {
		var err error
		if b, err = m.receiver.UnprotectRTP(b, time.Now()); err != nil {
			m.stats.Rejected++
			return false
		}
	}
	h, ok := rtp.Parse(b)
	if !ok {
		return false
	}
	if m.stats.Received == 0 || h.SSRC != m.source {
		m.source = h.SSRC
		m.stats.Sources++
	} else if gap := h.Sequence - m.lastSeq - 1; gap < 1<<15 {
		m.stats.Gaps += int(gap)
	}
	m.lastSeq = h.Sequence
	m.stats.Received++
	m.stats.Last = time.Now()
	if h.Payload == m.payload {
		m.heard = m.decoder.Decode(m.heard, b[h.Begin:h.End])
		m.heard = m.heard[max(0, len(m.heard)-memory):]
	}
	return true
}

// hears is the share of the last tenth of a second's power at a frequency.
func (m *media) hears(hertz float64) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	const enough = sampleRate / 10
	if len(m.heard) < enough || time.Since(m.stats.Last) > 10*packetTime {
		return 0
	}
	return audio.Goertzel(m.heard[len(m.heard)-enough:], sampleRate, hertz)
}

// SendTone sends a tone instead of silence.
func (c *Call) SendTone(hertz float64) {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	c.media.hertz = hertz
}

// WaitHears waits until the phone hears a tone.
func (c *Call) WaitHears(hertz float64) {
	c.phone.report.Helper()
	c.phone.await("a tone", func() bool { return c.media.hears(hertz) > 0.5 })
}

// Hears says whether the phone hears a tone now.
func (c *Call) Hears(hertz float64) bool { return c.media.hears(hertz) > 0.5 }

// Stats are what the call's media counted.
func (c *Call) Stats() Stats {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	return c.media.stats
}

// Secure says whether the call's media are encrypted.
func (c *Call) Secure() bool {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	return c.media.secure
}

// Codec is the codec that the call speaks.
func (c *Call) Codec() audio.Codec {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	return c.media.codec
}

// MediaTarget is where the phone sends its media.
func (c *Call) MediaTarget() netip.AddrPort {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	return c.media.target
}
