package store

import (
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const outsideColumns = "id, organization_id, value, leads_to_kind, leads_to_id, location_id, state, note, version, created_at, " +
	"updated_at"

var putOutside = upsert("outside_number", "id", outsideColumns+", sort_place, search")

// OutsideNumber reads one outside number.
func (t *tx) OutsideNumber(id pbx.NumberID) (pbx.OutsideNumber, error) {
	return find(t, pbx.Ref{Kind: pbx.KindOutsideNumber, ID: int64(id)}, outsideFields,
		"SELECT "+outsideColumns+" FROM outside_number WHERE id = $1", int64(id))
}

// OutsideNumbersTo reads the outside numbers that lead to a thing, by value.
func (t *tx) OutsideNumbersTo(org pbx.OrganizationID, to pbx.Ref) ([]pbx.OutsideNumber, error) {
	return collect(t, outsideFields, "SELECT "+outsideColumns+" FROM outside_number WHERE organization_id = $1 "+
		"AND leads_to_kind = $2 AND leads_to_id = $3 ORDER BY value", int64(org), string(to.Kind), to.ID)
}

// OutsideNumbersToAll reads the outside numbers that lead to many things of one kind, by thing and value.
func (t *tx) OutsideNumbersToAll(org pbx.OrganizationID, kind pbx.Kind, ids []int64) ([]pbx.OutsideNumber, error) {
	return ofMany(t, ids, 1, outsideFields, "SELECT "+outsideColumns+" FROM outside_number "+
		"WHERE organization_id = ? AND leads_to_kind = ? AND leads_to_id IN @ ORDER BY leads_to_id, value", int64(org), string(kind))
}

// ListOutsideNumbers lists outside numbers.
func (t *tx) ListOutsideNumbers(org pbx.OrganizationID, q admin.OutsideQuery) (admin.Page[pbx.OutsideNumber], error) {
	l := listing[pbx.OutsideNumber]{
		columns: outsideColumns, from: "outside_number", sort: "sort_place", tie: "id", fields: outsideFields,
	}
	if q.Sort != "place" {
		l.sort = map[string]string{"value": "value", "id": "id"}[q.Sort]
	}
	l.where.add("organization_id = ?", int64(org))
	if q.Unassigned != nil {
		operator := map[bool]string{true: "=", false: "<>"}[*q.Unassigned]
		l.where.add("leads_to_kind " + operator + " ''")
	}
	if q.State != "" {
		l.where.add("state = ?", string(q.State))
	}
	if !q.LeadsTo.IsZero() {
		l.where.add("leads_to_kind = ? AND leads_to_id = ?", string(q.LeadsTo.Kind), q.LeadsTo.ID)
	}
	if q.Home != 0 {
		l.where.add(`leads_to_kind = 'user' AND leads_to_id IN (SELECT u.id FROM "user" u WHERE u.home_group_id = ?)`,
			int64(q.Home))
	}
	if q.Search != "" {
		if err := t.index(); err != nil {
			return admin.Page[pbx.OutsideNumber]{}, err
		}
		l.where.add(`(search LIKE ? OR leads_to_kind = 'user' AND EXISTS (SELECT 1 FROM "user" u `+
			`WHERE u.id = outside_number.leads_to_id AND u.search LIKE ?) OR leads_to_kind = 'ring_group' AND EXISTS `+
			`(SELECT 1 FROM ring_group g WHERE g.id = outside_number.leads_to_id AND g.search LIKE ?))`,
			pattern(q.Search), pattern(q.Search), pattern(q.Search))
	}
	return page(t, q.Query, l)
}

// EachOutsideNumber goes through the outside numbers of all organizations.
func (t *tx) EachOutsideNumber(fn func(pbx.OutsideNumber) error) error {
	return each(t, outsideFields, fn, "SELECT "+outsideColumns+" FROM outside_number ORDER BY id")
}

// PutOutsideNumber stores an outside number.
func (t *tx) PutOutsideNumber(n pbx.OutsideNumber) error {
	place := "1"
	if !n.Assigned() {
		place = "0"
	}
	err := t.put(putOutside, n.ID, int64(n.ID), int64(n.Organization), n.Value, string(n.LeadsTo.Kind), n.LeadsTo.ID,
		int64(n.Location), string(n.State), n.Note, n.Version, millis(n.CreatedAt), millis(n.UpdatedAt), []byte(place+n.Value),
		plainText.Replace(admin.OutsideSearchText(n)))
	t.waiting.outside = append(t.waiting.outside, n)
	t.unindexLed(n)
	return err
}

// DeleteOutsideNumber deletes an outside number.
func (t *tx) DeleteOutsideNumber(id pbx.NumberID) error {
	before, err := t.OutsideNumber(id)
	if err != nil {
		return err
	}
	t.unindexLed(before)
	return t.remove(before.Ref(), "DELETE FROM outside_number WHERE id = $1", int64(id))
}

// unindexLedBefore notes to whom the numbers that are about to be replaced lead.
func (t *tx) unindexLedBefore(numbers []pbx.OutsideNumber) error {
	if len(numbers) == 0 {
		return nil
	}
	ids := make([]int64, len(numbers))
	for i, n := range numbers {
		ids[i] = int64(n.ID)
	}
	list, args := in(ids)
	before, err := collect(t, outsideFields,
		numbered("SELECT "+outsideColumns+" FROM outside_number WHERE id IN "+list), args...)
	for _, n := range before {
		t.unindexLed(n)
	}
	return err
}

// unindexLed notes that the user whom a number leads to is found by other texts now.
func (t *tx) unindexLed(n pbx.OutsideNumber) {
	if n.LeadsTo.Kind == pbx.KindUser {
		t.unindex(pbx.UserID(n.LeadsTo.ID), n.Organization)
	}
}

func outsideFields(n *pbx.OutsideNumber) []any {
	return []any{
		&n.ID, &n.Organization, &n.Value, &n.LeadsTo.Kind, &n.LeadsTo.ID, &n.Location, &n.State, &n.Note, &n.Version,
		moment{&n.CreatedAt},
		moment{&n.UpdatedAt},
	}
}
