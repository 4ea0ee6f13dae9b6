package admin

import (
	"slices"

	"ringfence/internal/pbx"
)

// layering reads the values on the paths of things (S1), each place once. It serves reads that come together: what the
// work writes afterwards it does not see.
type layering struct {
	w      *Work
	stored map[pbx.Place][]pbx.Setting
	whole  bool // stored holds every place that has a value, or will be asked for
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

// layeringFor reads what is on the paths of some users at once; groups are theirs.
func (w *Work) layeringFor(users []pbx.User, groups []pbx.Group) (*layering, error) {
	l := w.layering()
	all, err := w.locationsAll()
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		l.places[v.ID] = v
	}
	on := l.wider(nil)
	for _, g := range groups {
		on = placesOn(on, pbx.LevelGroup, int64(g.ID), g.Profile)
	}
	for _, u := range users {
		on = append(placesOn(on, pbx.LevelUser, int64(u.ID), u.Profile), locationPlace(u.Location))
	}
	err = l.read(on)
	l.whole = true
	return l, err
}

// placesOn adds the places where the values of a thing stand: its own, and its profile's.
func placesOn(on []pbx.Place, level pbx.Level, owner int64, profile pbx.ProfileID) []pbx.Place {
	return append(on, pbx.Place{Level: level, Owner: owner}, pbx.Place{Level: pbx.LevelProfile, Owner: int64(profile)})
}

func locationPlace(id pbx.LocationID) pbx.Place {
	return pbx.Place{Level: pbx.LevelLocation, Owner: int64(id)}
}

// wider adds the places that are on every path.
func (l *layering) wider(on []pbx.Place) []pbx.Place {
	return append(on, pbx.Place{Level: pbx.LevelOrganization, Owner: int64(l.w.org)}, pbx.Place{Level: pbx.LevelSystem})
}

// read reads what stands at places, with one read for all that were not read before.
func (l *layering) read(on []pbx.Place) error {
	if l.whole {
		return nil
	}
	wanted := slices.DeleteFunc(on, func(p pbx.Place) bool {
		_, known := l.stored[p]
		return known || p.Owner == 0 && p.Level != pbx.LevelSystem
	})
	if len(wanted) == 0 {
		return nil
	}
	slices.SortFunc(wanted, pbx.Place.Compare)
	wanted = slices.Compact(wanted)
	sets, err := l.w.tx.SettingsAtAll(l.w.org, wanted)
	if err != nil {
		return err
	}
	base := make(map[pbx.Place][]pbx.Setting)
	for _, s := range sets {
		p := pbx.Place{Level: s.Level, Owner: s.Owner}
		base[p] = append(base[p], s)
	}
	for _, p := range wanted {
		if l.stored[p] = base[p]; p.Level != pbx.LevelSystem { // no organization writes the system's
			l.stored[p] = l.w.settings.overlayOf(l.w, base[p], placeRef(p.Level, p.Owner))
		}
	}
	return nil
}

// at adds the values that stand at a place, as they count at another one.
func (l *layering) at(path []pbx.Layer, p, counts pbx.Place) ([]pbx.Layer, error) {
	if err := l.read([]pbx.Place{p}); err != nil {
		return nil, err
	}
	for _, s := range l.stored[p] {
		path = append(path, pbx.Layer{Setting: s, At: counts})
	}
	return path, nil
}

// own adds the values of a place, those that are fields of the thing, and those of the profile assigned there.
func (l *layering) own(
	path []pbx.Layer, level pbx.Level, owner int64, fields []pbx.Setting, profile pbx.ProfileID,
) ([]pbx.Layer, error) {
	p := pbx.Place{Level: level, Owner: owner}
	path, err := l.at(path, p, p)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		path = append(path, pbx.Layer{Setting: f, At: p})
	}
	if profile == 0 {
		return path, nil
	}
	return l.at(path, pbx.Place{Level: pbx.LevelProfile, Owner: int64(profile)}, p)
}

