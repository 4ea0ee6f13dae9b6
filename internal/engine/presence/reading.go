package presence

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/event"
)

const (
	readLimit = 10 * time.Second // for a state to be read
	readAgain = 5 * time.Second  // after it could not be
)

// reading is a state that is being read for those who want to tell it. It belongs to the Manager's goroutine but for what
// is fixed.
type reading struct {
	pack  eventPackage // fixed
	about resource     // fixed

	asked bool            // a worker has it
	now   []*subscription // get what the worker brings
	then  []*subscription // came when it was asked: what it brings may be older than what they shall tell
	retry alarm
}

// read asks for the state that a subscription is about; tell gets it.
func (m *Manager) read(s *subscription) {
	s.reads = true
	r := m.readings[s.about]
	switch {
	case r == nil:
		r = &reading{pack: s.pack, about: s.about, now: []*subscription{s}}
		r.retry.ring = func() { m.unread = append(m.unread, r) }
		m.readings[s.about] = r
		m.unread = append(m.unread, r)
	case r.asked:
		r.then = append(r.then, s)
	default:
		r.now = append(r.now, s)
	}
}

// work is a worker: it reads one state after the other.
func (m *Manager) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-m.asks:
			body, err := m.readOne(ctx, r)
			m.post(nil, func() { m.onRead(r, body, err) })
		}
	}
}

// readOne reads a state. A panic is a failure to read it.
func (m *Manager) readOne(ctx context.Context, r *reading) (body []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			m.counters.Panics.Add(1)
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	within, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	return r.pack.read(within, r.about)
}

// onRead is what a worker brings.
func (m *Manager) onRead(r *reading, body []byte, err error) {
	gone := err != nil && pbx.KindOf(err) == pbx.NotFound
	if err != nil && !gone {
		m.unreadable(r, err)
		return
	}
	if m.blind {
		m.blind = false
		m.log.Info("what subscriptions are about can be read again")
	}
	list := r.now
	r.now, r.then, r.asked = r.then, nil, false
	if len(r.now) > 0 {
		m.unread = append(m.unread, r)
	} else {
		delete(m.readings, r.about)
	}
	m.each(list, func(s *subscription) {
		switch {
		case !s.reads: // it ended meanwhile
		case !gone:
			m.tell(s, body)
		case s.machine.State() == event.Ending:
			m.notify(s, nil)
		default:
			m.revoke(s, event.NoResource, 0)
		}
	})
}

// unreadable tries again later; who waits to hear the last of his subscription hears it without the state.
func (m *Manager) unreadable(r *reading, err error) {
	m.counters.ReadFailed.Add(1)
	if !m.blind {
		m.blind = true
		m.log.Error("what a subscription is about can't be read, trying again",
			"package", r.about.pack, "user", int64(r.about.user), "error", err)
	}
	waiting := append(r.now, r.then...)
	r.now, r.then, r.asked = nil, nil, false
	m.each(waiting, func(s *subscription) {
		switch {
		case !s.reads: // it ended meanwhile
		case s.machine.State() == event.Ending:
			m.notify(s, nil)
		default:
			r.now = append(r.now, s)
		}
	})
	if len(r.now) == 0 {
		delete(m.readings, r.about)
		return
	}
	m.alarms.set(&r.retry, time.Now().Add(readAgain))
}
