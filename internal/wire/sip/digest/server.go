package digest

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/wire/sip"
)

// Result is what Verify found.
type Result uint8

// The results.
const (
	Wrong    Result = iota // the digest is wrong, or the user unknown
	Valid                  // the digest is right and new
	Repeated               // the digest is right and equals the last accepted: a retransmission
	Stale                  // the digest is right, but the nonce is too old, not for this source, or its count was used
)

// String names the result.
func (r Result) String() string {
	switch r {
	case Valid:
		return "valid"
	case Repeated:
		return "repeated"
	case Stale:
		return "stale"
	case Wrong:
	}
	return "wrong"
}

const (
	defaultLife      = 5 * time.Minute
	defaultMaxNonces = 1 << 18
	maxScratch       = 4 << 10
)

// Config is what a Server is made of. Zero fields take the values named.
type Config struct {
	Key       []byte        // of nonces, 16 or 32 bytes; random
	Life      time.Duration // of a nonce; 5 min
	MaxNonces int           // remembered as used; 262,144
}

// Server challenges and verifies.
type Server struct {
	Counters Counters
	life     time.Duration
	signer   *signer
	ledger   *ledger
	dummy    HA1
	scratch  sync.Pool // of *scratch
}

// Counters count what a Server saw.
type Counters struct {
	Valid, Repeated, Stale, Wrong atomic.Uint64
}

// Each calls fn for each counter.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("digest_valid", "valid digests", c.Valid.Load())
	fn("digest_repeated", "digests of retransmitted requests", c.Repeated.Load())
	fn("digest_stale", "right digests under an old or used nonce", c.Stale.Load())
	fn("digest_wrong", "wrong digests", c.Wrong.Load())
}

// scratch is what a verification works on.
type scratch struct {
	text      []byte
	want, got [2 * sha256.Size]byte
}

// New makes a Server. It fails only for a key of a wrong length.
func New(cfg Config) (*Server, error) {
	if cfg.Life < time.Second {
		cfg.Life = defaultLife
	}
	if cfg.MaxNonces <= 0 {
		cfg.MaxNonces = defaultMaxNonces
	}
	sg, err := newSigner(cfg.Key)
	if err != nil {
		return nil, err
	}
	s := &Server{
		life: cfg.Life, signer: sg, ledger: newLedger(cfg.Life, cfg.MaxNonces),
		scratch: sync.Pool{New: func() any { return new(scratch) }},
	}
	_, _ = rand.Read(s.dummy.MD5[:])    // never fails
	_, _ = rand.Read(s.dummy.SHA256[:]) // never fails
	return s, nil
}

// Life is how long a nonce may be used.
func (s *Server) Life() time.Duration { return s.life }

// Remembered returns how many nonces are remembered as used.
func (s *Server) Remembered() int { return s.ledger.size() }

// AppendChallenge appends the value of a WWW-Authenticate field for the source. A client that may choose between
// algorithms gets one field for each, the preferred first (RFC 8760 §2.3).
func (s *Server) AppendChallenge(dst []byte, a Algorithm, realm string, source netip.Addr, stale bool) []byte {
	dst = sip.AppendQuoted(append(dst, "Digest realm="...), realm)
	dst = append(dst, `, nonce="`...)
	dst = s.signer.appendNew(dst, time.Now(), source)
	dst = append(append(dst, `", algorithm=`...), a.String()...)
	dst = append(dst, `, qop="auth"`...)
	if stale {
		dst = append(dst, ", stale=true"...)
	}
	return dst
}

// Check is what credentials are verified against.
type Check struct {
	Method []byte
	URI    []byte // the Request-URI
	Source netip.Addr
	HA1    *HA1 // nil: there is no such user; the answer is Wrong after the same work
}

// Verify tells whether the credentials are right. Who forgets nothing can keep on asking: the caller limits tries.
func (s *Server) Verify(c *Credentials, k Check) Result {
	r := s.verify(c, k)
	switch r {
	case Valid:
		s.Counters.Valid.Add(1)
	case Repeated:
		s.Counters.Repeated.Add(1)
	case Stale:
		s.Counters.Stale.Add(1)
	case Wrong:
		s.Counters.Wrong.Add(1)
	}
	return r
}

func (s *Server) verify(c *Credentials, k Check) Result {
	ha1, exists := k.HA1, 1
	if ha1 == nil {
		ha1, exists = &s.dummy, 0
	}
	sc := s.scratch.Get().(*scratch)
	defer s.scratch.Put(sc)
	a := answer{
		algorithm: c.Algorithm, method: k.Method, uri: c.URI,
		nonce: c.Nonce, nc: c.NC, cnonce: c.CNonce, qop: c.QOP,
	}
	var want []byte
	want, sc.text = a.appendResponse(sc.want[:0], sc.text, ha1)
	if cap(sc.text) > maxScratch {
		sc.text = nil
	}
	equal := subtle.ConstantTimeCompare(want, lowered(sc.got[:0], c.Response)) & exists
	nc, counted := c.count()
	// RFC 7616 §3.4.2: without qop there is no nonce count, and so no defence against replay.
	if equal != 1 || c.Algorithm == Unknown || !counted || !sip.EqualFold(c.QOP, "auth") || len(c.CNonce) == 0 ||
		!sameTarget(c.URI, k.URI) {
		return Wrong
	}
	n, ours := s.signer.read(c.Nonce, k.Source)
	if !ours {
		return Stale // from another source, or from before a restart
	}
	return s.ledger.accept(n, nc, want, time.Now())
}

// lowered copies the hexadecimal digits of a response as small ones; they mean the same. What is too long is cut: it
// was wrong before.
func lowered(dst, b []byte) []byte {
	if len(b) > cap(dst) {
		return dst
	}
	for _, c := range b {
		if c >= 'A' && c <= 'F' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// sameTarget reports whether the digest was made for this Request-URI. Parameters may differ.
//
// RFC 7616 §3.4.6: deviation: equal but for parameters. Phones behind an outbound proxy sign the URI as configured and
// send it with ";transport" or a port, while a replay for another user or host stays impossible.
func sameTarget(signed, requested []byte) bool {
	if bytes.Equal(signed, requested) {
		return true
	}
	a, err := sip.ParseURI(signed)
	if err != nil {
		return false
	}
	b, err := sip.ParseURI(requested)
	if err != nil {
		return false
	}
	return bytes.EqualFold(a.Scheme, b.Scheme) && bytes.Equal(a.User, b.User) && bytes.EqualFold(a.Host, b.Host) &&
		bytes.Equal(a.Opaque, b.Opaque) && (a.Port == b.Port || a.Port == 0 || b.Port == 0)
}
