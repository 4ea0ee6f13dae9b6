// Package e164 reads and writes telephone numbers of the public network: as people type them in their country, as
// E.164 stores them, and as they are shown. What is a number where, it takes from the tables of libphonenumber.
//
// Everything here is pure and may be used by any number of goroutines. Short numbers (emergency, service) are no part
// of E.164 and not known here.
package e164

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// most bounds what is looked at: longer text is no number.
const most = 64

// Parse reads a number as typed in a country (two letters; may be empty when the number begins with + or is meant to),
// and gives it as E.164: + and digits. It takes visual separators, the country's international and trunk prefixes, and
// a tel URI's +. False when it can't be a number of the public network: one that no country has.
func Parse(typed, country string) (string, bool) {
	typed = strings.TrimSpace(typed)
	if typed == "" || len(typed) > most || !telephonic(typed) {
		return "", false
	}
	n, err := phonenumbers.Parse(typed, strings.ToUpper(country))
	if err != nil || !phonenumbers.IsValidNumber(n) || n.GetExtension() != "" {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// Plausible is Parse for numbers that may be newer than the tables: written with + it is enough that a number of this
// length is possible in its country.
func Plausible(typed, country string) (string, bool) {
	if value, ok := Parse(typed, country); ok {
		return value, true
	}
	typed = strings.TrimSpace(typed)
	if !strings.HasPrefix(typed, "+") || len(typed) > most || !telephonic(typed) {
		return "", false
	}
	value, ok := possible(typed)
	if !ok {
		return "", false
	}
	again, ok := possible(value) // of several trunk zeros each reading takes one: no number, not even a new one
	if !ok || again != value {
		return "", false
	}
	return value, true
}

func possible(typed string) (string, bool) {
	n, err := phonenumbers.Parse(typed, "")
	if err != nil || !phonenumbers.IsPossibleNumber(n) || n.GetExtension() != "" {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// Shown writes an E.164 number with the spaces of its country: +45 33 73 65 06. What is no number stays as it is.
func Shown(value string) string {
	n, err := phonenumbers.Parse(value, "")
	if err != nil {
		return value
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// telephonic reports whether text has nothing but digits, a leading + and visual separators, so that words and
// extensions ("201 ext 5") are not taken for numbers.
func telephonic(s string) bool {
	digits := 0
	for i, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '+':
			if i != 0 {
				return false
			}
		case strings.IndexByte(" -./()", c) < 0:
			return false
		}
	}
	return digits > 0
}
