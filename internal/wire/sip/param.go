package sip

import "bytes"

// nextParam takes the first ";name=value" from b. White space around the separators and quoted values are permitted.
func nextParam(b []byte) (name, value []byte, hasValue bool, rest []byte, ok bool) {
	b = trimLeft(b)
	if len(b) == 0 || b[0] != ';' {
		return nil, nil, false, b, false
	}
	b = trimLeft(b[1:])
	i := 0
	for i < len(b) && b[i] != ';' && b[i] != '=' {
		i++
	}
	name = trim(b[:i])
	if i == len(b) || b[i] == ';' {
		return name, nil, false, b[i:], true
	}
	b = trimLeft(b[i+1:])
	i = paramValueEnd(b)
	return name, trim(b[:i]), true, b[i:], true
}

// paramValueEnd returns where the value at the start of b ends: at a semicolon outside quotes.
func paramValueEnd(b []byte) int {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			return i
		}
	}
	return len(b)
}

// Param finds a parameter in text of the form ";name=value;name". The value of a quoted one keeps its quotes; that of
// one without value is empty.
func Param(params []byte, name string) (value []byte, ok bool) {
	for len(params) > 0 {
		n, v, _, rest, more := nextParam(params)
		if !more {
			return nil, false
		}
		if equalFold(n, name) {
			if v == nil {
				v = n[len(n):]
			}
			return v, true
		}
		params = rest
	}
	return nil, false
}

// maxParams limits the parameters of one URI or value, because each is compared with the others.
const maxParams = 64

// ValidParams reports whether b is a sequence of generic parameters (RFC 3261 §25.1 generic-param), none twice
// (RFC 3261 §7.3.1).
func ValidParams(b []byte) bool {
	b = trim(b)
	whole := b
	for n := 0; len(b) > 0; n++ {
		name, value, hasValue, rest, ok := nextParam(b)
		if !ok || n == maxParams || len(name) == 0 || !all(name, classToken) {
			return false
		}
		if hasValue && !validParamValue(value) {
			return false
		}
		if n > 0 && namedBefore(whole[:len(whole)-len(b)], name) {
			return false
		}
		b = trimLeft(rest)
	}
	return true
}

// namedBefore reports whether a parameter of the name stands in b.
func namedBefore(b, name []byte) bool {
	for len(b) > 0 {
		n, _, _, rest, ok := nextParam(b)
		if !ok {
			return false
		}
		if bytes.EqualFold(n, name) {
			return true
		}
		b = rest
	}
	return false
}

func validParamValue(v []byte) bool {
	if len(v) == 0 {
		return false
	}
	if v[0] == '"' {
		return quotedEnd(v) == len(v)
	}
	for _, c := range v {
		// token / host, and what instance identifiers and URIs in values use in practice
		if c <= ' ' || c >= 0x7f || c == '"' || c == ',' || c == '<' || c == '>' {
			return false
		}
	}
	return true
}

// quotedEnd returns the length of the quoted string at the start of b, zero if there is none or it does not end.
func quotedEnd(b []byte) int {
	if len(b) == 0 || b[0] != '"' {
		return 0
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

// Unquote removes the quotes and escapes of a quoted string; other text is returned as it is. It allocates only when
// there are escapes.
func Unquote(b []byte) []byte {
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return b
	}
	b = b[1 : len(b)-1]
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) {
			i++
		}
		out = append(out, b[i])
	}
	return out
}

// nextItem takes the first element of a list separated by commas; commas in quotes and in <> separate nothing.
func nextItem(b []byte) (item, rest []byte) {
	if bytes.IndexByte(b, ',') < 0 {
		return trim(b), nil
	}
	quoted, angle := false, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted:
			switch c {
			case '\\':
				i++
			case '"':
				quoted = false
			}
		case c == '"' && !angle:
			quoted = true
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == ',' && !angle:
			return trim(b[:i]), b[i+1:]
		}
	}
	return trim(b), nil
}
