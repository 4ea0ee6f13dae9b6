package relay

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"time"

	"ringfence/internal/wire/rtp"
	"ringfence/internal/wire/srtp"
)

// EventKind says what an Event tells.
type EventKind uint8

// The kinds of events.
const (
	Latched          EventKind = iota + 1 // media comes from Event.Addr and goes there
	Timeout                               // nothing was heard for too long
	ZRTPConfirmed                         // both sides of a verbatim pair agreed on keys
	ZRTPNotConfirmed                      // they did not in time
	Digit                                 // a key was pressed: Event.Digit
)

// Event tells what happened on a leg.
type Event struct {
	Kind  EventKind
	Addr  netip.AddrPort
	Digit byte
}

// Settings is what negotiation agreed for a leg.
type Settings struct {
	Remote  netip.AddrPort // signalled for RTP; may be invalid
	Control netip.AddrPort // signalled for RTCP when not multiplexed
	Peer    netip.Addr     // where plain media may come from too: the signalling peer
	Mux     bool           // RTCP shares the port
	Send    bool
	Receive bool

	SendKey, ReceiveKey srtp.Key // zero: plain RTP

	ClockRate int       // of the speech format
	Events    [2]uint64 // set of payload types that are telephone events

	// Verbatim passes packets as they are, once a ZRTP key agreement was seen (signalling rule 21).
	Verbatim bool
	Hash     rtp.ZRTPHash // of the Hello that the remote side promised
}

// AddEvent puts a payload type into the set of telephone events.
func (s *Settings) AddEvent(payload uint8) {
	s.Events[payload>>6&1] |= 1 << (payload & 63)
}

func (s *Settings) event(payload uint8) bool {
	return s.Events[payload>>6&1]>>(payload&63)&1 != 0
}

// Converter changes one format's payload into another's. It appends to dst, which has room for a packet, and keeps the
// state of one direction.
type Converter interface {
	Convert(dst, payload []byte) []byte
}

// Hearer listens to what a leg receives besides whoever it is joined with: a recording.
type Hearer interface {
	// Hear is given the payload of each packet but those of pressed keys, in the order of arrival, by the shard. It must not
	// block, and must not keep payload.
	Hear(kind uint8, timestamp uint32, payload []byte)
	// Done is called once when nothing more comes.
	Done()
}

// NoPayload is the payload type in a Route of what is not passed on.
const NoPayload = 0xff

// Route maps the payload types that one leg receives to those that another sends.
type Route struct {
	Payload [128]uint8     // NoPayload: dropped
	Via     [128]Converter // nil: passed on as it is
}

// NewRoute is a route that passes nothing.
func NewRoute() *Route {
	r := &Route{}
	for i := range r.Payload {
		r.Payload[i] = NoPayload
	}
	return r
}

// Leg is one side of a call. Its methods may be called from any goroutine; what they ask for happens in their order.
type Leg struct {
	// Hot and owned by the shard.
	rtpSocket, rtcpSocket socket
	sink                  *Leg
	route                 *Route
	set                   Settings
	configured            bool
	locked                bool // plain: the source is fixed
	gone                  bool
	generation            uint32 // grows when the received stream begins anew
	remote                endpoint
	control               endpoint
	sender                *srtp.Sender
	receiver              *srtp.Receiver
	in                    rtp.Source
	out                   outgoing

	// Owned by the shard.
	candidate    candidate
	retired      uint32 // SSRC that was replaced
	retiredUntil time.Time
	lostBefore   uint64
	heard        time.Time
	timedOut     bool
	lastEvent    uint32
	hadEvent     bool
	player       player
	hearer       Hearer
	zrtp         zrtpState
	reportDue    time.Time
	reports      reportState
	place        int // in shard.legs

	// Fixed.
	relay  *Relay
	shard  *shard
	local  netip.AddrPort
	events func(Event)
	cname  string

	counts legCounters
}

func newLeg(r *Relay, local netip.AddrPort, events func(Event)) *Leg {
	var random [20]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	l := &Leg{relay: r, shard: r.shard, local: local, events: events}
	// RFC 7022 §4.2: a canonical name that says nothing and lasts one session.
	l.cname = hex.EncodeToString(random[:12])
	l.out.ssrc = binary.BigEndian.Uint32(random[12:])
	// RFC 3711 §3.3.1: a first sequence number in the lower half cannot wrap before the receiver knows the stream.
	l.out.index = uint64(binary.BigEndian.Uint16(random[16:])) & 0x7fff
	l.out.timestamp = binary.BigEndian.Uint32(random[16:])
	return l
}

func (l *Leg) bind() (err error) {
	if l.rtpSocket, err = l.shard.loop.bind(l.local); err != nil {
		return err
	}
	next := netip.AddrPortFrom(l.local.Addr(), l.local.Port()+1)
	if l.rtcpSocket, err = l.shard.loop.bind(next); err != nil {
		l.rtpSocket.close()
		return err
	}
	return nil
}

