// Package interop lets real phones, a real browser and real databases speak with the real server over loopback.
//
// RINGFENCE_TEST_DATABASE=postgres runs the same tests on a throwaway PostgreSQL.
package interop

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"ringfence/internal/edge/store/pgtest"
	"ringfence/test/interop/peer"
)

const domain = "pbx.test"

var cluster pgtest.Cluster

func TestMain(m *testing.M) {
	code := m.Run()
	if err := cluster.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// start runs a server on the database that this run of the tests is for.
func start(t *testing.T, cfg peer.ServerConfig) *peer.Server {
	t.Helper()
	if cfg.Domain == "" {
		cfg.Domain = domain
	}
	cfg.Database = database(t)
	return peer.StartServer(t, cfg)
}

func database(t *testing.T) string {
	t.Helper()
	if os.Getenv("RINGFENCE_TEST_DATABASE") != "postgres" {
		return ""
	}
	return cluster.Database(t)
}

// two makes a group with two accounts.
func two(t *testing.T, s *peer.Server, more map[string]any) (anna, ben peer.Account) {
	t.Helper()
	g := s.NewGroup(t, "Sales")
	return s.NewUser(t, g, "Anna", "Berg", more), s.NewUser(t, g, "Ben", "Carlsen", more)
}

// wantTone wants a recording to hold one frequency for a whole second, and hardly the other in that second. A phone that
// gets no processor time for a moment leaves a gap in what it sends; it is heard all the same.
func wantTone(t *testing.T, who string, s peer.Sound, hz, other int) {
	t.Helper()
	if s.Duration() < 2*time.Second {
		t.Errorf("%s recorded only %v", who, s.Duration())
	}
	from, share := s.Clearest(hz, time.Second)
	wrong := s.Share(other, from, from+time.Second)
	t.Logf("%s: %d Hz %.1f %%, %d Hz %.1f %%, RMS %.0f, at %v",
		who, hz, 100*share, other, 100*wrong, s.RMS(from, from+time.Second), from)
	if share < 0.9 || wrong > 0.05 {
		t.Errorf("%s heard %.1f %% of %d Hz and %.1f %% of %d Hz", who, 100*share, hz, 100*wrong, other)
	}
}

// dumpDatabase returns everything that PostgreSQL holds; nil on SQLite, whose files lie in the data directory.
func dumpDatabase(t *testing.T, s *peer.Server) []byte {
	t.Helper()
	if s.Database() == "" {
		return nil
	}
	out, err := exec.Command("pg_dump", "--inserts", s.Database()).Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	return out
}
