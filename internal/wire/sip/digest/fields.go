package digest

import (
	"bytes"

	"ringfence/internal/wire/sip"
)

// Credentials is a view of an Authorization or Proxy-Authorization value. Quoted values are without quotes.
type Credentials struct {
	Username  []byte
	Realm     []byte
	Nonce     []byte
	URI       []byte
	Response  []byte
	CNonce    []byte
	QOP       []byte
	Opaque    []byte
	NC        []byte // eight hexadecimal digits
	Algorithm Algorithm
}

// ParseCredentials reads digest credentials. The only error is ErrMalformed, also for other schemes and for what we do
// not speak (hashed or encoded user names).
func ParseCredentials(value []byte) (Credentials, error) {
	c := Credentials{Algorithm: MD5}
	var seen uint16
	err := eachField(value, func(name, v []byte) bool {
		var to *[]byte
		bit := uint16(0)
		switch {
		case sip.EqualFold(name, "username"):
			to, bit = &c.Username, 1
		case sip.EqualFold(name, "realm"):
			to, bit = &c.Realm, 2
		case sip.EqualFold(name, "nonce"):
			to, bit = &c.Nonce, 4
		case sip.EqualFold(name, "uri"):
			to, bit = &c.URI, 8
		case sip.EqualFold(name, "response"):
			to, bit = &c.Response, 16
		case sip.EqualFold(name, "cnonce"):
			to, bit = &c.CNonce, 32
		case sip.EqualFold(name, "qop"):
			to, bit = &c.QOP, 64
		case sip.EqualFold(name, "opaque"):
			to, bit = &c.Opaque, 128
		case sip.EqualFold(name, "nc"):
			to, bit = &c.NC, 256
		case sip.EqualFold(name, "algorithm"):
			bit = 512
			c.Algorithm = parseAlgorithm(v)
		case sip.EqualFold(name, "userhash"):
			return !sip.EqualFold(v, "true")
		}
		if to != nil {
			*to = v
		}
		twice := seen&bit != 0 // two answers to one question are none
		seen |= bit
		return !twice
	})
	const needed = 1 | 2 | 4 | 8 | 16
	if err != nil || seen&needed != needed {
		return Credentials{}, ErrMalformed
	}
	return c, nil
}

// count returns the nonce count; false if it is not eight hexadecimal digits (RFC 7616 §3.4).
func (c *Credentials) count() (uint32, bool) {
	if len(c.NC) != 8 {
		return 0, false
	}
	var n uint32
	for _, d := range c.NC {
		x := hexDigit(d)
		if x < 0 {
			return 0, false
		}
		n = n<<4 | uint32(x)
	}
	return n, n > 0
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// Challenge is a view of a WWW-Authenticate or Proxy-Authenticate value.
type Challenge struct {
	Realm     []byte
	Nonce     []byte
	Opaque    []byte
	Algorithm Algorithm
	QOPAuth   bool // qop=auth is offered
	QOP       bool // some qop is offered
	Stale     bool
}

// ParseChallenge reads a digest challenge. The only error is ErrMalformed.
func ParseChallenge(value []byte) (Challenge, error) {
	c := Challenge{Algorithm: MD5}
	realm, nonce := false, false
	err := eachField(value, func(name, v []byte) bool {
		switch {
		case sip.EqualFold(name, "realm"):
			c.Realm, realm = v, true
		case sip.EqualFold(name, "nonce"):
			c.Nonce, nonce = v, true
		case sip.EqualFold(name, "opaque"):
			c.Opaque = v
		case sip.EqualFold(name, "stale"):
			c.Stale = sip.EqualFold(v, "true")
		case sip.EqualFold(name, "algorithm"):
			c.Algorithm = parseAlgorithm(v)
		case sip.EqualFold(name, "qop"):
			c.QOP = true
			for one := range bytes.SplitSeq(v, []byte(",")) {
				c.QOPAuth = c.QOPAuth || sip.EqualFold(bytes.TrimSpace(one), "auth")
			}
		}
		return true
	})
	if err != nil || !realm || !nonce {
		return Challenge{}, ErrMalformed
	}
	return c, nil
}

// eachField calls fn with each name and unquoted value behind "Digest" until fn returns false, which is an error.
func eachField(b []byte, fn func(name, value []byte) bool) error {
	const scheme = "Digest"
	if len(b) <= len(scheme) || !sip.EqualFold(b[:len(scheme)], scheme) || !isSpace(b[len(scheme)]) {
		return ErrMalformed
	}
	b = b[len(scheme):]
	for {
		b = bytes.TrimLeft(b, " \t,")
		if len(b) == 0 {
			return nil
		}
		eq := bytes.IndexByte(b, '=')
		if eq <= 0 {
			return ErrMalformed
		}
		name := bytes.TrimRight(b[:eq], " \t")
		b = bytes.TrimLeft(b[eq+1:], " \t")
		end, ok := valueEnd(b)
		if !ok {
			return ErrMalformed
		}
		if !fn(name, sip.Unquote(bytes.TrimRight(b[:end], " \t"))) {
			return ErrMalformed
		}
		b = bytes.TrimLeft(b[end:], " \t")
		if len(b) > 0 && b[0] != ',' {
			return ErrMalformed
		}
	}
}

// valueEnd returns the length of the token or quoted string at the start of b.
func valueEnd(b []byte) (int, bool) {
	if len(b) == 0 {
		return 0, false
	}
	if b[0] != '"' {
		end := bytes.IndexByte(b, ',')
		if end < 0 {
			end = len(b)
		}
		return end, end > 0 && bytes.IndexByte(b[:end], '"') < 0
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1, true
		}
	}
	return 0, false
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }
