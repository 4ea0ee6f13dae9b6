package admin

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ringfence/internal/pbx"
)

// maxCell is how long one cell of a file may be.
const maxCell = 500

// outsideColumns are the columns a file of outside numbers may have, each with the names it goes by.
func outsideColumns() map[string][]string {
	return map[string][]string{
		"number":   {"number", "numbers", "value", "did", "phone", "phone number", "outside number", "e164", "nummer", "rufnummer", "numero"},
		"user":     {"user", "extension", "username", "leads to", "user/extension", "benutzer", "nebenstelle", "utente", "interno"},
		"note":     {"note", "notes", "comment", "description", "notiz", "bemerkung", "nota"},
		"state":    {"state", "status", "zustand", "stato"},
		"location": {"location", "office", "branch", "site", "standort", "sede"},
	}
}

// ImportOutside adds and changes outside numbers as a CSV file says: number, and if wanted user (extension or username, or
// the number of a ring group; - for nobody), note, state and location (by name; - for none). An empty cell keeps what is
// there. Invalid with the lines that can't be done; a dry run shows them all.
func (s *Service) ImportOutside(ctx context.Context, a Actor, text string, wr Write) (OutsideResult, pbx.ChangeSet, error) {
	return s.manyOutside(ctx, a, Intent{OutsideImport, wr}, func(w *Work) (string, []outsideWish, error) {
		wishes, err := w.readOutsideFile(text)
		return "Outside numbers loaded: " + strconv.Itoa(len(wishes)) + " lines", wishes, err
	})
}

func (w *Work) readOutsideFile(text string) ([]outsideWish, error) {
	if !utf8.ValidString(text) {
		return nil, fieldError("csv", "The file is not UTF-8 text: save it as CSV UTF-8.")
	}
	text = strings.TrimPrefix(text, "\ufeff")
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = separator(text), true, -1, true
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, fieldError("csv", "The file is empty.")
	}
	if err != nil {
		return nil, badFile(err)
	}
	at, err := columnsOf(head)
	if err != nil {
		return nil, err
	}
	var wishes []outsideWish
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, badFile(err)
		}
		line, _ := r.FieldPos(0)
		if !slices.ContainsFunc(record, func(cell string) bool { return strings.TrimSpace(cell) != "" }) {
			continue
		}
		if len(wishes) == MaxOutsideAtOnce {
			return nil, fieldError("csv", "A file may have at most "+strconv.Itoa(MaxOutsideAtOnce)+" lines.")
		}
		wish, err := w.readOutsideLine(line, record, at)
		if err != nil {
			return nil, err
		}
		wishes = append(wishes, wish)
	}
	if len(wishes) == 0 {
		return nil, fieldError("csv", "The file has no line below its header.")
	}
	return wishes, nil
}

func badFile(err error) error {
	return &pbx.Error{
		Kind: pbx.Invalid, Text: "The file can't be read as CSV.", Cause: err,
		Fields: []pbx.FieldError{{Field: "csv", Message: "This can't be read as CSV: " + err.Error() + "."}},
	}
}

// separator is what stands between the cells: the sign that is most frequent in the first line.
func separator(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best := ','
	for _, c := range ";\t" {
		if strings.Count(first, string(c)) > strings.Count(first, string(best)) {
			best = c
		}
	}
	return best
}

// columnsOf says in which column what stands; Invalid for one that is not known or missing.
func columnsOf(head []string) (map[string]int, error) {
	at := map[string]int{}
	for i, cell := range head {
		name := strings.Join(strings.Fields(strings.NewReplacer("_", " ", "-", " ").Replace(strings.ToLower(cell))), " ")
		if name == "" {
			continue
		}
		known := false
		for column, names := range outsideColumns() {
			if slices.Contains(names, name) {
				if _, twice := at[column]; twice {
					return nil, fieldError("csv", "The column "+strconv.Quote(cut(cell))+" is there twice.")
				}
				at[column], known = i, true
			}
		}
		if !known {
			return nil, fieldError("csv", "The column "+strconv.Quote(cut(cell))+
				" is not known. The first line names the columns: number, user, note, state, location.")
		}
	}
	if _, ok := at["number"]; !ok {
		return nil, fieldError("csv", "The first line must name the columns: number, user, note, state, location.")
	}
	return at, nil
}

