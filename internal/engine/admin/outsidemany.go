package admin

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/e164"
)

// MaxOutsideAtOnce is how many outside numbers one block or file may hold.
const MaxOutsideAtOnce = 10_000

// maxMatchDigits is how many last digits of a block's numbers may be taken for extensions.
const maxMatchDigits = 8

// OutsideBlock asks for a range of outside numbers at once.
type OutsideBlock struct {
	First string `json:"first"` // in any notation
	Last  string `json:"last"`  // the same, or only the digits in which it differs
	// MatchDigits is how many last digits of a number are the extension of whom it leads to; 0: the numbers lead nowhere.
	MatchDigits int            `json:"matchDigits"`
	Note        string         `json:"note"`
	Location    pbx.LocationID `json:"locationId"` // 0: none
}

// OutsideAction is what a line of a block or file does.
type OutsideAction string

// The actions.
const (
	OutsideAdded   OutsideAction = "add"
	OutsideChanged OutsideAction = "change"
	OutsideSame    OutsideAction = "same"
	OutsideWrong   OutsideAction = "error"
)

// OutsideRow is a line of a block or file, and what it does.
type OutsideRow struct {
	Line    int // of the file; of a block its place, from 1
	Typed   string
	Value   string // E.164; empty when it is none
	Action  OutsideAction
	LeadsTo pbx.Ref
	Name    string // of whom it leads to
	WasName string // of whom it led to before, if that changes
	Note    string
	Place   string // the name of its location
	Problem string // of an error
}

// Shown is the number as people read it.
func (r OutsideRow) Shown() string {
	if r.Value == "" {
		return r.Typed
	}
	return e164.Shown(r.Value)
}

// OutsideResult is what a block or file does, line by line.
type OutsideResult struct {
	Rows                         []OutsideRow
	Added, Changed, Same, Errors int
}

// AddOutsideBlock adds a range of outside numbers (X4). Those that are there already stay, unless they lead nowhere and
// an extension matches. Invalid with the lines that can't be done; a dry run shows them all.
func (s *Service) AddOutsideBlock(
	ctx context.Context, a Actor, b OutsideBlock, wr Write,
) (OutsideResult, pbx.ChangeSet, error) {
	return s.manyOutside(ctx, a, Intent{OutsideBlocks, wr}, func(w *Work) (string, []outsideWish, error) {
		values, err := w.blockValues(b)
		if err == nil {
			err = w.hasLocation("locationId", b.Location)
		}
		if err != nil {
			return "", nil, err
		}
		var place *pbx.LocationID
		if b.Location != 0 {
			place = &b.Location
		}
		wishes := make([]outsideWish, 0, len(values))
		for i, v := range values {
			wish := outsideWish{line: i + 1, typed: v, value: v, note: b.Note, place: place, keep: true}
			if b.MatchDigits > 0 && b.MatchDigits < len(v) {
				if wish.user, err = w.byExtension(v[len(v)-b.MatchDigits:]); err != nil {
					return "", nil, err
				}
			}
			wishes = append(wishes, wish)
		}
		return "Outside numbers added: " + e164.Shown(values[0]) + " to " + e164.Shown(values[len(values)-1]), wishes, nil
	})
}

// blockValues writes the numbers of a block out.
func (w *Work) blockValues(b OutsideBlock) ([]string, error) {
	first, err := w.outsideValue("first", b.First)
	if err != nil {
		return nil, err
	}
	last := strings.TrimSpace(b.Last)
	if n := len(last); n > 0 && n < len(first)-1 && strings.Trim(last, "0123456789") == "" {
		last = first[:len(first)-n] + last
	}
	if last, err = w.outsideValue("last", last); err != nil {
		return nil, err
	}
	switch {
	case b.MatchDigits < 0 || b.MatchDigits > maxMatchDigits:
		return nil, fieldError("matchDigits", "Choose from 0 to "+strconv.Itoa(maxMatchDigits)+" digits.")
	case len(last) != len(first):
		return nil, fieldError("last", "First and last need the same number of digits.")
	case last < first:
		return nil, fieldError("last", "The last number comes before the first.")
	}
	size := pbx.ExtensionPool{First: first[1:], Last: last[1:]}.Size()
	if size > MaxOutsideAtOnce {
		return nil, fieldError("last", "At most "+strconv.Itoa(MaxOutsideAtOnce)+" numbers can be added at once.")
	}
	values := make([]string, 0, size)
	for n, ok := first[1:], true; ok && "+"+n <= last; n, ok = pbx.NextNumber(n) {
		values = append(values, "+"+n)
	}
	return values, nil
}

