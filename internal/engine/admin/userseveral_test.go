package admin_test

import (
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func TestSeveralUsersAreMadeInOneChangeSetWithNumbersFromThePool(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	r.user("Anna", "Berg", g.ID)
	in := admin.SeveralInput{
		People: pbx.People("Anna Berg anna@example.org\nBerg, Ben;ben@example.org\nCarla Dahl carla@example.org 205\n"),
		Common: admin.UserPatch{HomeGroup: &g.ID, NewGroups: []string{"Ground floor"}},
	}
	dry, cs, err := r.CreateSeveral(t.Context(), r.owner, in, admin.Write{DryRun: true})
	r.ok(err)
	if cs.ID != 0 || dry.Refused != 0 || len(dry.Rows) != 3 {
		t.Fatalf("dry run: %+v", dry)
	}
	made, cs, err := r.CreateSeveral(t.Context(), r.owner, in, admin.Write{})
	r.ok(err)
	for i, want := range []struct{ number, username string }{
		{"201", "anna.berg2"},
		{"202", "ben.berg"},
		{"205", "carla.dahl"},
	} {
		row := made.Rows[i]
		if row.Number != want.number || row.Username != want.username || dry.Rows[i].Number != want.number ||
			dry.Rows[i].Username != want.username {
			t.Errorf("row %d: %+v, before %+v", i, row, dry.Rows[i])
		}
		if row.Secrets.SIPPassword.IsZero() || row.Secrets.PortalPassword.IsZero() || row.Secrets.VoicemailPIN.IsZero() {
			t.Errorf("row %d has no secrets", i)
		}
		if len(row.View.FurtherGroups) != 1 || row.View.FurtherGroups[0].Name != "Ground floor" {
			t.Errorf("row %d is in %v", i, row.View.FurtherGroups)
		}
	}
	if last := r.lastChange(); last.ID != cs.ID || last.Summary != "3 accounts created" {
		t.Errorf("change set %+v", last)
	}
	_, _, err = r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	if o := r.occupancy("201"); o.State == admin.NumberTaken {
		t.Errorf("after undo 201 is %s", o.Reason)
	}
}

func TestAWrongRowKeepsAllFromBeingMadeAndSaysWhy(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	r.user("Anna", "Berg", g.ID)
	in := admin.SeveralInput{
		People: []pbx.PersonLine{
			{FirstName: "Ben", LastName: "Carl", Email: "nonsense"},
			{FirstName: "Carla", LastName: "Dahl", Number: "200"},
			{Email: "nobody@example.org"},
			{FirstName: "Dora", Number: "112"},
			{FirstName: "Emil", Number: "300"},
			{FirstName: "Fred", Number: "300"},
			{FirstName: "Greta"},
		},
		Common: admin.UserPatch{HomeGroup: &g.ID},
	}
	dry, _, err := r.CreateSeveral(t.Context(), r.owner, in, admin.Write{DryRun: true})
	r.ok(err)
	for i, want := range []string{"email", "number", "lastName", "number", "", "number", ""} {
		var got []string
		for _, p := range dry.Rows[i].Problems {
			got = append(got, p.Field)
		}
		if strings.Join(got, ",") != want {
			t.Errorf("row %d: %+v, want a complaint about %q", i, dry.Rows[i].Problems, want)
		}
	}
	if dry.Refused != 5 || dry.Rows[6].Number != "201" {
		t.Errorf("%d refused, the last gets %s", dry.Refused, dry.Rows[6].Number)
	}
	_, _, err = r.CreateSeveral(t.Context(), r.owner, in, admin.Write{})
	r.onField(err, "rows[1].number", "nothing was made")
	if o := r.occupancy("201"); o.State != admin.NumberFree {
		t.Errorf("201 is %s", o.State)
	}
	many := admin.SeveralInput{People: make([]pbx.PersonLine, admin.MaxSeveral+1), Common: in.Common}
	_, _, err = r.CreateSeveral(t.Context(), r.owner, many, admin.Write{})
	r.onField(err, "rows", "At most")
	limit := 2
	_, _, err = r.UpdateOrganization(t.Context(), r.owner, admin.OrganizationPatch{UserLimit: &limit}, admin.Write{})
	r.ok(err)
	_, _, err = r.CreateSeveral(t.Context(), r.owner, in, admin.Write{DryRun: true})
	r.refused(err, pbx.Conflict, "limit")
}
