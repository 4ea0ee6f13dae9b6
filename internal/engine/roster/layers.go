package roster

import (
	"slices"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Effective gives the value of a setting that counts for a user, its permissions among them; false when there is no such
// user or setting.
func (d *Directory) Effective(id pbx.UserID, key pbx.SettingKey) (pbx.Effective, bool) {
	layers := d.layers.Load()
	e, ok := d.users.get(uint64(id), id)
	if !ok {
		return pbx.Effective{}, false
	}
	spec, ok := layers.specs[key]
	return pbx.EffectiveValue(spec, layers.path(e)), ok
}

// EffectiveOf gives the value of a setting that counts for a line's device; false when there is no such line or setting.
func (d *Directory) EffectiveOf(sipUsername string, key pbx.SettingKey) (pbx.Effective, bool) {
	layers := d.layers.Load()
	e, ok := d.lines.get(hashString(sipUsername), sipUsername)
	if !ok {
		return pbx.Effective{}, false
	}
	u, _ := d.users.get(uint64(e.user), e.user)
	spec, ok := layers.specs[key]
	return pbx.EffectiveValue(spec, layers.devicePath(e, u)), ok
}

// devicePath gives the values on the path of a line's device, the narrowest first (S1).
func (l *layerSet) devicePath(e *lineEntry, u *userEntry) []pbx.Layer {
	at := pbx.Place{Level: pbx.LevelDevice, Owner: int64(e.device)}
	out := l.own(at, e.settings, e.profile)
	if u == nil {
		return append(out, l.wider...)
	}
	return append(out, l.path(u)...)
}

// path gives the values on a user's path, the narrowest first (S1).
func (l *layerSet) path(e *userEntry) []pbx.Layer {
	out := l.own(pbx.Place{Level: pbx.LevelUser, Owner: int64(e.id)}, e.settings, e.profile)
	for _, g := range l.groupOrder {
		if slices.Contains(e.groups, g) {
			out = append(out, l.groups[g]...)
		}
	}
	out = append(out, l.locations[e.location]...)
	return append(append(out, l.wider...), pbx.KindDefaults(e.kind)...)
}

// own gives the values of a place and of the profile assigned there.
func (l *layerSet) own(at pbx.Place, settings []pbx.Setting, profile pbx.ProfileID) []pbx.Layer {
	return append(layersAt(at, settings), layersAt(at, l.profiles[profile])...)
}

func layersAt(at pbx.Place, settings []pbx.Setting) []pbx.Layer {
	out := make([]pbx.Layer, len(settings))
	for i, s := range settings {
		out[i] = pbx.Layer{Setting: s, At: at}
	}
	return out
}

func (l *layerSet) value(key pbx.SettingKey, path []pbx.Layer) string {
	return pbx.EffectiveValue(l.specs[key], path).Value
}

func (l *layerSet) duration(key pbx.SettingKey, path []pbx.Layer) time.Duration {
	v, err := time.ParseDuration(l.value(key, path))
	if err != nil { // what is stored was checked
		return 0
	}
	return v
}

// loadLayersLocked reads the group order and every setting above users.
func (d *Directory) loadLayersLocked(tx admin.ReadTx) error {
	l := &layerSet{
		specs: map[pbx.SettingKey]pbx.SettingSpec{}, groups: map[pbx.GroupID][]pbx.Layer{},
		profiles: map[pbx.ProfileID][]pbx.Setting{}, locations: map[pbx.LocationID][]pbx.Layer{},
	}
	for _, spec := range pbx.Catalogue() {
		l.specs[spec.Key] = spec
	}
	custom, err := tx.CustomPermissions(d.org)
	if err != nil {
		return err
	}
	for _, p := range custom {
		l.specs[p.Setting()] = p.Spec()
	}
	for _, read := range []func(admin.ReadTx, *layerSet) error{
		d.readProfilesLocked, d.readGroupsLocked, d.readLocationsLocked, d.readWiderLocked,
	} {
		if err := read(tx, l); err != nil {
			return err
		}
	}
	d.layers.Store(l)
	return nil
}

func (d *Directory) readProfilesLocked(tx admin.ReadTx, l *layerSet) error {
	all, err := tx.Profiles(d.org)
	if err != nil || len(all) == 0 {
		return err
	}
	at := make([]pbx.Place, 0, len(all))
	for _, p := range all {
		at = append(at, pbx.Place{Level: pbx.LevelProfile, Owner: int64(p.ID)})
	}
	sets, err := tx.SettingsAtAll(d.org, at)
	for _, s := range sets {
		l.profiles[pbx.ProfileID(s.Owner)] = append(l.profiles[pbx.ProfileID(s.Owner)], s)
	}
	return err
}

func (d *Directory) readGroupsLocked(tx admin.ReadTx, l *layerSet) error {
	groups, err := tx.Groups(d.org)
	if err != nil || len(groups) == 0 {
		return err
	}
	at := make([]pbx.Place, 0, len(groups))
	for _, g := range groups {
		at = append(at, pbx.Place{Level: pbx.LevelGroup, Owner: int64(g.ID)})
	}
	sets, err := tx.SettingsAtAll(d.org, at)
	if err != nil {
		return err
	}
	own := map[pbx.GroupID][]pbx.Setting{}
	for _, s := range sets {
		own[pbx.GroupID(s.Owner)] = append(own[pbx.GroupID(s.Owner)], s)
	}
	for _, g := range groups {
		at := pbx.Place{Level: pbx.LevelGroup, Owner: int64(g.ID)}
		if layers := l.own(at, own[g.ID], g.Profile); len(layers) > 0 {
			l.groupOrder = append(l.groupOrder, g.ID)
			l.groups[g.ID] = layers
		}
	}
	return nil
}

func (d *Directory) readLocationsLocked(tx admin.ReadTx, l *layerSet) error {
	all, err := tx.Locations(d.org)
	if err != nil || len(all) == 0 {
		return err
	}
	at := make([]pbx.Place, 0, len(all))
	for _, v := range all {
		at = append(at, pbx.Place{Level: pbx.LevelLocation, Owner: int64(v.ID)})
	}
	sets, err := tx.SettingsAtAll(d.org, at)
	if err != nil {
		return err
	}
	own := map[pbx.LocationID][]pbx.Setting{}
	for _, s := range sets {
		own[pbx.LocationID(s.Owner)] = append(own[pbx.LocationID(s.Owner)], s)
	}
	for _, v := range all {
		at := pbx.Place{Level: pbx.LevelLocation, Owner: int64(v.ID)}
		if layers := layersAt(at, append(own[v.ID], admin.LocationRegion(v)...)); len(layers) > 0 {
			l.locations[v.ID] = layers
		}
	}
	return nil
}

func (d *Directory) readWiderLocked(tx admin.ReadTx, l *layerSet) error {
	o, err := tx.Organization(d.org)
	if err != nil {
		return err
	}
	sets, err := tx.SettingsAt(d.org, pbx.LevelOrganization, int64(d.org))
	if err != nil {
		return err
	}
	sets = append(slices.Clone(sets), admin.OrganizationRegion(o)...)
	l.wider = layersAt(pbx.Place{Level: pbx.LevelOrganization, Owner: int64(d.org)}, sets)
	system, err := tx.SettingsAt(0, pbx.LevelSystem, 0)
	l.wider = append(l.wider, layersAt(pbx.Place{Level: pbx.LevelSystem}, system)...)
	return err
}
