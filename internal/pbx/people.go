package pbx

import (
	"slices"
	"strings"
	"unicode"
)

// PersonLine is a person as a line of pasted text names one (U13).
type PersonLine struct {
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Email     string `json:"email"`
	Number    string `json:"number"`
}

// People reads persons from pasted text: "first last e-mail" a line, also with tabs, semicolons or commas between,
// quoted, as "Last, First", or as a mail program writes addresses. Lines that only head columns are left out. What it
// can't tell apart is put where a person would look for it; nothing is dropped.
func People(text string) []PersonLine {
	var out []PersonLine
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\ufeff", "").Replace(text)) {
		line = strings.TrimSpace(line)
		if line == "" || heading(line) {
			continue
		}
		for _, part := range addresses(line) {
			out = append(out, person(part))
		}
	}
	return out
}

// heading knows a line that only names columns.
func heading(line string) bool {
	known := []string{
		"first", "last", "name", "firstname", "lastname", "surname", "email", "mail", "e-mail", "number", "extension", "ext",
		"vorname", "nachname", "e-mail-adresse", "nummer", "durchwahl", "nome", "cognome", "numero", "interno", "first_name",
		"last_name",
	}
	words := strings.FieldsFunc(Fold(line), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(";,\"", r) })
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(known, w) })
}

// addresses splits a line in which a mail program put several addresses, with semicolons between.
func addresses(line string) []string {
	parts := fields(line, ';')
	if len(parts) < 2 {
		return []string{line}
	}
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" && (!strings.Contains(p, "@") || !strings.ContainsAny(p, " <")) {
			return []string{line}
		}
	}
	return slices.DeleteFunc(parts, func(p string) bool { return strings.TrimSpace(p) == "" })
}

// person reads one.
func person(line string) PersonLine {
	var p PersonLine
	var names []string
	comma := false
	parts := []string{line}
	switch {
	case strings.Contains(line, "\t"):
		parts = fields(line, '\t')
	case len(fields(line, ';')) > 1:
		parts = fields(line, ';')
	case len(fields(line, ',')) > 1:
		parts, comma = fields(line, ','), true
	}
	apart := false // the address had a column of its own
	for _, part := range parts {
		before := p.Email
		rest := p.take(part)
		if rest != "" {
			names = append(names, rest)
		} else if p.Email != before {
			apart = true
		}
	}
	switch {
	case len(names) == 1:
		p.FirstName, p.LastName = splitName(names[0])
	case len(names) == 2 && comma && !apart:
		p.LastName, p.FirstName = names[0], names[1]
	case len(names) >= 2:
		p.FirstName, p.LastName = names[0], strings.Join(names[1:], " ")
	}
	return p
}

// take moves an address and a number out of a part, and gives what is left of it.
func (p *PersonLine) take(part string) string {
	part = strings.TrimSpace(part)
	if quoted, ok := strings.CutPrefix(part, `"`); ok {
		if name, rest, ok := strings.Cut(quoted, `"`); ok {
			return strings.TrimSpace(p.takeWords(name) + " " + p.takeWords(rest))
		}
	}
	return p.takeWords(part)
}

func (p *PersonLine) takeWords(text string) string {
	var left []string
	for _, word := range strings.Fields(text) {
		bare := strings.Trim(word, "<>()[]\"'")
		switch {
		case strings.Contains(bare, "@") && p.Email == "":
			p.Email = strings.TrimPrefix(bare, "mailto:")
		case p.Number == "" && len(bare) > 1 && strings.Trim(bare, "0123456789") == "":
			p.Number = bare
		default:
			left = append(left, word)
		}
	}
	return strings.Join(left, " ")
}

// splitName tells first from last name: "Last, First", or the last word with what belongs to it.
func splitName(name string) (first, last string) {
	if l, f, ok := strings.Cut(name, ","); ok {
		return strings.TrimSpace(f), strings.TrimSpace(l)
	}
	words := strings.Fields(name)
	if len(words) < 2 {
		return name, ""
	}
	at := len(words) - 1
	for at > 1 && particle(words[at-1]) {
		at--
	}
	return strings.Join(words[:at], " "), strings.Join(words[at:], " ")
}

// particle knows the small words that begin a last name.
func particle(word string) bool {
	return slices.Contains([]string{
		"van", "von", "vom", "zu", "zum", "zur", "der", "den", "de", "del", "della", "dello", "degli", "dei", "di", "da",
		"dal", "du", "des", "la", "le", "lo", "ter", "ten", "te", "af", "av", "bin", "ibn", "al", "el", "dos", "das", "y",
		"van't", "st.", "san",
	}, Fold(word))
}

// fields splits at a separator outside of quotes, and takes the quotes away where a field is nothing but quoted.
func fields(line string, separator rune) []string {
	var out []string
	var b strings.Builder
	quoted := false
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
			b.WriteRune(r)
		case r == separator && !quoted:
			out = append(out, b.String())
			b.Reset()
		default:
			b.WriteRune(r)
		}
	}
	return append(out, b.String())
}
