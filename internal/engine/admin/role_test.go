package admin_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// TestRolesAndUseCases holds every use case to testdata/roles.txt: + allowed, - forbidden, in the order of pbx.Roles.
func TestRolesAndUseCases(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "roles.txt"))
	if err != nil {
		t.Fatal(err)
	}
	table := map[admin.UseCase][]string{}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 0 && f[0] != "#" {
			table[admin.UseCase(f[0])] = f[1:]
		}
	}
	for u := range table {
		if _, ok := admin.UseCases()[u]; !ok {
			t.Errorf("%s stands in the table and is no use case", u)
		}
	}
	for _, u := range slices.Sorted(maps.Keys(admin.UseCases())) {
		row, ok := table[u]
		if !ok || len(row) != len(pbx.Roles()) {
			t.Errorf("%s: the table needs a line with an answer for each of %v", u, pbx.Roles())
			continue
		}
		for i, role := range pbx.Roles() {
			got := "+"
			if err := admin.Allow(admin.Actor{Role: role}, u); err != nil {
				got = "-"
				if pbx.KindOf(err) != pbx.Forbidden {
					t.Errorf("%s as %s: %v", u, role, err)
				}
			}
			if got != row[i] {
				t.Errorf("%s as %s: %s, want %s", u, role, got, row[i])
			}
		}
	}
}
