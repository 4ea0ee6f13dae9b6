package storetest

import (
	"errors"
	"fmt"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func users(f fixture) {
	f.put(group(1, "Sales"))
	ada, bare := user(1, 1, "Ada", "Rossi"), pbx.User{
		ID: 2, Organization: org, Kind: pbx.Operator, Username: "root", LastName: "Root", Enabled: true,
		Role: pbx.RoleOwner, Version: 1, CreatedAt: start(), UpdatedAt: start(),
	}
	f.put(ada, bare)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "a person", got[pbx.User](f.t)(tx.User(1)), ada)
		same(f.t, "an operator", got[pbx.User](f.t)(tx.User(2)), bare)
		same(f.t, "many", got[[]pbx.User](f.t)(tx.Users([]pbx.UserID{2, 99, 1})), []pbx.User{ada, bare})
		same(f.t, "none", got[[]pbx.User](f.t)(tx.Users(nil)), []pbx.User(nil))
		same(f.t, "count", got[int](f.t)(tx.CountUsers(org)), 1)
	})
	ada.Enabled, ada.DisabledAt, ada.Kind, ada.DisplayName = false, later(time.Hour), pbx.Space, "Lobby"
	f.put(ada)
	f.view(func(tx admin.ReadTx) { same(f.t, "changed", got[pbx.User](f.t)(tx.User(1)), ada) })
	f.update(func(tx admin.Tx) error { return tx.DeleteUser(1) })
	f.view(func(tx admin.ReadTx) {
		_, err := tx.User(1)
		wantKind(f.t, "deleted", err, pbx.NotFound)
	})
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.DeleteUser(1) }),
		pbx.NotFound)
}

func memberships(f fixture) {
	f.put(group(1, "Sales"), group(2, "Lab"), group(3, "Board"))
	ada, bob := user(1, 1, "Ada", "Rossi"), user(2, 2, "Bob", "Verdi")
	ada.Groups = []pbx.GroupID{2, 3}
	f.put(ada, bob)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "homed in Lab", got[[]pbx.User](f.t)(tx.UsersHomedIn(2)), []pbx.User{bob})
		same(f.t, "further in Lab", got[[]pbx.User](f.t)(tx.UsersFurtherIn(2)), []pbx.User{ada})
		same(f.t, "further in Sales", got[[]pbx.User](f.t)(tx.UsersFurtherIn(1)), []pbx.User(nil))
	})
	ada.Groups = []pbx.GroupID{3}
	f.put(ada)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "left Lab", got[[]pbx.User](f.t)(tx.UsersFurtherIn(2)), []pbx.User(nil))
		same(f.t, "still in Board", got[[]pbx.User](f.t)(tx.UsersFurtherIn(3)), []pbx.User{ada})
	})
}

func usersBy(f fixture) {
	f.put(group(1, "Sales"))
	ada, bob, eve := user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi"), user(3, 1, "Eve", "Bianchi")
	ada.Role, bob.Role = pbx.RoleOwner, pbx.RoleOwner
	ada.Email, bob.Email, eve.Email = "Shared@Example.test", "shared@example.TEST", ""
	f.put(bob, ada, eve)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "owners", got[[]pbx.User](f.t)(tx.UsersWithRole(org, pbx.RoleOwner)), []pbx.User{ada, bob})
		same(f.t, "users", got[[]pbx.User](f.t)(tx.UsersWithRole(org, pbx.RoleUser)), []pbx.User{eve})
		same(f.t, "auditors", got[[]pbx.User](f.t)(tx.UsersWithRole(org, pbx.RoleAuditor)), []pbx.User(nil))
		same(f.t, "e-mail", got[[]pbx.User](f.t)(tx.UsersWithEmail(org, "shared@example.test", 5)), []pbx.User{ada, bob})
		same(f.t, "at most one", got[[]pbx.User](f.t)(tx.UsersWithEmail(org, "shared@example.test", 1)), []pbx.User{ada})
		same(f.t, "elsewhere", got[[]pbx.User](f.t)(tx.UsersWithEmail(2, "shared@example.test", 5)), []pbx.User(nil))
	})
}

