package admin_test

import (
	"slices"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) ringGroup(name, number string, members ...pbx.UserID) admin.RingGroupView {
	r.Helper()
	g, _, err := r.CreateRingGroup(r.Context(), r.owner, admin.RingGroupPatch{
		Name: &name, Number: &number, Members: &members,
	}, admin.Write{})
	r.ok(err)
	return g
}

func (r *rig) ringGroupNow(id pbx.RingGroupID) admin.RingGroupView {
	r.Helper()
	g, err := r.RingGroup(r.Context(), r.owner, id)
	r.ok(err)
	return g
}

func (r *rig) changeRingGroup(id pbx.RingGroupID, p admin.RingGroupPatch) (admin.RingGroupView, error) {
	r.Helper()
	g, _, err := r.UpdateRingGroup(r.Context(), r.owner, id, p, admin.Write{})
	return g, err
}

// ring changes who is called.
func (r *rig) ring(id pbx.RingGroupID, members ...pbx.UserID) {
	r.Helper()
	_, err := r.changeRingGroup(id, admin.RingGroupPatch{Members: &members})
	r.ok(err)
}

// three are people to ring.
func (r *rig) three() (anna, ben, cleo pbx.User) {
	r.Helper()
	g := r.group("Sales").ID
	return r.user("Anna", "Berg", g).User.User, r.user("Ben", "Carlsen", g).User.User, r.user("Cleo", "Dahl", g).User.User
}

func TestARingGroupIsKeptAsItIsWritten(t *testing.T) {
	r := newRig(t)
	anna, ben, _ := r.three()
	bare, _, err := r.CreateRingGroup(t.Context(), r.owner, admin.RingGroupPatch{Name: p("  Night ")}, admin.Write{})
	r.ok(err)
	if bare.Name != "Night" || bare.Number != "" || bare.Strategy != pbx.RingAll || bare.RingSeconds != 20 || !bare.SkipBusy ||
		bare.Members == nil || !bare.Then.IsZero() || bare.Version != 1 {
		t.Errorf("made of nothing but a name %+v", bare)
	}
	g, _, err := r.CreateRingGroup(t.Context(), r.owner, admin.RingGroupPatch{
		Name: p("Front desk"), Number: p("210"), Strategy: p(pbx.RingInTurn), Members: &[]pbx.UserID{ben.ID, anna.ID},
		RingSeconds: p(15), SkipBusy: p(false), Then: p(bare.Ref()),
	}, admin.Write{})
	r.ok(err)
	if g.People[0].DisplayName != "Ben Carlsen" || !g.People[1].Enabled || g.ThenName != "Night" || g.Then != bare.Ref() {
		t.Errorf("ring group %+v", g)
	}
	n, _, err := r.CreateOutsideNumber(t.Context(), r.owner, admin.OutsidePatch{
		Value: p("+45 33 73 65 01"), LeadsTo: p(g.Ref()),
	}, admin.Write{})
	r.ok(err)
	if n.LeadsToName != "Front desk" || n.Extension != "210" {
		t.Errorf("outside number %+v", n)
	}
	if g = r.ringGroupNow(g.ID); !slices.Equal(g.Outside, []string{"+4533736501"}) {
		t.Errorf("led to by %v", g.Outside)
	}
	page, err := r.ListRingGroups(t.Context(), r.owner, admin.Query{Search: "FRONT"})
	r.ok(err)
	if len(page.Items) != 1 || page.Total != 1 || jsonText(page.Items[0]) != jsonText(g) {
		t.Errorf("listed %s", jsonText(page))
	}
	_, _, err = r.UpdateRingGroup(t.Context(), r.owner, g.ID, admin.RingGroupPatch{Members: &[]pbx.UserID{}}, admin.Write{IfMatch: 7})
	r.refused(err, pbx.Stale, "meanwhile")
	v, err := r.changeRingGroup(g.ID, admin.RingGroupPatch{Then: &pbx.Ref{Kind: pbx.KindUser}})
	r.ok(err)
	if !v.Then.IsZero() || len(v.Members) != 2 || v.Version != 2 {
		t.Errorf("what is left out stays: %+v", v)
	}
	if cs := r.lastChange(); cs.Summary != "Ring group changed: Front desk" || cs.Items[0].Name != "Front desk" {
		t.Errorf("change %+v", cs)
	}
	_, err = r.changeRingGroup(bare.ID, admin.RingGroupPatch{Then: p(g.Ref())}) // a circle is the calls' to end
	r.ok(err)
	_, err = r.changeRingGroup(g.ID, admin.RingGroupPatch{Then: p(bare.Ref())})
	r.ok(err)
}

