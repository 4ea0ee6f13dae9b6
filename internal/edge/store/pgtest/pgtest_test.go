package pgtest_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"ringfence/internal/edge/store/pgtest"
)

func TestClusterGivesEachTestItsOwnDatabase(t *testing.T) {
	var c pgtest.Cluster
	defer func() {
		pid := c.PID()
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(fmt.Sprintf("/proc/%d/status", pid)); err == nil {
			t.Errorf("server %d still runs after Stop", pid)
		}
	}()
	for _, name := range []string{"first", "second"} {
		t.Run(name, func(t *testing.T) {
			conn, err := pgx.Connect(t.Context(), c.Database(t))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close(t.Context()) }()
			if _, err := conn.Exec(t.Context(), "CREATE TABLE only_here (id BIGINT)"); err != nil {
				t.Fatal(err)
			}
		})
	}
}
