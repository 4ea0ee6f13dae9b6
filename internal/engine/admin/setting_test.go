package admin_test

import (
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) put(level pbx.Level, owner int64, value string, locked bool) error {
	r.Helper()
	_, _, err := r.PutSetting(r.Context(), r.owner, pbx.Setting{
		Level: level, Owner: owner, Key: pbx.SettingSecurity, Value: value, Locked: locked,
	}, admin.Write{})
	return err
}

func TestAValueIsInheritedAndLocked(t *testing.T) {
	r := newRig(t)
	top, low := r.group("Top"), r.group("Low")
	made, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("A"), HomeGroup: &low.ID, Groups: &[]pbx.GroupID{top.ID},
	}, admin.Write{})
	r.ok(err)
	id := made.User.ID
	effective := func() pbx.Security {
		v, e := r.User(t.Context(), r.owner, id)
		r.ok(e)
		page, e := r.ListUsers(t.Context(), r.owner, admin.UserQuery{})
		r.ok(e)
		if page.Items[0].EffectiveSecurity != v.EffectiveSecurity || page.Items[0].Security != v.Security {
			t.Errorf("the list says %s, the user %s", page.Items[0].EffectiveSecurity, v.EffectiveSecurity)
		}
		return v.EffectiveSecurity
	}
	r.ok(r.put(pbx.LevelOrganization, 0, "any", false))
	if effective() != pbx.AnySecurity {
		t.Error("the organization's value does not reach the user")
	}
	r.ok(r.put(pbx.LevelGroup, int64(top.ID), "secure", false))
	r.ok(r.put(pbx.LevelGroup, int64(low.ID), "any", false))
	if effective() != pbx.Secure {
		t.Error("the topmost group's value does not win")
	}
	r.ok(r.put(pbx.LevelUser, int64(id), "any", false))
	if effective() != pbx.AnySecurity {
		t.Error("the own value does not win")
	}
	r.ok(r.put(pbx.LevelOrganization, 0, "secure", true))
	if effective() != pbx.Secure {
		t.Error("the lock does not win")
	}
	r.refused(r.put(pbx.LevelUser, int64(id), "secure", false), pbx.Conflict, "locked at the organization")
	views, err := r.Settings(t.Context(), r.owner, pbx.LevelUser, int64(id))
	r.ok(err)
	if v := views[0]; v.Own == nil || v.Own.Value != "any" || !v.Effective.Locked || v.Effective.Origin != pbx.LevelOrganization {
		t.Errorf("view %+v", v)
	}
	r.ok(r.put(pbx.LevelOrganization, 0, "secure", false))
	if effective() != pbx.AnySecurity {
		t.Error("a value below a lifted lock does not count again")
	}
	_, err = r.ResetSetting(t.Context(), r.owner, pbx.LevelUser, int64(id), pbx.SettingSecurity, admin.Write{})
	r.ok(err)
	if effective() != pbx.Secure {
		t.Error("it was not returned to inherited")
	}
}

func TestWhatASettingIsRefused(t *testing.T) {
	r := newRig(t)
	r.refused(r.put(pbx.LevelUser, 99, "any", false), pbx.NotFound, "")
	r.refused(r.put(pbx.LevelGroup, 99, "any", false), pbx.Conflict, "")
	r.refused(r.put(pbx.LevelOrganization, 99, "any", false), pbx.NotFound, "")
	r.refused(r.put(pbx.LevelOrganization, 0, "none", false), pbx.Invalid, "one of secure, any")
	r.refused(r.put(pbx.LevelSystem, 0, "any", false), pbx.Invalid, "can't be changed here")
	_, _, err := r.PutSetting(t.Context(), r.owner, pbx.Setting{Level: pbx.LevelUser, Key: "no.such"}, admin.Write{})
	r.refused(err, pbx.NotFound, "no setting")
	_, _, err = r.PutSetting(t.Context(), r.owner, pbx.Setting{
		Level: pbx.LevelUser, Owner: int64(r.owner.User), Key: pbx.SettingDigest, Value: "md5",
	}, admin.Write{})
	r.onField(err, "level", "can't be set")
	_, err = r.Settings(t.Context(), r.owner, "nonsense", 1)
	r.refused(err, pbx.Invalid, "")
}

