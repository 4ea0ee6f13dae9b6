package store

import (
	"encoding/hex"
	"slices"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const (
	groupColumns = "id, organization_id, name, position, provisioning_profile_id, street_address, city, state, zip_code, " +
		"country, contact_surname, contact_name, contact_role, phone, mobile, fax, it_email, version, created_at, updated_at"
	groupMembers = "(SELECT count(*) FROM membership m WHERE m.group_id = g.id)"
)

var putGroup = upsert(`"group"`, "id", groupColumns+", name_key, sort_name, search")

// Group reads one group.
func (t *tx) Group(id pbx.GroupID) (pbx.Group, error) {
	return find(t, pbx.Ref{Kind: pbx.KindGroup, ID: int64(id)}, groupFields,
		"SELECT "+groupColumns+` FROM "group" WHERE id = $1`, int64(id))
}

// GroupByName finds a group by its folded name.
func (t *tx) GroupByName(org pbx.OrganizationID, nameKey string) (pbx.Group, error) {
	return find(t, pbx.Ref{Kind: pbx.KindGroup, Key: nameKey}, groupFields,
		"SELECT "+groupColumns+` FROM "group" WHERE organization_id = $1 AND name_key = $2`, int64(org), nameKey)
}

// Groups reads all groups of an organization, in the group order.
func (t *tx) Groups(org pbx.OrganizationID) ([]pbx.Group, error) {
	return collect(t, groupFields,
		"SELECT "+groupColumns+` FROM "group" WHERE organization_id = $1 ORDER BY position, id`, int64(org))
}

// GroupsAmong reads those of the groups that there are, the top first.
func (t *tx) GroupsAmong(ids []pbx.GroupID) ([]pbx.Group, error) {
	groups, err := ofMany(t, ids, 1, groupFields, "SELECT "+groupColumns+` FROM "group" WHERE id IN @`)
	slices.SortFunc(groups, admin.GroupOrder)
	return groups, err
}

// EachGroup goes through the groups of all organizations.
func (t *tx) EachGroup(fn func(pbx.Group) error) error {
	return each(t, groupFields, fn, "SELECT "+groupColumns+` FROM "group" ORDER BY id`)
}

// ListGroups lists groups with the number of their members.
func (t *tx) ListGroups(org pbx.OrganizationID, q admin.GroupQuery) (admin.Page[admin.GroupRow], error) {
	l := listing[admin.GroupRow]{
		columns: groupColumns + ", " + groupMembers, from: `"group" g`, sort: "g.position", tie: "g.id",
		fields: func(r *admin.GroupRow) []any { return append(groupFields(&r.Group), &r.Members) },
	}
	switch q.Sort {
	case "name":
		l.sort = "g.sort_name"
	case "id":
		l.sort = "g.id"
	case "members":
		l.sort = groupMembers
	}
	l.where.add("g.organization_id = ?", int64(org))
	if q.Only != nil {
		if len(q.Only) == 0 {
			return admin.Page[admin.GroupRow]{}, nil
		}
		list, args := in(q.Only)
		l.where.add("g.id IN "+list, args...)
	}
	if q.Search != "" {
		l.where.add("g.search LIKE ?", pattern(q.Search))
	}
	return page(t, q.Query, l)
}

// PutGroup stores a group; Conflict if another has its name.
func (t *tx) PutGroup(g pbx.Group) error {
	return t.put(putGroup, g.ID, int64(g.ID), int64(g.Organization), g.Name, g.Position, nullID(g.Profile),
		g.StreetAddress, g.City, g.State, g.ZIPCode, g.Country, g.ContactSurname, g.ContactName, g.ContactRole, g.Phone,
		g.Mobile, g.Fax, g.ITEmail, g.Version, millis(g.CreatedAt), millis(g.UpdatedAt),
		g.NameKey(), sortKey(g.Name), plainText.Replace(pbx.Fold(g.Name)+"\n"+pbx.Fold(g.ITEmail)))
}

// DeleteGroup deletes a group; Conflict while it has users.
func (t *tx) DeleteGroup(id pbx.GroupID) error {
	return t.remove(pbx.Ref{Kind: pbx.KindGroup, ID: int64(id)}, `DELETE FROM "group" WHERE id = $1`, int64(id))
}

func groupFields(g *pbx.Group) []any {
	return []any{
		&g.ID, &g.Organization, &g.Name, &g.Position,
		orZero[pbx.ProfileID]{&g.Profile},
		&g.StreetAddress, &g.City, &g.State,
		&g.ZIPCode, &g.Country, &g.ContactSurname, &g.ContactName, &g.ContactRole, &g.Phone, &g.Mobile, &g.Fax,
		&g.ITEmail, &g.Version,
		moment{&g.CreatedAt},
		moment{&g.UpdatedAt},
	}
}

// sortKey is the collated key of a name in plain bytes, cut where an index would refuse it.
func sortKey(s string) []byte {
	const most = 400
	key, err := hex.DecodeString(admin.SortKey(s))
	if err != nil {
		key = []byte(s) // not reached: it is hexadecimal
	}
	return key[:min(len(key), most)]
}
