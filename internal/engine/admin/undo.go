package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"ringfence/internal/pbx"
)

// Undo applies the inverse of a change set as a new one. What changed since is listed and left, but for the things in
// overwrite; passwords, PINs and SIP secrets are never undone, and it says so. NotFound; Conflict when it was undone
// before or an invariant would break.
func (s *Service) Undo(
	ctx context.Context, a Actor, id pbx.ChangeSetID, overwrite []pbx.Ref, wr Write,
) (Undone, pbx.ChangeSet, error) {
	var out Undone
	cs, err := s.Do(ctx, a, Intent{AuditUndo, wr}, func(w *Work) error {
		old, err := w.tx.ChangeSet(id)
		if err == nil && old.Organization != w.org || err != nil && pbx.KindOf(err) == pbx.NotFound {
			return pbx.Errorf(pbx.NotFound, "There is no change set "+strconv.FormatInt(int64(id), 10)+".")
		}
		if err != nil {
			return err
		}
		if old.UndoneBy != 0 {
			return pbx.Errorf(pbx.Conflict, "This was undone before, by change set "+
				strconv.FormatInt(int64(old.UndoneBy), 10)+".")
		}
		if old.Intent == string(Bootstrapping) || old.Intent == string(SetUpRun) {
			return pbx.Errorf(pbx.Conflict, "Set-up can't be undone.")
		}
		u := &undoing{w: w, old: old, overwrite: overwrite, out: Undone{Left: []UndoConflict{}, Notes: []string{}}}
		if err := u.run(); err != nil {
			return err
		}
		out = u.out
		w.undoes = id
		w.describe(old.Subject, "Undone: "+old.Summary)
		return nil
	})
	if cs.Replayed {
		out = Undone{Left: []UndoConflict{}, Notes: []string{}}
	}
	return out, cs, err
}

// undoing is one undo on its way.
type undoing struct {
	w         *Work
	old       pbx.ChangeSet
	overwrite []pbx.Ref
	out       Undone
	secrets   bool // some were left as they are
}

func (u *undoing) run() error {
	// Users move back into groups and locations that exist again.
	if err := u.revive(pbx.KindLocation, pbx.KindProfile, pbx.KindPermission, pbx.KindGroup); err != nil {
		return err
	}
	if err := u.updatedUsers(); err != nil {
		return err
	}
	for _, it := range u.old.Items {
		if it.Action != pbx.Updated || it.Ref.Kind == pbx.KindUser || it.Ref.Kind == pbx.KindOutsideNumber ||
			it.Ref.Kind == pbx.KindRingGroup {
			continue
		}
		if err := u.updated(it); err != nil {
			return err
		}
	}
	waiting, err := u.updatedOutside(u.old.Items, false) // away from users whose making is undone
	if err != nil {
		return err
	}
	groups, err := u.updatedRingGroups(u.old.Items, false)
	if err != nil {
		return err
	}
	if err := u.created(); err != nil {
		return err
	}
	if err := u.revive(); err != nil {
		return err
	}
	if _, err := u.updatedRingGroups(groups, true); err != nil {
		return err
	}
	if _, err := u.updatedOutside(waiting, true); err != nil { // whom they led to is there again
		return err
	}
	if err := u.deletedParts(); err != nil {
		return err
	}
	if u.secrets {
		u.out.Notes = append(u.out.Notes, "Passwords, PINs and SIP secrets stay as they are now.")
	}
	return nil
}

// revive brings things back from the trash: those of some kinds, or without kinds all that are not there yet.
func (u *undoing) revive(kinds ...pbx.Kind) error {
	trash, err := u.trash(kinds)
	if err != nil || len(trash) == 0 {
		return err
	}
	b := newRevival(u.w, u.old, trash)
	if err := b.things(); err != nil {
		return err
	}
	u.out.Notes = append(u.out.Notes, b.notes...)
	return u.w.emptyTrash(trash)
}

// trash finds what the change set deleted and is not there: in its own trash, or where a later deletion of the same
// thing put it.
func (u *undoing) trash(kinds []pbx.Kind) ([]pbx.Trash, error) {
	var out []pbx.Trash
	for _, it := range u.old.Items {
		if it.Action != pbx.Deleted || len(kinds) > 0 && !slices.Contains(kinds, it.Ref.Kind) ||
			u.w.mustHave(it.Ref) == nil {
			continue
		}
		row, err := u.w.tx.TrashOf(u.w.org, it.Ref)
		switch {
		case err == nil:
			out = append(out, row)
		case pbx.KindOf(err) != pbx.NotFound:
			return nil, err
		}
	}
	return out, nil
}

