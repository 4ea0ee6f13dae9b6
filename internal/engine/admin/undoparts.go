package admin

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ringfence/internal/pbx"
)

// created deletes what the change set made, things with their parts, unless something of it changed since.
func (u *undoing) created() error {
	made := map[pbx.Ref]bool{}
	for _, it := range u.old.Items {
		made[it.Ref] = it.Action == pbx.Created
	}
	for _, kind := range []pbx.Kind{
		pbx.KindUser, pbx.KindLeave, pbx.KindForwarding, pbx.KindDevice, pbx.KindToken, pbx.KindSetting, pbx.KindOutsideNumber,
		pbx.KindRingGroup, pbx.KindDialString, pbx.KindPool,
		pbx.KindGroup, pbx.KindLocation, pbx.KindProfile, pbx.KindPermission, pbx.KindUserSecret, pbx.KindCredential,
		pbx.KindMailServer, pbx.KindMailPassword,
	} {
		for _, it := range u.old.Items {
			if it.Action != pbx.Created || it.Ref.Kind != kind {
				continue
			}
			if err := u.unmake(it, made); err != nil {
				return err
			}
		}
	}
	return nil
}

func (u *undoing) unmake(it pbx.ChangeItem, made map[pbx.Ref]bool) error {
	w := u.w
	t := w.table(it.Ref.Kind)
	there, err := t.has(w, it.Ref)
	if err != nil || !there {
		return err
	}
	root, err := t.rootOf(w, it.Ref)
	if err != nil {
		return err
	}
	if root != it.Ref && made[root] {
		if there, err = w.table(root.Kind).has(w, root); err != nil || there {
			return err // its root was left, so it stays too
		}
	}
	if t.hidden() && it.Ref.Kind != pbx.KindToken {
		return u.secretMade(it)
	}
	if it.Ref.Kind == pbx.KindDialString && (root.Kind == pbx.KindUser && !u.isAlias(it) || root.Kind == pbx.KindRingGroup) {
		return nil // numbers and names follow whose they are
	}
	if it.Ref.Kind == pbx.KindOutsideNumber {
		n, e := w.OutsideNumber(pbx.NumberID(it.Ref.ID))
		if e == nil && made[n.LeadsTo] && w.mustHave(n.LeadsTo) == nil {
			return nil // the user whom it was made for was left, and keeps it
		}
	}
	reason, err := u.changedSince(it, made)
	if err != nil {
		return err
	}
	return u.detachMade(it, made, reason)
}

// detachMade deletes what was made, and takes it away from whatever refers to it, unless there is a reason not to.
func (u *undoing) detachMade(it pbx.ChangeItem, made map[pbx.Ref]bool, reason string) error {
	m, err := u.w.removing(&Resolution{Answers: []Answer{{Way: WayRemove}}}, it.Ref)
	if err != nil {
		return err
	}
	if reason == "" && m.matters(made) {
		reason = "Other things refer to it now."
	}
	if reason != "" && (!u.ticked(it.Ref) || m.asked > 0) {
		u.left(it, reason)
		return nil
	}
	if err := m.decide(nil); err != nil {
		return err
	}
	return u.removeMade(it)
}

// matters reports whether something refers to what goes that would miss it, but for things made with it.
func (m *removal) matters(made map[pbx.Ref]bool) bool {
	return slices.ContainsFunc(m.mentions, func(x mention) bool {
		return x.way == "" || !made[x.From] && x.rule.Usual == ""
	})
}

// secretMade leaves a secret as it is, unless its user is again of a kind that has no use for it.
func (u *undoing) secretMade(it pbx.ChangeItem) error {
	if it.Ref.Kind == pbx.KindUserSecret {
		user, err := u.w.User(pbx.UserID(it.Ref.ID))
		if err != nil {
			return err
		}
		if !user.Kind.Has(pbx.SecretName(it.Ref.Key)) {
			return u.w.table(it.Ref.Kind).remove(u.w, it.Ref)
		}
	}
	u.secrets = true
	return nil
}

