package admin_test

import (
	"fmt"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func TestALoadMakesUsersWithoutHashing(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	var people []admin.UserPatch
	for i := range 300 {
		people = append(people, admin.UserPatch{
			FirstName: p("Anna"), LastName: p(fmt.Sprintf("Berg %d", i)), HomeGroup: &g.ID, Number: p(fmt.Sprint(4000 + i)),
			Aliases: &[]string{fmt.Sprintf("alias%d", i)},
		})
	}
	_, _, err := r.UpdateOrganization(t.Context(), r.owner, admin.OrganizationPatch{UserLimit: p(299)}, admin.Write{})
	r.ok(err)
	_, err = r.LoadUsers(t.Context(), r.owner, people, admin.Write{})
	r.refused(err, pbx.Conflict, "limit")
	_, _, err = r.UpdateOrganization(t.Context(), r.owner, admin.OrganizationPatch{UserLimit: p(300)}, admin.Write{})
	r.ok(err)
	cs, err := r.LoadUsers(t.Context(), r.owner, people, admin.Write{})
	r.ok(err)
	if cs.Intent != "user.load" || cs.Count < 300*7 {
		t.Errorf("the change set %s has %d items", cs.Intent, cs.Count)
	}
	page, err := r.ListUsers(t.Context(), r.owner, admin.UserQuery{Query: admin.Query{Limit: 1, Search: "4123"}})
	r.ok(err)
	u, err := r.User(t.Context(), r.owner, page.Items[0].ID)
	r.ok(err)
	if u.SIPUsername != "4123" || u.Username != "anna.berg.123" || len(u.Aliases) != 1 {
		t.Errorf("made %+v", u)
	}
	r.ok(r.store.View(t.Context(), func(tx admin.ReadTx) error {
		secrets, err := tx.UserSecrets(u.ID)
		if len(secrets) != 0 {
			t.Errorf("%d secrets were made", len(secrets))
		}
		return err
	}))
}

func TestALoadIsWholeOrNotAtAll(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	before := r.lastChange().ID
	good := admin.UserPatch{FirstName: p("Anna"), HomeGroup: &g.ID, Number: p("4000")}
	_, err := r.LoadUsers(t.Context(), r.owner, []admin.UserPatch{good, good}, admin.Write{})
	r.onField(err, "users[1].number", "4000")
	_, err = r.LoadUsers(t.Context(), r.owner, []admin.UserPatch{
		good, {FirstName: p("B"), HomeGroup: &g.ID, PortalPassword: pbx.NewSecret("correct-horse-x7-gate")},
	}, admin.Write{})
	r.onField(err, "users[1].secrets", "load")
	_, err = r.LoadUsers(t.Context(), r.owner, make([]admin.UserPatch, admin.MostLoaded+1), admin.Write{})
	r.refused(err, pbx.Invalid, "1000")
	if r.lastChange().ID != before {
		t.Error("something was written")
	}
}
