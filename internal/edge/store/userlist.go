package store

import (
	"cmp"
	"slices"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// listMost bounds the ids of one IN list.
const listMost = 500

const (
	// few is how many users a filter may leave for a list to begin with it and to sort what it leaves.
	few = 3000
	// some is how many a filter may leave to be made a set, which is asked user by user in the order of the list.
	some = 30_000
	// A filter that leaves more is applied to the users themselves: just because so many pass, a page is full soon.
)

// filter is one restriction of a list of users in three forms: as the table to begin with, which is also the set to ask,
// and as a test of one user.
type filter struct {
	source string // SELECT of user_id; empty if there is none
	sargs  []any
	test   string // on u
	targs  []any
	count  int64 // how far it is worth counting what it leaves
	leaves int64 // what it leaves, counted so far
	likely bool  // that it leaves few
}

// ListUsers lists users.
func (t *tx) ListUsers(org pbx.OrganizationID, q admin.UserQuery) (admin.Page[pbx.User], error) {
	if err := t.index(); err != nil {
		return admin.Page[pbx.User]{}, err
	}
	if q.Online != nil && t.writes {
		return admin.Page[pbx.User]{}, pbx.Errorf(pbx.Internal, "who is online is not known within a change")
	}
	ids, err := t.listUsers(org, q, t.userFilters(org, q, time.Now()))
	if err != nil {
		return admin.Page[pbx.User]{}, err
	}
	users, err := t.inOrder(ids.Items)
	return admin.Page[pbx.User]{Items: users, Next: ids.Next, Total: ids.Total, TotalMore: ids.TotalMore}, err
}

func (t *tx) listUsers(org pbx.OrganizationID, q admin.UserQuery, filters []filter) (admin.Page[pbx.UserID], error) {
	if len(filters) == 1 && filters[0].likely {
		// One that is not few names nobody here.
		if ids, err := page(t, q.Query, t.userListing(org, q, filters, 0)); err != nil || len(ids.Items) > 0 {
			return ids, err
		}
	}
	best, err := t.weigh(filters)
	if err != nil {
		return admin.Page[pbx.UserID]{}, err
	}
	l := t.userListing(org, q, filters, best)
	if l.many, err = t.certainlyMany(q, filters); err != nil {
		return admin.Page[pbx.UserID]{}, err
	}
	return page(t, q.Query, l)
}

// userListing lists the ids of users. It begins with one of the filters, which leaves few, or with none if best is -1.
func (t *tx) userListing(org pbx.OrganizationID, q admin.UserQuery, filters []filter, best int) listing[pbx.UserID] {
	l := listing[pbx.UserID]{
		columns: "u.id", from: `"user" u`, sort: userSortColumn(q.Sort), tie: "u.id",
		fields: func(id *pbx.UserID) []any { return []any{id} }, lasts: len(filters) == 0,
	}
	if best >= 0 {
		l.first = &first{filters[best].source, filters[best].sargs}
		l.from = t.s.dialect.among[0]
		l.where.add(t.s.dialect.among[1])
	}
	userConditions(&l.where, org, q)
	for i, f := range filters {
		switch {
		case i == best:
		case best < 0 && f.leaves > few && f.leaves < f.count:
			// IS TRUE keeps PostgreSQL from making a join of it, which would ask for each user anew.
			l.where.add("(u.id IN ("+f.source+")) IS TRUE", f.sargs...)
		default:
			l.where.add(f.test, f.targs...)
		}
	}
	return l
}

// certainlyMany tells whether a list is longer than its total is exact without counting: what its only filter leaves
// is, by far more than there can be operators among it.
func (t *tx) certainlyMany(q admin.UserQuery, filters []filter) (bool, error) {
	if len(filters) != 1 || filters[0].leaves <= few || q.Enabled != nil || q.Kind != "" || q.Role != "" {
		return false, nil
	}
	// With other organizations about, some of it may be theirs.
	n, err := t.number("SELECT count(*) FROM organization")
	return n == 1, err
}

// inOrder reads the users of a page. Only the ids come from the list's own statement, so that it can run over an index
// alone, however far from the beginning the page is.
func (t *tx) inOrder(ids []pbx.UserID) ([]pbx.User, error) {
	users, err := t.Users(ids)
	if err != nil {
		return nil, err
	}
	ordered := make([]pbx.User, len(ids))
	for i, id := range ids {
		at, found := slices.BinarySearchFunc(users, id, func(u pbx.User, id pbx.UserID) int { return cmp.Compare(u.ID, id) })
		if found { // as all are: it is one snapshot
			ordered[i] = users[at]
		}
	}
	return ordered, nil
}

func userConditions(where *conditions, org pbx.OrganizationID, q admin.UserQuery) {
	where.add("u.organization_id = ?", int64(org))
	if q.Kind == "" && q.Role == "" {
		where.add("u.kind <> 'operator'") // word for word as in the indexes
	}
	if q.Enabled != nil && *q.Enabled {
		where.add("u.enabled")
	}
}

func (t *tx) userFilters(org pbx.OrganizationID, q admin.UserQuery, now time.Time) []filter {
	var list []filter
	of := []any{int64(org)}
	if q.Search != "" {
		list = append(list, t.searchFilter(org, q.Search))
	}
	if q.Home != 0 {
		group := []any{int64(q.Home)}
		list = append(list, filter{
			source: "SELECT user_id FROM membership WHERE group_id = ? AND home", sargs: group,
			test: "u.home_group_id = ?", targs: group,
		})
	}
	if q.Group != 0 {
		group := []any{int64(q.Group)}
		list = append(list, filter{
			source: "SELECT user_id FROM membership WHERE group_id = ?", sargs: group,
			test: "EXISTS (SELECT 1 FROM membership m WHERE m.user_id = u.id AND m.group_id = ?)", targs: group,
		})
	}
	if q.Location != 0 {
		location := []any{int64(q.Location)}
		list = append(list, filter{
			source: `SELECT id AS user_id FROM "user" WHERE location_id = ?`, sargs: location,
			test: "u.location_id = ?", targs: location,
		})
	}
	if q.Kind != "" {
		f := filter{test: "u.kind = ?", targs: []any{string(q.Kind)}}
		if q.Kind != pbx.Person { // the index leaves out persons, who are most
			f.source = `SELECT id AS user_id FROM "user" WHERE organization_id = ? AND kind = ? AND kind <> 'person'`
			f.sargs = append(of[:1:1], string(q.Kind))
		}
		list = append(list, f)
	}
	if q.Role != "" {
		f := filter{test: "u.role = ?", targs: []any{string(q.Role)}}
		if q.Role != pbx.RoleUser { // likewise
			f.source = `SELECT id AS user_id FROM "user" WHERE organization_id = ? AND role = ? AND role <> 'user'`
			f.sargs = append(of[:1:1], string(q.Role))
		}
		list = append(list, f)
	}
	if q.Enabled != nil && !*q.Enabled {
		list = append(list, filter{
			source: `SELECT id AS user_id FROM "user" WHERE organization_id = ? AND NOT enabled`, sargs: of,
			test: "NOT u.enabled",
		})
	}
	if q.Online != nil {
		list = append(list, onlineFilter(*q.Online, now))
	}
	if q.SignedIn != nil {
		list = append(list, signedInFilter(*q.SignedIn))
	}
	if q.Managed != nil {
		list = append(list, managedFilter(*q.Managed, of))
	}
	if q.Leaving != nil {
		list = append(list, leavingFilter(*q.Leaving, of))
	}
	return list
}

func signedInFilter(signedIn bool) filter {
	test := "EXISTS (SELECT 1 FROM sign_in s WHERE s.user_id = u.id)"
	if !signedIn {
		return filter{test: "NOT " + test}
	}
	return filter{source: "SELECT user_id FROM sign_in", test: test, count: few + 1}
}

func managedFilter(managed bool, of []any) filter {
	if !managed {
		return filter{test: "u.managed_by = ''"}
	}
	return filter{
		source: `SELECT id AS user_id FROM "user" WHERE organization_id = ? AND managed_by <> ''`, sargs: of,
		test: "u.managed_by <> ''",
	}
}

func leavingFilter(leaving bool, of []any) filter {
	test := "EXISTS (SELECT 1 FROM leave l WHERE l.user_id = u.id)"
	if !leaving {
		return filter{test: "NOT " + test}
	}
	return filter{source: "SELECT user_id FROM leave WHERE organization_id = ?", sargs: of, test: test}
}

func (t *tx) searchFilter(org pbx.OrganizationID, q string) filter {
	if !short(q) {
		condition, arg := t.s.dialect.contains("user_search", q)
		return filter{
			source: "SELECT rowid AS user_id FROM user_search WHERE " + condition, sargs: []any{arg},
			test: "u.search LIKE ?", targs: []any{pattern(q)}, likely: true,
		}
	}
	args := []any{int64(org), initialsFrom(q), initialsTo(q)}
	return filter{
		source: "SELECT DISTINCT user_id FROM user_initials WHERE organization_id = ? AND initials >= ? AND initials <= ?",
		sargs:  args,
		test: "EXISTS (SELECT 1 FROM user_initials i WHERE i.user_id = u.id AND i.organization_id = ? " +
			"AND i.initials >= ? AND i.initials <= ?)",
		targs: args,
	}
}

func onlineFilter(online bool, now time.Time) filter {
	bound, args := "EXISTS (SELECT 1 FROM binding b WHERE b.user_id = u.id AND b.expires_at > ?)", []any{millis(now)}
	if !online {
		return filter{test: "NOT " + bound, targs: args}
	}
	// Bindings are long rows; it is not worth reading them all to know how many there are.
	return filter{
		source: "SELECT DISTINCT user_id FROM binding WHERE expires_at > ?", sargs: args, test: bound, targs: args,
		count: few + 1,
	}
}

// weigh counts what each filter leaves, and finds the one that leaves the fewest, -1 if none leaves few.
func (t *tx) weigh(filters []filter) (int, error) {
	best, fewest := -1, int64(few+1)
	for i := range filters {
		f := &filters[i]
		if f.source == "" {
			continue
		}
		if f.count == 0 {
			f.count = some + 1
		}
		var err error
		f.leaves, err = t.number(numbered("SELECT count(*) FROM ("+f.source+" LIMIT ?) AS counted"),
			append(f.sargs[:len(f.sargs):len(f.sargs)], f.count)...)
		if err != nil {
			return -1, err
		}
		if f.leaves < fewest {
			best, fewest = i, f.leaves
		}
	}
	return best, nil
}

func userSortColumn(sort string) string {
	switch sort {
	case "firstName":
		return "u.sort_first_name"
	case "displayName":
		return "u.sort_display_name"
	case "number":
		return "u.sort_number"
	case "username":
		return "u.sort_username"
	case "email":
		return "u.sort_email"
	case "id":
		return "u.id"
	case "createdAt":
		return "u.created_at"
	default:
		return "u.sort_last_name"
	}
}