func (u *undoing) isAlias(it pbx.ChangeItem) bool {
	var d pbx.DialString
	return json.Unmarshal(it.After, &d) == nil && keptAside(d.Kind)
}

// changedSince says in words what happened to a thing that was made, empty if nothing.
func (u *undoing) changedSince(it pbx.ChangeItem, made map[pbx.Ref]bool) (string, error) {
	w := u.w
	cur, err := w.table(it.Ref.Kind).fields(w, it.Ref)
	if err != nil {
		return "", err
	}
	_, after, err := sides(it)
	if err != nil {
		return "", err
	}
	own := slices.DeleteFunc(differing(cur, after), func(f string) bool {
		switch {
		case it.Ref.Kind == pbx.KindGroup && f == "position": // others moved, not this
			return true
		case it.Ref.Kind == pbx.KindOutsideNumber && f == "leadsTo": // it led to somebody whose making was undone with it
			to, err := refIn(after[f])
			return err == nil && made[to] && cur[f] == nil && w.mustHave(to) != nil
		}
		return false
	})
	if len(own) > 0 {
		return "It was changed since.", nil
	}
	switch it.Ref.Kind {
	case pbx.KindUser:
		return u.userChangedSince(pbx.UserID(it.Ref.ID), made)
	case pbx.KindGroup:
		row, err := w.groupRow(pbx.GroupID(it.Ref.ID))
		if err == nil && row.Members > 0 {
			return "It has members now.", nil
		}
		return "", err
	case pbx.KindPermission:
		return u.grantedSince(it, made)
	case pbx.KindOrganization, pbx.KindLocation, pbx.KindProfile, pbx.KindDevice, pbx.KindLine, pbx.KindCredential, pbx.KindUserSecret,
		pbx.KindDialString, pbx.KindOutsideNumber, pbx.KindPool, pbx.KindSetting, pbx.KindToken, pbx.KindLeave,
		pbx.KindForwarding, pbx.KindRingGroup, pbx.KindMailServer, pbx.KindMailPassword:
	}
	return "", nil
}

// userChangedSince finds parts that came later, and secrets that were made anew.
func (u *undoing) userChangedSince(id pbx.UserID, made map[pbx.Ref]bool) (string, error) {
	w := u.w
	parts, err := w.partRefs(id)
	if err != nil {
		return "", err
	}
	for r := range parts {
		if !made[r] {
			return "It has got a " + words(r.Kind) + " since.", nil
		}
	}
	for _, it := range u.old.Items {
		if it.Action != pbx.Created || !w.table(it.Ref.Kind).hidden() {
			continue
		}
		var v int64
		if v, err = u.versionOf(it.Ref); err != nil {
			return "", err
		}
		if root, e := w.table(it.Ref.Kind).rootOf(w, it.Ref); e == nil && root.ID == int64(id) && v != it.Version {
			return "A secret of it was made anew since.", nil
		}
	}
	led, err := w.outsideTo(pbx.User{ID: id}.Ref())
	if err != nil {
		return "", err
	}
	for _, n := range led {
		if !slices.ContainsFunc(u.old.Items, func(it pbx.ChangeItem) bool { return it.Ref == n.Ref() }) {
			return "It has got the outside number " + n.Value + " since.", nil
		}
	}
	dials, err := w.dialStringsOf(pbx.User{ID: id}.Ref())
	if err != nil {
		return "", err
	}
	for _, d := range dials {
		if _, ok := made[d.Ref()]; !ok {
			return "It has got the alias " + d.Value + " since.", nil
		}
	}
	sets, err := w.settingsAt(pbx.LevelUser, int64(id))
	for _, set := range sets {
		if !made[set.Ref()] {
			return "It has got settings of its own since.", nil
		}
	}
	return "", err
}

