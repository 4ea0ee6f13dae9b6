package store

import (
	"time"

	"ringfence/internal/pbx"
)

const leaveColumns = "user_id, organization_id, leaves_on, calls_to, delete_after, gone_at, version, created_at, updated_at"

var putLeave = upsert("leave", "user_id", leaveColumns+", delete_at")

// Leave reads the plan of a user who leaves.
func (t *tx) Leave(user pbx.UserID) (pbx.Leave, error) {
	return find(t, pbx.Leave{User: user}.Ref(), leaveFields,
		"SELECT "+leaveColumns+" FROM leave WHERE user_id = $1", int64(user))
}

// Leaves reads everybody who leaves or has left, the earliest first.
func (t *tx) Leaves(org pbx.OrganizationID) ([]pbx.Leave, error) {
	return collect(t, leaveFields, "SELECT "+leaveColumns+" FROM leave WHERE organization_id = $1 "+
		"ORDER BY leaves_on, user_id", int64(org))
}

// LeavesDue reads what is to be carried out at the moment: who leaves, and who is deleted.
func (t *tx) LeavesDue(org pbx.OrganizationID, at time.Time, limit int) ([]pbx.Leave, error) {
	return collect(t, leaveFields, "SELECT "+leaveColumns+" FROM leave WHERE organization_id = $1 "+
		"AND ((gone_at = 0 AND leaves_on <= $2) OR (gone_at <> 0 AND delete_at <> 0 AND delete_at <= $2)) "+
		"ORDER BY leaves_on, user_id LIMIT $3", int64(org), millis(at), limit)
}

// EachLeave goes through the leaves of all organizations.
func (t *tx) EachLeave(fn func(pbx.Leave) error) error {
	return each(t, leaveFields, fn, "SELECT "+leaveColumns+" FROM leave ORDER BY user_id")
}

// PutLeave stores the plan of a user who leaves.
func (t *tx) PutLeave(l pbx.Leave) error {
	return t.put(putLeave, l.User, int64(l.User), int64(l.Organization), millis(l.On), nullID(l.CallsTo), l.DeleteAfter,
		millis(l.GoneAt), l.Version, millis(l.CreatedAt), millis(l.UpdatedAt), millis(l.DeleteAt()))
}

// DeleteLeave forgets the plan.
func (t *tx) DeleteLeave(user pbx.UserID) error {
	return t.remove(pbx.Leave{User: user}.Ref(), "DELETE FROM leave WHERE user_id = $1", int64(user))
}

func leaveFields(l *pbx.Leave) []any {
	return []any{
		&l.User, &l.Organization,
		moment{&l.On},
		orZero[pbx.UserID]{&l.CallsTo},
		&l.DeleteAfter,
		moment{&l.GoneAt},
		&l.Version,
		moment{&l.CreatedAt},
		moment{&l.UpdatedAt},
	}
}