func TestWhatARingGroupIsRefused(t *testing.T) {
	r := newRig(t)
	anna, _, _ := r.three()
	night := r.ringGroup("Night", "")
	many := make([]pbx.UserID, 101)
	for i := range many {
		many[i] = pbx.UserID(i + 1)
	}
	for _, tt := range []struct {
		field, words string
		patch        admin.RingGroupPatch
	}{
		{"name", "needs a name", admin.RingGroupPatch{Name: p(" ")}},
		{"name", "already a ring group", admin.RingGroupPatch{Name: p("NIGHT")}},
		{"number", "", admin.RingGroupPatch{Number: p("desk")}},
		{"number", "the number of Anna Berg", admin.RingGroupPatch{Number: &anna.Number}},
		{"number", "emergency number", admin.RingGroupPatch{Number: p("1125")}},
		{"number", "feature code", admin.RingGroupPatch{Number: p("*43")}},
		{"strategy", "", admin.RingGroupPatch{Strategy: p(pbx.RingStrategy("random"))}},
		{"ringSeconds", "5 to 300", admin.RingGroupPatch{RingSeconds: p(4)}},
		{"memberIds", "no such account", admin.RingGroupPatch{Members: &[]pbx.UserID{anna.ID, 4711}}},
		{"memberIds", "no such account", admin.RingGroupPatch{Members: &[]pbx.UserID{r.owner.User}}}, // an operator
		{"memberIds", "listed once", admin.RingGroupPatch{Members: &[]pbx.UserID{anna.ID, anna.ID}}},
		{"memberIds", "at most 100", admin.RingGroupPatch{Members: &many}},
		{"then", "no such account", admin.RingGroupPatch{Then: p(pbx.User{ID: 4711}.Ref())}},
		{"then", "no such account", admin.RingGroupPatch{Then: p(pbx.User{ID: r.owner.User}.Ref())}},
		{"then", "no such ring group", admin.RingGroupPatch{Then: p(pbx.RingGroup{ID: 4711}.Ref())}},
		{"then", "an account or another ring group", admin.RingGroupPatch{Then: p(pbx.Group{ID: 1}.Ref())}},
	} {
		if tt.patch.Name == nil {
			tt.patch.Name = p("Desk")
		}
		if tt.words == "feature code" { // no number begins with *
			tt.words = ""
		}
		_, _, err := r.CreateRingGroup(t.Context(), r.owner, tt.patch, admin.Write{DryRun: true})
		r.onField(err, tt.field, tt.words)
	}
	_, err := r.changeRingGroup(night.ID, admin.RingGroupPatch{Then: p(night.Ref())})
	r.onField(err, "then", "can't go on to the ring group")
	_, err = r.changeRingGroup(99, admin.RingGroupPatch{})
	r.refused(err, pbx.NotFound, "no such ring group")
	for _, to := range []pbx.Ref{pbx.RingGroup{ID: 99}.Ref(), pbx.Group{ID: 1}.Ref()} {
		_, _, err = r.CreateOutsideNumber(t.Context(), r.owner, admin.OutsidePatch{Value: p("+4533736501"), LeadsTo: &to}, admin.Write{})
		r.onField(err, "leadsTo", "")
	}
}

