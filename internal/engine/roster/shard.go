package roster

import (
	"context"
	"hash/maphash"
	"maps"
	"sync"
	"sync/atomic"

	"ringfence/internal/pbx"
)

// shardCount makes a shard of a hundred thousand things some hundreds, so that replacing one is cheap.
const shardCount = 512

// seed is fixed for the process, as maphash wants it.
var seed = maphash.MakeSeed()

func hashString(s string) uint64 { return maphash.String(seed, s) }

// shards is a map that is read without a lock and written by replacing the shards a write touches.
type shards[K comparable, V any] struct {
	parts [shardCount]atomic.Pointer[map[K]V]
}

func (s *shards[K, V]) get(hash uint64, k K) (V, bool) {
	m := s.parts[hash%shardCount].Load()
	if m == nil {
		var zero V
		return zero, false
	}
	v, ok := (*m)[k]
	return v, ok
}

// getBytes looks a text up without making a string of it.
func (s *shards[K, V]) getBytes(k []byte) (V, bool) {
	var zero V
	p := s.parts[maphash.Bytes(seed, k)%shardCount].Load()
	if p == nil {
		return zero, false
	}
	m, ok := any(*p).(map[string]V)
	if !ok {
		return zero, false
	}
	v, ok := m[string(k)]
	return v, ok
}

// edit gathers writes and puts them in force shard by shard.
type edit[K comparable, V any] struct {
	hash   func(K) uint64
	writes map[uint64]map[K]*V // nil: delete
}

func newEdit[K comparable, V any](hash func(K) uint64) *edit[K, V] {
	return &edit[K, V]{hash: hash, writes: map[uint64]map[K]*V{}}
}

func (e *edit[K, V]) set(k K, v *V) {
	i := e.hash(k) % shardCount
	if e.writes[i] == nil {
		e.writes[i] = map[K]*V{}
	}
	e.writes[i][k] = v
}

func (e *edit[K, V]) apply(s *shards[K, V]) {
	for i, writes := range e.writes {
		next := map[K]V{}
		if old := s.parts[i].Load(); old != nil {
			next = maps.Clone(*old)
		}
		for k, v := range writes {
			if v == nil {
				delete(next, k)
			} else {
				next[k] = *v
			}
		}
		s.parts[i].Store(&next)
	}
}

func hashRingGroup(id pbx.RingGroupID) uint64 { return uint64(id) }

func hashUser(id pbx.UserID) uint64 { return uint64(id) }

// progress says how far change sets are applied, and lets others wait for it.
type progress struct {
	mu      sync.Mutex
	last    pbx.ChangeSetID
	waiting chan struct{}
}

func (p *progress) init() { p.waiting = make(chan struct{}) }

func (p *progress) reached(id pbx.ChangeSetID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = max(p.last, id)
	close(p.waiting)
	p.waiting = make(chan struct{})
}

func (p *progress) wait(ctx context.Context, id pbx.ChangeSetID) error {
	for {
		p.mu.Lock()
		last, ch := p.last, p.waiting
		p.mu.Unlock()
		if last >= id {
			return nil
		}
		select {
		case <-ch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
