//go:build !race

package admin_test

import (
	"fmt"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
)

func TestTenThousandNumbersAtOnce(t *testing.T) {
	r := newRig(t)
	r.user("Anna", "Berg", r.group("Sales").ID)
	got, cs, err := r.AddOutsideBlock(t.Context(), r.owner, admin.OutsideBlock{
		First: "+4533730000", Last: "9999", MatchDigits: 4,
	}, admin.Write{})
	r.ok(err)
	if got.Added != 10_000 || cs.Count != 20_000 {
		t.Errorf("added %d with %d items", got.Added, cs.Count)
	}
}

func TestAFileHasAtMostTenThousandLines(t *testing.T) {
	r := newRig(t)
	var long strings.Builder
	long.WriteString("number\n")
	for i := range admin.MaxOutsideAtOnce + 1 {
		fmt.Fprintf(&long, "+4533%06d\n", i)
	}
	_, _, err := r.ImportOutside(t.Context(), r.owner, long.String(), admin.Write{DryRun: true})
	r.onField(err, "csv", "at most 10000 lines")
}
