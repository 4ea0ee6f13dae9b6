package memstore

import (
	"cmp"
	"slices"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (t *tx) Location(id pbx.LocationID) (pbx.Location, error) {
	l, err := get(t.db.locations, id, pbx.KindLocation)
	l.Networks = slices.Clone(l.Networks)
	return l, err
}

func (t *tx) LocationByName(org pbx.OrganizationID, key string) (pbx.Location, error) {
	for _, l := range t.db.locations {
		if l.Organization == org && l.NameKey() == key {
			return t.Location(l.ID)
		}
	}
	return pbx.Location{}, missing(pbx.KindLocation)
}

func (t *tx) Locations(org pbx.OrganizationID) ([]pbx.Location, error) {
	return where(t.db.locations, func(l pbx.Location) bool { return l.Organization == org },
		func(a, b pbx.Location) int { return cmp.Compare(a.ID, b.ID) }), nil
}

func (t *tx) ListLocations(org pbx.OrganizationID, q admin.Query) (admin.Page[admin.LocationRow], error) {
	var rows []admin.LocationRow
	for _, l := range t.db.locations {
		if l.Organization != org || q.Search != "" && !strings.Contains(admin.LocationSearchText(l), q.Search) {
			continue
		}
		r := admin.LocationRow{Location: l}
		for _, u := range t.db.users {
			if u.Location == l.ID {
				r.Users++
			}
		}
		rows = append(rows, r)
	}
	text := func(r admin.LocationRow) string {
		switch q.Sort {
		case "id":
			return ""
		case "users":
			return ascending(int64(r.Users))
		default:
			return admin.SortKey(r.Name)
		}
	}
	key := sorted(rows, q.Desc, text, func(r admin.LocationRow) string { return ascending(int64(r.ID)) })
	return page(rows, q, key), nil
}

func (t *tx) PutLocation(l pbx.Location) error {
	if x, err := t.LocationByName(l.Organization, l.NameKey()); err == nil && x.ID != l.ID {
		return conflict("There is already a location of this name.")
	}
	l.Networks = slices.Clone(l.Networks)
	put(t, t.db.locations, l.ID, l)
	return nil
}

func (t *tx) DeleteLocation(id pbx.LocationID) error {
	return drop(t, t.db.locations, id, pbx.KindLocation)
}
