//go:build !race

package demo_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"ringfence/internal/app/demo"
)

func TestMadeUpPeopleAreManyKindsAndAlwaysTheSame(t *testing.T) {
	names := func() string {
		c := connect(t)
		if err := demo.Run(t.Context(), c, demo.Options{Users: 520, Out: io.Discard}); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]int{
			"/users?limit=1": 520, "/users?limit=1&kind=space": 5, "/users?limit=1&kind=phantom": 3,
			"/users?limit=1&enabled=false": 10, "/groups?limit=1": 20, "/locations?limit=1": 5, "/devices?limit=1": 517,
			"/users?limit=1&q=a400": 1,
		} {
			if total, _ := read(t, c, path); total != want {
				t.Errorf("%s: %d, want %d", path, total, want)
			}
		}
		if _, next := read(t, c, "/extension-pools"); !strings.Contains(next, `"first":"4000"`) {
			t.Errorf("pools %s", next)
		}
		if err := demo.Run(t.Context(), c, demo.Options{Users: 10, Out: io.Discard}); !errors.Is(err, demo.ErrInUse) {
			t.Errorf("a second time: %v", err)
		}
		if err := demo.Run(t.Context(), c, demo.Options{Users: 10, Add: true, Out: io.Discard}); err != nil {
			t.Errorf("added: %v", err)
		}
		_, items := read(t, c, "/users?limit=200&sort=number")
		var people []struct{ Number, FirstName, LastName, DisplayName, Username string }
		if err := json.Unmarshal([]byte(items), &people); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(people)
	}
	if first, second := names(), names(); first != second || !strings.Contains(first, "Müller") {
		t.Errorf("made\n%s\nand\n%s", first, second)
	}
}
