// Package throttle slows who guesses: the pair of a source and a credential, never the whole office.
//
// After a few failures a pair must wait before it is heard again, twice as long after each further failure, until it
// succeeds or is forgotten. The same credential from another source is not slowed. The table is bounded: what was
// touched longest ago is forgotten first. It is safe for concurrent use; its lock is a leaf.
package throttle

import (
	"container/list"
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// Config tells how patient a Table is. Zero fields take the values named.
type Config struct {
	Free    int           // failures before a pair is slowed: 3
	Base    time.Duration // the first wait: 2 s
	Max     time.Duration // the longest wait: 5 min
	Forget  time.Duration // a pair untouched for so long starts anew: 30 min
	Entries int           // pairs kept: 65,536
}

// Table counts failures. Make one with New.
type Table struct {
	cfg  Config
	seed maphash.Seed

	mu      sync.Mutex
	entries map[key]*list.Element
	recent  *list.List // of *entry, the most recently touched in front
}

type key struct {
	source     netip.Prefix
	credential uint64
}

type entry struct {
	key      key
	failures int
	last     time.Time
}

// New makes an empty table.
func New(cfg Config) *Table {
	if cfg.Free <= 0 {
		cfg.Free = 3
	}
	if cfg.Base <= 0 {
		cfg.Base = 2 * time.Second
	}
	if cfg.Max <= 0 {
		cfg.Max = 5 * time.Minute
	}
	if cfg.Forget <= 0 {
		cfg.Forget = 30 * time.Minute
	}
	if cfg.Entries <= 0 {
		cfg.Entries = 1 << 16
	}
	return &Table{cfg: cfg, seed: maphash.MakeSeed(), entries: make(map[key]*list.Element), recent: list.New()}
}

// Prefix is what counts as one source: an IPv4 address, or the /64 network that one IPv6 subscriber commonly holds.
func Prefix(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil { // the zero address: all unknown sources are one
		return netip.Prefix{}
	}
	return p
}

// Wait returns how long the pair must still wait; zero means that it may try now. It allocates nothing.
func (t *Table) Wait(source netip.Addr, credential []byte) time.Duration {
	k := t.key(source, credential)
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.entries[k]
	if !ok {
		return 0
	}
	x := e.Value.(*entry) //nolint:forcetypeassert // the list holds nothing else
	passed := time.Since(x.last)
	if passed >= t.cfg.Forget || x.failures < t.cfg.Free {
		return 0
	}
	return max(0, t.delay(x.failures)-passed)
}

// Fail counts a failure and returns the wait that follows from it.
func (t *Table) Fail(source netip.Addr, credential []byte) time.Duration {
	k := t.key(source, credential)
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.entries[k]
	if !ok {
		if len(t.entries) >= t.cfg.Entries {
			oldest := t.recent.Back()
			delete(t.entries, oldest.Value.(*entry).key) //nolint:forcetypeassert // the list holds nothing else
			t.recent.Remove(oldest)
		}
		e = t.recent.PushFront(&entry{key: k})
		t.entries[k] = e
	}
	x := e.Value.(*entry) //nolint:forcetypeassert // the list holds nothing else
	if now.Sub(x.last) >= t.cfg.Forget {
		x.failures = 0
	}
	x.failures++
	x.last = now
	t.recent.MoveToFront(e)
	if x.failures < t.cfg.Free {
		return 0
	}
	return t.delay(x.failures)
}

// Succeed forgets the pair.
func (t *Table) Succeed(source netip.Addr, credential []byte) {
	k := t.key(source, credential)
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.entries[k]; ok {
		delete(t.entries, k)
		t.recent.Remove(e)
	}
}

// Len returns how many pairs are kept.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.entries)
}

func (t *Table) key(source netip.Addr, credential []byte) key {
	return key{Prefix(source), maphash.Bytes(t.seed, credential)}
}

// delay doubles from Base with each failure beyond the free ones, up to Max.
func (t *Table) delay(failures int) time.Duration {
	d := t.cfg.Base
	for i := t.cfg.Free; i < failures && d < t.cfg.Max; i++ {
		d *= 2
	}
	return min(d, t.cfg.Max)
}