func TestTheNumberOfARingGroupStandsInThePlan(t *testing.T) {
	r := newRig(t)
	anna, _, _ := r.three() // they have 200 to 202
	g := r.ringGroup("Front desk", "203")
	if o := r.occupancy("203"); o.State != admin.NumberTaken || o.Kind != pbx.DialRingGroup || o.Holder != g.Ref() ||
		o.HolderName != "Front desk" || o.Reason != `"203" is the number of Front desk.` {
		t.Errorf("occupancy %+v", o)
	}
	plan, err := r.ListNumbers(t.Context(), r.owner, admin.DialQuery{Kinds: []pbx.DialKind{pbx.DialRingGroup}})
	r.ok(err)
	if len(plan.Items) != 1 || plan.Items[0].HolderName != "Front desk" {
		t.Errorf("the plan has %+v", plan.Items)
	}
	if h := r.hold(r.owner, anna.HomeGroup); h.Number != "204" {
		t.Errorf("offered %+v", h)
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, anna.ID, admin.UserPatch{Number: p("203")}, admin.Write{})
	r.onField(err, "number", "the number of Front desk")
	_, err = r.changeRingGroup(g.ID, admin.RingGroupPatch{Number: p("204")})
	r.onField(err, "number", "is kept for a form")
	_, err = r.changeRingGroup(g.ID, admin.RingGroupPatch{Number: p("210")})
	r.ok(err)
	renumbered := r.lastChange()
	if r.occupancy("203").State != admin.NumberFree || r.occupancy("210").Holder != g.Ref() {
		t.Error("renumbered it has the new one and not the old one")
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, anna.ID, admin.UserPatch{Number: p("203")}, admin.Write{})
	r.ok(err)
	out, _, err := r.Undo(t.Context(), r.owner, renumbered.ID, nil, admin.Write{DryRun: true})
	r.ok(err)
	if len(out.Left) != 1 || out.Left[0].Reason != "203 is taken now." || !slices.Equal(out.Left[0].Fields, []string{"number"}) {
		t.Errorf("undo left %+v", out.Left)
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, anna.ID, admin.UserPatch{Number: &anna.Number}, admin.Write{})
	r.ok(err)
	_, _, err = r.Undo(t.Context(), r.owner, renumbered.ID, nil, admin.Write{})
	r.ok(err)
	if r.ringGroupNow(g.ID).Number != "203" || r.occupancy("203").Holder != g.Ref() || r.occupancy("210").State != admin.NumberFree {
		t.Error("undone it has the old one")
	}
	_, err = r.changeRingGroup(g.ID, admin.RingGroupPatch{Number: p("")})
	r.ok(err)
	if r.occupancy("203").State != admin.NumberFree {
		t.Error("without a number it keeps one")
	}
}

func TestWhoIsDeletedLeavesHisRingGroupsAsIsAnswered(t *testing.T) {
	r := newRig(t)
	anna, ben, cleo := r.three()
	front, desk := r.ringGroup("Front desk", "210", anna.ID, ben.ID, cleo.ID), r.ringGroup("Desk", "", ben.ID)
	_, err := r.changeRingGroup(desk.ID, admin.RingGroupPatch{Then: p(ben.Ref())})
	r.ok(err)
	f, err := r.Forwarding(t.Context(), r.owner, ben.ID)
	r.ok(err)
	if len(f.RingGroups) != 2 || f.RingGroups[0].Name != "Desk" || f.RingGroups[1].Number != "210" {
		t.Errorf("he is in %+v", f.RingGroups)
	}
	d, err := r.UserDeletion(t.Context(), r.owner, ben.ID)
	r.ok(err)
	if len(d.Questions) != 2 || d.Questions[0].Field != "members" || d.Questions[0].Count != 2 || d.Questions[1].Field != "then" ||
		d.References[0].Of != desk.Ref() && d.References[0].Of != front.Ref() {
		t.Errorf("asked %+v", d)
	}
	_, err = r.DeleteUser(t.Context(), r.owner, ben.ID, nil, admin.Write{})
	r.refused(err, pbx.Conflict, "refer to it")
	answer := func(way admin.Way, to pbx.UserID) *admin.Resolution {
		return &admin.Resolution{Answers: []admin.Answer{
			{Way: admin.WayRemove}, {Kind: pbx.KindRingGroup, Field: "members", Way: way, To: int64(to)},
		}}
	}
	for _, tt := range []struct {
		name        string
		how         *admin.Resolution
		front, desk []pbx.UserID
	}{
		{"removed", answer(admin.WayRemove, 0), []pbx.UserID{anna.ID, cleo.ID}, nil},
		{"a member keeps his place", answer(admin.WayReroute, cleo.ID), []pbx.UserID{anna.ID, cleo.ID}, []pbx.UserID{cleo.ID}},
	} {
		gone, err := r.DeleteUser(t.Context(), r.owner, ben.ID, tt.how, admin.Write{})
		r.ok(err)
		if a, b := r.ringGroupNow(front.ID), r.ringGroupNow(desk.ID); !slices.Equal(a.Members, tt.front) ||
			!slices.Equal(b.Members, tt.desk) || !b.Then.IsZero() {
			t.Errorf("%s: %v and %v", tt.name, a.Members, b.Members)
		}
		_, _, err = r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
		r.ok(err)
		if a, b := r.ringGroupNow(front.ID), r.ringGroupNow(desk.ID); !slices.Equal(a.Members, front.Members) ||
			!slices.Equal(b.Members, desk.Members) || b.Then != ben.Ref() {
			t.Errorf("%s and restored: %v, %v, then %v", tt.name, a.Members, b.Members, b.Then)
		}
	}
	gone, err := r.DeleteUser(t.Context(), r.owner, ben.ID, answer(admin.WayRemove, 0), admin.Write{})
	r.ok(err)
	_, _, err = r.Undo(t.Context(), r.owner, gone.ID, nil, admin.Write{})
	r.ok(err)
	if a, b := r.ringGroupNow(front.ID), r.ringGroupNow(desk.ID); !slices.Equal(a.Members, front.Members) || b.Then != ben.Ref() {
		t.Errorf("undone: %v, then %v", a.Members, b.Then)
	}
}

