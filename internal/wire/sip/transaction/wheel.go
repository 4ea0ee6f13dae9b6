package transaction

import (
	"log/slog"
	"math/bits"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// The wheel's resolution and shape. Timers fire up to one tick late, which lets timers of one tick share a wake-up.
const (
	tick      = 10 * time.Millisecond
	slotBits  = 6
	slotCount = 1 << slotBits
	levels    = 6 // 64^6 ticks are 21 years
)

// expirer is told that a timer fired. It compares gen with its timer's, because the timer may have been stopped after
// it was due and before the call.
type expirer interface {
	expire(t *timer, e event, gen uint32)
}

// timer is one timer of a transaction. Everything but the links is guarded by the transaction's lock.
type timer struct {
	owner expirer
	gen   uint32

	// Guarded by the wheel's lock.
	event      event
	due        uint64
	next, prev *timer
	list       *timerList
}

// timerList is a slot's timers.
type timerList struct {
	head  *timer
	level uint8
	slot  uint8
}

// wheel is a hierarchical timer wheel: 64 slots a level, each level 64 times as coarse as the one below. A timer stands
// on the level of the highest digit in which its due tick differs from now, so that the lowest occupied level holds
// the earliest timer and no slot is ever passed by. Starting and stopping a timer costs the same however many there are.
// One goroutine sleeps until the next slot is due, and for good while there is none.
type wheel struct {
	start  time.Time
	wake   chan struct{}
	done   chan struct{}
	ended  chan struct{}
	log    *slog.Logger
	panics *atomic.Uint64

	mu       sync.Mutex
	now      uint64 // the tick up to which all timers fired
	sleeping uint64 // the tick that the goroutine sleeps until; the largest number while it sleeps for good
	occupied [levels]uint64
	slots    [levels][slotCount]timerList
	closed   bool
}

// forever is later than any timer.
const forever = ^uint64(0)

func newWheel(log *slog.Logger, panics *atomic.Uint64) *wheel {
	w := &wheel{
		start: time.Now(), wake: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}),
		log: log, panics: panics, sleeping: forever,
	}
	for l := range w.slots {
		for s := range w.slots[l] {
			w.slots[l][s].level, w.slots[l][s].slot = uint8(l), uint8(s)
		}
	}
	go w.run()
	return w
}

// ticks is how many whole ticks have passed.
func (w *wheel) ticks() uint64 { return uint64(time.Since(w.start) / tick) }

// set starts the timer, again if it runs. The caller holds the owner's lock.
func (w *wheel) set(t *timer, e event, d time.Duration) {
	// Rounded up, so that a timer never fires early.
	due := uint64((time.Since(w.start) + d + tick - 1) / tick)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unlink(t)
	t.gen++
	if w.closed {
		return
	}
	if list, _ := w.nextSlot(); list == nil {
		w.now = w.ticks() // nothing fires on the way
	}
	t.event, t.due = e, max(due, w.now+1)
	w.link(t)
	if t.due < w.sleeping {
		w.sleeping = t.due
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// stop stops the timer. The caller holds the owner's lock.
func (w *wheel) stop(t *timer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unlink(t)
	t.gen++
}

// close stops all timers and waits for the goroutine. No timer calls may be running in the caller's goroutine.
func (w *wheel) close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.done)
	}
	w.mu.Unlock()
	<-w.ended
}

func (w *wheel) link(t *timer) {
	level := 0
	if diff := t.due ^ w.now; diff != 0 {
		level = min((bits.Len64(diff)-1)/slotBits, levels-1)
	}
	slot := t.due >> (level * slotBits) & (slotCount - 1)
	list := &w.slots[level][slot]
	t.list, t.prev, t.next = list, nil, list.head
	if list.head != nil {
		list.head.prev = t
	}
	list.head = t
	w.occupied[level] |= 1 << slot
}

func (w *wheel) unlink(t *timer) {
	list := t.list
	if list == nil {
		return
	}
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		list.head = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	}
	t.list, t.next, t.prev = nil, nil, nil
	if list.head == nil {
		w.occupied[list.level] &^= 1 << list.slot
	}
}

// nextSlot is the earliest occupied slot and the tick at which it is due.
func (w *wheel) nextSlot() (*timerList, uint64) {
	for l, occupied := range w.occupied {
		if occupied == 0 {
			continue
		}
		slot := bits.TrailingZeros64(occupied)
		shift := l * slotBits
		due := w.now>>(shift+slotBits)<<(shift+slotBits) | uint64(slot)<<shift
		return &w.slots[l][slot], due
	}
	return nil, forever
}

// fired is a timer that is due, with its generation when that was found.
type fired struct {
	timer *timer
	event event
	gen   uint32
}

// advance moves to the given tick and appends what fires on the way.
func (w *wheel) advance(to uint64, due []fired) []fired {
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		list, at := w.nextSlot()
		if at > to {
			w.now = max(w.now, to)
			return due
		}
		w.now = max(w.now, at)
		for list.head != nil {
			t := list.head
			w.unlink(t)
			if t.due <= w.now {
				due = append(due, fired{t, t.event, t.gen})
			} else {
				w.link(t) // on a finer level now
			}
		}
	}
}

// sleepUntil is the next tick to wake at.
func (w *wheel) sleepUntil() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, w.sleeping = w.nextSlot()
	return w.sleeping
}

func (w *wheel) run() {
	defer close(w.ended)
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	var due []fired
	for {
		ring := (<-chan time.Time)(nil)
		if until := w.sleepUntil(); until != forever {
			alarm.Reset(time.Until(w.start.Add(time.Duration(until) * tick)))
			ring = alarm.C
		} else {
			alarm.Stop()
		}
		select {
		case <-ring:
		case <-w.wake:
		case <-w.done:
			return
		}
		due = w.advance(w.ticks(), due[:0])
		for i := range due {
			w.fire(due[i])
		}
		clear(due)
	}
}

func (w *wheel) fire(f fired) {
	defer func() {
		if r := recover(); r != nil {
			w.panics.Add(1)
			w.log.Error("panic in a timer", "panic", r, "stack", string(debug.Stack()))
		}
	}()
	f.timer.owner.expire(f.timer, f.event, f.gen)
}