func (l *Leg) watch() error {
	if err := l.rtpSocket.watch(l, false); err != nil {
		return err
	}
	return l.rtcpSocket.watch(l, true)
}

func (l *Leg) release() {
	l.rtpSocket.close()
	l.rtcpSocket.close()
	l.relay.ports.rest(l.local.Port(), time.Now())
}

// Port is the leg's RTP port; its RTCP port is the next.
func (l *Leg) Port() uint16 { return l.local.Port() }

// SSRC is the source of the leg's outgoing stream.
func (l *Leg) SSRC() uint32 { return l.out.ssrc }

// Configure sets what was agreed; what was learnt stays unless the signalled address changed.
func (l *Leg) Configure(s Settings) {
	l.shard.post(func() {
		if !l.gone {
			l.configure(s, time.Now())
		}
	})
}

// Join lets both legs hear each other; ab maps what a receives to what b sends.
func Join(a, b *Leg, ab, ba *Route) {
	a.shard.post(func() {
		if a.gone || b.gone {
			return
		}
		now := time.Now()
		if a.sink == b && b.sink == a {
			a.route, b.route = ab, ba // new numbers or formats of the same pair
			return
		}
		a.disconnect()
		b.disconnect()
		a.sink, a.route = b, ab
		b.sink, b.route = a, ba
		a.startListening(now)
		b.startListening(now)
	})
}

// Loop lets the remote side hear itself.
func (l *Leg) Loop(r *Route) {
	l.shard.post(func() {
		if l.gone {
			return
		}
		now := time.Now()
		if l.sink != l {
			l.disconnect()
		}
		l.sink, l.route = l, r
		l.startListening(now)
	})
}

// Listen lets h hear what the leg receives, in place of who heard it before; nil: nobody. Whoever is joined with the leg
// hears it all the same.
func (l *Leg) Listen(h Hearer) {
	l.shard.post(func() {
		l.stopListening()
		if l.gone && h != nil {
			h.Done()
			return
		}
		l.hearer = h
	})
}

// Disconnect ends what the leg hears and who hears it.
func (l *Leg) Disconnect() {
	l.shard.post(func() { l.disconnect() })
}

// Separate ends the joining of both legs if they are joined with each other.
func Separate(a, b *Leg) {
	a.shard.post(func() {
		if a.sink == b || b.sink == a {
			a.disconnect()
			b.disconnect()
		}
	})
}

// Close says goodbye and frees the port. It may be called twice.
func (l *Leg) Close() {
	l.shard.post(func() { l.shard.remove(l, time.Now()) })
}

func (l *Leg) disconnect() {
	if other := l.sink; other != nil {
		l.sink, l.route = nil, nil
		if other.sink == l {
			other.sink, other.route = nil, nil
		}
	}
	l.stopPlaying()
	l.zrtp.stop()
}

func (l *Leg) stopListening() {
	if h := l.hearer; h != nil {
		l.hearer = nil
		h.Done()
	}
}

// startListening begins the time within which something must be heard.
func (l *Leg) startListening(now time.Time) {
	l.heard, l.timedOut = now, false
	if l.set.Verbatim {
		l.zrtp.start(now.Add(l.relay.cfg.ZRTPWait))
	}
}

func (l *Leg) configure(s Settings, now time.Time) {
	moved := !l.configured || s.Remote != l.set.Remote || s.Peer != l.set.Peer
	resumed := !l.set.Send && s.Send || !l.set.Receive && s.Receive
	if err := l.key(s, now); err != nil {
		l.relay.cfg.Log.Error("media keys cannot be used", "port", l.local.Port(), "error", err)
		s.Send, s.Receive = false, false
	}
	if moved {
		l.reopen(s)
	}
	if !s.Mux && s.Control != l.set.Control {
		l.control = l.endpoint(s.Control)
	}
	if s.Verbatim && (!l.set.Verbatim || s.Hash != l.set.Hash) {
		l.zrtp.promise()
	}
	if s.ClockRate <= 0 {
		s.ClockRate = 8000
	}
	if resumed || !l.configured {
		l.heard, l.timedOut = now, false
	}
	if l.set.ClockRate != s.ClockRate {
		l.in.ForgetTransit()
	}
	l.set, l.configured = s, true
}

// key takes new keys; the same ones go on with their counters.
func (l *Leg) key(s Settings, now time.Time) error {
	if s.SendKey.IsZero() {
		l.sender = nil
	} else if l.sender == nil || !l.sender.Key().Equal(s.SendKey) {
		sender, err := srtp.NewSender(s.SendKey)
		if err != nil {
			return err
		}
		l.sender = sender
	}
	if s.ReceiveKey.IsZero() {
		l.receiver = nil
		return nil
	}
	if l.receiver != nil {
		return l.receiver.Rekey(s.ReceiveKey, now)
	}
	receiver, err := srtp.NewReceiver(s.ReceiveKey)
	if err != nil {
		return err
	}
	l.receiver = receiver
	return nil
}

func (l *Leg) tell(e Event) {
	if l.events != nil && !l.gone {
		l.events(e)
	}
}
