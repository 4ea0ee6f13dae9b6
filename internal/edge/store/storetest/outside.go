package storetest

import (
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func outside(id pbx.NumberID, value string, owner pbx.UserID) pbx.OutsideNumber {
	n := pbx.OutsideNumber{
		ID: id, Organization: org, Value: value, Location: 7, State: pbx.OutsideActive, Note: "from the carrier", Version: 1,
		CreatedAt: start(), UpdatedAt: start(),
	}
	if owner != 0 {
		n.LeadsTo = pbx.User{ID: owner}.Ref()
	}
	return n
}

func outsideNumbers(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi"))
	first, second, nobodys := outside(1, "+4533736502", 1), outside(2, "+4533736501", 1), outside(3, "+4533736503", 0)
	third := outside(4, "+39066982", 2)
	f.put(first, second, nobodys, third)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "one", got[pbx.OutsideNumber](f.t)(tx.OutsideNumber(3)), nobodys)
		same(f.t, "to a user", got[[]pbx.OutsideNumber](f.t)(tx.OutsideNumbersTo(org, pbx.User{ID: 1}.Ref())),
			[]pbx.OutsideNumber{second, first})
		same(f.t, "to many users", got[[]pbx.OutsideNumber](f.t)(tx.OutsideNumbersToAll(org, pbx.KindUser, []int64{2, 1, 9})),
			[]pbx.OutsideNumber{second, first, third})
		same(f.t, "in another organization",
			got[[]pbx.OutsideNumber](f.t)(tx.OutsideNumbersTo(2, pbx.User{ID: 1}.Ref())), nil)
		_, err := tx.OutsideNumber(9)
		wantKind(f.t, "one that is not there", err, pbx.NotFound)
	})
	wantKind(f.t, "the value of another", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.PutOutsideNumber(outside(9, "+4533736501", 0))
	}), pbx.Conflict)
	first.LeadsTo, first.State, first.Version = pbx.Ref{}, pbx.OutsidePorted, 2
	f.put(first)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "changed", got[pbx.OutsideNumber](f.t)(tx.OutsideNumber(1)), first)
	})
	f.update(func(tx admin.Tx) error { return tx.DeleteOutsideNumber(1) })
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.DeleteOutsideNumber(1)
	}), pbx.NotFound)
}

func listOutsideNumbers(f fixture) {
	f.put(group(1, "Sales"), group(2, "Lab"), user(1, 1, "Ada", "Rossi"), user(2, 2, "Bob", "Verdi"))
	reception := outside(4, "+4933736504", 2)
	reception.Note, reception.State = "Old_reception 50%", pbx.OutsidePaused
	front := outside(5, "+4933736505", 0)
	front.LeadsTo = pbx.RingGroup{ID: 2}.Ref() // not the user 2
	f.put(outside(1, "+4533736503", 1), outside(2, "+4533736502", 0), outside(3, "+4533736501", 0), reception, front,
		ringGroup(2, "Front desk", "210"))
	for _, tt := range []struct {
		name string
		q    admin.OutsideQuery
		want []pbx.NumberID
	}{
		{"those that lead nowhere first", admin.OutsideQuery{}, []pbx.NumberID{3, 2, 1, 4, 5}},
		{"turned round", admin.OutsideQuery{Query: admin.Query{Desc: true}}, []pbx.NumberID{5, 4, 1, 2, 3}},
		{"by number", admin.OutsideQuery{Query: admin.Query{Sort: "value"}}, []pbx.NumberID{3, 2, 1, 4, 5}},
		{"by id", admin.OutsideQuery{Query: admin.Query{Sort: "id", Desc: true}}, []pbx.NumberID{5, 4, 3, 2, 1}},
		{"not assigned", admin.OutsideQuery{Unassigned: new(true)}, []pbx.NumberID{3, 2}},
		{"assigned", admin.OutsideQuery{Unassigned: new(false)}, []pbx.NumberID{1, 4, 5}},
		{"paused", admin.OutsideQuery{State: pbx.OutsidePaused}, []pbx.NumberID{4}},
		{"to a user", admin.OutsideQuery{LeadsTo: pbx.User{ID: 1}.Ref()}, []pbx.NumberID{1}},
		{"to a ring group", admin.OutsideQuery{LeadsTo: pbx.RingGroup{ID: 2}.Ref()}, []pbx.NumberID{5}},
		{"to users of a group", admin.OutsideQuery{Home: 2}, []pbx.NumberID{4}},
		{"by digits", admin.OutsideQuery{Query: admin.Query{Search: "736503"}}, []pbx.NumberID{1}},
		{"as it is shown", admin.OutsideQuery{Query: admin.Query{Search: "33 73 65 02"}}, []pbx.NumberID{2}},
		{"by note", admin.OutsideQuery{Query: admin.Query{Search: "old_rec"}}, []pbx.NumberID{4}},
		{"by a sign that stands for nothing", admin.OutsideQuery{Query: admin.Query{Search: "%"}}, []pbx.NumberID{4}},
		{"by whom it leads to", admin.OutsideQuery{Query: admin.Query{Search: "rossi"}}, []pbx.NumberID{1}},
		{"by the ring group it leads to", admin.OutsideQuery{Query: admin.Query{Search: "front"}}, []pbx.NumberID{5}},
		{"by nothing there is", admin.OutsideQuery{Query: admin.Query{Search: "nobody"}}, nil},
	} {
		f.t.Run(tt.name, func(t *testing.T) {
			if tt.q.Sort == "" {
				tt.q.Sort = "place"
			}
			whole := f.outsideIDs(t, tt.q, 50)
			same(t, "in one page", whole, tt.want)
			same(t, "page by page", f.outsideIDs(t, tt.q, 1), tt.want)
		})
	}
}

// outsideIDs reads a list in pages of so many.
func (f fixture) outsideIDs(t *testing.T, q admin.OutsideQuery, limit int) []pbx.NumberID {
	t.Helper()
	var ids []pbx.NumberID
	q.Limit = limit
	for {
		var next string
		must(t, f.s.View(t.Context(), func(tx admin.ReadTx) error {
			p, err := tx.ListOutsideNumbers(org, q)
			for _, n := range p.Items {
				ids = append(ids, n.ID)
			}
			next = p.Next
			return err
		}))
		if next == "" {
			return ids
		}
		q.Cursor = next
	}
}
