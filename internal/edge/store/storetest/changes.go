package storetest

import (
	"fmt"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// appended stores change sets and returns them as they should be read.
func (f fixture) appended(sets ...pbx.ChangeSet) []pbx.ChangeSet {
	f.t.Helper()
	for i := range sets {
		f.update(func(tx admin.Tx) error {
			id, err := tx.AppendChangeSet(sets[i], nil)
			sets[i].ID = id
			return err
		})
	}
	return sets
}

func changeSets(f fixture) {
	sales := pbx.Ref{Kind: pbx.KindGroup, ID: 1}
	f.view(func(tx admin.ReadTx) {
		same(f.t, "no change set yet", got[pbx.ChangeSetID](f.t)(tx.LastChangeSet()), pbx.ChangeSetID(0))
	})
	first, second := changeSet(sales), changeSet(sales)
	first.Items = append(first.Items,
		pbx.ChangeItem{Ref: pbx.Ref{Kind: pbx.KindDialString, Key: "201"}, Name: "201", Action: pbx.Deleted, Before: []byte(`{}`)},
		pbx.ChangeItem{
			Ref:  pbx.Ref{Kind: pbx.KindUserSecret, ID: 3, Key: "voicemailPin"},
			Name: "PIN", Action: pbx.Updated, Version: 2, Before: []byte(`{"value":"redacted"}`), After: []byte(`{"value":"redacted"}`),
		})
	first.Count = 3
	second.Undoes = 1
	sets := f.appended(first, second)
	sets[0].UndoneBy = 2
	f.view(func(tx admin.ReadTx) {
		same(f.t, "the first", got[pbx.ChangeSet](f.t)(tx.ChangeSet(1)), sets[0])
		same(f.t, "after 0", got[[]pbx.ChangeSet](f.t)(tx.ChangeSetsAfter(0, 10)), sets)
		same(f.t, "after 1", got[[]pbx.ChangeSet](f.t)(tx.ChangeSetsAfter(1, 10)), sets[1:])
		same(f.t, "at most one", got[[]pbx.ChangeSet](f.t)(tx.ChangeSetsAfter(0, 1)), sets[:1])
		same(f.t, "last", got[pbx.ChangeSetID](f.t)(tx.LastChangeSet()), pbx.ChangeSetID(2))
		_, err := tx.ChangeSet(3)
		wantKind(f.t, "the third", err, pbx.NotFound)
	})
	f.update(func(tx admin.Tx) error { return tx.BlankHistory(org, sales) })
	blank := sets[0]
	blank.Items = append([]pbx.ChangeItem(nil), blank.Items...)
	blank.Items[0].Name, blank.Items[0].After = "", nil
	f.view(func(tx admin.ReadTx) {
		same(f.t, "blanked", got[pbx.ChangeSet](f.t)(tx.ChangeSet(1)), blank)
	})
}

func listChangeSets(f fixture) {
	sales, lab := pbx.Ref{Kind: pbx.KindGroup, ID: 1}, pbx.Ref{Kind: pbx.KindGroup, ID: 2}
	many := changeSet(lab)
	for i := range 300 {
		many.Items = append(many.Items, pbx.ChangeItem{
			Ref: pbx.Ref{Kind: pbx.KindUser, ID: int64(i)}, Name: fmt.Sprint(i), Action: pbx.Created,
		})
	}
	many.Count, many.ActorUser, many.ActorName, many.Summary = 301, 8, "Bob Verdi", "Loaded people"
	other := changeSet(sales)
	other.Organization = 2
	f.appended(changeSet(sales), many, changeSet(sales), other, changeSet(lab))
	f.view(func(tx admin.ReadTx) {
		list := func(q admin.ChangeQuery) []pbx.ChangeSetID {
			q.Sort, q.Limit = "id", 2
			var ids []pbx.ChangeSetID
			for {
				p := got[admin.Page[pbx.ChangeSet]](f.t)(tx.ListChangeSets(org, q))
				for _, cs := range p.Items {
					ids = append(ids, cs.ID)
					if cs.ID == 2 && (len(cs.Items) != admin.ItemsShown || cs.Count != 301) {
						f.t.Errorf("a long change set is listed with %d items of %d", len(cs.Items), cs.Count)
					}
				}
				if q.Cursor = p.Next; p.Next == "" {
					return ids
				}
			}
		}
		same(f.t, "newest first", list(admin.ChangeQuery{}), []pbx.ChangeSetID{5, 3, 2, 1})
		same(f.t, "by an actor", list(admin.ChangeQuery{Actor: 8}), []pbx.ChangeSetID{2})
		same(f.t, "about a thing", list(admin.ChangeQuery{Ref: lab}), []pbx.ChangeSetID{5, 2})
		same(f.t, "about a thing, by another", list(admin.ChangeQuery{Ref: lab, Actor: 7}), []pbx.ChangeSetID{5})
		same(f.t, "of a kind", list(admin.ChangeQuery{Kind: pbx.KindUser}), []pbx.ChangeSetID{2})
		same(f.t, "of a common kind", list(admin.ChangeQuery{Kind: pbx.KindGroup}), []pbx.ChangeSetID{5, 3, 2, 1})
		same(f.t, "of a kind, by another", list(admin.ChangeQuery{Kind: pbx.KindUser, Actor: 7}), []pbx.ChangeSetID{})
		same(f.t, "of no kind", list(admin.ChangeQuery{Kind: pbx.KindPool}), []pbx.ChangeSetID{})
		same(f.t, "of a use case", list(admin.ChangeQuery{Intent: many.Intent}), []pbx.ChangeSetID{5, 3, 2, 1})
		same(f.t, "of another", list(admin.ChangeQuery{Intent: "user.delete"}), []pbx.ChangeSetID{})
		same(f.t, "by the page", list(admin.ChangeQuery{Channel: many.Channel()}), []pbx.ChangeSetID{5, 3, 2, 1})
		same(f.t, "by another way", list(admin.ChangeQuery{Channel: "cli"}), []pbx.ChangeSetID{})
		at := many.At
		same(f.t, "since", list(admin.ChangeQuery{From: at}), []pbx.ChangeSetID{5, 3, 2, 1})
		same(f.t, "before", list(admin.ChangeQuery{To: at}), []pbx.ChangeSetID{})
		same(f.t, "since later", list(admin.ChangeQuery{From: at.Add(time.Millisecond)}), []pbx.ChangeSetID{})
		same(f.t, "before later", list(admin.ChangeQuery{To: at.Add(time.Millisecond), Kind: pbx.KindUser}), []pbx.ChangeSetID{2})
		for search, want := range map[string][]pbx.ChangeSetID{
			"people": {2}, "pe": {2}, "bob ver": {2}, "nobody": {}, "%": {}, "created g": {5, 3, 1},
		} {
			same(f.t, "found by "+search, list(admin.ChangeQuery{Query: admin.Query{Search: search}}), want)
			if search != "created g" {
				same(f.t, "of a kind and found by "+search,
					list(admin.ChangeQuery{Query: admin.Query{Search: search}, Kind: pbx.KindUser}), want)
			}
		}
		items := got[[]pbx.ChangeItem](f.t)(tx.ChangeItems(2, 299, 10))
		if len(items) != 2 || items[0].Name != "298" || items[1].Name != "299" {
			f.t.Errorf("the items from 299 on: %v", items)
		}
		alone := got[pbx.ChangeSet](f.t)(tx.ChangeSetAlone(2))
		if len(alone.Items) != 0 || alone.Count != 301 {
			f.t.Errorf("alone: %d items of %d", len(alone.Items), alone.Count)
		}
		whole := got[pbx.ChangeSet](f.t)(tx.ChangeSet(2))
		if len(whole.Items) != 301 || whole.Items[300].Name != "299" {
			f.t.Errorf("the whole change set has %d items", len(whole.Items))
		}
	})
}

// historyOf lists what was changed about one thing: itself, a user's secrets, the settings at it.
func historyOf(f fixture) {
	user := pbx.Ref{Kind: pbx.KindUser, ID: 7}
	touched := []pbx.Ref{
		user,
		{Kind: pbx.KindUserSecret, ID: 7, Key: "portalPassword"},
		{Kind: pbx.KindSetting, Key: "user/7/call.security"},
		{Kind: pbx.KindSetting, Key: "user/70/call.security"},
		{Kind: pbx.KindSetting, Key: "group/7/call.security"},
		{Kind: pbx.KindUserSecret, ID: 70, Key: "portalPassword"},
		{Kind: pbx.KindGroup, ID: 7},
	}
	for _, ref := range touched {
		f.appended(changeSet(ref))
	}
	f.view(func(tx admin.ReadTx) {
		for ref, want := range map[pbx.Ref][]pbx.ChangeSetID{
			user: {3, 2, 1}, touched[6]: {7, 5}, touched[2]: {3}, {Kind: pbx.KindDevice, ID: 7}: nil,
		} {
			var ids []pbx.ChangeSetID
			q := admin.ChangeQuery{Query: admin.Query{Sort: "id", Limit: 10}, Ref: ref}
			for _, cs := range got[admin.Page[pbx.ChangeSet]](f.t)(tx.ListChangeSets(org, q)).Items {
				ids = append(ids, cs.ID)
			}
			same(f.t, "the history of "+ref.String(), ids, want)
		}
	})
}

// nameless: what is purged is no longer found by its name.
func nameless(f fixture) {
	cs := changeSet(pbx.Ref{Kind: pbx.KindUser, ID: 7})
	cs.Items[0].Name, cs.Subject, cs.Summary = "Anna Berg", cs.Items[0].Ref, "Account made"
	f.appended(cs)
	found := func() (n int) {
		f.view(func(tx admin.ReadTx) {
			q := admin.ChangeQuery{Query: admin.Query{Sort: "id", Limit: 10, Search: "anna berg"}}
			n = len(got[admin.Page[pbx.ChangeSet]](f.t)(tx.ListChangeSets(org, q)).Items)
		})
		return n
	}
	same(f.t, "found by the name of its subject", found(), 1)
	f.update(func(tx admin.Tx) error { return tx.BlankHistory(org, cs.Subject) })
	same(f.t, "found after the purge", found(), 0)
}

func history(f fixture) {
	sales := pbx.Ref{Kind: pbx.KindGroup, ID: 1}
	var sets []pbx.ChangeSet
	for version := range int64(4) {
		cs := changeSet(sales)
		cs.Items[0].Version = version + 1
		cs.Items = append(cs.Items, pbx.ChangeItem{Ref: pbx.Ref{Kind: pbx.KindGroup, ID: 9}, Action: pbx.Updated, Version: 9})
		cs.Count = 2
		sets = append(sets, cs)
	}
	sets = f.appended(sets...)
	for i := range sets {
		sets[i].Items = sets[i].Items[:1]
	}
	f.view(func(tx admin.ReadTx) {
		same(f.t, "after version 2", got[[]pbx.ChangeSet](f.t)(tx.History(org, sales, 2)), sets[2:])
		same(f.t, "after the last", got[[]pbx.ChangeSet](f.t)(tx.History(org, sales, 4)), []pbx.ChangeSet(nil))
		same(f.t, "in another organization", got[[]pbx.ChangeSet](f.t)(tx.History(2, sales, 0)), []pbx.ChangeSet(nil))
	})
}

func idempotency(f fixture) {
	keyed := changeSet(pbx.Ref{Kind: pbx.KindGroup, ID: 1})
	keyed.IdempotencyKey = "k1"
	plain := changeSet(pbx.Ref{Kind: pbx.KindGroup, ID: 1})
	sets := f.appended(keyed, plain, plain)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "by key", got[pbx.ChangeSet](f.t)(tx.ChangeSetByKey(org, 7, "k1")), sets[0])
		_, err := tx.ChangeSetByKey(org, 8, "k1")
		wantKind(f.t, "of another actor", err, pbx.NotFound)
		_, err = tx.ChangeSetByKey(org, 7, "")
		wantKind(f.t, "without a key", err, pbx.NotFound)
	})
	wantKind(f.t, "key used twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		_, err := tx.AppendChangeSet(keyed, nil)
		return err
	}), pbx.Conflict)
}

