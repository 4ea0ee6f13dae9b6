package admin_test

import (
	"errors"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) profile(name string) pbx.ProvisioningProfile {
	r.Helper()
	v, _, err := r.CreateProfile(r.Context(), r.owner, admin.ProfilePatch{Name: &name}, admin.Write{})
	r.ok(err)
	return v.ProvisioningProfile
}

// set sets a value anywhere.
func (r *rig) set(level pbx.Level, owner int64, key pbx.SettingKey, value string) error {
	r.Helper()
	_, _, err := r.PutSetting(r.Context(), r.owner, pbx.Setting{Level: level, Owner: owner, Key: key, Value: value},
		admin.Write{})
	return err
}

func TestEveryGroupHasTheDefaultProfileUnlessTold(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	v, err := r.Group(t.Context(), r.owner, g.ID)
	r.ok(err)
	if v.ProfileName != "default" || v.Profile != 1 {
		t.Errorf("group %+v", v)
	}
	lobby := r.profile("Lobby")
	for name, patch := range map[string]admin.GroupPatch{
		"by name": {ProvisioningProfile: p("LOBBY")}, "by id": {Profile: &lobby.ID},
		"by id, with the name as it was": {Profile: &lobby.ID, ProvisioningProfile: p("default")},
	} {
		_, _, err = r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{ProvisioningProfile: p("default")}, admin.Write{})
		r.ok(err)
		v, _, err = r.UpdateGroup(t.Context(), r.owner, g.ID, patch, admin.Write{})
		r.ok(err)
		if v.ProfileName != "Lobby" {
			t.Errorf("%s: %+v", name, v)
		}
	}
	_, _, err = r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{ProvisioningProfile: p("none")}, admin.Write{})
	r.onField(err, "provisioningProfile", "no such")
	_, _, err = r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{Profile: p(pbx.ProfileID(77))}, admin.Write{})
	r.onField(err, "provisioningProfileId", "no such")
}

func TestTheDefaultProfileAlwaysExists(t *testing.T) {
	r := newRig(t)
	_, err := r.DeleteProfile(t.Context(), r.owner, 1, nil, admin.Write{})
	r.refused(err, pbx.Conflict, "always exists")
	_, _, err = r.UpdateProfile(t.Context(), r.owner, 1, admin.ProfilePatch{Name: p("Other")}, admin.Write{})
	r.onField(err, "name", "always exists")
	_, _, err = r.UpdateProfile(t.Context(), r.owner, 1, admin.ProfilePatch{Text: p("key=1")}, admin.Write{})
	r.ok(err)
	_, _, err = r.CreateProfile(t.Context(), r.owner, admin.ProfilePatch{Name: p("Default")}, admin.Write{})
	r.onField(err, "name", "already a profile")
	_, _, err = r.CreateProfile(t.Context(), r.owner, admin.ProfilePatch{Name: p("X"), Text: p(strings.Repeat("x", 70_000))}, admin.Write{})
	r.onField(err, "text", "65536")
}

