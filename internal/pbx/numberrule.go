package pbx

import "strings"

// NumberRule turns numbers of one shape into numbers of another: 2xx -> 52xx takes the x over (U8).
type NumberRule struct{ From, To string }

// ParseNumberRule reads "2xx -> 52xx"; an arrow may also be → or >. Invalid.
func ParseNumberRule(text string) (NumberRule, error) {
	bad := func(message string) (NumberRule, error) {
		return NumberRule{}, &Error{
			Kind: Invalid, Text: message, Fields: []FieldError{{Field: "rule", Message: message}},
		}
	}
	if len(text) > 100 {
		return bad("The rule is too long.")
	}
	text = strings.ToLower(strings.NewReplacer("→", ">", "->", ">", "=>", ">", " ", "").Replace(text))
	from, to, ok := strings.Cut(text, ">")
	if !ok {
		return bad("Write the rule like 2xx -> 52xx.")
	}
	for _, side := range []string{from, to} {
		if side == "" || strings.Trim(side, "x0123456789") != "" {
			return bad("A rule has digits, and x for digits that are taken over.")
		}
		if m := NumberProblem(strings.ReplaceAll(side, "x", "1")); m != "" {
			return bad(m)
		}
	}
	if strings.Count(from, "x") != strings.Count(to, "x") {
		return bad("Both sides need the same number of x.")
	}
	return NumberRule{From: from, To: to}, nil
}

// Range gives the first and last number that may have the old shape.
func (r NumberRule) Range() (first, last string) {
	return strings.ReplaceAll(r.From, "x", "0"), strings.ReplaceAll(r.From, "x", "9")
}

// Apply gives the new number; false when the number has not the old shape.
func (r NumberRule) Apply(number string) (string, bool) {
	if len(number) != len(r.From) {
		return "", false
	}
	var taken []byte
	for i := range len(number) {
		switch {
		case r.From[i] == 'x' && number[i] >= '0' && number[i] <= '9':
			taken = append(taken, number[i])
		case r.From[i] != number[i]:
			return "", false
		}
	}
	out := []byte(r.To)
	for i, c := range out {
		if c == 'x' {
			out[i], taken = taken[0], taken[1:]
		}
	}
	return string(out), true
}