func TestADevicesSecurityWinsOverItsUsers(t *testing.T) {
	r := newRig(t)
	u := r.user("A", "A", r.group("Sales").ID)
	list, err := r.ListDevices(t.Context(), r.owner, admin.DeviceQuery{User: u.User.ID})
	r.ok(err)
	if len(list.Items) != 1 || len(list.Items[0].Lines) != 1 || list.Items[0].UserName != "A A" {
		t.Fatalf("devices %+v", list.Items)
	}
	id := list.Items[0].ID
	d, _, err := r.UpdateDevice(t.Context(), r.owner, id, admin.DevicePatch{Security: p(pbx.AnySecurity)}, admin.Write{IfMatch: 1})
	r.ok(err)
	if d.EffectiveSecurity != pbx.AnySecurity || d.Version != 2 {
		t.Errorf("device %+v", d)
	}
	d, _, err = r.UpdateDevice(t.Context(), r.owner, id, admin.DevicePatch{Security: p(pbx.SecurityInherited)}, admin.Write{})
	r.ok(err)
	if d.EffectiveSecurity != pbx.Secure || d.Security != "" {
		t.Errorf("device %+v", d)
	}
}

func TestManyValuesAreSetAtOnceOrNone(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	at := int64(g.ID)
	res, cs, err := r.PutSettings(t.Context(), r.owner, pbx.LevelGroup, at, []admin.SettingChange{
		{Key: pbx.SettingRingTime, Value: p("30s")}, {Key: pbx.SettingZRTP, Value: p("false"), Locked: true},
	}, admin.Write{})
	r.ok(err)
	if len(cs.Items) != 2 || len(res.Settings) != 2 || cs.Subject != g.Ref() {
		t.Errorf("%+v, %+v", res, cs)
	}
	_, _, err = r.PutSettings(t.Context(), r.owner, pbx.LevelGroup, at, []admin.SettingChange{
		{Key: pbx.SettingRingTime}, {Key: pbx.SettingZRTP, Value: p("perhaps")},
	}, admin.Write{})
	r.refused(err, pbx.Invalid, "true or false")
	_, _, err = r.PutSettings(t.Context(), r.owner, pbx.LevelGroup, at, []admin.SettingChange{
		{Key: pbx.SettingRingTime, Value: p("40s"), Seen: 1},
	}, admin.Write{})
	r.ok(err)
	_, _, err = r.PutSettings(t.Context(), r.owner, pbx.LevelGroup, at, []admin.SettingChange{
		{Key: pbx.SettingRingTime, Value: p("50s"), Seen: 1},
	}, admin.Write{})
	r.refused(err, pbx.Stale, "")
	views, err := r.Settings(t.Context(), r.owner, pbx.LevelGroup, at)
	r.ok(err)
	for _, v := range views {
		if v.Spec.Key == pbx.SettingRingTime && v.Effective.Value != "40s" {
			t.Errorf("ring time %+v", v)
		}
	}
	_, _, err = r.PutSettings(t.Context(), r.owner, pbx.LevelGroup, at, nil, admin.Write{})
	r.onField(err, "values", "at once")
}

func TestARefusalSaysWhoLockedIt(t *testing.T) {
	r := newRig(t)
	g, l, prof := r.group("Sales"), r.location("Torino"), r.profile("Lobby")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("A"), HomeGroup: &g.ID, Location: &l.ID,
	}, admin.Write{})
	r.ok(err)
	_, _, err = r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{Profile: &prof.ID}, admin.Write{})
	r.ok(err)
	for _, tt := range []struct {
		level pbx.Level
		owner int64
		says  string
	}{
		{pbx.LevelProfile, int64(prof.ID), "locked by the provisioning profile Lobby"},
		{pbx.LevelLocation, int64(l.ID), "locked at the location Torino"},
		{pbx.LevelOrganization, 0, "locked at the organization"},
	} {
		r.ok(r.put(tt.level, tt.owner, "secure", true))
		r.refused(r.put(pbx.LevelUser, int64(u.User.ID), "any", false), pbx.Conflict, tt.says)
	}
	r.refused(r.put(pbx.LevelGroup, int64(g.ID), "any", false), pbx.Conflict, "locked at the organization")
}

