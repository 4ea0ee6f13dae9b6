package media

import (
	"fmt"

	"ringfence/internal/wire/rtp"
	"ringfence/internal/wire/sdp"
)

// promises tells whether the line, or the description as a whole, promises a ZRTP Hello (RFC 6189 §8).
func promises(s *sdp.Session, m *sdp.Media) bool {
	if _, ok := hashIn(m); ok {
		return true
	}
	value, _ := s.Attribute("zrtp-hash")
	_, ok := rtp.ParseZRTPHash(value)
	return ok
}

func hashIn(m *sdp.Media) (rtp.ZRTPHash, bool) {
	for _, value := range m.All("zrtp-hash") {
		// A phone may promise one for each version that it speaks; the first that is understood counts.
		if h, ok := rtp.ParseZRTPHash(value); ok {
			return h, true
		}
	}
	return rtp.ZRTPHash{}, false
}

// verbatim is a phone's line for the phone on the other side (rule 21): as it stands, but for what names addresses, which
// are ours, keys, which nobody may use, and other ways to reach the phone past us.
func verbatim(s *sdp.Session, m *sdp.Media) *ZRTPMedia {
	copied := *m
	copied.Connection = sdp.Address{}
	copied.Attributes = make([]sdp.Attribute, 0, len(m.Attributes)+2)
	hashed := false
	for _, a := range m.Attributes {
		switch a.Name {
		case "crypto", "rtcp", "candidate", "remote-candidates", "end-of-candidates", "ice-ufrag", "ice-pwd", "ice-options",
			"ice-lite", "ice-mismatch", "fingerprint", "setup", "tls-id", "mid", "ssrc", "msid":
			continue
		case "zrtp-hash":
			hashed = true
		}
		copied.Attributes = append(copied.Attributes, a)
	}
	if value, ok := s.Attribute("zrtp-hash"); ok && !hashed {
		copied.Attributes = append(copied.Attributes, sdp.Attribute{Name: "zrtp-hash", Value: value})
	}
	copied.SetDirection(s.DirectionOf(m))
	return &ZRTPMedia{media: copied}
}

func (z *ZRTPMedia) line() sdp.Media {
	m := z.media
	m.Formats = append([]string(nil), m.Formats...)
	m.Attributes = append([]sdp.Attribute(nil), m.Attributes...)
	return m
}

// answerVerbatim is our line of an answer in ZRTP mode: what the other phone answered. A later answer of the same call
// repeats it when nothing new came from there.
func (l *Leg) answerVerbatim(a *agreement, c *candidate, z *ZRTPMedia, s *sdp.Session) (sdp.Media, error) {
	if !c.zrtp {
		return sdp.Media{}, fmt.Errorf("%w: ZRTP was not offered", ErrNotAcceptable)
	}
	a.zrtp = true
	a.theirs = verbatim(s, &s.Media[c.line]).line()
	if z != nil {
		return z.line(), nil
	}
	return l.agreed.lines[l.agreed.line], nil
}

// offerVerbatim is our line of an offer in ZRTP mode: what the other phone offered, or what was last described.
func (l *Leg) offerVerbatim(o *offerSent, z *ZRTPMedia) (sdp.Media, error) {
	o.zrtp = true
	if z != nil {
		if l.agreed != nil && !l.agreed.zrtp {
			return sdp.Media{}, fmt.Errorf("%w: the call does not run in ZRTP mode", ErrNotAcceptable)
		}
		return z.line(), nil
	}
	return l.agreed.lines[l.agreed.line], nil
}

// acceptVerbatim takes an answer in ZRTP mode: it must promise ZRTP too.
func (l *Leg) acceptVerbatim(a *agreement, s *sdp.Session, m *sdp.Media) error {
	if !promises(s, m) {
		return fmt.Errorf("%w: the answer does not promise ZRTP", ErrNotAcceptable)
	}
	a.theirs = verbatim(s, m).line()
	return nil
}
