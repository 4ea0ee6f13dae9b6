package sip

// Character classes of RFC 3261 §25.1.
const (
	classToken   = 1 << iota // token
	classVisible             // visible ASCII
	classUser                // user: unreserved and user-unreserved, without "%"
	classPass                // password, without "%"
	classParam               // URI parameter, without "%"
	classHeader              // URI header, without "%"
	classHost                // host name
	classDisplay             // an unquoted display name: tokens and white space
)

var classes = charClasses()

func charClasses() (t [256]uint8) {
	add := func(class uint8, s string) {
		for _, c := range []byte(s) {
			t[c] |= class
		}
	}
	const alnum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	const unreserved = alnum + "-_.!~*'()"
	add(classToken, alnum+"-.!%*_+`'~")
	for c := '!'; c <= '~'; c++ {
		t[c] |= classVisible
	}
	add(classUser, unreserved+"&=+$,;?/")
	// Quirk: many desk phones: "#" of a dialled feature code is not escaped in the user part.
	add(classUser, "#")
	add(classPass, unreserved+"&=+$,")
	add(classParam, unreserved+"[]/:&+$")
	add(classHeader, unreserved+"[]/?:+$")
	// RFC 3261 §25.1: deviation: "_" is no host name character, but names with it exist inside companies.
	add(classHost, alnum+"-._")
	// RFC 3261 §25.1: deviation: an unquoted display name may have letters of any script and parentheses: it decides
	// nothing, and its own phones' users write their names.
	add(classDisplay, alnum+"-.!%*_+`'~ \t()")
	for c := 0x80; c <= 0xff; c++ {
		t[c] |= classDisplay
	}
	return t
}

func is(c byte, class uint8) bool { return classes[c]&class != 0 }

// all reports whether b has only characters of the class.
func all(b []byte, class uint8) bool {
	for _, c := range b {
		if classes[c]&class == 0 {
			return false
		}
	}
	return true
}

// allEscaped is all with percent escapes permitted.
func allEscaped(b []byte, class uint8) bool {
	for i := 0; i < len(b); i++ {
		c := b[i]
		if classes[c]&class != 0 {
			continue
		}
		if c != '%' || i+2 >= len(b) || unhex(b[i+1]) < 0 || unhex(b[i+2]) < 0 {
			return false
		}
		i += 2
	}
	return true
}

func unhex(c byte) int {
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

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// equalFold compares without regard to ASCII case.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if b[i] != s[i] && lower(b[i]) != lower(s[i]) {
			return false
		}
	}
	return true
}

// EqualFold compares two values without regard to ASCII case.
func EqualFold(a []byte, b string) bool { return equalFold(a, b) }

// IsToken reports whether b is a token (RFC 3261 §25.1).
func IsToken(b []byte) bool { return len(b) > 0 && all(b, classToken) }

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

func trimLeft(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	return b
}

func trim(b []byte) []byte {
	b = trimLeft(b)
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// parseUint reads a number of at most limit that fills b.
func parseUint(b []byte, limit uint64) (uint64, bool) {
	if len(b) == 0 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = n*10 + uint64(c-'0'); n > limit {
			return 0, false
		}
	}
	return n, true
}
