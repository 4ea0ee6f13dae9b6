package admin

import (
	"slices"
	"strings"

	"ringfence/internal/pbx"
)

// finish validates what the work left and describes it. The change set has no number yet.
func (w *Work) finish(in Intent) (pbx.ChangeSet, []pbx.Trash, error) {
	if err := w.planRingGroups(); err != nil {
		return pbx.ChangeSet{}, nil, err
	}
	if err := w.planOutside(); err != nil {
		return pbx.ChangeSet{}, nil, err
	}
	if err := w.tidyShown(); err != nil {
		return pbx.ChangeSet{}, nil, err
	}
	for _, t := range w.tables() {
		if err := t.validate(w); err != nil {
			return pbx.ChangeSet{}, nil, err
		}
	}
	if err := w.checkOwners(); err != nil {
		return pbx.ChangeSet{}, nil, err
	}
	if err := w.checkReferences(); err != nil {
		return pbx.ChangeSet{}, nil, err
	}
	cs := pbx.ChangeSet{
		Organization: w.org, At: w.now, ActorKind: w.actor.Kind, ActorUser: w.actor.User, ActorName: w.actor.Name,
		Intent: string(in.UseCase), Summary: w.summary, Source: w.actor.Source, IdempotencyKey: in.IdempotencyKey,
		Fingerprint: in.Fingerprint, Subject: w.subject, Undoes: w.undoes,
	}
	var trash []pbx.Trash
	for _, t := range w.tables() {
		for _, c := range t.changes() {
			it, changed, err := t.item(w, c.ref)
			if err != nil {
				return pbx.ChangeSet{}, nil, err
			}
			if !changed {
				continue
			}
			cs.Items = append(cs.Items, it)
			if it.Action != pbx.Deleted {
				continue
			}
			row, err := t.stored(w, c.ref)
			if err != nil {
				return pbx.ChangeSet{}, nil, err
			}
			trash = append(trash, row)
		}
	}
	cs.Count = len(cs.Items)
	if !anyRestorable(trash) { // a setting or an alias comes back by undo; a password, which the history hides, from here
		trash = slices.DeleteFunc(trash, func(t pbx.Trash) bool { return t.Ref.Kind != pbx.KindUserSecret })
	}
	return cs, trash, nil
}

func anyRestorable(trash []pbx.Trash) bool {
	return slices.ContainsFunc(trash, func(t pbx.Trash) bool { return restorable(t.Ref.Kind) })
}

// restorable reports whether a deleted thing of the kind stands in Recently deleted; parts go along with it.
func restorable(k pbx.Kind) bool {
	return k == pbx.KindGroup || k == pbx.KindUser || k == pbx.KindDevice || k == pbx.KindPool ||
		k == pbx.KindLocation || k == pbx.KindRingGroup ||
		k == pbx.KindOutsideNumber || k == pbx.KindProfile || k == pbx.KindPermission
}

// checkOwners refuses to leave the organization without somebody who may do everything (S4).
func (w *Work) checkOwners() error {
	lost := false
	owns := func(u *pbx.User) bool { return u != nil && u.Role == pbx.RoleOwner && u.Enabled }
	_ = w.users.written(func(before, now *pbx.User) error { // the function never fails
		lost = lost || owns(before) && !owns(now)
		return nil
	})
	if !lost {
		return nil
	}
	owners, err := w.usersWithRole(pbx.RoleOwner)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(owners, func(u pbx.User) bool { return owns(&u) }) {
		return pbx.Errorf(pbx.Conflict, "This is the last owner: make somebody else an owner first.")
	}
	return nil
}

