package relay

import (
	"net/netip"
	"time"

	"ringfence/internal/wire/rtp"
)

// zrtpState is one side of a verbatim pair: its phone agrees on keys with the other side's, and the relay only watches
// that it does (signalling rule 21).
type zrtpState struct {
	verified  bool // the promised Hello came, and the address with it
	commit    bool // what this side has sent
	confirm1  bool
	confirm2  bool
	conf2ack  bool
	confirmed bool
	waiting   bool
	deadline  time.Time
}

// start begins the time within which both sides must agree.
func (z *zrtpState) start(deadline time.Time) {
	if !z.confirmed {
		z.waiting, z.deadline = true, deadline
	}
}

func (z *zrtpState) stop() { z.waiting = false }

// promise waits for the Hello of a newly signalled hash.
func (z *zrtpState) promise() {
	*z = zrtpState{waiting: z.waiting, deadline: z.deadline}
}

// reopen lets the address be learnt anew. A pair that has agreed on keys stays agreed: the packets are theirs alone.
func (z *zrtpState) reopen() {
	if !z.confirmed {
		z.verified = false
	}
}

// passVerbatim relays a packet of a ZRTP call as it is: only key agreement until both phones confirmed it, everything
// afterwards, and only from the address that a Hello with the promised hash came from.
func (l *Leg) passVerbatim(b []byte, from netip.AddrPort, kind rtp.Kind, onControl bool, now time.Time) {
	c := &l.relay.counters
	if kind == rtp.Keying && !onControl {
		m, ok := rtp.ParseZRTP(b)
		if !ok {
			l.drop(&c.Malformed)
			return
		}
		l.learnFromHello(m, from)
		if !l.fromVerified(from) {
			l.drop(&c.WrongSource)
			return
		}
		l.heard, l.timedOut = now, false
		l.watchAgreement(m)
		l.passOn(b, false)
		return
	}
	if !l.zrtp.confirmed || !l.verbatimSource(from, kind, b) {
		l.drop(&c.WrongSource)
		return
	}
	if kind == rtp.Media {
		h, ok := rtp.Parse(b)
		if !ok {
			l.drop(&c.Malformed)
			return
		}
		_, _ = l.follow(&h, now) // loss and duplicates are counted; the packet passes whatever it is
		l.count(&h, now)
	}
	l.heard, l.timedOut = now, false
	if onControl && from != l.control.addr {
		l.control = l.endpoint(from)
	}
	l.passOn(b, onControl)
}

// learnFromHello fixes the source by the Hello that signalling promised.
func (l *Leg) learnFromHello(m rtp.ZRTPMessage, from netip.AddrPort) {
	if l.zrtp.verified || m.Type != rtp.ZRTPHello || !l.set.Hash.Verifies(m) {
		return
	}
	l.zrtp.verified, l.locked = true, true
	l.latch(from)
}

func (l *Leg) fromVerified(from netip.AddrPort) bool {
	return l.zrtp.verified && l.locked && from == l.remote.addr
}

// verbatimSource admits packets of a confirmed call. After signalling named another address there is no Hello to learn
// it from: the rules of plain media apply, and a wrong packet means nothing to the phone at the other end.
func (l *Leg) verbatimSource(from netip.AddrPort, kind rtp.Kind, b []byte) bool {
	if kind == rtp.Control {
		return l.admitControl(from)
	}
	return l.admit(from, rtp.SSRC(b))
}

func (l *Leg) passOn(b []byte, onControl bool) {
	to := l.sink
	if to == nil || !to.set.Verbatim {
		l.relay.counters.NoRoute.Add(1)
		return
	}
	by, target := to.rtpSocket, &to.remote
	if onControl {
		by, target = to.rtcpSocket, &to.control
	}
	if !target.valid() {
		return
	}
	if err := by.send(b, target); err != nil {
		l.relay.counters.SendFailed.Add(1)
		return
	}
	if rtp.KindOf(b) == rtp.Media {
		to.counts.sent.Add(1)
		to.counts.sentBytes.Add(uint64(len(b) - rtp.HeaderSize))
		l.relay.counters.Sent.Add(1)
	}
}

// watchAgreement follows RFC 6189 §4: one side commits, the other confirms, the first confirms, the other acknowledges.
// Only that order, between two sides whose Hello was promised, opens the call for media.
func (l *Leg) watchAgreement(m rtp.ZRTPMessage) {
	z := &l.zrtp
	switch m.Type {
	case rtp.ZRTPCommit:
		z.commit = true
	case rtp.ZRTPConfirm1:
		z.confirm1 = true
	case rtp.ZRTPConfirm2:
		z.confirm2 = true
	case rtp.ZRTPConf2ACK:
		z.conf2ack = true
	default:
		return
	}
	other := l.sink
	if other == nil || !other.set.Verbatim || z.confirmed {
		return
	}
	o := &other.zrtp
	if !z.verified || !o.verified || !z.conf2ack || !z.confirm1 || !o.commit || !o.confirm2 {
		return
	}
	l.confirm()
	other.confirm()
	l.relay.counters.ZRTPVerified.Add(1)
}

func (l *Leg) confirm() {
	l.zrtp.confirmed, l.zrtp.waiting = true, false
	l.tell(Event{Kind: ZRTPConfirmed})
}

func (l *Leg) checkZRTP(now time.Time) {
	z := &l.zrtp
	if !z.waiting || z.confirmed || now.Before(z.deadline) {
		return
	}
	z.waiting = false
	l.relay.counters.ZRTPFailed.Add(1)
	l.tell(Event{Kind: ZRTPNotConfirmed})
}
