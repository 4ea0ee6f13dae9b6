package interop

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Chromium walks a list of more than one page, a form that two tabs save, and once more everything by keyboard alone.
func TestAccountsListFormAndKeyboardInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	g, night := s.NewGroup(t, "Sales"), s.NewGroup(t, "Night")
	s.NewUser(t, g, "Anna", "Aaberg", map[string]any{"groups": []int64{night}})
	var lines strings.Builder
	for i := range 60 {
		fmt.Fprintf(&lines, "Person Middle%02d\n", i)
	}
	s.Must(t, "POST", "/users/several", map[string]any{"text": lines.String(), "common": map[string]any{"groupId": g}}, nil)
	s.NewUser(t, night, "Zoe", "Zander", nil)
	for _, scenario := range []string{"accounts.mjs", "keyboard.mjs"} {
		b := startBrowser(t, scenario, map[string]string{
			"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
		})
		b.await(t, 180*time.Second, "DONE", nil)
		b.ends(t, 60*time.Second)
	}
}
