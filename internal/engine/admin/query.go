package admin

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/e164"
)

// Limits of a list.
const (
	DefaultPageSize = 50
	MaxPageSize     = 500
	MaxCountedTotal = 1000 // a total is exact up to here
)

// Query is what every list understands. Either Cursor, or Page from 1; neither is the first page.
type Query struct {
	Search string
	Sort   string // a field of the list; empty is its usual order
	Desc   bool
	Limit  int
	Page   int
	Cursor string
}

// Page is one page of a list.
type Page[T any] struct {
	Items     []T
	Next      string // cursor of the next page, empty on the last
	Total     int
	TotalMore bool // there are more than Total
}

// GroupQuery asks for groups; sorts: position (usual), name, id, members.
type GroupQuery struct {
	Query
	Only []pbx.GroupID // when not nil, no others
}

// GroupRow is a group in a list.
type GroupRow struct {
	pbx.Group
	ProfileName string
	Members     int // users whose home or further group it is
}

// LocationRow is a location in a list.
type LocationRow struct {
	pbx.Location
	Users int // who are there
}

// ProfileRow is a provisioning profile with how many have it themselves.
type ProfileRow struct {
	pbx.ProvisioningProfile
	Groups, Users, Devices int
}

// LocationSorts lists the fields the list of locations may be sorted by, the usual first.
func LocationSorts() []string { return []string{"name", "id", "users"} }

// UserQuery asks for users; sorts: lastName (usual), firstName, displayName, number, username, email, id, createdAt.
// Operators are only given when Kind or Role asks for them.
type UserQuery struct {
	Query
	Group    pbx.GroupID // home or further
	Home     pbx.GroupID // home only
	Location pbx.LocationID
	Kind     pbx.UserKind
	Role     pbx.Role
	Enabled  *bool
	Online   *bool // has a binding that has not expired

	SignedIn *bool // ever signed in to the portal
	Managed  *bool // kept by a directory
	Leaving  *bool // leaves, or has left (U14)
}

// DeviceQuery asks for devices; sorts: name (usual), id.
type DeviceQuery struct {
	Query
	User pbx.UserID
	Home pbx.GroupID // of users with this home group
}

// DialQuery asks for dial strings; sort: value. Holds whose time is over are given too.
type DialQuery struct {
	Query
	Kinds []pbx.DialKind // none: all

	Home    pbx.GroupID // not 0: only what leads to users with this home group, and what is held for HeldFor
	HeldFor pbx.UserID
}

// OutsideQuery asks for outside numbers; sorts: place (usual: those that lead nowhere first, then by number), value, id.
type OutsideQuery struct {
	Query
	Unassigned *bool
	State      pbx.OutsideState
	LeadsTo    pbx.Ref
	Home       pbx.GroupID // only those that lead to users with this home group
}

// ChangeQuery asks for change sets.
type ChangeQuery struct {
	Query
	Actor    pbx.UserID
	Kind     pbx.Kind  // that touched something of this kind
	Ref      pbx.Ref   // that touched this thing, or what is About it
	Intent   string    // of this use case
	Channel  string    // that came by this: page, api, cli
	From, To time.Time // at or after, before; zero: no bound
}

// About reports whether a change of one thing belongs to the history of another: a user's secrets, and what is set at a
// user, group or device.
func About(thing, changed pbx.Ref) bool {
	if thing.Kind == pbx.KindUser && changed.Kind == pbx.KindUserSecret {
		return changed.ID == thing.ID
	}
	prefix, ok := SettingsPrefix(thing)
	return changed == thing || ok && changed.Kind == pbx.KindSetting && strings.HasPrefix(changed.Key, prefix)
}

// SettingsPrefix is how the keys of the settings begin that are set at a thing; false where nothing can be.
func SettingsPrefix(thing pbx.Ref) (string, bool) {
	level, ok := levelOf(thing.Kind)
	return pbx.SettingRefKey(level, thing.ID, ""), ok
}

// Sorts lists the fields a list may be sorted by, the usual first.
func (GroupQuery) Sorts() []string { return []string{"position", "name", "id", "members"} }

// Sorts lists the fields a list may be sorted by, the usual first.
func (UserQuery) Sorts() []string {
	return []string{"lastName", "firstName", "displayName", "number", "username", "email", "id", "createdAt"}
}

