package media

import (
	"fmt"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sdp"
	"ringfence/internal/wire/srtp"
)

// offerSent is an offer of ours.
type offerSent struct {
	body      []byte
	lines     []sdp.Media
	line      int
	formats   []format
	crypto    []srtp.Crypto
	direction sdp.Direction
	zrtp      bool
}

// Offer makes our offer, the first or a later one. Called again before the answer it returns the same offer. It fails with
// ErrNotAcceptable if this leg may offer no media: a secure phone on a flow that may not carry keys.
func (l *Leg) Offer(opt OfferOptions) ([]byte, error) {
	if l.state == sdp.LocalOffer {
		return l.sent.body, nil
	}
	next, err := sdp.Next(l.state, sdp.SendOffer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOrder, err)
	}
	o := &offerSent{direction: opt.Direction}
	if l.agreed != nil {
		o.line = l.agreed.line
	}
	var m sdp.Media
	if opt.ZRTP != nil || l.agreed != nil && l.agreed.zrtp {
		m, err = l.offerVerbatim(o, opt.ZRTP)
	} else {
		m, err = l.offerOwn(o, opt)
	}
	if err != nil {
		return nil, err
	}
	m.Port = l.relay.Port()
	m.SetDirection(opt.Direction)
	o.lines = []sdp.Media{m}
	if l.agreed != nil {
		// RFC 3264 §8: every line of the last description stays in its place.
		o.lines = append([]sdp.Media(nil), l.agreed.lines...)
		o.lines[o.line] = m
	}
	o.body = l.describe(o.lines)
	l.state, l.sent, l.answered = next, o, nil
	return o.body, nil
}

// offerOwn is our line of a call whose media ends here.
func (l *Leg) offerOwn(o *offerSent, opt OfferOptions) (sdp.Media, error) {
	o.formats = l.formatsFor(opt)
	if len(o.formats) == 0 {
		return sdp.Media{}, fmt.Errorf("%w: no codec to offer", ErrNotAcceptable)
	}
	m := line(o.formats)
	var err error
	if m.Proto, o.crypto, err = l.protection(); err != nil {
		return sdp.Media{}, err
	}
	for _, c := range o.crypto {
		m.Attributes = append(m.Attributes, sdp.Attribute{Name: "crypto", Value: c.String()})
	}
	m.Attributes = append(m.Attributes, sdp.Attribute{Name: "ptime", Value: packetTime}, sdp.Attribute{Name: "rtcp-mux"})
	return m, nil
}

// formatsFor are the formats of an offer with their numbers: speech in the order asked for, then events for each clock
// rate, then comfort noise.
func (l *Leg) formatsFor(opt OfferOptions) []format {
	codecs := opt.Codecs
	if len(codecs) == 0 && l.agreed != nil && !l.agreed.codec.IsZero() {
		codecs = []audio.Codec{l.agreed.codec}
	}
	if len(codecs) == 0 {
		codecs = []audio.Codec{audio.G722, audio.PCMA, audio.PCMU}
	}
	var formats []format
	add := func(c audio.Codec) {
		if _, known := find(formats, c); known {
			return
		}
		if n, ok := l.payloads.number(c); ok {
			formats = append(formats, format{n, c})
		}
	}
	for _, c := range codecs {
		if !accompanies(c) && c.ClockRate > 0 && c.Channels > 0 {
			add(c)
		}
	}
	if len(formats) == 0 {
		return nil
	}
	for _, c := range speech(formats) {
		add(eventFormat(c.ClockRate))
	}
	if opt.ComfortNoise {
		add(audio.ComfortNoise)
	}
	return formats
}

// protection is the profile of an offer and its keys: SRTP, or, where the policy allows less, plain RTP that takes SRTP
// if the other side does (RFC 8643). A later offer keeps what runs.
func (l *Leg) protection() (string, []srtp.Crypto, error) {
	may := l.cfg.Policy == pbx.AnySecurity
	if l.agreed != nil {
		proto := l.agreed.lines[l.agreed.line].Proto
		running := l.agreed.crypto.send
		switch {
		case !running.IsZero() && l.cfg.SecureTransport:
			return proto, []srtp.Crypto{{Tag: 1, Key: running}}, nil
		case running.IsZero() && may:
			return proto, nil, nil
		}
		return "", nil, fmt.Errorf("%w: no protection for a later offer", ErrNotAcceptable)
	}
	if !l.cfg.SecureTransport {
		// Rule 22: no keys in a description that others could read.
		if may {
			return sdp.AVP, nil, nil
		}
		return "", nil, fmt.Errorf("%w: no keys on a plain flow", ErrNotAcceptable)
	}
	var lines []srtp.Crypto
	for i, suite := range srtp.Suites() {
		lines = append(lines, srtp.Crypto{Tag: i + 1, Key: l.key(suite)})
	}
	if may {
		return sdp.AVP, lines, nil
	}
	return sdp.SAVP, lines, nil
}

