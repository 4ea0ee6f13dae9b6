package admin

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ringfence/internal/pbx"
)

func checkSetting(w *Work, set pbx.Setting) error {
	spec, err := w.spec(set.Key)
	if err != nil {
		return err
	}
	if !slices.Contains(spec.Levels, set.Level) {
		return fieldError("level", "This setting can't be set at the level "+strconv.Quote(string(set.Level))+".")
	}
	if m := spec.Problem(set.Value); m != "" {
		return fieldError("value", m)
	}
	owner, ok := settingOwner(set.Level, set.Owner)
	if !ok {
		return fieldError("level", "Settings of this level can't be changed here.")
	}
	if set.Level == pbx.LevelOrganization && set.Owner != int64(w.org) {
		return noSuch(owner.Kind)
	}
	if set.Key == pbx.SettingShownNumber {
		if err := w.stillShown(set); err != nil {
			return err
		}
	}
	if set.Key == pbx.SettingOutsidePrefix {
		if err := w.checkOutsidePrefix(set); err != nil {
			return err
		}
	}
	return w.mustHave(owner)
}

// catalogue lists every setting there is, custom permissions last.
func (w *Work) catalogue() ([]pbx.SettingSpec, error) {
	out := pbx.Catalogue()
	custom, err := w.permissionsAll()
	for _, p := range custom {
		out = append(out, p.Spec())
	}
	return out, err
}

// spec finds a setting; NotFound.
func (w *Work) spec(key pbx.SettingKey) (pbx.SettingSpec, error) {
	name, custom := key.Custom()
	if !custom {
		return pbx.Spec(key)
	}
	p, err := w.permissionByKey(name)
	if err != nil && pbx.KindOf(err) == pbx.NotFound {
		err = pbx.Errorf(pbx.NotFound, "There is no setting "+strconv.Quote(string(key))+".")
	}
	return p.Spec(), err
}

// effectiveOn is the value that counts on a path for a key of the catalogue in code.
func effectiveOn(path []pbx.Layer, key pbx.SettingKey) string {
	spec, err := pbx.Spec(key)
	if err != nil { // only keys of the catalogue are asked for
		return ""
	}
	return pbx.EffectiveValue(spec, path).Value
}

func securityOf(path []pbx.Layer) pbx.Security {
	return pbx.Security(effectiveOn(path, pbx.SettingSecurity))
}

// Settings lists the settings that can be set at a level of something, each with its own value, the one that counts and
// the one that would without its own. The owner of the organization level is the organization, 0 stands for it.
func (s *Service) Settings(ctx context.Context, a Actor, level pbx.Level, owner int64) ([]SettingView, error) {
	var out []SettingView
	err := s.view(ctx, a, SettingList, func(w *Work) (err error) {
		out, err = w.settingViews(level, w.levelOwner(level, owner), nil)
		return err
	})
	return out, err
}

func (w *Work) levelOwner(level pbx.Level, owner int64) int64 {
	if level == pbx.LevelOrganization && owner == 0 {
		return int64(w.org)
	}
	return owner
}

