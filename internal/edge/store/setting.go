package store

import (
	"slices"

	"ringfence/internal/pbx"
)

const (
	settingColumns = "organization_id, level, owner, key, value, locked, version"
	settingKey     = "organization_id, level, owner, key"
)

var putSetting = upsert("setting", settingKey, settingColumns)

// Setting reads one stored value.
func (t *tx) Setting(org pbx.OrganizationID, level pbx.Level, owner int64, key pbx.SettingKey) (pbx.Setting, error) {
	return find(t, settingRef(level, owner, key), settingFields, "SELECT "+settingColumns+
		" FROM setting WHERE organization_id = $1 AND level = $2 AND owner = $3 AND key = $4",
		int64(org), string(level), owner, string(key))
}

// SettingsAt reads all values stored for one owner, by key.
func (t *tx) SettingsAt(org pbx.OrganizationID, level pbx.Level, owner int64) ([]pbx.Setting, error) {
	return collect(t, settingFields, "SELECT "+settingColumns+
		" FROM setting WHERE organization_id = $1 AND level = $2 AND owner = $3 ORDER BY key",
		int64(org), string(level), owner)
}

// SettingsAtAll reads all values stored at many places, by level, owner and key.
func (t *tx) SettingsAtAll(org pbx.OrganizationID, at []pbx.Place) ([]pbx.Setting, error) {
	at = slices.SortedFunc(slices.Values(at), pbx.Place.Compare)
	var settings []pbx.Setting
	for part := range slices.Chunk(at, listMost) {
		var levels conditions // one for each level
		for len(part) > 0 {
			level, n := part[0].Level, 1
			for n < len(part) && part[n].Level == level {
				n++
			}
			args := []any{int64(org), string(level)}
			if level == pbx.LevelSystem {
				args[0] = int64(0)
			}
			for _, p := range part[:n] {
				args = append(args, p.Owner)
			}
			levels.add("(organization_id = ? AND level = ? AND owner IN "+places(n)+")", args...)
			part = part[n:]
		}
		var err error
		settings, err = further(t, settings, settingFields,
			numbered("SELECT "+settingColumns+" FROM setting WHERE "+levels.or()+" ORDER BY level, owner, key"), levels.args...)
		if err != nil {
			return nil, err
		}
	}
	return settings, nil
}

// SettingsWith reads every stored value of one key in the organization.
func (t *tx) SettingsWith(org pbx.OrganizationID, key pbx.SettingKey) ([]pbx.Setting, error) {
	return collect(t, settingFields, "SELECT "+settingColumns+
		" FROM setting WHERE organization_id = $1 AND key = $2 ORDER BY level, owner", int64(org), string(key))
}

// EachSetting goes through all settings of all organizations.
func (t *tx) EachSetting(fn func(pbx.Setting) error) error {
	return each(t, settingFields, fn, "SELECT "+settingColumns+" FROM setting ORDER BY "+settingKey)
}

// PutSetting stores a value.
func (t *tx) PutSetting(s pbx.Setting) error {
	return t.put(putSetting, s.Ref(), int64(s.Organization), string(s.Level), s.Owner, string(s.Key), s.Value, s.Locked,
		s.Version)
}

// DeleteSetting deletes a value.
func (t *tx) DeleteSetting(org pbx.OrganizationID, level pbx.Level, owner int64, key pbx.SettingKey) error {
	return t.remove(settingRef(level, owner, key),
		"DELETE FROM setting WHERE organization_id = $1 AND level = $2 AND owner = $3 AND key = $4",
		int64(org), string(level), owner, string(key))
}

func settingRef(level pbx.Level, owner int64, key pbx.SettingKey) pbx.Ref {
	return pbx.Ref{Kind: pbx.KindSetting, Key: pbx.SettingRefKey(level, owner, key)}
}

func settingFields(s *pbx.Setting) []any {
	return []any{&s.Organization, &s.Level, &s.Owner, &s.Key, &s.Value, &s.Locked, &s.Version}
}
