package store

import (
	"context"
	"time"

	"ringfence/internal/engine/auth"
	"ringfence/internal/pbx"
)

var _ auth.SignInStore = (*Sessions)(nil)

// Photo reads a picture; NotFound.
func (t *tx) Photo(org pbx.OrganizationID, hash string) ([]byte, error) {
	var picture []byte
	err := t.row(pbx.Ref{}, []any{&picture}, "SELECT picture FROM photo WHERE organization_id = $1 AND hash = $2",
		int64(org), hash)
	return picture, err
}

// PutPhoto stores a picture, or marks one that is there as used at the moment.
func (t *tx) PutPhoto(org pbx.OrganizationID, hash string, picture []byte, at time.Time) error {
	_, err := t.exec("INSERT INTO photo (organization_id, hash, picture, used_at) VALUES ($1, $2, $3, $4) "+
		"ON CONFLICT (organization_id, hash) DO UPDATE SET used_at = excluded.used_at",
		int64(org), hash, picture, millis(at))
	return err
}

// UsedPhoto marks a picture as used at the moment.
func (t *tx) UsedPhoto(org pbx.OrganizationID, hash string, at time.Time) error {
	_, err := t.exec("UPDATE photo SET used_at = $1 WHERE organization_id = $2 AND hash = $3", millis(at), int64(org), hash)
	return err
}

const nobodysPhoto = `NOT EXISTS (SELECT 1 FROM "user" u WHERE u.organization_id = photo.organization_id ` +
	"AND u.photo = photo.hash AND u.photo <> '')"

// DropPhotos deletes pictures that no user has and that were not used since the moment.
func (t *tx) DropPhotos(org pbx.OrganizationID, since time.Time) error {
	_, err := t.exec("DELETE FROM photo WHERE organization_id = $1 AND used_at <= $2 AND "+nobodysPhoto,
		int64(org), millis(since))
	return err
}

// DropPhoto deletes a picture unless a user has it.
func (t *tx) DropPhoto(org pbx.OrganizationID, hash string) error {
	_, err := t.exec("DELETE FROM photo WHERE organization_id = $1 AND hash = $2 AND "+nobodysPhoto, int64(org), hash)
	return err
}

// SignIns tells when users signed in last; who never did is left out.
func (t *tx) SignIns(ids []pbx.UserID) (map[pbx.UserID]time.Time, error) {
	type signIn struct {
		user pbx.UserID
		at   time.Time
	}
	rows, err := ofMany(t, ids, 1, func(s *signIn) []any { return []any{&s.user, moment{&s.at}} },
		"SELECT user_id, signed_in_at FROM sign_in WHERE user_id IN @")
	out := make(map[pbx.UserID]time.Time, len(rows))
	for _, r := range rows {
		out[r.user] = r.at
	}
	return out, err
}

// PutSignIn notes that a user signed in.
func (s *Sessions) PutSignIn(ctx context.Context, user pbx.UserID, at time.Time) error {
	_, err := s.s.config.ExecContext(ctx, "INSERT INTO sign_in (user_id, signed_in_at) VALUES ($1, $2) "+
		"ON CONFLICT (user_id) DO UPDATE SET signed_in_at = excluded.signed_in_at", int64(user), millis(at))
	return s.s.fail("note a sign-in", err)
}
