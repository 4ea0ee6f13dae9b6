// Package seeds holds the product to the manuals that it answers: every sentence of testdata is mapped in table.txt to a
// test that shows it, to a rule of an issue still to come, or to the rule that replaces it.
package seeds

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// seeds are the texts, by the number that the table calls them by.
var seeds = []string{"000", "001", "002", "003", "004"}

// rules are the ids of the product's rules: by their letter, the lowest and the highest number.
var rules = map[string][2]int{
	"G": {1, 7}, "U": {1, 14}, "X": {1, 6}, "S": {1, 4}, "L": {1, 4}, "D": {1, 8}, "I": {0, 9}, "R": {1, 7}, "C": {1, 8},
	"V": {1, 3}, "P": {1, 6}, "M": {1, 2}, "B": {1, 4}, "T": {1, 4}, "Y": {1, 3}, "E": {1, 2}, "F": {1, 6}, "A": {1, 10},
	"K": {1, 1},
}

// issues are those still to come, with what they build.
var issues = map[string]string{
	"4": "R1 R2 R3 R4 R5 R6 R7 C1 C2 C3 C5 C7 V1 V2 V3 T1 T4 X6",
	"5": "I0 I1 I2 I3 I4 I5 I6 I7 I8 I9 D1 D2 D3 D4 D5 D6 D7 D8",
}

// sentences cuts a text into its sentences, each with white space made one. Lines without words are none.
func sentences(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(line), " ")
		from := 0
		for i, r := range line {
			if i == 0 || r != ' ' || !strings.ContainsRune(".!?:)", rune(line[i-1])) || strings.HasSuffix(line[:i], "e.g.") {
				continue
			}
			if next := []rune(line[i+1:]); len(next) > 0 && (unicode.IsUpper(next[0]) || strings.ContainsRune("“\"*([⚠", next[0])) {
				out = append(out, line[from:i])
				from = i + 1
			}
		}
		out = append(out, line[from:])
	}
	return slices.DeleteFunc(out, func(s string) bool { return !hasWord.MatchString(s) })
}

var hasWord = regexp.MustCompile(`[A-Za-z]{2}`)

// entry is a line of the table.
type entry struct{ begins, maps string }

// table reads table.txt: number, the sentence's first words, and what it is mapped to, with two or more spaces between.
func table(t *testing.T) map[string]entry {
	t.Helper()
	text, err := os.ReadFile("table.txt")
	if err != nil {
		t.Fatal(err)
	}
	wide := regexp.MustCompile(`\s{2,}`)
	out := map[string]entry{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := wide.Split(line, -1)
		if len(f) != 3 {
			t.Errorf("%q needs a number, the first words and what it is mapped to", line)
			continue
		}
		if _, twice := out[f[0]]; twice {
			t.Errorf("%s stands in the table twice", f[0])
		}
		out[f[0]] = entry{f[1], f[2]}
	}
	return out
}

// TestEverySentenceOfTheManualsIsMapped fails for a sentence that nobody has thought about, and for a line of the table
// whose sentence is another.
func TestEverySentenceOfTheManualsIsMapped(t *testing.T) {
	lines := table(t)
	n := 0
	for _, seed := range seeds {
		text, err := os.ReadFile(filepath.Join("testdata", seed+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range sentences(string(text)) {
			n++
			number := fmt.Sprintf("%s.%d", seed, i+1)
			e, ok := lines[number]
			delete(lines, number)
			switch {
			case !ok:
				t.Errorf("%s is not mapped: %s", number, s)
			case !strings.HasPrefix(s, e.begins):
				t.Errorf("%s begins with %q, and the table says %q", number, s, e.begins)
			}
		}
	}
	for number := range lines {
		t.Errorf("%s stands in the table, and no sentence has this number", number)
	}
	if n < 300 {
		t.Errorf("only %d sentences", n)
	}
}

// TestWhatSentencesAreMappedToExists fails for a test that is not there and for a rule that nobody has written.
func TestWhatSentencesAreMappedToExists(t *testing.T) {
	tests := testNames(t)
	for number, e := range table(t) {
		if e.maps == "-" {
			continue // a heading, a figure's caption, a word that states nothing
		}
		for part := range strings.SplitSeq(e.maps, ", ") {
			if problem := unknown(part, tests); problem != "" {
				t.Errorf("%s: %s: %s", number, part, problem)
			}
		}
	}
}

// unknown says what is wrong with one mapping, empty for nothing.
func unknown(part string, tests map[string]bool) string {
	word, rest, _ := strings.Cut(part, " ")
	switch word {
	case "test":
		if !tests[rest] {
			return "there is no such test"
		}
		return ""
	case "rule", "later":
		if !isRule(rest) {
			return "the product has no such rule"
		}
		return ""
	case "issue":
		issue, rule, ok := strings.Cut(rest, ": ")
		if !ok || !slices.Contains(strings.Fields(issues[issue]), rule) {
			return "this issue does not build such a rule"
		}
		return ""
	}
	return "say test NAME, rule ID, issue N: ID or later ID"
}

func isRule(id string) bool {
	if id == "" {
		return false
	}
	span, ok := rules[id[:1]]
	n, err := strconv.Atoi(id[1:])
	return ok && err == nil && n >= span[0] && n <= span[1]
}

// testNames gathers the names of every test in the tree.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == ".tools") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
		return err
	})
	if err != nil || len(names) < 100 {
		t.Fatalf("%d tests found, %v", len(names), err)
	}
	return names
}

// TestLabelsOfTheManualsStandInThePage holds the words of buttons, menus and fields that the manuals name.
func TestLabelsOfTheManualsStandInThePage(t *testing.T) {
	files, err := filepath.Glob("../../web/src/locale/en/*.ts")
	if err != nil || len(files) == 0 {
		t.Fatal("the page's words are not found", err)
	}
	var all strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for _, label := range []string{
		"Groups & Accounts", "New group", "Create", "Update", "Delete", "Admin Contact", "Group Name", "Provisioning Profile",
		"Street Address", "City", "State / Provincia", "ZIP Code / CAP", "Country", "Surname", "Name", "Role", "Phone Number",
		"Mobile Phone Number", "Fax Number", "IT Email Address", "Add user", "Advanced", "Password management",
		"The defaults fit most installations.", "OK", "Apply", "Extension pools", "Enabled", "Phantom", "Auth account name",
		"Voicemail PIN", "SIP password", "Portal password", "Groups", "Aliases", "Accounts",
	} {
		if !strings.Contains(all.String(), "'"+label+"'") {
			t.Errorf("no word of the page is %q", label)
		}
	}
}

// TestSentencesAreCutWhereTheyEnd shows what counts as one.
func TestSentencesAreCutWhereTheyEnd(t *testing.T) {
	got := sentences("One.  Two (see e.g. There). \"Three\"\n\n \u00a0\n- a: B\n1.\n")
	want := []string{"One.", "Two (see e.g. There).", `"Three"`, "- a:", "B"}
	want = slices.DeleteFunc(want, func(s string) bool { return !hasWord.MatchString(s) })
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
