package call

import (
	"math/rand/v2"
	"strings"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
	"ringfence/internal/wire/sip/transport"
)

// What we allow and support within a call.
const (
	allowed   = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS"
	supported = "100rel, timer"
	sdpType   = "application/sdp"
)

// unfit judges an INVITE before a call is made of it: what the caller can put right and try again leaves no record.
func (m *Manager) unfit(rq *sip.Message) (code int, add func(*sip.Builder)) {
	if list := unsupported(rq); list != "" {
		// RFC 3261 §8.2.2.3
		return 420, func(b *sip.Builder) { b.Header(sip.Unsupported, list) }
	}
	if a := dialog.AnswerSession(sessionOffer(rq), m.policy); a.TooSmall {
		// RFC 4028 §9
		return 422, func(b *sip.Builder) { b.Int(sip.MinSE, uint64(a.MinSE.Seconds())) }
	}
	return 0, nil
}

// unsupported lists the option tags that a request requires and we lack.
func unsupported(rq *sip.Message) string {
	if !rq.Has(sip.Require) {
		return ""
	}
	var list []string
	for v := range rq.All(sip.Require) {
		if tag := string(v); !strings.EqualFold(tag, "100rel") && !strings.EqualFold(tag, "timer") {
			list = append(list, tag)
		}
	}
	return strings.Join(list, ", ")
}

// retryAfter asks to come back in 5 to 15 s, not all at once.
func retryAfter(b *sip.Builder) { b.Int(sip.RetryAfter, 5+rand.Uint64N(11)) }

// retrySoon asks to come back within 10 s (RFC 3261 §14.2).
func retrySoon(b *sip.Builder) { b.Int(sip.RetryAfter, 1+rand.Uint64N(10)) }

// isSDP tells whether a message has a session description for a body; ok is false if it has another body.
func isSDP(m *sip.Message) (sdp, ok bool) {
	if len(m.Body()) == 0 {
		return false, true
	}
	t := string(m.Get(sip.ContentType))
	if i := strings.IndexByte(t, ';'); i >= 0 {
		t = t[:i]
	}
	e := m.Get(sip.ContentEncoding)
	ok = strings.EqualFold(strings.TrimSpace(t), sdpType) && (len(e) == 0 || strings.EqualFold(string(e), "identity"))
	return ok, ok
}

// sentBy is our host and port on a flow, as Via and Contact name it.
func (m *Manager) sentBy(f transport.Flow) string {
	domain := ""
	if o := m.cfg.Directory.Organization(); o != nil {
		domain = o.SIPDomain
	}
	return m.self.SentBy(f, domain)
}

// identity is who somebody is, as From and P-Asserted-Identity tell the other side. It comes from the directory alone,
// never from what a phone says.
func identity(number, name, domain string) string {
	var b []byte
	if name != "" {
		b = append(sip.AppendQuoted(b, name), ' ')
	}
	b = append(append(b, "<sip:"...), escapeUser(number)...)
	b = append(append(b, '@'), domain...)
	return string(append(b, '>'))
}

// escapeUser escapes what may not stand in the user part of a URI (RFC 3261 §25.1).
func escapeUser(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', strings.IndexByte("-_.!~*'()+$&=,", c) >= 0:
			_ = b.WriteByte(c) // never fails
		default:
			_, _ = b.Write([]byte{'%', hex[c>>4], hex[c&15]}) // never fails
		}
	}
	return b.String()
}
