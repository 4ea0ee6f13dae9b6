package sip

import (
	"bytes"
	"errors"
	"net/netip"
)

// ErrVia tells that text is no Via value.
var ErrVia = errors.New("malformed Via")

// BranchCookie begins every branch of an element that follows RFC 3261.
const BranchCookie = "z9hG4bK"

// ViaHop is a view of one Via value.
type ViaHop struct {
	Version   []byte // 2.0; Validate refuses others
	Transport []byte
	Host      []byte // an IPv6 address keeps its brackets
	Port      uint16 // zero: none is given
	Branch    []byte
	Received  []byte
	RPort     uint16 // the value of rport, zero without
	HasRPort  bool   // rport is present, with or without value
	Params    []byte // as written, with the leading semicolon
}

// Param returns a parameter; the value of one without value is empty.
func (v ViaHop) Param(name string) ([]byte, bool) { return Param(v.Params, name) }

// Addr returns the sent-by host as an address, if it is one.
func (v ViaHop) Addr() (netip.Addr, bool) { return hostAddr(v.Host) }

// ParseVia reads one Via value; a list must have been split. The only error is ErrVia.
func ParseVia(b []byte) (ViaHop, error) {
	var v ViaHop
	// sent-protocol: SIP / version / transport, with white space around the slashes (RFC 3261 §25.1 SLASH).
	name, b, ok := cutSlash(b)
	if !ok || !equalFold(name, "SIP") {
		return v, ErrVia
	}
	v.Version, b, ok = cutSlash(b)
	if !ok || len(v.Version) == 0 || !all(v.Version, classToken) {
		return ViaHop{}, ErrVia
	}
	b = trimLeft(b)
	i := 0
	for i < len(b) && is(b[i], classToken) {
		i++
	}
	if i == 0 || i == len(b) || !isSpace(b[i]) {
		return v, ErrVia
	}
	v.Transport = b[:i]
	b = trimLeft(b[i:])
	n, ok := viaSentBy(b, &v)
	if !ok {
		return ViaHop{}, ErrVia
	}
	v.Params = trim(b[n:])
	return v, v.readParams()
}

func cutSlash(b []byte) (before, after []byte, ok bool) {
	i := bytes.IndexByte(b, '/')
	if i < 0 {
		return nil, nil, false
	}
	return trim(b[:i]), b[i+1:], true
}

// viaSentBy reads host [COLON port]; unlike in a URI, white space may surround the colon (RFC 3261 §25.1 COLON).
func viaSentBy(b []byte, v *ViaHop) (int, bool) {
	n := hostLen(b)
	if n == 0 {
		return 0, false
	}
	v.Host = b[:n]
	rest := trimLeft(b[n:])
	if len(rest) == 0 || rest[0] != ':' {
		return n, true
	}
	rest = trimLeft(rest[1:])
	port, digits, ok := portNumber(rest)
	v.Port = port
	return len(b) - len(rest) + digits, ok
}

func (v *ViaHop) readParams() error {
	if !ValidParams(v.Params) {
		return ErrVia
	}
	for b := v.Params; len(b) > 0; {
		name, value, hasValue, rest, _ := nextParam(b)
		switch {
		case equalFold(name, "branch"):
			v.Branch = value
		case equalFold(name, "received"):
			v.Received = value
		case equalFold(name, "rport"):
			v.HasRPort = true
			port, valid := parseUint(value, 65535)
			if hasValue && !valid {
				return ErrVia
			}
			v.RPort = uint16(port)
		}
		b = trimLeft(rest)
	}
	return nil
}
