package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

var routePath = regexp.MustCompile(`path: '(/[^']*)'`)

// beforeSigningIn are the pages outside the frame. Setting up is walked from its link, signing in at the start of each walk.
var beforeSigningIn = map[string]bool{"/login": true, "/setup": true, "/forgot": true, "/welcome": true}

// paths gives every address that the page's router knows, with something that exists in place of each id.
func paths(t *testing.T, ids map[string]int64) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(peer.Root(), "web", "src", "router.tsx"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range routePath.FindAllStringSubmatch(string(text), -1) {
		path := m[1]
		if beforeSigningIn[path] {
			continue
		}
		if noun, rest, ok := strings.Cut(path, "/$id"); ok {
			id, known := ids[noun]
			if !known {
				t.Errorf("give the walk through all pages something that exists for %s", path)
				continue
			}
			path = fmt.Sprintf("%s/%d%s", noun, id, rest)
		}
		out = append(out, path)
	}
	return out
}

func TestEveryPageIsAccessibleAndFits(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	var office, sales struct {
		ID int64 `json:"id"`
	}
	s.Must(t, "POST", "/locations", map[string]any{"name": "Head office"}, &office)
	s.Must(t, "POST", "/ring-groups", map[string]any{
		"name": "Sales", "number": "701", "strategy": "inTurn", "memberIds": []int64{anna.ID, ben.ID},
		"then": map[string]any{"id": ben.ID},
	}, &sales)
	ids := map[string]int64{
		"/groups": 1, "/accounts": anna.ID, "/devices": 1, "/locations": office.ID, "/settings/profiles": 1,
		"/ring-groups": sales.ID,
	}
	list := strings.Join(paths(t, ids), " ")
	for _, language := range []string{"en", "de", "it"} {
		s.Must(t, "PATCH", "/users/1", map[string]any{"language": language}, nil) // the owner's own
		b := startBrowser(t, "pages.mjs", map[string]string{
			"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "PATHS": list, "LANGUAGE": language,
			"SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
		})
		var done struct{ Seen []string }
		b.await(t, 600*time.Second, "DONE", &done)
		b.ends(t, 20*time.Second)
		t.Logf("%s: %d pages and tabs", language, len(done.Seen))
		if len(done.Seen) < 25 {
			t.Errorf("only %d pages and tabs were seen: %q", len(done.Seen), done.Seen)
		}
	}
}