// Reopen makes the leg's last offer wait for another answer: a second fork answers it (RFC 3261 §13.2.2.4).
func (l *Leg) Reopen() error {
	if l.sent == nil {
		return fmt.Errorf("%w: nothing was offered", ErrOrder)
	}
	next, err := sdp.Next(l.state, sdp.Reopen)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOrder, err)
	}
	l.state = next
	return nil
}

// ReceiveAnswer reads the remote side's answer to our offer and starts what was agreed. It fails with ErrMalformed or
// ErrNotAcceptable; the offer is then still open and Rollback ends it. A later answer to the same offer, as a forked
// INVITE or a repeated 200 brings, is taken after Reopen only.
func (l *Leg) ReceiveAnswer(body []byte) (*Result, error) {
	next, err := sdp.Next(l.state, sdp.ReceiveAnswer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOrder, err)
	}
	s, err := sdp.Parse(body)
	if err == nil && len(s.Media) != len(l.sent.lines) {
		err = fmt.Errorf("%d media lines for %d", len(s.Media), len(l.sent.lines)) // RFC 3264 §6
	}
	if err != nil {
		l.engine.counters.Malformed.Add(1)
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	a, err := l.accept(s)
	if err != nil {
		l.engine.counters.Refused.Add(1)
		return nil, err
	}
	l.state = next
	l.settle(a, l.sent.body)
	r := &Result{
		Codec: a.codec, Codecs: a.hears, Direction: a.direction, OnHold: a.onHold, Security: l.Security(),
	}
	if a.zrtp {
		r.ZRTP = verbatim(s, &a.theirs)
	}
	return r, nil
}

// accept makes an agreement of the answer, or refuses it.
func (l *Leg) accept(s *sdp.Session) (*agreement, error) {
	o := l.sent
	m := &s.Media[o.line]
	offered := &o.lines[o.line]
	if m.Type != "audio" || m.Port == 0 || !m.Plain() && !m.Secure() {
		return nil, fmt.Errorf("%w: audio was refused", ErrNotAcceptable)
	}
	theirs := s.DirectionOf(m)
	a := &agreement{
		line: o.line, lines: o.lines, theirs: *m, zrtp: o.zrtp,
		direction: o.direction.Limit(theirs.Reverse()),
		onHold:    !theirs.Receives(),
	}
	a.remote, a.control = l.addresses(s, m)
	if _, muxed := offered.Attribute("rtcp-mux"); muxed {
		a.mux = m.RTCPMux()
	}
	if o.zrtp {
		return a, l.acceptVerbatim(a, s, m)
	}
	return a, l.acceptOwn(a, m)
}

func (l *Leg) acceptOwn(a *agreement, m *sdp.Media) error {
	o := l.sent
	for _, f := range formatsOf(m) {
		if _, ok := find(o.formats, f.codec); ok {
			a.send = append(a.send, f)
			if a.codec.IsZero() && !accompanies(f.codec) {
				a.codec = f.codec
			}
		}
	}
	if a.codec.IsZero() {
		return fmt.Errorf("%w: no common codec", ErrNotAcceptable)
	}
	a.hears = speech(a.send)
	// What is heard comes by our numbers; whoever sends another of the offered formats is understood too.
	a.receive = o.formats
	for _, value := range m.All("crypto") {
		c, err := srtp.ParseCrypto(value)
		if err != nil {
			continue
		}
		for _, ours := range o.crypto {
			if ours.Tag == c.Tag && ours.Key.Suite() == c.Key.Suite() {
				a.crypto = cryptoPair{send: ours.Key, receive: c.Key}
				return nil
			}
		}
	}
	// RFC 8643 §3.2: an answer without keys to an offer of plain media is plain.
	if m.Plain() && a.lines[a.line].Proto == sdp.AVP && l.cfg.Policy == pbx.AnySecurity {
		return nil
	}
	return fmt.Errorf("%w: no usable key in the answer", ErrNotAcceptable)
}
