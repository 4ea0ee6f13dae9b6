package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"modernc.org/sqlite"
)

// keeper opens a database of one connection and tells how many statements wait on it.
func keeper(t *testing.T) (*sql.Conn, func() int) {
	t.Helper()
	connector, err := sqlite.NewConnector(sqliteName(filepath.Join(t.TempDir(), "x.db"), "deferred", settings()...))
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(keeping{connector})
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // before db
	return conn, func() (n int) {
		_ = conn.Raw(func(c any) error { // cannot fail: the function does not
			n = c.(*keepingConn).recent.Len()
			return nil
		})
		return n
	}
}

func TestStatementsAreKeptAndBounded(t *testing.T) {
	conn, kept := keeper(t)
	for i := range 3 * keptStatements {
		var n int
		text := fmt.Sprintf("SELECT %d + $1", i)
		for range 2 {
			if err := conn.QueryRowContext(t.Context(), text, 1).Scan(&n); err != nil || n != i+1 {
				t.Fatalf("%s is %d, %v", text, n, err)
			}
		}
		if want := min(i+1, keptStatements); kept() != want {
			t.Fatalf("%d statements wait instead of %d", kept(), want)
		}
	}
}

func TestTwoRunsOfOneStatementDoNotMeet(t *testing.T) {
	conn, kept := keeper(t)
	const text = "SELECT value FROM json_each('[1,2,3]')"
	rows, err := conn.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // checked below
	sum := 0
	for rows.Next() {
		var outer, inner int
		if err := rows.Scan(&outer); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRowContext(t.Context(), text).Scan(&inner); err != nil || inner != 1 {
			t.Fatalf("the inner run began with %d, %v", inner, err)
		}
		sum += outer
	}
	if err := rows.Err(); err != nil || sum != 6 {
		t.Errorf("the outer run gave %d, %v", sum, err)
	}
	if err := rows.Close(); err != nil || kept() != 1 {
		t.Errorf("%d statements wait, %v", kept(), err)
	}
}

func TestFailedStatementsAreNotKept(t *testing.T) {
	conn, kept := keeper(t)
	if _, err := conn.ExecContext(t.Context(), "CREATE TABLE t (x INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	before := kept()
	const text = "INSERT INTO t VALUES ($1)"
	for i, want := range []bool{true, false, true} {
		_, err := conn.ExecContext(t.Context(), text, i/2*2)
		if (err == nil) != want {
			t.Fatalf("insert %d: %v", i, err)
		}
		if n := kept() - before; (n == 1) != want {
			t.Errorf("after insert %d %d statements wait", i, n)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := conn.ExecContext(ended, text, 9); err == nil {
		t.Error("a cancelled insert worked")
	}
	var n int
	if err := conn.QueryRowContext(t.Context(), "SELECT count(*) FROM t").Scan(&n); err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
}
