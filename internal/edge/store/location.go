package store

import (
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const (
	locationColumns = "id, organization_id, name, street_address, city, state, zip_code, country, phone, fax, language, " +
		"time_zone, networks, emergency_number, emergency_address, emergency_note, version, created_at, updated_at"
	locationUsers = `(SELECT count(*) FROM "user" u WHERE u.location_id = l.id)`
)

var putLocation = upsert("location", "id", locationColumns+", name_key, sort_name, search")

// Location reads one location.
func (t *tx) Location(id pbx.LocationID) (pbx.Location, error) {
	return find(t, pbx.Ref{Kind: pbx.KindLocation, ID: int64(id)}, locationFields,
		"SELECT "+locationColumns+" FROM location WHERE id = $1", int64(id))
}

// LocationByName finds a location by its folded name.
func (t *tx) LocationByName(org pbx.OrganizationID, nameKey string) (pbx.Location, error) {
	return find(t, pbx.Ref{Kind: pbx.KindLocation, Key: nameKey}, locationFields,
		"SELECT "+locationColumns+" FROM location WHERE organization_id = $1 AND name_key = $2", int64(org), nameKey)
}

// Locations reads all locations of an organization, by id.
func (t *tx) Locations(org pbx.OrganizationID) ([]pbx.Location, error) {
	return collect(t, locationFields,
		"SELECT "+locationColumns+" FROM location WHERE organization_id = $1 ORDER BY id", int64(org))
}

// EachLocation goes through the locations of all organizations.
func (t *tx) EachLocation(fn func(pbx.Location) error) error {
	return each(t, locationFields, fn, "SELECT "+locationColumns+" FROM location ORDER BY id")
}

// ListLocations lists locations with the number of their users.
func (t *tx) ListLocations(org pbx.OrganizationID, q admin.Query) (admin.Page[admin.LocationRow], error) {
	l := listing[admin.LocationRow]{
		columns: locationColumns + ", " + locationUsers, from: "location l", sort: "l.sort_name", tie: "l.id",
		fields: func(r *admin.LocationRow) []any { return append(locationFields(&r.Location), &r.Users) },
	}
	switch q.Sort {
	case "id":
		l.sort = "l.id"
	case "users":
		l.sort = locationUsers
	}
	l.where.add("l.organization_id = ?", int64(org))
	if q.Search != "" {
		l.where.add("l.search LIKE ?", pattern(q.Search))
	}
	return page(t, q, l)
}

// PutLocation stores a location; Conflict if another has its name.
func (t *tx) PutLocation(l pbx.Location) error {
	networks, err := jsonText(l.Networks)
	if err != nil {
		return err
	}
	return t.put(putLocation, l.ID, int64(l.ID), int64(l.Organization), l.Name, l.StreetAddress, l.City, l.State,
		l.ZIPCode, l.Country, l.Phone, l.Fax, l.Language, l.TimeZone, networks, l.EmergencyNumber, l.EmergencyAddress,
		l.EmergencyNote, l.Version, millis(l.CreatedAt), millis(l.UpdatedAt), l.NameKey(), sortKey(l.Name),
		plainText.Replace(admin.LocationSearchText(l)))
}

// DeleteLocation deletes a location; Conflict while anything is at it.
func (t *tx) DeleteLocation(id pbx.LocationID) error {
	return t.remove(pbx.Ref{Kind: pbx.KindLocation, ID: int64(id)}, "DELETE FROM location WHERE id = $1", int64(id))
}

func locationFields(l *pbx.Location) []any {
	return []any{
		&l.ID, &l.Organization, &l.Name, &l.StreetAddress, &l.City, &l.State, &l.ZIPCode, &l.Country, &l.Phone, &l.Fax,
		&l.Language, &l.TimeZone,
		fromJSON{&l.Networks},
		&l.EmergencyNumber, &l.EmergencyAddress, &l.EmergencyNote, &l.Version,
		moment{&l.CreatedAt},
		moment{&l.UpdatedAt},
	}
}
