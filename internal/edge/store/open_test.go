package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
	if err := errors.Join(postgres.Stop(), os.RemoveAll(tablesIn)); err != nil {
		code = 1
	}
	os.Exit(code)
}

// engines runs a test on both engines, each with a database of its own that has its tables and nothing else.
func engines(t *testing.T, run func(t *testing.T, o Options)) {
	t.Run("SQLite", func(t *testing.T) { run(t, Options{Dir: withTables(t)}) })
	t.Run("PostgreSQL", func(t *testing.T) { run(t, Options{URL: postgres.Copy(t, tables().URL)}) })
}

// bareEngines runs a test of the migrations on both engines, each with an empty database.
func bareEngines(t *testing.T, run func(t *testing.T, o Options)) {
	t.Run("SQLite", func(t *testing.T) { run(t, Options{Dir: t.TempDir()}) })
	t.Run("PostgreSQL", func(t *testing.T) { run(t, Options{URL: postgres.Database(t)}) })
}

var tablesIn string // where the SQLite files of tables are

// tables are databases that were migrated once, to be copied: migrations take long with the race detector.
var tables = sync.OnceValue(func() Options {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "ringfence-store")
	if err != nil {
		panic(err)
	}
	url, err := postgres.Create(ctx)
	if err != nil {
		panic(err)
	}
	tablesIn = dir
	for _, o := range []Options{{Dir: dir}, {URL: url}} {
		s, err := Open(ctx, o)
		if err == nil {
			err = s.Close()
		}
		if err != nil {
			panic(err)
		}
	}
	return Options{Dir: dir, URL: url}
})

// withTables is a directory with databases that have their tables.
func withTables(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range []string{configFile, liveFile} {
		b, err := os.ReadFile(filepath.Join(tables().Dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
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
	bareEngines(t, func(t *testing.T, o Options) {
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