// byExtension finds the user or ring group that has a number; none is no error.
func (w *Work) byExtension(number string) (pbx.Ref, error) {
	d, err := w.dials.get(w, number)
	if err != nil || d.Kind != pbx.DialExtension && d.Kind != pbx.DialRingGroup {
		return pbx.Ref{}, ignoreMissing(err)
	}
	return d.Owner, nil
}

// outsideWish is what a line of a block or file asks for.
type outsideWish struct {
	line    int
	typed   string
	value   string
	user    pbx.Ref
	nobody  bool // the number is to lead nowhere
	keep    bool // one that leads somewhere is left as it is
	state   pbx.OutsideState
	note    string
	place   *pbx.LocationID // nil: as it is
	problem string
}

// manyOutside shows what lines do and, unless some can't be done, does it.
func (s *Service) manyOutside(
	ctx context.Context, a Actor, in Intent, read func(*Work) (summary string, wishes []outsideWish, err error),
) (OutsideResult, pbx.ChangeSet, error) {
	var r OutsideResult
	cs, err := s.Do(ctx, a, in, func(w *Work) error {
		r = OutsideResult{Rows: []OutsideRow{}}
		summary, wishes, err := read(w)
		if err != nil {
			return err
		}
		put, err := w.weighOutside(wishes, &r)
		if err != nil {
			return err
		}
		if r.Errors > 0 {
			if in.DryRun {
				return nil
			}
			return r.complaint()
		}
		w.describe(pbx.Ref{Kind: pbx.KindOutsideNumber}, summary)
		return w.putAllOutside(put)
	})
	if err == nil && cs.Replayed {
		r = OutsideResult{Rows: []OutsideRow{}}
	}
	return r, cs, err
}

// mostComplaints is how many wrong lines an error names.
const mostComplaints = 20

func (r OutsideResult) complaint() error {
	e := &pbx.Error{Kind: pbx.Invalid, Text: strconv.Itoa(r.Errors) + " lines need another value; nothing was changed."}
	for _, row := range r.Rows {
		if row.Action == OutsideWrong && len(e.Fields) < mostComplaints {
			e.Fields = append(e.Fields, pbx.FieldError{Field: "line " + strconv.Itoa(row.Line), Message: row.Problem})
		}
	}
	return e
}

// weighOutside compares wishes with what is there, and gives the numbers to write; new ones have no id yet.
func (w *Work) weighOutside(wishes []outsideWish, r *OutsideResult) ([]pbx.OutsideNumber, error) {
	var put []pbx.OutsideNumber
	seen := map[string]int{}
	for _, wish := range wishes {
		row := OutsideRow{Line: wish.line, Typed: wish.typed, Value: wish.value, Note: wish.note, Problem: wish.problem}
		if line, ok := seen[wish.value]; ok && wish.value != "" && row.Problem == "" {
			row.Problem = "This is the number of line " + strconv.Itoa(line) + "."
		}
		seen[wish.value] = wish.line
		var n pbx.OutsideNumber
		if row.Problem == "" {
			var err error
			if n, err = w.weighOne(wish, &row); err != nil {
				return nil, err
			}
		}
		switch {
		case row.Problem != "":
			row.Action = OutsideWrong
			r.Errors++
		case row.Action == OutsideAdded:
			r.Added++
			put = append(put, n)
		case row.Action == OutsideChanged:
			r.Changed++
			put = append(put, n)
		default:
			r.Same++
		}
		r.Rows = append(r.Rows, row)
	}
	return put, nil
}

