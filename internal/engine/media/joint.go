package media

import (
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/rtp/relay"
)

// joint is what a leg's remote side hears.
type joint struct {
	kind    jointKind
	peer    *Leg       // joined
	tone    audio.Tone // toned
	samples []int16    // repeated
	used    audio.Codec
}

type jointKind uint8

const (
	nothing jointKind = iota
	joined
	echoed
	toned
	silenced
	played
	repeated
)

// Bridge lets both legs hear each other: formats that both speak pass, G.711 and G.722 are transcoded into each other.
// It fails with ErrIncompatible if what one leg sends cannot reach the other, and with ErrOrder if one has not agreed on
// anything yet; then nothing has changed. Legs that were bridged before, or that heard a tone, are taken from it.
func (e *Engine) Bridge(a, b *Leg) error {
	if a.closed || b.closed || a == b {
		return ErrClosed
	}
	there, back, err := routes(a, b)
	if err != nil {
		return err
	}
	if a.joint.peer != b {
		a.unlink()
		b.unlink()
	}
	a.joint, b.joint = joint{kind: joined, peer: b}, joint{kind: joined, peer: a}
	relay.Join(a.relay, b.relay, there, back)
	return nil
}

// Unbridge ends the bridge of both legs; they hear nothing until something else is connected.
func (e *Engine) Unbridge(a, b *Leg) {
	if a.joint.peer == b && b.joint.peer == a {
		a.unlink()
		relay.Separate(a.relay, b.relay)
	}
}

// unlink forgets what the leg hears, and the same of the leg that it is bridged with.
func (l *Leg) unlink() {
	if peer := l.joint.peer; peer != nil {
		peer.joint = joint{}
	}
	l.joint = joint{}
}

// Echo lets the remote side hear itself.
func (l *Leg) Echo() error {
	if l.closed {
		return ErrClosed
	}
	if l.agreed == nil {
		return ErrOrder
	}
	if l.agreed.zrtp {
		return ErrIncompatible
	}
	l.unlink()
	l.joint = joint{kind: echoed}
	l.relay.Loop(route(l.agreed, l.agreed))
	return nil
}

// PlayTone plays a tone to the remote side until something else is connected. It fails with ErrIncompatible if the
// server does not encode the leg's format.
func (l *Leg) PlayTone(t audio.Tone) error {
	return l.start(joint{kind: toned, tone: t}, func(enc audio.Encoder) relay.FrameSource {
		return &toneSource{generator: audio.NewGenerator(t, narrow), encoder: enc}
	}, nil)
}

// Play plays samples at 8 kHz once; done, if not nil, is called on the media goroutine when they were played or replaced.
// It fails with ErrIncompatible if the server does not encode the leg's format.
func (l *Leg) Play(samples []int16, done func()) error {
	return l.start(joint{kind: played}, func(enc audio.Encoder) relay.FrameSource {
		return &sampleSource{samples: samples, encoder: enc}
	}, done)
}

// Repeat plays samples at 8 kHz again and again until something else is connected. It fails with ErrIncompatible if the
// server does not encode the leg's format.
func (l *Leg) Repeat(samples []int16) error {
	return l.start(joint{kind: repeated, samples: samples}, func(enc audio.Encoder) relay.FrameSource {
		return &sampleSource{samples: samples, again: samples, encoder: enc}
	}, nil)
}

// Silence sends silence to the remote side, so that neither its jitter buffer nor its patience runs dry. Nothing is sent
// if the server does not encode the leg's format.
func (l *Leg) Silence() {
	err := l.start(joint{kind: silenced}, func(enc audio.Encoder) relay.FrameSource {
		return &toneSource{generator: audio.NewGenerator(audio.Tone{}, narrow), encoder: enc}
	}, nil)
	if err != nil {
		l.Disconnect()
	}
}

// Disconnect ends whatever the remote side hears; nothing is sent until something else is connected.
func (l *Leg) Disconnect() {
	l.unlink()
	l.relay.Disconnect()
}

// narrow is the sampling rate of what the server plays.
const narrow = 8000