func trash(f fixture) {
	sales, ada := pbx.Ref{Kind: pbx.KindGroup, ID: 1}, pbx.Ref{Kind: pbx.KindUser, ID: 1}
	secret := pbx.Ref{Kind: pbx.KindUserSecret, ID: 1, Key: "voicemailPin"}
	piece := func(ref pbx.Ref, name string) pbx.Trash {
		return pbx.Trash{
			Organization: org, Ref: ref, Name: name, Row: []byte{0, 1, 2, 255}, DeletedAt: later(time.Hour),
			PurgeAt: later(720 * time.Hour),
		}
	}
	throw := func(cs pbx.ChangeSet, trash ...pbx.Trash) {
		f.update(func(tx admin.Tx) error {
			id, err := tx.AppendChangeSet(cs, trash)
			for i := range trash {
				trash[i].ChangeSet = id
			}
			return err
		})
	}
	first := []pbx.Trash{piece(secret, "PIN"), piece(ada, "Ada Rossi"), piece(sales, "Sales")}
	second := []pbx.Trash{piece(sales, "Sales again")}
	second[0].PurgeAt = later(800 * time.Hour)
	throw(changeSet(sales), first...)
	throw(changeSet(sales))
	throw(changeSet(sales), second...)
	alone := piece(pbx.Ref{Kind: pbx.KindUserSecret, ID: 2, Key: "portalPassword"}, "password") // no deletion to be listed
	alone.PurgeAt = later(900 * time.Hour)
	throw(changeSet(ada), alone)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "of a change set", got[[]pbx.Trash](f.t)(tx.Trash(1)), first)
		same(f.t, "of one without", got[[]pbx.Trash](f.t)(tx.Trash(2)), []pbx.Trash(nil))
		same(f.t, "a thing", got[pbx.Trash](f.t)(tx.TrashOf(org, ada)), first[1])
		_, err := tx.TrashOf(org, pbx.Ref{Kind: pbx.KindUser, ID: 2})
		wantKind(f.t, "a thing that is not there", err, pbx.NotFound)
		p := got[admin.Page[pbx.Deletion]](f.t)(tx.ListDeletions(org, admin.Query{Sort: "id", Limit: 10}))
		same(f.t, "deletions", p.Items, []pbx.Deletion{
			{
				ChangeSet: 3, Subject: sales, Name: "Sales again", DeletedAt: later(time.Hour), DeletedBy: "Ada Rossi",
				PurgeAt: later(800 * time.Hour),
			},
			{
				ChangeSet: 1, Subject: sales, Name: "Sales", DeletedAt: later(time.Hour), DeletedBy: "Ada Rossi",
				With: map[pbx.Kind]int{pbx.KindUser: 1, pbx.KindUserSecret: 1}, PurgeAt: later(720 * time.Hour),
			},
		})
		same(f.t, "due", got[[]pbx.ChangeSetID](f.t)(tx.TrashDue(org, later(720*time.Hour), 10)), []pbx.ChangeSetID{1})
		same(f.t, "due, at most one", got[[]pbx.ChangeSetID](f.t)(tx.TrashDue(org, later(850*time.Hour), 1)),
			[]pbx.ChangeSetID{1})
		same(f.t, "not due yet", got[[]pbx.ChangeSetID](f.t)(tx.TrashDue(org, later(time.Hour), 10)), []pbx.ChangeSetID(nil))
	})
	f.update(func(tx admin.Tx) error { return tx.RemoveTrash(1) })
	f.view(func(tx admin.ReadTx) {
		same(f.t, "removed", got[[]pbx.Trash](f.t)(tx.Trash(1)), []pbx.Trash(nil))
		same(f.t, "the other stays", got[pbx.Trash](f.t)(tx.TrashOf(org, sales)), second[0])
	})
}
