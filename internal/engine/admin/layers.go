package admin

import (
	"maps"
	"slices"

	"ringfence/internal/pbx"
)

// layering reads the values on the paths of things (S1), each place once. It serves reads that come together: what the
// work writes afterwards it does not see.
type layering struct {
	w      *Work
	stored map[pbx.Place][]pbx.Setting
	whole  bool // stored holds every place that has a value
	places map[pbx.LocationID]pbx.Location
}

func (w *Work) layering() *layering {
	return &layering{w: w, stored: map[pbx.Place][]pbx.Setting{}, places: map[pbx.LocationID]pbx.Location{}}
}

// layeringOf reads every value of some keys in the organization at once, for the paths of many.
func (w *Work) layeringOf(keys []pbx.SettingKey) (*layering, error) {
	l := w.layering()
	l.whole = true
	for _, key := range keys {
		base, err := w.tx.SettingsWith(w.org, key)
		if err != nil {
			return nil, err
		}
		for _, s := range w.settings.overlay(w, base, func(s pbx.Setting) bool { return s.Key == key }) {
			p := pbx.Place{Level: s.Level, Owner: s.Owner}
			l.stored[p] = append(l.stored[p], s)
		}
	}
	system, err := w.tx.SettingsAt(0, pbx.LevelSystem, 0)
	l.stored[pbx.Place{Level: pbx.LevelSystem}] = system
	return l, err
}

