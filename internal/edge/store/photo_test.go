package store

import (
	"slices"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func TestWhoNeverSignedInIsFoundUntilHeDoes(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		withUsers(t, s, 4)
		yes, no := true, false
		check := func(never, ever []pbx.UserID) {
			t.Helper()
			for signedIn, want := range map[*bool][]pbx.UserID{&no: never, &yes: ever} {
				if got, err := listed(t, s, admin.UserQuery{SignedIn: signedIn}); err != nil || !slices.Equal(got, want) {
					t.Errorf("signed in %v: %v (%v), want %v", *signedIn, got, err, want)
				}
			}
		}
		check([]pbx.UserID{1, 2, 3, 4}, nil)
		first, second := time.UnixMilli(1000).UTC(), time.UnixMilli(2000).UTC()
		for _, at := range []time.Time{first, second} {
			if err := s.Sessions().PutSignIn(t.Context(), 3, at); err != nil {
				t.Fatal(err)
			}
		}
		check([]pbx.UserID{1, 2, 4}, []pbx.UserID{3})
		err := s.Admin().View(t.Context(), func(tx admin.ReadTx) error {
			at, err := tx.SignIns([]pbx.UserID{1, 3})
			if len(at) != 1 || !at[3].Equal(second) {
				t.Errorf("signed in %v", at)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
