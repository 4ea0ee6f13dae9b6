// Package commit gathers rows while the last commit runs and stores them together.
//
// A hot write (a binding, a call record) costs a database a hundred times less when a hundred of them share one
// transaction. A Group commits at once when it is idle, and otherwise what gathered during the last commit. Rows with
// the same key are coalesced: the last wins, and everyone who submitted one is told. It knows nothing of SQL or of
// what a row means.
//
// One goroutine commits; Done runs on it, in the order of Submit.
package commit

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Errors of Submit.
var (
	ErrFull   = errors.New("too many rows wait for the store")
	ErrClosed = errors.New("the committer is closed")
)

const (
	defaultMaxRows    = 256
	defaultMaxPending = 1 << 16
	defaultTimeout    = 30 * time.Second
)

// Config says what a row is and where it goes. Key, Store and Done are required.
type Config[K cmp.Ordered, V any] struct {
	Key func(V) K
	// Store writes all rows or none. Rows come sorted by key, each key once, so that two nodes never deadlock.
	Store func(ctx context.Context, rows []V) error
	// Done is called once for each submitted row, in the order of Submit, after its commit or its failure.
	Done func(v V, err error)
	// Unavailable says that an error concerns the store as a whole: then the batch fails at once. After any other
	// error each row is tried alone, so that one bad row fails alone. Nil: every error is tried row by row.
	Unavailable func(error) bool
	MaxRows     int           // rows in one commit; 256 if zero
	MaxPending  int           // rows that may wait; 65,536 if zero
	Timeout     time.Duration // of one call of Store; 30 s if zero
}

// Group is a group committer. Make one with New; Close it.
type Group[K cmp.Ordered, V any] struct {
	cfg  Config[K, V]
	wake chan struct{} // holds one token while rows wait or Close was called
	done chan struct{} // closed when the goroutine ended

	commits atomic.Uint64
	rows    atomic.Uint64

	mu      sync.Mutex
	pending []V
	spare   []V
	idle    []chan struct{} // waiters of Flush
	busy    bool
	closed  bool
}

// New starts a group committer.
func New[K cmp.Ordered, V any](cfg Config[K, V]) *Group[K, V] {
	if cfg.MaxRows <= 0 {
		cfg.MaxRows = defaultMaxRows
	}
	if cfg.MaxPending <= 0 {
		cfg.MaxPending = defaultMaxPending
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	g := &Group[K, V]{cfg: cfg, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go g.run()
	return g
}

// Submit queues a row. It never waits for the store. After an error Done is not called for the row.
func (g *Group[K, V]) Submit(v V) error {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return ErrClosed
	}
	if len(g.pending) >= g.cfg.MaxPending {
		g.mu.Unlock()
		return ErrFull
	}
	g.pending = append(g.pending, v)
	g.mu.Unlock()
	g.signal()
	return nil
}

// Flush waits until nothing is pending.
func (g *Group[K, V]) Flush(ctx context.Context) error {
	g.mu.Lock()
	if len(g.pending) == 0 && !g.busy {
		g.mu.Unlock()
		return nil
	}
	ch := make(chan struct{})
	g.idle = append(g.idle, ch)
	g.mu.Unlock()
	select {
	case <-ch:
		return nil
	case <-g.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close commits what is pending, refuses more, and waits for the goroutine.
func (g *Group[K, V]) Close(ctx context.Context) error {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.signal()
	select {
	case <-g.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Pending returns how many rows wait, without those of the running commit.
func (g *Group[K, V]) Pending() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.pending)
}

// Totals returns how many commits were made, and of how many rows.
func (g *Group[K, V]) Totals() (commits, rows uint64) { return g.commits.Load(), g.rows.Load() }

func (g *Group[K, V]) signal() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

func (g *Group[K, V]) run() {
	defer close(g.done)
	var b batch[K, V]
	for range g.wake {
		for g.take(&b) {
			g.commit(&b)
		}
		if g.settle() {
			return
		}
	}
}

// take moves the next rows from the queue into the batch: as many as have at most MaxRows different keys.
func (g *Group[K, V]) take(b *batch[K, V]) bool {
	b.reset()
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for ; n < len(g.pending); n++ {
		if !b.add(g.cfg.Key(g.pending[n]), g.pending[n], g.cfg.MaxRows) {
			break
		}
	}
	if n == len(g.pending) {
		g.pending, g.spare = g.spare[:0], g.pending
		clear(g.spare)
	} else {
		g.pending = slices.Delete(g.pending, 0, n)
	}
	g.busy = n > 0
	return g.busy
}

// settle tells waiters of Flush, and reports whether the group is closed and empty.
func (g *Group[K, V]) settle() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.pending) > 0 {
		g.signal()
		return false
	}
	g.busy = false
	for _, ch := range g.idle {
		close(ch)
	}
	g.idle = nil
	return g.closed
}

func (g *Group[K, V]) commit(b *batch[K, V]) {
	b.sort()
	err := g.store(b.rows())
	g.commits.Add(1)
	g.rows.Add(uint64(len(b.last)))
	alone := err != nil && len(b.last) > 1 && (g.cfg.Unavailable == nil || !g.cfg.Unavailable(err))
	if alone {
		b.errs = make(map[K]error)
		for i := range b.last {
			if e := g.store(b.vals[i : i+1]); e != nil {
				b.errs[b.last[i].key] = e
			}
		}
	}
	for _, v := range b.all {
		e := err
		if alone {
			e = b.errs[g.cfg.Key(v)]
		}
		g.cfg.Done(v, e)
	}
}

func (g *Group[K, V]) store(rows []V) error {
	ctx, cancel := context.WithTimeout(context.Background(), g.cfg.Timeout)
	defer cancel()
	return g.cfg.Store(ctx, rows)
}

// batch is one commit's rows: all as submitted, and the last of each key.
type batch[K cmp.Ordered, V any] struct {
	all   []V
	last  []keyed[K, V]
	vals  []V
	index map[K]int
	errs  map[K]error
}

type keyed[K cmp.Ordered, V any] struct {
	key K
	val V
}

func (b *batch[K, V]) reset() {
	clear(b.all)
	clear(b.last)
	clear(b.vals)
	b.all, b.last, b.vals, b.errs = b.all[:0], b.last[:0], b.vals[:0], nil
	if b.index == nil {
		b.index = make(map[K]int)
	}
	clear(b.index)
}

// add reports false when the row would be one key too many.
func (b *batch[K, V]) add(k K, v V, limit int) bool {
	if i, ok := b.index[k]; ok {
		b.last[i].val = v
	} else {
		if len(b.last) == limit {
			return false
		}
		b.index[k] = len(b.last)
		b.last = append(b.last, keyed[K, V]{k, v})
	}
	b.all = append(b.all, v)
	return true
}

func (b *batch[K, V]) sort() {
	slices.SortFunc(b.last, func(x, y keyed[K, V]) int { return cmp.Compare(x.key, y.key) })
}

func (b *batch[K, V]) rows() []V {
	for _, r := range b.last {
		b.vals = append(b.vals, r.val)
	}
	return b.vals
}
