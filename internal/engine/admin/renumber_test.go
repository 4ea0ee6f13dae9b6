package admin_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) renumber(in admin.RenumberInput) ([]admin.Renumbered, pbx.ChangeSet, error) {
	r.Helper()
	return r.Renumber(r.Context(), r.owner, in, admin.Write{})
}

func (r *rig) numbered(first, number string, g pbx.GroupID, aliases ...string) admin.UserView {
	r.Helper()
	u, _, err := r.CreateUser(r.Context(), r.owner, admin.UserPatch{
		FirstName: &first, LastName: p("Berg"), HomeGroup: &g, Number: &number, Aliases: &aliases,
	}, admin.Write{})
	r.ok(err)
	return u.User
}

func (r *rig) at(value string) pbx.UserID {
	r.Helper()
	return pbx.UserID(r.occupancy(value).Holder.ID)
}

func TestNumbersAreExchangedInOneChangeSet(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	a, b, c := r.numbered("Anna", "201", g.ID), r.numbered("Ben", "202", g.ID), r.numbered("Cleo", "203", g.ID, "299")
	rows, cs, err := r.renumber(admin.RenumberInput{
		Changes:   []admin.NumberChange{{Old: "201", New: "202"}, {Old: "202", New: "201"}, {Old: "203", New: "299"}},
		KeepUntil: r.now.AddDate(0, 1, 0),
	})
	r.ok(err)
	if r.at("201") != b.ID || r.at("202") != a.ID || r.at("299") != c.ID || r.at("203") != c.ID {
		t.Errorf("the plan after %+v", rows)
	}
	if rows[0].Note == "" || rows[0].KeptUntil != (time.Time{}) || rows[2].KeptUntil.IsZero() {
		t.Errorf("told %+v", rows)
	}
	v, err := r.User(t.Context(), r.owner, c.ID)
	r.ok(err)
	if v.SIPUsername != "203" || !slices.Equal(v.Aliases, []string{"203"}) || v.Number != "299" {
		t.Errorf("user %+v", v)
	}
	r.now = r.now.AddDate(0, 1, 0)
	r.carryOut(1)
	if o := r.occupancy("203"); o.State != admin.NumberFree {
		t.Errorf("the old number is %+v after its time", o)
	}
	out, _, err := r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	if r.at("201") != a.ID || r.at("202") != b.ID || r.at("203") != c.ID || len(out.Left) > 0 {
		t.Errorf("undone to another plan, left %+v", out.Left)
	}
}

func TestNumbersFollowARule(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	a, b := r.numbered("Anna", "201", g.ID), r.numbered("Ben", "217", g.ID)
	r.numbered("Cleo", "301", g.ID, "5217")
	r.numbered("Dan", "2201", g.ID)
	dry, cs, err := r.Renumber(t.Context(), r.owner, admin.RenumberInput{Rule: "2xx -> 52xx"}, admin.Write{DryRun: true})
	r.ok(err)
	if len(dry) != 2 || dry[0].Problem != "" || !strings.Contains(dry[1].Problem, "alias of Cleo") || cs.ID != 0 {
		t.Errorf("rehearsed %+v", dry)
	}
	_, _, err = r.renumber(admin.RenumberInput{Rule: "2xx -> 52xx"})
	r.onField(err, "changes[1]", "Cleo")
	if r.at("201") != a.ID {
		t.Error("a part of it was done")
	}
	_, _, err = r.renumber(admin.RenumberInput{Rule: "2xx -> 62xx"})
	r.ok(err)
	if r.at("6201") != a.ID || r.at("6217") != b.ID || r.occupancy("201").State != admin.NumberFree {
		t.Error("the rule was not followed")
	}
	_, _, err = r.renumber(admin.RenumberInput{Rule: "9xx -> 8xx"})
	r.onField(err, "rule", "No account")
}