func userSecrets(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"))
	password := pbx.UserSecret{
		User: 1, Organization: org, Name: pbx.PortalPassword, Scheme: pbx.SchemeArgon2, Value: pbx.Sealed{0, 1, 255},
		ChangedAt: start(), Version: 1,
	}
	pin := pbx.UserSecret{
		User: 1, Organization: org, Name: pbx.VoicemailPIN, Scheme: pbx.SchemeHMAC, Value: pbx.Sealed("hmac"),
		ChangedAt: start(), Version: 4,
	}
	f.put(pin, password)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "one", got[pbx.UserSecret](f.t)(tx.UserSecret(1, pbx.PortalPassword)), password)
		same(f.t, "all", got[[]pbx.UserSecret](f.t)(tx.UserSecrets(1)), []pbx.UserSecret{password, pin})
		_, err := tx.UserSecret(2, pbx.VoicemailPIN)
		wantKind(f.t, "of nobody", err, pbx.NotFound)
	})
	f.update(func(tx admin.Tx) error { return tx.DeleteUserSecret(1, pbx.VoicemailPIN) })
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.DeleteUserSecret(1, pbx.VoicemailPIN)
	}), pbx.NotFound)
}

// listed gives the ids of a list of users, read page by page by cursor and by number, which must agree.
func (f fixture) listed(q admin.UserQuery) []pbx.UserID {
	f.t.Helper()
	if q.Sort == "" {
		q.Sort = "id"
	}
	q.Limit = 3
	var byCursor, byPage []pbx.UserID
	f.view(func(tx admin.ReadTx) {
		for next := q; ; {
			p := got[admin.Page[pbx.User]](f.t)(tx.ListUsers(org, next))
			for _, u := range p.Items {
				byCursor = append(byCursor, u.ID)
			}
			if next.Cursor = p.Next; p.Next == "" {
				break
			}
		}
		total := 0
		for next := q; ; {
			next.Page++
			p := got[admin.Page[pbx.User]](f.t)(tx.ListUsers(org, next))
			for _, u := range p.Items {
				byPage = append(byPage, u.ID)
			}
			if total = p.Total; p.Next == "" {
				break
			}
		}
		if total != len(byCursor) {
			f.t.Errorf("total %d of %d users", total, len(byCursor))
		}
	})
	same(f.t, "users by page, against by cursor", byPage, byCursor)
	return byCursor
}

func listUsersSorted(f fixture) {
	f.put(group(1, "Sales"))
	people := []struct{ first, last, number, username, email string }{
		{"Ada", "Rossi", "1000", "ada", "z@example.test"},
		{"Bruno", "Ábel", "201", "Bruno", "B@example.test"},
		{"bea", "abel", "99", "bea", ""},
		{"Émile", "Zola", "300", "emile", "a@example.test"},
		{"Zoe", "rossi", "0301", "zoe", "C@example.test"},
	}
	for i, p := range people {
		u := user(pbx.UserID(i+1), 1, p.first, p.last)
		u.Number, u.Username, u.Email = p.number, p.username, p.email
		f.put(u)
	}
	phantom := pbx.User{
		ID: 6, Organization: org, Kind: pbx.Phantom, HomeGroup: 1, Number: "400", Username: "fax", DisplayName: "Fax",
		Enabled: true, Role: pbx.RoleUser, Version: 1, CreatedAt: start(), UpdatedAt: start(),
	}
	operator := pbx.User{
		ID: 7, Organization: org, Kind: pbx.Operator, Username: "root", LastName: "Aaa", Enabled: true,
		Role: pbx.RoleOwner, Version: 1, CreatedAt: start(), UpdatedAt: start(),
	}
	f.put(phantom, operator)
	for _, test := range []struct {
		sort string
		want []pbx.UserID
	}{
		{"lastName", []pbx.UserID{3, 2, 6, 1, 5, 4}},
		{"firstName", []pbx.UserID{1, 3, 2, 4, 6, 5}},
		{"displayName", []pbx.UserID{1, 3, 2, 4, 6, 5}},
		{"number", []pbx.UserID{3, 2, 4, 5, 6, 1}},
		{"username", []pbx.UserID{1, 3, 2, 4, 6, 5}},
		{"id", []pbx.UserID{1, 2, 3, 4, 5, 6}},
		{"createdAt", []pbx.UserID{6, 1, 2, 3, 4, 5}},
	} {
		for _, desc := range []bool{false, true} {
			want := append([]pbx.UserID(nil), test.want...)
			if desc {
				for i := range want {
					want[i] = test.want[len(want)-1-i]
				}
			}
			same(f.t, fmt.Sprintf("by %s, backwards %v", test.sort, desc),
				f.listed(admin.UserQuery{Query: admin.Query{Sort: test.sort, Desc: desc}}), want)
		}
	}
}

