package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrations carry the same numbers in both engines. SQLite's live tables are in a file of their own, and so are the
// migrations that make them: their names begin with live. PostgreSQL runs all of them in one database.
//
//go:embed migrations
var migrationFiles embed.FS

const (
	migrationTable = "schema_migration"
	livePrefix     = "live_"
)

// migrate brings one database up to date, forward only. file is the SQLite file it is, empty for PostgreSQL.
func (s *Store) migrate(ctx context.Context, db *sql.DB, file string) error {
	provider, err := s.migrations(db, file)
	if err != nil {
		return err
	}
	if err = s.refuseNewer(ctx, db, provider.ListSources()); err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// migrations are those of one database.
func (s *Store) migrations(db *sql.DB, file string) (*goose.Provider, error) {
	folder, err := fs.Sub(migrationFiles, "migrations/"+s.dialect.migrations)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{
		goose.WithTableName(migrationTable), goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.DiscardHandler)),
	}
	elsewhere, err := namesElsewhere(folder, file)
	if err != nil {
		return nil, err
	}
	options = append(options, goose.WithExcludeNames(elsewhere))
	if file == "" {
		// Nodes that start together migrate once.
		locker, lockErr := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if lockErr != nil {
			return nil, lockErr
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(s.dialect.goose, db, folder, options...)
}

// namesElsewhere lists the migrations that belong to the other SQLite file.
func namesElsewhere(folder fs.FS, file string) ([]string, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil || file == "" {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		_, name, _ := strings.Cut(e.Name(), "_")
		if strings.HasPrefix(name, livePrefix) != (file == liveFile) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// refuseNewer keeps an older binary from writing to tables that it does not know.
func (s *Store) refuseNewer(ctx context.Context, db *sql.DB, known []*goose.Source) error {
	if !s.migrated(ctx, db) {
		return nil
	}
	var have, newest int64
	err := db.QueryRowContext(ctx, "SELECT max(version_id) FROM "+migrationTable).Scan(&have)
	if err != nil {
		return err
	}
	for _, source := range known {
		newest = max(newest, source.Version)
	}
	if have > newest {
		return lineError(fmt.Sprintf("the database was written by a newer ringfence (schema %d, this one knows %d): "+
			"install that version, or restore a backup made by this one", have, newest))
	}
	return nil
}

// migrated tells whether the database has our table of migrations.
func (s *Store) migrated(ctx context.Context, db *sql.DB) bool {
	var n int
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+migrationTable).Scan(&n)
	return err == nil || errors.Is(err, sql.ErrNoRows)
}