func TestWhatRenumberingRefuses(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	r.numbered("Anna", "201", g.ID)
	r.numbered("Ben", "202", g.ID, "ben")
	for name, c := range map[string]struct {
		change admin.NumberChange
		words  string
	}{
		"nobody's":      {admin.NumberChange{Old: "555", New: "203"}, "Nobody"},
		"an alias":      {admin.NumberChange{Old: "ben", New: "203"}, "Nobody"},
		"taken":         {admin.NumberChange{Old: "201", New: "202"}, "Ben"},
		"an emergency":  {admin.NumberChange{Old: "201", New: "112"}, "emergency"},
		"not a number":  {admin.NumberChange{Old: "201", New: "20x"}, "digits"},
		"none":          {admin.NumberChange{Old: "201", New: ""}, "needed"},
		"a held number": {admin.NumberChange{Old: "201", New: "*43"}, "digits"},
	} {
		_, _, err := r.renumber(admin.RenumberInput{Changes: []admin.NumberChange{c.change}})
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, _, err := r.renumber(admin.RenumberInput{
		Changes: []admin.NumberChange{{Old: "201", New: "203"}, {Old: "201", New: "204"}},
	})
	r.onField(err, "changes[1]", "twice")
	_, _, err = r.renumber(admin.RenumberInput{})
	r.onField(err, "changes", "10000")
	_, _, err = r.renumber(admin.RenumberInput{
		Changes: []admin.NumberChange{{Old: "201", New: "203"}}, KeepUntil: r.now,
	})
	r.onField(err, "keepUntil", "to come")
}

func TestReadingAListOfNumbers(t *testing.T) {
	want := []admin.NumberChange{{Old: "201", New: "5201"}, {Old: "0202", New: "5202"}}
	for _, text := range []string{
		"201,5201\n0202,5202\n", "old;new\r\n201;5201\r\n0202;5202\r\n", "\ufeffold,new\n\"201\", 5201\n0202,5202",
		"201\t5201\n0202\t5202",
	} {
		got, err := admin.ReadRenumbering(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
	for text, words := range map[string]string{
		"201,5201\n202": "Line 2", "201,5201,x": "Line 1", "\"201": "Line 1", strings.Repeat("11,12\n", 10_001): "more than",
	} {
		if _, err := admin.ReadRenumbering(text); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestARenamedUserSignsInByTheOldNameForATime(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Anna"), LastName: p("Berg"), HomeGroup: &g.ID, Email: p("anna.berg@example.com"),
		Aliases: &[]string{"berg"},
	}, admin.Write{})
	r.ok(err)
	id := u.User.ID
	see, cs, err := r.Rename(t.Context(), r.owner, id, admin.RenameInput{LastName: p("Dahl")}, admin.Write{DryRun: true})
	r.ok(err)
	if see.Username != "anna.dahl" || see.Email != "anna.dahl@example.com" || see.Alias != "dahl" || len(see.Follows) != 2 ||
		cs.ID != 0 {
		t.Errorf("offered %+v", see)
	}
	_, _, err = r.Rename(t.Context(), r.owner, id, admin.RenameInput{
		LastName: p("Dahl"), Username: &see.Username, Email: &see.Email, Alias: &see.Alias,
	}, admin.Write{})
	r.ok(err)
	renamed := r.lastChange()
	o := r.occupancy("anna.berg")
	if o.Kind != pbx.DialFormer || !o.Until.Equal(r.now.AddDate(0, 0, 90)) || r.at("anna.dahl") != id || r.at("dahl") != id {
		t.Errorf("the old username is %+v", o)
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, id, admin.UserPatch{Username: p("anna.berg")}, admin.Write{})
	r.ok(err)
	back := r.lastChange()
	if o := r.occupancy("anna.berg"); o.Kind != pbx.DialUsername || !o.Until.IsZero() {
		t.Errorf("taken back as %+v", o)
	}
	for _, cs := range []pbx.ChangeSet{back, renamed} {
		out, _, err := r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
		r.ok(err)
		if len(out.Left) > 0 {
			t.Errorf("undo left %+v", out.Left)
		}
	}
	v, err := r.User(t.Context(), r.owner, id)
	r.ok(err)
	if v.Username != "anna.berg" || v.LastName != "Berg" || !slices.Equal(v.Aliases, []string{"berg"}) ||
		r.occupancy("anna.dahl").State != admin.NumberFree {
		t.Errorf("undone to %+v", v)
	}
}

func TestAnExtensionIsHandedOver(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Anna"), LastName: p("Berg"), HomeGroup: &g.ID, Email: p("anna@example.com"), Mobile: p("+45 1"),
		Aliases: &[]string{"anna", "299"}, Role: p(pbx.RoleAdministrator), Department: p("Desk"),
	}, admin.Write{})
	r.ok(err)
	id := u.User.ID
	_, _, _, err = r.CreateToken(t.Context(), r.owner, admin.TokenInput{Name: "script", User: id}, admin.Write{})
	r.ok(err)
	_, err = r.leave(id, admin.LeavePatch{})
	r.ok(err)
	n, _, err := r.HandOver(t.Context(), r.owner, id, admin.HandOverInput{FirstName: "Ben", LastName: "Carlsen"}, admin.Write{})
	r.ok(err)
	v := n.User
	if v.Number != u.User.Number || v.SIPUsername != u.User.SIPUsername || v.Username != "ben.carlsen" || v.Email != "" ||
		v.Mobile != "" || v.Department != "Desk" || v.Role != pbx.RoleUser || !v.Enabled ||
		!slices.Equal(v.Aliases, []string{"299"}) {
		t.Errorf("handed over as %+v", v)
	}
	old, now := u.Secrets, n.Secrets
	if now.PortalPassword.IsZero() || now.VoicemailPIN.IsZero() || now.SIPPassword.IsZero() ||
		now.PortalPassword.Reveal() == old.PortalPassword.Reveal() || now.SIPPassword.Reveal() == old.SIPPassword.Reveal() {
		t.Error("a secret is the former person's")
	}
	tokens, err := r.ListTokens(t.Context(), r.owner, admin.Query{})
	r.ok(err)
	if len(tokens.Items) != 0 || r.occupancy("anna.berg").State != admin.NumberFree {
		t.Error("something of the former person still counts")
	}
	_, _, err = r.HandOver(t.Context(), r.owner, r.owner.User, admin.HandOverInput{FirstName: "Eve"}, admin.Write{})
	r.refused(err, pbx.Conflict, "your own")
	_, _, err = r.HandOver(t.Context(), r.owner, id, admin.HandOverInput{}, admin.Write{})
	r.onField(err, "lastName", "needed")
}

func TestARestoreProposesAnotherNumber(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	a := r.numbered("Anna", "201", g.ID)
	cs, err := r.DeleteUser(t.Context(), r.owner, a.ID, nil, admin.Write{})
	r.ok(err)
	_, err = r.ReleaseNumber(t.Context(), r.owner, "201", admin.Write{})
	r.ok(err)
	r.numbered("Ben", "201", g.ID)
	_, _, err = r.Restore(t.Context(), r.owner, cs.ID, admin.AskNumbers, admin.Write{})
	r.refused(err, pbx.Conflict, "201 is taken")
	e, _ := errors.AsType[*pbx.Error](err)
	d, ok := e.Detail.(*admin.RestoreProposal)
	if !ok || len(d.Taken) != 1 || d.Taken[0].Next != "200" || !strings.Contains(d.Taken[0].By, "Ben") ||
		d.Taken[0].User.DisplayName != "Anna Berg" {
		t.Fatalf("proposed %+v", e.Detail)
	}
	_, _, err = r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	if r.at("200") != a.ID {
		t.Error("she has another number than proposed")
	}
}

func TestNamesThatEndAreShownAndEndedSooner(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u := r.numbered("Anna", "201", g.ID, "front")
	_, _, err := r.renumber(admin.RenumberInput{
		Changes: []admin.NumberChange{{Old: "201", New: "251"}}, KeepUntil: r.now.AddDate(0, 1, 0),
	})
	r.ok(err)
	_, _, err = r.Rename(t.Context(), r.owner, u.ID, admin.RenameInput{Username: p("anna.dahl")}, admin.Write{})
	r.ok(err)
	want := []admin.EndingName{{Value: "201", Until: r.now.AddDate(0, 1, 0)}, {Value: "anna.berg", Until: r.now.AddDate(0, 0, 90)}}
	one, err := r.User(t.Context(), r.owner, u.ID)
	r.ok(err)
	list, err := r.ListUsers(t.Context(), r.owner, admin.UserQuery{})
	r.ok(err)
	for _, v := range []admin.UserView{one, list.Items[0]} {
		if !slices.Equal(v.Ending, want) || !slices.Equal(v.Aliases, []string{"201", "front"}) ||
			!slices.Equal(v.FormerUsernames, []string{"anna.berg"}) {
			t.Errorf("shown %+v of %v and %v", v.Ending, v.Aliases, v.FormerUsernames)
		}
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{FormerUsernames: &[]string{"anna"}}, admin.Write{})
	r.onField(err, "formerUsernames", "renaming")
	// What was read and is sent back changes nothing.
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{
		Aliases: &one.Aliases, FormerUsernames: &one.FormerUsernames,
	}, admin.Write{})
	r.ok(err)
	if o := r.occupancy("201"); o.Until.IsZero() || r.lastChange().Intent != string(admin.UserRename) {
		t.Errorf("after nothing was changed: %+v, %s", o, r.lastChange().Intent)
	}
	v, _, err := r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{
		Aliases: &[]string{"front"}, FormerUsernames: &[]string{},
	}, admin.Write{})
	r.ok(err)
	if len(v.User.Ending) > 0 || r.occupancy("201").State != admin.NumberFree || r.occupancy("anna.berg").State != admin.NumberFree {
		t.Errorf("left are %+v", v.User.Ending)
	}
	out, _, err := r.Undo(t.Context(), r.owner, r.lastChange().ID, nil, admin.Write{})
	r.ok(err)
	one, err = r.User(t.Context(), r.owner, u.ID)
	r.ok(err)
	if !slices.Equal(one.Ending, want) || len(out.Left) > 0 {
		t.Errorf("undone to %+v, left %+v", one.Ending, out.Left)
	}
}

