package pbx

import (
	"net/mail"
	"net/netip"
	"strings"
	"time"
	_ "time/tzdata" // time zones are known on a machine that has none installed
	"unicode"
	"unicode/utf8"
)

// Fold is the form in which names are compared: trimmed, inner white space single, lower case.
func Fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// MaxNumber is how many digits a number in the plan has at most, as in E.164.
const MaxNumber = 15

// NumberProblem says in words why s can't be a number in the plan, empty if it can. Leading zeros are kept (X1).
func NumberProblem(s string) string {
	switch {
	case s == "":
		return "A number is needed."
	case len(s) < 2 || len(s) > MaxNumber:
		return "A number has 2 to 15 digits."
	}
	for _, c := range []byte(s) {
		if !isDigit(c) {
			return "A number consists of digits only."
		}
	}
	return ""
}

// UsernameProblem says in words why s can't be a username, empty if it can. The same rule holds for a name as alias.
func UsernameProblem(s string) string {
	switch {
	case s == "":
		return "A username is needed."
	case len(s) > 64:
		return "A username has at most 64 characters."
	}
	letter := false
	for i, c := range []byte(s) {
		switch {
		case isLetter(c):
			letter = true
		case isDigit(c):
		case strings.IndexByte("._-", c) >= 0 && i > 0 && i < len(s)-1:
		default:
			return "Use letters, digits, and between them . _ or -."
		}
	}
	if !letter {
		return "A username needs a letter; digits alone are a number."
	}
	return ""
}

// AliasProblem says in words why s can't be an alias: another name or internal number (X3).
func AliasProblem(s string) string {
	if s != "" && strings.Trim(s, "0123456789") == "" {
		return NumberProblem(s)
	}
	return UsernameProblem(s)
}

// FeatureCodeProblem says in words why s can't be a feature code.
func FeatureCodeProblem(s string) string {
	if len(s) < 2 || len(s) > 8 || s[0] != '*' && s[0] != '#' || strings.Trim(s, "0123456789*#") != "" {
		return "A feature code is * or # and digits, such as *43."
	}
	return ""
}

// ValidEmail reports whether s is a plain e-mail address, without display name.
func ValidEmail(s string) bool {
	if len(s) > 254 || strings.ContainsAny(s, " \t\r\n<>\"") {
		return false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return ValidHost(domain)
}

// ValidHost reports whether s is a host name or an IP address, as a SIP domain may be.
func ValidHost(s string) bool {
	if _, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return true
	}
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if c != '-' && !isLetter(c) && !isDigit(c) {
				return false
			}
		}
	}
	return true
}

// ValidTimeZone reports whether s is an IANA time zone.
func ValidTimeZone(s string) bool {
	if s == "" || s == "Local" {
		return false
	}
	_, err := time.LoadLocation(s)
	return err == nil
}

// ValidLanguage reports whether s looks like a BCP 47 language, such as de or de-CH.
func ValidLanguage(s string) bool {
	if len(s) > 35 {
		return false
	}
	for i, part := range strings.Split(s, "-") {
		if len(part) < 1 || len(part) > 8 || i == 0 && len(part) < 2 {
			return false
		}
		for _, c := range []byte(part) {
			if !isLetter(c) && (i == 0 || !isDigit(c)) {
				return false
			}
		}
	}
	return true
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func validCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func validAccountName(s string) bool {
	if s == "" || len(s) > 40 {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && s[0] != '-' && s[len(s)-1] != '-'
}

func printableASCII(s string) bool {
	for _, c := range []byte(s) {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// checkText complains about text that is too long, not UTF-8, or holds control characters.
func checkText(f *FieldErrors, field, s string, most int) {
	if !utf8.ValidString(s) {
		f.Add(field, "This is not valid text.")
		return
	}
	if utf8.RuneCountInString(s) > most {
		f.Add(field, "This is too long.")
		return
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' {
			f.Add(field, "Control characters are not allowed here.")
			return
		}
	}
}

// plainLines reports whether text of many lines is valid and free of control characters but line ends and tabs.
func plainLines(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t'
	})
}
