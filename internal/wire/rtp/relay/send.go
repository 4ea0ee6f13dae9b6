package relay

import (
	"time"

	"ringfence/internal/wire/rtp"
)

// origin is what an outgoing stream is made of at the moment: a leg's received stream, or a player.
type origin struct {
	leg        *Leg // nil: a player
	generation uint32
}

// outgoing is the one stream that a leg sends in its life (signalling rule 20): what it is made of changes, its SSRC,
// sequence numbers and timestamps go on.
type outgoing struct {
	ssrc      uint32
	index     uint64 // highest sent: the sequence number extended by its cycles
	window    uint64 // bit i: index-i was sent
	timestamp uint32 // the newest
	at        time.Time
	started   bool

	from   origin
	known  bool   // from, offset, shift and floor are set
	offset uint64 // from the origin's index to ours
	shift  uint32 // from its timestamps to ours
	floor  uint64 // the origin's first index here: what it sent before is too late
	marker bool   // the next packet begins a talk spurt
}

// forget makes the next packet begin a new piece of the stream.
func (o *outgoing) forget() { o.known = false }

// place finds a packet's number and time in the stream. It fails for what comes too late and for what was sent already:
// a number is used once, because SRTP would encrypt two packets with the same key stream (RFC 3711 §9.1).
func (o *outgoing) place(from origin, index uint64, timestamp uint32, rate int, now time.Time) (uint64, uint32, bool) {
	if !o.known || o.from != from {
		o.change(from, index, timestamp, rate, now)
	}
	index += o.offset
	timestamp += o.shift
	if int64(index-o.floor) < 0 {
		return 0, 0, false
	}
	if ahead := int64(index - o.index); ahead > 0 {
		o.window = o.window<<uint64(ahead) | 1
		o.index = index
		if !o.started || timestamp != o.timestamp {
			o.timestamp, o.at = timestamp, now
		}
		o.started = true
		return index, timestamp, true
	}
	behind := o.index - index
	if behind > 63 || o.window>>behind&1 != 0 {
		return 0, 0, false
	}
	o.window |= 1 << behind
	return index, timestamp, true
}

// change joins another origin to the stream: the next number, and the time that has passed.
func (o *outgoing) change(from origin, index uint64, timestamp uint32, rate int, now time.Time) {
	next := o.timestamp
	if o.started {
		next = o.clock(rate, now)
		if step := uint32(rate / 50); int32(next-o.timestamp) < int32(step) {
			next = o.timestamp + step
		}
	}
	o.from, o.known = from, true
	o.offset = o.index + 1 - index
	o.floor = o.index + 1
	o.shift = next - timestamp
	o.marker = true
}

// skip closes the gap that a packet leaves which is dropped on purpose.
func (o *outgoing) skip(from origin, index uint64) {
	if o.known && o.from == from && index+o.offset == o.index+1 {
		o.offset--
	}
}

// clock is the stream's timestamp now.
func (o *outgoing) clock(rate int, now time.Time) uint32 {
	if !o.started {
		return o.timestamp
	}
	micros := uint64(max(now.Sub(o.at), 0) / time.Microsecond)
	return o.timestamp + uint32(micros*uint64(rate)/1e6)
}

// send sends a packet of an origin. Header and payload fill b, which has room behind it; the header is written here.
func (l *Leg) send(from origin, h *rtp.Header, index uint64, b []byte, now time.Time) {
	o := &l.out
	if !l.set.Send || !l.remote.valid() || l.set.Verbatim {
		// What is resumed later begins a new piece, or a long hold would be a jump in the sequence.
		o.forget()
		return
	}
	index, timestamp, ok := o.place(from, index, h.Timestamp, l.set.ClockRate, now)
	if !ok {
		l.counts.dropped.Add(1)
		return
	}
	out := rtp.Header{
		Marker:    h.Marker || o.marker,
		Payload:   h.Payload,
		Sequence:  uint16(index),
		Timestamp: timestamp,
		SSRC:      o.ssrc,
	}
	o.marker = false
	out.Put(b)
	payload := uint64(len(b) - rtp.HeaderSize)
	if l.sender != nil {
		protected, err := l.sender.ProtectRTP(b)
		if err != nil {
			l.relay.counters.SendFailed.Add(1)
			return
		}
		b = protected
	}
	if err := l.rtpSocket.send(b, &l.remote); err != nil {
		l.relay.counters.SendFailed.Add(1)
		return
	}
	l.counts.sent.Add(1)
	l.counts.sentBytes.Add(payload)
	l.relay.counters.Sent.Add(1)
}
