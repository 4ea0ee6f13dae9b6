// Package fanout tells many listeners of typed events without ever waiting for one.
//
// A listener that is too slow loses events and gets an overflow mark instead: it then reads the whole state again.
// Publish is safe from any goroutine and takes a leaf lock.
package fanout

import (
	"sync"
	"sync/atomic"
)

// Hub sends each published event to every subscription. The zero value is ready.
type Hub[T any] struct {
	mu   sync.Mutex
	subs map[*Subscription[T]]struct{}
}

// Subscription receives events from C until it is closed.
type Subscription[T any] struct {
	C    <-chan T
	ch   chan T
	hub  *Hub[T]
	lost atomic.Bool
}

// Subscribe makes a subscription that can lag behind by size events (at least one).
func (h *Hub[T]) Subscribe(size int) *Subscription[T] {
	ch := make(chan T, max(size, 1))
	s := &Subscription[T]{C: ch, ch: ch, hub: h}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.subs == nil {
		h.subs = make(map[*Subscription[T]]struct{})
	}
	h.subs[s] = struct{}{}
	return s
}

// Publish gives the event to every subscription that has room and marks the others. It never waits.
func (h *Hub[T]) Publish(event T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		select {
		case s.ch <- event:
		default:
			s.lost.Store(true)
		}
	}
}

// Subscribers returns how many subscriptions are open.
func (h *Hub[T]) Subscribers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subs)
}

// Lost reports whether events were lost since it was last asked. The mark is set while the buffer is full, so a
// listener that asks after each event it receives never misses it.
func (s *Subscription[T]) Lost() bool { return s.lost.Swap(false) }

// Close ends the subscription. C is not closed: a listener ends by its own context.
func (s *Subscription[T]) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.subs, s)
}
