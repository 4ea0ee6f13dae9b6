package sip

import (
	"bytes"
	"errors"
	"net/netip"
	"strconv"
)

// ErrURI tells that text is no URI.
var ErrURI = errors.New("malformed URI")

// DefaultPort and DefaultTLSPort are the ports of sip and sips URIs without one.
const (
	DefaultPort    = 5060
	DefaultTLSPort = 5061
)

// URI is a view of a URI; its fields point into the parsed text. A sip or sips URI has User, Password, Host, Port,
// Params and Headers. A tel URI has its number in Opaque, and Params. Any other has all after the scheme in Opaque.
type URI struct {
	Scheme   []byte
	User     []byte // with its escapes
	Password []byte
	Host     []byte // an IPv6 address keeps its brackets
	Port     uint16 // zero: none is given
	Params   []byte // as written, with the leading semicolon
	Headers  []byte // as written, without the question mark
	Opaque   []byte
}

// IsSIP reports whether the scheme is sip or sips.
func (u URI) IsSIP() bool { return equalFold(u.Scheme, "sip") || u.IsSIPS() }

// IsSIPS reports whether the scheme is sips.
func (u URI) IsSIPS() bool { return equalFold(u.Scheme, "sips") }

// IsTel reports whether the scheme is tel.
func (u URI) IsTel() bool { return equalFold(u.Scheme, "tel") }

// Param returns a URI parameter; the value of one without value is empty.
func (u URI) Param(name string) ([]byte, bool) { return Param(u.Params, name) }

// Addr returns the host as an address, if it is one.
func (u URI) Addr() (netip.Addr, bool) { return hostAddr(u.Host) }

func hostAddr(host []byte) (netip.Addr, bool) {
	if n := len(host); n > 1 && host[0] == '[' && host[n-1] == ']' {
		host = host[1 : n-1]
	}
	if len(host) == 0 || host[0] != ':' && unhex(host[0]) < 0 {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(string(host))
	return a, err == nil
}

// AppendTo appends the URI as text.
func (u URI) AppendTo(b []byte) []byte {
	b = append(append(b, u.Scheme...), ':')
	b = append(b, u.Opaque...)
	if u.User != nil {
		b = append(b, u.User...)
		if u.Password != nil {
			b = append(append(b, ':'), u.Password...)
		}
		b = append(b, '@')
	}
	b = append(b, u.Host...)
	if u.Port != 0 {
		b = strconv.AppendUint(append(b, ':'), uint64(u.Port), 10)
	}
	b = append(b, u.Params...)
	if len(u.Headers) > 0 {
		b = append(append(b, '?'), u.Headers...)
	}
	return b
}

// String returns the URI as text.
func (u URI) String() string { return string(u.AppendTo(nil)) }

// ParseURI reads a URI of any scheme; sip, sips and tel are taken apart. The only error is ErrURI.
func ParseURI(b []byte) (URI, error) {
	colon := bytes.IndexByte(b, ':')
	if colon <= 0 || !validScheme(b[:colon]) {
		return URI{}, ErrURI
	}
	u := URI{Scheme: b[:colon]}
	rest := b[colon+1:]
	switch {
	case u.IsSIP():
		return parseSIPURI(u, rest)
	case u.IsTel():
		u.Opaque = rest
		if i := bytes.IndexByte(rest, ';'); i >= 0 {
			u.Opaque, u.Params = rest[:i], rest[i:]
		}
		if len(u.Opaque) == 0 || !allEscaped(u.Opaque, classUser) || !validURIParams(u.Params) {
			return URI{}, ErrURI
		}
		return u, nil
	}
	// RFC 3261 §25.1 absoluteURI: what follows is not ours to read, but it has no space or delimiter.
	for _, c := range rest {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' {
			return URI{}, ErrURI
		}
	}
	if len(rest) == 0 {
		return URI{}, ErrURI
	}
	u.Opaque = rest
	return u, nil
}

