package store

import (
	"slices"
	"strings"

	"ringfence/internal/pbx"
)

// putMost bounds how many rows wait to be written.
const putMost = 256

// waiting are rows of one table that were put and not written yet: many go in one statement. They are written before
// the transaction reads or does anything else, so nobody sees that they waited.
type waiting struct {
	into    batch
	keys    map[any]bool
	args    []any
	users   []pbx.User          // whose memberships are to follow, if these are users
	dials   []pbx.DialString    // if these are dial strings
	outside []pbx.OutsideNumber // if these are outside numbers
}

// put stores a row under its key. That the database refuses it may show only later; the transaction has failed then.
func (t *tx) put(into batch, key any, args ...any) error {
	w := &t.waiting
	if t.failed == nil && w.into == into && !w.keys[key] && len(w.keys) < putMost {
		w.keys[key] = true
		w.args = append(w.args, args...)
		return nil
	}
	if err := t.flush(); err != nil {
		return err
	}
	t.waiting = waiting{into: into, keys: map[any]bool{key: true}, args: args}
	return nil
}

// flush writes the rows that wait.
func (t *tx) flush() error {
	if t.failed != nil || len(t.waiting.args) == 0 {
		return t.failed
	}
	w := t.waiting
	t.waiting = waiting{}
	if err := t.unindexReplaced(w.dials); err != nil {
		return err
	}
	if err := t.unindexLedBefore(w.outside); err != nil {
		return err
	}
	if err := t.many(w.into, w.args); err != nil {
		return err
	}
	return t.putMemberships(w.users)
}

// many runs a batch over rows, given as one flat list of arguments, in as few statements as the sizes allow.
func (t *tx) many(b batch, args []any) error {
	columns := b.columns()
	for _, size := range t.s.dialect.batches {
		if len(args) < size*columns {
			continue
		}
		text := b.text(size)
		for len(args) >= size*columns {
			if _, err := t.exec(text, args[:size*columns]...); err != nil {
				return err
			}
			args = args[size*columns:]
		}
	}
	return nil
}

// upsert writes the statement that stores rows whole under their key, new or not.
func upsert(table, key, columns string) batch {
	var sets []string
	keys := strings.Split(key, ", ")
	for column := range strings.SplitSeq(columns, ", ") {
		if !slices.Contains(keys, column) {
			sets = append(sets, column+" = excluded."+column)
		}
	}
	return batch{
		before: "INSERT INTO " + table + " (" + columns + ") VALUES ",
		row:    placesFor(columns),
		after:  " ON CONFLICT (" + key + ") DO UPDATE SET " + strings.Join(sets, ", "),
	}
}

// keeping leaves a column as it is in rows that are there.
func (b batch) keeping(column string) batch {
	b.after = strings.Replace(b.after, ", "+column+" = excluded."+column, "", 1)
	return b
}

// placesFor is the row of question marks of a batch that fills these columns.
func placesFor(columns string) string {
	return "(" + strings.Repeat("?,", strings.Count(columns, ",")) + "?)"
}
