package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Admin tests an admin.Store.
func Admin(t *testing.T, open func(t *testing.T) admin.Store) {
	for _, test := range []struct {
		name string
		run  func(f fixture)
	}{
		{"a failed transaction leaves nothing", failedUpdate},
		{"a transaction sees its own writes", isolation},
		{"ids are never given twice", ids},
		{"change set numbers come in commit order", commitOrder},
		{"organizations", organizations},
		{"locations", locations},
		{"provisioning profiles", profiles},
		{"custom permissions", permissions},
		{"groups", groups},
		{"group names are unique in the organization", groupNames},
		{"a group with users can't be deleted", groupWithUsers},
		{"list of groups", listGroups},
		{"users", users},
		{"memberships", memberships},
		{"users by role and e-mail", usersBy},
		{"user secrets", userSecrets},
		{"photos", photos},
		{"list of users by every sort", listUsersSorted},
		{"list of users filtered", listUsersFiltered},
		{"list of users searched", listUsersSearched},
		{"search follows renaming, aliases and deletion", searchFollows},
		{"pages and totals of a long list", longList},
		{"pages far from the beginning", farPages},
		{"who leaves", leaves},
		{"forwarding", forwarding},
		{"names that end by themselves", endingNames},
		{"devices, lines and credentials", devices},
		{"SIP user names are kept for ever", sipUsernames},
		{"dial strings", dialStrings},
		{"range of the numbering plan", dialRange},
		{"blocks of dial strings", dialBlocks},
		{"holds", holds},
		{"list of dial strings", listDialStrings},
		{"outside numbers", outsideNumbers},
		{"list of outside numbers", listOutsideNumbers},
		{"ring groups", ringGroups},
		{"list of ring groups", listRingGroups},
		{"extension pools", pools},
		{"settings", settings},
		{"tokens", tokens},
		{"mail server and its password", mailServers},
		{"references", references},
		{"change sets", changeSets},
		{"list of change sets", listChangeSets},
		{"history of a thing", history},
		{"list of a thing's history", historyOf},
		{"names are forgotten", nameless},
		{"idempotency keys", idempotency},
		{"trash", trash},
		{"everything is loaded", loader},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(newFixture(t, open)) })
	}
}

func failedUpdate(f fixture) {
	broken := errors.New("broken")
	err := f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		if err := tx.PutGroup(group(1, "Sales")); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		f.t.Errorf("error of the function: got %v", err)
	}
	f.view(func(tx admin.ReadTx) {
		_, err := tx.Group(1)
		wantKind(f.t, "group of the failed transaction", err, pbx.NotFound)
	})
}

func isolation(f fixture) {
	f.update(func(tx admin.Tx) error {
		if err := tx.PutGroup(group(1, "Sales")); err != nil {
			return err
		}
		g, err := tx.Group(1)
		same(f.t, "own write", g, group(1, "Sales"))
		return err
	})
	f.view(func(tx admin.ReadTx) {
		same(f.t, "after the commit", got[pbx.Group](f.t)(tx.Group(1)), group(1, "Sales"))
	})
}

func ids(f fixture) {
	var given []int64
	take := func(kind pbx.Kind, n int) {
		f.update(func(tx admin.Tx) error {
			first, err := tx.NextIDs(kind, n)
			given = append(given, first)
			return err
		})
	}
	take(pbx.KindUser, 1)
	take(pbx.KindUser, 10)
	take(pbx.KindUser, 1)
	take(pbx.KindGroup, 2)
	take(pbx.KindGroup, 1)
	take(admin.HoldIDs, 1)
	same(f.t, "first ids", given, []int64{1, 2, 12, 1, 3, 1})

	var wait sync.WaitGroup
	var mu sync.Mutex
	seen := make(map[int64]bool)
	for range 8 {
		wait.Go(func() {
			err := f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
				first, err := tx.NextIDs(pbx.KindDevice, 3)
				mu.Lock()
				defer mu.Unlock()
				for id := first; id < first+3; id++ {
					if seen[id] {
						f.t.Errorf("id %d is given twice", id)
					}
					seen[id] = true
				}
				return err
			})
			if err != nil {
				f.t.Error(err)
			}
		})
	}
	wait.Wait()
}

func commitOrder(f fixture) {
	must(f.t, f.s.Update(f.t.Context(), 0, func(tx admin.Tx) error { return tx.PutOrganization(organization(2)) }))
	var wait sync.WaitGroup
	for i := range 16 {
		of := pbx.OrganizationID(1 + i%2)
		wait.Go(func() {
			err := f.s.Update(f.t.Context(), of, func(tx admin.Tx) error {
				cs := changeSet(pbx.Ref{Kind: pbx.KindOrganization, ID: int64(of)})
				cs.Organization = of
				_, err := tx.AppendChangeSet(cs, nil)
				return err
			})
			if err != nil {
				f.t.Error(err)
			}
		})
	}
	// A reader that goes on from the last number it saw misses nothing while the others commit.
	done := make(chan struct{})
	go func() { wait.Wait(); close(done) }()
	var last pbx.ChangeSetID
	read := func() {
		f.view(func(tx admin.ReadTx) {
			for _, cs := range got[[]pbx.ChangeSet](f.t)(tx.ChangeSetsAfter(last, 100)) {
				if cs.ID != last+1 {
					f.t.Errorf("change set %d follows %d", cs.ID, last)
				}
				last = cs.ID
			}
		})
	}
	for finished := false; !finished; {
		select {
		case <-done:
			finished = true
		default:
		}
		read()
	}
	if last != 16 {
		f.t.Errorf("read %d change sets, want 16", last)
	}
}

