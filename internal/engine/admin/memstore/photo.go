package memstore

import (
	"time"

	"ringfence/internal/pbx"
)

type photoKey struct {
	org  pbx.OrganizationID
	hash string
}

type photo struct {
	picture []byte
	usedAt  time.Time
}

func (t *tx) Photo(org pbx.OrganizationID, hash string) ([]byte, error) {
	p, err := get(t.db.photos, photoKey{org, hash}, "photo")
	return p.picture, err
}

func (t *tx) PutPhoto(org pbx.OrganizationID, hash string, picture []byte, at time.Time) error {
	put(t, t.db.photos, photoKey{org, hash}, photo{picture, at})
	return nil
}

func (t *tx) UsedPhoto(org pbx.OrganizationID, hash string, at time.Time) error {
	if p, ok := t.db.photos[photoKey{org, hash}]; ok {
		p.usedAt = at
		put(t, t.db.photos, photoKey{org, hash}, p)
	}
	return nil
}

func (t *tx) DropPhotos(org pbx.OrganizationID, since time.Time) error {
	for k, p := range t.db.photos {
		if k.org != org || p.usedAt.After(since) {
			continue
		}
		if err := t.DropPhoto(org, k.hash); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) DropPhoto(org pbx.OrganizationID, hash string) error {
	has := len(t.usersWhere(func(u pbx.User) bool { return u.Organization == org && u.Photo == hash })) > 0
	if _, ok := t.db.photos[photoKey{org, hash}]; has || !ok {
		return nil
	}
	return drop(t, t.db.photos, photoKey{org, hash}, "photo")
}

func (t *tx) SignIns(ids []pbx.UserID) (map[pbx.UserID]time.Time, error) {
	out := map[pbx.UserID]time.Time{}
	for _, id := range ids {
		if at, ok := t.store.SignedIn[id]; ok {
			out[id] = at
		}
	}
	return out, nil
}