func TestADeletedProfileGivesWayToAnotherAndComesBack(t *testing.T) {
	r := newRig(t)
	g, lobby, desk := r.group("Sales"), r.profile("Lobby"), r.profile("Desk")
	u := r.user("A", "A", g.ID)
	_, _, err := r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{Profile: &lobby.ID}, admin.Write{})
	r.ok(err)
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.User.ID, admin.UserPatch{Profile: &lobby.ID}, admin.Write{})
	r.ok(err)
	r.ok(r.set(pbx.LevelProfile, int64(lobby.ID), pbx.SettingSecurity, "any"))
	v, err := r.User(t.Context(), r.owner, u.User.ID)
	r.ok(err)
	if v.EffectiveSecurity != pbx.AnySecurity || v.ProfileName != "Lobby" {
		t.Errorf("user %+v", v)
	}
	_, err = r.DeleteProfile(t.Context(), r.owner, lobby.ID, nil, admin.Write{})
	r.refused(err, pbx.Conflict, "what becomes of each")
	e, _ := errors.AsType[*pbx.Error](err)
	if d, ok := e.Detail.(*admin.Deletion); !ok || len(d.References) != 2 {
		t.Fatalf("detail %+v", e.Detail)
	}
	to := func(id pbx.ProfileID) *admin.Resolution {
		return &admin.Resolution{Answers: []admin.Answer{{Way: admin.WayReroute, To: int64(id)}}}
	}
	_, err = r.DeleteProfile(t.Context(), r.owner, lobby.ID, to(lobby.ID), admin.Write{})
	r.refused(err, pbx.Conflict, "another provisioning profile")
	gone, err := r.DeleteProfile(t.Context(), r.owner, lobby.ID, to(desk.ID), admin.Write{})
	r.ok(err)
	v, err = r.User(t.Context(), r.owner, u.User.ID)
	r.ok(err)
	if v.EffectiveSecurity != pbx.Secure || v.ProfileName != "Desk" {
		t.Errorf("user %+v", v)
	}
	_, _, err = r.Undo(t.Context(), r.owner, gone.ID, nil, admin.Write{})
	r.ok(err)
	v, err = r.User(t.Context(), r.owner, u.User.ID)
	r.ok(err)
	row, err := r.Group(t.Context(), r.owner, g.ID)
	r.ok(err)
	if v.EffectiveSecurity != pbx.AnySecurity || v.ProfileName != "Lobby" || row.ProfileName != "Lobby" {
		t.Errorf("user %+v, group %+v", v, row)
	}
	_, err = r.DeleteProfile(t.Context(), r.owner, lobby.ID, &admin.Resolution{Answers: []admin.Answer{
		{Kind: pbx.KindGroup, Way: admin.WayReroute, To: 1}, {Kind: pbx.KindUser, Way: admin.WayRemove},
	}}, admin.Write{})
	r.ok(err)
	v, err = r.User(t.Context(), r.owner, u.User.ID)
	r.ok(err)
	if row, err = r.Group(t.Context(), r.owner, g.ID); err != nil || v.Profile != 0 || row.ProfileName != "default" {
		t.Errorf("user %+v, group %+v, %v", v, row, err)
	}
}

func TestCustomPermissionsAreSettingsOfTheirOwn(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u := r.user("A", "A", g.ID)
	door, _, err := r.CreatePermission(t.Context(), r.owner, admin.PermissionPatch{
		Key: p("door"), Label: p("Open the door"), Default: p(false),
	}, admin.Write{})
	r.ok(err)
	_, _, err = r.CreatePermission(t.Context(), r.owner, admin.PermissionPatch{Key: p("door"), Label: p("x")}, admin.Write{})
	r.onField(err, "key", "already")
	_, _, err = r.CreatePermission(t.Context(), r.owner, admin.PermissionPatch{Key: p("a b"), Label: p("x")}, admin.Write{})
	r.onField(err, "key", "letters and digits")
	_, _, err = r.UpdatePermission(t.Context(), r.owner, door.ID, admin.PermissionPatch{Key: p("gate")}, admin.Write{})
	r.onField(err, "key", "stays")
	has := func() string {
		t.Helper()
		views, e := r.Settings(t.Context(), r.owner, pbx.LevelUser, int64(u.User.ID))
		r.ok(e)
		for _, v := range views {
			if v.Spec.Key == door.Setting() {
				return v.Effective.Value + " from " + v.EffectiveFrom.Name
			}
		}
		return "unknown"
	}
	if got := has(); got != "false from " {
		t.Errorf("at first %s", got)
	}
	r.ok(r.set(pbx.LevelGroup, int64(g.ID), door.Setting(), "true"))
	if got := has(); got != "true from Sales" {
		t.Errorf("granted %s", got)
	}
	r.refused(r.set(pbx.LevelDevice, 1, door.Setting(), "true"), pbx.Invalid, "can't be set at")
	r.refused(r.set(pbx.LevelGroup, int64(g.ID), "permission.custom.nothing", "true"), pbx.NotFound, "no setting")
	gone, err := r.DeletePermission(t.Context(), r.owner, door.ID, admin.Write{})
	r.ok(err)
	if got := has(); got != "unknown" {
		t.Errorf("deleted %s", got)
	}
	_, _, err = r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	if got := has(); got != "true from Sales" {
		t.Errorf("restored %s", got)
	}
	list, err := r.ListPermissions(t.Context(), r.owner)
	r.ok(err)
	if last := list[len(list)-1]; last.Custom == nil || last.Custom.Label != "Open the door" || len(list) < 13 {
		t.Errorf("list %+v", list)
	}
}