// emptyTrash forgets the deletions of which everything is there again.
func (w *Work) emptyTrash(rows []pbx.Trash) error {
	for _, row := range rows {
		if slices.Contains(w.emptied, row.ChangeSet) {
			continue
		}
		all, err := w.tx.Trash(row.ChangeSet)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(t pbx.Trash) bool { return w.mustHave(t.Ref) != nil }) {
			w.emptied = append(w.emptied, row.ChangeSet)
		}
	}
	return nil
}

func (u *undoing) left(it pbx.ChangeItem, reason string, fields ...string) {
	c := UndoConflict{Ref: it.Ref, Name: it.Name, Fields: fields, Reason: reason}
	if sets, err := u.w.tx.History(u.w.org, it.Ref, it.Version); err == nil && len(sets) > 0 {
		last := sets[len(sets)-1]
		c.ChangedBy, c.ChangeSet = last.ActorName, last.ID
	}
	u.out.Left = append(u.out.Left, c)
}

func (u *undoing) ticked(r pbx.Ref) bool { return slices.Contains(u.overwrite, r) }

// reverted gives the fields of an updated thing that go back, and lists those that changed since. Nil: none.
func (u *undoing) reverted(it pbx.ChangeItem) (map[string]json.RawMessage, error) {
	t := u.w.table(it.Ref.Kind)
	cur, err := t.fields(u.w, it.Ref)
	if err != nil {
		if pbx.KindOf(err) == pbx.NotFound {
			u.left(it, "It is gone.")
			return nil, nil
		}
		return nil, err
	}
	before, after, err := sides(it)
	if err != nil {
		return nil, err
	}
	back := map[string]json.RawMessage{}
	var since []string
	for _, f := range differing(before, after) {
		if f == "aliases" || f == "formerUsernames" || f == "outsideNumbers" || f == "security" && it.Ref.Kind != pbx.KindSetting {
			continue // parts have items of their own
		}
		if bytes.Equal(cur[f], after[f]) || u.ticked(it.Ref) {
			back[f] = before[f]
		} else if !bytes.Equal(cur[f], before[f]) {
			since = append(since, f)
		}
	}
	if len(since) > 0 {
		u.left(it, "It was changed since.", since...)
	}
	return back, nil
}

func sides(it pbx.ChangeItem) (before, after map[string]json.RawMessage, err error) {
	if len(it.Before) > 0 {
		if err := json.Unmarshal(it.Before, &before); err != nil {
			return nil, nil, fmt.Errorf("read change of %s: %w", it.Ref, err)
		}
	}
	if len(it.After) > 0 {
		if err := json.Unmarshal(it.After, &after); err != nil {
			return nil, nil, fmt.Errorf("read change of %s: %w", it.Ref, err)
		}
	}
	return before, after, nil
}

// updated reverts a changed thing other than a user.
func (u *undoing) updated(it pbx.ChangeItem) error {
	t := u.w.table(it.Ref.Kind)
	if t == nil {
		return nil
	}
	if t.hidden() {
		u.secrets = true
		return nil
	}
	if it.Ref.Kind == pbx.KindDialString {
		return nil // held numbers come back with their user
	}
	back, err := u.reverted(it)
	if err != nil || len(back) == 0 {
		return err
	}
	if u.profileGone(it, back) {
		delete(back, "provisioningProfileId")
	}
	for _, f := range []string{"locationId", "emergencyLocationId"} {
		if u.locationGone(it, back, f) {
			delete(back, f)
		}
	}
	return t.merge(u.w, it.Ref, back)
}

