package interop

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Chromium walks ring groups: one is made, put in order, led to by outside numbers, tried, saved by two at once, read by a
// member, loses a member whose account goes, and goes itself and comes back.
func TestNumbersLeadToRingGroupsInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, map[string]any{"security": "any"})
	cleo := s.NewUser(t, 1, "Cleo", "Dahl", nil)
	dora := s.NewUser(t, 1, "Dora", "Elm", nil)
	s.Must(t, "PATCH", fmt.Sprintf("/users/%d", anna.ID), map[string]any{"portalPassword": "the first one of Anna"}, nil)
	s.Must(t, "PATCH", fmt.Sprintf("/users/%d", dora.ID), map[string]any{
		"portalPassword": "the first one of Dora", "role": "auditor",
	}, nil)
	s.Must(t, "POST", "/numbers", map[string]any{"value": "+4533736501"}, nil)
	for _, who := range []peer.Account{anna, ben} {
		phone := peer.StartSIPp(t, peer.SIPpConfig{
			Scenario: "register_ok.xml", Target: s.Ready.SIPUDP, Transport: "u1", Keys: keys(who),
		})
		phone.Succeeds(t, 20*time.Second)
	}
	b := startBrowser(t, "ringgroups.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
		"ANNA": fmt.Sprint(anna.ID),
	})
	b.await(t, 300*time.Second, "DONE", nil)
	b.ends(t, 60*time.Second)

	type group struct {
		Name, Number, Strategy string
		RingSeconds            int
		SkipBusy               bool
		MemberIDs              []int64
		Then                   *struct{ ID int64 }
		OutsideNumbers         []string
	}
	var list struct{ Items []group }
	s.Must(t, "GET", "/ring-groups", nil, &list)
	i := slices.IndexFunc(list.Items, func(g group) bool { return g.Name == "Sales" })
	if i < 0 {
		t.Fatalf("Sales is not there: %+v", list.Items)
	}
	g := list.Items[i]
	slices.Sort(g.OutsideNumbers)
	if g.Number != "701" || g.Strategy != "inTurn" || g.RingSeconds != 9 || g.SkipBusy ||
		!slices.Equal(g.MemberIDs, []int64{cleo.ID, anna.ID, dora.ID}) || g.Then == nil || g.Then.ID != dora.ID ||
		!slices.Equal(g.OutsideNumbers, []string{"+4533736501", "+4533736502"}) {
		t.Errorf("Sales is %+v", g)
	}
}
