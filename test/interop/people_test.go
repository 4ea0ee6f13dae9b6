package interop

import (
	"os"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Chromium walks what the manuals of the named systems tell of users.
func TestPeopleInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	two(t, s, nil)
	s.Must(t, "POST", "/locations", map[string]any{"name": "Head office"}, nil)
	b := startBrowser(t, "people.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
	})
	b.await(t, 300*time.Second, "DONE", nil)
	b.ends(t, 60*time.Second)
	var users struct {
		Total int `json:"total"`
	}
	if s.Must(t, "GET", "/users?signedIn=false", nil, &users); users.Total != 14 {
		t.Errorf("%d accounts, not 14", users.Total)
	}
}
