package sip

import "bytes"

// Equal compares two URIs by the rules of RFC 3261 §19.1.4. URIs of other schemes are equal when their text is.
func (u URI) Equal(v URI) bool {
	if !bytes.EqualFold(u.Scheme, v.Scheme) {
		return false
	}
	if !u.IsSIP() {
		return equalEscaped(u.Opaque, v.Opaque, false) && bytes.EqualFold(u.Params, v.Params)
	}
	// RFC 3261 §19.1.4: the user part is case-sensitive, the host is not; an absent port equals no port at all.
	return (u.User == nil) == (v.User == nil) && equalEscaped(u.User, v.User, false) &&
		(u.Password == nil) == (v.Password == nil) && equalEscaped(u.Password, v.Password, false) &&
		bytes.EqualFold(u.Host, v.Host) && u.Port == v.Port &&
		paramsAgree(u.Params, v.Params) && paramsAgree(v.Params, u.Params) &&
		headersAgree(u.Headers, v.Headers) && headersAgree(v.Headers, u.Headers)
}

// paramsAgree reports whether each parameter of a may stand beside those of b.
func paramsAgree(a, b []byte) bool {
	for len(a) > 0 {
		name, value, _, rest, ok := nextParam(a)
		if !ok {
			return false
		}
		a = rest
		other, found := paramEscaped(b, name)
		if found && !equalEscaped(value, other, true) || !found && mandatoryParam(name) {
			return false
		}
	}
	return true
}

// RFC 3261 §19.1.4: these match only when both URIs have them, with equal values.
func mandatoryParam(name []byte) bool {
	return equalFold(name, "user") || equalFold(name, "ttl") || equalFold(name, "method") ||
		equalFold(name, "maddr") || equalFold(name, "transport")
}

func paramEscaped(params, name []byte) ([]byte, bool) {
	for len(params) > 0 {
		n, v, _, rest, ok := nextParam(params)
		if !ok {
			return nil, false
		}
		if equalEscaped(n, name, true) {
			return v, true
		}
		params = rest
	}
	return nil, false
}

// headersAgree reports whether each header of a stands in b with the same value.
func headersAgree(a, b []byte) bool {
	for len(a) > 0 {
		one, rest, _ := bytes.Cut(a, []byte("&"))
		a = rest
		name, value, _ := bytes.Cut(one, []byte("="))
		found := false
		for left := b; len(left) > 0 && !found; {
			var other []byte
			other, left, _ = bytes.Cut(left, []byte("&"))
			n, v, _ := bytes.Cut(other, []byte("="))
			found = equalEscaped(n, name, true) && equalEscaped(v, value, false)
		}
		if !found {
			return false
		}
	}
	return true
}

// equalEscaped compares text in which an escaped character equals the character itself, except for reserved ones,
// which mean something else when they are not escaped.
func equalEscaped(a, b []byte, fold bool) bool {
	for len(a) > 0 && len(b) > 0 {
		x, escX, nx := unescapeOne(a)
		y, escY, ny := unescapeOne(b)
		if fold {
			x, y = lower(x), lower(y)
		}
		if x != y || escX != escY && reserved(x) {
			return false
		}
		a, b = a[nx:], b[ny:]
	}
	return len(a) == 0 && len(b) == 0
}

func reserved(c byte) bool { return bytes.IndexByte([]byte(";/?:@&=+$,"), c) >= 0 }

func unescapeOne(b []byte) (c byte, escaped bool, n int) {
	if b[0] == '%' && len(b) > 2 {
		if hi, lo := unhex(b[1]), unhex(b[2]); hi >= 0 && lo >= 0 {
			return byte(hi<<4 | lo), true, 3
		}
	}
	return b[0], false, 1
}

// AppendUnescaped appends text with its percent escapes resolved.
func AppendUnescaped(dst, b []byte) []byte {
	for len(b) > 0 {
		c, _, n := unescapeOne(b)
		dst = append(dst, c)
		b = b[n:]
	}
	return dst
}

// AppendEscapedUser appends text as the user part of a SIP URI: what may not stand there is escaped.
func AppendEscapedUser(dst []byte, user string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(user) {
		c := user[i]
		if is(c, classUser) && c != '#' {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hex[c>>4], hex[c&15])
		}
	}
	return dst
}