func TestLanguageAndTimeZoneFollowTheLayers(t *testing.T) {
	r := newRig(t)
	g, l := r.group("Sales"), r.location("Wien")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{FirstName: p("A"), HomeGroup: &g.ID, Location: &l.ID}, admin.Write{})
	r.ok(err)
	id := u.User.ID
	now := func() string {
		v, e := r.User(t.Context(), r.owner, id)
		r.ok(e)
		return v.EffectiveLanguage + " " + v.EffectiveTimeZone + " " + v.Language + v.TimeZone
	}
	for _, step := range []struct {
		do   func() error
		want string
	}{
		{func() error { return nil }, "it UTC "},
		{func() error { return r.set(pbx.LevelLocation, int64(l.ID), pbx.SettingTimeZone, "Europe/Vienna") }, "it Europe/Vienna "},
		{func() error { return r.set(pbx.LevelGroup, int64(g.ID), pbx.SettingLanguage, "de") }, "de Europe/Vienna "},
		{func() error { return r.set(pbx.LevelUser, int64(id), pbx.SettingLanguage, "en") }, "en Europe/Vienna en"},
		{func() error {
			_, e := r.ResetSetting(t.Context(), r.owner, pbx.LevelUser, int64(id), pbx.SettingLanguage, admin.Write{})
			return e
		}, "de Europe/Vienna "},
		{func() error {
			_, _, e := r.PutSetting(t.Context(), r.owner, pbx.Setting{
				Level: pbx.LevelGroup, Owner: int64(g.ID), Key: pbx.SettingLanguage, Value: "it", Locked: true,
			}, admin.Write{})
			return e
		}, "it Europe/Vienna "},
	} {
		r.ok(step.do())
		if got := now(); got != step.want {
			t.Errorf("got %q, want %q", got, step.want)
		}
	}
	if v, e := r.Location(t.Context(), r.owner, l.ID); e != nil || v.TimeZone != "Europe/Vienna" {
		t.Errorf("location %+v, %v", v, e)
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, id, admin.UserPatch{Language: p("de")}, admin.Write{})
	r.onField(err, "language", "locked at the group Sales")
	_, _, err = r.PutSetting(t.Context(), r.owner, pbx.Setting{
		Level: pbx.LevelUser, Owner: int64(id), Key: pbx.SettingTimeZone, Value: "UTC", Locked: true,
	}, admin.Write{})
	r.onField(err, "locked", "can't be locked")
	r.refused(r.set(pbx.LevelOrganization, 0, pbx.SettingTimeZone, "Mars/Olympus"), pbx.Invalid, "no such time zone")
	_, err = r.ResetSetting(t.Context(), r.owner, pbx.LevelOrganization, 0, pbx.SettingTimeZone, admin.Write{})
	r.onField(err, "value", "nothing to inherit")
}

func TestWhoHasAValueOfHisOwnIsNamedAndCanBeReset(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	var ids []pbx.UserID
	for _, name := range []string{"Anna", "Bruno", "Carla"} {
		ids = append(ids, r.user(name, "", g.ID).User.ID)
	}
	devices, err := r.ListDevices(t.Context(), r.owner, admin.DeviceQuery{User: ids[2]})
	r.ok(err)
	r.ok(r.put(pbx.LevelUser, int64(ids[1]), "any", false))
	r.ok(r.put(pbx.LevelDevice, int64(devices.Items[0].ID), "any", false))
	r.ok(r.put(pbx.LevelGroup, int64(g.ID), "secure", false))
	reach, err := r.SettingReach(t.Context(), r.owner, pbx.LevelGroup, int64(g.ID), pbx.SettingSecurity)
	r.ok(err)
	if reach.Users != 3 || reach.Applies != 2 || reach.OwnCount != 2 || reach.Own[0].User.DisplayName != "Bruno" ||
		reach.Own[1].DeviceName == "" || reach.Own[1].User.DisplayName != "Carla" {
		t.Errorf("reach %+v", reach)
	}
	res, _, err := r.PutSettings(t.Context(), r.owner, pbx.LevelGroup, int64(g.ID), []admin.SettingChange{
		{Key: pbx.SettingSecurity, Value: p("any")},
	}, admin.Write{DryRun: true})
	r.ok(err)
	if e := res.Effects; e.Under != 3 || e.Users != 2 || e.Changes[0].From != "secure" || e.Changes[0].To != "any" {
		t.Errorf("effects %+v", e)
	}
	n, _, err := r.ResetBelow(t.Context(), r.owner, pbx.LevelGroup, int64(g.ID), pbx.SettingSecurity, []pbx.UserID{ids[0], ids[1]}, admin.Write{})
	r.ok(err)
	if n != 1 {
		t.Errorf("%d were reset", n)
	}
	n, _, err = r.ResetBelow(t.Context(), r.owner, pbx.LevelGroup, int64(g.ID), pbx.SettingSecurity, nil, admin.Write{})
	r.ok(err)
	if reach, err = r.SettingReach(t.Context(), r.owner, pbx.LevelGroup, int64(g.ID), pbx.SettingSecurity); err != nil ||
		n != 1 || reach.Applies != 3 || reach.OwnCount != 0 {
		t.Errorf("%d were reset, reach %+v, %v", n, reach, err)
	}
	_, err = r.SettingReach(t.Context(), r.owner, pbx.LevelGroup, 99, pbx.SettingSecurity)
	r.refused(err, pbx.NotFound, "")
}