func TestWhoComesBackStandsWhereHeStood(t *testing.T) {
	r := newRig(t)
	anna, ben, cleo := r.three()
	dora, emil := r.user("Dora", "Ek", anna.HomeGroup).User, r.user("Emil", "Falk", anna.HomeGroup).User
	g := r.ringGroup("Front desk", "", anna.ID, ben.ID, cleo.ID)
	_, err := r.changeRingGroup(g.ID, admin.RingGroupPatch{Then: p(ben.Ref())})
	r.ok(err)
	gone, err := r.DeleteUser(t.Context(), r.owner, ben.ID, nobody(), admin.Write{})
	r.ok(err)
	_, err = r.changeRingGroup(g.ID, admin.RingGroupPatch{ // changed since
		Members: &[]pbx.UserID{dora.ID, anna.ID, cleo.ID}, Then: p(emil.Ref()),
	})
	r.ok(err)
	_, _, err = r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	if v := r.ringGroupNow(g.ID); !slices.Equal(v.Members, []pbx.UserID{dora.ID, anna.ID, ben.ID, cleo.ID}) || v.Then != emil.Ref() {
		t.Errorf("members %v, then %v", v.Members, v.Then)
	}
	both, err := r.DeleteUsers(t.Context(), r.owner, []pbx.UserID{dora.ID, ben.ID}, nobody(), admin.Write{})
	r.ok(err)
	r.ring(g.ID, emil.ID)
	_, _, err = r.Restore(t.Context(), r.owner, both.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	if v := r.ringGroupNow(g.ID); !slices.Equal(v.Members, []pbx.UserID{dora.ID, ben.ID, emil.ID}) {
		t.Errorf("members %v", v.Members)
	}
}

func TestDeletingAGroupAsksAboutTheRingGroupsOfItsPeople(t *testing.T) {
	r := newRig(t)
	anna, ben, cleo := r.three()
	lab := r.group("Lab")
	dora := r.user("Dora", "Ek", lab.ID).User
	g := r.ringGroup("Front desk", "210", anna.ID, dora.ID, ben.ID, cleo.ID)
	how := &admin.Resolution{Accounts: admin.AccountsDelete, ConfirmName: "Sales"}
	_, err := r.DeleteGroup(t.Context(), r.owner, anna.HomeGroup, how, admin.Write{})
	r.refused(err, pbx.Conflict, "refer to it")
	how.Answers = nobody().Answers
	gone, err := r.DeleteGroup(t.Context(), r.owner, anna.HomeGroup, how, admin.Write{})
	r.ok(err)
	if v := r.ringGroupNow(g.ID); !slices.Equal(v.Members, []pbx.UserID{dora.ID}) {
		t.Errorf("members %v", v.Members)
	}
	_, _, err = r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	if v := r.ringGroupNow(g.ID); !slices.Equal(v.Members, g.Members) {
		t.Errorf("back %v", v.Members)
	}
}

func TestDeletingARingGroupAsksAboutWhatLeadsToIt(t *testing.T) {
	r := newRig(t)
	anna, _, _ := r.three()
	front, night := r.ringGroup("Front desk", "210", anna.ID), r.ringGroup("Night", "211")
	before, err := r.changeRingGroup(night.ID, admin.RingGroupPatch{Then: p(front.Ref())})
	r.ok(err)
	n, _, err := r.CreateOutsideNumber(t.Context(), r.owner, admin.OutsidePatch{Value: p("+4533736501"), LeadsTo: p(front.Ref())}, admin.Write{})
	r.ok(err)
	leads := func() pbx.Ref {
		t.Helper()
		v, err := r.OutsideNumber(t.Context(), r.owner, n.ID)
		r.ok(err)
		return v.LeadsTo
	}
	d, err := r.RingGroupDeletion(t.Context(), r.owner, front.ID)
	r.ok(err)
	if len(d.Questions) != 2 || d.Questions[0].To != pbx.KindRingGroup || len(d.References) != 2 || d.References[0].ToName != "Front desk" {
		t.Errorf("asked %+v", d)
	}
	_, err = r.DeleteRingGroup(t.Context(), r.owner, front.ID, nil, admin.Write{})
	r.refused(err, pbx.Conflict, "refer to it")
	to := func(id pbx.RingGroupID) *admin.Resolution {
		return &admin.Resolution{Answers: []admin.Answer{
			{Way: admin.WayRemove}, {Kind: pbx.KindOutsideNumber, Way: admin.WayReroute, To: int64(id)},
		}}
	}
	_, err = r.DeleteRingGroup(t.Context(), r.owner, front.ID, to(front.ID), admin.Write{})
	r.refused(err, pbx.Conflict, "another ring group")
	gone, err := r.DeleteRingGroup(t.Context(), r.owner, front.ID, to(night.ID), admin.Write{})
	r.ok(err)
	if leads() != night.Ref() || !r.ringGroupNow(night.ID).Then.IsZero() || r.occupancy("210").State != admin.NumberFree {
		t.Errorf("leads to %v, then %v", leads(), r.ringGroupNow(night.ID).Then)
	}
	list, err := r.ListDeleted(t.Context(), r.owner, admin.Query{})
	r.ok(err)
	if len(list.Items) != 1 || list.Items[0].Name != "Front desk" {
		t.Errorf("in the trash %+v", list.Items)
	}
	back, restored, err := r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	v := r.ringGroupNow(front.ID)
	if back.Subject != front.Ref() || len(back.Notes) != 0 || v.Number != "210" || r.occupancy("210").Holder != front.Ref() ||
		leads() != front.Ref() || r.ringGroupNow(night.ID).Then != front.Ref() {
		t.Errorf("came back %+v, %+v", back, v)
	}
	_, _, err = r.Undo(t.Context(), r.owner, restored.ID, nil, admin.Write{})
	r.ok(err)
	if _, err := r.RingGroup(t.Context(), r.owner, front.ID); pbx.KindOf(err) != pbx.NotFound || leads() != night.Ref() {
		t.Errorf("the restore undone: %v, leads to %v", err, leads())
	}
	_, _, err = r.Undo(t.Context(), r.owner, gone.ID, nil, admin.Write{})
	r.ok(err)
	if leads() != front.Ref() || r.ringGroupNow(night.ID).Then != before.Then || r.occupancy("210").Holder != front.Ref() {
		t.Errorf("the deletion undone: leads to %v", leads())
	}
}

func TestARestoredRingGroupSaysWhatItLacks(t *testing.T) {
	r := newRig(t)
	anna, ben, cleo := r.three()
	front := r.ringGroup("Front desk", "210", anna.ID, ben.ID)
	_, err := r.changeRingGroup(front.ID, admin.RingGroupPatch{Then: p(cleo.Ref())})
	r.ok(err)
	gone, err := r.DeleteRingGroup(t.Context(), r.owner, front.ID, nil, admin.Write{})
	r.ok(err)
	_, err = r.DeleteUsers(t.Context(), r.owner, []pbx.UserID{anna.ID, cleo.ID}, nil, admin.Write{})
	r.ok(err)
	r.ringGroup("Front Desk", "210")
	back, _, err := r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	want := []string{
		"There is another ring group Front desk now: this one came back as Front desk (2).",
		"The number 210 is taken now: Front desk (2) came back without one.",
		"Front desk (2) came back without members who are gone.",
		"Calls that nobody takes at Front desk (2) end there: who got them is gone.",
	}
	v := r.ringGroupNow(front.ID)
	if !slices.Equal(back.Notes, want) || v.Number != "" || !slices.Equal(v.Members, []pbx.UserID{ben.ID}) || !v.Then.IsZero() {
		t.Errorf("came back %+v with the notes\n%s", v, strings.Join(back.Notes, "\n"))
	}
}

func TestUndoingTheMakingOfARingGroup(t *testing.T) {
	r := newRig(t)
	anna, _, _ := r.three()
	g := r.ringGroup("Front desk", "210", anna.ID)
	made := r.lastChange()
	_, _, err := r.CreateOutsideNumber(t.Context(), r.owner, admin.OutsidePatch{Value: p("+4533736501"), LeadsTo: p(g.Ref())}, admin.Write{})
	r.ok(err)
	out, _, err := r.Undo(t.Context(), r.owner, made.ID, nil, admin.Write{DryRun: true})
	r.ok(err)
	if len(out.Left) != 1 || !strings.Contains(out.Left[0].Reason, "refer to it now") {
		t.Errorf("left %+v", out.Left)
	}
	_, _, err = r.Undo(t.Context(), r.owner, made.ID, []pbx.Ref{g.Ref()}, admin.Write{})
	r.ok(err)
	if _, err := r.RingGroup(t.Context(), r.owner, g.ID); pbx.KindOf(err) != pbx.NotFound || r.occupancy("210").State != admin.NumberFree {
		t.Errorf("undone it is %v", err)
	}
}

func TestUndoLeavesMembersWhoAreGone(t *testing.T) {
	r := newRig(t)
	anna, ben, cleo := r.three()
	g := r.ringGroup("Front desk", "", anna.ID, ben.ID)
	_, err := r.changeRingGroup(g.ID, admin.RingGroupPatch{Then: p(ben.Ref())})
	r.ok(err)
	_, err = r.changeRingGroup(g.ID, admin.RingGroupPatch{Members: &[]pbx.UserID{cleo.ID}, Then: &pbx.Ref{}})
	r.ok(err)
	changed := r.lastChange()
	_, err = r.DeleteUser(t.Context(), r.owner, ben.ID, nil, admin.Write{})
	r.ok(err)
	out, _, err := r.Undo(t.Context(), r.owner, changed.ID, nil, admin.Write{})
	r.ok(err)
	if v := r.ringGroupNow(g.ID); len(out.Left) != 2 || !slices.Equal(v.Members, []pbx.UserID{anna.ID}) || !v.Then.IsZero() {
		t.Errorf("left %+v, ring group %+v", out.Left, v)
	}
}

func TestAFileOfOutsideNumbersLeavesThoseOfRingGroups(t *testing.T) {
	r := newRig(t)
	anna, _, _ := r.three()
	g := r.ringGroup("Front desk", "210", anna.ID)
	file := "number,user,note\n+4533736501,210,Desk\n+4533736502,Anna.Berg,\n"
	result, _, err := r.ImportOutside(t.Context(), r.owner, file, admin.Write{})
	r.ok(err)
	if result.Rows[0].LeadsTo != g.Ref() || result.Rows[0].Name != "Front desk" || result.Rows[1].LeadsTo != anna.Ref() {
		t.Errorf("rows %+v", result.Rows)
	}
	result, _, err = r.ImportOutside(t.Context(), r.owner, "number,note\n+4533736501,Front\n", admin.Write{})
	r.ok(err)
	if result.Rows[0].LeadsTo != g.Ref() || result.Changed != 1 {
		t.Errorf("rows %+v", result.Rows)
	}
}

func TestAGroupAdministratorKnowsOfNoRingGroups(t *testing.T) {
	r := newRig(t)
	anna, ben, _ := r.three()
	gina, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Gina"), HomeGroup: &anna.HomeGroup, Role: p(pbx.RoleGroupAdmin),
	}, admin.Write{})
	r.ok(err)
	his := admin.ActorFor(gina.User.User, "test")
	g := r.ringGroup("Front desk", "210", anna.ID, ben.ID, gina.User.ID)
	page, err := r.ListRingGroups(t.Context(), his, admin.Query{})
	r.ok(err)
	if len(page.Items) != 0 || page.Total != 0 {
		t.Errorf("sees %+v", page)
	}
	_, err = r.RingGroup(t.Context(), his, g.ID)
	r.refused(err, pbx.NotFound, "no such ring group")
	_, _, err = r.UpdateRingGroup(t.Context(), his, g.ID, admin.RingGroupPatch{}, admin.Write{})
	r.refused(err, pbx.Forbidden, "")
	if o, err := r.Occupancy(t.Context(), his, "210", 0); err != nil || o.HolderName != "" || o.Kind != "" {
		t.Errorf("occupancy %+v, %v", o, err)
	}
	if f, err := r.Forwarding(t.Context(), his, anna.ID); err != nil || len(f.RingGroups) != 0 {
		t.Errorf("of Anna he is told %+v, %v", f.RingGroups, err)
	}
	if f, err := r.MyForwarding(t.Context(), his); err != nil || len(f.RingGroups) != 1 {
		t.Errorf("of himself he is told %+v, %v", f.RingGroups, err)
	}
	_, err = r.DeleteUser(t.Context(), his, anna.ID, nil, admin.Write{})
	r.ok(err)
	if v := r.ringGroupNow(g.ID); slices.Contains(v.Members, anna.ID) {
		t.Errorf("members %v", v.Members)
	}
}