func listUsersFiltered(f fixture) {
	f.put(group(1, "Sales"), group(2, "Lab"))
	for i := range 9 {
		u := user(pbx.UserID(i+1), pbx.GroupID(1+i%2), "U", fmt.Sprintf("L%d", i))
		if i == 3 {
			u.Groups = []pbx.GroupID{1}
		}
		if i == 4 {
			u.Enabled = false
		}
		if i == 5 {
			u.Kind, u.DisplayName = pbx.Space, "Lobby"
		}
		if i == 6 {
			u.Role = pbx.RoleAuditor
		}
		if i == 7 {
			u.ManagedBy = "Head office"
		}
		f.put(u)
	}
	f.put(pbx.User{
		ID: 20, Organization: org, Kind: pbx.Operator, Username: "root", LastName: "Root", Enabled: true,
		Role: pbx.RoleOwner, Version: 1, CreatedAt: start(), UpdatedAt: start(),
	})
	for _, id := range []pbx.UserID{3, 9} {
		f.put(pbx.Leave{User: id, Organization: org, On: later(time.Hour), Version: 1, CreatedAt: start(), UpdatedAt: start()})
	}
	yes, no := true, false
	for _, test := range []struct {
		name string
		q    admin.UserQuery
		want []pbx.UserID
	}{
		{"all but operators", admin.UserQuery{}, []pbx.UserID{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"in a group", admin.UserQuery{Group: 1}, []pbx.UserID{1, 3, 4, 5, 7, 9}},
		{"homed in a group", admin.UserQuery{Home: 1}, []pbx.UserID{1, 3, 5, 7, 9}},
		{"homed in one and member of another", admin.UserQuery{Home: 2, Group: 1}, []pbx.UserID{4}},
		{"enabled", admin.UserQuery{Enabled: &yes, Group: 1}, []pbx.UserID{1, 3, 4, 7, 9}},
		{"disabled", admin.UserQuery{Enabled: &no}, []pbx.UserID{5}},
		{"spaces", admin.UserQuery{Kind: pbx.Space}, []pbx.UserID{6}},
		{"operators by kind", admin.UserQuery{Kind: pbx.Operator}, []pbx.UserID{20}},
		{"operators by role", admin.UserQuery{Role: pbx.RoleOwner}, []pbx.UserID{20}},
		{"auditors", admin.UserQuery{Role: pbx.RoleAuditor}, []pbx.UserID{7}},
		{"kept by a directory", admin.UserQuery{Managed: &yes}, []pbx.UserID{8}},
		{"kept by none", admin.UserQuery{Managed: &no, Group: 1}, []pbx.UserID{1, 3, 4, 5, 7, 9}},
		{"leaving", admin.UserQuery{Leaving: &yes}, []pbx.UserID{3, 9}},
		{"leaving, of a group", admin.UserQuery{Leaving: &yes, Home: 2}, nil},
		{"staying", admin.UserQuery{Leaving: &no, Home: 1}, []pbx.UserID{1, 5, 7}},
		{"signed in", admin.UserQuery{SignedIn: &yes}, nil},
		{"never signed in", admin.UserQuery{SignedIn: &no, Home: 1}, []pbx.UserID{1, 3, 5, 7, 9}},
		{"of nobody's group", admin.UserQuery{Group: 77}, nil},
	} {
		same(f.t, test.name, f.listed(test.q), test.want)
	}
}

func listUsersSearched(f fixture) {
	f.put(group(1, "Sales"), group(2, "Lab"))
	ada, bob, eve := user(1, 1, "Ada", "Rossi"), user(2, 2, "Bob", "100%_Verdi"), user(3, 1, "Eve", "Rossini")
	ada.Number, bob.Number, eve.Number = "201", "202", "3201"
	ada.Username, bob.Username, eve.Username = "ada.rossi", "bob", "eve"
	ada.Email, bob.Email, eve.Email = "ada@example.test", "b.verdi@example.test", "eve@example.test"
	f.put(ada, bob, eve, dial("201", pbx.DialExtension, 1), dial("reception", pbx.DialAlias, 2),
		dial("77", pbx.DialAlias, 3))
	for _, test := range []struct {
		search string
		want   []pbx.UserID
	}{
		{"ross", []pbx.UserID{1, 3}},
		{"ROSSI", []pbx.UserID{1, 3}},
		{"rossini", []pbx.UserID{3}},
		{"ada rossi", []pbx.UserID{1}},
		{"201", []pbx.UserID{1, 3}},
		{"verdi@", []pbx.UserID{2}},
		{"recep", []pbx.UserID{2}},
		{"77", []pbx.UserID{3}},
		{"ro", []pbx.UserID{1, 3}},
		{"e", []pbx.UserID{1, 2, 3}}, // of example.test as well
		{"bo", []pbx.UserID{2}},
		{"0%_v", []pbx.UserID{2}},
		{"a%a", nil},
		{"a_a", nil},
		{"'; DROP", nil},
		{`"`, nil},
		{"nobody", nil},
		{"zz", nil},
	} {
		same(f.t, "search "+test.search, f.listed(admin.UserQuery{Query: admin.Query{Search: pbx.Fold(test.search)}}),
			test.want)
	}
	same(f.t, "search in a group", f.listed(admin.UserQuery{Query: admin.Query{Search: "ro"}, Group: 2}), nil)
	same(f.t, "search in the other", f.listed(admin.UserQuery{Query: admin.Query{Search: "rossi"}, Home: 1}),
		[]pbx.UserID{1, 3})
}

func searchFollows(f fixture) {
	search := func(text string) []pbx.UserID {
		return f.listed(admin.UserQuery{Query: admin.Query{Search: text}})
	}
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi"), dial("reception", pbx.DialAlias, 1))
	same(f.t, "alias", search("reception"), []pbx.UserID{1})
	f.put(user(1, 1, "Ada", "Bianchi"))
	same(f.t, "old name", search("rossi"), nil)
	same(f.t, "new name", search("bianchi"), []pbx.UserID{1})
	same(f.t, "short new name", search("bi"), []pbx.UserID{1})
	same(f.t, "short old name", search("ro"), nil)
	same(f.t, "alias after a change", search("reception"), []pbx.UserID{1})
	f.put(dial("reception", pbx.DialAlias, 2))
	same(f.t, "alias that moved", search("reception"), []pbx.UserID{2})
	f.update(func(tx admin.Tx) error { return tx.DeleteDialString(org, "reception") })
	same(f.t, "alias that went", search("reception"), nil)
	same(f.t, "short alias that went", search("re"), nil)
	f.put(outside(1, "+4533736501", 1))
	same(f.t, "outside number", search("3373"), []pbx.UserID{1})
	f.put(outside(1, "+4533736501", 2))
	same(f.t, "outside number that moved", search("3373"), []pbx.UserID{2})
	f.update(func(tx admin.Tx) error { return tx.DeleteOutsideNumber(1) })
	same(f.t, "outside number that went", search("3373"), nil)
	f.update(func(tx admin.Tx) error { return tx.DeleteUser(1) })
	same(f.t, "user who went", search("bianchi"), nil)
	same(f.t, "user who went, short", search("bi"), nil)
	f.put(user(1, 1, "Ada", "Bianchi"))
	same(f.t, "user who came back", search("bianchi"), []pbx.UserID{1})
	f.update(func(tx admin.Tx) error { // what is read first is compared with what is written
		u, err := tx.User(1)
		if err != nil {
			return err
		}
		u.JobTitle = "Porter"
		if err := tx.PutUser(u); err != nil {
			return err
		}
		u.LastName, u.Groups = "Neri", []pbx.GroupID{2}
		return errors.Join(tx.PutGroup(group(2, "Further")), tx.PutUser(u))
	})
	same(f.t, "name changed after reading", search("neri"), []pbx.UserID{1})
	same(f.t, "old name changed after reading", search("bi"), nil)
	same(f.t, "group changed after reading", f.listed(admin.UserQuery{Group: 2}), []pbx.UserID{1})
	f.update(func(tx admin.Tx) error {
		u, err := tx.User(1)
		if err != nil {
			return err
		}
		return errors.Join(tx.DeleteUser(1), tx.PutUser(u))
	})
	same(f.t, "user deleted and put again", search("ne"), []pbx.UserID{1})
	same(f.t, "his group", f.listed(admin.UserQuery{Group: 2}), []pbx.UserID{1})
}

func longList(f fixture) {
	const many = admin.MaxCountedTotal + 150
	f.put(group(1, "Sales"), group(2, "Few"))
	f.update(func(tx admin.Tx) error {
		for i := range many {
			u := user(pbx.UserID(i+1), 1, "Walter", fmt.Sprintf("Miller %d", i+1))
			if i%100 == 0 {
				u.HomeGroup = 2
			}
			if err := tx.PutUser(u); err != nil {
				return err
			}
		}
		return nil
	})
	f.view(func(tx admin.ReadTx) {
		list := func(q admin.UserQuery) admin.Page[pbx.User] {
			f.t.Helper()
			q.Sort, q.Limit = "lastName", 50
			return got[admin.Page[pbx.User]](f.t)(tx.ListUsers(org, q))
		}
		for _, q := range []admin.UserQuery{
			{}, {Query: admin.Query{Search: "walter"}}, {Query: admin.Query{Search: "wa"}}, {Group: 1, Home: 1},
		} {
			p := list(q)
			if p.Total != admin.MaxCountedTotal || !p.TotalMore || len(p.Items) != 50 || p.Next == "" {
				f.t.Errorf("search %q: total %d %v, %d users, next %q", q.Search, p.Total, p.TotalMore, len(p.Items), p.Next)
			}
		}
		first := list(admin.UserQuery{Query: admin.Query{Search: "miller 11"}})
		if first.Items[0].LastName != "Miller 11" || first.Items[1].LastName != "Miller 110" {
			f.t.Errorf("search for Miller 11 begins with %s and %s", first.Items[0].LastName, first.Items[1].LastName)
		}
		last := list(admin.UserQuery{Query: admin.Query{Page: many / 50}})
		if n := len(last.Items); n != 50 || last.Items[n-1].LastName != fmt.Sprintf("Miller %d", many) || last.Next != "" {
			f.t.Errorf("last page has %d users, ends with %s, next %q", n, last.Items[n-1].LastName, last.Next)
		}
		beyond := list(admin.UserQuery{Query: admin.Query{Page: 1000}})
		if len(beyond.Items) != 0 || beyond.Next != "" {
			f.t.Errorf("page after the last has %d users", len(beyond.Items))
		}
		few := list(admin.UserQuery{Query: admin.Query{Search: "walter"}, Group: 2})
		if few.Total != 12 || few.TotalMore {
			f.t.Errorf("searched in a small group: total %d %v", few.Total, few.TotalMore)
		}
	})
}

// farPages reads pages by their number in any order, again and again, and after changes: where they begin is remembered.
func farPages(f fixture) {
	const many, limit = 730, 20
	change := func(fn func(tx admin.Tx) error) {
		f.update(func(tx admin.Tx) error {
			_, err := tx.AppendChangeSet(changeSet(pbx.Ref{Kind: pbx.KindGroup, ID: 1}), nil)
			return errors.Join(err, fn(tx))
		})
	}
	f.put(group(1, "Sales"))
	change(func(tx admin.Tx) error {
		for i := range many {
			if err := tx.PutUser(user(pbx.UserID(i+1), 1, "Walter", fmt.Sprintf("Miller %d", many-i))); err != nil {
				return err
			}
		}
		return nil
	})
	compare := func(what string) {
		f.t.Helper()
		f.view(func(tx admin.ReadTx) {
			for _, q := range []admin.Query{{Sort: "lastName"}, {Sort: "lastName", Desc: true}, {Sort: "number"}} {
				var whole []pbx.User
				for q.Limit = 100; ; {
					p := got[admin.Page[pbx.User]](f.t)(tx.ListUsers(org, admin.UserQuery{Query: q}))
					whole = append(whole, p.Items...)
					if q.Cursor = p.Next; p.Next == "" {
						break
					}
				}
				q.Limit = limit
				for _, n := range []int{36, 27, 30, 26, 30, 36, 37, 28, 35, 1} {
					q.Page = n
					p := got[admin.Page[pbx.User]](f.t)(tx.ListUsers(org, admin.UserQuery{Query: q}))
					from := min((n-1)*limit, len(whole))
					to := min(n*limit, len(whole))
					same(f.t, fmt.Sprintf("%s: page %d by %s, backwards %t", what, n, q.Sort, q.Desc), idsOf(p.Items), idsOf(whole[from:to]))
					if (p.Next != "") != (to < len(whole)) {
						f.t.Errorf("page %d of %d users: next %q", n, len(whole), p.Next)
					}
				}
			}
		})
	}
	compare("at first")
	compare("again")
	change(func(tx admin.Tx) error { return tx.DeleteUser(many - 2) })
	compare("one fewer near the beginning")
	change(func(tx admin.Tx) error {
		u, err := tx.User(many - 3)
		u.LastName = "Zander"
		return errors.Join(err, tx.PutUser(u))
	})
	compare("one who goes from the beginning to the end")
}

func idsOf(users []pbx.User) []pbx.UserID {
	out := make([]pbx.UserID, len(users))
	for i, u := range users {
		out[i] = u.ID
	}
	return out
}
