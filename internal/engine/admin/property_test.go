package admin_test

import (
	"strconv"
	"testing"

	"ringfence/internal/engine/admin/admintest"
	"ringfence/internal/engine/admin/memstore"
)

func TestWhateverIsDoneThePlanAndTheReferencesStaySound(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { admintest.Sound(t, memstore.New(), seed, 80) })
	}
}

func TestUndoInReverseGivesTheStartAgain(t *testing.T) {
	// The last three once lost a password whose user had changed kind.
	for _, seed := range []uint64{0, 1, 2, 3, 4, 5, 51, 61, 83} {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { admintest.UndoInReverse(t, memstore.New(), seed, 30) })
	}
}

func TestWritersAtOnceLeaveNothingDangling(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { admintest.Concurrent(t, memstore.New(), seed, 4, 25) })
	}
}
