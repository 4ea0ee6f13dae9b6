package presence

import (
	"container/heap"
	"math"
	"time"
)

// alarm is a point in time at which something is to be done.
type alarm struct {
	about *subscription // nil: none
	ring  func()
	at    time.Time
	place int // in the heap, from 1; 0: it is not set
}

// alarms are all that are set, the earliest first.
type alarms struct{ list alarmHeap }

// set sets an alarm, anew if it was set.
func (x *alarms) set(a *alarm, at time.Time) {
	a.at = at
	if a.place > 0 {
		heap.Fix(&x.list, a.place-1)
		return
	}
	heap.Push(&x.list, a)
}

// stop takes an alarm back, if it is set.
func (x *alarms) stop(a *alarm) {
	if a.place > 0 {
		heap.Remove(&x.list, a.place-1)
	}
}

// due takes an alarm whose time has come.
func (x *alarms) due(now time.Time) *alarm {
	if len(x.list) == 0 || x.list[0].at.After(now) {
		return nil
	}
	a := x.list[0]
	heap.Pop(&x.list)
	return a
}

// wait is the time until the next alarm; for good if there is none.
func (x *alarms) wait(now time.Time) time.Duration {
	if len(x.list) == 0 {
		return math.MaxInt64
	}
	return max(0, x.list[0].at.Sub(now))
}

// alarmHeap is the heap of container/heap.
type alarmHeap []*alarm

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }

func (h alarmHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i+1, j+1
}

// Push implements heap.Interface.
func (h *alarmHeap) Push(v any) {
	a := v.(*alarm) //nolint:forcetypeassert // the heap holds nothing else
	a.place = len(*h) + 1
	*h = append(*h, a)
}

// Pop implements heap.Interface.
func (h *alarmHeap) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	a.place = 0
	return a
}
