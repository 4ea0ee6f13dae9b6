package memstore

import (
	"slices"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (t *tx) RingGroup(id pbx.RingGroupID) (pbx.RingGroup, error) {
	g, err := get(t.db.ringGroups, id, pbx.KindRingGroup)
	g.Members = slices.Clone(g.Members)
	return g, err
}

func (t *tx) RingGroupByName(org pbx.OrganizationID, key string) (pbx.RingGroup, error) {
	for _, g := range t.db.ringGroups {
		if g.Organization == org && g.NameKey() == key {
			return t.RingGroup(g.ID)
		}
	}
	return pbx.RingGroup{}, missing(pbx.KindRingGroup)
}

func (t *tx) ListRingGroups(org pbx.OrganizationID, q admin.Query) (admin.Page[pbx.RingGroup], error) {
	var rows []pbx.RingGroup
	for _, g := range t.db.ringGroups {
		if g.Organization == org && (q.Search == "" || strings.Contains(admin.RingGroupSearchText(g), q.Search)) {
			g.Members = slices.Clone(g.Members)
			rows = append(rows, g)
		}
	}
	text := func(g pbx.RingGroup) string {
		switch q.Sort {
		case "id":
			return ""
		case "number":
			return admin.SortKey(g.Number)
		default:
			return admin.SortKey(g.Name)
		}
	}
	key := sorted(rows, q.Desc, text, func(g pbx.RingGroup) string { return ascending(int64(g.ID)) })
	return page(rows, q, key), nil
}

func (t *tx) EachRingGroup(fn func(pbx.RingGroup) error) error { return each(t.db.ringGroups, fn) }

func (t *tx) PutRingGroup(g pbx.RingGroup) error {
	if x, err := t.RingGroupByName(g.Organization, g.NameKey()); err == nil && x.ID != g.ID {
		return conflict("There is already a ring group of this name.")
	}
	g.Members = slices.Clone(g.Members)
	put(t, t.db.ringGroups, g.ID, g)
	return nil
}

func (t *tx) DeleteRingGroup(id pbx.RingGroupID) error {
	return drop(t, t.db.ringGroups, id, pbx.KindRingGroup)
}