func (w *Work) readOutsideLine(line int, record []string, at map[string]int) (outsideWish, error) {
	cell := func(column string) string {
		i, ok := at[column]
		if !ok || i >= len(record) {
			return ""
		}
		return plainCell(record[i])
	}
	wish := outsideWish{line: line, typed: cut(cell("number")), note: cell("note")}
	for column := range at {
		if len(cell(column)) > maxCell {
			wish.problem = "The cell " + column + " is too long."
			wish.note = ""
			return wish, nil
		}
	}
	var err error
	switch n := cell("number"); {
	case strings.ContainsAny(n, "eE") && strings.Trim(n, "0123456789.,eE+") == "":
		wish.problem = "A spreadsheet has shortened this number. Format the column as text, and write it with + in front."
	default:
		if wish.value, err = w.outsideValue("csv", n); err != nil {
			wish.problem = firstMessage(err)
		}
	}
	if state := strings.ToLower(cell("state")); state != "" {
		wish.state = pbx.OutsideState(state)
		if !slices.Contains(pbx.OutsideStates(), wish.state) {
			wish.problem = "The state is active, paused or ported."
		}
	}
	if err = w.placeWished(cell("location"), &wish); err != nil {
		return wish, err
	}
	switch who := cell("user"); who {
	case "":
	case "-":
		wish.nobody = true
	default:
		if wish.user, err = w.byName(who); err != nil {
			return wish, err
		}
		if wish.user.IsZero() && wish.problem == "" {
			wish.problem = "Nobody has the extension or username " + strconv.Quote(cut(who)) + "."
		}
	}
	return wish, nil
}

// placeWished reads the name of a location.
func (w *Work) placeWished(name string, wish *outsideWish) error {
	switch name {
	case "":
		return nil
	case "-":
		wish.place = new(pbx.LocationID)
		return nil
	}
	l, err := w.locationByName(pbx.Fold(name))
	if err != nil {
		wish.problem = cmp.Or(wish.problem, "There is no location "+strconv.Quote(cut(name))+".")
		return ignoreMissing(err)
	}
	wish.place = &l.ID
	return nil
}

// byName finds the user or ring group that has a number, username or alias; none is no error.
func (w *Work) byName(name string) (pbx.Ref, error) {
	d, err := w.dials.get(w, pbx.Fold(name))
	if err != nil {
		return pbx.Ref{}, ignoreMissing(err)
	}
	switch d.Kind {
	case pbx.DialExtension, pbx.DialUsername, pbx.DialAlias, pbx.DialFormer, pbx.DialRingGroup:
		return d.Owner, nil
	case pbx.DialAuthName, pbx.DialOutside, pbx.DialFeature, pbx.DialHold, pbx.DialHeld:
	}
	return pbx.Ref{}, nil
}

// plainCell takes off what spreadsheets put around numbers that they are to leave alone: ="+45" and '+45.
func plainCell(s string) string {
	s = clean(s)
	if t, ok := strings.CutPrefix(s, `="`); ok {
		s = strings.TrimSuffix(t, `"`)
	}
	return strings.TrimSpace(strings.TrimPrefix(s, "'"))
}

// cut shortens what somebody wrote so that it can be told back to him.
func cut(s string) string {
	const most = 40
	r := []rune(clean(s))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most]) + "…"
}

// firstMessage is what an error says about the first field that it complains of.
func firstMessage(err error) string {
	e, ok := errors.AsType[*pbx.Error](err)
	if ok && len(e.Fields) > 0 {
		return e.Fields[0].Message
	}
	if ok {
		return e.Text
	}
	return err.Error()
}