func TestAUserWhoseGrantedPermissionIsGoneComesBack(t *testing.T) {
	r := newRig(t)
	u := r.user("A", "A", r.group("Sales").ID)
	door, _, err := r.CreatePermission(t.Context(), r.owner, admin.PermissionPatch{Key: p("door"), Label: p("Door")}, admin.Write{})
	r.ok(err)
	r.ok(r.set(pbx.LevelUser, int64(u.User.ID), door.Setting(), "true"))
	gone, err := r.DeleteUser(t.Context(), r.owner, u.User.ID, nil, admin.Write{})
	r.ok(err)
	_, err = r.DeletePermission(t.Context(), r.owner, door.ID, admin.Write{})
	r.ok(err)
	back, _, err := r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	if len(back.Notes) != 1 || !strings.Contains(back.Notes[0], "left out") {
		t.Errorf("notes %q", back.Notes)
	}
}

func TestOnlyOutsideCallsHaveAClass(t *testing.T) {
	for _, spec := range pbx.Catalogue() {
		if spec.Key.IsPermission() && strings.Contains(string(spec.Key), "internal") {
			t.Errorf("%s is about internal calls: user to user is always allowed (S3)", spec.Key)
		}
	}
	for class, want := range map[pbx.CallClass]string{
		pbx.CallLocal: "true", pbx.CallNational: "true", pbx.CallMobile: "true", pbx.CallTollFree: "true",
		pbx.CallInternational: "false", pbx.CallPremium: "false", pbx.CallSatellite: "false",
	} {
		if spec, err := pbx.Spec(class.Permission()); err != nil || spec.Default != want {
			t.Errorf("%s is %q by default, %v", class, spec.Default, err)
		}
	}
}

func TestASharedSpaceCallsNobodyOutsideUnlessItIsAllowed(t *testing.T) {
	r := newRig(t)
	g := r.group("House")
	lobby, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		Kind: p(pbx.Space), DisplayName: p("Lobby"), HomeGroup: &g.ID,
	}, admin.Write{})
	r.ok(err)
	anna := r.user("Anna", "Berg", g.ID).User
	counts := func(id pbx.UserID, key pbx.SettingKey) string {
		t.Helper()
		list, err := r.Settings(t.Context(), r.owner, pbx.LevelUser, int64(id))
		r.ok(err)
		for _, s := range list {
			if s.Spec.Key == key {
				return s.Effective.Value + " " + string(s.EffectiveFrom.Level)
			}
		}
		return "not listed"
	}
	for _, class := range pbx.CallClasses() {
		if got := counts(lobby.User.ID, class.Permission()); got != "false kind" {
			t.Errorf("%s calls from the lobby: %s", class, got)
		}
	}
	if got := counts(lobby.User.ID, pbx.PermissionVoicemail); got != "false kind" {
		t.Errorf("a mailbox in the lobby: %s", got)
	}
	local := pbx.CallLocal.Permission()
	if got := counts(anna.ID, local) + ", " + counts(lobby.User.ID, pbx.PermissionChangePIN); got != "true default, true default" {
		t.Errorf("what is as for everybody: %s", got)
	}
	r.ok(r.set(pbx.LevelGroup, int64(g.ID), local, "true"))
	if got := counts(lobby.User.ID, local); got != "true group" {
		t.Errorf("allowed by the group: %s", got)
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, lobby.User.ID, admin.UserPatch{Kind: p(pbx.Phantom)}, admin.Write{})
	r.ok(err)
	if got := counts(lobby.User.ID, pbx.CallNational.Permission()); got != "true default" {
		t.Errorf("of a phantom: %s", got)
	}
}