// Sorts lists the fields a list may be sorted by, the usual first.
func (DeviceQuery) Sorts() []string { return []string{"name", "id"} }

// Sorts lists the fields a list may be sorted by, the usual first.
func (DialQuery) Sorts() []string { return []string{"value"} }

// Sorts lists the fields a list may be sorted by, the usual first.
func (OutsideQuery) Sorts() []string { return []string{"place", "value", "id"} }

// Sorts lists the fields a list may be sorted by, the usual first.
func (ChangeQuery) Sorts() []string { return []string{"id"} }

// normalize fills in what was left open; Invalid when the list can't be sorted like that.
func (q *Query) normalize(sorts []string) error {
	if strings.HasPrefix(q.Sort, "-") {
		q.Sort, q.Desc = q.Sort[1:], true
	}
	q.Sort = cmp.Or(q.Sort, sorts[0])
	if !slices.Contains(sorts, q.Sort) {
		return &pbx.Error{Kind: pbx.Invalid, Text: "This list can't be sorted like that.", Fields: []pbx.FieldError{
			{Field: "sort", Message: "Sort by one of " + strings.Join(sorts, ", ") + "."},
		}}
	}
	if q.Limit <= 0 {
		q.Limit = DefaultPageSize
	}
	q.Limit = min(q.Limit, MaxPageSize)
	q.Page = max(q.Page, 1)
	q.Search = pbx.Fold(q.Search)
	if len(q.Search) > 200 {
		return pbx.Errorf(pbx.Invalid, "The search text is too long.")
	}
	return nil
}

// collators are kept because making one is slow and one can serve only one caller at a time.
var collators = sync.Pool{New: func() any {
	return collate.New(language.Und, collate.Numeric, collate.IgnoreCase)
}}

// SortKey is the text by which a store sorts what people read: collated, numbers by their value, in plain bytes that
// compare alike in every database.
func SortKey(s string) string {
	const hex = "0123456789abcdef"
	c, _ := collators.Get().(*collate.Collator) // the pool holds nothing else
	defer collators.Put(c)
	var buf collate.Buffer
	key := c.KeyFromString(&buf, s)
	out := make([]byte, 0, 2*len(key))
	for _, b := range key {
		out = append(out, hex[b>>4], hex[b&15])
	}
	return string(out)
}

// UserSortText is what a user is sorted by under one of UserQuery's sorts; give it to SortKey.
func UserSortText(u pbx.User, sort string) string {
	switch sort {
	case "firstName":
		return strings.TrimSpace(cmp.Or(u.FirstName, u.DisplayName) + " " + u.LastName)
	case "displayName":
		return u.Shown()
	case "number":
		return u.Number
	case "username":
		return u.Username
	case "email":
		return u.Email
	default:
		return strings.TrimSpace(cmp.Or(u.LastName, u.DisplayName, u.FirstName) + " " + u.FirstName)
	}
}

// LocationSearchText is the folded text in which a location is searched.
func LocationSearchText(l pbx.Location) string {
	return strings.Join([]string{pbx.Fold(l.Name), pbx.Fold(l.City), pbx.Fold(l.StreetAddress)}, "\n")
}

// RingGroupSorts lists the fields the list of ring groups may be sorted by, the usual first.
func RingGroupSorts() []string { return []string{"name", "number", "id"} }

// RingGroupSearchText is the folded text in which a ring group is searched.
func RingGroupSearchText(g pbx.RingGroup) string { return pbx.Fold(g.Name) + "\n" + g.Number }

// UserSearchText is the folded text in which a user is searched, apart from its dial strings.
func UserSearchText(u pbx.User) string {
	return strings.Join([]string{
		pbx.Fold(u.FirstName + " " + u.LastName), pbx.Fold(u.DisplayName), u.Number, pbx.Fold(u.Username),
		pbx.Fold(u.Email),
	}, "\n")
}

// OutsideSearchText is the folded text in which an outside number is searched, apart from whom it leads to.
func OutsideSearchText(n pbx.OutsideNumber) string {
	return strings.Join([]string{n.Value, pbx.Fold(e164.Shown(n.Value)), pbx.Fold(n.Note)}, "\n")
}
