package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ringfence/internal/pbx"
)

// MaxBulk is how many users one bulk edit may change.
const MaxBulk = 10_000

// bulkShown is how many users the answer to a bulk edit names.
const bulkShown = 500

// BulkEdit is what becomes of chosen users (I7): fields that many can share, and groups.
type BulkEdit struct {
	Users        []pbx.UserID
	Patch        UserPatch
	AddGroups    []pbx.GroupID
	RemoveGroups []pbx.GroupID
}

// BulkResult says of each user what changed, or would.
type BulkResult struct {
	Chosen, Changed, Refused int
	Users                    []BulkUser // the refused first, then the changed; at most some hundreds

	named map[pbx.UserID]UserName
}

// BulkUser is one of the chosen users: the fields that change, from and to, or why not.
type BulkUser struct {
	UserName
	Fields  []BulkField
	Problem string
}

// BulkField is a field from and to, as people read it; what is not text is JSON.
type BulkField struct {
	Field    string
	From, To json.RawMessage
}

// BulkUsers changes many users in one change set, all or none. A dry run tells for each what would change, and why one
// would be refused; Invalid with the refused ones otherwise. NotFound when one of them does not exist.
func (s *Service) BulkUsers(ctx context.Context, a Actor, b BulkEdit, wr Write) (BulkResult, pbx.ChangeSet, error) {
	if err := b.check(); err != nil {
		return BulkResult{}, pbx.ChangeSet{}, err
	}
	var r BulkResult
	var names bulkNames
	cs, err := s.Do(ctx, a, Intent{UserBulk, wr}, func(w *Work) error {
		r = BulkResult{Chosen: len(b.Users), named: map[pbx.UserID]UserName{}}
		groups, err := w.groupsNamed(b.Patch.NewGroups)
		if err != nil {
			return err
		}
		if err = w.photoKnown(b.Patch.Photo); err != nil {
			return err
		}
		if err = s.bulkEach(w, b, groups, &r); err != nil {
			return err
		}
		if err = r.refusal(w.dry); err != nil {
			return err
		}
		w.describe(pbx.User{ID: b.Users[0]}.Ref(), b.summary())
		if names.groups, err = w.groupNames(); err != nil {
			return err
		}
		names.locations, err = w.locationNames()
		return err
	})
	if err != nil {
		return BulkResult{}, cs, err
	}
	return r, cs, r.tell(cs, names)
}

// check refuses what can't be asked of many.
func (b *BulkEdit) check() error {
	p := b.Patch
	b.Users = slices.Clone(b.Users)
	slices.Sort(b.Users)
	b.Users = slices.Compact(b.Users)
	switch {
	case len(b.Users) == 0:
		return fieldError("ids", "Choose at least one user.")
	case len(b.Users) > MaxBulk:
		return fieldError("ids", "Choose at most "+strconv.Itoa(MaxBulk)+" users.")
	}
	for field, given := range map[string]bool{
		"number": p.Number != nil, "username": p.Username != nil, "firstName": p.FirstName != nil,
		"lastName": p.LastName != nil, "displayName": p.DisplayName != nil, "email": p.Email != nil,
		"aliases": p.Aliases != nil, "formerUsernames": p.FormerUsernames != nil,
		"authAccountName": p.AuthAccountName != nil, "externalId": p.ExternalID != nil,
		"kind": p.Kind != nil, "holdId": p.Hold != 0, "portalPassword": !p.PortalPassword.IsZero(),
		"voicemailPin": !p.VoicemailPIN.IsZero(), "sipPassword": !p.SIPPassword.IsZero(),
	} {
		if given {
			return fieldError(field, "This can't be given to several users at once.")
		}
	}
	return nil
}

// bulkEach changes each user, and notes those for whom it is refused.
func (s *Service) bulkEach(w *Work, b BulkEdit, groups []pbx.GroupID, r *BulkResult) error {
	for _, id := range b.Users {
		u, err := w.mine(id)
		r.named[id] = userName(u)
		if err == nil {
			err = s.bulkOne(w, u, b, groups)
		}
		switch kind := pbx.KindOf(err); {
		case err == nil:
		case kind == pbx.Invalid || kind == pbx.Conflict || kind == pbx.Forbidden:
			r.Refused++
			if len(r.Users) < bulkShown {
				r.Users = append(r.Users, BulkUser{UserName: userName(u), Problem: complaint(err)})
			}
		default:
			return err
		}
	}
	return nil
}

