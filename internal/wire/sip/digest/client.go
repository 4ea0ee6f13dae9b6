package digest

import (
	"crypto/rand"
	"fmt"
	"iter"

	"ringfence/internal/wire/sip"
)

// Client answers challenges with one user's password. It counts the uses of each nonce; it belongs to one goroutine.
type Client struct {
	Username string
	Password string

	nonce  string
	count  uint32
	cnonce string
}

// Choose returns the challenge to answer: the first whose algorithm and qop we speak (RFC 8760 §2.4).
func Choose(values iter.Seq[[]byte]) (Challenge, bool) {
	for v := range values {
		c, err := ParseChallenge(v)
		if err == nil && c.Algorithm != Unknown && (c.QOPAuth || !c.QOP) {
			return c, true
		}
	}
	return Challenge{}, false
}

// AppendAuthorization appends the value of an Authorization field that answers the challenge.
func (c *Client) AppendAuthorization(dst []byte, ch Challenge, method sip.Method, uri []byte) []byte {
	if c.nonce != string(ch.Nonce) {
		c.nonce, c.count, c.cnonce = string(ch.Nonce), 0, rand.Text()
	}
	c.count++
	a := answer{algorithm: ch.Algorithm, method: []byte(method.String()), uri: uri, nonce: ch.Nonce}
	if ch.QOPAuth {
		a.qop, a.cnonce, a.nc = []byte("auth"), []byte(c.cnonce), fmt.Appendf(nil, "%08x", c.count)
	}
	ha1 := NewHA1(c.Username, string(ch.Realm), c.Password)
	response, _ := a.appendResponse(nil, nil, &ha1)

	dst = sip.AppendQuoted(append(dst, "Digest username="...), c.Username)
	dst = sip.AppendQuoted(append(dst, ", realm="...), string(ch.Realm))
	dst = sip.AppendQuoted(append(dst, ", nonce="...), string(ch.Nonce))
	dst = sip.AppendQuoted(append(dst, ", uri="...), string(uri))
	dst = append(append(append(dst, `, response="`...), response...), '"')
	dst = append(append(dst, ", algorithm="...), ch.Algorithm.String()...)
	if ch.Opaque != nil {
		dst = sip.AppendQuoted(append(dst, ", opaque="...), string(ch.Opaque))
	}
	if ch.QOPAuth {
		dst = append(append(append(dst, ", qop=auth, nc="...), a.nc...), `, cnonce="`...)
		dst = append(append(dst, c.cnonce...), '"')
	}
	return dst
}
