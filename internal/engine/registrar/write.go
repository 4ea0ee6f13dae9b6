package registrar

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/support/commit"
)

// errDown is the answer to what is not even tried: its outcome is certain.
var errDown = &pbx.Error{Kind: pbx.Unavailable, Text: "The store rests after a failure."}

const (
	restAfterFailure = 2 * time.Second // before the store is asked again
	retryLater       = 5 * time.Second // between tries to write what was answered from memory
	laterBatch       = 4096            // rows of one try
)

// unavailable reports whether an error concerns the store as a whole.
func unavailable(err error) bool {
	return pbx.KindOf(err) == pbx.Unavailable || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, commit.ErrFull) || errors.Is(err, commit.ErrClosed)
}

// row is one row of a change, as the committer sees it.
type row struct {
	key     string
	change  *change
	binding pbx.Binding
	write   BindingChange
}

// rowKey sorts rows by line.
func rowKey(k pbx.BindingKey) string {
	b := make([]byte, 0, 8+2+len(k.Instance))
	b = binary.BigEndian.AppendUint64(b, uint64(k.Line))
	b = binary.BigEndian.AppendUint16(b, uint16(k.RegID))
	return string(append(b, k.Instance...))
}

// submit gives the rows of a change to the committer.
func (r *Registrar) submit(ch *change) {
	ch.rows = make([]row, 0, len(ch.puts)+len(ch.drops))
	for _, c := range ch.drops {
		if !ch.putsKey(c) {
			ch.addRow(c.key())
		}
	}
	for _, c := range ch.puts {
		w := ch.addRow(c.key())
		r.export(c, &w.binding)
		w.write.Put = &w.binding
	}
	r.submitRows(ch)
}

func (ch *change) putsKey(c *record) bool {
	for _, p := range ch.puts {
		if p.same(c) {
			return true
		}
	}
	return false
}

func (ch *change) addRow(k pbx.BindingKey) *row {
	ch.rows = append(ch.rows, row{key: rowKey(k), change: ch, write: BindingChange{Key: k}})
	return &ch.rows[len(ch.rows)-1]
}

// submitRows gives rows to the committer. One that is refused counts as failed.
func (r *Registrar) submitRows(ch *change) {
	ch.left.Store(int32(len(ch.rows)))
	for i := range ch.rows {
		if err := r.group.Submit(&ch.rows[i]); err != nil {
			r.counters.Overflow.Add(1)
			r.rowDone(&ch.rows[i], err)
		}
	}
}

// store is the committer's: it writes rows, all or none. A store that just failed is left alone for a while, so that
// what waits does not wait for one time-out after the other.
func (r *Registrar) store(ctx context.Context, rows []*row) error {
	if r.isDown(time.Now().UnixMilli()) {
		return errDown
	}
	changes := make([]BindingChange, len(rows))
	for i, w := range rows {
		changes[i] = w.write
	}
	err := r.cfg.Store.Commit(ctx, changes)
	switch {
	case err == nil:
		if r.downUntil.Swap(0) != 0 {
			r.cfg.Log.Info("the store of bindings is back")
			r.signal() // write what was answered from memory
		}
	case unavailable(err):
		if r.downUntil.Swap(time.Now().Add(restAfterFailure).UnixMilli()) == 0 {
			r.cfg.Log.Error("the store of bindings is down", "error", err)
		}
		r.signal()
	}
	return err
}

func (r *Registrar) isDown(now int64) bool { return r.downUntil.Load() > now }

// rowDone counts the rows of a change down.
func (r *Registrar) rowDone(w *row, err error) {
	ch := w.change
	if err != nil {
		ch.err.CompareAndSwap(nil, &err)
	}
	if ch.left.Add(-1) > 0 {
		return
	}
	var first error
	if p := ch.err.Load(); p != nil {
		first = *p
	}
	if !ch.quiet {
		r.finish(ch, first)
		return
	}
	switch {
	case err == nil:
	case unavailable(err):
		r.later.remember(ch.owner.User, w.write.Key)
		r.signal()
	default:
		r.counters.RowErrors.Add(1)
		r.cfg.Log.Error("store binding", "line", int64(ch.owner.Line), "error", err)
	}
}

// later is the set of rows that must become what memory says: written, or deleted if memory has no such binding.
type later struct {
	count atomic.Int32 // of keys
	mu    sync.Mutex
	keys  map[pbx.BindingKey]pbx.UserID
}

const maxLater = 1 << 18

func (l *later) remember(u pbx.UserID, k pbx.BindingKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keys == nil {
		l.keys = make(map[pbx.BindingKey]pbx.UserID)
	}
	if len(l.keys) < maxLater {
		l.keys[k] = u
	}
	l.count.Store(int32(len(l.keys)))
}

// take takes at most n keys out.
func (l *later) take(n int) []laterKey {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []laterKey
	for k, u := range l.keys {
		if len(list) == n {
			break
		}
		list = append(list, laterKey{k, u})
		delete(l.keys, k)
	}
	l.count.Store(int32(len(l.keys)))
	return list
}

type laterKey struct {
	key  pbx.BindingKey
	user pbx.UserID
}

// deleteLater has a row deleted that memory never had.
func (r *Registrar) deleteLater(u pbx.UserID, k pbx.BindingKey) {
	r.later.remember(u, k)
	r.signal()
}

// flushLater submits the rows that wait to be written, one as a probe while the store is not known to be up. Rows of a
// line with a change on its way stay for the next time: that change decides what they are.
func (r *Registrar) flushLater() {
	if r.later.count.Load() == 0 {
		return
	}
	if r.group == nil {
		r.later.take(maxLater)
		return
	}
	down := r.downUntil.Load()
	if down > time.Now().UnixMilli() {
		return
	}
	n := laterBatch
	if down != 0 {
		n = 1
	}
	for _, k := range r.later.take(n) {
		ch := &change{owner: Owner{User: k.user, Line: k.key.Line}, quiet: true}
		ch.rows = make([]row, 0, 1)
		if r.asInMemory(k, ch.addRow(k.key)) {
			r.submitRows(ch)
		} else {
			r.later.remember(k.user, k.key)
		}
	}
}

// asInMemory fills a row with what memory says; false while a change of the line is on its way.
func (r *Registrar) asInMemory(k laterKey, w *row) bool {
	s := r.shard(k.user)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[k.key.Line] != nil {
		return false
	}
	if c := s.byKey(k.user, k.key); c != nil {
		r.export(c, &w.binding)
		w.write.Put = &w.binding
	}
	return true
}

func (s *shard) byKey(u pbx.UserID, k pbx.BindingKey) *record {
	for c := s.users[u]; c != nil; c = c.next {
		if c.line == k.Line && int(c.regID) == k.RegID && c.key() == k {
			return c
		}
	}
	return nil
}