// layeringFor reads what is on the paths of some users, each level at once; groups are theirs.
func (w *Work) layeringFor(users []pbx.User, groups []pbx.Group) (*layering, error) {
	l := w.layering()
	all, err := w.locationsAll()
	if err != nil {
		return nil, err
	}
	at := map[pbx.Level]map[int64]bool{
		pbx.LevelUser: {}, pbx.LevelGroup: {}, pbx.LevelProfile: {}, pbx.LevelLocation: {},
	}
	for _, v := range all {
		l.places[v.ID] = v
	}
	for _, u := range users {
		at[pbx.LevelUser][int64(u.ID)] = true
		at[pbx.LevelProfile][int64(u.Profile)] = true
		at[pbx.LevelLocation][int64(u.Location)] = true
	}
	for _, g := range groups {
		at[pbx.LevelGroup][int64(g.ID)] = true
		at[pbx.LevelProfile][int64(g.Profile)] = true
	}
	for level, owners := range at {
		delete(owners, 0)
		if len(owners) == 0 {
			continue
		}
		if err := l.preload(level, slices.Sorted(maps.Keys(owners))); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// preload reads what is set at many owners of one level at once; they are given in ascending order.
func (l *layering) preload(level pbx.Level, owners []int64) error {
	sets, err := l.w.tx.SettingsAtAll(l.w.org, level, owners)
	if err != nil {
		return err
	}
	for _, id := range owners {
		l.stored[pbx.Place{Level: level, Owner: id}] = nil
	}
	for _, s := range l.w.settings.overlay(l.w, sets, func(s pbx.Setting) bool {
		_, asked := slices.BinarySearch(owners, s.Owner)
		return s.Level == level && asked
	}) {
		p := pbx.Place{Level: level, Owner: s.Owner}
		l.stored[p] = append(l.stored[p], s)
	}
	return nil
}

// at gives the values that stand at a place, as they count at another one.
func (l *layering) at(p, counts pbx.Place) ([]pbx.Layer, error) {
	sets, ok := l.stored[p]
	if !ok && !l.whole {
		var err error
		if p.Level == pbx.LevelSystem {
			sets, err = l.w.tx.SettingsAt(0, p.Level, p.Owner)
		} else {
			sets, err = l.w.settingsAt(p.Level, p.Owner)
		}
		if err != nil {
			return nil, err
		}
		l.stored[p] = sets
	}
	out := make([]pbx.Layer, len(sets))
	for i, s := range sets {
		out[i] = pbx.Layer{Setting: s, At: counts}
	}
	return out, nil
}

// own gives the values of a place, those that are fields of the thing, and those of the profile assigned there.
func (l *layering) own(level pbx.Level, owner int64, fields []pbx.Setting, profile pbx.ProfileID) ([]pbx.Layer, error) {
	p := pbx.Place{Level: level, Owner: owner}
	out, err := l.at(p, p)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		out = append(out, pbx.Layer{Setting: f, At: p})
	}
	if profile == 0 {
		return out, nil
	}
	more, err := l.at(pbx.Place{Level: pbx.LevelProfile, Owner: int64(profile)}, p)
	return append(out, more...), err
}

func (l *layering) device(d pbx.Device) ([]pbx.Layer, error) {
	out, err := l.own(pbx.LevelDevice, int64(d.ID), nil, d.Profile)
	if err != nil {
		return nil, err
	}
	var rest []pbx.Layer
	if d.User == 0 {
		rest, err = l.organization()
	} else {
		var u pbx.User
		if u, err = l.w.User(d.User); err != nil {
			return nil, err
		}
		rest, err = l.userOf(u)
	}
	return append(out, rest...), err
}

// userOf reads the groups of one user and gives his path.
func (l *layering) userOf(u pbx.User) ([]pbx.Layer, error) {
	groups, err := l.w.groupsOf(u)
	if err != nil {
		return nil, err
	}
	return l.user(u, groups)
}

// user gives the path of a user; groups are given in their order, others than his among them.
func (l *layering) user(u pbx.User, groups []pbx.Group) ([]pbx.Layer, error) {
	out, err := l.own(pbx.LevelUser, int64(u.ID), UserRegion(u), u.Profile)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if !u.MemberOf(g.ID) {
			continue
		}
		var more []pbx.Layer
		if more, err = l.own(pbx.LevelGroup, int64(g.ID), nil, g.Profile); err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	if u.Location != 0 {
		var more []pbx.Layer
		if more, err = l.locationOwn(u.Location); err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	rest, err := l.organization()
	return append(append(out, rest...), pbx.KindDefaults(u.Kind)...), err
}

func (l *layering) group(g pbx.Group) ([]pbx.Layer, error) {
	out, err := l.own(pbx.LevelGroup, int64(g.ID), nil, g.Profile)
	if err != nil {
		return nil, err
	}
	rest, err := l.organization()
	return append(out, rest...), err
}

func (l *layering) location(id pbx.LocationID) ([]pbx.Layer, error) {
	out, err := l.locationOwn(id)
	if err != nil {
		return nil, err
	}
	rest, err := l.organization()
	return append(out, rest...), err
}

func (l *layering) locationOwn(id pbx.LocationID) ([]pbx.Layer, error) {
	place, ok := l.places[id]
	if !ok {
		var err error
		if place, err = l.w.Location(id); err != nil {
			return nil, ignoreMissing(err) // who is at a location that is gone has nothing of it
		}
		l.places[id] = place
	}
	return l.own(pbx.LevelLocation, int64(id), LocationRegion(place), 0)
}

// profile is the path of a profile by itself: where it is assigned, more stands between.
func (l *layering) profile(id pbx.ProfileID) ([]pbx.Layer, error) {
	out, err := l.own(pbx.LevelProfile, int64(id), nil, 0)
	if err != nil {
		return nil, err
	}
	rest, err := l.organization()
	return append(out, rest...), err
}

func (l *layering) organization() ([]pbx.Layer, error) {
	o, err := l.w.Organization()
	if err != nil {
		return nil, err
	}
	out, err := l.own(pbx.LevelOrganization, int64(l.w.org), OrganizationRegion(o), 0)
	if err != nil {
		return nil, err
	}
	system := pbx.Place{Level: pbx.LevelSystem}
	rest, err := l.at(system, system)
	return append(out, rest...), err
}

// path gives the path of whatever has settings at a level; NotFound, Invalid.
func (l *layering) path(level pbx.Level, owner int64) ([]pbx.Layer, error) {
	w := l.w
	switch level {
	case pbx.LevelDevice:
		d, err := w.visibleDevice(pbx.DeviceID(owner))
		if err != nil {
			return nil, err
		}
		return l.device(d)
	case pbx.LevelUser:
		u, err := w.visible(pbx.UserID(owner))
		if err != nil {
			return nil, err
		}
		return l.userOf(u)
	case pbx.LevelGroup:
		g, err := w.Group(pbx.GroupID(owner))
		if err == nil && !w.showsGroup(g.ID) {
			err = noSuch(pbx.KindGroup)
		}
		if err != nil {
			return nil, err
		}
		return l.group(g)
	case pbx.LevelProfile:
		if _, err := w.Profile(pbx.ProfileID(owner)); err != nil {
			return nil, err
		}
		return l.profile(pbx.ProfileID(owner))
	case pbx.LevelLocation:
		if _, err := w.Location(pbx.LocationID(owner)); err != nil {
			return nil, err
		}
		return l.location(pbx.LocationID(owner))
	case pbx.LevelOrganization:
		return l.organization()
	case pbx.LevelSystem, pbx.LevelKind, pbx.LevelDefault:
	}
	return nil, fieldError("level", "There are no settings of this level here.")
}

// UserRegion gives the values that are fields of a user.
func UserRegion(u pbx.User) []pbx.Setting {
	return region(u.Organization, pbx.LevelUser, int64(u.ID), u.Language, u.TimeZone)
}

// LocationRegion gives the values that are fields of a location.
func LocationRegion(l pbx.Location) []pbx.Setting {
	return region(l.Organization, pbx.LevelLocation, int64(l.ID), l.Language, l.TimeZone)
}

// OrganizationRegion gives the values that are fields of the organization.
func OrganizationRegion(o pbx.Organization) []pbx.Setting {
	return region(o.ID, pbx.LevelOrganization, int64(o.ID), o.Language, o.TimeZone)
}

func region(org pbx.OrganizationID, level pbx.Level, owner int64, language, timeZone string) []pbx.Setting {
	var out []pbx.Setting
	for _, f := range []struct {
		key   pbx.SettingKey
		value string
	}{{pbx.SettingLanguage, language}, {pbx.SettingTimeZone, timeZone}} {
		if f.value != "" {
			out = append(out, pbx.Setting{Organization: org, Level: level, Owner: owner, Key: f.key, Value: f.value})
		}
	}
	return out
}

// withoutOwn leaves out what is set for a key at the very place.
func withoutOwn(path []pbx.Layer, level pbx.Level, owner int64, key pbx.SettingKey) []pbx.Layer {
	return slices.DeleteFunc(slices.Clone(path), func(l pbx.Layer) bool {
		return l.Key == key && l.Level == level && l.Owner == owner
	})
}

// ownOf finds what is set for a key at the very place.
func ownOf(path []pbx.Layer, level pbx.Level, owner int64, key pbx.SettingKey) (pbx.Setting, bool) {
	i := slices.IndexFunc(path, func(l pbx.Layer) bool { return l.Key == key && l.Level == level && l.Owner == owner })
	if i < 0 {
		return pbx.Setting{}, false
	}
	return path[i].Setting, true
}
