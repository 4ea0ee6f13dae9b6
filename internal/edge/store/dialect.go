package store

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is all in which the two engines differ once a database is open.
type dialect struct {
	name       string
	lockRow    string // ends the SELECT that locks a row for the rest of the transaction
	migrations string // folder below migrations
	batches    []int  // rows a statement is made for, the most first; few sizes, so that each stays prepared
	goose      goose.Dialect
	snapshot   *sql.TxOptions // a read-only transaction that sees one moment
	classify   func(error) fault
	contains   func(table, text string) (condition string, arg string) // what finds a text by trigrams
	among      [2]string                                               // FROM and WHERE that join users u to first
}

// firstAreFew keeps the users from being read when first turns out to name too many.
var firstAreFew = "(SELECT count(*) FROM first) <= " + strconv.Itoa(few)

func sqliteDialect() *dialect {
	return &dialect{
		name: "SQLite", lockRow: "", migrations: "sqlite", goose: goose.DialectSQLite3,
		// No network is between us, and the time to bind a statement grows with the square of its parameters.
		batches:  []int{8, 1},
		snapshot: &sql.TxOptions{ReadOnly: true}, classify: sqliteFault,
		contains: sqliteContains,
		// It reads a cross join in the order it is written in.
		among: [2]string{`first CROSS JOIN "user" u`, "u.id = first.user_id AND " + firstAreFew},
	}
}

func postgresDialect() *dialect {
	return &dialect{
		name: "PostgreSQL", lockRow: " FOR UPDATE", migrations: "postgres", goose: goose.DialectPostgres,
		batches:  []int{256, 64, 16, 4, 1},
		snapshot: &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, classify: postgresFault,
		contains: postgresContains,
		// It can't know how many users are found; of an array it does not think that reading all users were quicker.
		among: [2]string{`"user" u`, "u.id = ANY (ARRAY(SELECT user_id FROM first WHERE " + firstAreFew + "))"},
	}
}

// fault is what a database error means to us, whichever engine it came from.
type fault uint8

const (
	faultUnknown   fault = iota
	faultUnique          // a key is taken
	faultReference       // a row that is referred to is missing, or one that goes is still referred to
	faultRetry           // the transaction lost a race and may run again
	faultFull            // no space left
	faultReadOnly        // files or server refuse writing
	faultDamaged         // what is stored cannot be read
	faultTimeout         // the database took longer than allowed
	faultDown            // no connection
	faultCancelled       // the caller gave up
)

func sqliteFault(err error) fault {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return contextFault(err)
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return faultUnique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return faultReference
	}
	switch e.Code() & 0xff { // the primary code below the extended one
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return faultRetry
	case sqlite3.SQLITE_FULL:
		return faultFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return faultReadOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
		return faultDamaged
	case sqlite3.SQLITE_IOERR:
		return faultDown
	case sqlite3.SQLITE_INTERRUPT:
		return faultCancelled
	default:
		return faultUnknown
	}
}

func postgresFault(err error) fault {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return contextFault(err)
	}
	switch e.Code {
	case "23505": // unique_violation
		return faultUnique
	case "23503": // foreign_key_violation
		return faultReference
	case "40001", "40P01", "55P03": // serialization_failure, deadlock_detected, lock_not_available
		return faultRetry
	case "53100": // disk_full
		return faultFull
	case "25006", "42501": // read_only_sql_transaction, insufficient_privilege
		return faultReadOnly
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return faultDamaged
	case "57014": // query_canceled, also by statement_timeout
		return faultTimeout
	}
	switch e.Code[:2] {
	case "08", "28", "3D", "53", "57": // connection, authorization, no such database, resources, operator
		return faultDown
	default:
		return faultUnknown
	}
}

// contextFault reads errors that did not come from an engine.
func contextFault(err error) fault {
	var network net.Error
	var connect *pgconn.ConnectError
	switch {
	case errors.Is(err, context.Canceled):
		return faultCancelled
	case errors.Is(err, context.DeadlineExceeded):
		return faultTimeout
	case errors.As(err, &network), errors.As(err, &connect), errors.Is(err, sql.ErrConnDone):
		return faultDown
	default:
		return faultUnknown
	}
}