func (l *Leg) start(j joint, source func(audio.Encoder) relay.FrameSource, done func()) error {
	if l.closed {
		return ErrClosed
	}
	if l.agreed == nil {
		return ErrOrder
	}
	encoder, ok := audio.NewEncoder(l.agreed.codec)
	payload, found := find(l.agreed.send, l.agreed.codec)
	if !ok || !found || l.agreed.zrtp {
		return ErrIncompatible
	}
	l.unlink()
	j.used = l.agreed.codec
	l.joint = j
	l.relay.Play(source(encoder), payload.payload, done)
	return nil
}

// relink carries a new agreement into what is connected: numbers and formats may have changed.
func (l *Leg) relink() {
	if l.recording != nil {
		l.recording.learn(l.agreed)
	}
	switch l.joint.kind {
	case joined:
		peer := l.joint.peer
		there, back, err := routes(l, peer)
		if err != nil {
			// The call finds out when it bridges again; until then nobody hears what he could not decode.
			relay.Separate(l.relay, peer.relay)
			return
		}
		relay.Join(l.relay, peer.relay, there, back)
	case echoed:
		l.relay.Loop(route(l.agreed, l.agreed))
	case toned:
		if !l.joint.used.Same(l.agreed.codec) {
			_ = l.PlayTone(l.joint.tone) // a format that cannot be encoded ends the tone
		}
	case repeated:
		if !l.joint.used.Same(l.agreed.codec) {
			_ = l.Repeat(l.joint.samples) // as with a tone
		}
	case silenced:
		if !l.joint.used.Same(l.agreed.codec) {
			l.Silence()
		}
	case played:
		if !l.joint.used.Same(l.agreed.codec) {
			l.Disconnect() // whoever had it played is told, and may go on in the new format
		}
	case nothing:
	}
}

// routes maps what each leg sends to what the other hears.
func routes(a, b *Leg) (there, back *relay.Route, err error) {
	if a.agreed == nil || b.agreed == nil {
		return nil, nil, ErrOrder
	}
	if a.agreed.zrtp != b.agreed.zrtp {
		return nil, nil, ErrIncompatible
	}
	there, back = route(a.agreed, b.agreed), route(b.agreed, a.agreed)
	if !a.agreed.zrtp && (!carries(there, a.agreed) || !carries(back, b.agreed)) {
		return nil, nil, ErrIncompatible
	}
	return there, back, nil
}

// carries tells whether the format that the leg most likely sends gets through.
func carries(r *relay.Route, a *agreement) bool {
	f, ok := find(a.receive, a.codec)
	return ok && r.Payload[f.payload] != relay.NoPayload
}

// route maps the numbers by which one leg sends to those that another understands. One clock runs on each outgoing stream,
// so that only formats of its rate pass (RFC 4733 §2.1, RFC 7160 §1); what cannot pass is transcoded or dropped.
func route(from, to *agreement) *relay.Route {
	r := relay.NewRoute()
	for _, f := range from.receive {
		if f.codec.ClockRate != to.codec.ClockRate {
			continue
		}
		if known, ok := find(to.send, f.codec); ok {
			r.Payload[f.payload] = known.payload
			continue
		}
		if accompanies(f.codec) {
			continue
		}
		target, ok := find(to.send, to.codec)
		if transcoder, able := audio.NewTranscoder(f.codec, to.codec); able && ok {
			r.Payload[f.payload], r.Via[f.payload] = target.payload, transcoder
		}
	}
	return r
}

// toneSource encodes a tone, or silence without end.
type toneSource struct {
	generator *audio.Generator
	encoder   audio.Encoder
	samples   [narrow / 50]int16
}

// Next appends the next frame.
func (s *toneSource) Next(dst []byte) ([]byte, bool) {
	s.generator.Fill(s.samples[:])
	return s.encoder.Encode(dst, s.samples[:]), true
}

// sampleSource encodes recorded samples once, or again and again.
type sampleSource struct {
	samples []int16
	again   []int16 // nil: once
	encoder audio.Encoder
}

// Next appends the next frame; the last one is filled up with silence.
func (s *sampleSource) Next(dst []byte) ([]byte, bool) {
	var frame [narrow / 50]int16
	n := copy(frame[:], s.samples)
	if s.samples = s.samples[n:]; len(s.samples) == 0 {
		s.samples = s.again
	}
	if n == 0 {
		return dst, false
	}
	return s.encoder.Encode(dst, frame[:]), len(s.samples) > 0
}