// checkReferences refuses to leave anything that mentions what is not there.
func (w *Work) checkReferences() error {
	var removed, added []pbx.Reference
	for _, t := range w.tables() {
		r, a := t.references()
		removed, added = append(removed, r...), append(added, a...)
	}
	for _, r := range added {
		if err := w.mustHave(r.To); err != nil {
			return err
		}
	}
	gone := make(map[pbx.Reference]bool, len(removed))
	for _, r := range removed {
		gone[r] = true
	}
	for _, t := range w.tables() {
		for _, c := range t.changes() {
			if !c.before || c.now || !mentionable(c.ref) {
				continue
			}
			refs, err := w.tx.ReferencesTo(w.org, c.ref)
			if err != nil {
				return err
			}
			for _, r := range refs {
				if !gone[r] {
					return pbx.Errorf(pbx.Conflict, "The "+words(c.ref.Kind)+" is still used by "+r.From.String()+".")
				}
			}
			if err := w.checkParts(c.ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// mentionable reports whether anything may refer to such a thing, or be a part of it. Of dial strings it is only outside
// numbers, which may be shown.
func mentionable(r pbx.Ref) bool {
	k := r.Kind
	return k == pbx.KindDialString && strings.HasPrefix(r.Key, "+") || k == pbx.KindGroup || k == pbx.KindUser ||
		k == pbx.KindDevice || k == pbx.KindLine || k == pbx.KindPool || k == pbx.KindLocation || k == pbx.KindProfile ||
		k == pbx.KindRingGroup
}

// checkParts refuses to delete something whose dial strings or settings would stay behind.
func (w *Work) checkParts(ref pbx.Ref) error {
	if ref.Kind == pbx.KindUser {
		dials, err := w.dialStringsOf(ref)
		if err != nil {
			return err
		}
		for _, d := range dials {
			if d.Kind != pbx.DialHeld {
				return pbx.Errorf(pbx.Conflict, "The "+words(ref.Kind)+" still has "+d.Value+".")
			}
		}
	}
	level, ok := levelOf(ref.Kind)
	if !ok {
		return nil
	}
	sets, err := w.settingsAt(level, ref.ID)
	if err == nil && len(sets) > 0 {
		return pbx.Errorf(pbx.Conflict, "The "+words(ref.Kind)+" still has settings.")
	}
	return err
}

// levelOf is the level at which a kind of thing has settings.
func levelOf(k pbx.Kind) (pbx.Level, bool) {
	switch k {
	case pbx.KindDevice:
		return pbx.LevelDevice, true
	case pbx.KindUser:
		return pbx.LevelUser, true
	case pbx.KindGroup:
		return pbx.LevelGroup, true
	case pbx.KindLocation:
		return pbx.LevelLocation, true
	case pbx.KindProfile:
		return pbx.LevelProfile, true
	case pbx.KindOrganization:
		return pbx.LevelOrganization, true
	case pbx.KindMailServer, pbx.KindMailPassword:
		return "", false
	case pbx.KindLine, pbx.KindCredential, pbx.KindUserSecret, pbx.KindDialString, pbx.KindOutsideNumber, pbx.KindPool,
		pbx.KindSetting, pbx.KindToken, pbx.KindPermission, pbx.KindLeave, pbx.KindForwarding, pbx.KindRingGroup:
		return "", false
	}
	return "", false
}

// flush writes what the work left. Dial strings that go make room first; then parts go before what they are parts of;
// then everything is written, what is referred to first; groups go last, when nobody is in them any more.
func (w *Work) flush(tx Tx) error {
	if err := w.dials.flushDrops(tx, w.org); err != nil {
		return err
	}
	tables := w.tables()
	for _, t := range slices.Backward(tables) {
		if t.kind() == pbx.KindDialString || t.kind() == pbx.KindGroup {
			continue
		}
		if err := t.flushDrops(tx, w.org); err != nil {
			return err
		}
	}
	for _, t := range tables {
		if err := t.flushPuts(tx); err != nil {
			return err
		}
	}
	if err := w.groups.flushDrops(tx, w.org); err != nil {
		return err
	}
	if err := w.keepPhotos(tx); err != nil {
		return err
	}
	for name, line := range w.sipNames {
		if err := tx.ReserveSIPUsername(w.org, name, line); err != nil {
			return err
		}
	}
	var removed, added []pbx.Reference
	for _, t := range tables {
		r, a := t.references()
		removed, added = append(removed, r...), append(added, a...)
	}
	if err := tx.RemoveReferences(removed); err != nil {
		return err
	}
	if err := tx.AddReferences(added); err != nil {
		return err
	}
	for _, id := range w.emptied {
		if err := tx.RemoveTrash(id); err != nil {
			return err
		}
	}
	return nil
}
