package media

import (
	"net/netip"
	"sync/atomic"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/rtp/relay"
	"ringfence/internal/wire/sdp"
	"ringfence/internal/wire/srtp"
)

// Leg is our side of one dialog's media: one port, one negotiation, one outgoing stream for its whole life.
type Leg struct {
	// Fixed after construction.
	engine  *Engine
	relay   *relay.Leg
	session uint64

	// Owned by the call's actor.
	cfg       LegConfig
	state     sdp.State
	received  *offerReceived // the remote side's open offer
	sent      *offerSent     // our last offer
	described *sdp.Session   // our last description, whatever became of it
	answered  []byte         // our answer, until another offer
	running   []byte         // our description that the agreement stands on
	agreed    *agreement
	keys      [4]srtp.Key // ours, by suite: one each for the leg's life
	payloads  payloads
	joint     joint
	recording *recorder // nil: nobody records
	closed    bool

	// Set by the media goroutine.
	confirmed atomic.Bool // ZRTP
}

// agreement is what the last answer settled.
type agreement struct {
	line      int            // index of the audio line
	lines     []sdp.Media    // every line as it stands in our description
	theirs    sdp.Media      // the remote side's audio line
	receive   []format       // what they may send, by our numbers
	send      []format       // what may be sent to them, by theirs, in their order
	hears     []audio.Codec  // speech formats that they understand, agreed or not
	codec     audio.Codec    // the speech format that is sent
	direction sdp.Direction  // seen from us
	onHold    bool           // they do not want to hear
	crypto    cryptoPair     // zero: plain or ZRTP
	remote    netip.AddrPort // may be invalid: learnt from packets then
	control   netip.AddrPort
	mux       bool
	zrtp      bool
}

// cryptoPair is the key of each direction.
type cryptoPair struct {
	send, receive srtp.Key
}

// format is a payload number with what it means.
type format struct {
	payload uint8
	codec   audio.Codec
}

// Moved tells that the dialog's signalling now comes over another flow: plain media may come from the new peer.
func (l *Leg) Moved(peer netip.Addr, secureTransport bool) {
	l.cfg.SignallingPeer, l.cfg.SecureTransport = peer.Unmap(), secureTransport
	if l.agreed != nil {
		l.configure()
	}
}

// Codec is the speech format that is sent; zero before the first answer and in ZRTP mode.
func (l *Leg) Codec() audio.Codec {
	if l.agreed == nil {
		return audio.Codec{}
	}
	return l.agreed.codec
}

// Codecs are the speech formats that the remote side can hear, in its order.
func (l *Leg) Codecs() []audio.Codec {
	if l.agreed == nil {
		return nil
	}
	return l.agreed.hears
}

// Direction is the agreed direction, seen from us.
func (l *Leg) Direction() sdp.Direction {
	if l.agreed == nil {
		return sdp.Inactive
	}
	return l.agreed.direction
}

// Security tells how the media is protected: pbx.MediaNone before the first answer. A ZRTP leg says ZRTP only after both
// phones confirmed it.
func (l *Leg) Security() pbx.MediaSecurity {
	switch {
	case l.agreed == nil:
		return pbx.MediaNone
	case !l.agreed.crypto.receive.IsZero():
		return pbx.MediaSDES
	case l.agreed.zrtp && l.confirmed.Load():
		return pbx.MediaZRTP
	default:
		return pbx.MediaNone
	}
}

// RemoteOnHold tells that the remote side does not want to hear.
func (l *Leg) RemoteOnHold() bool { return l.agreed != nil && l.agreed.onHold }

// LocalDescription is the description of ours that is in force, nil if none.
func (l *Leg) LocalDescription() []byte { return l.running }

// Port is the leg's media port.
func (l *Leg) Port() uint16 { return l.relay.Port() }

// Rollback forgets an offer of either side that was not answered: what ran before goes on (RFC 3264 §4).
func (l *Leg) Rollback() {
	l.state, _ = sdp.Next(l.state, sdp.Rollback) // always legal
	l.received = nil
}

// Close says RTCP BYE, frees the port and stops all events. It may be called twice.
func (l *Leg) Close() {
	if l.closed {
		return
	}
	l.closed = true
	l.unlink()
	l.relay.Close()
}

// happened hands an event of the relay on, on the media goroutine.
func (l *Leg) happened(e relay.Event) {
	out := Event{Leg: l, Addr: e.Addr, Digit: e.Digit}
	switch e.Kind {
	case relay.Latched:
		out.Kind = Latched
	case relay.Timeout:
		out.Kind = Timeout
	case relay.ZRTPConfirmed:
		out.Kind = ZRTPConfirmed
		l.confirmed.Store(true)
	case relay.ZRTPNotConfirmed:
		out.Kind = ZRTPNotConfirmed
	case relay.Digit:
		out.Kind = DTMF
	}
	if l.cfg.Events != nil {
		l.cfg.Events(out)
	}
}

// settle makes an agreement the one that runs.
func (l *Leg) settle(a *agreement, description []byte) {
	l.agreed, l.running = a, description
	l.payloads.keep(a.receive)
	l.configure()
	l.relink()
}

// configure tells the relay what was agreed.
func (l *Leg) configure() {
	a := l.agreed
	s := relay.Settings{
		Remote:     a.remote,
		Control:    a.control,
		Peer:       l.cfg.SignallingPeer,
		Mux:        a.mux,
		Send:       a.direction.Sends(),
		Receive:    a.direction.Receives(),
		SendKey:    a.crypto.send,
		ReceiveKey: a.crypto.receive,
		ClockRate:  a.codec.ClockRate,
		Verbatim:   a.zrtp,
	}
	if a.zrtp {
		s.Hash, _ = hashIn(&a.theirs) // there is one, or it would not have been agreed
	}
	for _, f := range a.receive {
		if f.codec.Same(eventFormat(f.codec.ClockRate)) {
			s.AddEvent(f.payload)
		}
	}
	l.relay.Configure(s)
}

// key is our key for a suite, the same for the leg's whole life, so that a new description does not disturb a running
// stream.
func (l *Leg) key(s srtp.Suite) srtp.Key {
	if l.keys[s].IsZero() {
		l.keys[s] = srtp.NewKey(s)
	}
	return l.keys[s]
}