// versionOf is the version of a secret as it is now; 0 when it is gone.
func (u *undoing) versionOf(r pbx.Ref) (int64, error) {
	w := u.w
	switch r.Kind {
	case pbx.KindCredential:
		c, err := w.creds.get(w, pbx.LineID(r.ID))
		return c.Version, ignoreMissing(err)
	case pbx.KindUserSecret:
		s, err := w.secrets.get(w, secretKey{pbx.UserID(r.ID), pbx.SecretName(r.Key)})
		return s.Version, ignoreMissing(err)
	case pbx.KindToken:
		t, err := w.tokens.get(w, pbx.TokenID(r.ID))
		return t.Version, ignoreMissing(err)
	case pbx.KindOrganization, pbx.KindLocation, pbx.KindProfile, pbx.KindPermission, pbx.KindGroup, pbx.KindUser,
		pbx.KindDevice, pbx.KindLine, pbx.KindDialString, pbx.KindOutsideNumber, pbx.KindPool, pbx.KindSetting, pbx.KindLeave,
		pbx.KindForwarding, pbx.KindRingGroup, pbx.KindMailServer, pbx.KindMailPassword:
	}
	return 0, fmt.Errorf("version of %s", r)
}

func (u *undoing) removeMade(it pbx.ChangeItem) error {
	w := u.w
	switch it.Ref.Kind {
	case pbx.KindUser:
		user, err := w.User(pbx.UserID(it.Ref.ID))
		if err != nil {
			return err
		}
		return w.removeUser(user, u.namesAfter(it.Ref))
	case pbx.KindDevice:
		d, err := w.Device(pbx.DeviceID(it.Ref.ID))
		if err != nil {
			return err
		}
		return w.removeDevice(d)
	case pbx.KindGroup:
		if err := w.dropSettings(pbx.LevelGroup, it.Ref.ID); err != nil {
			return err
		}
	case pbx.KindPermission:
		p, err := w.perms.get(w, pbx.PermissionID(it.Ref.ID))
		if err != nil {
			return err
		}
		if err := w.dropKey(p.Setting()); err != nil {
			return err
		}
	case pbx.KindProfile:
		if err := w.dropSettings(pbx.LevelProfile, it.Ref.ID); err != nil {
			return err
		}
	case pbx.KindLocation:
		if err := w.dropSettings(pbx.LevelLocation, it.Ref.ID); err != nil {
			return err
		}
	case pbx.KindOutsideNumber:
		n, err := w.OutsideNumber(pbx.NumberID(it.Ref.ID))
		if err != nil {
			return err
		}
		return w.removeOutside(n)
	case pbx.KindOrganization, pbx.KindLine, pbx.KindCredential, pbx.KindUserSecret, pbx.KindDialString, pbx.KindPool,
		pbx.KindSetting, pbx.KindToken, pbx.KindLeave, pbx.KindForwarding, pbx.KindRingGroup, pbx.KindMailServer, pbx.KindMailPassword:
	}
	return w.table(it.Ref.Kind).remove(w, it.Ref)
}

// grantedSince finds values of a custom permission that came later.
func (u *undoing) grantedSince(it pbx.ChangeItem, made map[pbx.Ref]bool) (string, error) {
	p, err := u.w.perms.get(u.w, pbx.PermissionID(it.Ref.ID))
	if err != nil {
		return "", err
	}
	base, err := u.w.tx.SettingsWith(u.w.org, p.Setting())
	if err != nil {
		return "", err
	}
	for _, s := range u.w.settings.overlay(u.w, base, func(s pbx.Setting) bool { return s.Key == p.Setting() }) {
		if !made[s.Ref()] {
			return "It is granted or refused somewhere now.", nil
		}
	}
	return "", nil
}

