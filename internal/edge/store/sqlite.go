package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
)

const (
	configFile = "ringfence.db"
	liveFile   = "live.db"

	// Each file says what it is in its header, so that one put in the other's place, or a stranger's database, is
	// noticed before anything is written.
	configApplication = 0x52464331 // "RFC1"
	liveApplication   = 0x52464c31 // "RFL1"

	checkedAtStart = 64 << 20 // larger files are checked by doctor only: reading them would delay the start
	sqliteReaders  = 4
	// Lists of many users run over whole indexes, and loads write all over the file: with the default of 2 MB pages
	// would be fetched again and again. Memory is taken as it is needed, and readers give it back.
	sqliteCache      = "cache_size(-32000)" // KB
	sqliteReaderIdle = time.Minute
)

// openSQLite opens both files in dir, making those that a first start lacks.
func openSQLite(ctx context.Context, dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	if err := prepareFiles(ctx, dir); err != nil {
		return nil, err
	}
	s := &Store{dialect: sqliteDialect()}
	if err := s.openFiles(ctx, dir); err != nil {
		_ = s.Close() // what kept it from opening says more
		return nil, err
	}
	return s, nil
}

func (s *Store) openFiles(ctx context.Context, dir string) (err error) {
	// The live file first: a start that is cut short then leaves no configuration without its companion.
	s.live, err = s.openFile(ctx, filepath.Join(dir, liveFile), liveApplication)
	if err != nil {
		return err
	}
	s.config, err = s.openFile(ctx, filepath.Join(dir, configFile), configApplication)
	if err != nil {
		return err
	}
	if err = setStatistics(ctx, s.config); err != nil {
		return s.refuse(configFile, err)
	}
	connector, err := sqlite.NewConnector(sqliteName(filepath.Join(dir, configFile), "deferred", settings("query_only(1)")...))
	if err != nil {
		return err
	}
	live := sqliteName(filepath.Join(dir, liveFile), "deferred")
	s.read = sql.OpenDB(keeping{attaching{Connector: connector, live: live[:strings.IndexByte(live, '?')]}})
	s.read.SetMaxOpenConns(sqliteReaders)
	s.read.SetMaxIdleConns(sqliteReaders)
	s.read.SetConnMaxIdleTime(sqliteReaderIdle) // gives its cache back
	return nil
}

// attaching makes connections that see both files.
type attaching struct {
	driver.Connector
	live string
}

func (a attaching) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := a.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	attach := "ATTACH DATABASE '" + strings.ReplaceAll(a.live, "'", "''") + "' AS live"
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, attach, nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// prepareFiles makes the directory and the missing files, readable by the owner only; the write-ahead logs take over
// their permissions. It refuses a pair of which one file is lost.
func prepareFiles(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot make the data directory: %w; choose another with --data", err)
	}
	config, live := filepath.Join(dir, configFile), filepath.Join(dir, liveFile)
	haveConfig, err := filled(config)
	if err != nil {
		return err
	}
	haveLive, err := filled(live)
	if err != nil {
		return err
	}
	if _, err := os.Stat(live); haveConfig && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing beside %s: restore a backup, or make an empty file of that name to go on "+
			"without call records and registrations", live, configFile)
	}
	if haveLive && !haveConfig {
		used, err := liveInUse(ctx, live)
		if err != nil {
			return damaged(live, err)
		}
		if used {
			return fmt.Errorf("%s is missing or empty beside %s: restore a backup, or move %s away to begin anew",
				config, liveFile, liveFile)
		}
	}
	for _, path := range []string{live, config} {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return fmt.Errorf("cannot write the database: %w; give this user the right to write there, or choose "+
				"another directory with --data", err)
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// filled tells whether the file has content, and refuses content that is no SQLite database.
func filled(path string) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("cannot read the database: %w; give this user the right to read and write it", err)
	}
	defer func() { _ = f.Close() }() // only read from
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	switch {
	case errors.Is(err, io.EOF):
		return false, nil
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return false, fmt.Errorf("cannot read the database %s: %w", path, err)
	case string(head[:n]) != "SQLite format 3\x00":
		return false, damaged(path, errors.New("no SQLite header"))
	}
	return true, nil
}

// liveInUse tells whether the live file holds anything that a first start would not have written.
func liveInUse(ctx context.Context, path string) (used bool, err error) {
	db, err := sql.Open("sqlite", sqliteName(path, "deferred", "query_only(1)"))
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var tables int
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = 'call_record'").Scan(&tables)
	if err != nil || tables == 0 {
		return false, err
	}
	err = db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM call_record) OR EXISTS (SELECT 1 FROM session)"+
		" OR EXISTS (SELECT 1 FROM binding)").Scan(&used)
	return used, err
}

// openFile opens one file for its single writer, checks that it is ours, sound and writable, and brings its tables
// up to date.
func (s *Store) openFile(ctx context.Context, path string, application int) (*sql.DB, error) {
	if err := s.examine(ctx, path, application); err != nil {
		return nil, s.refuse(path, err)
	}
	connector, err := sqlite.NewConnector(sqliteName(path, "immediate", settings()...))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(keeping{connector})
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	err = probe(ctx, db)
	if err == nil {
		err = s.migrate(ctx, db, filepath.Base(path))
	}
	if err == nil {
		_, err = db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", application))
	}
	if err != nil {
		_ = db.Close() // what kept it from opening says more
		return nil, s.refuse(path, err)
	}
	return db, nil
}

// probe takes the write lock for a moment, so that a file in use is noticed now.
func probe(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	return tx.Rollback()
}

// examine looks at a file without writing to it, not even the settings that a database keeps in its header.
func (s *Store) examine(ctx context.Context, path string, application int) (err error) {
	db, err := sql.Open("sqlite", sqliteName(path, "deferred", "query_only(1)"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var have, tables int
	if err = db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&have); err != nil {
		return err
	}
	if err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		return err
	}
	// A start that was cut short between the tables and the mark has the tables alone.
	if tables > 0 && have != application && (have != 0 || !s.migrated(ctx, db)) {
		return lineError(fmt.Sprintf("%s is not the database that belongs there: move it away, or choose another "+
			"directory with --data", path))
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() > checkedAtStart {
		return err
	}
	return quickCheck(ctx, db, path)
}

func quickCheck(ctx context.Context, db *sql.DB, path string) error {
	var result string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result); err != nil {
		return err
	}
	if result != "ok" {
		return damaged(path, errors.New(strings.ReplaceAll(result, "\n", " ")))
	}
	return nil
}

// settings are the pragmas of every connection that serves.
func settings(more ...string) []string {
	return append([]string{
		"foreign_keys(1)", "synchronous(FULL)", "journal_mode(WAL)", "temp_store(MEMORY)",
		sqliteCache,
	}, more...)
}

// sqliteName is the driver's name for a file.
func sqliteName(path, begin string, pragmas ...string) string {
	q := url.Values{"_busy_timeout": {"5000"}, "_txlock": {begin}, "_dqs": {"0"}, "_pragma": pragmas}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	return u.String()
}