func (l *layering) device(d pbx.Device) ([]pbx.Layer, error) {
	on := placesOn(nil, pbx.LevelDevice, int64(d.ID), d.Profile)
	var u pbx.User
	var groups []pbx.Group
	var err error
	if d.User == 0 {
		err = l.read(l.wider(on))
	} else if u, err = l.w.User(d.User); err == nil {
		if groups, err = l.w.groupsOf(u); err == nil {
			err = l.readUser(on, u, groups)
		}
	}
	if err != nil {
		return nil, err
	}
	path, err := l.own(nil, pbx.LevelDevice, int64(d.ID), nil, d.Profile)
	if err != nil || d.User == 0 {
		return l.organization(path, err)
	}
	return l.user(path, u, groups)
}

// userOf reads the groups of one user and gives his path.
func (l *layering) userOf(u pbx.User) ([]pbx.Layer, error) {
	groups, err := l.w.groupsOf(u)
	if err != nil {
		return nil, err
	}
	return l.user(nil, u, groups)
}

// readUser reads what is on the path of a user, and some places more, at once.
func (l *layering) readUser(on []pbx.Place, u pbx.User, groups []pbx.Group) error {
	if l.whole {
		return nil
	}
	on = placesOn(on, pbx.LevelUser, int64(u.ID), u.Profile)
	for _, g := range groups {
		if u.MemberOf(g.ID) {
			on = placesOn(on, pbx.LevelGroup, int64(g.ID), g.Profile)
		}
	}
	return l.read(l.wider(append(on, locationPlace(u.Location))))
}

// user adds the path of a user; groups are given in their order, others than his among them.
func (l *layering) user(path []pbx.Layer, u pbx.User, groups []pbx.Group) ([]pbx.Layer, error) {
	if err := l.readUser(nil, u, groups); err != nil {
		return nil, err
	}
	path, err := l.own(path, pbx.LevelUser, int64(u.ID), UserRegion(u), u.Profile)
	for _, g := range groups {
		if err == nil && u.MemberOf(g.ID) {
			path, err = l.own(path, pbx.LevelGroup, int64(g.ID), nil, g.Profile)
		}
	}
	if err == nil && u.Location != 0 {
		path, err = l.locationOwn(path, u.Location)
	}
	path, err = l.organization(path, err)
	return append(path, pbx.KindDefaults(u.Kind)...), err
}

func (l *layering) group(g pbx.Group) ([]pbx.Layer, error) {
	if err := l.read(l.wider(placesOn(nil, pbx.LevelGroup, int64(g.ID), g.Profile))); err != nil {
		return nil, err
	}
	return l.organization(l.own(nil, pbx.LevelGroup, int64(g.ID), nil, g.Profile))
}

func (l *layering) location(id pbx.LocationID) ([]pbx.Layer, error) {
	if err := l.read(l.wider([]pbx.Place{locationPlace(id)})); err != nil {
		return nil, err
	}
	return l.organization(l.locationOwn(nil, id))
}

func (l *layering) locationOwn(path []pbx.Layer, id pbx.LocationID) ([]pbx.Layer, error) {
	place, ok := l.places[id]
	if !ok {
		var err error
		if place, err = l.w.Location(id); err != nil {
			return path, ignoreMissing(err) // who is at a location that is gone has nothing of it
		}
		l.places[id] = place
	}
	return l.own(path, pbx.LevelLocation, int64(id), LocationRegion(place), 0)
}

// profile is the path of a profile by itself: where it is assigned, more stands between.
func (l *layering) profile(id pbx.ProfileID) ([]pbx.Layer, error) {
	if err := l.read(l.wider(placesOn(nil, pbx.LevelProfile, int64(id), 0))); err != nil {
		return nil, err
	}
	return l.organization(l.own(nil, pbx.LevelProfile, int64(id), nil, 0))
}

// organization ends a path with what counts for all. An error in making the path so far is passed on.
func (l *layering) organization(path []pbx.Layer, err error) ([]pbx.Layer, error) {
	if err == nil {
		err = l.read(l.wider(nil))
	}
	if err != nil {
		return nil, err
	}
	o, err := l.w.Organization()
	if err != nil {
		return nil, err
	}
	path, err = l.own(path, pbx.LevelOrganization, int64(l.w.org), OrganizationRegion(o), 0)
	if err != nil {
		return nil, err
	}
	system := pbx.Place{Level: pbx.LevelSystem}
	return l.at(path, system, system)
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
		return l.organization(nil, nil)
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