func organizations(f fixture) {
	second := organization(2)
	f.put(second)
	changed := second
	changed.Name, changed.Version = "Renamed", 2
	f.put(changed)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "by id", got[pbx.Organization](f.t)(tx.Organization(2)), changed)
		same(f.t, "by account", got[pbx.Organization](f.t)(tx.OrganizationByAccount("org2")), changed)
		same(f.t, "all", got[[]pbx.Organization](f.t)(tx.Organizations()), []pbx.Organization{organization(1), changed})
		_, err := tx.Organization(3)
		wantKind(f.t, "organization 3", err, pbx.NotFound)
		_, err = tx.OrganizationByAccount("none")
		wantKind(f.t, "account none", err, pbx.NotFound)
	})
	third := organization(3)
	third.AccountName = "org2"
	err := f.s.Update(f.t.Context(), 0, func(tx admin.Tx) error { return tx.PutOrganization(third) })
	wantKind(f.t, "account name of another", err, pbx.Conflict)
}

func groups(f fixture) {
	sales, lab := group(1, "Sales"), group(2, "Lab")
	sales.Position, lab.Position = 2, 1
	f.put(sales, lab)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "by id", got[pbx.Group](f.t)(tx.Group(1)), sales)
		same(f.t, "by name", got[pbx.Group](f.t)(tx.GroupByName(org, "lab")), lab)
		same(f.t, "in order", got[[]pbx.Group](f.t)(tx.Groups(org)), []pbx.Group{lab, sales})
		same(f.t, "some", got[[]pbx.Group](f.t)(tx.GroupsAmong([]pbx.GroupID{sales.ID, 99, lab.ID})), []pbx.Group{lab, sales})
		same(f.t, "none", got[[]pbx.Group](f.t)(tx.GroupsAmong(nil)), []pbx.Group(nil))
		_, err := tx.GroupByName(org, "Lab")
		wantKind(f.t, "by a name that is not folded", err, pbx.NotFound)
		_, err = tx.GroupByName(2, "lab")
		wantKind(f.t, "in another organization", err, pbx.NotFound)
	})
	f.update(func(tx admin.Tx) error { return tx.DeleteGroup(1) })
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.DeleteGroup(1) }),
		pbx.NotFound)
}

func groupNames(f fixture) {
	f.put(group(1, "Sales"))
	err := f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.PutGroup(group(2, "  SALES ")) })
	wantKind(f.t, "name of another group", err, pbx.Conflict)
	renamed := group(1, "Sells")
	f.put(renamed, group(2, "Sales"))
	must(f.t, f.s.Update(f.t.Context(), 0, func(tx admin.Tx) error { return tx.PutOrganization(organization(2)) }))
	elsewhere := group(3, "Sales")
	elsewhere.Organization = 2
	f.put(elsewhere)
}

func groupWithUsers(f fixture) {
	f.put(group(1, "Sales"), group(2, "Lab"), user(1, 1, "Ada", "Rossi"))
	remove := func(id pbx.GroupID) error {
		return f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.DeleteGroup(id) })
	}
	wantKind(f.t, "home of a user", remove(1), pbx.Conflict)
	ada := user(1, 2, "Ada", "Rossi")
	ada.Groups = []pbx.GroupID{1}
	f.put(ada)
	wantKind(f.t, "further group of a user", remove(1), pbx.Conflict)
	f.put(user(1, 2, "Ada", "Rossi"))
	must(f.t, remove(1))
	f.update(func(tx admin.Tx) error {
		if err := tx.DeleteUser(1); err != nil {
			return err
		}
		return tx.DeleteGroup(2)
	})
}