// weighOne says what one wish does, and makes the number as it will be.
func (w *Work) weighOne(wish outsideWish, row *OutsideRow) (pbx.OutsideNumber, error) {
	d, taken, err := w.occupant(wish.value, 0)
	if err != nil {
		return pbx.OutsideNumber{}, err
	}
	n := pbx.OutsideNumber{Value: wish.value, State: pbx.OutsideActive}
	row.Action = OutsideAdded
	switch {
	case taken && d.Kind != pbx.DialOutside:
		o, e := w.describeDial(d)
		row.Problem = o.Reason
		return n, e
	case taken:
		if n, err = w.OutsideNumber(pbx.NumberID(d.Owner.ID)); err != nil {
			return n, err
		}
		row.Action = OutsideSame
	}
	was := n
	if !wish.keep || !n.Assigned() && (!taken || !wish.user.IsZero()) {
		wish.apply(&n)
	}
	row.LeadsTo, row.Note = n.LeadsTo, n.Note
	if row.Name, err = w.nameOf(n.LeadsTo); err != nil {
		return n, err
	}
	if n.Location != 0 {
		l, e := w.Location(n.Location)
		if e != nil {
			return n, e
		}
		row.Place = l.Name
	}
	if taken && (n.LeadsTo != was.LeadsTo || n.Note != was.Note || n.State != was.State || n.Location != was.Location) {
		row.Action = OutsideChanged
	}
	if was.LeadsTo != n.LeadsTo {
		if row.WasName, err = w.nameOf(was.LeadsTo); err != nil {
			return n, err
		}
	}
	return n, w.mayWrite(was, n, row)
}

// apply writes into a number what a wish says of it.
func (wish outsideWish) apply(n *pbx.OutsideNumber) {
	switch {
	case wish.nobody:
		n.LeadsTo = pbx.Ref{}
	case !wish.user.IsZero():
		n.LeadsTo = wish.user
	}
	if wish.note != "" {
		n.Note = clean(wish.note)
	}
	if wish.state != "" {
		n.State = wish.state
	}
	set(&n.Location, wish.place)
}

// mayWrite notes why a line can't be done: fields that don't suit, or somebody whom the actor can't change.
func (w *Work) mayWrite(was, n pbx.OutsideNumber, row *OutsideRow) error {
	err := n.Validate()
	for _, r := range []pbx.Ref{was.LeadsTo, n.LeadsTo} {
		if err == nil && was.LeadsTo != n.LeadsTo {
			err = w.mayLead(r)
		}
	}
	if err != nil && pbx.KindOf(err) == pbx.Internal {
		return err
	}
	if err != nil {
		row.Problem = firstMessage(err)
	}
	return nil
}

// putAllOutside writes many outside numbers; the end of the change set notes in each user what became of his.
func (w *Work) putAllOutside(numbers []pbx.OutsideNumber) error {
	fresh := 0
	for _, n := range numbers {
		if n.ID == 0 {
			fresh++
		}
	}
	next := int64(0)
	if fresh > 0 {
		var err error
		if next, err = w.ids(pbx.KindOutsideNumber, fresh); err != nil {
			return err
		}
	}
	for _, n := range numbers {
		if n.ID == 0 {
			n.ID, n.Organization = pbx.NumberID(next), w.org
			next++
			if err := w.claim("value", n.DialString(), 0); err != nil {
				return err
			}
		}
		if err := w.outside.put(w, n); err != nil {
			return err
		}
	}
	return nil
}

// outsideOfMany reads the outside numbers of users as they are stored.
func (w *Work) outsideOfMany(users map[int64]bool) (map[int64][]string, error) {
	ids := make([]int64, 0, len(users))
	for id := range users {
		ids = append(ids, id)
	}
	rows, err := w.tx.OutsideNumbersToAll(w.org, pbx.KindUser, ids)
	out := map[int64][]string{}
	for id := range users {
		out[id] = []string{}
	}
	for _, n := range rows {
		out[n.LeadsTo.ID] = append(out[n.LeadsTo.ID], n.Value)
	}
	return out, err
}

func (w *Work) touchMany(before, after map[int64][]string) error {
	for id, was := range before {
		will := after[id]
		slices.Sort(will)
		if slices.Equal(was, will) {
			continue
		}
		if err := w.users.touch(w, pbx.UserID(id), "outsideNumbers", was, will); err != nil {
			return err
		}
	}
	return nil
}
