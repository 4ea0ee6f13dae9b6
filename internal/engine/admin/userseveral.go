package admin

import (
	"context"
	"errors"
	"strconv"

	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// MaxSeveral is how many users may be made at once from pasted lines.
const MaxSeveral = 500

// SeveralInput makes several users who have most in common (U13).
type SeveralInput struct {
	People []pbx.PersonLine
	Common UserPatch // what all of them get: group, further groups, language and so on
}

// SeveralRow is one of them: what would be made, or why not.
type SeveralRow struct {
	pbx.PersonLine
	ID       pbx.UserID
	Username string
	Problems []pbx.FieldError
	Secrets  UserSecrets
	View     UserView
}

// SeveralResult is all of them, in the order given.
type SeveralResult struct {
	Rows    []SeveralRow
	Refused int
	Shown   bool // answered to an idempotency key again: the secrets were shown the first time
}

// CreateSeveral makes users in one change set, all or none; numbers are dealt from the pool. A dry run tells for each row
// what would be made and what is wrong; Invalid with the rows otherwise. Conflict at the limit.
func (s *Service) CreateSeveral(
	ctx context.Context, a Actor, in SeveralInput, wr Write,
) (SeveralResult, pbx.ChangeSet, error) {
	if err := in.check(); err != nil {
		return SeveralResult{}, pbx.ChangeSet{}, err
	}
	var r SeveralResult
	cs, err := s.Do(ctx, a, Intent{UserSeveral, wr}, func(w *Work) error {
		r = SeveralResult{}
		if err := w.room(len(in.People)); err != nil {
			return err
		}
		for _, p := range in.People {
			row, err := s.severalRow(w, p, in.Common)
			if err != nil {
				return err
			}
			if len(row.Problems) > 0 {
				r.Refused++
			}
			r.Rows = append(r.Rows, row)
		}
		if err := r.refusal(w.dry); err != nil {
			return err
		}
		w.describe(pbx.User{ID: r.Rows[0].ID}.Ref(), strconv.Itoa(len(r.Rows))+" accounts created")
		return nil
	})
	switch {
	case err != nil:
		return SeveralResult{}, cs, err
	case cs.Replayed:
		r.Shown = true
	}
	return r, cs, nil
}

func (in *SeveralInput) check() error {
	p := in.Common
	switch {
	case len(in.People) == 0:
		return fieldError("rows", "Paste at least one line.")
	case len(in.People) > MaxSeveral:
		return fieldError("rows", "At most "+strconv.Itoa(MaxSeveral)+" at once; more by an import.")
	case p.Number != nil || p.Username != nil || p.FirstName != nil || p.LastName != nil || p.Email != nil ||
		p.Aliases != nil || p.FormerUsernames != nil || p.AuthAccountName != nil || p.Hold != 0 || !p.PortalPassword.IsZero() ||
		!p.VoicemailPIN.IsZero() || !p.SIPPassword.IsZero():
		return fieldError("common", "Names, numbers and secrets are each one's own.")
	}
	return nil
}

// severalRow makes one; what is wrong with it stands in the row, so that the others are looked at too.
func (s *Service) severalRow(w *Work, p pbx.PersonLine, common UserPatch) (SeveralRow, error) {
	row := SeveralRow{PersonLine: p}
	patch := common
	patch.FirstName, patch.LastName, patch.Email = &p.FirstName, &p.LastName, &p.Email
	if number := clean(p.Number); number != "" {
		patch.Number = &number
		// Seen before anything is made of the row: it shall leave no trace.
		if o, err := w.occupancy(number, 0); err != nil {
			return row, err
		} else if o.State != NumberFree {
			row.Problems = []pbx.FieldError{{Field: "number", Message: o.Reason}}
			return row, nil
		}
	}
	u, err := s.makeUser(w, patch, vault.Stretched(nil), &row.Secrets)
	if err == nil {
		row.ID, row.Number, row.Username = u.ID, u.Number, u.Username
		row.View, err = w.userView(u)
		return row, err
	}
	e, ok := errors.AsType[*pbx.Error](err)
	switch {
	case !ok || e.Kind != pbx.Invalid && e.Kind != pbx.Conflict:
		return row, err
	case len(e.Fields) > 0:
		row.Problems = e.Fields
	default:
		row.Problems = []pbx.FieldError{{Field: "number", Message: e.Text}} // no pool has room
	}
	return row, nil
}

// refusal is Invalid when a row was refused and it is no dry run: all or none.
func (r *SeveralResult) refusal(dry bool) error {
	if dry || r.Refused == 0 {
		return nil
	}
	e := &pbx.Error{
		Kind: pbx.Invalid,
		Text: strconv.Itoa(r.Refused) + " of " + strconv.Itoa(len(r.Rows)) + " rows can't be made, so nothing was made.",
	}
	for i, row := range r.Rows {
		for _, p := range row.Problems {
			e.Fields = append(e.Fields, pbx.FieldError{
				Field: "rows[" + strconv.Itoa(i) + "]." + p.Field, Message: "Row " + strconv.Itoa(i+1) + ": " + p.Message,
			})
		}
	}
	return e
}
