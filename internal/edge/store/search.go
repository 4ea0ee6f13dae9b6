package store

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// trigram is how many characters a search needs before trigrams serve it; shorter ones look for beginnings of words.
const trigram = 3

// plainText keeps the characters that LIKE treats specially out of what is searched and of what is searched for: each
// becomes a character of its own from the private use area, in both.
var plainText = strings.NewReplacer("%", "\ue025", "_", "\ue05f", "\\", "\ue05c", "\x00", "")

// pattern is the LIKE pattern for texts that contain q.
func pattern(q string) string { return "%" + plainText.Replace(q) + "%" }

// sqliteContains asks the index alone; with LIKE, SQLite would read every text it has found to make sure.
func sqliteContains(table, text string) (condition, arg string) {
	return table + " MATCH ?", `"` + strings.ReplaceAll(plainText.Replace(text), `"`, `""`) + `"`
}

func postgresContains(_, text string) (condition, arg string) { return "search LIKE ?", pattern(text) }

// short tells whether a search is too short for trigrams.
func short(q string) bool { return utf8.RuneCountInString(q) < trigram }

// initials lists, once each, the first two characters of every word of a folded text. A word begins where a letter,
// digit or sign follows something that is neither letter nor digit.
func initials(text string) []string {
	var list []string
	seen := make(map[string]bool)
	before := ' '
	for i, r := range text {
		start := !unicode.IsLetter(before) && !unicode.IsDigit(before) && !unicode.IsSpace(r)
		before = r
		if !start {
			continue
		}
		end := i + utf8.RuneLen(r)
		if next, size := utf8.DecodeRuneInString(text[end:]); size > 0 && !unicode.IsSpace(next) {
			end += size
		}
		if !seen[text[i:end]] {
			seen[text[i:end]] = true
			list = append(list, text[i:end])
		}
	}
	return list
}

// initialsFrom and initialsTo bound the initials that begin with a search of one or two characters.
func initialsFrom(q string) string { return plainText.Replace(q) }
func initialsTo(q string) string   { return plainText.Replace(q) + string(unicode.MaxRune) }
