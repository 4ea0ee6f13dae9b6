package media

import (
	"fmt"
	"net/netip"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sdp"
	"ringfence/internal/wire/srtp"
)

// offerReceived is a remote offer with what was made of it.
type offerReceived struct {
	session *sdp.Session
	chosen  candidate
}

// candidate is an audio line of an offer that could be accepted.
type candidate struct {
	line    int
	formats []format
	crypto  srtp.Crypto // zero: none usable
	zrtp    bool        // promises ZRTP
	plain   bool        // may run without keys
	rank    int
}

// The ranks of a line: the most protected wins.
const (
	unacceptable = iota
	rankPlain
	rankZRTP
	rankSDES
)

// ReceiveOffer reads the remote side's offer, the first or a later one. Nothing runs on it before Answer; Rollback forgets
// it. It fails with ErrMalformed (400), ErrNotAcceptable (488) or ErrOrder (491).
func (l *Leg) ReceiveOffer(body []byte) (*Proposal, error) {
	next, err := sdp.Next(l.state, sdp.ReceiveOffer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOrder, err)
	}
	s, err := sdp.Parse(body)
	if err != nil {
		l.engine.counters.Malformed.Add(1)
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	// RFC 3264 §8: a later offer keeps every line of the one before in its place.
	if l.agreed != nil && len(s.Media) < len(l.agreed.lines) {
		l.engine.counters.Malformed.Add(1)
		return nil, fmt.Errorf("%w: fewer media lines than before", ErrMalformed)
	}
	chosen := l.best(s)
	if chosen.rank == unacceptable {
		l.engine.counters.Refused.Add(1)
		return nil, fmt.Errorf("%w: no audio that this leg may use", ErrNotAcceptable)
	}
	l.state, l.answered = next, nil
	l.received = &offerReceived{session: s, chosen: chosen}
	m := &s.Media[chosen.line]
	direction := s.DirectionOf(m)
	p := &Proposal{
		Codecs:    speech(chosen.formats),
		Direction: direction,
		OnHold:    !direction.Receives(),
		Secure:    chosen.rank == rankSDES,
	}
	if chosen.zrtp && chosen.rank != rankSDES {
		p.ZRTP = verbatim(s, m)
		p.ZRTPOnly = !chosen.plain
	}
	return p, nil
}

// best is the line to accept. The one that runs keeps its place if it can be kept; else the most protected, then the
// first.
func (l *Leg) best(s *sdp.Session) candidate {
	if l.agreed != nil {
		return l.candidate(s, l.agreed.line)
	}
	var best candidate
	for i := range s.Media {
		if c := l.candidate(s, i); c.rank > best.rank {
			best = c
		}
	}
	return best
}

// candidate judges one line of an offer. Security comes first: rule 22, and plain media only where the policy allows it.
func (l *Leg) candidate(s *sdp.Session, i int) candidate {
	m := &s.Media[i]
	c := candidate{line: i}
	if m.Type != "audio" || m.Port == 0 || !m.Plain() && !m.Secure() {
		return c
	}
	if c.formats = formatsOf(m); len(speech(c.formats)) == 0 {
		return c
	}
	c.zrtp = promises(s, m)
	c.plain = m.Plain() && l.cfg.Policy == pbx.AnySecurity
	if l.agreed != nil && l.agreed.zrtp {
		// Rule 21: a call's mode is fixed when it is answered.
		if c.zrtp {
			c.rank = rankZRTP
			c.plain = false
		}
		return c
	}
	if l.cfg.SecureTransport {
		c.crypto, _ = srtp.Choose(m.All("crypto"))
	}
	switch {
	case !c.crypto.Key.IsZero():
		c.rank = rankSDES
	case c.zrtp && l.agreed == nil:
		c.rank = rankZRTP
	case c.plain:
		c.rank = rankPlain
	}
	return c
}

// Answer answers the offer and starts what was agreed. Called again before the next offer it returns the same answer,
// whatever the options: an answer is fixed once given (rule 15). It fails with ErrNotAcceptable or ErrOrder; the offer is
// then still open and Rollback ends it.
func (l *Leg) Answer(opt AnswerOptions) ([]byte, error) {
	if l.answered != nil {
		return l.answered, nil
	}
	next, err := sdp.Next(l.state, sdp.SendAnswer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOrder, err)
	}
	a, err := l.answer(opt)
	if err != nil {
		l.engine.counters.Refused.Add(1)
		return nil, err
	}
	body := l.describe(a.lines)
	l.state, l.answered, l.received = next, body, nil
	l.settle(a, body)
	return body, nil
}

