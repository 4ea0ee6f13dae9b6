package memstore

import (
	"cmp"
	"slices"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func outsideOrder(a, b pbx.OutsideNumber) int {
	return cmp.Or(cmp.Compare(a.LeadsTo.ID, b.LeadsTo.ID), strings.Compare(a.Value, b.Value))
}

func (t *tx) OutsideNumber(id pbx.NumberID) (pbx.OutsideNumber, error) {
	return get(t.db.outside, id, pbx.KindOutsideNumber)
}

func (t *tx) OutsideNumbersTo(org pbx.OrganizationID, to pbx.Ref) ([]pbx.OutsideNumber, error) {
	return where(t.db.outside, func(n pbx.OutsideNumber) bool { return n.Organization == org && n.LeadsTo == to },
		outsideOrder), nil
}

func (t *tx) OutsideNumbersToAll(org pbx.OrganizationID, kind pbx.Kind, ids []int64) ([]pbx.OutsideNumber, error) {
	return where(t.db.outside, func(n pbx.OutsideNumber) bool {
		return n.Organization == org && n.LeadsTo.Kind == kind && slices.Contains(ids, n.LeadsTo.ID)
	}, outsideOrder), nil
}

func (t *tx) ListOutsideNumbers(org pbx.OrganizationID, q admin.OutsideQuery) (admin.Page[pbx.OutsideNumber], error) {
	rows := where(t.db.outside, func(n pbx.OutsideNumber) bool { return n.Organization == org && t.outsideMatches(n, q) },
		outsideOrder)
	text := func(n pbx.OutsideNumber) string {
		switch {
		case q.Sort == "id":
			return ""
		case q.Sort == "value":
			return n.Value
		case n.Assigned():
			return "1" + n.Value
		}
		return "0" + n.Value
	}
	key := sorted(rows, q.Desc, text, func(n pbx.OutsideNumber) string { return ascending(int64(n.ID)) })
	return page(rows, q.Query, key), nil
}

func (t *tx) outsideMatches(n pbx.OutsideNumber, q admin.OutsideQuery) bool {
	var user pbx.User
	if n.LeadsTo.Kind == pbx.KindUser {
		user = t.db.users[pbx.UserID(n.LeadsTo.ID)]
	}
	switch {
	case q.Unassigned != nil && *q.Unassigned == n.Assigned(),
		q.State != "" && n.State != q.State,
		!q.LeadsTo.IsZero() && n.LeadsTo != q.LeadsTo,
		q.Home != 0 && user.HomeGroup != q.Home:
		return false
	}
	return q.Search == "" || strings.Contains(admin.OutsideSearchText(n), q.Search) ||
		user.ID != 0 && t.userMatches(user, admin.UserQuery{Query: admin.Query{Search: q.Search}}) ||
		n.LeadsTo.Kind == pbx.KindRingGroup &&
			strings.Contains(admin.RingGroupSearchText(t.db.ringGroups[pbx.RingGroupID(n.LeadsTo.ID)]), q.Search)
}

func (t *tx) EachOutsideNumber(fn func(pbx.OutsideNumber) error) error { return each(t.db.outside, fn) }

func (t *tx) PutOutsideNumber(n pbx.OutsideNumber) error {
	for _, x := range t.db.outside {
		if x.ID != n.ID && x.Organization == n.Organization && x.Value == n.Value {
			return conflict("There is already an outside number " + n.Value + ".")
		}
	}
	put(t, t.db.outside, n.ID, n)
	return nil
}

func (t *tx) DeleteOutsideNumber(id pbx.NumberID) error {
	return drop(t, t.db.outside, id, pbx.KindOutsideNumber)
}
