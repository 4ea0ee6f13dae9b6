package interop

import (
	"fmt"
	"os"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Chromium walks the layers of settings: of accounts and devices, provisioning profiles, permissions, and the groups'
// members and order.
func TestLayersInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, _ := two(t, s, nil)
	// A mail server that nobody runs: what is sent by it stays.
	s.Must(t, "PUT", "/mail", map[string]any{
		"host": "127.0.0.1", "port": peer.FreePorts(t, 2), "tls": "none", "allowPlain": true, "sender": "pbx@example.org",
	}, nil)
	address := map[string]any{"email": "anna@example.org", "emailConfirmed": true}
	s.Must(t, "PATCH", fmt.Sprintf("/users/%d", anna.ID), address, nil)
	s.Must(t, "POST", fmt.Sprintf("/users/%d/invitation", anna.ID), nil, nil)
	b := startBrowser(t, "layers.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
	})
	b.await(t, 180*time.Second, "PROFILES", nil)
	b.await(t, 120*time.Second, "SETTINGS", nil)
	b.await(t, 180*time.Second, "PERMISSIONS", nil)
	b.await(t, 120*time.Second, "MEMBERS", nil)
	b.await(t, 120*time.Second, "ORDER", nil)
	b.await(t, 120*time.Second, "DONE", nil)
	b.ends(t, 60*time.Second)
}
