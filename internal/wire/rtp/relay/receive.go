package relay

import (
	"net/netip"
	"time"

	"ringfence/internal/wire/rtp"
)

// Sizes of buffers: a datagram may fill maxDatagram-roomBehind bytes, so that what protecting it adds fits behind.
const (
	maxDatagram = 2048
	roomBehind  = 64
)

// retirement is how long late packets of a replaced stream are dropped instead of bringing it back.
const retirement = 2 * time.Second

// receive takes one datagram from the leg's socket. b lies in the shard's buffer, with room behind it, and may be changed.
func (l *Leg) receive(b []byte, from netip.AddrPort, onControl bool, now time.Time) {
	if !l.configured || l.gone {
		return
	}
	kind := rtp.KindOf(b)
	switch {
	case l.set.Verbatim && kind != rtp.Unknown && kind != rtp.STUN:
		l.passVerbatim(b, from, kind, onControl, now)
	case kind == rtp.Media && !onControl:
		l.media(b, from, now)
	case kind == rtp.Control:
		l.rtcp(b, from, onControl, now)
	case kind == rtp.Keying, kind == rtp.STUN:
		// Not for us: a phone that also tries ZRTP or ICE (signalling rule 21).
	default:
		l.drop(&l.relay.counters.Malformed)
	}
}

func (l *Leg) media(b []byte, from netip.AddrPort, now time.Time) {
	c := &l.relay.counters
	secure := l.receiver != nil
	if secure {
		opened, err := l.receiver.UnprotectRTP(b, now)
		if err != nil {
			l.counts.forged.Add(1)
			l.drop(&c.Forged)
			return
		}
		b = opened
	}
	h, ok := rtp.Parse(b)
	if !ok {
		l.drop(&c.Malformed)
		return
	}
	if !secure && !l.admit(from, h.SSRC) {
		l.drop(&c.WrongSource)
		return
	}
	index, ok := l.follow(&h, now)
	if !ok {
		l.drop(&c.Replayed)
		return
	}
	if secure && from != l.remote.addr && l.in.Newest(index) {
		// Signalling rule 23: only an authentic packet moves the leg, and only a newer one: a late packet must not move
		// it back.
		l.latch(from)
	}
	l.heard, l.timedOut = now, false
	if !l.set.Receive {
		return
	}
	l.count(&h, now)
	if l.set.event(h.Payload) {
		l.key4733(b[h.Begin:h.End], &h)
	} else if l.hearer != nil {
		l.hearer.Hear(h.Payload, h.Timestamp, b[h.Begin:h.End])
	}
	l.forward(b, &h, index, now)
}

// follow finds the packet's place in the stream; the first packet of another stream begins a new one.
func (l *Leg) follow(h *rtp.Header, now time.Time) (uint64, bool) {
	if !l.in.Started || h.SSRC != l.in.SSRC {
		if h.SSRC == l.retired && now.Before(l.retiredUntil) {
			return 0, false
		}
		if l.in.Started {
			l.retired, l.retiredUntil = l.in.SSRC, now.Add(retirement)
		}
		l.lostBefore += l.in.Lost()
		l.in = rtp.Source{SSRC: h.SSRC}
		l.hadEvent = false
	}
	lost := l.in.Lost()
	began := l.in.Started
	index, verdict := l.in.Update(h.Sequence)
	switch verdict {
	case rtp.Restarted:
		l.generation++
		if began {
			l.lostBefore += lost
		}
		return index, true
	case rtp.Accepted:
		return index, true
	default:
		return 0, false
	}
}

func (l *Leg) count(h *rtp.Header, now time.Time) {
	c := &l.relay.counters
	payload := uint64(h.End - h.Begin)
	l.counts.received.Add(1)
	l.counts.receivedBytes.Add(payload)
	c.Received.Add(1)
	c.Bytes.Add(payload)
	if !l.set.event(h.Payload) {
		micros := uint64(now.Sub(epoch) / time.Microsecond)
		l.in.Arrived(h.Timestamp, uint32(micros*uint64(l.set.ClockRate)/1e6))
	}
}

// epoch is where arrival times are counted from; only their differences matter.
var epoch = time.Now()

// key4733 tells of a pressed key once: its packets repeat with one timestamp (RFC 4733 §2.5.1.2).
func (l *Leg) key4733(payload []byte, h *rtp.Header) {
	e, ok := rtp.ParseEvent(payload)
	if !ok || l.hadEvent && l.lastEvent == h.Timestamp {
		return
	}
	l.hadEvent, l.lastEvent = true, h.Timestamp
	if digit := e.Digit(); digit != 0 {
		l.tell(Event{Kind: Digit, Digit: digit})
	}
}

// forward gives the packet to the leg that hears this one.
func (l *Leg) forward(b []byte, h *rtp.Header, index uint64, now time.Time) {
	to := l.sink
	if to == nil {
		l.relay.counters.NoRoute.Add(1)
		return
	}
	from := origin{leg: l, generation: l.generation}
	payload, via := l.route.Payload[h.Payload], l.route.Via[h.Payload]
	if payload == NoPayload {
		to.out.skip(from, index)
		l.relay.counters.NoRoute.Add(1)
		return
	}
	h.Payload = payload
	if via != nil {
		buffer := l.shard.scratch[:rtp.HeaderSize]
		converted := via.Convert(buffer, b[h.Begin:h.End])
		b, h.Begin, h.End = converted, rtp.HeaderSize, len(converted)
	}
	to.send(from, h, index, b[h.Begin-rtp.HeaderSize:h.End], now)
}

func (l *Leg) drop(reason interface{ Add(uint64) uint64 }) {
	l.counts.dropped.Add(1)
	reason.Add(1)
}
