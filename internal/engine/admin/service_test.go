package admin_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func TestEveryUseCaseDeclaresAPermissionThatExists(t *testing.T) {
	all := pbx.Permissions()
	for u, perm := range admin.UseCases() {
		if !slices.Contains(all, perm) {
			t.Errorf("%s declares %q", u, perm)
		}
	}
	if err := admin.Allow(admin.System(1, "x"), "no.such"); pbx.KindOf(err) != pbx.Forbidden {
		t.Errorf("an unknown use case: %v", err)
	}
	used := map[pbx.Permission]bool{pbx.PermRolesWrite: true, pbx.PermTokensAll: true} // asked inside others
	for _, perm := range admin.UseCases() {
		used[perm] = true
	}
	for _, perm := range all {
		if !used[perm] {
			t.Errorf("no use case asks for %s", perm)
		}
	}
}

func TestScopesOfATokenNarrowItsRole(t *testing.T) {
	r := newRig(t)
	a := r.owner
	a.Scopes = []pbx.Permission{pbx.PermUsersRead}
	_, err := r.ListUsers(t.Context(), a, admin.UserQuery{})
	r.ok(err)
	_, _, err = r.CreateGroup(t.Context(), a, admin.GroupPatch{Name: p("x")}, admin.Write{})
	r.refused(err, pbx.Forbidden, "")
}

func TestTokensAreShownOnceAndStoredHashed(t *testing.T) {
	r := newRig(t)
	in := admin.TokenInput{Name: "script", Scopes: []pbx.Permission{pbx.PermUsersRead}}
	w := admin.Write{IdempotencyKey: "k"}
	tok, secret, cs, err := r.CreateToken(t.Context(), r.owner, in, w)
	r.ok(err)
	if !strings.HasPrefix(secret.Reveal(), admin.TokenPrefix) || strings.Contains(jsonText(cs), secret.Reveal()) {
		t.Error("the token is not what it should be, or stands in the change set")
	}
	again, secret, _, err := r.CreateToken(t.Context(), r.owner, in, w)
	r.ok(err)
	if again.ID != tok.ID || !secret.IsZero() {
		t.Errorf("again %+v", again)
	}
	narrow := r.owner
	narrow.Scopes = []pbx.Permission{pbx.PermTokensOwn, pbx.PermUsersRead}
	_, _, _, err = r.CreateToken(t.Context(), narrow, admin.TokenInput{Name: "wide"}, admin.Write{})
	r.onField(err, "scopes", "with scopes")
	_, _, _, err = r.CreateToken(t.Context(), narrow, admin.TokenInput{
		Name: "wide", Scopes: []pbx.Permission{pbx.PermUsersWrite},
	}, admin.Write{})
	r.refused(err, pbx.Forbidden, "not there to give")
	_, err = r.RevokeToken(t.Context(), r.owner, tok.ID, admin.Write{})
	r.ok(err)
	_, err = r.RevokeToken(t.Context(), r.owner, tok.ID, admin.Write{})
	r.refused(err, pbx.NotFound, "")
}

func TestFollowersGetEveryChangeSetInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan pbx.ChangeSetID, 10)
		ended := make(chan error, 1)
		go func() {
			ended <- r.Follow(ctx, 2, func(cs pbx.ChangeSet) error { got <- cs.ID; return nil })
		}()
		synctest.Wait()
		r.group("A")
		r.group("B")
		synctest.Wait()
		if a, b := <-got, <-got; a != 3 || b != 4 {
			t.Errorf("got %d, %d", a, b)
		}
		// One that came without an event, as from another node, is found within five seconds.
		r.ok(r.store.Update(ctx, r.org, func(tx admin.Tx) error {
			_, err := tx.AppendChangeSet(pbx.ChangeSet{Organization: r.org}, nil)
			return err
		}))
		start := time.Now()
		if id := <-got; id != 5 || time.Since(start) > 5*time.Second {
			t.Errorf("got %d after %v", id, time.Since(start))
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestListsAreSortedSearchedAndPaged(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	for _, n := range [][2]string{{"Åsa", "Öberg"}, {"Bo", "Adams"}, {"carl", "zorn"}, {"Dora", "Obama"}} {
		r.user(n[0], n[1], g.ID)
	}
	list := func(q admin.UserQuery) string {
		var names []string
		for {
			page, err := r.ListUsers(t.Context(), r.owner, q)
			r.ok(err)
			for _, u := range page.Items {
				names = append(names, u.FirstName)
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				return strings.Join(names, " ")
			}
		}
	}
	for want, q := range map[string]admin.UserQuery{
		"Bo Dora Åsa carl":  {},
		"carl Åsa Dora Bo":  {Query: admin.Query{Sort: "-lastName", Limit: 1}},
		"Åsa Bo carl Dora":  {Query: admin.Query{Sort: "firstName", Limit: 3}},
		"Dora":              {Query: admin.Query{Search: "OBAM"}},
		"carl":              {Query: admin.Query{Search: "202"}},
		"":                  {Query: admin.Query{Search: "olga"}},
		"Åsa Bo carl  Dora": {Query: admin.Query{Sort: "number"}},
	} {
		if got := list(q); got != strings.ReplaceAll(want, "  ", " ") {
			t.Errorf("%+v: %s, want %s", q.Query, got, want)
		}
	}
	_, err := r.ListUsers(t.Context(), r.owner, admin.UserQuery{Query: admin.Query{Sort: "secret"}})
	r.onField(err, "sort", "")
	ops, err := r.ListUsers(t.Context(), r.owner, admin.UserQuery{Kind: pbx.Operator})
	r.ok(err)
	if len(ops.Items) != 1 || ops.Items[0].Username != "olga" {
		t.Errorf("operators %+v", ops.Items)
	}
}

func TestAnotherOrganizationsThingsDoNotExist(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u := r.user("A", "A", g.ID)
	r.ok(r.store.Update(t.Context(), 0, func(tx admin.Tx) error {
		return tx.PutOrganization(pbx.Organization{
			ID: 2, Name: "Two", AccountName: "two", SIPDomain: "two.example", Realm: "two", Country: "DE", Language: "de",
			TimeZone: "Europe/Berlin", UserLimit: 5,
		})
	}))
	other := admin.System(2, "test")
	_, err := r.Group(t.Context(), other, g.ID)
	r.refused(err, pbx.NotFound, "")
	_, err = r.User(t.Context(), other, u.User.ID)
	r.refused(err, pbx.NotFound, "")
	_, err = r.DeleteUser(t.Context(), other, u.User.ID, nil, admin.Write{})
	r.refused(err, pbx.NotFound, "")
	_, _, err = r.UpdateDevice(t.Context(), other, 1, admin.DevicePatch{Name: p("x")}, admin.Write{})
	r.refused(err, pbx.NotFound, "")
	_, err = r.Change(t.Context(), other, 3)
	r.refused(err, pbx.NotFound, "")
	_, _, err = r.Undo(t.Context(), other, 3, nil, admin.Write{})
	r.refused(err, pbx.NotFound, "")
	_, _, err = r.CreateUser(t.Context(), other, admin.UserPatch{FirstName: p("X"), HomeGroup: &g.ID, Number: p("300")}, admin.Write{})
	r.onField(err, "groupId", "")
	same, _, err := r.CreateGroup(t.Context(), other, admin.GroupPatch{Name: p("Sales")}, admin.Write{})
	r.ok(err)
	if same.Organization != 2 {
		t.Error("made in the wrong organization")
	}
}

func TestTheOrganizationIsNamedAndChecked(t *testing.T) {
	r := newRig(t)
	o, cs, err := r.UpdateOrganization(t.Context(), r.owner, admin.OrganizationPatch{
		Name: p(" ACME "), SIPDomain: p("Phones.Example.ORG"), Country: p("de"),
	}, admin.Write{IfMatch: 1})
	r.ok(err)
	if o.Name != "ACME" || o.SIPDomain != "phones.example.org" || o.Country != "DE" || o.Realm != "pbx.example.com" || cs.ID == 0 {
		t.Errorf("organization %+v", o)
	}
	g := r.group("Sales")
	_, _, err = r.CreateUser(t.Context(), r.owner, admin.UserPatch{FirstName: p("A"), HomeGroup: &g.ID, Number: p("9995")}, admin.Write{})
	r.ok(err)
	_, _, err = r.UpdateOrganization(t.Context(), r.owner, admin.OrganizationPatch{Country: p("GB")}, admin.Write{})
	r.onField(err, "country", "9995")
	for field, patch := range map[string]admin.OrganizationPatch{
		"name":        {Name: p("")},
		"sipDomain":   {SIPDomain: p("no spaces here")},
		"timeZone":    {TimeZone: p("Mars/Base")},
		"language":    {Language: p("?")},
		"country":     {Country: p("Italy")},
		"userLimit":   {UserLimit: p(-1)},
		"accountName": {AccountName: p("Upper Case")},
	} {
		_, _, err := r.UpdateOrganization(t.Context(), r.owner, patch, admin.Write{})
		r.onField(err, field, "")
	}
}
