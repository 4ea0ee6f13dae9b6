package store

import (
	"context"
	"time"

	"ringfence/internal/engine/auth"
	"ringfence/internal/pbx"
)

var _ auth.LinkStore = (*Sessions)(nil)

const linkColumns = "hash, purpose, user_id, organization_id, email, created_at, expires_at"

// PutLink stores a one-time link in place of the one before of the user and purpose.
func (s *Sessions) PutLink(ctx context.Context, l pbx.OneTimeLink) error {
	return s.exec(ctx, "store link", "INSERT INTO one_time_link ("+linkColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7) "+
		"ON CONFLICT (user_id, purpose) DO UPDATE SET hash = excluded.hash, organization_id = excluded.organization_id, "+
		"email = excluded.email, created_at = excluded.created_at, expires_at = excluded.expires_at",
		l.Hash[:], string(l.Purpose), int64(l.User), int64(l.Organization), l.Email, millis(l.CreatedAt), millis(l.ExpiresAt))
}

// Link finds a link by the hash of what it carries; NotFound.
func (s *Sessions) Link(ctx context.Context, hash [32]byte) (pbx.OneTimeLink, error) {
	var l pbx.OneTimeLink
	err := s.s.read.QueryRowContext(ctx, "SELECT "+linkColumns+" FROM one_time_link WHERE hash = $1", hash[:]).
		Scan(linkFields(&l)...)
	return l, s.s.fail("find link", err)
}

// TakeLink removes a link and returns it; NotFound for all but the first who tries.
func (s *Sessions) TakeLink(ctx context.Context, hash [32]byte) (pbx.OneTimeLink, error) {
	var l pbx.OneTimeLink
	err := s.s.live.QueryRowContext(ctx, "DELETE FROM one_time_link WHERE hash = $1 RETURNING "+linkColumns, hash[:]).
		Scan(linkFields(&l)...)
	return l, s.s.fail("take link", err)
}

// DeleteLinksOf ends a user's links of some purposes, all when none is named.
func (s *Sessions) DeleteLinksOf(ctx context.Context, user pbx.UserID, purposes ...pbx.LinkPurpose) error {
	if len(purposes) == 0 {
		return s.exec(ctx, "delete links", "DELETE FROM one_time_link WHERE user_id = $1", int64(user))
	}
	for _, p := range purposes {
		err := s.exec(ctx, "delete links", "DELETE FROM one_time_link WHERE user_id = $1 AND purpose = $2", int64(user), string(p))
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteLinksExpired removes the links whose end has passed, and returns how many there were.
func (s *Sessions) DeleteLinksExpired(ctx context.Context, at time.Time) (int, error) {
	result, err := s.s.live.ExecContext(ctx, "DELETE FROM one_time_link WHERE expires_at <= $1", millis(at))
	if err != nil {
		return 0, s.s.fail("delete expired links", err)
	}
	n, err := result.RowsAffected()
	return int(n), s.s.fail("delete expired links", err)
}

func linkFields(l *pbx.OneTimeLink) []any {
	return []any{
		fixedBytes{l.Hash[:]},
		&l.Purpose, &l.User, &l.Organization, &l.Email,
		moment{&l.CreatedAt},
		moment{&l.ExpiresAt},
	}
}
