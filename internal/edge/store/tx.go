package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Admin is the configuration: an admin.Store.
type Admin struct{ s *Store }

// Admin returns the store of the configuration.
func (s *Store) Admin() *Admin { return &Admin{s} }

var _ admin.Store = (*Admin)(nil)

// View runs fn over one snapshot. The reading functions of fn must be done before the next begins: the callbacks of
// Each may not read.
func (a *Admin) View(ctx context.Context, fn func(admin.ReadTx) error) error {
	err := once(ctx, a.s.read, a.s.dialect.snapshot, func(q *sql.Tx) error {
		t := &tx{s: a.s, ctx: ctx, q: q}
		return t.result(fn(t))
	})
	return a.s.fail("read", err)
}

// Update locks the organization, runs fn and commits. It runs fn again when the transaction lost a race.
func (a *Admin) Update(ctx context.Context, org pbx.OrganizationID, fn func(admin.Tx) error) error {
	err := a.s.inTx(ctx, a.s.config, func(q *sql.Tx) error {
		t := &tx{s: a.s, ctx: ctx, q: q, writes: true}
		if err := t.lock(org); err != nil {
			return err
		}
		if err := t.result(fn(t)); err != nil {
			return err
		}
		err := t.flush()
		if err == nil {
			err = t.index()
		}
		return t.result(err)
	})
	return a.s.fail("change", err)
}

// tx is a transaction; it lives as long as the function that it was given to.
type tx struct {
	s      *Store
	ctx    context.Context // the transaction's own: it ends with it
	q      *sql.Tx
	writes bool

	waiting   waiting                                    // rows that were put and not written yet
	known     map[pbx.UserID]pbx.User                    // some users as they are stored, in a transaction that writes
	unindexed map[pbx.OrganizationID]map[pbx.UserID]bool // users whose search entries are out of date
	failed    error                                      // the first error of the database: nothing counts after it
}

// lock keeps other administrative transactions of the organization waiting until this one ends.
func (t *tx) lock(org pbx.OrganizationID) error {
	if org == 0 {
		return nil
	}
	var id int64
	ref := pbx.Ref{Kind: pbx.KindOrganization, ID: int64(org)}
	return t.row(ref, []any{&id}, "SELECT id FROM organization WHERE id = $1"+t.s.dialect.lockRow, int64(org))
}

// result is the outcome of the transaction's function: an engine that has refused a statement takes no more of the
// transaction, whatever the function made of it.
func (t *tx) result(err error) error {
	if err == nil {
		err = t.failed
	}
	return err
}

func (t *tx) broken(text string, err error) error {
	if err == nil {
		return nil
	}
	verb, _, _ := strings.Cut(text, " (")
	err = t.s.fail(verb, err)
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// exec runs a writing statement and returns how many rows it touched.
func (t *tx) exec(text string, args ...any) (int64, error) {
	if err := t.flush(); err != nil {
		return 0, err
	}
	result, err := t.q.ExecContext(t.ctx, text, args...)
	if err != nil {
		return 0, t.broken(text, err)
	}
	n, err := result.RowsAffected()
	return n, t.broken(text, err)
}

// remove runs a statement that deletes one thing; NotFound if it was not there.
func (t *tx) remove(ref pbx.Ref, text string, args ...any) error {
	n, err := t.exec(text, args...)
	if err == nil && n == 0 {
		return pbx.Missing(ref)
	}
	return err
}

func (t *tx) query(text string, args []any) (*sql.Rows, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.q.QueryContext(t.ctx, text, args...)
}

// row reads the one row there is into fields; NotFound if there is none.
func (t *tx) row(ref pbx.Ref, fields []any, text string, args ...any) error {
	rows, err := t.query(text, args)
	if err != nil {
		return t.broken(text, err)
	}
	defer func() { _ = rows.Close() }() // Err below says what went wrong
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return t.broken(text, err)
		}
		return pbx.Missing(ref)
	}
	if err := rows.Scan(fields...); err != nil {
		return t.broken(text, err)
	}
	return t.broken(text, rows.Close())
}

// number reads one integer, 0 when there is no row.
func (t *tx) number(text string, args ...any) (int64, error) {
	var n int64
	err := t.row(pbx.Ref{}, []any{&n}, text, args...)
	if pbx.KindOf(err) == pbx.NotFound {
		return 0, nil
	}
	return n, err
}

// find reads one thing; NotFound if it is not there.
func find[T any](t *tx, ref pbx.Ref, fields func(*T) []any, text string, args ...any) (T, error) {
	var v T
	err := t.row(ref, fields(&v), text, args...)
	return v, err
}

// collect reads all rows of a query.
func collect[T any](t *tx, fields func(*T) []any, text string, args ...any) ([]T, error) {
	return further(t, nil, fields, text, args...)
}

// ofMany reads the rows of many ids, in parts and in the order of the ids; they stand for the @ of the query, after its
// other arguments. There is room for each rows for each of them.
func ofMany[T any, I ~int64](t *tx, ids []I, each int, fields func(*T) []any, text string, args ...any) ([]T, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list := make([]T, 0, len(ids)*each)
	for part := range slices.Chunk(slices.Sorted(slices.Values(ids)), listMost) {
		among, more := in(part)
		whole := numbered(strings.Replace(text, "@", among, 1))
		var err error
		if list, err = further(t, list, fields, whole, append(args[:len(args):len(args)], more...)...); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// further reads all rows of a query after those of others.
func further[T any](t *tx, list []T, fields func(*T) []any, text string, args ...any) ([]T, error) {
	rows, err := t.query(text, args)
	list, err = scanAll(list, rows, err, fields)
	return list, t.broken(text, err)
}

// each hands all rows of a query to fn, one by one.
func each[T any](t *tx, fields func(*T) []any, fn func(T) error, text string) error {
	rows, err := t.query(text, nil)
	if err != nil {
		return t.broken(text, err)
	}
	defer func() { _ = rows.Close() }() // Err below says what went wrong
	var v, empty T
	columns := fields(&v)
	for rows.Next() {
		v = empty
		if err := rows.Scan(columns...); err != nil {
			return t.broken(text, err)
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return t.broken(text, rows.Err())
}

// NextIDs reserves ids of a kind.
func (t *tx) NextIDs(kind pbx.Kind, n int) (int64, error) {
	if n < 1 {
		return 0, fmt.Errorf("reserve %d ids", n)
	}
	last, err := t.number("INSERT INTO id_counter (kind, last) VALUES ($1, $2) ON CONFLICT (kind) DO UPDATE "+
		"SET last = id_counter.last + excluded.last RETURNING last", string(kind), n)
	return last - int64(n) + 1, err
}

// nullID stores the id 0, which means none, so that a foreign key leaves it alone.
func nullID[I ~int64](id I) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// orZero reads an id that may be NULL.
type orZero[I ~int64] struct{ id *I }

// Scan implements sql.Scanner.
func (z orZero[I]) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*z.id = 0
	case int64:
		*z.id = I(v)
	default:
		return fmt.Errorf("an id is stored as %T", v)
	}
	return nil
}
