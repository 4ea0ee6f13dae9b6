package pbx

import "cmp"

// Place is a level of one thing: where values stand, and where a provisioning profile is assigned.
type Place struct {
	Level Level
	Owner int64
}

// Compare orders places by level, then by owner.
func (p Place) Compare(other Place) int {
	return cmp.Or(cmp.Compare(p.Level, other.Level), cmp.Compare(p.Owner, other.Owner))
}

// Layer is a value on the path of one thing. At is the place where it counts: where it stands, or for the value of a
// provisioning profile where the profile is assigned.
type Layer struct {
	Setting
	At Place
}

// Effective is the value that counts, where it comes from, and whether it is locked there.
type Effective struct {
	Key    SettingKey `json:"key"`
	Value  string     `json:"value"`
	Origin Level      `json:"origin"`
	Owner  int64      `json:"originOwner,omitempty"`
	At     Place      `json:"-"` // for the value of a provisioning profile: where that is assigned
	Locked bool       `json:"locked"`
}

// EffectiveValue is S1. Layers holds the values on the path of one thing, the narrowest first: device, user, groups in
// their order from the top, location, organization, system, and what the kind of a user brings. The values of a
// provisioning profile come right after those of the place where it is assigned. Without a lock the narrowest value wins;
// without any value the default.
//
// The widest level that locks wins over all below it, among groups the topmost one that locks. A profile is just wider
// than the place it is assigned to, so that its lock binds that place too.
func EffectiveValue(spec SettingSpec, layers []Layer) Effective {
	first, locking := -1, -1
	for i, l := range layers {
		if l.Key != spec.Key {
			continue
		}
		if first < 0 {
			first = i
		}
		if l.Locked && (locking < 0 || layers[locking].At.Level != l.At.Level || layers[locking].At == l.At) {
			locking = i
		}
	}
	switch {
	case locking >= 0:
		return layers[locking].effective()
	case first >= 0:
		return layers[first].effective()
	}
	return Effective{Key: spec.Key, Value: spec.Default, Origin: LevelDefault}
}

func (l Layer) effective() Effective {
	return Effective{Key: l.Key, Value: l.Value, Origin: l.Level, Owner: l.Owner, At: l.At, Locked: l.Locked}
}
