package storetest

import (
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func photos(f fixture) {
	f.put(group(1, "Sales"))
	ada := user(1, 1, "Ada", "Rossi")
	ada.Photo = "worn"
	f.put(ada)
	there := func(hashes ...string) {
		f.t.Helper()
		f.view(func(tx admin.ReadTx) {
			for _, hash := range []string{"worn", "old", "touched", "new"} {
				picture, err := tx.Photo(org, hash)
				found := false
				for _, h := range hashes {
					found = found || h == hash
				}
				if !found {
					wantKind(f.t, hash, err, pbx.NotFound)
					continue
				}
				must(f.t, err)
				same(f.t, hash, string(picture), "picture of "+hash)
			}
		})
	}
	f.update(func(tx admin.Tx) error {
		for _, hash := range []string{"worn", "old", "touched"} {
			if err := tx.PutPhoto(org, hash, []byte("picture of "+hash), start()); err != nil {
				return err
			}
		}
		return tx.PutPhoto(org, "new", []byte("picture of new"), later(time.Hour))
	})
	there("worn", "old", "touched", "new")
	f.update(func(tx admin.Tx) error {
		if err := tx.UsedPhoto(org, "none", later(time.Hour)); err != nil {
			return err
		}
		if err := tx.UsedPhoto(org, "touched", later(time.Hour)); err != nil {
			return err
		}
		if err := tx.DropPhotos(99, later(time.Hour)); err != nil {
			return err
		}
		return tx.DropPhotos(org, start())
	})
	there("worn", "touched", "new")
	f.update(func(tx admin.Tx) error {
		if err := tx.DropPhoto(org, "worn"); err != nil {
			return err
		}
		return tx.DropPhoto(org, "touched")
	})
	there("worn", "new")
}
