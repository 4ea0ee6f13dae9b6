package storetest

import (
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func ringGroup(id pbx.RingGroupID, name, number string) pbx.RingGroup {
	return pbx.RingGroup{
		ID: id, Organization: org, Name: name, Number: number, Strategy: pbx.RingInTurn, Members: []pbx.UserID{2, 1},
		RingSeconds: 15, SkipBusy: true, Version: 1, CreatedAt: start(), UpdatedAt: later(time.Second),
	}
}

func ringGroups(f fixture) {
	f.put(organization(2), group(1, "Sales"), user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi"))
	front, night := ringGroup(1, "Front desk", "210"), ringGroup(2, "Night", "")
	front.Then = night.Ref()
	night.Members, night.Then, night.SkipBusy, night.Strategy = []pbx.UserID{}, pbx.User{ID: 1}.Ref(), false, pbx.RingAll
	f.put(front, night)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "one", got[pbx.RingGroup](f.t)(tx.RingGroup(1)), front)
		same(f.t, "without members and number", got[pbx.RingGroup](f.t)(tx.RingGroup(2)), night)
		same(f.t, "by name", got[pbx.RingGroup](f.t)(tx.RingGroupByName(org, front.NameKey())), front)
		_, err := tx.RingGroupByName(2, front.NameKey())
		wantKind(f.t, "by name elsewhere", err, pbx.NotFound)
		_, err = tx.RingGroup(3)
		wantKind(f.t, "one that is not there", err, pbx.NotFound)
	})
	again := ringGroup(3, "FRONT desk", "")
	wantKind(f.t, "a name twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.PutRingGroup(again) }),
		pbx.Conflict)
	front.Members, front.Then, front.Number, front.Version = []pbx.UserID{1}, pbx.Ref{}, "211", 2
	f.put(front)
	f.view(func(tx admin.ReadTx) { same(f.t, "changed", got[pbx.RingGroup](f.t)(tx.RingGroup(1)), front) })
	f.update(func(tx admin.Tx) error { return tx.DeleteRingGroup(1) })
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.DeleteRingGroup(1) }),
		pbx.NotFound)
}

func listRingGroups(f fixture) {
	elsewhere := ringGroup(9, "Front desk", "210")
	elsewhere.Organization = 2
	f.put(organization(2), ringGroup(1, "Sales", "1000"), ringGroup(2, "Front desk", "210"), ringGroup(3, "Äpfel 50%", ""), elsewhere)
	for _, tt := range []struct {
		name string
		q    admin.Query
		want []pbx.RingGroupID
	}{
		{"by name", admin.Query{Sort: "name"}, []pbx.RingGroupID{3, 2, 1}},
		{"turned round", admin.Query{Sort: "name", Desc: true}, []pbx.RingGroupID{1, 2, 3}},
		{"by number", admin.Query{Sort: "number"}, []pbx.RingGroupID{3, 2, 1}},
		{"by id", admin.Query{Sort: "id"}, []pbx.RingGroupID{1, 2, 3}},
		{"with a name", admin.Query{Sort: "name", Search: "front"}, []pbx.RingGroupID{2}},
		{"with a number", admin.Query{Sort: "name", Search: "100"}, []pbx.RingGroupID{1}},
		{"with a sign that stands for nothing", admin.Query{Sort: "name", Search: "%"}, []pbx.RingGroupID{3}},
		{"with nothing there is", admin.Query{Sort: "name", Search: "nobody"}, nil},
	} {
		f.view(func(tx admin.ReadTx) {
			var ids []pbx.RingGroupID
			for tt.q.Limit = 2; ; {
				p := got[admin.Page[pbx.RingGroup]](f.t)(tx.ListRingGroups(org, tt.q))
				same(f.t, tt.name+": total", p.Total, len(tt.want))
				for _, g := range p.Items {
					ids = append(ids, g.ID)
				}
				if tt.q.Cursor = p.Next; p.Next == "" {
					break
				}
			}
			same(f.t, tt.name, ids, tt.want)
		})
	}
}
