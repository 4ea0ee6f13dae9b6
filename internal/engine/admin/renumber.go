package admin

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"ringfence/internal/pbx"
)

// RenumberInput says who gets which number: by a rule, else each.
type RenumberInput struct {
	Rule      string
	Changes   []NumberChange
	KeepUntil time.Time // until then the old number reaches the account too; zero: not
}

// NumberChange is one number and what it becomes.
type NumberChange struct{ Old, New string }

// Renumbered is what becomes of one number.
type Renumbered struct {
	User      UserName
	Old, New  string
	KeptUntil time.Time
	Note      string
	Problem   string // why it can't be; empty: it can
}

// Renumber gives accounts other numbers in one change set (U8): singly, by a rule such as 2xx -> 52xx, or by a list. All
// or none: a change that can't be made is Invalid on changes[i], and a dry run shows each with what is wrong. SIP user
// names stay, so phones go on as they are. NotFound, Forbidden.
func (s *Service) Renumber(
	ctx context.Context, a Actor, in RenumberInput, wr Write,
) ([]Renumbered, pbx.ChangeSet, error) {
	var out []Renumbered
	cs, err := s.Do(ctx, a, Intent{UserRenumber, wr}, func(w *Work) error {
		if !in.KeepUntil.IsZero() && !in.KeepUntil.After(w.now) {
			return fieldError("keepUntil", "Choose a day that is still to come.")
		}
		r := &renumbering{w: w, in: in}
		if err := r.list(); err != nil {
			return err
		}
		if err := r.move(); err != nil {
			return err
		}
		out = r.rows
		return r.complain()
	})
	if cs.Replayed {
		out = []Renumbered{}
	}
	return out, cs, err
}

// renumbering is one renumbering on its way.
type renumbering struct {
	w     *Work
	in    RenumberInput
	rows  []Renumbered
	users []pbx.User // of the rows; without an id where there is none
}

// list finds out whose number changes, and from and to what.
func (r *renumbering) list() error {
	if r.in.Rule != "" {
		return r.byRule()
	}
	if len(r.in.Changes) == 0 || len(r.in.Changes) > MaxUsersAtOnce {
		return fieldError("changes", "Give 1 to "+strconv.Itoa(MaxUsersAtOnce)+" numbers.")
	}
	seen := map[string]bool{}
	for _, c := range r.in.Changes {
		d, err := r.w.dials.get(r.w, pbx.Fold(c.Old))
		if ignoreMissing(err) != nil {
			return err
		}
		row := Renumbered{Old: c.Old, New: clean(c.New)}
		var u pbx.User
		if err == nil && d.Kind == pbx.DialExtension && d.Owner.Kind == pbx.KindUser {
			u, err = r.w.mine(pbx.UserID(d.Owner.ID))
		} else {
			err = noSuch(pbx.KindUser)
		}
		switch {
		case err != nil && pbx.KindOf(err) == pbx.NotFound:
			row.Problem = "Nobody has the number " + strconv.Quote(c.Old) + "."
		case err != nil:
			return err
		case seen[u.Number]:
			row.Problem, u = "The number "+strconv.Quote(c.Old)+" stands in the list twice.", pbx.User{}
		default:
			seen[u.Number] = true
			row.User = userName(u)
		}
		r.rows, r.users = append(r.rows, row), append(r.users, u)
	}
	return nil
}

// byRule lists every account whose number has the old shape, of which the x are taken over.
func (r *renumbering) byRule() error {
	rule, err := pbx.ParseNumberRule(r.in.Rule)
	if err != nil {
		return err
	}
	first, last := rule.Range()
	dials, err := r.w.tx.DialStringsBetween(r.w.org, first, last, MaxUsersAtOnce+1)
	if err != nil {
		return err
	}
	if len(dials) > MaxUsersAtOnce {
		return fieldError("rule", "This concerns more than "+strconv.Itoa(MaxUsersAtOnce)+" accounts: use a narrower rule.")
	}
	for _, d := range dials {
		to, ok := rule.Apply(d.Value)
		if !ok || d.Kind != pbx.DialExtension || d.Owner.Kind != pbx.KindUser {
			continue
		}
		u, err := r.w.mine(pbx.UserID(d.Owner.ID))
		if err != nil {
			if pbx.KindOf(err) == pbx.NotFound {
				continue
			}
			return err
		}
		r.rows = append(r.rows, Renumbered{User: userName(u), Old: d.Value, New: to})
		r.users = append(r.users, u)
	}
	if len(r.rows) == 0 {
		return fieldError("rule", "No account has a number like this.")
	}
	return nil
}

