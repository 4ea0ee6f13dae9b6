package admin_test

import (
	"errors"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func TestNewGroupNeedsOnlyAName(t *testing.T) {
	r := newRig(t)
	g, cs, err := r.CreateGroup(t.Context(), r.owner, admin.GroupPatch{Name: p("  Sales ")}, admin.Write{})
	r.ok(err)
	if g.Name != "Sales" || g.ProfileName != pbx.DefaultProfile || g.ID != 1 || g.Version != 1 {
		t.Errorf("got %+v", g)
	}
	if cs.ID == 0 || cs.Summary != "Group created: Sales" || cs.ActorName != "Olga Owner" || len(cs.Items) != 1 {
		t.Errorf("change set %+v", cs)
	}
	_, _, err = r.CreateGroup(t.Context(), r.owner, admin.GroupPatch{Name: p("sALES")}, admin.Write{})
	r.onField(err, "name", "already a group")
	_, _, err = r.CreateGroup(t.Context(), r.owner, admin.GroupPatch{}, admin.Write{})
	r.onField(err, "name", "needs a name")
	_, _, err = r.CreateGroup(t.Context(), r.owner, admin.GroupPatch{Name: p("x"), ITEmail: p("nobody")}, admin.Write{})
	r.onField(err, "itEmail", "not an e-mail")
}

func TestANewGroupGoesToTheBottomAndCanBeMoved(t *testing.T) {
	r := newRig(t)
	for _, n := range []string{"A", "B", "C"} {
		r.group(n)
	}
	_, _, err := r.UpdateGroup(t.Context(), r.owner, 3, admin.GroupPatch{Position: p(1)}, admin.Write{})
	r.ok(err)
	page, err := r.ListGroups(t.Context(), r.owner, admin.GroupQuery{})
	r.ok(err)
	var names []string
	for _, g := range page.Items {
		names = append(names, g.Name)
	}
	if got := strings.Join(names, ""); got != "CAB" {
		t.Errorf("order %s", got)
	}
}

func TestDeletingAnEmptyGroupAsksNothing(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	cs, err := r.DeleteGroup(t.Context(), r.owner, g.ID, nil, admin.Write{})
	r.ok(err)
	if cs.Summary != "Group deleted: Sales" {
		t.Errorf("summary %q", cs.Summary)
	}
	_, err = r.Group(t.Context(), r.owner, g.ID)
	r.refused(err, pbx.NotFound, "")
}

func TestDeletingAGroupWithAccountsWantsAnAnswerAndTheName(t *testing.T) {
	r := newRig(t)
	g, other := r.group("Sales"), r.group("Support")
	a := r.user("Anna", "Berg", g.ID)
	b := r.user("Bo", "Ek", g.ID)
	_, err := r.DeleteGroup(t.Context(), r.owner, g.ID, nil, admin.Write{})
	r.refused(err, pbx.Conflict, "deleted with it or moved")
	e, _ := errors.AsType[*pbx.Error](err)
	d, ok := e.Detail.(*admin.Deletion)
	if !ok || d.Accounts != 2 || len(d.Sample) != 2 || !d.NameMustBeTyped || d.Removed[pbx.KindUser] != 2 ||
		d.Removed[pbx.KindDevice] != 2 {
		t.Fatalf("detail %+v", e.Detail)
	}
	_, err = r.DeleteGroup(t.Context(), r.owner, g.ID, &admin.Resolution{Accounts: "delete", ConfirmName: "Sale"},
		admin.Write{})
	r.refused(err, pbx.Conflict, "Type the group's name")

	t.Run("moved", func(t *testing.T) {
		cs, err := r.DeleteGroup(t.Context(), r.owner, g.ID,
			&admin.Resolution{Accounts: "move", MoveTo: other.ID, ConfirmName: "Sales"}, admin.Write{})
		r.ok(err)
		u, err := r.User(t.Context(), r.owner, a.User.ID)
		r.ok(err)
		if u.GroupName != "Support" {
			t.Errorf("moved to %q", u.GroupName)
		}
		_, _, err = r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
		r.ok(err)
		if u, err = r.User(t.Context(), r.owner, a.User.ID); err != nil || u.GroupName != "Sales" {
			t.Errorf("after undo: %q, %v", u.GroupName, err)
		}
	})
	t.Run("deleted and restored", func(t *testing.T) {
		cs, err := r.DeleteGroup(t.Context(), r.owner, g.ID,
			&admin.Resolution{Accounts: "delete", ConfirmName: " sales "}, admin.Write{})
		r.ok(err)
		_, err = r.User(t.Context(), r.owner, b.User.ID)
		r.refused(err, pbx.NotFound, "")
		list, err := r.ListDeleted(t.Context(), r.owner, admin.Query{})
		r.ok(err)
		if len(list.Items) != 1 || list.Items[0].Name != "Sales" || list.Items[0].With[pbx.KindUser] != 2 {
			t.Fatalf("recently deleted %+v", list.Items)
		}
		back, _, err := r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{})
		r.ok(err)
		if back.Name != "Sales" || len(back.Notes) != 0 {
			t.Errorf("restored %+v", back)
		}
		u, err := r.User(t.Context(), r.owner, b.User.ID)
		r.ok(err)
		if u.Number != b.User.Number || u.SIPUsername != b.User.SIPUsername || u.GroupName != "Sales" {
			t.Errorf("came back as %+v", u)
		}
		if _, _, err = r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{}); pbx.KindOf(err) != pbx.NotFound {
			t.Errorf("restored twice: %v", err)
		}
	})
}

