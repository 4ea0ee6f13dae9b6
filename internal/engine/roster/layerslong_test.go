//go:build !race

package roster_test

import (
	"strconv"
	"testing"

	"ringfence/internal/pbx"
)

// TestTheSameValueEverywhere does random things to a small tree of levels and compares the API and the call path with a
// plain model after each.
func TestTheSameValueEverywhere(t *testing.T) {
	for _, tt := range []struct {
		key      pbx.SettingKey
		fallback string
	}{
		{pbx.SettingZRTP, "true"},
		{pbx.CallNational.Permission(), "true"}, // open for people, closed for shared spaces (U4)
		{pbx.CallPremium.Permission(), "false"},
		{pbx.PermissionVoicemail, "true"}, // likewise
		{pbx.PermissionChangePIN, "true"}, // the same for both
	} {
		for seed := range uint64(4) {
			t.Run(string(tt.key)+" "+strconv.FormatUint(seed, 10), func(t *testing.T) {
				v := newTree(t, seed, tt.key, tt.fallback)
				for range 50 {
					if v.rand.IntN(3) == 0 {
						v.rearrange()
					} else {
						v.change()
					}
					v.compare()
				}
			})
		}
	}
}