// move gives up every old number before it takes the new ones, so that numbers may be exchanged.
func (r *renumbering) move() error {
	w := r.w
	w.describe(r.subject(), "Renumbered: "+strconv.Itoa(len(r.rows)))
	for i, u := range r.users {
		if r.rows[i].Problem != "" || r.rows[i].New == u.Number {
			continue
		}
		if err := w.release(u.Number, pbx.DialExtension, u.Ref()); err != nil {
			return err
		}
	}
	for i, u := range r.users {
		if r.rows[i].Problem != "" || r.rows[i].New == u.Number {
			continue
		}
		if err := r.take(&r.rows[i], u); err != nil {
			return err
		}
	}
	for i, u := range r.users {
		if r.rows[i].Problem != "" || r.rows[i].New == u.Number || r.in.KeepUntil.IsZero() {
			continue
		}
		if err := r.keepOld(&r.rows[i], u); err != nil {
			return err
		}
	}
	return nil
}

func (r *renumbering) subject() pbx.Ref {
	for _, u := range r.users {
		if u.ID != 0 {
			return u.Ref()
		}
	}
	return pbx.Ref{}
}

// take gives a user the new number, or says why not.
func (r *renumbering) take(row *Renumbered, u pbx.User) error {
	w, old := r.w, u.Number
	u.Number = row.New
	err := u.Validate()
	if err == nil {
		err = w.numberAllowed(u)
	}
	if err == nil {
		err = w.withAliases(u.ID, func() error {
			// An alias of his own becomes the number.
			if released := w.release(u.Number, pbx.DialAlias, u.Ref()); released != nil {
				return released
			}
			return w.claim("number", pbx.DialString{Value: u.Number, Kind: pbx.DialExtension, Owner: u.Ref()}, 0)
		})
	}
	if err == nil {
		return w.users.put(w, u)
	}
	if e, ok := errors.AsType[*pbx.Error](err); ok && e.Kind == pbx.Invalid {
		row.Problem = e.Text
		for _, f := range e.Fields {
			row.Problem = f.Message
		}
		return w.dials.put(w, pbx.DialString{Organization: w.org, Value: old, Kind: pbx.DialExtension, Owner: u.Ref()})
	}
	return err
}

// keepOld leaves the old number as an alias until a day, unless somebody else took it just now.
func (r *renumbering) keepOld(row *Renumbered, u pbx.User) error {
	w := r.w
	by, taken, err := w.occupant(row.Old, 0)
	if err != nil {
		return err
	}
	if taken {
		if by.Owner != u.Ref() {
			row.Note = "The old number now belongs to somebody else."
		}
		return nil
	}
	row.KeptUntil = r.in.KeepUntil
	return w.withAliases(u.ID, func() error {
		return w.dials.put(w, pbx.DialString{
			Organization: w.org, Value: row.Old, Kind: pbx.DialAlias, Owner: u.Ref(), Until: r.in.KeepUntil,
		})
	})
}

// complain refuses the whole where a change can't be made; a dry run only shows it.
func (r *renumbering) complain() error {
	if r.w.dry {
		return nil
	}
	var f pbx.FieldErrors
	for i, row := range r.rows {
		if row.Problem != "" {
			f.Add("changes["+strconv.Itoa(i)+"]", row.Problem)
		}
	}
	return f.Err()
}

// ReadRenumbering reads a list of old and new numbers, a pair in a line, with comma, semicolon or tab between; a first line
// of words is a heading. Invalid names the line.
func ReadRenumbering(text string) ([]NumberChange, error) {
	separator := ','
	head, _, _ := strings.Cut(text, "\n")
	for _, c := range ";\t" {
		if strings.ContainsRune(head, c) {
			separator = c
		}
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = separator, -1, true
	var out []NumberChange
	for line := 1; ; line++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil || len(record) != 2 {
			return nil, fieldError("file", "Line "+strconv.Itoa(line)+" does not hold an old and a new number.")
		}
		old, to := strings.TrimSpace(record[0]), strings.TrimSpace(record[1])
		if line == 1 && pbx.NumberProblem(old) != "" && pbx.NumberProblem(to) != "" {
			continue
		}
		if len(out) == MaxUsersAtOnce {
			return nil, fieldError("file", "The list has more than "+strconv.Itoa(MaxUsersAtOnce)+" lines.")
		}
		out = append(out, NumberChange{Old: old, New: to})
	}
}
