package memstore

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func dialOrder(a, b pbx.DialString) int {
	return cmp.Or(cmp.Compare(a.Owner.ID, b.Owner.ID), strings.Compare(a.Value, b.Value))
}

func byValue(a, b pbx.DialString) int { return strings.Compare(a.Value, b.Value) }

func (t *tx) DialString(org pbx.OrganizationID, v string) (pbx.DialString, error) {
	return get(t.db.dials, dialKey{org, v}, pbx.KindDialString)
}

func (t *tx) DialStringsOf(org pbx.OrganizationID, owner pbx.Ref) ([]pbx.DialString, error) {
	return where(t.db.dials, func(d pbx.DialString) bool { return d.Organization == org && d.Owner == owner }, byValue), nil
}

func (t *tx) DialStringsOfAll(org pbx.OrganizationID, kind pbx.Kind, ids []int64) ([]pbx.DialString, error) {
	return where(t.db.dials, func(d pbx.DialString) bool {
		return d.Organization == org && d.Owner.Kind == kind && slices.Contains(ids, d.Owner.ID)
	}, dialOrder), nil
}

func between(org pbx.OrganizationID, first, last string) func(pbx.DialString) bool {
	return func(d pbx.DialString) bool {
		return d.Organization == org && len(d.Value) == len(first) && d.Value >= first && d.Value <= last
	}
}

func (t *tx) DialStringsBetween(org pbx.OrganizationID, first, last string, limit int) ([]pbx.DialString, error) {
	out := where(t.db.dials, between(org, first, last), byValue)
	return out[:min(limit, len(out))], nil
}

func (t *tx) CountNumbersBetween(org pbx.OrganizationID, first, last string) (int, error) {
	n := 0
	for _, d := range where(t.db.dials, between(org, first, last), byValue) {
		if strings.Trim(d.Value, "0123456789") == "" {
			n++
		}
	}
	return n, nil
}

func (t *tx) DialBlocks(org pbx.OrganizationID, first, last string) (map[string]int, error) {
	from, to := admin.BlockOf(first)+"000", admin.BlockOf(last)+"999"
	blocks := map[string]int{}
	for _, d := range where(t.db.dials, between(org, from, to), byValue) {
		if d.Kind != pbx.DialHold && strings.Trim(d.Value, "0123456789") == "" {
			blocks[admin.BlockOf(d.Value)]++
		}
	}
	return blocks, nil
}

func (t *tx) Hold(org pbx.OrganizationID, id pbx.HoldID) (pbx.DialString, error) {
	for _, d := range t.db.dials {
		if d.Organization == org && d.Kind == pbx.DialHold && d.Hold == id {
			return d, nil
		}
	}
	return pbx.DialString{}, missing(pbx.KindDialString)
}

func (t *tx) HoldsLapsed(org pbx.OrganizationID, at time.Time) ([]pbx.DialString, error) {
	return where(t.db.dials, func(d pbx.DialString) bool {
		return d.Organization == org && d.Kind == pbx.DialHold && !d.Until.After(at)
	}, byValue), nil
}

func (t *tx) DialStringsEnding(org pbx.OrganizationID, at time.Time, limit int) ([]pbx.DialString, error) {
	out := where(t.db.dials, func(d pbx.DialString) bool {
		return d.Organization == org && (d.Kind == pbx.DialAlias || d.Kind == pbx.DialFormer) && !d.Until.IsZero() &&
			!d.Until.After(at)
	}, byValue)
	return out[:min(limit, len(out))], nil
}

func (t *tx) PutDialString(d pbx.DialString) error {
	put(t, t.db.dials, dialKey{d.Organization, d.Value}, d)
	return nil
}

func (t *tx) DeleteDialString(org pbx.OrganizationID, v string) error {
	return drop(t, t.db.dials, dialKey{org, v}, pbx.KindDialString)
}

func settingOrder(a, b pbx.Setting) int {
	return cmp.Or(strings.Compare(string(a.Level), string(b.Level)), cmp.Compare(a.Owner, b.Owner),
		strings.Compare(string(a.Key), string(b.Key)))
}

