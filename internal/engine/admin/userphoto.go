package admin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/support/picture"
)

// photoLife is how long a picture that no user has any more can come back, as anything deleted can.
const photoLife = pbx.TrashDays * 24 * time.Hour

// StorePhoto makes a photo of a picture and keeps it; a user is then given it by its hash, in a change set like any
// other (U1). Invalid when it is no picture, or too large.
func (s *Service) StorePhoto(ctx context.Context, a Actor, data []byte) (string, error) {
	if err := Allow(a, PhotoStore); err != nil {
		s.counters.Refused.Add(1)
		return "", err
	}
	photo, err := picture.Square(data)
	switch {
	case errors.Is(err, picture.ErrFormat):
		return "", fieldError("photo", "This is not a JPEG, PNG or WebP picture.")
	case errors.Is(err, picture.ErrLarge):
		return "", fieldError("photo", "The picture is too large: at most 1 MB and 16 million pixels.")
	case err != nil:
		return "", err
	}
	sum := sha256.Sum256(photo)
	hash := hex.EncodeToString(sum[:])
	return hash, s.store.Update(ctx, a.Organization, func(tx Tx) error {
		return tx.PutPhoto(a.Organization, hash, photo, s.now())
	})
}

// Photo gives a user's photo as JPEG, and its hash; NotFound without one.
func (s *Service) Photo(ctx context.Context, a Actor, id pbx.UserID) (photo []byte, hash string, err error) {
	err = s.view(ctx, a, UserRead, func(w *Work) error {
		u, e := w.visible(id)
		if e != nil {
			return e
		}
		if u.Photo == "" {
			return pbx.Errorf(pbx.NotFound, "There is no photo.")
		}
		hash = u.Photo
		photo, e = w.tx.Photo(w.org, hash)
		return e
	})
	return photo, hash, err
}

// photoKnown refuses a photo that was not stored.
func (w *Work) photoKnown(hash *string) error {
	if hash == nil || *hash == "" {
		return nil
	}
	if len(*hash) == 2*sha256.Size {
		_, err := w.tx.Photo(w.org, *hash)
		if err == nil || pbx.KindOf(err) != pbx.NotFound {
			return err
		}
	}
	return fieldError("photo", "There is no such photo: store it first.")
}

// keepPhotos marks the pictures that users got or lost: from now on they wait as long as anything deleted does.
func (w *Work) keepPhotos(tx Tx) error {
	return w.users.written(func(before, now *pbx.User) error {
		var had, has string
		if before != nil {
			had = before.Photo
		}
		if now != nil {
			has = now.Photo
		}
		if had == has {
			return nil
		}
		for _, hash := range []string{had, has} {
			if hash == "" {
				continue
			}
			if err := tx.UsedPhoto(w.org, hash, w.now); err != nil {
				return err
			}
		}
		return nil
	})
}
