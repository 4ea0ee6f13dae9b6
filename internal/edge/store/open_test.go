package store

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"ringfence/internal/edge/store/pgtest"
)

var postgres pgtest.Cluster

// TestMain runs the tests, or in a process of its own the writer that one of them kills.
func TestMain(m *testing.M) {
	if target := os.Getenv(killEnv); target != "" { //nolint:forbidigo // says that this is the other process
		fmt.Fprintln(os.Stderr, writeUntilKilled(target))
		os.Exit(1)
	}
	code := m.Run()
	if err := postgres.Stop(); err != nil {
		code = 1
	}
	os.Exit(code)
}

// engines runs a test on both engines, each with an empty database.
func engines(t *testing.T, run func(t *testing.T, o Options)) {
	t.Run("SQLite", func(t *testing.T) { run(t, Options{Dir: t.TempDir()}) })
	t.Run("PostgreSQL", func(t *testing.T) { run(t, Options{URL: postgres.Database(t)}) })
}

func open(t *testing.T, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestOpensTwice(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		for range 2 {
			s := open(t, o)
			if err := s.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAdviceIsGivenWhereTrigramsKnowNoLetters(t *testing.T) {
	if text, err := open(t, Options{Dir: t.TempDir()}).Advice(t.Context()); err != nil || text != "" {
		t.Errorf("SQLite: %q, %v", text, err)
	}
	plain := postgres.Database(t)
	if text, err := open(t, Options{URL: plain}).Advice(t.Context()); err != nil || !strings.Contains(text, "LC_CTYPE") {
		t.Errorf("PostgreSQL in C: %q, %v", text, err)
	}
	db, err := sql.Open("pgx", plain)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	where, err := url.Parse(plain)
	if err != nil {
		t.Fatal(err)
	}
	where.Path += "_letters"
	name := strings.TrimPrefix(where.Path, "/")
	_, err = db.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Options{URL: where.String()})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := s.Advice(t.Context()); err != nil || text != "" {
		t.Errorf("PostgreSQL that knows letters: %q, %v", text, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := db.ExecContext(t.Context(), "DROP DATABASE "+name); err != nil {
		t.Error(err)
	}
}