// namesAfter says which names of a user whose making is undone are held again: all if some were held before, but for
// those that this change set gave.
func (u *undoing) namesAfter(user pbx.Ref) holding {
	held, given := false, map[string]bool{}
	for _, it := range u.old.Items {
		if it.Ref.Kind != pbx.KindDialString {
			continue
		}
		given[it.Ref.Key] = given[it.Ref.Key] || it.Action == pbx.Created
		var before pbx.DialString
		if it.Action == pbx.Updated && json.Unmarshal(it.Before, &before) == nil {
			held = held || before.Kind == pbx.DialHeld && before.Owner == user
		}
	}
	return func(d pbx.DialString) bool { return held && !given[d.Value] }
}

// deletedParts brings back what was deleted without going to the trash: settings, aliases, feature codes.
func (u *undoing) deletedParts() error {
	for _, it := range u.old.Items {
		if it.Action == pbx.Updated && it.Ref.Kind == pbx.KindDialString {
			if err := u.nameBack(it); err != nil {
				return err
			}
		}
		if it.Action != pbx.Deleted {
			continue
		}
		if err := u.deletedPart(it); err != nil {
			return err
		}
	}
	return nil
}

func (u *undoing) deletedPart(it pbx.ChangeItem) error {
	w, t := u.w, u.w.table(it.Ref.Kind)
	there, err := t.has(w, it.Ref)
	if err != nil {
		return err
	}
	switch {
	case len(it.Before) == 0:
		u.left(it, "It was purged.")
	case it.Ref.Kind == pbx.KindDialString:
		if err := u.dialBack(it); err != nil {
			return err
		}
	case there:
	case t.hidden() && it.Ref.Kind != pbx.KindToken:
		u.secrets = true
	case it.Ref.Kind == pbx.KindToken:
		u.out.Notes = append(u.out.Notes, "A revoked token stays revoked: make another one.")
	case ofUser(it.Ref.Kind) && w.mustHave(pbx.User{ID: pbx.UserID(it.Ref.ID)}.Ref()) != nil:
		u.left(it, "Whose it was is gone.")
	case ofUser(it.Ref.Kind), it.Ref.Kind == pbx.KindMailServer:
		if err := t.insert(w, it.Before); err != nil {
			return err
		}
	case it.Ref.Kind == pbx.KindSetting:
		if err := u.settingBack(it); err != nil {
			return err
		}
	default:
		u.left(it, "It was purged, or restored and deleted again.")
	}
	return nil
}

func (u *undoing) settingBack(it pbx.ChangeItem) error {
	var set pbx.Setting
	if err := json.Unmarshal(it.Before, &set); err != nil {
		return fmt.Errorf("read change of %s: %w", it.Ref, err)
	}
	if owner, ok := settingOwner(set.Level, set.Owner); !ok || u.w.mustHave(owner) != nil {
		u.left(it, "What it was set for is gone.")
		return nil
	}
	return u.w.table(it.Ref.Kind).insert(u.w, it.Before)
}

// dialBack gives a deleted dial string back. Numbers and names of users and ring groups come back with their own fields.
func (u *undoing) dialBack(it pbx.ChangeItem) error {
	w := u.w
	var d pbx.DialString
	if err := json.Unmarshal(it.Before, &d); err != nil {
		return fmt.Errorf("read change of %s: %w", it.Ref, err)
	}
	if d.Owner.Kind == pbx.KindUser && !keptAside(d.Kind) && d.Kind != pbx.DialHeld || d.Kind == pbx.DialRingGroup {
		return nil
	}
	taken, ok, err := w.occupant(d.Value, 0)
	if err != nil {
		return err
	}
	switch {
	case d.Kind == pbx.DialHeld:
		return u.holdAgain(it, d, ok)
	case ok && taken.Owner == d.Owner && taken.Kind == d.Kind:
		return nil
	case ok:
		u.left(it, "It is taken now.")
		return nil
	case !d.Owner.IsZero() && w.mustHave(d.Owner) != nil:
		u.left(it, "Whose it was is gone.")
		return nil
	}
	if !d.Until.IsZero() && !d.Until.After(w.now) {
		d.Until = time.Time{}
		u.out.Notes = append(u.out.Notes, "The time of "+d.Value+" was over: it stays until somebody takes it away.")
	}
	return w.dials.put(w, d)
}