// updatedUsers reverts users. All first give up the numbers and names they leave, so that a swap can be undone.
func (u *undoing) updatedUsers() error {
	w := u.w
	type plan struct{ now, back pbx.User }
	var plans []plan
	for _, it := range u.old.Items {
		if it.Action != pbx.Updated || it.Ref.Kind != pbx.KindUser {
			continue
		}
		fields, err := u.reverted(it)
		if err != nil {
			return err
		}
		if len(fields) == 0 {
			continue
		}
		now, err := w.User(pbx.UserID(it.Ref.ID))
		if err != nil {
			return err
		}
		if u.profileGone(it, fields) {
			delete(fields, "provisioningProfileId")
		}
		back, err := w.users.merged(now, fields)
		if err != nil {
			return err
		}
		if w.mustHave(pbx.Group{ID: back.HomeGroup}.Ref()) != nil && back.HomeGroup != 0 {
			u.left(it, "Its former group is gone.", "groupId")
			back.HomeGroup = now.HomeGroup
		}
		u.formerLocations(it, now, &back)
		if err := w.outranks(back.Role); err != nil {
			return err
		}
		plans = append(plans, plan{now, back})
	}
	for _, p := range plans {
		if err := w.releaseFormer(p.now, p.back); err != nil {
			return err
		}
	}
	for _, p := range plans {
		for _, n := range namesOf(p.now, p.back) {
			if err := u.takeBack(p.now, &p.back, n); err != nil {
				return err
			}
		}
		if err := w.users.put(w, p.back); err != nil {
			return err
		}
	}
	return nil
}

// releaseFormer gives up the numbers and names that a user leaves.
func (w *Work) releaseFormer(now, back pbx.User) error {
	for _, n := range namesOf(now, back) {
		if n.was == n.will || n.was == "" {
			continue
		}
		if err := w.release(n.was, n.kind, now.Ref()); err != nil {
			return err
		}
	}
	return nil
}

// profileGone reports whether the provisioning profile that a thing would have again is gone, and lists it.
func (u *undoing) profileGone(it pbx.ChangeItem, back map[string]json.RawMessage) bool {
	var id pbx.ProfileID
	raw, ok := back["provisioningProfileId"]
	if !ok || json.Unmarshal(raw, &id) != nil || id == 0 || u.w.mustHave(pbx.ProvisioningProfile{ID: id}.Ref()) == nil {
		return false
	}
	u.left(it, "Its former provisioning profile is gone.", "provisioningProfileId")
	return true
}

// locationGone reports whether the location that a field would name again is gone, and lists it.
func (u *undoing) locationGone(it pbx.ChangeItem, back map[string]json.RawMessage, field string) bool {
	var id pbx.LocationID
	raw, ok := back[field]
	if !ok || json.Unmarshal(raw, &id) != nil || id == 0 || u.w.mustHave(pbx.Location{ID: id}.Ref()) == nil {
		return false
	}
	u.left(it, "Its former location is gone.", field)
	return true
}

// formerLocations leaves a user where he is now when the location he was at is gone.
func (u *undoing) formerLocations(it pbx.ChangeItem, now pbx.User, back *pbx.User) {
	for _, f := range []struct {
		field     string
		id        *pbx.LocationID
		otherwise pbx.LocationID
	}{
		{"locationId", &back.Location, now.Location},
		{"emergencyLocationId", &back.EmergencyLocation, now.EmergencyLocation},
	} {
		if *f.id != 0 && u.w.mustHave(pbx.Location{ID: *f.id}.Ref()) != nil {
			u.left(it, "Its former location is gone.", f.field)
			*f.id = f.otherwise
		}
	}
}

type heldName struct {
	field     string
	kind      pbx.DialKind
	was, will string
}

// namesOf lists what two states of a user hold in the plan.
func namesOf(was, will pbx.User) []heldName {
	return []heldName{
		{"number", pbx.DialExtension, was.Number, will.Number},
		{"username", pbx.DialUsername, pbx.Fold(was.Username), pbx.Fold(will.Username)},
		{"authAccountName", pbx.DialAuthName, pbx.Fold(was.AuthAccountName), pbx.Fold(will.AuthAccountName)},
	}
}

// takeBack claims a former number or name, else leaves the present one and lists it.
func (u *undoing) takeBack(now pbx.User, back *pbx.User, n heldName) error {
	if n.was == n.will || n.will == "" {
		return nil
	}
	w, value := u.w, n.will
	by, taken, err := w.occupant(value, 0)
	if err != nil {
		return err
	}
	if taken && (by.Owner != now.Ref() || !keptAside(by.Kind)) { // an alias of his own makes room
		u.left(pbx.ChangeItem{Ref: now.Ref(), Name: now.Shown(), Version: now.Version}, n.will+" is taken now.", n.field)
		value = n.was
		switch n.field {
		case "number":
			back.Number = now.Number
		case "username":
			back.Username = now.Username
		default:
			back.AuthAccountName = now.AuthAccountName
		}
		if value == "" {
			return nil
		}
	}
	return w.dials.put(w, pbx.DialString{Organization: w.org, Value: value, Kind: n.kind, Owner: now.Ref()})
}
