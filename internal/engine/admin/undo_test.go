package admin_test

import (
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func TestUndoLeavesWhatChangedSinceUnlessTicked(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	_, first, err := r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{City: p("Roma"), Phone: p("1")}, admin.Write{})
	r.ok(err)
	_, second, err := r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{City: p("Milano")}, admin.Write{})
	r.ok(err)
	out, cs, err := r.Undo(t.Context(), r.owner, first.ID, nil, admin.Write{DryRun: true})
	r.ok(err)
	if len(out.Left) != 1 || strings.Join(out.Left[0].Fields, " ") != "city" || out.Left[0].ChangeSet != second.ID ||
		out.Left[0].ChangedBy != "Olga Owner" || len(cs.Items) != 1 {
		t.Fatalf("preview %+v, %+v", out, cs.Items)
	}
	_, cs, err = r.Undo(t.Context(), r.owner, first.ID, []pbx.Ref{g.Ref()}, admin.Write{})
	r.ok(err)
	v, err := r.Group(t.Context(), r.owner, g.ID)
	r.ok(err)
	if v.City != "" || v.Phone != "" || cs.Undoes != first.ID {
		t.Errorf("after undo %+v", v)
	}
	_, _, err = r.Undo(t.Context(), r.owner, first.ID, nil, admin.Write{})
	r.refused(err, pbx.Conflict, "undone before")
}

func TestUndoOfACreationLeavesWhatIsInUse(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	made := r.lastChange().ID
	u := r.user("Anna", "Berg", g.ID)
	userMade := r.lastChange().ID
	out, cs, err := r.Undo(t.Context(), r.owner, made, nil, admin.Write{})
	r.ok(err)
	if len(out.Left) != 1 || !strings.Contains(out.Left[0].Reason, "members") || cs.ID != 0 {
		t.Errorf("undo of the group %+v", out)
	}
	_, _, err = r.ResetUser(t.Context(), r.owner, u.User.ID, admin.ResetChoice{VoicemailPIN: true}, admin.Write{})
	r.ok(err)
	out, _, err = r.Undo(t.Context(), r.owner, userMade, nil, admin.Write{})
	r.ok(err)
	if len(out.Left) != 1 || !strings.Contains(out.Left[0].Reason, "secret") {
		t.Errorf("undo of the user %+v", out)
	}
	out, _, err = r.Undo(t.Context(), r.owner, userMade, []pbx.Ref{u.User.Ref()}, admin.Write{})
	r.ok(err)
	if len(out.Left) != 0 || r.occupancy("200").State != admin.NumberFree {
		t.Errorf("ticked: %+v", out)
	}
	_, _, err = r.Undo(t.Context(), r.owner, made, nil, admin.Write{})
	r.ok(err)
	_, err = r.Group(t.Context(), r.owner, g.ID)
	r.refused(err, pbx.NotFound, "")
}

func TestUndoOfARenumberingWhoseNumberIsTakenKeepsTheNew(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	a := r.user("A", "A", g.ID)
	_, cs, err := r.UpdateUser(t.Context(), r.owner, a.User.ID, admin.UserPatch{Number: p("250"), Department: p("x")}, admin.Write{})
	r.ok(err)
	r.user("B", "B", g.ID) // is given 200
	out, _, err := r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	v, err := r.User(t.Context(), r.owner, a.User.ID)
	r.ok(err)
	if v.Number != "250" || v.Department != "" || len(out.Left) != 1 || !strings.Contains(out.Left[0].Reason, "200 is taken") {
		t.Errorf("user %+v, left %+v", v.User, out.Left)
	}
	if o := r.occupancy("250"); o.HolderName != "A A" {
		t.Errorf("250 is %+v", o)
	}
}

func TestSetUpCantBeUndone(t *testing.T) {
	r := newRig(t)
	for _, id := range []pbx.ChangeSetID{1, 2} {
		_, _, err := r.Undo(t.Context(), r.owner, id, nil, admin.Write{})
		r.refused(err, pbx.Conflict, "Set-up")
	}
	_, _, err := r.Undo(t.Context(), r.owner, 99, nil, admin.Write{})
	r.refused(err, pbx.NotFound, "")
}

func TestARestoredUserWaitsForItsGroup(t *testing.T) {
	r := newRig(t)
	g, other := r.group("Sales"), r.group("Other")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("A"), HomeGroup: &g.ID, Groups: &[]pbx.GroupID{other.ID},
	}, admin.Write{})
	r.ok(err)
	gone, err := r.DeleteUser(t.Context(), r.owner, u.User.ID, nil, admin.Write{})
	r.ok(err)
	groupGone, err := r.DeleteGroup(t.Context(), r.owner, g.ID, nil, admin.Write{})
	r.ok(err)
	_, err = r.DeleteGroup(t.Context(), r.owner, other.ID, nil, admin.Write{})
	r.ok(err)
	_, _, err = r.Restore(t.Context(), r.owner, gone.ID, admin.NextNumbers, admin.Write{})
	r.refused(err, pbx.Conflict, "restore the group first")
	r.group("sales")
	back, _, err := r.Restore(t.Context(), r.owner, groupGone.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	if len(back.Notes) != 1 || !strings.Contains(back.Notes[0], "Sales (2)") {
		t.Errorf("notes %q", back.Notes)
	}
	back, _, err = r.Restore(t.Context(), r.owner, gone.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	if len(back.Notes) != 1 || !strings.Contains(back.Notes[0], "no longer in a group") {
		t.Errorf("notes %q", back.Notes)
	}
}

func TestADeletedGroupsFurtherMembersAndPoolComeBack(t *testing.T) {
	r := newRig(t)
	home, g := r.group("Home"), r.group("Project")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("A"), HomeGroup: &home.ID, Groups: &[]pbx.GroupID{g.ID},
	}, admin.Write{})
	r.ok(err)
	d, err := r.GroupDeletion(t.Context(), r.owner, g.ID)
	r.ok(err)
	if d.Accounts != 0 || len(d.References) != 1 || d.References[0].Name != "A" || d.NameMustBeTyped {
		t.Errorf("preview %+v", d)
	}
	cs, err := r.DeleteGroup(t.Context(), r.owner, g.ID, nil, admin.Write{})
	r.ok(err)
	_, _, err = r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	v, err := r.User(t.Context(), r.owner, u.User.ID)
	r.ok(err)
	if len(v.FurtherGroups) != 1 || v.FurtherGroups[0].Name != "Project" {
		t.Errorf("further groups %+v", v.FurtherGroups)
	}
}
