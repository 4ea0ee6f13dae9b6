package store

import (
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// clocks is how far the times of change sets may be out of the order of their numbers: nodes have clocks of their own.
const clocks = 5 * time.Minute

// ListChangeSets lists change sets, the newest first. Each filter has an index that gives its change sets in that order.
func (t *tx) ListChangeSets(org pbx.OrganizationID, q admin.ChangeQuery) (admin.Page[pbx.ChangeSet], error) {
	l := listing[pbx.ChangeSet]{
		columns: changeSetRead, from: "change_set c", sort: "c.id", tie: "c.id", fields: changeSetFields,
	}
	// A cross join is read in the order it is written in, and each of these tables in the order of the numbers.
	byText := q.Search != "" && !short(q.Search)
	switch {
	case byText:
		condition, arg := t.s.dialect.contains("change_set_search", q.Search)
		l.from, l.sort = "(SELECT rowid FROM change_set_search WHERE "+condition+") f CROSS JOIN change_set c", "f.rowid"
		l.tie = l.sort
		l.where.add("c.id = f.rowid", arg)
	case q.Kind != "":
		l.from, l.sort = "change_kind k CROSS JOIN change_set c", "k.change_set_id"
		l.tie = l.sort
		l.where.add("k.organization_id = ? AND k.kind = ? AND c.id = k.change_set_id", int64(org), string(q.Kind))
	}
	l.where.add("c.organization_id = ?", int64(org))
	if q.Kind != "" && byText {
		l.where.add("EXISTS (SELECT 1 FROM change_kind k WHERE k.organization_id = ? AND k.kind = ? "+
			"AND k.change_set_id = c.id)", int64(org), string(q.Kind))
	}
	if q.Search != "" && !byText {
		l.where.add("c.search LIKE ?", pattern(q.Search))
	}
	if q.Actor != 0 {
		l.where.add("c.actor_user_id = ?", int64(q.Actor))
	}
	if q.Intent != "" {
		l.where.add("c.intent = ?", q.Intent)
	}
	if q.Channel != "" {
		l.where.add("c.channel = ?", q.Channel)
	}
	if !q.Ref.IsZero() {
		about(&l.where, org, q.Ref)
	}
	between(&l.where, org, q.From, q.To)
	newest := q.Query
	newest.Desc = true
	p, err := page(t, newest, l)
	if err != nil {
		return p, err
	}
	return p, t.items(p.Items, admin.ItemsShown)
}

// about restricts a list to the history of one thing.
func about(where *conditions, org pbx.OrganizationID, ref pbx.Ref) {
	const of = "SELECT i.change_set_id FROM change_item i WHERE i.organization_id = ? AND i.kind = ? AND i.thing_id = ?"
	text := of + " AND i.thing_key = ?"
	args := []any{int64(org), string(ref.Kind), ref.ID, ref.Key}
	if ref.Kind == pbx.KindUser {
		text += " UNION " + of
		args = append(args, int64(org), string(pbx.KindUserSecret), ref.ID)
	}
	if prefix, ok := admin.SettingsPrefix(ref); ok {
		text += " UNION " + of + " AND i.thing_key >= ? AND i.thing_key < ?"
		args = append(args, int64(org), string(pbx.KindSetting), 0, prefix, prefix[:len(prefix)-1]+"0") // 0 follows /
	}
	where.add("c.id IN ("+text+")", args...)
}

// between restricts a list to a time, by number as far as the clocks allow, so that the order of the list still holds.
func between(where *conditions, org pbx.OrganizationID, from, to time.Time) {
	if !from.IsZero() {
		where.add("c.at >= ? AND c.id >= coalesce((SELECT b.id FROM change_set b WHERE b.organization_id = ? AND b.at >= ? "+
			"ORDER BY b.at, b.id LIMIT 1), 0)", millis(from), int64(org), millis(from.Add(-clocks)))
	}
	if !to.IsZero() {
		where.add("c.at < ? AND c.id <= coalesce((SELECT b.id FROM change_set b WHERE b.organization_id = ? AND b.at < ? "+
			"ORDER BY b.at DESC, b.id DESC LIMIT 1), 0)", millis(to), int64(org), millis(to.Add(clocks)))
	}
}
