package memstore

import (
	"cmp"
	"time"

	"ringfence/internal/pbx"
)

func leaveOrder(a, b pbx.Leave) int {
	return cmp.Or(a.On.Compare(b.On), cmp.Compare(a.User, b.User))
}

func (t *tx) Leave(user pbx.UserID) (pbx.Leave, error) { return get(t.db.leaves, user, pbx.KindLeave) }

func (t *tx) Leaves(org pbx.OrganizationID) ([]pbx.Leave, error) {
	return where(t.db.leaves, func(l pbx.Leave) bool { return l.Organization == org }, leaveOrder), nil
}

func (t *tx) LeavesDue(org pbx.OrganizationID, at time.Time, limit int) ([]pbx.Leave, error) {
	out := where(t.db.leaves, func(l pbx.Leave) bool {
		if l.Organization != org {
			return false
		}
		if !l.Gone() {
			return !l.On.After(at)
		}
		end := l.DeleteAt()
		return !end.IsZero() && !end.After(at)
	}, leaveOrder)
	return out[:min(limit, len(out))], nil
}

func (t *tx) EachLeave(fn func(pbx.Leave) error) error { return each(t.db.leaves, fn) }

func (t *tx) PutLeave(l pbx.Leave) error {
	put(t, t.db.leaves, l.User, l)
	return nil
}

func (t *tx) DeleteLeave(user pbx.UserID) error { return drop(t, t.db.leaves, user, pbx.KindLeave) }
