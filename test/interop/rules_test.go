package interop

import (
	"fmt"
	"os"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Chromium walks what rules of the directory show: who leaves, names that end, where emergency calls come from, the shown
// number, a number's location, and one's own password.
func TestRulesInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	s.Must(t, "POST", "/locations", map[string]any{
		"name": "Head office", "streetAddress": "Via Po 3", "zipCode": "10123", "city": "Torino", "timeZone": "Asia/Tokyo",
	}, nil)
	s.Must(t, "PATCH", fmt.Sprintf("/users/%d", ben.ID), map[string]any{
		"locationId": 1, "portalPassword": "the first one of Ben", "role": "user",
	}, nil)
	s.Must(t, "PUT", fmt.Sprintf("/users/%d/leave", ben.ID), map[string]any{"on": "2099-12-31"}, nil)
	s.Must(t, "POST", "/users/renumber", map[string]any{
		"changes": []any{map[string]any{"old": anna.Number, "new": "251"}}, "keepUntil": "2099-06-30",
	}, nil)
	s.Must(t, "POST", fmt.Sprintf("/users/%d/rename", anna.ID), map[string]any{"lastName": "Dahl", "username": "anna.dahl"}, nil)
	s.Must(t, "POST", "/numbers", map[string]any{"value": "+4533736501", "userId": anna.ID}, nil)
	b := startBrowser(t, "rules.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
		"ANNA": fmt.Sprint(anna.ID),
	})
	b.await(t, 300*time.Second, "DONE", nil)
	b.ends(t, 60*time.Second)
	var me struct {
		LastName, EmergencyAddress string
	}
	s.Must(t, "GET", fmt.Sprintf("/users/%d", ben.ID), nil, &me)
	if me.LastName != "Dee" || me.EmergencyAddress != "Via Roma 1, Torino" {
		t.Errorf("Ben is %+v", me)
	}
	var now struct {
		EffectiveEmergency struct {
			From, Address string
		} `json:"effectiveEmergency"`
		FormerUsernames, Aliases []string
	}
	s.Must(t, "GET", fmt.Sprintf("/users/%d", anna.ID), nil, &now)
	if now.EffectiveEmergency.From != "user" || len(now.FormerUsernames) != 0 || len(now.Aliases) != 1 {
		t.Errorf("Anna is %+v", now)
	}
}
