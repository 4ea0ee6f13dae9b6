package admin

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ringfence/internal/pbx"
)

// Transliterate writes a name with the letters and digits of a username.
func Transliterate(s, language string) string {
	s = strings.ToLower(s)
	if strings.HasPrefix(language, "de") {
		s = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue").Replace(norm.NFC.String(s))
	}
	s = strings.NewReplacer(
		"ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "å", "a", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i",
		"а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "yo", "ж", "zh", "з", "z", "и", "i", "й", "y",
		"к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f",
		"х", "kh", "ц", "ts", "ч", "ch", "ш", "sh", "щ", "shch", "ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "yu",
		"я", "ya", "і", "i", "ї", "yi", "є", "ye", "ґ", "g",
		"α", "a", "β", "v", "γ", "g", "δ", "d", "ε", "e", "ζ", "z", "η", "i", "θ", "th", "ι", "i", "κ", "k", "λ", "l",
		"μ", "m", "ν", "n", "ξ", "x", "ο", "o", "π", "p", "ρ", "r", "σ", "s", "ς", "s", "τ", "t", "υ", "y", "φ", "f",
		"χ", "ch", "ψ", "ps", "ω", "o", "ά", "a", "έ", "e", "ή", "i", "ί", "i", "ό", "o", "ύ", "y", "ώ", "o",
	).Replace(norm.NFC.String(s))
	var b strings.Builder
	gap := false
	for _, r := range norm.NFD.String(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('.')
			}
			gap = false
			b.WriteRune(r)
		case unicode.IsSpace(r) || r == '.' || r == '-' || r == '_':
			gap = true
		}
	}
	return b.String()
}

// newUsername makes a free username from a user's names: first.last, else with a digit (U2).
func (w *Work) newUsername(u pbx.User, language string) (string, error) {
	base := Transliterate(strings.TrimSpace(u.FirstName+" "+u.LastName), language)
	if base == "" {
		base = Transliterate(u.DisplayName, language)
	}
	if len(base) > 56 {
		base = strings.Trim(base[:56], ".")
	}
	if pbx.UsernameProblem(base) != "" {
		base = "user"
	}
	for n := 1; ; n++ {
		name := base
		if n > 1 {
			name += strconv.Itoa(n)
		}
		_, taken, err := w.occupant(name, 0)
		if err != nil || !taken {
			return name, err
		}
	}
}
