package storetest

import (
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func leaves(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi"), user(3, 1, "Cy", "Bianchi"))
	ada := pbx.Leave{
		User: 1, Organization: org, On: start(), CallsTo: 2, DeleteAfter: 30, Version: 4, CreatedAt: start(),
		UpdatedAt: later(time.Second),
	}
	bob := pbx.Leave{User: 2, Organization: org, On: later(time.Hour), Version: 1, CreatedAt: start(), UpdatedAt: start()}
	f.put(bob, ada)
	due := func(at time.Time) []pbx.Leave {
		var out []pbx.Leave
		f.view(func(tx admin.ReadTx) { out = got[[]pbx.Leave](f.t)(tx.LeavesDue(org, at, 10)) })
		return out
	}
	f.view(func(tx admin.ReadTx) {
		same(f.t, "leave", got[pbx.Leave](f.t)(tx.Leave(1)), ada)
		same(f.t, "by day", got[[]pbx.Leave](f.t)(tx.Leaves(org)), []pbx.Leave{ada, bob})
		same(f.t, "of another organization", len(got[[]pbx.Leave](f.t)(tx.Leaves(org+1))), 0)
		same(f.t, "at most", got[[]pbx.Leave](f.t)(tx.LeavesDue(org, later(2*time.Hour), 1)), []pbx.Leave{ada})
		_, err := tx.Leave(3)
		wantKind(f.t, "leave of one who stays", err, pbx.NotFound)
		n := 0
		must(f.t, tx.EachLeave(func(pbx.Leave) error { n++; return nil }))
		same(f.t, "all", n, 2)
	})
	same(f.t, "due before", len(due(start().Add(-time.Second))), 0)
	same(f.t, "due on the day", due(start()), []pbx.Leave{ada})
	same(f.t, "both due", due(later(time.Hour)), []pbx.Leave{ada, bob})
	ada.GoneAt, ada.Version = later(time.Minute), 5
	bob.GoneAt = later(time.Hour)
	f.put(ada, bob)
	same(f.t, "carried out", len(due(later(2*time.Hour))), 0)
	same(f.t, "to be deleted; who has no end stays", due(start().AddDate(0, 0, 30)), []pbx.Leave{ada})
	f.update(func(tx admin.Tx) error { return tx.DeleteLeave(1) })
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.DeleteLeave(1) }),
		pbx.NotFound)
}

func endingNames(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"))
	until := later(time.Hour)
	name := func(value string, kind pbx.DialKind, until time.Time) pbx.DialString {
		return pbx.DialString{
			Organization: org, Value: value, Kind: kind, Owner: pbx.User{ID: 1}.Ref(), Until: until,
		}
	}
	alias, former := name("201", pbx.DialAlias, until), name("ada.verdi", pbx.DialFormer, until)
	f.put(former, alias, name("front", pbx.DialAlias, time.Time{}), name("299", pbx.DialHeld, until))
	f.view(func(tx admin.ReadTx) {
		ending := got[[]pbx.DialString](f.t)
		same(f.t, "before", len(ending(tx.DialStringsEnding(org, until.Add(-time.Millisecond), 9))), 0)
		same(f.t, "over", ending(tx.DialStringsEnding(org, until, 9)), []pbx.DialString{alias, former})
		same(f.t, "at most", ending(tx.DialStringsEnding(org, until, 1)), []pbx.DialString{alias})
		same(f.t, "kept", got[pbx.DialString](f.t)(tx.DialString(org, "ada.verdi")), former)
	})
}
