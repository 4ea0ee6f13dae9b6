package admin_test

import (
	"errors"
	"slices"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) leave(id pbx.UserID, p admin.LeavePatch) (admin.LeaveView, error) {
	r.Helper()
	v, _, err := r.PlanLeave(r.Context(), r.owner, id, p, admin.Write{})
	return v, err
}

func (r *rig) carryOut(want int) {
	r.Helper()
	n, err := r.CarryOut(r.Context(), r.org)
	r.ok(err)
	if n != want {
		r.Fatalf("%d change sets, want %d", n, want)
	}
}

func TestLeavingIsCarriedOutOnItsDay(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	anna, ben := r.user("Anna", "Berg", g.ID).User, r.user("Ben", "Carlsen", g.ID).User
	_, _, _, err := r.CreateToken(t.Context(), r.owner, admin.TokenInput{Name: "script", User: anna.ID}, admin.Write{})
	r.ok(err)
	on := r.now.AddDate(0, 0, 3)
	v, err := r.leave(anna.ID, admin.LeavePatch{On: &on, CallsTo: &ben.ID})
	r.ok(err)
	if v.Gone() || v.CallsTo.DisplayName != "Ben Carlsen" || !v.DeleteAt.Equal(on.AddDate(0, 0, 90)) {
		t.Errorf("planned as %+v", v)
	}
	r.carryOut(0)
	r.now = on
	r.carryOut(1)
	r.carryOut(0)
	u, err := r.User(t.Context(), r.owner, anna.ID)
	r.ok(err)
	if u.Enabled || !u.DisabledAt.Equal(on) {
		t.Errorf("left as %+v", u)
	}
	tokens, err := r.ListTokens(t.Context(), r.owner, admin.Query{})
	r.ok(err)
	if len(tokens.Items) != 0 {
		t.Error("a token of somebody who left still counts")
	}
	if cs := r.lastChange(); cs.ActorKind != pbx.ActorSystem || cs.Intent != "leave.carryOut" {
		t.Errorf("change set %+v", cs)
	}
	_, err = r.leave(anna.ID, admin.LeavePatch{On: p(on.AddDate(0, 0, 9))})
	r.onField(err, "on", "has left already")
	r.now = on.AddDate(0, 0, 90)
	r.carryOut(1)
	_, err = r.User(t.Context(), r.owner, anna.ID)
	r.refused(err, pbx.NotFound, "")
	if o := r.occupancy(anna.Number); o.State != admin.NumberHeld {
		t.Errorf("the number is %+v", o)
	}
	back, _, err := r.Restore(t.Context(), r.owner, r.lastChange().ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	r.carryOut(0)
	l, err := r.Leave(t.Context(), r.owner, anna.ID)
	r.ok(err)
	if !l.Gone() || l.DeleteAfter != 0 || l.CallsTo.ID != ben.ID || len(back.Notes) != 1 {
		t.Errorf("restored as %+v, %v", l, back.Notes)
	}
	v2, _, err := r.ComeBack(t.Context(), r.owner, anna.ID, admin.Write{})
	r.ok(err)
	if !v2.User.Enabled || !v2.User.DisabledAt.IsZero() {
		t.Errorf("came back as %+v", v2.User)
	}
	_, err = r.Leave(t.Context(), r.owner, anna.ID)
	r.refused(err, pbx.NotFound, "")
}

func TestWhatLeavingRefuses(t *testing.T) {
	r := newRig(t)
	g, other := r.group("Sales"), r.group("Lab")
	anna, ben := r.user("Anna", "Berg", g.ID).User, r.user("Ben", "Carlsen", other.ID).User
	_, err := r.leave(anna.ID, admin.LeavePatch{CallsTo: &anna.ID})
	r.onField(err, "callsTo", "the one who leaves")
	_, err = r.leave(anna.ID, admin.LeavePatch{CallsTo: &r.owner.User})
	r.onField(err, "callsTo", "no such account")
	_, err = r.leave(anna.ID, admin.LeavePatch{DeleteAfter: p(-1)})
	r.onField(err, "deleteAfterDays", "3650")
	_, err = r.leave(r.owner.User, admin.LeavePatch{})
	r.refused(err, pbx.Conflict, "yourself")
	boss := admin.Actor{
		Kind: pbx.ActorUser, User: 999, Organization: r.org, Role: pbx.RoleGroupAdmin, Group: g.ID,
	}
	_, _, err = r.PlanLeave(t.Context(), boss, ben.ID, admin.LeavePatch{}, admin.Write{})
	_, _, missing := r.PlanLeave(t.Context(), boss, 12345, admin.LeavePatch{}, admin.Write{})
	if err == nil || err.Error() != missing.Error() {
		t.Errorf("%v differs from %v", err, missing)
	}
	_, _, err = r.PlanLeave(t.Context(), boss, anna.ID, admin.LeavePatch{CallsTo: &ben.ID}, admin.Write{})
	r.onField(err, "callsTo", "no such account")
	_, err = r.leave(ben.ID, admin.LeavePatch{On: p(r.now.AddDate(1, 0, 0))})
	r.ok(err)
	list, err := r.ListLeaves(t.Context(), boss)
	r.ok(err)
	if len(list) != 0 {
		t.Errorf("a group administrator sees %+v", list)
	}
}

func TestEnablingWhoHasLeftIsComingBack(t *testing.T) {
	r := newRig(t)
	anna := r.user("Anna", "Berg", r.group("Sales").ID).User
	_, err := r.leave(anna.ID, admin.LeavePatch{})
	r.ok(err)
	_, cs, err := r.UpdateUser(t.Context(), r.owner, anna.ID, admin.UserPatch{Enabled: p(true)}, admin.Write{})
	r.ok(err)
	_, err = r.Leave(t.Context(), r.owner, anna.ID)
	r.refused(err, pbx.NotFound, "")
	out, _, err := r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	l, err := r.Leave(t.Context(), r.owner, anna.ID)
	if err != nil || !l.Gone() || len(out.Left) > 0 {
		t.Errorf("undone to %+v, %v, %v", l, out, err)
	}
}

// deletion reads what a refused deletion asks.
func (r *rig) deletion(err error) *admin.Deletion {
	r.Helper()
	r.refused(err, pbx.Conflict, "")
	e, _ := errors.AsType[*pbx.Error](err)
	d, ok := e.Detail.(*admin.Deletion)
	if !ok {
		r.Fatalf("no deletion in %+v", e)
	}
	return d
}

func TestDeletingAsksWhatBecomesOfWhoeverRefersToIt(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	anna, ben := r.user("Anna", "Berg", g.ID).User, r.user("Ben", "Carlsen", g.ID).User
	cleo, dan := r.user("Cleo", "Dahl", g.ID).User, r.user("Dan", "Egg", g.ID).User
	for _, u := range []admin.UserView{anna, cleo} {
		_, err := r.leave(u.ID, admin.LeavePatch{CallsTo: &ben.ID})
		r.ok(err)
	}
	_, err := r.DeleteUser(t.Context(), r.owner, ben.ID, nil, admin.Write{})
	d := r.deletion(err)
	if len(d.References) != 2 || d.References[0].Name != "Anna Berg" || d.References[0].ToName != "Ben Carlsen" ||
		len(d.Questions) != 1 || d.Questions[0].Count != 2 || d.Questions[0].Usual != "" {
		t.Fatalf("asked %+v", d)
	}
	answer := func(answers ...admin.Answer) (pbx.ChangeSet, error) {
		return r.DeleteUser(t.Context(), r.owner, ben.ID, &admin.Resolution{Answers: answers}, admin.Write{})
	}
	for name, a := range map[string]admin.Answer{
		"himself": {Way: admin.WayReroute, To: int64(ben.ID)}, "nobody": {Way: admin.WayReroute, To: 4711},
		"an operator": {Way: admin.WayReroute, To: int64(r.owner.User)},
		"the leaver":  {Way: admin.WayReroute, To: int64(anna.ID)}, "no such way": {Way: admin.WayDelete},
		"another kind": {Kind: pbx.KindGroup, Way: admin.WayRemove},
	} {
		if _, err := answer(a); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	cs, err := answer(admin.Answer{Way: admin.WayRemove},
		admin.Answer{Kind: pbx.KindLeave, Field: "callsTo", ID: int64(cleo.ID), Way: admin.WayReroute, To: int64(dan.ID)})
	r.ok(err)
	got := map[pbx.UserID]pbx.UserID{}
	for _, u := range []admin.UserView{anna, cleo} {
		l, err := r.Leave(t.Context(), r.owner, u.ID)
		r.ok(err)
		got[u.ID] = l.Leave.CallsTo
	}
	if got[anna.ID] != 0 || got[cleo.ID] != dan.ID {
		t.Errorf("calls go to %v", got)
	}
	// Cleo's was changed since: only Anna's comes back with Ben.
	_, err = r.leave(cleo.ID, admin.LeavePatch{CallsTo: p(pbx.UserID(0))})
	r.ok(err)
	_, _, err = r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	l, err := r.Leave(t.Context(), r.owner, anna.ID)
	r.ok(err)
	c, err := r.Leave(t.Context(), r.owner, cleo.ID)
	r.ok(err)
	if l.Leave.CallsTo != ben.ID || c.Leave.CallsTo != 0 {
		t.Errorf("after the restore calls go to %d and %d", l.Leave.CallsTo, c.Leave.CallsTo)
	}
}

func TestManyGoInOneChangeSet(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	ids := []pbx.UserID{}
	for _, name := range []string{"Anna", "Ben", "Cleo", "Dan"} {
		ids = append(ids, r.user(name, "Berg", g.ID).User.ID)
	}
	// Ben goes with Anna, who names him, so nobody asks; Dan stays and names Cleo.
	_, err := r.leave(ids[0], admin.LeavePatch{CallsTo: &ids[1]})
	r.ok(err)
	_, err = r.leave(ids[3], admin.LeavePatch{CallsTo: &ids[2]})
	r.ok(err)
	_, err = r.DeleteUsers(t.Context(), r.owner, ids[:3], nil, admin.Write{})
	d := r.deletion(err)
	if d.Accounts != 3 || len(d.References) != 1 || d.References[0].From.ID != int64(ids[3]) || d.Removed[pbx.KindUser] != 3 {
		t.Fatalf("asked %+v", d)
	}
	_, err = r.DeleteUsers(t.Context(), r.owner, append(slices.Clone(ids[:3]), 4711), nil, admin.Write{})
	r.refused(err, pbx.NotFound, "")
	_, err = r.DeleteUsers(t.Context(), r.owner, nil, nil, admin.Write{})
	r.onField(err, "ids", "10000")
	how := &admin.Resolution{Answers: []admin.Answer{{Way: admin.WayRemove}}}
	dry, err := r.DeleteUsers(t.Context(), r.owner, ids[:3], how, admin.Write{DryRun: true})
	if err != nil || dry.ID != 0 || len(dry.Items) == 0 {
		t.Fatalf("rehearsed %+v, %v", dry, err)
	}
	cs, err := r.DeleteUsers(t.Context(), r.owner, append(slices.Clone(ids[:3]), ids[0]), how, admin.Write{})
	r.ok(err)
	list, err := r.ListUsers(t.Context(), r.owner, admin.UserQuery{Group: g.ID})
	r.ok(err)
	if list.Total != 1 {
		t.Errorf("%d are left", list.Total)
	}
	_, _, err = r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	l, err := r.Leave(t.Context(), r.owner, ids[3])
	if err != nil || l.Leave.CallsTo != ids[2] {
		t.Errorf("restored to %+v, %v", l, err)
	}
}

func TestAGroupWhoseAccountsGoAsksForThoseWhoNameThem(t *testing.T) {
	r := newRig(t)
	g, lab := r.group("Sales"), r.group("Lab")
	anna, ben := r.user("Anna", "Berg", g.ID).User, r.user("Ben", "Carlsen", lab.ID).User
	_, err := r.leave(ben.ID, admin.LeavePatch{CallsTo: &anna.ID})
	r.ok(err)
	remove := func(res admin.Resolution) (pbx.ChangeSet, error) {
		res.ConfirmName = "Sales"
		return r.DeleteGroup(t.Context(), r.owner, g.ID, &res, admin.Write{})
	}
	_, err = remove(admin.Resolution{Accounts: admin.AccountsDelete})
	if d := r.deletion(err); len(d.References) != 1 || d.References[0].Name != "Ben Carlsen" || d.Accounts != 1 {
		t.Fatalf("asked %+v", d)
	}
	cs, err := remove(admin.Resolution{Accounts: admin.AccountsMove, MoveTo: lab.ID})
	r.ok(err)
	_, _, err = r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	_, err = remove(admin.Resolution{
		Accounts: admin.AccountsDelete, Answers: []admin.Answer{{Kind: pbx.KindLeave, Way: admin.WayRemove}},
	})
	r.ok(err)
	l, err := r.Leave(t.Context(), r.owner, ben.ID)
	if err != nil || l.Leave.CallsTo != 0 {
		t.Errorf("calls go to %+v, %v", l, err)
	}
}