func TestUndoGivesAFormerNameBackThatWasTakenBack(t *testing.T) {
	r := newRig(t)
	u := r.numbered("Anna", "201", r.group("Sales").ID)
	rename := func(to string) pbx.ChangeSet {
		t.Helper()
		_, cs, err := r.Rename(t.Context(), r.owner, u.ID, admin.RenameInput{Username: &to}, admin.Write{})
		r.ok(err)
		return cs
	}
	rename("anna.dahl")
	was := r.occupancy("anna.berg")
	back := rename("anna.berg")
	out, _, err := r.Undo(t.Context(), r.owner, back.ID, nil, admin.Write{})
	r.ok(err)
	if now := r.occupancy("anna.berg"); now.Kind != pbx.DialFormer || !now.Until.Equal(was.Until) || len(out.Left) > 0 {
		t.Errorf("anna.berg is %+v, left %+v", now, out.Left)
	}
	if now := r.occupancy("anna.dahl"); now.Kind != pbx.DialUsername {
		t.Errorf("anna.dahl is %+v", now)
	}
}

func TestUndoOfAnotherKindTakesTheNewPINAway(t *testing.T) {
	r := newRig(t)
	g := r.group("House").ID
	lobby, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		Kind: p(pbx.Space), DisplayName: p("Lobby"), HomeGroup: &g,
	}, admin.Write{})
	r.ok(err)
	made, cs, err := r.UpdateUser(t.Context(), r.owner, lobby.User.ID, admin.UserPatch{Kind: p(pbx.Phantom)}, admin.Write{})
	r.ok(err)
	if made.Secrets.VoicemailPIN.IsZero() {
		t.Fatal("a phantom has a mailbox, and got no PIN")
	}
	_, _, err = r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	again, _, err := r.UpdateUser(t.Context(), r.owner, lobby.User.ID, admin.UserPatch{Kind: p(pbx.Phantom)}, admin.Write{})
	r.ok(err)
	if again.Secrets.VoicemailPIN.IsZero() {
		t.Error("the PIN outlived the undo")
	}
}
