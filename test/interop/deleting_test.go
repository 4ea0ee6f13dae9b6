package interop

import (
	"os"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Chromium walks what becomes of accounts that go: leaving, deleting while things refer to them, restoring, other numbers
// and names.
func TestAccountsGoAndComeBackInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	_, ben := two(t, s, nil)
	s.NewUser(t, 1, "Cleo", "Dahl", nil)
	s.Must(t, "POST", "/numbers", map[string]any{
		"value": "+4533736502", "leadsTo": map[string]any{"kind": "user", "id": ben.ID},
	}, nil)
	b := startBrowser(t, "deleting.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
	})
	b.await(t, 180*time.Second, "DONE", nil)
	b.ends(t, 60*time.Second)
}