func TestTwoAdministratorsSaveTheSameGroup(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	_, _, err := r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{City: p("Roma"), Phone: p("1")}, admin.Write{})
	r.ok(err)
	_, _, err = r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{City: p("Milano")}, admin.Write{IfMatch: g.Version})
	r.refused(err, pbx.Stale, "meanwhile")
	e, _ := errors.AsType[*pbx.Error](err)
	d, ok := e.Detail.(*pbx.StaleDetail)
	if !ok || len(d.Fields) != 2 || d.Version != 2 {
		t.Fatalf("detail %+v", e.Detail)
	}
	f := d.Fields[0]
	if f.Field != "city" || f.ChangedBy != "Olga Owner" || jsonText(f.Theirs) != `"Roma"` || jsonText(f.Yours) != `"Milano"` {
		t.Errorf("field %+v", f)
	}
}

func TestSavingNothingNewMakesNoChangeSet(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	before := r.lastChange().ID
	row, cs, err := r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{Name: p("Sales")}, admin.Write{})
	r.ok(err)
	if cs.ID != 0 || row.Version != g.Version || r.lastChange().ID != before {
		t.Errorf("change set %d, version %d", cs.ID, row.Version)
	}
}

func TestADryRunShowsAndKeepsNothing(t *testing.T) {
	r := newRig(t)
	before := r.lastChange().ID
	g, cs, err := r.CreateGroup(t.Context(), r.owner, admin.GroupPatch{Name: p("Sales")}, admin.Write{DryRun: true})
	r.ok(err)
	if cs.ID != 0 || len(cs.Items) != 1 || g.ID >= 0 {
		t.Errorf("dry run gave id %d, change set %+v", g.ID, cs)
	}
	if r.lastChange().ID != before {
		t.Error("something was written")
	}
	_, _, err = r.CreateGroup(t.Context(), r.owner, admin.GroupPatch{Name: p("")}, admin.Write{DryRun: true})
	r.onField(err, "name", "")
}

func TestAnIdempotencyKeyAnswersAgain(t *testing.T) {
	r := newRig(t)
	w := admin.Write{IdempotencyKey: "k1", Fingerprint: "f1"}
	a, cs, err := r.CreateGroup(t.Context(), r.owner, admin.GroupPatch{Name: p("Sales")}, w)
	r.ok(err)
	b, again, err := r.CreateGroup(t.Context(), r.owner, admin.GroupPatch{Name: p("Sales")}, w)
	r.ok(err)
	if a != b || again.ID != cs.ID || !again.Replayed {
		t.Errorf("second answer %+v, %+v", b, again)
	}
	w.Fingerprint = "f2"
	_, _, err = r.CreateGroup(t.Context(), r.owner, admin.GroupPatch{Name: p("Other")}, w)
	r.refused(err, pbx.Conflict, "another request")
}
