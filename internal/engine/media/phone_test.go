package media

import (
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/rtp"
	"ringfence/internal/wire/sdp"
	"ringfence/internal/wire/srtp"
)

var serverIP = netip.MustParseAddr("10.0.0.1")

func newEngine(t testing.TB, n netx.Network) *Engine {
	t.Helper()
	e, err := New(Config{PortFrom: 4000, PortTo: 4999, Network: n, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

type legOption func(*LegConfig)

func anySecurity(c *LegConfig) { c.Policy = pbx.AnySecurity }
func plainFlow(c *LegConfig)   { c.SecureTransport = false }
func events(f func(Event)) legOption {
	return func(c *LegConfig) { c.Events = f }
}

// newLeg opens a leg for a secure phone on a TLS flow, unless options say otherwise.
func newLeg(t testing.TB, e *Engine, options ...legOption) *Leg {
	t.Helper()
	cfg := LegConfig{Local: serverIP, SecureTransport: true, Policy: pbx.Secure}
	for _, o := range options {
		o(&cfg)
	}
	l, err := e.NewLeg(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// phone is a telephone of a test: a socket, keys and a codec.
type phone struct {
	t        testing.TB
	conn     netx.PacketConn
	codec    audio.Codec
	payload  uint8
	sender   *srtp.Sender
	receiver *srtp.Receiver
	suite    srtp.Suite
	key      srtp.Key
	server   netip.AddrPort
	seq      uint16
	time     uint32
}

func newPhone(t testing.TB, n netx.Network, ip string, c audio.Codec, payload uint8) *phone {
	t.Helper()
	conn, err := n.ListenPacket(netip.AddrPortFrom(netip.MustParseAddr(ip), 0))
	if err != nil {
		t.Fatal(err)
	}
	return &phone{t: t, conn: conn, codec: c, payload: payload, suite: srtp.AESCM128, key: srtp.NewKey(srtp.AESCM128)}
}

// describe is the phone's offer or answer.
func (p *phone) describe(tag int, direction sdp.Direction) []byte {
	m := line([]format{{p.payload, p.codec}, {101, audio.TelephoneEvent}})
	m.Port, m.Proto = p.conn.LocalAddr().Port(), sdp.SAVP
	if !p.key.IsZero() {
		m.Attributes = append(m.Attributes, sdp.Attribute{Name: "crypto", Value: srtp.Crypto{Tag: tag, Key: p.key}.String()})
	} else {
		m.Proto = sdp.AVP
	}
	m.Attributes = append(m.Attributes, sdp.Attribute{Name: "rtcp-mux"})
	m.SetDirection(direction)
	at := sdp.AddressOf(p.conn.LocalAddr().Addr())
	s := sdp.Session{Origin: sdp.Origin{SessionID: 1, Version: 1, Address: at}, Connection: at, Media: []sdp.Media{m}}
	return s.Append(nil)
}

// learn takes the server's description.
func (p *phone) learn(body []byte) {
	p.t.Helper()
	s, err := sdp.Parse(body)
	if err != nil {
		p.t.Fatal(err)
	}
	m := &s.Media[0]
	p.server = netip.AddrPortFrom(s.ConnectionOf(m).IP(), m.Port)
	for _, value := range m.All("crypto") {
		c, err := srtp.ParseCrypto(value)
		if err == nil && c.Key.Suite() == p.suite {
			p.sender, _ = srtp.NewSender(p.key) // a key that was just made works
			p.receiver, err = srtp.NewReceiver(c.Key)
			if err != nil {
				p.t.Fatal(err)
			}
		}
	}
}

// speak sends samples at 8 kHz, 20 ms in a packet.
func (p *phone) speak(samples []int16) {
	p.t.Helper()
	encoder, _ := audio.NewEncoder(p.codec)
	for ; len(samples) >= 160; samples = samples[160:] {
		p.send(p.payload, p.time, encoder.Encode(nil, samples[:160]))
		p.time += 160
		pause(20 * time.Millisecond)
	}
}

func (p *phone) send(payload uint8, timestamp uint32, body []byte) {
	p.t.Helper()
	b := make([]byte, 12, 400)
	h := rtp.Header{Payload: payload, Sequence: p.seq, Timestamp: timestamp, SSRC: 0xf00}
	h.Put(b)
	p.seq++
	b = append(b, body...)
	if p.sender != nil {
		var err error
		if b, err = p.sender.ProtectRTP(b); err != nil {
			p.t.Fatal(err)
		}
	}
	if _, err := p.conn.WriteToUDPAddrPort(b, p.server); err != nil {
		p.t.Fatal(err)
	}
}

// hear collects what comes within the time, decoded to 8 kHz.
func (p *phone) hear(d time.Duration) []int16 {
	p.t.Helper()
	decoder, _ := audio.NewDecoder(p.codec)
	var out []int16
	_ = p.conn.SetReadDeadline(time.Now().Add(d))
	buffer := make([]byte, 2000)
	for {
		n, _, err := p.conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return out
		}
		b := buffer[:n]
		if rtp.KindOf(b) != rtp.Media {
			continue
		}
		if p.receiver != nil {
			if b, err = p.receiver.UnprotectRTP(b, time.Now()); err != nil {
				p.t.Errorf("a packet from the server: %v", err)
				continue
			}
		}
		h, ok := rtp.Parse(b)
		if !ok || h.Payload != p.payload {
			continue
		}
		out = decoder.Decode(out, b[h.Begin:h.End])
	}
}

// pause lets virtual time go by.
func pause(d time.Duration) { <-time.After(d) }

func sine(hertz float64, d time.Duration) []int16 {
	out := make([]int16, int(d.Seconds()*8000))
	audio.NewGenerator(audio.Steady(hertz), 8000).Fill(out)
	return out
}

// tone checks that the samples are the tone and little else.
func tone(t *testing.T, who string, samples []int16, hertz float64, atLeast time.Duration) {
	t.Helper()
	if got := time.Duration(len(samples)) * time.Second / 8000; got < atLeast {
		t.Errorf("%s heard %v", who, got)
		return
	}
	if share := audio.Goertzel(samples[len(samples)/4:], 8000, hertz); share < 0.9 {
		t.Errorf("%s heard %v Hz for %.0f %%", who, hertz, 100*share)
	}
}

func answerTo(t testing.TB, l *Leg, offer []byte, opt AnswerOptions) []byte {
	t.Helper()
	if _, err := l.ReceiveOffer(offer); err != nil {
		t.Fatal(err)
	}
	body, err := l.Answer(opt)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func must(t testing.TB, body []byte) *sdp.Session {
	t.Helper()
	s, err := sdp.Parse(body)
	if err != nil {
		t.Fatalf("%v in\n%s", err, body)
	}
	return s
}

// offer makes an SDP text of one or more media lines.
func offer(lines ...string) []byte {
	return []byte("v=0\r\no=- 1 1 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\n" + strings.Join(lines, "\r\n") + "\r\n")
}

const (
	key1   = "AES_CM_128_HMAC_SHA1_80 inline:QVpYVmNSZ0w3T2I0dGxBUHN3M0hqUUV5TjJrS0Zu"
	keyGCM = "AEAD_AES_128_GCM inline:QVpYVmNSZ0w3T2I0dGxBUHN3M0hqUUV5TjJrSw=="
	hash   = "a=zrtp-hash:1.10 fe30efd02423cb054e50efd0248742ac7a52c8f91bc2df881ae642c371ba46df"
)

func is(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v", what, err)
	}
}
