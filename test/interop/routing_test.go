package interop

import (
	"fmt"
	"os"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Chromium walks the picture of how calls reach somebody: read, changed by an administrator and by himself, saved by two at
// once, tried, and what deleting asks of those to whom calls go.
func TestPeopleRouteTheirCallsInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, map[string]any{"security": "any"})
	cleo := s.NewUser(t, 1, "Cleo", "Dahl", nil)
	s.Must(t, "PATCH", fmt.Sprintf("/users/%d", anna.ID), map[string]any{"aliases": []string{"front"}}, nil)
	s.Must(t, "PATCH", fmt.Sprintf("/users/%d", ben.ID), map[string]any{"portalPassword": "the first one of Ben"}, nil)
	s.Must(t, "POST", "/numbers", map[string]any{"value": "+4533736501", "userId": anna.ID}, nil)
	s.Must(t, "PATCH", fmt.Sprintf("/settings?level=user&owner=%d", anna.ID), map[string]any{
		"values": []any{map[string]any{"key": "call.ringTime", "value": "20s"}},
	}, nil)
	phone := peer.StartSIPp(t, peer.SIPpConfig{
		Scenario: "register_ok.xml", Target: s.Ready.SIPUDP, Transport: "u1", Keys: keys(anna),
	})
	phone.Succeeds(t, 20*time.Second)
	b := startBrowser(t, "routing.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
		"ANNA": fmt.Sprint(anna.ID), "BEN": fmt.Sprint(ben.ID), "CLEO": fmt.Sprint(cleo.ID),
	})
	b.await(t, 300*time.Second, "DONE", nil)
	b.ends(t, 60*time.Second)

	var now struct {
		DoNotDisturb, Paused            bool
		Always, Busy, NoAnswer, Offline *struct{ Number string }
	}
	s.Must(t, "GET", fmt.Sprintf("/users/%d/forwarding", anna.ID), nil, &now)
	if now.DoNotDisturb || !now.Paused || now.Always == nil || now.Always.Number != cleo.Number ||
		now.NoAnswer == nil || now.NoAnswer.Number != cleo.Number || now.Offline != nil {
		t.Errorf("calls to Anna go on as %+v", now)
	}
}