func (s *Service) bulkOne(w *Work, before pbx.User, b BulkEdit, groups []pbx.GroupID) error {
	u, p := before, b.Patch
	var err error
	if p.Groups, err = w.furtherGroups(before.Groups, p.Groups); err != nil {
		return err
	}
	applyUser(&u, p)
	add, err := w.furtherGroups(nil, &b.AddGroups)
	if err != nil {
		return err
	}
	if !w.actor.Scoped() { // who sees no group but his own moves nobody between them
		u.Groups = append(append(slices.Clone(u.Groups), *add...), groups...)
		u.Groups = slices.DeleteFunc(u.Groups, func(g pbx.GroupID) bool { return slices.Contains(b.RemoveGroups, g) })
	}
	tidyGroups(&u)
	if err := w.checkChange(before, &u); err != nil {
		return err
	}
	if err := checkUser(w, u); err != nil {
		return err
	}
	if err := w.putUser(&before, u, 0); err != nil {
		return err
	}
	return w.setParts(u, b.Patch)
}

// groupsNamed finds groups by name, and makes those that are not there.
func (w *Work) groupsNamed(names []string) ([]pbx.GroupID, error) {
	var u pbx.User
	err := w.joinNamed(&u, names)
	return u.Groups, err
}

func (w *Work) groupNames() (map[pbx.GroupID]string, error) {
	groups, err := w.Groups()
	names := make(map[pbx.GroupID]string, len(groups))
	for _, g := range groups {
		names[g.ID] = g.Name
	}
	return names, err
}

// complaint is why something is refused, the fields' own words first.
func complaint(err error) string {
	e, ok := errors.AsType[*pbx.Error](err)
	if !ok {
		return err.Error()
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Message)
	}
	if len(out) == 0 {
		return e.Text
	}
	return strings.Join(out, " ")
}

// refusal is Invalid when somebody was refused and it is no dry run: all or none.
func (r *BulkResult) refusal(dry bool) error {
	if dry || r.Refused == 0 {
		return nil
	}
	e := &pbx.Error{
		Kind: pbx.Invalid, Text: strconv.Itoa(r.Refused) + " of " + strconv.Itoa(r.Chosen) +
			" can't be changed like that, so nothing was changed.",
	}
	for _, u := range r.Users[:min(len(r.Users), 20)] {
		field := "users[" + strconv.FormatInt(int64(u.ID), 10) + "]"
		e.Fields = append(e.Fields, pbx.FieldError{Field: field, Message: u.DisplayName + ": " + u.Problem})
	}
	return e
}

func (b *BulkEdit) summary() string {
	n := strconv.Itoa(len(b.Users)) + " accounts"
	if len(b.Users) == 1 {
		n = "1 account"
	}
	return n + " changed together"
}

// tell reads from the change set what changed for whom.
func (r *BulkResult) tell(cs pbx.ChangeSet, names bulkNames) error {
	for _, it := range cs.Items {
		if it.Ref.Kind != pbx.KindUser || it.Action != pbx.Updated {
			continue
		}
		r.Changed++
		if len(r.Users) >= bulkShown {
			continue
		}
		u := BulkUser{UserName: r.named[pbx.UserID(it.Ref.ID)]}
		var err error
		if u.Fields, err = bulkFields(it, names); err != nil {
			return err
		}
		r.Users = append(r.Users, u)
	}
	return nil
}

// bulkNames are the names of what fields mention by id.
type bulkNames struct {
	groups    map[pbx.GroupID]string
	locations map[pbx.LocationID]string
}

func bulkFields(it pbx.ChangeItem, names bulkNames) ([]BulkField, error) {
	var before, after map[string]json.RawMessage
	if err := json.Unmarshal(it.Before, &before); err != nil {
		return nil, fmt.Errorf("read %s: %w", it.Ref, err)
	}
	if err := json.Unmarshal(it.After, &after); err != nil {
		return nil, fmt.Errorf("read %s: %w", it.Ref, err)
	}
	var out []BulkField
	for f := range after {
		if _, ok := before[f]; !ok {
			before[f] = json.RawMessage(`""`)
		}
	}
	for f, from := range before {
		if f == "disabledAt" { // follows from enabled
			continue
		}
		to := after[f]
		if to == nil {
			to = json.RawMessage(`""`)
		}
		switch f {
		case "groupId", "groups":
			from, to = nameTexts(from, names.groups), nameTexts(to, names.groups)
		case "locationId", "emergencyLocationId":
			from, to = nameTexts(from, names.locations), nameTexts(to, names.locations)
		}
		out = append(out, BulkField{f, from, to})
	}
	slices.SortFunc(out, func(a, b BulkField) int { return strings.Compare(a.Field, b.Field) })
	return out, nil
}

// nameTexts writes things by name in place of their ids.
func nameTexts[K ~int64](raw json.RawMessage, names map[K]string) json.RawMessage {
	var one K
	var many []K
	if json.Unmarshal(raw, &one) == nil {
		many = []K{one}
	} else if json.Unmarshal(raw, &many) != nil {
		return raw
	}
	var out []string
	for _, g := range many {
		if g != 0 {
			out = append(out, names[g])
		}
	}
	slices.Sort(out)
	b, _ := json.Marshal(strings.Join(out, ", ")) // text can always be written
	return b
}