// nameBack gives a user the alias or former username back that became his number or username in the change set.
func (u *undoing) nameBack(it pbx.ChangeItem) error {
	d := pbx.DialString{Organization: u.w.org, Value: it.Ref.Key}
	var after pbx.DialString
	if err := json.Unmarshal(it.Before, &d); err != nil {
		return fmt.Errorf("read change of %s: %w", it.Ref, err)
	}
	if err := json.Unmarshal(it.After, &after); err != nil {
		return fmt.Errorf("read change of %s: %w", it.Ref, err)
	}
	if !keptAside(d.Kind) || keptAside(after.Kind) {
		return nil
	}
	if by, taken, err := u.w.occupant(d.Value, 0); err != nil || taken && by.Owner == d.Owner {
		return err // he has it otherwise again, or still
	}
	whole, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("pack %s: %w", it.Ref, err)
	}
	it.Before = whole
	return u.dialBack(it)
}

// keptAside tells names that a user has beside its number and username: they have items of their own.
func keptAside(k pbx.DialKind) bool { return k == pbx.DialAlias || k == pbx.DialFormer }

// holdAgain keeps a released number for its deleted user again, while he can still come back.
func (u *undoing) holdAgain(it pbx.ChangeItem, d pbx.DialString, taken bool) error {
	_, err := u.w.tx.TrashOf(u.w.org, d.Owner)
	switch {
	case taken:
		u.left(it, "It is taken now.")
		return nil
	case err != nil && pbx.KindOf(err) == pbx.NotFound:
		u.left(it, "Whose it was is gone.")
		return nil
	case err != nil:
		return err
	}
	return u.w.dials.put(u.w, d)
}

// updatedOutside reverts changed outside numbers, whom they lead to included. Those that led to somebody who is not there
// are given back for later, unless this is the last time.
func (u *undoing) updatedOutside(items []pbx.ChangeItem, last bool) ([]pbx.ChangeItem, error) {
	var waiting []pbx.ChangeItem
	for _, it := range items {
		if it.Action != pbx.Updated || it.Ref.Kind != pbx.KindOutsideNumber {
			continue
		}
		before, _, err := sides(it)
		if err != nil {
			return nil, err
		}
		to, err := refIn(before["leadsTo"])
		if err != nil {
			return nil, err
		}
		if !last && !to.IsZero() && u.w.mustHave(to) != nil {
			waiting = append(waiting, it)
			continue
		}
		if err := u.outsideBack(it); err != nil {
			return nil, err
		}
	}
	return waiting, nil
}

func (u *undoing) outsideBack(it pbx.ChangeItem) error {
	w := u.w
	back, err := u.reverted(it)
	if err != nil || len(back) == 0 {
		return err
	}
	n, err := w.OutsideNumber(pbx.NumberID(it.Ref.ID))
	if err != nil {
		return err
	}
	was, err := w.outside.merged(n, back)
	if err != nil {
		return err
	}
	if was.Assigned() && w.mustHave(was.LeadsTo) != nil {
		u.left(it, "Whom it led to is gone.", "leadsTo")
		was.LeadsTo = n.LeadsTo
	}
	if was.Location != 0 && w.mustHave(pbx.Location{ID: was.Location}.Ref()) != nil {
		u.left(it, "Its former location is gone.", "locationId")
		was.Location = n.Location
	}
	return w.putOutside(was)
}

// ofUser are the kinds of which each user has at most one, under his own id.
func ofUser(k pbx.Kind) bool { return k == pbx.KindLeave || k == pbx.KindForwarding }
