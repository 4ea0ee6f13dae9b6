//go:build !race

package store

import (
	"testing"

	"ringfence/internal/engine/admin/admintest"
)

func TestTheUseCasesStaySoundOverSQL(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		admintest.Sound(t, fresh(t).Admin(), 1, 40)
	})
}

func TestUndoInReverseOverSQL(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		admintest.UndoInReverse(t, fresh(t).Admin(), 2, 25)
	})
}
