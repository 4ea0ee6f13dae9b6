package interop

import (
	"os"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

func TestThePageSpeaksGermanAndItalian(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	two(t, s, map[string]any{})
	b := startBrowser(t, "languages.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
	})
	b.ends(t, 600*time.Second)
}
