package route

import (
	"bytes"
	"net/netip"
	"strings"

	"ringfence/internal/engine/roster"
	"ringfence/internal/wire/e164"
)

// maxDialled bounds what a dialled string may be: longer ones reach nobody.
const maxDialled = 128

// userPart undoes the escapes of a URI's user, and drops its parameters.
func userPart(user []byte) []byte {
	if i := bytes.IndexByte(user, ';'); i >= 0 {
		user = user[:i] // RFC 3261 §19.1.6: telephone-subscriber parameters, such as phone-context
	}
	if len(user) > maxDialled*3 {
		return nil
	}
	if bytes.IndexByte(user, '%') >= 0 {
		user = unescape(user)
	}
	if len(user) > maxDialled || bytes.IndexByte(user, 0) >= 0 {
		return nil
	}
	return user
}

// unescape replaces %xx; RFC 3261 §19.1.2: *43 may come as %2A43.
func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '%' && i+2 < len(b) {
			hi, lo := hexDigit(b[i+1]), hexDigit(b[i+2])
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
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

const separators = "-.()" // RFC 3966 §5.1.1: a reader's help, no part of the number

// isNumber tells whether text is a telephone number with visual separators.
func isNumber(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9', c == '*', c == '#', c == '+' && i == 0:
		case strings.IndexByte(separators, c) >= 0:
		default:
			return false
		}
	}
	return true
}

// visual drops the visual separators of a number.
func visual(b []byte) []byte {
	if !bytes.ContainsAny(b, separators) {
		return b
	}
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if strings.IndexByte(separators, c) < 0 {
			out = append(out, c)
		}
	}
	return out
}

// isOurs tells whether a host names the organization: its domain, an alias or an address of the server (signalling 7).
func isOurs(host []byte, o *roster.Organization) bool {
	if strings.EqualFold(string(host), o.SIPDomain) {
		return true
	}
	addr, isAddr := hostAddr(host)
	for _, n := range o.Names {
		if strings.EqualFold(string(host), n) {
			return true
		}
		if isAddr {
			if a, err := netip.ParseAddr(strings.Trim(n, "[]")); err == nil && a.Unmap() == addr {
				return true
			}
		}
	}
	return false
}

func hostAddr(host []byte) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.Trim(string(host), "[]"))
	return a.Unmap(), err == nil
}

// minOutside is how many characters an outside number has at least as dialled: shorter ones are not looked up.
const minOutside = 5

// outside finds one of our outside numbers as dialled in the organization's country: with +, with the international or
// trunk prefix, and after the digit for an outside line where there is one.
func outside(value []byte, d Directory) (roster.Target, bool) {
	o := d.Organization()
	if len(value) < minOutside {
		return roster.Target{}, false
	}
	if rest, ok := bytes.CutPrefix(value, []byte(o.Outside)); ok && o.Outside != "" {
		if t, found := dialE164(rest, o.Country, d); found {
			return t, true
		}
	}
	return dialE164(value, o.Country, d)
}

func dialE164(value []byte, country string, d Directory) (roster.Target, bool) {
	number, ok := e164.Plausible(string(value), country)
	if !ok {
		return roster.Target{}, false
	}
	return d.Dial([]byte(number))
}
