package store

import (
	"testing"

	"ringfence/internal/engine/admin/admintest"
)

func TestWritersAtOnceLeaveNothingDanglingOverSQL(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		admintest.Concurrent(t, fresh(t).Admin(), 3, 4, 15)
	})
}
