package interop

import (
	"os"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Chromium walks the numbering plan: pools, numbers by hand, what is taken, outside numbers singly, as a block, by file.
func TestNumbersInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	g := s.NewGroup(t, "Sales")
	s.NewUser(t, g, "Anna", "Berg", map[string]any{"aliases": []string{"front"}})
	s.NewUser(t, g, "Ben", "Carlsen", nil)
	b := startBrowser(t, "numbers.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
	})
	b.await(t, 180*time.Second, "DONE", nil)
	b.ends(t, 60*time.Second)
}
