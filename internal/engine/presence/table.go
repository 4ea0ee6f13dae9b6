package presence

import (
	"slices"
	"sync"

	"ringfence/internal/pbx"
)

// table finds subscriptions, and counts them. Its lock is a leaf.
type table struct {
	limits Limits
	empty  chan struct{} // closed when it is closed and nothing is left

	mu      sync.Mutex
	closed  bool
	tags    map[string]*subscription // by our tag
	users   map[pbx.UserID][]*subscription
	devices map[pbx.DeviceID][]*subscription
}

func newTable(l Limits) *table {
	return &table{
		limits: l, empty: make(chan struct{}), tags: make(map[string]*subscription),
		users: make(map[pbx.UserID][]*subscription), devices: make(map[pbx.DeviceID][]*subscription),
	}
}

// add takes a new subscription in, unless there are too many or no more are wanted.
func (t *table) add(s *subscription) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || len(t.tags) >= t.limits.Subscriptions || len(t.users[s.who.User]) >= t.limits.PerUser ||
		len(t.devices[s.who.Device]) >= t.limits.PerDevice {
		return false
	}
	t.tags[s.tag] = s
	t.users[s.who.User] = append(t.users[s.who.User], s)
	t.devices[s.who.Device] = append(t.devices[s.who.Device], s)
	return true
}

// remove takes a subscription out, if it is there.
func (t *table) remove(s *subscription) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tags[s.tag] != s {
		return
	}
	delete(t.tags, s.tag)
	without(t.users, s.who.User, s)
	without(t.devices, s.who.Device, s)
	t.checkLocked()
}

// without takes a subscription from the list of a key.
func without[K comparable](m map[K][]*subscription, k K, s *subscription) {
	list := m[k]
	i := slices.Index(list, s)
	if i < 0 {
		return
	}
	last := len(list) - 1
	list[i], list[last] = list[last], nil
	if last == 0 {
		delete(m, k)
		return
	}
	m[k] = list[:last]
}

// find returns the subscription with our tag and the Call-ID.
func (t *table) find(tag, callID []byte) (*subscription, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, ok := t.tags[string(tag)]
	if !ok || s.callID != string(callID) {
		return nil, false
	}
	return s, true
}

// close refuses what comes from now on.
func (t *table) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.closed = true
		t.checkLocked()
	}
}

func (t *table) checkLocked() {
	if t.closed && len(t.tags) == 0 {
		select {
		case <-t.empty:
		default:
			close(t.empty)
		}
	}
}

func (t *table) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.tags)
}

func (t *table) ofUser(u pbx.UserID) []*subscription {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.users[u])
}

func (t *table) ofDevice(d pbx.DeviceID) []*subscription {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.devices[d])
}

func (t *table) all() []*subscription {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]*subscription, 0, len(t.tags))
	for _, s := range t.tags {
		list = append(list, s)
	}
	return list
}
