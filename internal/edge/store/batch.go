package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// batch is one statement that takes many rows: before, then row for each of them with its question marks numbered, then
// after.
type batch struct{ before, row, after string }

// columns is the number of arguments of one row.
func (b batch) columns() int { return strings.Count(b.row, "?") }

// text writes the statement for so many rows, its parameters numbered in the order of their first use.
func (b batch) text(rows int) string {
	var t strings.Builder
	t.WriteString(b.before)
	n := 0
	for row := range rows {
		if row > 0 {
			t.WriteByte(',')
		}
		for i, part := range strings.Split(b.row, "?") {
			if i > 0 {
				n++
				t.WriteByte('$')
				t.WriteString(strconv.Itoa(n))
			}
			t.WriteString(part)
		}
	}
	t.WriteString(b.after)
	return t.String()
}

// statementKey finds a prepared statement again.
type statementKey struct {
	batch
	rows int
}

// prepared returns the live database's statement for so many rows, prepared once.
func (s *Store) prepared(ctx context.Context, b batch, rows int) (*sql.Stmt, error) {
	key := statementKey{b, rows}
	s.mu.Lock()
	statement := s.statements[key]
	s.mu.Unlock()
	if statement != nil {
		return statement, nil
	}
	statement, err := s.live.PrepareContext(ctx, b.text(rows))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if first := s.statements[key]; first != nil {
		_ = statement.Close() //nolint:sqlclosecheck // another goroutine was faster; this copy was never used
		return first, nil
	}
	if s.statements == nil {
		s.statements = make(map[statementKey]*sql.Stmt)
	}
	s.statements[key] = statement
	return statement, nil
}

// work is one statement of a live transaction with its arguments.
type work struct {
	statement *sql.Stmt
	args      []any
}

// plan cuts rows, given as one flat list of arguments, into as few statements as the prepared sizes allow.
func (s *Store) plan(ctx context.Context, list []work, b batch, args []any) ([]work, error) {
	columns := b.columns()
	for _, size := range s.dialect.batches {
		for len(args) >= size*columns {
			statement, err := s.prepared(ctx, b, size)
			if err != nil {
				return nil, err
			}
			list = append(list, work{statement, args[:size*columns]})
			args = args[size*columns:]
		}
	}
	return list, nil
}

// commitLive runs the statements in one transaction of the live database.
func (s *Store) commitLive(ctx context.Context, list []work) error {
	return s.inTx(ctx, s.live, func(tx *sql.Tx) error {
		for _, w := range list {
			if _, err := tx.StmtContext(ctx, w.statement).ExecContext(ctx, w.args...); err != nil { //nolint:sqlclosecheck // ends with tx
				return err
			}
		}
		return nil
	})
}

// inTx runs f in one transaction of db, again when it lost a race to another; f therefore has no other effects.
func (s *Store) inTx(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	const attempts = 4
	var err error
	for range attempts {
		err = once(ctx, db, nil, f)
		if err == nil || s.dialect.classify(err) != faultRetry || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func once(ctx context.Context, db *sql.DB, options *sql.TxOptions, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing; else the error of f says more
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}
