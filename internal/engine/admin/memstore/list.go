package memstore

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// page cuts one page out of sorted rows. Key is unique and ascends over them; a cursor is the last key of a page.
func page[V any](rows []V, q admin.Query, key func(V) string) admin.Page[V] {
	p := admin.Page[V]{Items: []V{}, Total: min(len(rows), admin.MaxCountedTotal)}
	p.TotalMore = len(rows) > admin.MaxCountedTotal
	limit := q.Limit
	if limit <= 0 {
		limit = admin.DefaultPageSize
	}
	start := (max(q.Page, 1) - 1) * limit
	if q.Cursor != "" {
		start = len(rows)
		if b, err := base64.RawURLEncoding.DecodeString(q.Cursor); err == nil {
			if i := slices.IndexFunc(rows, func(v V) bool { return key(v) > string(b) }); i >= 0 {
				start = i
			}
		}
	}
	start = min(start, len(rows))
	end := min(start+limit, len(rows))
	p.Items = append(p.Items, rows[start:end]...)
	if end < len(rows) {
		p.Next = base64.RawURLEncoding.EncodeToString([]byte(key(rows[end-1])))
	}
	return p
}

// sorted sorts rows by a text and their id, and gives the key that page wants.
func sorted[V any](rows []V, desc bool, text func(V) string, id func(V) string) func(V) string {
	type keyed struct {
		key string
		v   V
	}
	keyOf := func(v V) string {
		k := text(v) + "\x00" + id(v)
		if desc {
			k = inverse(k)
		}
		return k
	}
	all := make([]keyed, len(rows))
	for i, v := range rows {
		all[i] = keyed{keyOf(v), v}
	}
	slices.SortFunc(all, func(a, b keyed) int { return strings.Compare(a.key, b.key) })
	for i := range all {
		rows[i] = all[i].v
	}
	return keyOf
}

// inverse turns the order of texts round.
func inverse(s string) string {
	b := []byte(s + "\x00")
	for i := range b {
		b[i] = 255 - b[i]
	}
	return string(b)
}

func ascending(id int64) string  { return fmt.Sprintf("%020d", id) }
func descending(id int64) string { return inverse(ascending(id)) }

func (t *tx) ListGroups(org pbx.OrganizationID, q admin.GroupQuery) (admin.Page[admin.GroupRow], error) {
	var rows []admin.GroupRow
	for _, g := range t.db.groups {
		if g.Organization != org || q.Only != nil && !slices.Contains(q.Only, g.ID) {
			continue
		}
		if q.Search != "" && !strings.Contains(g.NameKey()+"\n"+pbx.Fold(g.ITEmail), q.Search) {
			continue
		}
		r := admin.GroupRow{Group: g}
		for _, u := range t.db.users {
			if u.MemberOf(g.ID) {
				r.Members++
			}
		}
		rows = append(rows, r)
	}
	text := func(r admin.GroupRow) string {
		switch q.Sort {
		case "name":
			return admin.SortKey(r.Name)
		case "id":
			return ""
		case "members":
			return ascending(int64(r.Members))
		default:
			return ascending(int64(r.Position))
		}
	}
	key := sorted(rows, q.Desc, text, func(r admin.GroupRow) string { return ascending(int64(r.ID)) })
	return page(rows, q.Query, key), nil
}

func (t *tx) ListUsers(org pbx.OrganizationID, q admin.UserQuery) (admin.Page[pbx.User], error) {
	rows := t.usersWhere(func(u pbx.User) bool { return u.Organization == org && t.userMatches(u, q) })
	text := func(u pbx.User) string {
		switch q.Sort {
		case "id":
			return ""
		case "createdAt":
			return ascending(u.CreatedAt.UnixMilli())
		default:
			return admin.SortKey(admin.UserSortText(u, q.Sort))
		}
	}
	key := sorted(rows, q.Desc, text, func(u pbx.User) string { return ascending(int64(u.ID)) })
	return page(rows, q.Query, key), nil
}