func listGroups(f fixture) {
	f.put(group(1, "Émile"), group(2, "zoo"), group(3, "Apple"), group(4, "Room 10"), group(5, "Room 9"),
		user(1, 2, "A", "A"), user(2, 2, "B", "B"), user(3, 3, "C", "C"))
	names := func(q admin.GroupQuery) []string {
		var names []string
		f.view(func(tx admin.ReadTx) {
			q.Limit = 50
			p := got[admin.Page[admin.GroupRow]](f.t)(tx.ListGroups(org, q))
			for _, g := range p.Items {
				names = append(names, g.Name)
			}
			if p.Total != len(names) || p.TotalMore || p.Next != "" {
				f.t.Errorf("total %d %v, next %q of %d groups", p.Total, p.TotalMore, p.Next, len(names))
			}
		})
		return names
	}
	sorted := func(sort string, desc bool) []string {
		return names(admin.GroupQuery{Query: admin.Query{Sort: sort, Desc: desc}})
	}
	same(f.t, "by position", sorted("position", false), []string{"Émile", "zoo", "Apple", "Room 10", "Room 9"})
	same(f.t, "by name", sorted("name", false), []string{"Apple", "Émile", "Room 9", "Room 10", "zoo"})
	same(f.t, "by name, backwards", sorted("name", true), []string{"zoo", "Room 10", "Room 9", "Émile", "Apple"})
	same(f.t, "by id, backwards", sorted("id", true), []string{"Room 9", "Room 10", "Apple", "zoo", "Émile"})
	same(f.t, "by members, backwards", sorted("members", true)[:2], []string{"zoo", "Apple"})
	same(f.t, "searched", names(admin.GroupQuery{Query: admin.Query{Sort: "position", Search: "room"}}),
		[]string{"Room 10", "Room 9"})
	same(f.t, "only some", names(admin.GroupQuery{Query: admin.Query{Sort: "position"}, Only: []pbx.GroupID{5, 2, 77}}),
		[]string{"zoo", "Room 9"})
	same(f.t, "only none", names(admin.GroupQuery{Query: admin.Query{Sort: "position"}, Only: []pbx.GroupID{}}),
		[]string(nil))
	f.view(func(tx admin.ReadTx) {
		p := got[admin.Page[admin.GroupRow]](f.t)(tx.ListGroups(org, admin.GroupQuery{
			Query: admin.Query{Sort: "position", Limit: 50},
		}))
		var members []int
		for _, g := range p.Items {
			members = append(members, g.Members)
		}
		same(f.t, "members", members, []int{0, 2, 1, 0, 0})
	})
}

func loader(f fixture) {
	f.put(location(1, "Torino"), group(1, "Sales"), user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi"), device(1, 1, "phone"),
		pbx.Line{ID: 1, Organization: org, Device: 1, User: 1, SIPUsername: "201", Version: 1},
		pbx.Credential{Line: 1, Organization: org, HA1MD5: pbx.Sealed("m"), HA1SHA256: pbx.Sealed("s"), ChangedAt: start()},
		dial("201", pbx.DialExtension, 1), dial("202", pbx.DialExtension, 2), outside(1, "+4533736501", 1), ringGroup(1, "Front desk", "210"),
		pbx.Setting{Organization: org, Level: pbx.LevelUser, Owner: 1, Key: pbx.SettingSecurity, Value: "any", Version: 1})
	counts := make(map[string]int)
	f.view(func(tx admin.ReadTx) {
		must(f.t, tx.EachLocation(func(pbx.Location) error { counts["location"]++; return nil }))
		must(f.t, tx.EachGroup(func(pbx.Group) error { counts["group"]++; return nil }))
		must(f.t, tx.EachUser(func(pbx.User) error { counts["user"]++; return nil }))
		must(f.t, tx.EachDevice(func(pbx.Device) error { counts["device"]++; return nil }))
		must(f.t, tx.EachLine(func(pbx.Line) error { counts["line"]++; return nil }))
		must(f.t, tx.EachCredential(func(pbx.Credential) error { counts["credential"]++; return nil }))
		must(f.t, tx.EachDialString(func(pbx.DialString) error { counts["dial"]++; return nil }))
		must(f.t, tx.EachOutsideNumber(func(pbx.OutsideNumber) error { counts["outside"]++; return nil }))
		must(f.t, tx.EachRingGroup(func(pbx.RingGroup) error { counts["ring group"]++; return nil }))
		must(f.t, tx.EachSetting(func(pbx.Setting) error { counts["setting"]++; return nil }))
		enough := errors.New("enough")
		if err := tx.EachUser(func(pbx.User) error { return enough }); !errors.Is(err, enough) {
			f.t.Errorf("error of the callback: got %v", err)
		}
	})
	same(f.t, "counts", counts, map[string]int{
		"location": 1, "group": 1, "user": 2, "device": 1, "line": 1, "credential": 1, "dial": 2, "outside": 1, "setting": 1,
		"ring group": 1,
	})
}

func changeSet(ref pbx.Ref) pbx.ChangeSet {
	return pbx.ChangeSet{
		Organization: org, At: later(time.Hour), ActorKind: pbx.ActorUser, ActorUser: 7, ActorName: "Ada Rossi",
		Intent: "group.create", Summary: "Created group Sales", Source: "page 192.0.2.1", Fingerprint: "f", Subject: ref,
		Items: []pbx.ChangeItem{{
			Ref: ref, Name: "Sales", Action: pbx.Created, Version: 1, After: []byte(`{"name":"Sales"}`),
		}},
		Count: 1,
	}
}
