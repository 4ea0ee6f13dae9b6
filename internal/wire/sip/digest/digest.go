// Package digest is HTTP digest authentication for SIP: challenge, verify, answer (RFC 3261 §22, 7616, 8760).
//
// The server's nonces are signed and bound to time and source, so a challenge leaves no state with us. State exists
// only for nonces under which a valid digest came: it tells a retransmission from a replay, is bounded and is forgotten with
// the nonce. MD5 and SHA-256 are verified; qop=auth is required. Verifying costs the same whether the user exists.
//
// It knows no users: the caller brings HA1. A Server is safe for concurrent use; views of credentials and challenges
// point into the header value they were read from.
package digest

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"ringfence/internal/wire/sip"
)

// ErrMalformed tells that a header value is no digest challenge or credentials.
var ErrMalformed = errors.New("malformed digest")

// Algorithm is a digest algorithm.
type Algorithm uint8

// The algorithms. Unknown is one that we do not speak.
const (
	Unknown Algorithm = iota
	MD5
	SHA256
)

// String returns the algorithm's name on the wire.
func (a Algorithm) String() string {
	switch a {
	case MD5:
		return "MD5"
	case SHA256:
		return "SHA-256"
	case Unknown:
	}
	return "unknown"
}

func parseAlgorithm(b []byte) Algorithm {
	switch {
	case sip.EqualFold(b, "MD5"):
		return MD5
	case sip.EqualFold(b, "SHA-256"):
		return SHA256
	}
	return Unknown
}

// HA1 is what the server stores of a password: the hash of user name, realm and password, for each algorithm.
type HA1 struct {
	MD5    [md5.Size]byte
	SHA256 [sha256.Size]byte
}

// NewHA1 hashes a password.
func NewHA1(username, realm, password string) HA1 {
	text := []byte(username + ":" + realm + ":" + password)
	return HA1{MD5: md5.Sum(text), SHA256: sha256.Sum256(text)}
}

// appendHex appends the hash of HA1 in the algorithm, as RFC 7616 §3.4.1 uses it.
func (h *HA1) appendHex(dst []byte, a Algorithm) []byte {
	if a == SHA256 {
		return hex.AppendEncode(dst, h.SHA256[:])
	}
	return hex.AppendEncode(dst, h.MD5[:])
}

// appendHash appends the hash of text in hexadecimal.
func appendHash(dst, text []byte, a Algorithm) []byte {
	if a == SHA256 {
		sum := sha256.Sum256(text)
		return hex.AppendEncode(dst, sum[:])
	}
	sum := md5.Sum(text)
	return hex.AppendEncode(dst, sum[:])
}

// answer is what a response is computed from (RFC 7616 §3.4.1).
type answer struct {
	algorithm              Algorithm
	method, uri            []byte
	nonce, nc, cnonce, qop []byte // unquoted; nc as its eight digits
}

// appendResponse appends the response in hexadecimal. scratch is used and returned for the next time.
func (a answer) appendResponse(dst, scratch []byte, ha1 *HA1) (response, used []byte) {
	s := append(append(append(scratch[:0], a.method...), ':'), a.uri...)
	var digits [2 * sha256.Size]byte
	ha2 := appendHash(digits[:0], s, a.algorithm)
	s = append(ha1.appendHex(s[:0], a.algorithm), ':')
	s = append(append(s, a.nonce...), ':')
	if len(a.qop) > 0 {
		s = append(append(s, a.nc...), ':')
		s = append(append(s, a.cnonce...), ':')
		s = append(append(s, a.qop...), ':')
	}
	s = append(s, ha2...)
	return appendHash(dst, s, a.algorithm), s
}
