package registrar

import (
	"slices"
	"sync"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/transport"
)

// FlowClosed puts the bindings of a closed connection to sleep (signalling 2).
func (r *Registrar) FlowClosed(f transport.Flow) {
	for _, u := range r.flows.users(f.ID()) {
		events, online := r.sleep(u, f)
		r.publish(u, events, online)
	}
}

func (r *Registrar) sleep(u pbx.UserID, f transport.Flow) (events []event, online bool) {
	now := time.Now().UnixMilli()
	s := r.shard(u)
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := s.users[u]; c != nil; c = c.next {
		if c.flow != nil && c.flow.ID() == f.ID() {
			r.leaveFlowLocked(s, c)
			events = append(events, event{Asleep, r.snapshot(c, now)})
		}
	}
	return events, s.onlineLocked(u, now)
}

// DropUser removes the bindings of a user that may not register any more, and closes their connections.
func (r *Registrar) DropUser(u pbx.UserID) {
	r.drop(u, func(pbx.DeviceID, pbx.LineID) bool { return true })
}

// DropDevice removes the bindings of a device.
func (r *Registrar) DropDevice(d pbx.DeviceID) {
	for _, u := range append(r.devices.users(d), r.registering(d)...) {
		r.drop(u, func(device pbx.DeviceID, _ pbx.LineID) bool { return device == d })
	}
}

// registering returns the users for whom a device is registering right now.
func (r *Registrar) registering(d pbx.DeviceID) (users []pbx.UserID) {
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		for _, ch := range s.pending {
			for ; ch != nil; ch = ch.next {
				if ch.owner.Device == d {
					users = append(users, ch.owner.User)
				}
			}
		}
		s.mu.Unlock()
	}
	return users
}

// DropLine removes the bindings of a line of a user.
func (r *Registrar) DropLine(u pbx.UserID, l pbx.LineID) {
	r.drop(u, func(_ pbx.DeviceID, line pbx.LineID) bool { return line == l })
}

// UnbindUser removes every binding of a user, and leaves connections open: a call that goes on needs its own to end.
func (r *Registrar) UnbindUser(u pbx.UserID) {
	r.unbind(u, func(pbx.DeviceID, pbx.LineID) bool { return true })
}

func (r *Registrar) drop(u pbx.UserID, which func(pbx.DeviceID, pbx.LineID) bool) {
	for _, e := range r.unbind(u, which) {
		if e.binding.flow != nil {
			e.binding.flow.Close("registration revoked")
		}
	}
}

func (r *Registrar) unbind(u pbx.UserID, which func(pbx.DeviceID, pbx.LineID) bool) []event {
	events, online := r.dropFromMemory(u, which)
	for _, e := range events {
		r.later.remember(u, e.binding.Key)
	}
	r.publish(u, events, online)
	r.flushLater()
	return events
}

func (r *Registrar) dropFromMemory(
	u pbx.UserID, which func(pbx.DeviceID, pbx.LineID) bool,
) (events []event, online bool) {
	now := time.Now().UnixMilli()
	s := r.shard(u)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.pending {
		for ; ch != nil; ch = ch.next {
			if ch.owner.User == u && which(ch.owner.Device, ch.owner.Line) {
				ch.revoked = true
			}
		}
	}
	for _, c := range s.of(u) {
		if which(c.device, c.line) {
			events = append(events, event{Removed, r.snapshot(c, now)})
			r.removeLocked(s, c)
		}
	}
	return events, s.onlineLocked(u, now)
}

// watchers are who waits for a user's phone to come back.
type watchers struct {
	mu sync.Mutex
	m  map[pbx.UserID][]*watcher
}

type watcher struct{ f func() }

// Watch calls f, which must not block, each time a binding of the user becomes live, until stop is called.
func (r *Registrar) Watch(u pbx.UserID, f func()) (stop func()) {
	w := &watcher{f}
	x := &r.watchers
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.m == nil {
		x.m = make(map[pbx.UserID][]*watcher)
	}
	x.m[u] = append(x.m[u], w)
	return func() { x.remove(u, w) }
}

func (x *watchers) remove(u pbx.UserID, w *watcher) {
	x.mu.Lock()
	defer x.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(x.m[u]), func(o *watcher) bool { return o == w })
	if len(left) == 0 {
		delete(x.m, u)
		return
	}
	x.m[u] = left
}

func (x *watchers) call(u pbx.UserID) {
	x.mu.Lock()
	list := x.m[u] // never changed in place but at its end
	x.mu.Unlock()
	for _, w := range list {
		w.f()
	}
}
