package storetest

import (
	"cmp"
	"slices"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func forwarding(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi"), user(3, 1, "Cy", "Bianchi"))
	ada := pbx.Forwarding{
		User: 1, Organization: org, DoNotDisturb: true, Paused: true, Always: 2, Busy: 3, NoAnswer: 2, Offline: 3,
		Version: 4, CreatedAt: start(), UpdatedAt: later(time.Second),
	}
	bob := pbx.Forwarding{User: 2, Organization: org, Offline: 1, Version: 1, CreatedAt: start(), UpdatedAt: start()}
	f.put(bob, ada)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "forwarding", got[pbx.Forwarding](f.t)(tx.Forwarding(1)), ada)
		_, err := tx.Forwarding(3)
		wantKind(f.t, "of one who forwards nothing", err, pbx.NotFound)
		var all []pbx.Forwarding
		must(f.t, tx.EachForwarding(func(v pbx.Forwarding) error { all = append(all, v); return nil }))
		slices.SortFunc(all, func(a, b pbx.Forwarding) int { return cmp.Compare(a.User, b.User) })
		same(f.t, "all", all, []pbx.Forwarding{ada, bob})
	})
	ada.Always, ada.Paused, ada.Version = 0, false, 5
	f.put(ada)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "changed", got[pbx.Forwarding](f.t)(tx.Forwarding(1)), ada)
	})
	f.update(func(tx admin.Tx) error { return tx.DeleteForwarding(1) })
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.DeleteForwarding(1)
	}), pbx.NotFound)
}
