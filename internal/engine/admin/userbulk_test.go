package admin_test

import (
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func TestManyUsersChangeInOneChangeSetThatIsShownBefore(t *testing.T) {
	r := newRig(t)
	sales, lab := r.group("Sales"), r.group("Lab")
	var ids []pbx.UserID
	for _, name := range []string{"Anna", "Ben", "Carla"} {
		ids = append(ids, r.user(name, "Berg", sales.ID).User.ID)
	}
	edit := admin.BulkEdit{
		Users: append(ids, ids[0]), AddGroups: []pbx.GroupID{lab.ID},
		Patch: admin.UserPatch{Enabled: p(false), Department: p("Outside"), Security: p(pbx.AnySecurity), NewGroups: []string{"Night"}},
	}
	dry, _, err := r.BulkUsers(t.Context(), r.owner, edit, admin.Write{DryRun: true})
	r.ok(err)
	if dry.Chosen != 3 || dry.Changed != 3 || dry.Refused != 0 {
		t.Fatalf("dry run: %+v", dry)
	}
	want := map[string][2]string{
		"department": {`""`, `"Outside"`}, "enabled": {"true", "false"}, "groups": {`""`, `"Lab, Night"`}, "security": {`""`, `"any"`},
	}
	for _, u := range dry.Users {
		if len(u.Fields) != len(want) || u.Number == "" {
			t.Errorf("%s: %+v", u.DisplayName, u.Fields)
		}
		for _, f := range u.Fields {
			if got := [2]string{string(f.From), string(f.To)}; got != want[f.Field] {
				t.Errorf("%s: %s goes from %s to %s", u.DisplayName, f.Field, f.From, f.To)
			}
		}
	}
	_, cs, err := r.BulkUsers(t.Context(), r.owner, edit, admin.Write{})
	r.ok(err)
	if last := r.lastChange(); last.ID != cs.ID || last.Summary != "3 accounts changed together" {
		t.Errorf("change set %+v", last)
	}
	u, err := r.User(t.Context(), r.owner, ids[2])
	r.ok(err)
	if u.Enabled || u.Department != "Outside" || len(u.FurtherGroups) != 2 || u.EffectiveSecurity != pbx.AnySecurity {
		t.Errorf("changed: %+v", u)
	}
	again, cs2, err := r.BulkUsers(t.Context(), r.owner, edit, admin.Write{})
	r.ok(err)
	if again.Changed != 0 || cs2.ID != 0 {
		t.Errorf("the same again changes %d", again.Changed)
	}
	_, _, err = r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	u, err = r.User(t.Context(), r.owner, ids[2])
	r.ok(err)
	if !u.Enabled || u.Department != "" || len(u.FurtherGroups) != 0 {
		t.Errorf("after undo: %+v", u)
	}
}

func TestABulkEditIsAllOrNothing(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	anna := r.user("Anna", "Berg", g.ID).User.ID
	edit := admin.BulkEdit{Users: []pbx.UserID{anna, r.owner.User}, Patch: admin.UserPatch{Enabled: p(false)}}
	dry, _, err := r.BulkUsers(t.Context(), r.owner, edit, admin.Write{DryRun: true})
	r.ok(err)
	if dry.Refused != 1 || dry.Users[0].ID != r.owner.User || dry.Users[0].Problem != "You can't disable yourself." {
		t.Errorf("dry run: %+v", dry)
	}
	_, _, err = r.BulkUsers(t.Context(), r.owner, edit, admin.Write{})
	r.refused(err, pbx.Invalid, "nothing was changed")
	u, err := r.User(t.Context(), r.owner, anna)
	r.ok(err)
	if !u.Enabled {
		t.Error("Anna is disabled all the same")
	}
	_, _, err = r.BulkUsers(t.Context(), r.owner, admin.BulkEdit{Users: []pbx.UserID{anna, 99}}, admin.Write{})
	r.refused(err, pbx.NotFound, "no such user")
	_, _, err = r.BulkUsers(t.Context(), r.owner,
		admin.BulkEdit{Users: []pbx.UserID{anna}, Patch: admin.UserPatch{Number: p("300")}}, admin.Write{})
	r.onField(err, "number", "several users")
}
