package store

import (
	"maps"
	"slices"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const userColumns = "id, organization_id, kind, home_group_id, further_groups, number, username, first_name, last_name, " +
	"display_name, email, email_pending, enabled, disabled_at, role, auth_account_name, external_id, language, " +
	"time_zone, job_title, department, mobile, fax, custom1, custom2, custom3, provisioning_profile_id, location_id, emergency_location_id, " +
	"emergency_address, street_address, city, state, zip_code, country, photo, managed_by, version, created_at, updated_at"

var (
	// What a user is found by is written by index, which knows the names that are not his own columns.
	putUser = upsert(`"user"`, "id", userColumns+", email_key, sort_last_name, sort_first_name, sort_display_name, "+
		"sort_number, sort_username, sort_email, search").keeping("search")
	putMemberships = batch{before: "INSERT INTO membership (group_id, user_id, home) VALUES ", row: "(?,?,?)"}
	putInitials    = batch{before: "INSERT INTO user_initials (organization_id, initials, user_id) VALUES ", row: "(?,?,?)"}
)

// User reads one user.
func (t *tx) User(id pbx.UserID) (pbx.User, error) {
	u, err := find(t, userRef(id), userFields, "SELECT "+userColumns+` FROM "user" WHERE id = $1`, int64(id))
	if err == nil {
		t.know(u)
	}
	return u, err
}

// Users reads those of the users that there are, by id.
func (t *tx) Users(ids []pbx.UserID) ([]pbx.User, error) {
	return ofMany(t, ids, 1, userFields, "SELECT "+userColumns+` FROM "user" WHERE id IN @ ORDER BY id`)
}

// UsersHomedIn reads the users whose home the group is, by id.
func (t *tx) UsersHomedIn(group pbx.GroupID) ([]pbx.User, error) {
	return collect(t, userFields,
		"SELECT "+userColumns+` FROM "user" WHERE home_group_id = $1 ORDER BY id`, int64(group))
}

// UsersFurtherIn reads the users who belong to the group besides their home group, by id.
func (t *tx) UsersFurtherIn(group pbx.GroupID) ([]pbx.User, error) {
	return collect(t, userFields, "SELECT "+userColumns+` FROM "user" WHERE id IN `+
		"(SELECT user_id FROM membership WHERE group_id = $1 AND NOT home) ORDER BY id", int64(group))
}

// UsersWithRole reads the users of a role, by id.
func (t *tx) UsersWithRole(org pbx.OrganizationID, role pbx.Role) ([]pbx.User, error) {
	text := "SELECT " + userColumns + ` FROM "user" WHERE organization_id = $1 AND role = $2`
	if role != pbx.RoleUser {
		text += " AND role <> 'user'" // names the index that leaves ordinary users out
	}
	return collect(t, userFields, text+" ORDER BY id", int64(org), string(role))
}

// UsersWithEmail reads at most so many users with an e-mail address, compared folded, by id.
func (t *tx) UsersWithEmail(org pbx.OrganizationID, folded string, most int) ([]pbx.User, error) {
	return collect(t, userFields, "SELECT "+userColumns+` FROM "user" WHERE organization_id = $1 AND email_key = $2 `+
		"AND email_key <> '' ORDER BY id LIMIT $3", int64(org), folded, most)
}

// CountUsers counts the users that the limit is about.
func (t *tx) CountUsers(org pbx.OrganizationID) (int, error) {
	n, err := t.number(`SELECT count(*) FROM "user" WHERE organization_id = $1 AND kind <> 'operator'`, int64(org))
	return int(n), err
}

// EachUser goes through the users of all organizations.
func (t *tx) EachUser(fn func(pbx.User) error) error {
	return each(t, userFields, fn, "SELECT "+userColumns+` FROM "user" ORDER BY id`)
}

// PutUser stores a user with its memberships.
func (t *tx) PutUser(u pbx.User) error {
	further, err := jsonText(u.Groups)
	if err != nil {
		return err
	}
	key := func(sort string) []byte { return sortKey(admin.UserSortText(u, sort)) }
	err = t.put(putUser, u.ID, int64(u.ID), int64(u.Organization), string(u.Kind), nullID(u.HomeGroup), further, u.Number,
		u.Username, u.FirstName, u.LastName, u.DisplayName, u.Email, u.EmailPending, u.Enabled, millis(u.DisabledAt),
		string(u.Role), u.AuthAccountName, u.ExternalID, u.Language, u.TimeZone, u.JobTitle, u.Department, u.Mobile,
		u.Fax, u.Custom1, u.Custom2, u.Custom3, nullID(u.Profile), nullID(u.Location), nullID(u.EmergencyLocation), u.EmergencyAddress,
		u.StreetAddress, u.City, u.State, u.ZIPCode, u.Country, u.Photo, u.ManagedBy, u.Version, millis(u.CreatedAt), millis(u.UpdatedAt),
		pbx.Fold(u.Email), key("lastName"), key("firstName"), key("displayName"), key("number"), key("username"),
		key("email"), "")
	was, known := t.known[u.ID]
	if !known || was.HomeGroup != u.HomeGroup || !slices.Equal(was.Groups, u.Groups) {
		t.waiting.users = append(t.waiting.users, u)
	}
	if !known || admin.UserSearchText(was) != admin.UserSearchText(u) {
		t.unindex(u.ID, u.Organization)
	}
	t.know(u)
	return err
}

// know remembers a user as he is stored or will be, so that what hangs on his row is written only when it changes.
func (t *tx) know(u pbx.User) {
	if !t.writes {
		return
	}
	if t.known == nil || len(t.known) >= putMost {
		t.known = make(map[pbx.UserID]pbx.User)
	}
	u.Groups = slices.Clone(u.Groups)
	t.known[u.ID] = u
}

// putMemberships writes who belongs to which groups.
func (t *tx) putMemberships(users []pbx.User) error {
	if len(users) == 0 {
		return nil
	}
	ids := make([]pbx.UserID, len(users))
	var rows []any
	for i, u := range users {
		ids[i] = u.ID
		for n, group := range u.AllGroups() {
			rows = append(rows, int64(group), int64(u.ID), n == 0 && u.HomeGroup != 0)
		}
	}
	list, args := in(ids)
	if _, err := t.exec(numbered("DELETE FROM membership WHERE user_id IN "+list), args...); err != nil {
		return err
	}
	return t.many(putMemberships, rows)
}

// DeleteUser deletes a user with its memberships and search entries.
func (t *tx) DeleteUser(id pbx.UserID) error {
	delete(t.known, id)
	return t.remove(userRef(id), `DELETE FROM "user" WHERE id = $1`, int64(id))
}

func (t *tx) unindex(id pbx.UserID, org pbx.OrganizationID) {
	if t.unindexed == nil {
		t.unindexed = make(map[pbx.OrganizationID]map[pbx.UserID]bool)
	}
	if t.unindexed[org] == nil {
		t.unindexed[org] = make(map[pbx.UserID]bool)
	}
	t.unindexed[org][id] = true
}

// index writes the search entries of the users who changed, or whose aliases or outside numbers did.
func (t *tx) index() error {
	for org, users := range t.unindexed {
		for part := range slices.Chunk(slices.Sorted(maps.Keys(users)), listMost) {
			if err := t.indexSome(org, part); err != nil {
				return err
			}
		}
	}
	clear(t.unindexed)
	return nil
}

func (t *tx) indexSome(org pbx.OrganizationID, ids []pbx.UserID) error {
	type indexed struct {
		pbx.User
		search string // as it is stored
	}
	list, args := in(ids)
	users, err := collect(t, func(u *indexed) []any { return append(userFields(&u.User), &u.search) },
		numbered("SELECT "+userColumns+`, search FROM "user" WHERE id IN `+list+" ORDER BY id"), args...)
	if err != nil {
		return err
	}
	names, err := t.furtherNames(org, list, args)
	if err != nil {
		return err
	}
	var changed []pbx.UserID
	var rows []any
	for _, u := range users {
		text := strings.Join(append([]string{admin.UserSearchText(u.User)}, names[int64(u.ID)]...), "\n")
		text = plainText.Replace(text)
		if text == u.search { // then the initials stand too
			continue
		}
		changed = append(changed, u.ID)
		if _, err = t.exec(`UPDATE "user" SET search = $1 WHERE id = $2`, text, int64(u.ID)); err != nil {
			return err
		}
		for _, beginning := range initials(text) {
			rows = append(rows, int64(u.Organization), beginning, int64(u.ID))
		}
	}
	if len(changed) == 0 {
		return nil
	}
	list, args = in(changed)
	if _, err = t.exec(numbered("DELETE FROM user_initials WHERE user_id IN "+list), args...); err != nil {
		return err
	}
	return t.many(putInitials, rows)
}

// furtherNames gives the aliases and the outside numbers of users, each sorted.
func (t *tx) furtherNames(org pbx.OrganizationID, list string, args []any) (map[int64][]string, error) {
	type name struct {
		kind, user int64
		value      string
	}
	args = append([]any{int64(org)}, args...)
	all, err := collect(t, func(n *name) []any { return []any{&n.kind, &n.user, &n.value} },
		numbered("SELECT 0, owner_id, value FROM dial_string WHERE organization_id = ? AND owner_kind = 'user' AND owner_id IN "+
			list+" AND kind = 'alias' UNION ALL SELECT 1, leads_to_id, value FROM outside_number WHERE organization_id = ? "+
			"AND leads_to_kind = 'user' AND leads_to_id IN "+list+" ORDER BY 1, 3"), slices.Concat(args, args)...)
	names := make(map[int64][]string)
	for _, n := range all {
		names[n.user] = append(names[n.user], n.value)
	}
	return names, err
}

func userRef(id pbx.UserID) pbx.Ref { return pbx.Ref{Kind: pbx.KindUser, ID: int64(id)} }

func userFields(u *pbx.User) []any {
	return []any{
		&u.ID, &u.Organization, &u.Kind,
		orZero[pbx.GroupID]{&u.HomeGroup},
		fromJSON{&u.Groups},
		&u.Number, &u.Username,
		&u.FirstName, &u.LastName, &u.DisplayName, &u.Email, &u.EmailPending, &u.Enabled,
		moment{&u.DisabledAt},
		&u.Role,
		&u.AuthAccountName, &u.ExternalID, &u.Language, &u.TimeZone, &u.JobTitle, &u.Department, &u.Mobile, &u.Fax,
		&u.Custom1, &u.Custom2, &u.Custom3,
		orZero[pbx.ProfileID]{&u.Profile},
		orZero[pbx.LocationID]{&u.Location},
		orZero[pbx.LocationID]{&u.EmergencyLocation},
		&u.EmergencyAddress, &u.StreetAddress, &u.City, &u.State, &u.ZIPCode, &u.Country, &u.Photo, &u.ManagedBy, &u.Version,
		moment{&u.CreatedAt},
		moment{&u.UpdatedAt},
	}
}
