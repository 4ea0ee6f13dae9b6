package sip

import (
	"bytes"
	"errors"
)

// ErrAddress tells that text is neither a name-addr nor an addr-spec.
var ErrAddress = errors.New("malformed address")

// Address is a view of a name-addr or addr-spec with its parameters: From, To, Contact, Route, Refer-To and the like.
type Address struct {
	Display []byte // with its quotes, if any
	URI     URI
	RawURI  []byte // the URI as written, without <>
	Params  []byte // the header field's parameters, with the leading semicolon
	Star    bool   // the Contact "*"
}

// DisplayName returns the display name without quotes and escapes.
func (a Address) DisplayName() []byte { return Unquote(a.Display) }

// Param returns a parameter of the header field; the value of one without value is empty.
func (a Address) Param(name string) ([]byte, bool) { return Param(a.Params, name) }

// Tag returns the tag, nil if there is none.
func (a Address) Tag() []byte {
	if v, ok := Param(a.Params, "tag"); ok && len(v) > 0 {
		return v
	}
	return nil
}

// ParseAddress reads one address; a list must have been split. "*" is read as Address{Star: true}. The only error is
// ErrAddress.
func ParseAddress(b []byte) (Address, error) {
	b = trim(b)
	if len(b) == 1 && b[0] == '*' {
		return Address{Star: true}, nil
	}
	var a Address
	rest := b
	if len(b) > 0 && b[0] == '"' {
		n := quotedEnd(b)
		if n == 0 {
			return Address{}, ErrAddress // RFC 4475 §3.1.2.6: unterminated quote
		}
		a.Display = b[:n]
		rest = trimLeft(b[n:])
		if len(rest) == 0 || rest[0] != '<' {
			return Address{}, ErrAddress
		}
	}
	open := bytes.IndexByte(rest, '<')
	// A "<" behind the first semicolon belongs to a parameter and not to this address.
	if open < 0 || a.Display == nil && bytes.IndexByte(rest[:open], ';') >= 0 {
		return parseAddrSpec(rest)
	}
	if a.Display == nil {
		a.Display = trim(rest[:open])
		// RFC 3261 §25.1: an unquoted display name is made of tokens and white space.
		if !all(a.Display, classDisplay) {
			return Address{}, ErrAddress
		}
	}
	rest = rest[open+1:]
	end := bytes.IndexByte(rest, '>')
	if end < 0 {
		return Address{}, ErrAddress
	}
	return finishAddress(a, rest[:end], rest[end+1:])
}

// parseAddrSpec reads an address without <>: its parameters belong to the header field.
func parseAddrSpec(b []byte) (Address, error) {
	uri, params := b, b[len(b):]
	if i := bytes.IndexByte(b, ';'); i >= 0 {
		uri, params = trim(b[:i]), b[i:]
	}
	// RFC 3261 §20.10: a URI with a comma, question mark or semicolon must be in <>.
	if bytes.IndexByte(uri, '?') >= 0 || bytes.IndexByte(uri, ',') >= 0 {
		return Address{}, ErrAddress
	}
	return finishAddress(Address{}, uri, params)
}

func finishAddress(a Address, uri, params []byte) (Address, error) {
	u, err := ParseURI(uri)
	if err != nil {
		return Address{}, ErrAddress
	}
	params = trim(params)
	if !ValidParams(params) {
		return Address{}, ErrAddress
	}
	a.URI, a.RawURI, a.Params = u, uri, params
	return a, nil
}
