package transaction

import (
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// ringer notes when its timer fires.
type ringer struct {
	mu    sync.Mutex
	t     timer
	at    []time.Time
	after func()
}

func (r *ringer) expire(t *timer, _ event, gen uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.gen == gen {
		r.at = append(r.at, time.Now())
		if r.after != nil {
			r.after()
		}
	}
}

func (r *ringer) set(w *wheel, d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.t.owner = r
	w.set(&r.t, timerA, d)
}

func (r *ringer) stop(w *wheel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.stop(&r.t)
}

func wheelTest(t *testing.T, play func(w *wheel)) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		w := newWheel(slog.New(slog.DiscardHandler), new(atomic.Uint64))
		play(w)
		w.close()
	})
}

func TestTimersFireInTheirTick(t *testing.T) {
	wheelTest(t, func(w *wheel) {
		random := rand.New(rand.NewPCG(7, 7))
		type wanted struct {
			r   *ringer
			due time.Time
		}
		var all []wanted
		for range 3000 {
			d := time.Duration(random.Int64N(int64(10 * time.Minute)))
			if random.IntN(10) == 0 {
				d = time.Duration(random.Int64N(int64(72 * time.Hour)))
			}
			r := &ringer{}
			r.set(w, d)
			all = append(all, wanted{r, time.Now().Add(d)})
			time.Sleep(time.Duration(random.Int64N(int64(200 * time.Millisecond)))) //nolint:forbidigo // virtual time
		}
		time.Sleep(80 * time.Hour) //nolint:forbidigo // virtual time
		synctest.Wait()
		for _, v := range all {
			if len(v.r.at) != 1 {
				t.Fatalf("fired %d times", len(v.r.at))
			}
			if late := v.r.at[0].Sub(v.due); late < 0 || late > 2*tick {
				t.Fatalf("fired %s late", late)
			}
		}
		if list, _ := w.nextSlot(); list != nil {
			t.Error("a timer is left")
		}
	})
}

func TestStoppedAndRestartedTimers(t *testing.T) {
	wheelTest(t, func(w *wheel) {
		start := time.Now()
		var stopped, moved ringer
		stopped.set(w, time.Second)
		moved.set(w, time.Second)
		time.Sleep(500 * time.Millisecond) //nolint:forbidigo // virtual time
		stopped.stop(w)
		moved.set(w, 3*time.Second)
		time.Sleep(time.Minute) //nolint:forbidigo // virtual time
		synctest.Wait()
		if len(stopped.at) != 0 {
			t.Error("a stopped timer fired")
		}
		if len(moved.at) != 1 || moved.at[0].Sub(start) != 3500*time.Millisecond {
			t.Errorf("moved timer fired at %v", moved.at)
		}
	})
}

func TestTimerSetByATimer(t *testing.T) {
	wheelTest(t, func(w *wheel) {
		r := &ringer{}
		r.after = func() {
			if len(r.at) < 5 {
				w.set(&r.t, timerA, time.Second)
			}
		}
		r.set(w, time.Second)
		time.Sleep(time.Minute) //nolint:forbidigo // virtual time
		synctest.Wait()
		if len(r.at) != 5 || r.at[4].Sub(r.at[0]) != 4*time.Second {
			t.Errorf("fired at %v", r.at)
		}
	})
}

// TestEmptyWheelSleeps would not end if the goroutine woke for nothing: a bubble whose goroutines are all blocked for
// good is a deadlock, which synctest reports, and one that keeps a timer running is not.
func TestEmptyWheelSleeps(t *testing.T) {
	wheelTest(t, func(w *wheel) {
		var r ringer
		r.set(w, time.Second)
		time.Sleep(2 * time.Second) //nolint:forbidigo // virtual time
		synctest.Wait()
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.sleeping != forever {
			t.Errorf("sleeps until tick %d", w.sleeping)
		}
	})
}

func TestPanicInATimerEndsOnlyThatTimer(t *testing.T) {
	wheelTest(t, func(w *wheel) {
		bad, good := &ringer{after: func() { panic("bug") }}, &ringer{}
		bad.set(w, time.Second)
		good.set(w, 2*time.Second)
		time.Sleep(3 * time.Second) //nolint:forbidigo // virtual time
		synctest.Wait()
		if len(good.at) != 1 || w.panics.Load() != 1 {
			t.Errorf("good fired %d times, %d panics counted", len(good.at), w.panics.Load())
		}
	})
}

func BenchmarkTimer(b *testing.B) {
	w := newWheel(slog.New(slog.DiscardHandler), new(atomic.Uint64))
	defer w.close()
	rs := make([]ringer, 1000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r := &rs[i%len(rs)]
		r.set(w, 500*time.Millisecond)
		r.stop(w)
	}
}
