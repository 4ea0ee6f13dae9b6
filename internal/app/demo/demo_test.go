package demo_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"ringfence/internal/app"
	"ringfence/internal/app/client"
	"ringfence/internal/app/demo"
	"ringfence/internal/config"
)

func connect(t testing.TB) *client.Client {
	t.Helper()
	c, closing, err := app.Connect(t.Context(), config.Config{Data: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := closing(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func read(t testing.TB, c *client.Client, path string) (total int, items string) {
	t.Helper()
	raw, err := c.Call(t.Context(), http.MethodGet, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Total int             `json:"total"`
		Items json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list.Total, string(list.Items)
}

func TestTheNumberOfPeopleHasLimits(t *testing.T) {
	for _, n := range []int{-1, 0, demo.MostUsers + 1} {
		if err := demo.Run(t.Context(), nil, demo.Options{Users: n}); err == nil {
			t.Errorf("%d users are made", n)
		}
	}
}

// BenchmarkUser makes one user among many.
func BenchmarkUser(b *testing.B) {
	c := connect(b)
	b.ResetTimer()
	if err := demo.Run(b.Context(), c, demo.Options{Users: b.N, Out: io.Discard}); err != nil {
		b.Fatal(err)
	}
}