func (t *tx) userMatches(u pbx.User, q admin.UserQuery) bool {
	online := t.store.Online != nil && t.store.Online(u.ID)
	_, leaving := t.db.leaves[u.ID]
	switch {
	case u.Kind == pbx.Operator && q.Kind == "" && q.Role == "",
		q.Kind != "" && u.Kind != q.Kind,
		q.Role != "" && u.Role != q.Role,
		q.Group != 0 && !u.MemberOf(q.Group),
		q.Home != 0 && u.HomeGroup != q.Home,
		q.Location != 0 && u.Location != q.Location,
		q.Enabled != nil && u.Enabled != *q.Enabled,
		q.Online != nil && online != *q.Online,
		q.SignedIn != nil && !t.store.SignedIn[u.ID].IsZero() != *q.SignedIn,
		q.Managed != nil && (u.ManagedBy != "") != *q.Managed,
		q.Leaving != nil && leaving != *q.Leaving:
		return false
	}
	return q.Search == "" || strings.Contains(admin.UserSearchText(u), q.Search) || t.leadsHere(u, q.Search)
}

// leadsHere reports whether an alias or outside number of a user holds a text.
func (t *tx) leadsHere(u pbx.User, search string) bool {
	for _, d := range t.db.dials {
		if d.Owner == u.Ref() && d.Kind == pbx.DialAlias && strings.Contains(d.Value, search) {
			return true
		}
	}
	for _, n := range t.db.outside {
		if n.LeadsTo == u.Ref() && strings.Contains(n.Value, search) {
			return true
		}
	}
	return false
}

func (t *tx) ListDevices(org pbx.OrganizationID, q admin.DeviceQuery) (admin.Page[pbx.Device], error) {
	var rows []pbx.Device
	for _, d := range t.db.devices {
		u := t.db.users[d.User]
		switch {
		case d.Organization != org, q.User != 0 && d.User != q.User, q.Home != 0 && u.HomeGroup != q.Home,
			q.Search != "" && !strings.Contains(pbx.Fold(d.Name)+"\n"+admin.UserSearchText(u), q.Search):
			continue
		}
		rows = append(rows, d)
	}
	text := func(d pbx.Device) string {
		if q.Sort == "id" {
			return ""
		}
		return admin.SortKey(d.Name)
	}
	key := sorted(rows, q.Desc, text, func(d pbx.Device) string { return ascending(int64(d.ID)) })
	return page(rows, q.Query, key), nil
}

func (t *tx) ListDialStrings(org pbx.OrganizationID, q admin.DialQuery) (admin.Page[pbx.DialString], error) {
	var rows []pbx.DialString
	for _, d := range t.db.dials {
		his := d.Owner.Kind == pbx.KindUser && t.db.users[pbx.UserID(d.Owner.ID)].HomeGroup == q.Home ||
			d.Kind == pbx.DialHold && d.HeldFor == q.HeldFor
		if d.Organization != org || len(q.Kinds) > 0 && !slices.Contains(q.Kinds, d.Kind) || q.Home != 0 && !his ||
			q.Search != "" && !strings.HasPrefix(d.Value, q.Search) {
			continue
		}
		rows = append(rows, d)
	}
	key := sorted(rows, q.Desc, func(d pbx.DialString) string { return admin.SortKey(d.Value) },
		func(d pbx.DialString) string { return d.Value })
	return page(rows, q.Query, key), nil
}

func (t *tx) ListTokens(org pbx.OrganizationID, q admin.Query) (admin.Page[pbx.Token], error) {
	rows := where(t.db.tokens, func(k pbx.Token) bool {
		return k.Organization == org && (q.Search == "" || strings.Contains(pbx.Fold(k.Name), q.Search))
	}, tokenOrder)
	return page(rows, q, func(k pbx.Token) string { return ascending(int64(k.ID)) }), nil
}

func changeMatches(cs pbx.ChangeSet, search string) bool {
	return strings.Contains(pbx.Fold(admin.ChangeSearchText(cs)), search)
}
