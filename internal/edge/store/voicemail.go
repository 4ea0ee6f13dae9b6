package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
)

// Mailboxes keeps voice messages and greetings: a voicemail.Store.
type Mailboxes struct{ s *Store }

// Mailboxes returns the store of mailboxes.
func (s *Store) Mailboxes() *Mailboxes { return &Mailboxes{s} }

var _ voicemail.Store = (*Mailboxes)(nil)

const messageColumns = "organization_id, user_id, state, caller_id, number, name, call_id, forwarded_by, left_at, duration, " +
	"heard_at, deleted_at, blob, size"

// AddMessages stores all messages or none.
func (m *Mailboxes) AddMessages(ctx context.Context, messages ...pbx.VoiceMessage) ([]pbx.VoiceMessageID, error) {
	var ids []pbx.VoiceMessageID
	err := m.s.inTx(ctx, m.s.live, func(tx *sql.Tx) error {
		ids = make([]pbx.VoiceMessageID, len(messages))
		for i, v := range messages {
			err := tx.QueryRowContext(ctx, "INSERT INTO voice_message ("+messageColumns+", told) "+
				"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id",
				int64(v.Organization), int64(v.User), string(v.State), int64(v.Caller), v.Number, v.Name, int64(v.Call),
				int64(v.ForwardedBy), millis(v.LeftAt), v.Duration.Milliseconds(), millis(v.HeardAt), millis(v.DeletedAt),
				v.Blob, v.Size, false).Scan(&ids[i])
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, m.s.fail("add voice messages", err)
	}
	return ids, nil
}

// Message reads one message; NotFound.
func (m *Mailboxes) Message(ctx context.Context, id pbx.VoiceMessageID) (pbx.VoiceMessage, error) {
	var v pbx.VoiceMessage
	row := m.s.read.QueryRowContext(ctx, "SELECT id, "+messageColumns+" FROM voice_message WHERE id = $1", int64(id))
	return v, m.s.fail("read voice message", row.Scan(messageFields(&v)...))
}

// Messages lists a mailbox, in the order in which messages came.
func (m *Mailboxes) Messages(
	ctx context.Context, u pbx.UserID, states ...pbx.VoiceMessageState,
) ([]pbx.VoiceMessage, error) {
	if len(states) == 0 {
		return nil, nil
	}
	args := []any{int64(u)}
	for _, state := range states {
		args = append(args, string(state))
	}
	rows, err := m.s.read.QueryContext(ctx, numbered("SELECT id, "+messageColumns+" FROM voice_message WHERE user_id = ? "+
		"AND state IN "+places(len(states))+" ORDER BY id"), args...)
	list, err := scanAll(nil, rows, err, messageFields)
	return list, m.s.fail("list voice messages", err)
}

// MoveMessage stores where a message is; NotFound.
func (m *Mailboxes) MoveMessage(ctx context.Context, v pbx.VoiceMessage) error {
	result, err := m.s.live.ExecContext(ctx, "UPDATE voice_message SET state = $1, heard_at = $2, deleted_at = $3 WHERE id = $4",
		string(v.State), millis(v.HeardAt), millis(v.DeletedAt), int64(v.ID))
	if err != nil {
		return m.s.fail("move voice message", err)
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return m.s.fail("move voice message", err)
}

// Waiting counts what waits in a mailbox.
func (m *Mailboxes) Waiting(ctx context.Context, u pbx.UserID) (pbx.Waiting, error) {
	var w pbx.Waiting
	err := m.s.read.QueryRowContext(ctx, "SELECT coalesce(sum(CASE WHEN state = 'new' THEN 1 ELSE 0 END), 0), "+
		"coalesce(sum(CASE WHEN state = 'saved' THEN 1 ELSE 0 END), 0) FROM voice_message WHERE user_id = $1", int64(u)).
		Scan(&w.New, &w.Saved)
	return w, m.s.fail("count voice messages", err)
}

// PutGreeting stores a greeting and returns the blob of the one before.
func (m *Mailboxes) PutGreeting(ctx context.Context, org pbx.OrganizationID, g pbx.Greeting) (string, error) {
	var replaced string
	err := m.s.inTx(ctx, m.s.live, func(tx *sql.Tx) error {
		replaced = ""
		err := tx.QueryRowContext(ctx, "DELETE FROM greeting WHERE user_id = $1 AND kind = $2 RETURNING blob",
			int64(g.User), string(g.Kind)).Scan(&replaced)
		if err != nil && err != sql.ErrNoRows { //nolint:errorlint // database/sql returns it as it is
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO greeting (user_id, kind, organization_id, recorded_at, duration, blob, size) "+
			"VALUES ($1, $2, $3, $4, $5, $6, $7)", int64(g.User), string(g.Kind), int64(org), millis(g.RecordedAt),
			g.Duration.Milliseconds(), g.Blob, g.Size)
		return err
	})
	return replaced, m.s.fail("store greeting", err)
}

const greetingColumns = "user_id, kind, recorded_at, duration, blob, size"

// Greeting reads one greeting; NotFound.
func (m *Mailboxes) Greeting(ctx context.Context, u pbx.UserID, kind pbx.GreetingKind) (pbx.Greeting, error) {
	var g pbx.Greeting
	err := m.s.read.QueryRowContext(ctx, "SELECT "+greetingColumns+" FROM greeting WHERE user_id = $1 AND kind = $2",
		int64(u), string(kind)).Scan(greetingFields(&g)...)
	return g, m.s.fail("read greeting", err)
}

// Greetings lists a user's greetings, by kind.
func (m *Mailboxes) Greetings(ctx context.Context, u pbx.UserID) ([]pbx.Greeting, error) {
	rows, err := m.s.read.QueryContext(ctx, "SELECT "+greetingColumns+" FROM greeting WHERE user_id = $1 ORDER BY kind", int64(u))
	list, err := scanAll(nil, rows, err, greetingFields)
	return list, m.s.fail("list greetings", err)
}

// DropGreeting removes a greeting; NotFound.
func (m *Mailboxes) DropGreeting(ctx context.Context, u pbx.UserID, kind pbx.GreetingKind) (string, error) {
	var name string
	err := m.s.live.QueryRowContext(ctx, "DELETE FROM greeting WHERE user_id = $1 AND kind = $2 RETURNING blob",
		int64(u), string(kind)).Scan(&name)
	return name, m.s.fail("delete greeting", err)
}

// Purge removes messages that were deleted before the time.
func (m *Mailboxes) Purge(ctx context.Context, before time.Time, limit int) ([]pbx.VoiceMessage, error) {
	rows, err := m.s.live.QueryContext(ctx, "DELETE FROM voice_message WHERE id IN (SELECT id FROM voice_message "+
		"WHERE deleted_at <> 0 AND deleted_at < $1 ORDER BY deleted_at, id LIMIT $2) RETURNING id, "+messageColumns,
		millis(before), limit)
	list, err := scanAll(nil, rows, err, messageFields)
	slices.SortFunc(list, func(a, b pbx.VoiceMessage) int { return cmp.Compare(a.ID, b.ID) })
	return list, m.s.fail("purge voice messages", err)
}

// Owners lists who has messages or greetings.
func (m *Mailboxes) Owners(ctx context.Context, after pbx.UserID, limit int) ([]voicemail.Owner, error) {
	const half = "SELECT user_id, organization_id FROM " +
		"(SELECT user_id, min(organization_id) AS organization_id FROM %s WHERE user_id > $1 GROUP BY user_id " +
		"ORDER BY user_id LIMIT $2) AS %[1]s"
	rows, err := m.s.read.QueryContext(ctx, fmt.Sprintf(half, "voice_message")+" UNION "+fmt.Sprintf(half, "greeting")+
		" ORDER BY user_id LIMIT $2", int64(after), limit)
	list, err := scanAll(nil, rows, err, func(o *voicemail.Owner) []any { return []any{&o.User, &o.Organization} })
	return list, m.s.fail("list mailboxes", err)
}

// DropOwner removes all messages and greetings of a user.
func (m *Mailboxes) DropOwner(ctx context.Context, u pbx.UserID) ([]string, error) {
	var blobs []string
	err := m.s.inTx(ctx, m.s.live, func(tx *sql.Tx) (err error) {
		blobs, err = dropMailbox(ctx, tx, u)
		return err
	})
	return blobs, m.s.fail("empty mailbox", err)
}

func dropMailbox(ctx context.Context, tx *sql.Tx, u pbx.UserID) ([]string, error) {
	var blobs []string
	for _, text := range []string{
		"DELETE FROM voice_message WHERE user_id = $1 RETURNING blob", "DELETE FROM greeting WHERE user_id = $1 RETURNING blob",
	} {
		rows, err := tx.QueryContext(ctx, text, int64(u))
		if blobs, err = scanAll(blobs, rows, err, nameField); err != nil {
			return nil, err
		}
	}
	return blobs, nil
}

// Blobs gives the blobs that are named, of those whose names begin with the prefix.
func (m *Mailboxes) Blobs(ctx context.Context, prefix string) (map[string]bool, error) {
	const after = "g" // behind the hexadecimal digits
	rows, err := m.s.read.QueryContext(ctx, "SELECT blob FROM voice_message WHERE blob >= $1 AND blob < $2 "+
		"UNION ALL SELECT blob FROM greeting WHERE blob >= $1 AND blob < $2", prefix, prefix+after)
	list, err := scanAll(nil, rows, err, nameField)
	if err != nil {
		return nil, m.s.fail("list recordings", err)
	}
	out := make(map[string]bool, len(list))
	for _, name := range list {
		out[name] = true
	}
	return out, nil
}

func nameField(name *string) []any { return []any{name} }

// Usage sums up the mailboxes of some users.
func (m *Mailboxes) Usage(ctx context.Context, users []pbx.UserID) (map[pbx.UserID]voicemail.Usage, error) {
	out := make(map[pbx.UserID]voicemail.Usage)
	if len(users) == 0 {
		return out, nil
	}
	list, args := in(users)
	rows, err := m.s.read.QueryContext(ctx, numbered("SELECT user_id, state, count(*), sum(size), max(left_at) "+
		"FROM voice_message WHERE user_id IN "+list+" GROUP BY user_id, state"), args...)
	type pile struct {
		user   pbx.UserID
		state  pbx.VoiceMessageState
		count  int
		octets int64
		newest time.Time
	}
	piles, err := scanAll(nil, rows, err, func(p *pile) []any {
		return []any{&p.user, &p.state, &p.count, &p.octets, moment{&p.newest}}
	})
	for _, p := range piles {
		v := out[p.user]
		v.Octets += p.octets
		switch p.state {
		case pbx.MessageNew:
			v.New = p.count
		case pbx.MessageSaved:
			v.Saved = p.count
		case pbx.MessageDeleted:
			v.Deleted = p.count
		}
		if p.state != pbx.MessageDeleted && p.newest.After(v.NewestAt) {
			v.NewestAt = p.newest
		}
		out[p.user] = v
	}
	return out, m.s.fail("sum up mailboxes", err)
}

// Untold lists messages that nobody was told of yet.
func (m *Mailboxes) Untold(ctx context.Context, after pbx.VoiceMessageID, limit int) ([]pbx.VoiceMessage, error) {
	rows, err := m.s.read.QueryContext(ctx, "SELECT id, "+messageColumns+" FROM voice_message WHERE NOT told AND id > $1 "+
		"ORDER BY id LIMIT $2", int64(after), limit)
	list, err := scanAll(nil, rows, err, messageFields)
	return list, m.s.fail("list voice messages to tell of", err)
}

// Told remembers that somebody was told of a message.
func (m *Mailboxes) Told(ctx context.Context, id pbx.VoiceMessageID) error {
	_, err := m.s.live.ExecContext(ctx, "UPDATE voice_message SET told = $1 WHERE id = $2", true, int64(id))
	return m.s.fail("mark voice message", err)
}

func messageFields(v *pbx.VoiceMessage) []any {
	return []any{
		&v.ID, &v.Organization, &v.User, &v.State, &v.Caller, &v.Number, &v.Name, &v.Call, &v.ForwardedBy,
		moment{&v.LeftAt},
		lasting{&v.Duration},
		moment{&v.HeardAt},
		moment{&v.DeletedAt},
		&v.Blob, &v.Size,
	}
}

func greetingFields(g *pbx.Greeting) []any {
	return []any{&g.User, &g.Kind, moment{&g.RecordedAt}, lasting{&g.Duration}, &g.Blob, &g.Size}
}

// lasting reads a stored duration: milliseconds.
type lasting struct{ d *time.Duration }

// Scan implements sql.Scanner.
func (l lasting) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a duration is stored as %T", v)
	}
	*l.d = time.Duration(n) * time.Millisecond
	return nil
}
