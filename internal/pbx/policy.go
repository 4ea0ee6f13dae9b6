package pbx

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths of secrets (U2).
const (
	MinPassword = 12
	MaxPassword = 256
	MinPIN      = 6
	MaxPIN      = 12
)

// PasswordProblem says in words why a password is refused, empty if it is not. Own are texts that it may not be: names
// and numbers of the user it is for.
func PasswordProblem(password string, own ...string) string {
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return "The password is not valid text."
	case n < MinPassword:
		return "A password has at least 12 characters."
	case n > MaxPassword:
		return "A password has at most 256 characters."
	case tooCommon(password):
		return "This password is among the first that are guessed."
	}
	for _, o := range own {
		if o = lettersAndDigits(o); len(o) >= 2 && isOwn(password, o) {
			return "The password can't be the own name or number."
		}
	}
	return ""
}

// isOwn reports whether a password is a name or number again and again, with nothing but signs and digits beside it.
func isOwn(password, own string) bool {
	plain := bare(password)
	for _, text := range []string{plain, lettersAndDigits(password), unleet(plain), strings.Trim(plain, "0123456789")} {
		if madeOf(text, own) {
			return true
		}
	}
	return false
}

// PINProblem says in words why a PIN is refused, empty if it is not. Numbers are those of the user it is for.
func PINProblem(pin string, numbers ...string) string {
	if len(pin) < MinPIN || len(pin) > MaxPIN || strings.Trim(pin, "0123456789") != "" {
		return "A PIN has 6 to 12 digits."
	}
	if sequence(pin) || madeOf(pin, pin[:1]) || madeOf(pin, pin[:2]) || madeOf(pin, pin[:3]) ||
		distinct(pin) < 3 || slices.Contains(commonPINs(), pin) || looksLikeDate(pin) {
		return "This PIN is too easy to guess."
	}
	for _, n := range numbers {
		if len(n) >= 2 && (n == pin || madeOf(pin, n) || len(n) >= 3 && strings.HasPrefix(pin, n) && sequence(pin[len(n):]) ||
			len(n) >= 5 && strings.Contains(pin, n)) {
			return "A PIN can't be made of the own number."
		}
	}
	return ""
}

// tooCommon knows the long passwords of the published lists by how they are made: one of the common words or keyboard
// rows, repeated or with digits and signs around it, and little else.
func tooCommon(password string) bool {
	plain := unleet(lettersAndDigits(password))
	low := strings.ToLower(password)
	if distinct(low) < 5 || sequence(plain) {
		return true
	}
	for unit := 1; unit <= len(plain)/2 && unit <= 8; unit++ {
		if madeOf(plain, plain[:unit]) {
			return true
		}
	}
	// Digits around the words, and the words put together: what is left must be something of its own.
	rest, signs := strings.Trim(bare(low), "0123456789"), strings.Trim(lettersAndDigits(low), "0123456789")
	for _, text := range []string{rest, unleet(rest), signs, unleet(signs), plain} {
		if onlyCommonWords(text, 4) {
			return true
		}
	}
	return false
}

// onlyCommonWords reports whether text is nothing but common words, at most so many of them, and digits between.
func onlyCommonWords(text string, most int) bool {
	text = strings.TrimLeft(text, "0123456789")
	if text == "" {
		return true
	}
	if most == 0 {
		return false
	}
	for _, w := range commonWords() {
		if strings.HasPrefix(text, w) && onlyCommonWords(text[len(w):], most-1) {
			return true
		}
	}
	return false
}

func commonWords() []string {
	return strings.Fields(`
		password passwort passwd pass kennwort parola contrasena motdepasse secret geheim letmein welcome willkommen
		benvenuto hello hallo ciao admin administrator root user guest test testing default changeme changethis temp
		temporary login access master system server manager support service office company firma phone telefon
		telefono telephone voip asterisk freepbx sip pbx extension ringfence
		qwerty qwertz azerty qwertyuiop qwertzuiop azertyuiop asdfghjkl asdfgh asdf zxcvbnm zxcvbn yxcvbnm qazwsx
		qazwsxedc wsxedc edcrfv zaqxsw abc abcd abcdef abcdefgh abcabc
		iloveyou loveyou love lovely princess sunshine monkey dragon shadow football fussball calcio baseball basketball
		soccer hockey superman batman spiderman starwars pokemon naruto michael jordan jennifer jessica charlie thomas
		daniel andrea alessandro francesco giuseppe anthony robert george william michelle ashley nicole matthew joshua
		freedom whatever trustno computer internet samsung google microsoft windows linux apple iphone android
		summer winter spring autumn fall sommer herbst fruehling estate inverno
		january february march april june july august september october november december
		monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag
		correct horse battery staple
		liverpool chelsea arsenal barcelona juventus bayern manchester united germany italia deutschland england
		fuckyou fuckoff killer jesus jesuschrist angel heaven blessed family forever friends mother father
		chocolate cookie banana orange flower butterfly diamond purple yellow silver golden
		one two three four five the my is and for you me mypassword thepassword newpassword oldpassword`)
}

func commonPINs() []string {
	return []string{
		"147258", "258369", "147852", "159357", "159753", "123654", "123789", "456123", "789456", "101010", "112358",
		"314159", "271828", "246810", "135790", "102030", "112211", "696969", "520131", "131313", "121314",
	}
}

func unleet(s string) string {
	return strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b").Replace(s)
}

// bare folds and keeps letters and digits only.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// lettersAndDigits is bare, with signs that stand for letters read as such.
func lettersAndDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '@':
			return 'a'
		case '$':
			return 's'
		case '!':
			return 'i'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// sequence reports whether each character follows the one before, up or down, wrapping from 9 to 0.
func sequence(s string) bool {
	if len(s) < 3 {
		return false
	}
	for _, step := range []int{1, -1} {
		ok := true
		for i := 1; i < len(s) && ok; i++ {
			d := int(s[i]) - int(s[i-1])
			ok = d == step || s[i-1] == '9' && s[i] == '0' && step == 1 || s[i-1] == '0' && s[i] == '9' && step == -1
		}
		if ok {
			return true
		}
	}
	return false
}

// madeOf reports whether s is unit again and again, the last one perhaps cut.
func madeOf(s, unit string) bool {
	if unit == "" || len(s) < len(unit) {
		return false
	}
	for i := range len(s) {
		if s[i] != unit[i%len(unit)] {
			return false
		}
	}
	return true
}

// looksLikeDate knows six and eight digits that are a day: birthdays are guessed first.
func looksLikeDate(pin string) bool {
	day := func(d, m string) bool { return d >= "01" && d <= "31" && m >= "01" && m <= "12" }
	year := func(y string) bool { return y >= "1930" && y <= "2039" }
	if len(pin) == 8 {
		return year(pin[4:]) && (day(pin[:2], pin[2:4]) || day(pin[2:4], pin[:2])) ||
			year(pin[:4]) && day(pin[6:], pin[4:6])
	}
	return false
}
