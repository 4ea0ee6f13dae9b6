package store

import (
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const ringGroupColumns = "id, organization_id, name, number, strategy, members, ring_seconds, skip_busy, then_kind, then_id, " +
	"version, created_at, updated_at"

var putRingGroup = upsert("ring_group", "id", ringGroupColumns+", name_key, sort_name, sort_number, search")

// RingGroup reads one ring group.
func (t *tx) RingGroup(id pbx.RingGroupID) (pbx.RingGroup, error) {
	return find(t, pbx.RingGroup{ID: id}.Ref(), ringGroupFields,
		"SELECT "+ringGroupColumns+" FROM ring_group WHERE id = $1", int64(id))
}

// RingGroupByName finds a ring group by its folded name.
func (t *tx) RingGroupByName(org pbx.OrganizationID, nameKey string) (pbx.RingGroup, error) {
	return find(t, pbx.Ref{Kind: pbx.KindRingGroup, Key: nameKey}, ringGroupFields,
		"SELECT "+ringGroupColumns+" FROM ring_group WHERE organization_id = $1 AND name_key = $2", int64(org), nameKey)
}

// ListRingGroups lists ring groups.
func (t *tx) ListRingGroups(org pbx.OrganizationID, q admin.Query) (admin.Page[pbx.RingGroup], error) {
	l := listing[pbx.RingGroup]{
		columns: ringGroupColumns, from: "ring_group", sort: "sort_name", tie: "id", fields: ringGroupFields,
	}
	switch q.Sort {
	case "id":
		l.sort = "id"
	case "number":
		l.sort = "sort_number"
	}
	l.where.add("organization_id = ?", int64(org))
	if q.Search != "" {
		l.where.add("search LIKE ?", pattern(q.Search))
	}
	return page(t, q, l)
}

// EachRingGroup goes through the ring groups of all organizations.
func (t *tx) EachRingGroup(fn func(pbx.RingGroup) error) error {
	return each(t, ringGroupFields, fn, "SELECT "+ringGroupColumns+" FROM ring_group ORDER BY id")
}

// PutRingGroup stores a ring group; Conflict if another has its name.
func (t *tx) PutRingGroup(g pbx.RingGroup) error {
	members, err := jsonText(g.Members)
	if err != nil {
		return err
	}
	return t.put(putRingGroup, g.ID, int64(g.ID), int64(g.Organization), g.Name, g.Number, string(g.Strategy), members,
		g.RingSeconds, g.SkipBusy, string(g.Then.Kind), g.Then.ID, g.Version, millis(g.CreatedAt), millis(g.UpdatedAt),
		g.NameKey(), sortKey(g.Name), sortKey(g.Number), plainText.Replace(admin.RingGroupSearchText(g)))
}

// DeleteRingGroup deletes a ring group.
func (t *tx) DeleteRingGroup(id pbx.RingGroupID) error {
	return t.remove(pbx.RingGroup{ID: id}.Ref(), "DELETE FROM ring_group WHERE id = $1", int64(id))
}

func ringGroupFields(g *pbx.RingGroup) []any {
	return []any{
		&g.ID, &g.Organization, &g.Name, &g.Number, &g.Strategy,
		fromJSON{&g.Members},
		&g.RingSeconds, &g.SkipBusy, &g.Then.Kind, &g.Then.ID, &g.Version,
		moment{&g.CreatedAt},
		moment{&g.UpdatedAt},
	}
}
