package store

import "ringfence/internal/pbx"

const forwardingColumns = "user_id, organization_id, do_not_disturb, paused, always, busy, no_answer, offline, version, " +
	"created_at, updated_at"

var putForwarding = upsert("forwarding", "user_id", forwardingColumns)

// Forwarding reads where calls to a user go on.
func (t *tx) Forwarding(user pbx.UserID) (pbx.Forwarding, error) {
	return find(t, pbx.Forwarding{User: user}.Ref(), forwardingFields,
		"SELECT "+forwardingColumns+" FROM forwarding WHERE user_id = $1", int64(user))
}

// EachForwarding calls fn for every user who forwards calls.
func (t *tx) EachForwarding(fn func(pbx.Forwarding) error) error {
	return each(t, forwardingFields, fn, "SELECT "+forwardingColumns+" FROM forwarding ORDER BY user_id")
}

// PutForwarding writes it.
func (t *tx) PutForwarding(f pbx.Forwarding) error {
	return t.put(putForwarding, f.User, int64(f.User), int64(f.Organization), f.DoNotDisturb, f.Paused, int64(f.Always),
		int64(f.Busy), int64(f.NoAnswer), int64(f.Offline), f.Version, millis(f.CreatedAt), millis(f.UpdatedAt))
}

// DeleteForwarding forgets it.
func (t *tx) DeleteForwarding(user pbx.UserID) error {
	return t.remove(pbx.Forwarding{User: user}.Ref(), "DELETE FROM forwarding WHERE user_id = $1", int64(user))
}

func forwardingFields(f *pbx.Forwarding) []any {
	return []any{
		&f.User, &f.Organization, &f.DoNotDisturb, &f.Paused, &f.Always, &f.Busy, &f.NoAnswer, &f.Offline, &f.Version,
		moment{&f.CreatedAt},
		moment{&f.UpdatedAt},
	}
}