func (l *Leg) answer(opt AnswerOptions) (*agreement, error) {
	s, c := l.received.session, &l.received.chosen
	m := &s.Media[c.line]
	a := &agreement{line: c.line, theirs: *m, mux: m.RTCPMux(), onHold: !s.DirectionOf(m).Receives()}
	a.direction = sdp.AnswerDirection(s.DirectionOf(m), opt.Direction)
	a.remote, a.control = l.addresses(s, m)
	var ours sdp.Media
	var err error
	if opt.ZRTP != nil || l.agreed != nil && l.agreed.zrtp {
		ours, err = l.answerVerbatim(a, c, opt.ZRTP, s)
	} else {
		ours, err = l.answerOwn(a, c, opt.Prefer)
	}
	if err != nil {
		return nil, err
	}
	ours.Port, ours.Proto = l.relay.Port(), m.Proto
	ours.SetDirection(a.direction)
	a.lines = make([]sdp.Media, len(s.Media))
	for i := range s.Media {
		a.lines[i] = sdp.Refuse(&s.Media[i])
	}
	a.lines[c.line] = ours
	return a, nil
}

// answerOwn is our line of a call whose media ends here.
func (l *Leg) answerOwn(a *agreement, c *candidate, prefer []audio.Codec) (sdp.Media, error) {
	if c.rank == rankZRTP && !c.plain {
		return sdp.Media{}, fmt.Errorf("%w: only ZRTP was offered", ErrNotAcceptable)
	}
	chosen, ok := choose(c.formats, prefer)
	if !ok {
		return sdp.Media{}, fmt.Errorf("%w: no common codec", ErrNotAcceptable)
	}
	a.codec = chosen.codec
	// RFC 3264 §6.1: the same numbers as in the offer, in both directions.
	a.receive = append(a.receive, chosen)
	for _, companion := range []audio.Codec{eventFormat(chosen.codec.ClockRate), audio.ComfortNoise} {
		if f, offered := find(c.formats, companion); offered && f.codec.ClockRate == chosen.codec.ClockRate {
			f.codec.Params = companion.Params
			a.receive = append(a.receive, f)
		}
	}
	a.send, a.hears = a.receive, speech(c.formats)
	ours := line(a.receive)
	if !c.crypto.Key.IsZero() {
		// RFC 4568 §5.1.2: one line, with the tag of the one that was taken.
		own := l.key(c.crypto.Key.Suite()).WithMKI(c.crypto.Key)
		a.crypto = cryptoPair{send: own, receive: c.crypto.Key}
		ours.Attributes = append(ours.Attributes, sdp.Attribute{
			Name: "crypto", Value: srtp.Crypto{Tag: c.crypto.Tag, Key: own}.String(),
		})
	}
	ours.Attributes = append(ours.Attributes, sdp.Attribute{Name: "ptime", Value: packetTime})
	if a.mux {
		ours.Attributes = append(ours.Attributes, sdp.Attribute{Name: "rtcp-mux"})
	}
	return ours, nil
}

// packetTime is the length of sound in a packet that we ask for, in milliseconds.
const packetTime = "20"

// addresses is where a description wants RTP and RTCP. The unspecified address only says that nothing is to be sent
// (RFC 3264 §8.4): where media comes from stays as it was.
func (l *Leg) addresses(s *sdp.Session, m *sdp.Media) (remote, control netip.AddrPort) {
	if ip := s.ConnectionOf(m).IP(); l.agreed != nil && ip.IsValid() && ip.IsUnspecified() {
		return l.agreed.remote, l.agreed.control
	}
	if ip := s.ConnectionOf(m).IP(); ip.IsValid() && m.Port != 0 {
		remote = netip.AddrPortFrom(ip, m.Port)
	}
	if ip, port := s.RTCPOf(m); ip.IsValid() && port != 0 {
		control = netip.AddrPortFrom(ip, port)
	}
	return remote, control
}

// describe prints our description of the lines. Its version grows by one when anything changed (RFC 3264 §8).
func (l *Leg) describe(lines []sdp.Media) []byte {
	address := l.cfg.Local
	if l.cfg.Advertise.IsValid() {
		address = l.cfg.Advertise
	}
	at := sdp.AddressOf(address)
	s := &sdp.Session{
		Origin:     sdp.Origin{Username: "-", SessionID: l.session, Version: 1, Address: at},
		Connection: at,
		Media:      lines,
	}
	if before := l.described; before != nil {
		s.Origin.Version = before.Origin.Version
		if !sdp.SameBody(s, before) {
			s.Origin.Version++
		}
	}
	l.described = s
	return s.Append(nil)
}
