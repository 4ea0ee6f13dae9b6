package notify

import (
	"sync"
	"time"
)

// maxKeys bounds how many keys a window remembers.
const maxKeys = 1 << 14

// window lets so many of each key through within an hour. It is kept in memory: after a restart it starts anew.
type window struct {
	most int

	mu   sync.Mutex
	seen map[string][]time.Time // guarded by mu
}

func newWindow(most int) *window {
	return &window{most: most, seen: map[string][]time.Time{}}
}

// take counts one of the key, unless there were too many.
func (w *window) take(key string, now time.Time) bool { return w.wait(key, now) == 0 }

// wait counts one of the key and returns 0, or returns how long the key must wait and counts nothing.
func (w *window) wait(key string, now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	since := now.Add(-time.Hour)
	times := w.seen[key]
	for len(times) > 0 && !times[0].After(since) {
		times = times[1:]
	}
	if len(times) >= w.most {
		w.seen[key] = times
		return times[0].Sub(since)
	}
	if _, ok := w.seen[key]; !ok && len(w.seen) >= maxKeys {
		w.makeRoomLocked(since)
	}
	w.seen[key] = append(times, now)
	return 0
}

// makeRoomLocked forgets the keys whose time is over; when there are none, any one.
func (w *window) makeRoomLocked(since time.Time) {
	any1, room := "", false
	for k, times := range w.seen {
		any1 = k
		if !times[len(times)-1].After(since) {
			delete(w.seen, k)
			room = true
		}
	}
	if !room {
		delete(w.seen, any1)
	}
}
