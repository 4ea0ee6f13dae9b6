package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	postgresConnect = 10 * time.Second
	postgresIdle    = 5 * time.Minute
	postgresReaders = 8
	postgresConfig  = 4
	postgresLive    = 4
)

// openPostgres opens the database at a postgres:// address and brings its tables up to date.
func openPostgres(ctx context.Context, address string) (*Store, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errors.New("--database is not a PostgreSQL address: write postgres://user:password@host/name")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = postgresConnect
	}
	for name, value := range map[string]string{
		"application_name":                    "ringfence",
		"statement_timeout":                   "30s",
		"lock_timeout":                        "5s",
		"idle_in_transaction_session_timeout": "60s",
		"timezone":                            "UTC",
		"client_encoding":                     "UTF8",
		// What is asked is mostly in memory, and too short for compilers and helpers to be worth their start.
		"random_page_cost":                "1.1",
		"jit":                             "off",
		"max_parallel_workers_per_gather": "0",
	} {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	s := &Store{dialect: postgresDialect()}
	pool := func(size int) *sql.DB {
		db := stdlib.OpenDB(*config.Copy())
		db.SetMaxOpenConns(size)
		db.SetMaxIdleConns(size)
		db.SetConnMaxIdleTime(postgresIdle)
		return db
	}
	// Three pools, so that neither lists nor imports keep a registration waiting for a connection.
	s.config, s.live = pool(postgresConfig), pool(postgresLive)
	// What a search finds decides how it is best done, so a plan for any search at all is no good.
	config.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
	s.read = pool(postgresReaders)
	where := fmt.Sprintf("PostgreSQL database %s on %s", config.Database, config.Host)
	err = s.checkDatabase(ctx, where)
	if err == nil {
		err = s.migratePostgres(ctx, address)
	}
	if err != nil {
		_ = s.Close() // what kept it from opening says more
		return nil, s.refuse(where, err)
	}
	return s, nil
}

// migratePostgres runs without the statement time-out, which suits requests and not the rebuilding of a table.
func (s *Store) migratePostgres(ctx context.Context, address string) (err error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return err
	}
	config.RuntimeParams["application_name"] = "ringfence migration"
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	return s.migrate(ctx, db, "")
}

// checkDatabase refuses a database with somebody else's tables, and one that does not store UTF-8.
func (s *Store) checkDatabase(ctx context.Context, where string) error {
	var encoding string
	var tables int
	err := s.config.QueryRowContext(ctx, "SHOW server_encoding").Scan(&encoding)
	if err != nil {
		return err
	}
	if encoding != "UTF8" {
		return lineError(fmt.Sprintf("%s has encoding %s: make one with ENCODING 'UTF8'", where, encoding))
	}
	err = s.config.QueryRowContext(ctx,
		"SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()").Scan(&tables)
	if err != nil {
		return err
	}
	if tables > 0 && !s.migrated(ctx, s.config) {
		return lineError(where + " holds tables of another program: give ringfence an empty database of its own")
	}
	return nil
}