// settingViews shows some settings as seen from a place; without keys all that can be set there.
func (w *Work) settingViews(level pbx.Level, owner int64, keys []pbx.SettingKey) ([]SettingView, error) {
	path, err := w.layering().path(level, owner)
	if err != nil {
		return nil, err
	}
	specs, err := w.catalogue()
	if err != nil {
		return nil, err
	}
	names := map[pbx.Place]string{}
	out := []SettingView{}
	for _, spec := range specs {
		if !slices.Contains(spec.Levels, level) || keys != nil && !slices.Contains(keys, spec.Key) {
			continue
		}
		v := SettingView{
			Spec: spec, Effective: pbx.EffectiveValue(spec, path),
			Inherited: pbx.EffectiveValue(spec, withoutOwn(path, level, owner, spec.Key)),
			Lockable:  level != pbx.LevelDevice && !slices.Contains(spec.Fields, level),
		}
		if own, ok := ownOf(path, level, owner, spec.Key); ok {
			v.Own = &own
		}
		if spec.Type == pbx.TypeShown {
			numbers, e := w.shownNumbers(level, owner)
			if e != nil {
				return nil, e
			}
			v.Spec.Choices = append(slices.Clone(spec.Choices), numbers...)
		}
		if v.EffectiveFrom, err = w.origin(names, v.Effective); err != nil {
			return nil, err
		}
		if v.InheritedFrom, err = w.origin(names, v.Inherited); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// origin names where a value comes from.
func (w *Work) origin(names map[pbx.Place]string, e pbx.Effective) (SettingOrigin, error) {
	o := SettingOrigin{Level: e.Origin, Owner: e.Owner}
	hidden := func(p pbx.Place) bool { return p.Level == pbx.LevelGroup && !w.showsGroup(pbx.GroupID(p.Owner)) }
	if hidden(pbx.Place{Level: e.Origin, Owner: e.Owner}) {
		o.Owner = 0 // that it is of a group is all he may know
		return o, nil
	}
	var err error
	if o.Name, err = w.placeName(names, pbx.Place{Level: e.Origin, Owner: e.Owner}); err != nil {
		return o, err
	}
	if e.Origin == pbx.LevelProfile && e.At.Level != pbx.LevelProfile && !hidden(e.At) {
		o.Assigned = e.At
		o.AssignedName, err = w.placeName(names, e.At)
	}
	return o, err
}

func (w *Work) placeName(names map[pbx.Place]string, p pbx.Place) (string, error) {
	if name, ok := names[p]; ok {
		return name, nil
	}
	ref, ok := settingOwner(p.Level, p.Owner)
	if !ok {
		return "", nil
	}
	name, err := w.nameOf(ref)
	names[p] = name
	return name, err
}

// PutSetting sets one value at a level; as PutSettings.
func (s *Service) PutSetting(
	ctx context.Context, a Actor, in pbx.Setting, wr Write,
) (SettingView, pbx.ChangeSet, error) {
	change := SettingChange{Key: in.Key, Value: &in.Value, Locked: in.Locked, Seen: wr.IfMatch}
	r, cs, err := s.PutSettings(ctx, a, in.Level, in.Owner, []SettingChange{change}, wr)
	if err != nil {
		return SettingView{}, cs, err
	}
	return r.Settings[0], cs, nil
}

// ResetSetting returns a value to the inherited one; one that is not set is no error.
func (s *Service) ResetSetting(
	ctx context.Context, a Actor, level pbx.Level, owner int64, key pbx.SettingKey, wr Write,
) (pbx.ChangeSet, error) {
	_, cs, err := s.PutSettings(ctx, a, level, owner, []SettingChange{{Key: key, Seen: wr.IfMatch}}, wr)
	return cs, err
}

// maxSettingChanges is how many values one request may change.
const maxSettingChanges = 200

// PutSettings sets and resets values at a level, all or nothing; a dry run also tells for whom what would change (S2).
// Invalid, NotFound, Stale; Conflict when something wider locks one of them, with who it is (S1).
func (s *Service) PutSettings(
	ctx context.Context, a Actor, level pbx.Level, owner int64, changes []SettingChange, wr Write,
) (SettingsResult, pbx.ChangeSet, error) {
	var r SettingsResult
	if len(changes) == 0 || len(changes) > maxSettingChanges {
		return r, pbx.ChangeSet{}, fieldError("values", "Change between 1 and 200 values at once.")
	}
	use := SettingReset
	if slices.ContainsFunc(changes, func(c SettingChange) bool { return c.Value != nil }) {
		use = SettingPut
	}
	wr.IfMatch = 0 // each change carries the version that was seen
	cs, err := s.Do(ctx, a, Intent{use, wr}, func(w *Work) error {
		owner = w.levelOwner(level, owner)
		var keys []pbx.SettingKey
		for _, c := range changes {
			if _, err := w.spec(c.Key); err != nil {
				return err
			}
			keys = append(keys, c.Key)
		}
		if err := w.ownedByMine(level, owner); err != nil {
			return err
		}
		for _, c := range changes {
			if err := w.changeSetting(level, owner, c); err != nil {
				return err
			}
		}
		w.describeSettings(level, owner, changes)
		var err error
		if r.Settings, err = w.settingViews(level, owner, keys); err != nil {
			return err
		}
		if wr.DryRun {
			r.Effects, err = w.effects(level, owner, keys)
		}
		return err
	})
	return r, cs, err
}

func (w *Work) describeSettings(level pbx.Level, owner int64, changes []SettingChange) {
	if len(changes) == 1 {
		c := changes[0]
		set := pbx.Setting{Level: level, Owner: owner, Key: c.Key}
		if c.Value == nil {
			w.describe(set.Ref(), "Setting "+string(c.Key)+" returned to inherited")
		} else {
			w.describe(set.Ref(), "Setting "+string(c.Key)+" set to "+*c.Value)
		}
		return
	}
	var keys []string
	for _, c := range changes {
		keys = append(keys, string(c.Key))
	}
	subject, _ := settingOwner(level, owner)
	w.describe(subject, "Settings changed: "+strings.Join(keys[:min(len(keys), 10)], ", "))
}

// changeSetting sets or resets one value.
func (w *Work) changeSetting(level pbx.Level, owner int64, c SettingChange) error {
	spec, err := w.spec(c.Key)
	if err != nil {
		return err
	}
	in := pbx.Setting{Organization: w.org, Level: level, Owner: owner, Key: c.Key, Locked: c.Locked}
	if c.Value != nil {
		in.Value = *c.Value
		if spec.Type == pbx.TypeShown {
			if in.Value, err = w.shownAsWritten(in); err != nil {
				return err
			}
		}
		if err = checkSetting(w, in); err != nil {
			return err
		}
	}
	if slices.Contains(spec.Fields, level) {
		return w.putField(in)
	}
	if c.Value != nil {
		return w.putSetting(in, c.Seen)
	}
	k := settingKey{level, owner, c.Key}
	old, err := w.settings.get(w, k)
	if err != nil {
		return ignoreMissing(err)
	}
	if err := w.fresh(old.Ref(), old.Version, c.Seen, nil); err != nil {
		return err
	}
	return w.settings.delete(w, k)
}

// putField writes a value that is a field of the thing itself; an empty one is inherited.
func (w *Work) putField(in pbx.Setting) error {
	if in.Locked {
		return fieldError("locked", "Here this is a field of its own, which can't be locked.")
	}
	if in.Value != "" {
		if err := w.unlocked(in.Level, in.Owner, in.Key); err != nil {
			return err
		}
	}
	field := func(language, timeZone *string) {
		if in.Key == pbx.SettingLanguage {
			*language = in.Value
		} else {
			*timeZone = in.Value
		}
	}
	switch in.Level {
	case pbx.LevelUser:
		u, err := w.mine(pbx.UserID(in.Owner))
		if err != nil {
			return err
		}
		field(&u.Language, &u.TimeZone)
		return w.users.put(w, u)
	case pbx.LevelLocation:
		l, err := w.Location(pbx.LocationID(in.Owner))
		if err != nil {
			return err
		}
		field(&l.Language, &l.TimeZone)
		return w.locs.put(w, l)
	case pbx.LevelOrganization:
		o, err := w.Organization()
		if err != nil {
			return err
		}
		if in.Value == "" {
			return fieldError("value", "The organization has its own; there is nothing to inherit.")
		}
		field(&o.Language, &o.TimeZone)
		return w.orgs.put(w, o)
	case pbx.LevelDevice, pbx.LevelProfile, pbx.LevelGroup, pbx.LevelSystem, pbx.LevelKind, pbx.LevelDefault:
	}
	return fieldError("level", "This setting is no field there.")
}

// ownedByMine refuses to set something of a user whom the actor can't change.
func (w *Work) ownedByMine(level pbx.Level, owner int64) error {
	switch level {
	case pbx.LevelUser:
		_, err := w.mine(pbx.UserID(owner))
		return err
	case pbx.LevelDevice:
		d, err := w.visibleDevice(pbx.DeviceID(owner))
		if err != nil || d.User == 0 {
			return err
		}
		_, err = w.mine(d.User)
		return err
	case pbx.LevelProfile, pbx.LevelGroup, pbx.LevelLocation, pbx.LevelOrganization, pbx.LevelSystem, pbx.LevelKind, pbx.LevelDefault:
	}
	if w.actor.Scoped() {
		return pbx.Errorf(pbx.Forbidden, "You can only change settings of your users and their devices.")
	}
	return nil
}

// unlocked is Conflict when something wider than the place locks the setting; it says who.
func (w *Work) unlocked(level pbx.Level, owner int64, key pbx.SettingKey) error {
	spec, err := w.spec(key)
	if err != nil {
		return err
	}
	path, err := w.layering().path(level, owner)
	if err != nil {
		return err
	}
	return w.notLocked(spec, withoutOwn(path, level, owner, key))
}

// notLocked is Conflict when something on the path locks the setting; it says who.
func (w *Work) notLocked(spec pbx.SettingSpec, path []pbx.Layer) error {
	e := pbx.EffectiveValue(spec, path)
	if !e.Locked {
		return nil
	}
	from, err := w.origin(map[pbx.Place]string{}, e)
	if err != nil {
		return err
	}
	return pbx.Errorf(pbx.Conflict, from.locks(spec.Label))
}

// locks says in words who holds a setting.
func (o SettingOrigin) locks(what string) string {
	switch o.Level {
	case pbx.LevelGroup:
		if o.Name == "" {
			return what + " is locked at a group."
		}
		return what + " is locked at the group " + o.Name + "."
	case pbx.LevelLocation:
		return what + " is locked at the location " + o.Name + "."
	case pbx.LevelProfile:
		return what + " is locked by the provisioning profile " + o.Name + "."
	case pbx.LevelOrganization:
		return what + " is locked at the organization."
	case pbx.LevelUser, pbx.LevelDevice, pbx.LevelSystem, pbx.LevelKind, pbx.LevelDefault:
	}
	return what + " is locked at the " + string(o.Level) + "."
}

// putSetting writes a value unless something wider locks it.
func (w *Work) putSetting(in pbx.Setting, seen int64) error {
	old, err := w.settings.get(w, settingKey{in.Level, in.Owner, in.Key})
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return err
	}
	if err == nil {
		if err = w.fresh(old.Ref(), old.Version, seen, map[string]string{"value": in.Value}); err != nil {
			return err
		}
	}
	if err := w.unlocked(in.Level, in.Owner, in.Key); err != nil {
		return err
	}
	return w.settings.put(w, in)
}

// setSecurity writes or removes the own security of a user or device, and tells the owner's row of it.
func (w *Work) setSecurity(level pbx.Level, owner int64, security pbx.Security, touch func(from, to any) error) error {
	in := pbx.Setting{
		Organization: w.org, Level: level, Owner: owner, Key: pbx.SettingSecurity, Value: string(security),
	}
	k := settingKey{level, owner, pbx.SettingSecurity}
	old, err := w.settings.get(w, k)
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return err
	}
	if old.Value == string(security) {
		return nil
	}
	if security == pbx.SecurityInherited {
		err = w.settings.delete(w, k)
	} else {
		in.Locked = old.Locked
		if err = checkSetting(w, in); err != nil {
			return fieldError("security", "Choose secure or any, or leave it inherited.")
		}
		err = w.putSetting(in, 0)
	}
	if err != nil {
		return err
	}
	return touch(old.Value, string(security))
}

// dropKey deletes every value of a key that goes.
func (w *Work) dropKey(key pbx.SettingKey) error {
	base, err := w.tx.SettingsWith(w.org, key)
	if err != nil {
		return err
	}
	for _, set := range w.settings.overlay(w, base, func(s pbx.Setting) bool { return s.Key == key }) {
		if err := w.settings.delete(w, settingKey{set.Level, set.Owner, set.Key}); err != nil {
			return err
		}
	}
	return nil
}
