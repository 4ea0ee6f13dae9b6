package registrar

import (
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/transport"
)

const shardCount = 64

// shard holds the bindings of some users.
type shard struct {
	mu      sync.Mutex
	users   map[pbx.UserID]*record // the first of a list
	pending map[pbx.LineID]*change // changes that wait for the store, the first of a list
	due     int64                  // no binding expires before; zero: none at all
}

func (r *Registrar) shard(u pbx.UserID) *shard {
	return &r.shards[mix(uint64(u))%shardCount]
}

// mix spreads consecutive numbers.
func mix(x uint64) uint64 {
	x *= 0x9e3779b97f4a7c15
	return x ^ x>>32
}

// insertLocked adds a record to its shard and the indexes.
func (r *Registrar) insertLocked(s *shard, c *record) {
	if s.users == nil {
		s.users = make(map[pbx.UserID]*record)
	}
	c.next = s.users[c.user]
	s.users[c.user] = c
	if s.due == 0 || c.expires < s.due {
		s.due = c.expires
	}
	r.devices.add(c.device, c.user)
	if c.flow != nil {
		r.flows.add(c.flow.ID(), c.user)
	}
	r.count.Add(1)
}

// removeLocked takes a record out of its shard and the indexes.
func (r *Registrar) removeLocked(s *shard, c *record) {
	first := s.users[c.user]
	if first == c {
		if c.next == nil {
			delete(s.users, c.user)
		} else {
			s.users[c.user] = c.next
		}
	} else {
		for p := first; p != nil; p = p.next {
			if p.next == c {
				p.next = c.next
				break
			}
		}
	}
	c.next = nil
	r.leaveFlowLocked(s, c)
	if !s.hasDevice(c.user, c.device) {
		r.devices.remove(c.device, c.user)
	}
	r.count.Add(-1)
}

// leaveFlowLocked takes a record off its connection.
func (r *Registrar) leaveFlowLocked(s *shard, c *record) {
	if c.flow == nil {
		return
	}
	old := c.flow
	c.flow = nil
	for o := s.users[c.user]; o != nil; o = o.next {
		if o != c && o.flow == old {
			return
		}
	}
	r.flows.remove(old.ID(), c.user)
}

func (s *shard) hasDevice(u pbx.UserID, d pbx.DeviceID) bool {
	for o := s.users[u]; o != nil; o = o.next {
		if o.device == d {
			return true
		}
	}
	return false
}

// of returns the records of a user.
func (s *shard) of(u pbx.UserID) []*record {
	var list []*record
	for c := s.users[u]; c != nil; c = c.next {
		list = append(list, c)
	}
	return list
}

// onlineLocked reports whether a user has a live binding.
func (s *shard) onlineLocked(u pbx.UserID, now int64) bool {
	for c := s.users[u]; c != nil; c = c.next {
		if c.live(now) {
			return true
		}
	}
	return false
}

// Bindings returns the live and dormant bindings of a user, the newest first.
func (r *Registrar) Bindings(u pbx.UserID) []Binding {
	now := time.Now().UnixMilli()
	s := r.shard(u)
	var list []Binding
	s.mu.Lock()
	for c := s.users[u]; c != nil; c = c.next {
		if c.expires > now {
			list = append(list, r.snapshot(c, now))
		}
	}
	s.mu.Unlock()
	slices.SortStableFunc(list, func(a, b Binding) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	return list
}

// Online reports whether a user has a live binding.
func (r *Registrar) Online(u pbx.UserID) bool {
	s := r.shard(u)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.onlineLocked(u, time.Now().UnixMilli())
}

// Each calls fn with a snapshot of every binding until it returns false. No lock is held meanwhile.
func (r *Registrar) Each(fn func(Binding) bool) {
	now := time.Now().UnixMilli()
	var list []Binding
	for i := range r.shards {
		s := &r.shards[i]
		list = list[:0]
		s.mu.Lock()
		for _, c := range s.users {
			for ; c != nil; c = c.next {
				if c.expires > now {
					list = append(list, r.snapshot(c, now))
				}
			}
		}
		s.mu.Unlock()
		for _, b := range list {
			if !fn(b) {
				return
			}
		}
	}
}

// Flow returns the newest authenticated flow of a device (signalling 4).
func (r *Registrar) Flow(d pbx.DeviceID) (transport.Flow, bool) {
	now := time.Now().UnixMilli()
	var newest Binding
	for _, u := range r.devices.users(d) {
		s := r.shard(u)
		s.mu.Lock()
		for c := s.users[u]; c != nil; c = c.next {
			if c.device == d && c.live(now) && c.updated > newest.UpdatedAt.UnixMilli() {
				newest = r.snapshot(c, now)
			}
		}
		s.mu.Unlock()
	}
	return newest.FlowTo()
}

// index finds the users of a device or flow. Nearly always it is one.
type index[K comparable] struct {
	seed   maphash.Seed
	shards [16]indexShard[K]
}

type indexShard[K comparable] struct {
	mu sync.Mutex
	m  map[K]userSet
}

type userSet struct {
	one  pbx.UserID
	more *[]pbx.UserID
}

func (x *index[K]) shard(k K) *indexShard[K] {
	return &x.shards[maphash.Comparable(x.seed, k)%uint64(len(x.shards))]
}

func (x *index[K]) add(k K, u pbx.UserID) {
	s := x.shard(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		s.m = make(map[K]userSet)
	}
	set, ok := s.m[k]
	switch {
	case !ok:
		s.m[k] = userSet{one: u}
	case set.one == u || set.more != nil && slices.Contains(*set.more, u):
	case set.more == nil:
		set.more = &[]pbx.UserID{u}
		s.m[k] = set
	default:
		*set.more = append(*set.more, u)
	}
}

func (x *index[K]) remove(k K, u pbx.UserID) {
	s := x.shard(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	set, ok := s.m[k]
	if !ok {
		return
	}
	var left []pbx.UserID
	for _, v := range set.all() {
		if v != u {
			left = append(left, v)
		}
	}
	switch {
	case len(left) == 0:
		delete(s.m, k)
	case len(left) == 1:
		s.m[k] = userSet{one: left[0]}
	default:
		more := left[1:]
		s.m[k] = userSet{one: left[0], more: &more}
	}
}

func (s userSet) all() []pbx.UserID {
	list := []pbx.UserID{s.one}
	if s.more != nil {
		list = append(list, *s.more...)
	}
	return list
}

// users returns the users of a key.
func (x *index[K]) users(k K) []pbx.UserID {
	s := x.shard(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	set, ok := s.m[k]
	if !ok {
		return nil
	}
	return set.all()
}
