package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"time"

	"ringfence/internal/engine/auth"
	"ringfence/internal/pbx"
)

// Sessions keeps portal logins and the set-up token: a SessionStore and a SetupStore.
type Sessions struct{ s *Store }

// Sessions returns the store of sessions.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

var (
	_ auth.SessionStore = (*Sessions)(nil)
	_ auth.SetupStore   = (*Sessions)(nil)
)

const sessionColumns = "hash, user_id, organization_id, created_at, seen_at, expires_at, authenticated_at, remote, user_agent"

// PutSession stores a session, new or changed.
func (s *Sessions) PutSession(ctx context.Context, v pbx.Session) error {
	remote := ""
	if v.Remote.IsValid() {
		remote = v.Remote.String()
	}
	return s.exec(ctx, "store session", "INSERT INTO session ("+sessionColumns+
		") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (hash) DO UPDATE SET seen_at = excluded.seen_at, "+
		"expires_at = excluded.expires_at, authenticated_at = excluded.authenticated_at, remote = excluded.remote, "+
		"user_agent = excluded.user_agent",
		v.Hash[:], int64(v.User), int64(v.Organization), millis(v.CreatedAt), millis(v.SeenAt), millis(v.ExpiresAt),
		millis(v.AuthenticatedAt), remote, v.UserAgent)
}

// Session finds a session by the hash of its token; NotFound if there is none.
func (s *Sessions) Session(ctx context.Context, hash [32]byte) (pbx.Session, error) {
	var v pbx.Session
	row := s.s.read.QueryRowContext(ctx, "SELECT "+sessionColumns+" FROM session WHERE hash = $1", hash[:])
	err := row.Scan(sessionFields(&v)...)
	return v, s.s.fail("find session", err)
}

// SessionsOf lists a user's sessions, the latest seen first.
func (s *Sessions) SessionsOf(ctx context.Context, user pbx.UserID) ([]pbx.Session, error) {
	rows, err := s.s.read.QueryContext(ctx,
		"SELECT "+sessionColumns+" FROM session WHERE user_id = $1 ORDER BY seen_at DESC, hash", int64(user))
	list, err := scanAll(nil, rows, err, sessionFields)
	return list, s.s.fail("list sessions", err)
}

// DeleteSession ends one session. One that is not there is ended already.
func (s *Sessions) DeleteSession(ctx context.Context, hash [32]byte) error {
	return s.exec(ctx, "delete session", "DELETE FROM session WHERE hash = $1", hash[:])
}

// DeleteSessionsOf ends all sessions of a user.
func (s *Sessions) DeleteSessionsOf(ctx context.Context, user pbx.UserID) error {
	return s.exec(ctx, "delete sessions", "DELETE FROM session WHERE user_id = $1", int64(user))
}

// DeleteSessionsBefore ends those of a user's sessions that were made before a moment.
func (s *Sessions) DeleteSessionsBefore(ctx context.Context, user pbx.UserID, at time.Time) error {
	return s.exec(ctx, "delete sessions", "DELETE FROM session WHERE user_id = $1 AND created_at < $2", int64(user), millis(at))
}

// DeleteSessionsExpired removes the sessions whose end has passed, and returns how many there were.
func (s *Sessions) DeleteSessionsExpired(ctx context.Context, at time.Time) (int, error) {
	result, err := s.s.live.ExecContext(ctx, "DELETE FROM session WHERE expires_at <= $1", millis(at))
	if err != nil {
		return 0, s.s.fail("delete expired sessions", err)
	}
	n, err := result.RowsAffected()
	return int(n), s.s.fail("delete expired sessions", err)
}

// PutSetupToken stores the token that counts from now on, in place of the one before.
func (s *Sessions) PutSetupToken(ctx context.Context, t pbx.SetupToken) error {
	return s.exec(ctx, "store set-up token", "INSERT INTO setup_token (id, hash, created_at, expires_at) "+
		"VALUES (1, $1, $2, $3) ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, "+
		"created_at = excluded.created_at, expires_at = excluded.expires_at",
		t.Hash[:], millis(t.CreatedAt), millis(t.ExpiresAt))
}

// SetupToken reads the token that counts; NotFound if there is none.
func (s *Sessions) SetupToken(ctx context.Context) (pbx.SetupToken, error) {
	var t pbx.SetupToken
	err := s.s.read.QueryRowContext(ctx, "SELECT hash, created_at, expires_at FROM setup_token").
		Scan(fixedBytes{t.Hash[:]}, moment{&t.CreatedAt}, moment{&t.ExpiresAt})
	return t, s.s.fail("read set-up token", err)
}

// DeleteSetupToken makes every set-up link void.
func (s *Sessions) DeleteSetupToken(ctx context.Context) error {
	return s.exec(ctx, "delete set-up token", "DELETE FROM setup_token")
}

func (s *Sessions) exec(ctx context.Context, attempt, text string, args ...any) error {
	_, err := s.s.live.ExecContext(ctx, text, args...)
	return s.s.fail(attempt, err)
}

func sessionFields(v *pbx.Session) []any {
	return []any{
		fixedBytes{v.Hash[:]},
		&v.User, &v.Organization,
		moment{&v.CreatedAt},
		moment{&v.SeenAt},
		moment{&v.ExpiresAt},
		moment{&v.AuthenticatedAt},
		addr{&v.Remote},
		&v.UserAgent,
	}
}

// addr reads a stored address, empty for none.
type addr struct{ a *netip.Addr }

// Scan implements sql.Scanner.
func (p addr) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("an address is stored as %T", v)
	}
	*p.a = netip.Addr{}
	if s == "" {
		return nil
	}
	a, err := netip.ParseAddr(s)
	*p.a = a
	return err
}

// scanAll adds all rows of a query to a list of values, whose fields say where the columns go, and closes it.
func scanAll[T any](list []T, rows *sql.Rows, err error, fields func(*T) []any) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below says what went wrong
	var v, empty T
	columns := fields(&v)
	for rows.Next() {
		v = empty // nothing of the row before is left to be written over
		if err := rows.Scan(columns...); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}