func validScheme(b []byte) bool {
	if c := lower(b[0]); c < 'a' || c > 'z' {
		return false
	}
	for _, c := range b {
		if !is(c, classHost) && c != '+' || c == '_' {
			return false
		}
	}
	return true
}

func parseSIPURI(u URI, b []byte) (URI, error) {
	if at := bytes.IndexByte(b, '@'); at >= 0 {
		user := b[:at]
		if colon := bytes.IndexByte(user, ':'); colon >= 0 {
			user, u.Password = user[:colon], user[colon+1:]
		}
		// RFC 3261 §25.1: an "@" needs a user before it.
		if len(user) == 0 || !allEscaped(user, classUser) || !allEscaped(u.Password, classPass) {
			return URI{}, ErrURI
		}
		u.User = user
		b = b[at+1:]
	}
	n, ok := parseHostPort(b, &u.Host, &u.Port)
	if !ok {
		return URI{}, ErrURI
	}
	b = b[n:]
	if q := bytes.IndexByte(b, '?'); q >= 0 {
		u.Headers = b[q+1:]
		b = b[:q]
		if !validURIHeaders(u.Headers) {
			return URI{}, ErrURI
		}
	}
	u.Params = b
	if !validURIParams(b) {
		return URI{}, ErrURI
	}
	return u, nil
}

// parseHostPort reads host[:port] at the start of b and returns its length.
func parseHostPort(b []byte, host *[]byte, port *uint16) (int, bool) {
	n := hostLen(b)
	if n == 0 {
		return 0, false
	}
	*host = b[:n]
	if n == len(b) || b[n] != ':' {
		return n, true
	}
	p, digits, ok := portNumber(b[n+1:])
	*port = p
	return n + 1 + digits, ok
}

// hostLen returns the length of the host at the start of b, zero if there is none.
func hostLen(b []byte) int {
	i := 0
	if len(b) > 0 && b[0] == '[' {
		i = bytes.IndexByte(b, ']') + 1
		if i < 4 || !validIPv6(b[1:i-1]) {
			return 0
		}
		return i
	}
	for i < len(b) && is(b[i], classHost) {
		i++
	}
	return i
}

// portNumber reads the digits at the start of b.
func portNumber(b []byte) (port uint16, digits int, ok bool) {
	i := 0
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	n, ok := parseUint(b[:i], 65535)
	return uint16(n), i, ok
}

func validIPv6(b []byte) bool {
	colons := 0
	for _, c := range b {
		if c == ':' {
			colons++
		} else if unhex(c) < 0 && c != '.' {
			return false
		}
	}
	return colons >= 2 && len(b) <= 45
}

// validURIParams checks *(";" name ["=" value]), none twice (RFC 3261 §19.1.1).
func validURIParams(b []byte) bool {
	whole := b
	for n := 0; len(b) > 0; n++ {
		if b[0] != ';' || n == maxParams {
			return false
		}
		end := bytes.IndexByte(b[1:], ';') + 1
		if end == 0 {
			end = len(b)
		}
		name, value, hasValue := bytes.Cut(b[1:end], []byte("="))
		if len(name) == 0 || !allEscaped(name, classParam) {
			return false
		}
		if hasValue && (len(value) == 0 || !allEscaped(value, classParam)) {
			return false
		}
		if n > 0 {
			if _, twice := paramEscaped(whole[:len(whole)-len(b)], name); twice {
				return false
			}
		}
		b = b[end:]
	}
	return true
}

func validURIHeaders(b []byte) bool {
	for range maxParams {
		one, rest, more := bytes.Cut(b, []byte("&"))
		name, value, hasValue := bytes.Cut(one, []byte("="))
		if len(name) == 0 || !hasValue || !allEscaped(name, classHeader) || !allEscaped(value, classHeader) {
			return false
		}
		if !more {
			return true
		}
		b = rest
	}
	return false
}
