package registrar

import (
	"math"
	"runtime/debug"
	"time"

	"ringfence/internal/pbx"
)

const never = math.MaxInt64

// sweep is the goroutine that removes what has expired and writes what had to wait. It sleeps until the next binding
// expires: no binding has a timer of its own.
func (r *Registrar) sweep() {
	defer close(r.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		r.wakeAt.Store(never)
		next := r.sweepOnce()
		now := time.Now().UnixMilli()
		if r.later.count.Load() > 0 {
			next = min(next, now+retryLater.Milliseconds())
		}
		wait := time.Duration(math.MaxInt64)
		if next != never {
			next = (next + 999) / 1000 * 1000 // what expires within a second expires together
			wait = time.Duration(max(0, next-now)) * time.Millisecond
			// If this fails somebody asks for an earlier time, and has signalled.
			r.wakeAt.CompareAndSwap(never, next)
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-r.wake:
		case <-r.stop:
			return
		}
	}
}

// sweepOnce does what is due and returns when something is due again. A panic costs this sweep only.
func (r *Registrar) sweepOnce() (next int64) {
	defer func() {
		if v := recover(); v != nil {
			r.counters.Panics.Add(1)
			r.cfg.Log.Error("panic", "in", "sweep of bindings", "panic", v, "stack", string(debug.Stack()))
			next = time.Now().Add(time.Minute).UnixMilli()
		}
	}()
	next = r.expire(time.Now().UnixMilli())
	r.flushLater()
	return next
}

// wakeBefore makes sure that the sweeper wakes up in time for an expiry.
func (r *Registrar) wakeBefore(expires int64) {
	for {
		at := r.wakeAt.Load()
		if expires >= at {
			return
		}
		if r.wakeAt.CompareAndSwap(at, expires) {
			r.signal()
			return
		}
	}
}

func (r *Registrar) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// expire removes what has expired and returns when the next binding does, never if there is none.
func (r *Registrar) expire(now int64) int64 {
	next := int64(never)
	for i := range r.shards {
		ended, due := r.expireShard(&r.shards[i], now)
		if due != 0 {
			next = min(next, due)
		}
		for _, x := range ended {
			for _, e := range x.events {
				r.counters.Expired.Add(1)
				r.later.remember(x.user, e.binding.Key)
			}
			r.publish(x.user, x.events, x.online)
		}
	}
	return next
}

// expiry is what expired of one user.
type expiry struct {
	user   pbx.UserID
	online bool
	events []event
}

// expireShard removes what has expired of a shard and returns when the next binding of it does, zero if there is none.
func (r *Registrar) expireShard(s *shard, now int64) (ended []expiry, due int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.due == 0 || s.due > now {
		return nil, s.due
	}
	for u, c := range s.users {
		x := expiry{user: u}
		for c != nil {
			following := c.next
			if c.expires <= now {
				x.events = append(x.events, event{Expired, r.snapshot(c, now)})
				r.removeLocked(s, c)
			} else if due == 0 || c.expires < due {
				due = c.expires
			}
			c = following
		}
		if len(x.events) > 0 {
			x.online = s.onlineLocked(u, now)
			ended = append(ended, x)
		}
	}
	s.due = due
	return ended, due
}
