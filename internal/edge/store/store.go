// Package store keeps what must last in SQL: one text of every statement for SQLite and for PostgreSQL.
//
// It fills the ports that the engine declares: admin.Store for everything that people and directories decide, and for
// what the running system writes, registrar.BindingStore, call.RecordStore and auth.SessionStore. Permissions, rules and
// defaults are the engine's; a statement here only stores and finds.
//
// SQLite lives in two files of the data directory, so that an administrator's long transaction never delays a
// registration: ringfence.db holds configuration and change sets, live.db bindings, call records, sessions, holds and
// counters. Each has one writing connection; the reading ones see both. No transaction and no foreign key spans them.
// PostgreSQL has all of it in one database.
//
// A Store may be used by any number of goroutines.
package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
)

// Options say which database to open.
type Options struct {
	Dir string // data directory, where SQLite's files are
	URL string // postgres:// address; empty means SQLite in Dir
}

// Store is an open database.
type Store struct {
	// fixed after construction
	dialect *dialect
	config  *sql.DB // configuration and change sets
	live    *sql.DB // what the running system writes
	read    *sql.DB // sees both

	ranks ranks

	mu         sync.Mutex
	statements map[statementKey]*sql.Stmt // guarded by mu
}

// Open opens the database, makes its tables at the first start and brings older ones up to date. An error is one line
// that says what to do; nothing has been destroyed then.
func Open(ctx context.Context, o Options) (*Store, error) {
	switch {
	case o.URL == "":
		return openSQLite(ctx, o.Dir)
	case strings.HasPrefix(o.URL, "postgres://"), strings.HasPrefix(o.URL, "postgresql://"):
		return openPostgres(ctx, o.URL)
	default:
		return nil, lineError("--database is not an address this program knows: write postgres://user:password@host/name, " +
			"or leave it out for SQLite")
	}
}

// Engine names the database engine, for people.
func (s *Store) Engine() string { return s.dialect.name }

// Close ends all connections. It waits for statements that still run.
func (s *Store) Close() error {
	s.mu.Lock()
	var errs []error
	for _, statement := range s.statements {
		errs = append(errs, statement.Close())
	}
	s.statements = nil
	s.mu.Unlock()
	for _, db := range []*sql.DB{s.read, s.config, s.live} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.fail("ping database", s.read.QueryRowContext(ctx, "SELECT 1").Scan(&one))
}

// Check reads the whole database and reports damage. It is for doctor: it takes long.
func (s *Store) Check(ctx context.Context) error {
	if s.dialect.migrations != "sqlite" {
		return s.Ping(ctx)
	}
	for name, db := range map[string]*sql.DB{configFile: s.config, liveFile: s.live} {
		if err := integrity(ctx, db, name); err != nil {
			return s.refuse(name, err)
		}
	}
	return nil
}

// Advice says what would make the database serve better, empty if nothing.
func (s *Store) Advice(ctx context.Context) (string, error) {
	if s.dialect.migrations == "sqlite" {
		return "", nil
	}
	var ctype string
	err := s.config.QueryRowContext(ctx, "SELECT datctype FROM pg_database WHERE datname = current_database()").Scan(&ctype)
	if err != nil {
		return "", s.fail("read", err)
	}
	if ctype == "C" || ctype == "POSIX" {
		return "its LC_CTYPE is " + ctype + ", so a search for names in other letters than A to Z reads all of them; " +
			"make databases with LC_CTYPE 'C.UTF-8'", nil
	}
	return "", nil
}

func integrity(ctx context.Context, db *sql.DB, name string) error {
	var result string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&result); err != nil {
		return err
	}
	if result != "ok" {
		return damaged(name, errors.New(strings.ReplaceAll(result, "\n", " ")))
	}
	return nil
}
