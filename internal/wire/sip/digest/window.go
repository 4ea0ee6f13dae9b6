package digest

import (
	"encoding/binary"
	"sync"
	"time"
)

const (
	slots      = 64 // a nonce's life is cut into so many
	lockShards = 16 // a power of two
)

// ledger remembers which nonce counts were used under which nonce. It keeps nonces by the slot of time in which they
// were issued: a slot is forgotten as a whole, by age, or when there are too many. Nonces older than what is kept are
// stale, so nothing that was forgotten can be replayed.
type ledger struct {
	life   uint32 // seconds
	slot   uint32 // seconds
	limit  int    // entries in a shard
	shards [lockShards]ledgerShard
}

type ledgerShard struct {
	mu      sync.Mutex
	kept    int
	floor   uint32 // nonces issued before are stale
	current uint32 // index of the slot that now is in
	slots   [slots + 1]ledgerSlot
}

type ledgerSlot struct {
	index uint32 // time of issue divided by the length of a slot
	uses  map[uint64]use
}

// use is what happened under one nonce.
type use struct {
	highest uint32 // nonce count
	window  uint32 // bit i: highest-i was used
	last    uint32 // part of the response of the last accepted request
	count   uint32 // its nonce count
}

func newLedger(life time.Duration, limit int) *ledger {
	seconds := uint32(life / time.Second)
	return &ledger{life: seconds, slot: max(1, seconds/slots), limit: max(1, limit/lockShards)}
}

// accept records a valid digest under a valid nonce and tells what it is.
func (l *ledger) accept(n nonce, nc uint32, response []byte, now time.Time) Result {
	key := binary.LittleEndian.Uint64(n.mac[:])
	last := binary.LittleEndian.Uint32(response)
	s := &l.shards[n.mac[15]%lockShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	second := uint32(now.Unix())
	if n.issued < s.floor || second-n.issued > l.life && second > n.issued {
		return Stale
	}
	sl := s.slotOf(n.issued/l.slot, second/l.slot, l)
	if sl == nil {
		return Stale
	}
	u, known := sl.uses[key]
	switch {
	case known && nc == u.count && last == u.last:
		// A request that comes again word for word did not reach the one who answers, or the answer got lost.
		return Repeated
	case !known || nc > u.highest:
		u.advance(nc, known)
	case u.highest-nc >= 32 || u.window&(1<<(u.highest-nc)) != 0:
		// RFC 7616 §3.4: a nonce count that was used before is a replay.
		return Stale
	default:
		u.window |= 1 << (u.highest - nc)
	}
	u.count, u.last = nc, last
	if !known {
		if s.kept >= l.limit && !s.forgetOldest(l.slot, sl) {
			return Stale
		}
		s.kept++
	}
	sl.uses[key] = u
	return Valid
}

func (u *use) advance(nc uint32, known bool) {
	step := nc - u.highest
	if !known || step >= 32 {
		u.window = 0
	} else {
		u.window <<= step
	}
	u.window |= 1
	u.highest = nc
}

// slotOf returns the slot of an index, after forgetting the one that had its place before; nil if the index is
// older than what has the place now.
func (s *ledgerShard) slotOf(index, current uint32, l *ledger) *ledgerSlot {
	if s.current != current {
		s.current = current
		for i := range s.slots {
			if old := &s.slots[i]; len(old.uses) > 0 && old.index+slots < current {
				s.forget(old, l.slot)
			}
		}
	}
	sl := &s.slots[index%uint32(len(s.slots))]
	if sl.index > index && len(sl.uses) > 0 {
		return nil
	}
	if sl.index != index {
		s.forget(sl, l.slot)
		sl.index = index
	}
	if sl.uses == nil {
		sl.uses = make(map[uint64]use)
	}
	return sl
}

// forgetOldest makes room by giving up the oldest slot; false if that is the one in use.
func (s *ledgerShard) forgetOldest(length uint32, current *ledgerSlot) bool {
	var oldest *ledgerSlot
	for i := range s.slots {
		if sl := &s.slots[i]; len(sl.uses) > 0 && (oldest == nil || sl.index < oldest.index) {
			oldest = sl
		}
	}
	if oldest == nil || oldest == current {
		return false
	}
	s.forget(oldest, length)
	return true
}

func (s *ledgerShard) forget(sl *ledgerSlot, length uint32) {
	if len(sl.uses) == 0 {
		return
	}
	s.kept -= len(sl.uses)
	s.floor = max(s.floor, (sl.index+1)*length)
	sl.uses = nil
}

// size returns how many nonces are remembered.
func (l *ledger) size() int {
	n := 0
	for i := range l.shards {
		s := &l.shards[i]
		s.mu.Lock()
		n += s.kept
		s.mu.Unlock()
	}
	return n
}