func (t *tx) Setting(org pbx.OrganizationID, l pbx.Level, owner int64, k pbx.SettingKey) (pbx.Setting, error) {
	return get(t.db.settings, settingKey{org, l, owner, k}, pbx.KindSetting)
}

func (t *tx) SettingsAt(org pbx.OrganizationID, l pbx.Level, owner int64) ([]pbx.Setting, error) {
	return where(t.db.settings, func(s pbx.Setting) bool {
		return s.Organization == org && s.Level == l && s.Owner == owner
	}, settingOrder), nil
}

func (t *tx) SettingsAtAll(org pbx.OrganizationID, at []pbx.Place) ([]pbx.Setting, error) {
	return where(t.db.settings, func(s pbx.Setting) bool {
		of := org
		if s.Level == pbx.LevelSystem {
			of = 0
		}
		return s.Organization == of && slices.Contains(at, pbx.Place{Level: s.Level, Owner: s.Owner})
	}, settingOrder), nil
}

func (t *tx) SettingsWith(org pbx.OrganizationID, k pbx.SettingKey) ([]pbx.Setting, error) {
	return where(t.db.settings, func(s pbx.Setting) bool { return s.Organization == org && s.Key == k }, settingOrder), nil
}

func (t *tx) PutSetting(s pbx.Setting) error {
	put(t, t.db.settings, settingKey{s.Organization, s.Level, s.Owner, s.Key}, s)
	return nil
}

func (t *tx) DeleteSetting(org pbx.OrganizationID, l pbx.Level, owner int64, k pbx.SettingKey) error {
	return drop(t, t.db.settings, settingKey{org, l, owner, k}, pbx.KindSetting)
}

func (t *tx) referencesWhere(match func(pbx.Reference) bool) []pbx.Reference {
	var out []pbx.Reference
	for r := range t.db.references {
		if match(r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b pbx.Reference) int {
		return cmp.Or(strings.Compare(string(a.From.Kind), string(b.From.Kind)), cmp.Compare(a.From.ID, b.From.ID),
			strings.Compare(a.From.Key, b.From.Key), strings.Compare(a.Field, b.Field), cmp.Compare(a.To.ID, b.To.ID))
	})
	return out
}

func (t *tx) ReferencesTo(org pbx.OrganizationID, to pbx.Ref) ([]pbx.Reference, error) {
	return t.referencesWhere(func(r pbx.Reference) bool { return r.Organization == org && r.To == to }), nil
}

func (t *tx) ReferencesFrom(org pbx.OrganizationID, from pbx.Ref) ([]pbx.Reference, error) {
	return t.referencesWhere(func(r pbx.Reference) bool { return r.Organization == org && r.From == from }), nil
}

func (t *tx) AddReferences(refs []pbx.Reference) error {
	for _, r := range refs {
		put(t, t.db.references, r, true)
	}
	return nil
}

func (t *tx) RemoveReferences(refs []pbx.Reference) error {
	for _, r := range refs {
		if t.db.references[r] {
			if err := drop(t, t.db.references, r, "reference"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) EachLocation(fn func(pbx.Location) error) error     { return each(t.db.locations, fn) }
func (t *tx) EachGroup(fn func(pbx.Group) error) error           { return each(t.db.groups, fn) }
func (t *tx) EachUser(fn func(pbx.User) error) error             { return each(t.db.users, fn) }
func (t *tx) EachDevice(fn func(pbx.Device) error) error         { return each(t.db.devices, fn) }
func (t *tx) EachLine(fn func(pbx.Line) error) error             { return each(t.db.lines, fn) }
func (t *tx) EachCredential(fn func(pbx.Credential) error) error { return each(t.db.credentials, fn) }
func (t *tx) EachDialString(fn func(pbx.DialString) error) error { return each(t.db.dials, fn) }
func (t *tx) EachSetting(fn func(pbx.Setting) error) error       { return each(t.db.settings, fn) }

func each[K comparable, V any](m map[K]V, fn func(V) error) error {
	for _, v := range m {
		if err := fn(v); err != nil {
			return err
		}
	}
	return nil
}
