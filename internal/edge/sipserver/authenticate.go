package sipserver

import (
	"crypto/subtle"
	"math/rand/v2"
	"time"

	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transport"
)

const (
	drainWait     = 10 * time.Second // until a server that restarts is back
	maxIdentities = 8                // lines that one connection speaks for
)

// authenticate finds out which line sends the request. False: it was answered with a challenge or refused.
//
// Signalling 9, 12 and security 2: whether a user exists is seen neither in the answer nor in the work that it takes.
func (s *Server) authenticate(x *exchange) bool {
	x.organization = s.cfg.Directory.Organization()
	if x.organization == nil {
		x.wait = jitter(drainWait) // set-up is not finished
		x.refused(refusal{code: 503, add: x.retry})
		return false
	}
	c, found := s.credentials(x)
	if !found {
		if s.known(x) {
			return true
		}
		return s.demand(x)
	}
	// Signalling 12: only this pair waits; the same user elsewhere, and others here, are heard.
	if x.wait = s.throttle.Wait(x.source, c.Username); x.wait > 0 {
		s.counters.Throttled.Add(1)
		x.refused(refusal{code: 503, add: x.retry})
		return false
	}
	line, ok := s.cfg.Directory.Line(c.Username)
	check := digest.Check{Method: x.rq.Msg.MethodName(), URI: x.rq.Msg.RequestURI(), Source: x.source}
	if ok && line.Enabled {
		x.ha1.MD5, x.ha1.SHA256 = line.HA1MD5, line.HA1SHA256
		check.HA1 = &x.ha1
	}
	result := s.digest.Verify(&c, check)
	if result == digest.Repeated && (x.method() == sip.INVITE || x.method() == sip.SUBSCRIBE) {
		// A retransmitted INVITE finds its transaction and does not come here: this one is a replay, and calls cost
		// money. A SUBSCRIBE does too, and its NOTIFYs tell something.
		result = digest.Stale
	}
	switch result {
	case digest.Valid, digest.Repeated:
	case digest.Stale:
		// RFC 7616 §3.3: the password is right, only the nonce is not.
		x.stale = true
		return s.demand(x)
	case digest.Wrong:
		s.counters.WrongDigest.Add(1)
		s.throttle.Fail(x.source, c.Username)
		return s.demand(x)
	}
	s.throttle.Succeed(x.source, c.Username)
	x.line = line
	return s.admit(x)
}

// credentials returns the credentials for our realm.
func (s *Server) credentials(x *exchange) (digest.Credentials, bool) {
	for v := range x.rq.Msg.All(sip.Authorization) {
		c, err := digest.ParseCredentials(v)
		if err == nil && string(c.Realm) == x.organization.Realm {
			return c, true
		}
	}
	return digest.Credentials{}, false
}

// demand answers with a challenge.
func (s *Server) demand(x *exchange) bool {
	s.counters.Challenged.Add(1)
	if x.method() != sip.ACK && x.method() != sip.CANCEL { // RFC 3261 §22.1: neither can be sent again
		x.answer(401, "", x.challenge)
	}
	return false
}

// admit judges a line whose digest was right, and notes it on its connection.
func (s *Server) admit(x *exchange) bool {
	f := x.rq.Flow
	if x.line.Security == pbx.Secure && !f.Kind().Secure() {
		// Signalling 5: only who knows the password learns that it would do over TLS.
		s.counters.TLSRequired.Add(1)
		s.notices.put(x.line.Device, Notice{Kind: TLSRequired, At: time.Now(), Source: x.source, Transport: f.Kind()})
		x.refused(refusal{code: 403, add: x.tlsRequired})
		return false
	}
	if f.Kind().Reliable() {
		s.remember(f, x.line)
	}
	return true
}

// identity is what authenticated on a connection. It never changes: a new one takes its place.
type identity struct {
	lines []proof
}

type proof struct {
	username string
	ha1      [16]byte // a new secret ends the proof
	until    time.Time
}

// remember notes on a connection that a line authenticated on it.
func (s *Server) remember(f transport.Flow, line *roster.Line) {
	old, _ := f.Identity().(*identity)
	now := time.Now()
	p := proof{username: line.SIPUsername, ha1: line.HA1MD5, until: now.Add(s.digest.Life())}
	fresh := &identity{lines: []proof{p}}
	if old != nil {
		for _, o := range old.lines {
			if o.username != p.username && o.until.After(now) && len(fresh.lines) < maxIdentities {
				fresh.lines = append(fresh.lines, o)
			}
		}
	}
	f.SetIdentity(fresh)
}

// known reports whether the line in From authenticated on this connection a short while ago (signalling 5).
func (s *Server) known(x *exchange) bool {
	f := x.rq.Flow
	if !f.Kind().Secure() {
		return false
	}
	id, _ := f.Identity().(*identity)
	if id == nil {
		return false
	}
	from, err := x.rq.Msg.From()
	if err != nil {
		return false
	}
	now := time.Now()
	for i := range id.lines {
		p := &id.lines[i]
		if p.username != string(from.URI.User) || !p.until.After(now) {
			continue
		}
		line, ok := s.cfg.Directory.Line(from.URI.User)
		if !ok || !line.Enabled || subtle.ConstantTimeCompare(p.ha1[:], line.HA1MD5[:]) != 1 {
			return false
		}
		s.counters.Known.Add(1)
		x.line = line
		return true
	}
	return false
}

// jitter spreads those who are sent away.
func jitter(d time.Duration) time.Duration { return d + rand.N(d) }
