package admin

import (
	"cmp"
	"context"
	"slices"

	"ringfence/internal/pbx"
)

// mostNamed is how many users a preview and a reach name; the rest is counted.
const mostNamed = 100

// usersUnder gives the users on whose paths a place is; operators are left out but by name.
func (w *Work) usersUnder(level pbx.Level, owner int64) ([]pbx.User, error) {
	switch level {
	case pbx.LevelUser:
		u, err := w.User(pbx.UserID(owner))
		return []pbx.User{u}, err
	case pbx.LevelDevice:
		d, err := w.Device(pbx.DeviceID(owner))
		if err != nil || d.User == 0 {
			return nil, err
		}
		u, err := w.User(d.User)
		return []pbx.User{u}, err
	case pbx.LevelGroup:
		return w.members(pbx.GroupID(owner))
	case pbx.LevelLocation:
		return w.usersMentioning(pbx.Location{ID: pbx.LocationID(owner)}.Ref(), "locationId")
	case pbx.LevelProfile:
		return w.usersOfProfile(pbx.ProfileID(owner))
	case pbx.LevelOrganization, pbx.LevelSystem, pbx.LevelKind, pbx.LevelDefault:
	}
	var base []pbx.User
	err := w.tx.EachUser(func(u pbx.User) error {
		if u.Organization == w.org {
			base = append(base, u)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w.users.overlay(w, base, func(u pbx.User) bool { return u.Kind != pbx.Operator }), nil
}

func (w *Work) members(g pbx.GroupID) ([]pbx.User, error) {
	home, err := w.usersHomedIn(g)
	if err != nil {
		return nil, err
	}
	further, err := w.usersFurtherIn(g)
	return append(home, further...), err
}

func (w *Work) usersMentioning(to pbx.Ref, field string) ([]pbx.User, error) {
	refs, err := w.stillMentioning(to)
	if err != nil {
		return nil, err
	}
	var ids []pbx.UserID
	for _, r := range refs {
		if r.From.Kind == pbx.KindUser && r.Field == field {
			ids = append(ids, pbx.UserID(r.From.ID))
		}
	}
	base, err := w.tx.Users(ids)
	if err != nil {
		return nil, err
	}
	return w.users.overlay(w, base, func(u pbx.User) bool { return slices.Contains(ids, u.ID) }), nil
}

// usersOfProfile gives who has a profile of his own, or by a group.
func (w *Work) usersOfProfile(id pbx.ProfileID) ([]pbx.User, error) {
	ref := pbx.ProvisioningProfile{ID: id}.Ref()
	out, err := w.usersMentioning(ref, "provisioningProfileId")
	if err != nil {
		return nil, err
	}
	refs, err := w.stillMentioning(ref)
	if err != nil {
		return nil, err
	}
	for _, r := range refs {
		if r.From.Kind != pbx.KindGroup {
			continue
		}
		members, err := w.members(pbx.GroupID(r.From.ID))
		if err != nil {
			return nil, err
		}
		out = append(out, members...)
	}
	slices.SortFunc(out, func(a, b pbx.User) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b pbx.User) bool { return a.ID == b.ID }), nil
}

// effectiveOf gives the value of a key that counts for each of some users.
func (w *Work) effectiveOf(users []pbx.User, key pbx.SettingKey) ([]pbx.Effective, error) {
	spec, err := w.spec(key)
	if err != nil {
		return nil, err
	}
	l, err := w.layeringOf([]pbx.SettingKey{key})
	if err != nil {
		return nil, err
	}
	groups, err := w.Groups()
	if err != nil {
		return nil, err
	}
	out := make([]pbx.Effective, len(users))
	var path []pbx.Layer
	for i, u := range users {
		if path, err = l.user(path[:0], u, groups); err != nil {
			return nil, err
		}
		out[i] = pbx.EffectiveValue(spec, path)
	}
	return out, nil
}

// effects compares what counted for whoever is under a place with what this work makes of it.
func (w *Work) effects(level pbx.Level, owner int64, keys []pbx.SettingKey) (SettingEffects, error) {
	out := SettingEffects{Changes: []SettingEffect{}}
	users, err := w.usersUnder(level, owner)
	if err != nil {
		return out, err
	}
	base := newWork(w.tx, w.org, w.actor, w.now)
	before := slices.Clone(users)
	for i, u := range users {
		if e, ok := w.users.rows[u.ID]; ok && e.before != nil {
			before[i] = *e.before // a field of his may be the setting
		}
	}
	changed := map[pbx.UserID]bool{}
	for _, key := range keys {
		was, err := base.effectiveOf(before, key)
		if err != nil {
			return out, err
		}
		is, err := w.effectiveOf(users, key)
		if err != nil {
			return out, err
		}
		for i, u := range users {
			if was[i].Value == is[i].Value {
				continue
			}
			changed[u.ID] = true
			if len(out.Changes) < mostNamed {
				out.Changes = append(out.Changes, SettingEffect{User: userName(u), Key: key, From: was[i].Value, To: is[i].Value})
			} else {
				out.More++
			}
		}
	}
	out.Users, out.Under = len(changed), len(users)
	return out, nil
}

// SettingReach tells for whom the value at a place counts, and who has something else (S2); NotFound, Invalid.
func (s *Service) SettingReach(
	ctx context.Context, a Actor, level pbx.Level, owner int64, key pbx.SettingKey,
) (SettingReach, error) {
	var r SettingReach
	err := s.view(ctx, a, SettingList, func(w *Work) (err error) {
		owner = w.levelOwner(level, owner)
		if _, err = w.layering().path(level, owner); err != nil {
			return err
		}
		r, err = w.reach(level, owner, key)
		return err
	})
	return r, err
}

func (w *Work) reach(level pbx.Level, owner int64, key pbx.SettingKey) (SettingReach, error) {
	r := SettingReach{Own: []SettingOwn{}, Elsewhere: []SettingElsewhere{}}
	users, err := w.usersUnder(level, owner)
	if err != nil {
		return r, err
	}
	if own, ok := w.actor.scoped(); ok {
		users = slices.DeleteFunc(users, func(u pbx.User) bool { return u.HomeGroup != own })
	}
	values, err := w.effectiveOf(users, key)
	if err != nil {
		return r, err
	}
	narrow, err := w.narrower(level, key, users)
	if err != nil {
		return r, err
	}
	r.Users = len(users)
	others := map[pbx.Place]int{}
	var order []pbx.Place
	for i, u := range users {
		e := values[i]
		at := pbx.Place{Level: e.Origin, Owner: e.Owner}
		own, has := narrow.users[u.ID]
		switch {
		case at == (pbx.Place{Level: level, Owner: owner}):
			r.Applies++
		case has && e.Origin == pbx.LevelUser:
		default:
			if others[at] == 0 {
				order = append(order, at)
			}
			others[at]++
		}
		if has {
			r.own(SettingOwn{User: userName(u), Value: own.Value, Counts: e.Origin == pbx.LevelUser})
		}
	}
	for _, d := range narrow.devices {
		r.own(d)
	}
	names := map[pbx.Place]string{}
	for _, p := range order {
		name, err := w.placeName(names, p)
		if err != nil {
			return r, err
		}
		r.Elsewhere = append(r.Elsewhere, SettingElsewhere{Level: p.Level, Owner: p.Owner, Name: name, Users: others[p]})
	}
	return r, nil
}

func (r *SettingReach) own(o SettingOwn) {
	r.OwnCount++
	if len(r.Own) < mostNamed {
		r.Own = append(r.Own, o)
	}
}

// narrower are the values of a key at users and devices.
type narrower struct {
	users   map[pbx.UserID]pbx.Setting
	devices []SettingOwn
}

// narrower finds which of some users, and which of their devices, have a value of their own below a level.
func (w *Work) narrower(level pbx.Level, key pbx.SettingKey, users []pbx.User) (narrower, error) {
	n := narrower{users: map[pbx.UserID]pbx.Setting{}}
	if level == pbx.LevelDevice {
		return n, nil
	}
	under := make(map[pbx.UserID]pbx.User, len(users))
	for _, u := range users {
		under[u.ID] = u
		for _, f := range UserRegion(u) {
			if f.Key == key {
				n.users[u.ID] = f
			}
		}
	}
	base, err := w.tx.SettingsWith(w.org, key)
	if err != nil {
		return n, err
	}
	for _, set := range w.settings.overlay(w, base, func(s pbx.Setting) bool { return s.Key == key }) {
		switch set.Level { //nolint:exhaustive // only what is narrower than a group
		case pbx.LevelUser:
			if _, ok := under[pbx.UserID(set.Owner)]; ok {
				n.users[pbx.UserID(set.Owner)] = set
			}
		case pbx.LevelDevice:
			d, err := w.Device(pbx.DeviceID(set.Owner))
			if err != nil {
				return n, err
			}
			if u, ok := under[d.User]; ok {
				path, err := w.layering().device(d)
				if err != nil {
					return n, err
				}
				spec, err := w.spec(key)
				if err != nil {
					return n, err
				}
				n.devices = append(n.devices, SettingOwn{
					User: userName(u), Device: d.ID, DeviceName: d.Name, Value: set.Value,
					Counts: pbx.EffectiveValue(spec, path).Origin == pbx.LevelDevice,
				})
			}
		}
	}
	if level == pbx.LevelUser {
		clear(n.users)
	}
	return n, nil
}

// ResetBelow takes the values that users and devices under a place have of their own, so that it counts for them (S2).
// With users given, only theirs.
func (s *Service) ResetBelow(
	ctx context.Context, a Actor, level pbx.Level, owner int64, key pbx.SettingKey, only []pbx.UserID, wr Write,
) (int, pbx.ChangeSet, error) {
	n := 0
	cs, err := s.Do(ctx, a, Intent{SettingReset, wr}, func(w *Work) error {
		n = 0
		owner = w.levelOwner(level, owner)
		if err := w.ownedByMine(level, owner); err != nil {
			return err
		}
		users, err := w.usersUnder(level, owner)
		if err != nil {
			return err
		}
		if only != nil {
			users = slices.DeleteFunc(users, func(u pbx.User) bool { return !slices.Contains(only, u.ID) })
		}
		below, err := w.narrower(level, key, users)
		if err != nil {
			return err
		}
		for _, u := range users {
			if _, ok := below.users[u.ID]; !ok {
				continue
			}
			if _, err := w.mine(u.ID); err != nil {
				return err
			}
			n++
			if err := w.changeSetting(pbx.LevelUser, int64(u.ID), SettingChange{Key: key}); err != nil {
				return err
			}
		}
		for _, d := range below.devices {
			if err := w.ownedByMine(pbx.LevelDevice, int64(d.Device)); err != nil {
				return err
			}
			n++
			if err := w.changeSetting(pbx.LevelDevice, int64(d.Device), SettingChange{Key: key}); err != nil {
				return err
			}
		}
		subject, _ := settingOwner(level, owner)
		w.describe(subject, "Setting "+string(key)+" returned to inherited for those below")
		return nil
	})
	return n, cs, err
}

// stillMentioning gives the references to a thing as this work has left them.
func (w *Work) stillMentioning(to pbx.Ref) ([]pbx.Reference, error) {
	refs, err := w.tx.ReferencesTo(w.org, to)
	if err != nil {
		return nil, err
	}
	for _, t := range w.tables() {
		removed, added := t.references()
		refs = slices.DeleteFunc(refs, func(r pbx.Reference) bool { return slices.Contains(removed, r) })
		for _, r := range added {
			if r.To == to {
				refs = append(refs, r)
			}
		}
	}
	return refs, nil
}
