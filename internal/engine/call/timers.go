package call

import "time"

// timerKind names a timer of a call; those of the RFCs keep their letters.
type timerKind uint8

const (
	noAnswer    timerKind = iota // the callee rings for too long
	phoneReturn                  // a dormant phone does not come back (signalling 3)
	ringAgain                    // RFC 3261 §13.3.1.1: a provisional response a minute keeps the INVITE alive
	timerC                       // RFC 3261 §16.6: a callee that rings for ever
	repeat18x                    // RFC 3262 §3: a reliable provisional response without PRACK
	repeat2xx                    // RFC 3261 §13.3.1.4: a 2xx without ACK
	session                      // RFC 4028: refresh or expiry
	glare                        // RFC 3261 §14.1: after 491
	flowReturn                   // signalling 4: a device without a flow
	linger                       // what is left of an ended call
)

// timer is one running timer; leg is nil where it concerns the whole call.
type timer struct {
	at   time.Time
	leg  *leg
	kind timerKind
}

// timers are the timers of one call: few, so that a list is the fastest, behind one clock.
type timers struct {
	list  []timer
	clock *time.Timer
	armed time.Time
}

// set starts or restarts a timer.
func (t *timers) set(l *leg, k timerKind, d time.Duration) {
	at := time.Now().Add(d)
	for i := range t.list {
		if t.list[i].leg == l && t.list[i].kind == k {
			t.list[i].at = at
			return
		}
	}
	t.list = append(t.list, timer{at: at, leg: l, kind: k})
}

// stop ends a timer, if it runs.
func (t *timers) stop(l *leg, k timerKind) {
	for i := range t.list {
		if t.list[i].leg == l && t.list[i].kind == k {
			t.remove(i)
			return
		}
	}
}

// stopLeg ends all timers of a leg but those that its tear-down needs.
func (t *timers) stopLeg(l *leg) {
	for i := len(t.list) - 1; i >= 0; i-- {
		x := &t.list[i]
		if x.leg == l && x.kind != repeat2xx && x.kind != flowReturn {
			t.remove(i)
		}
	}
}

func (t *timers) remove(i int) {
	last := len(t.list) - 1
	t.list[i] = t.list[last]
	t.list[last] = timer{}
	t.list = t.list[:last]
}

// due takes a timer that has run out.
func (t *timers) due() (timer, bool) {
	if len(t.list) == 0 {
		return timer{}, false
	}
	first := 0
	for i := range t.list {
		if t.list[i].at.Before(t.list[first].at) {
			first = i
		}
	}
	x := t.list[first]
	if time.Until(x.at) > 0 {
		return timer{}, false
	}
	t.remove(first)
	return x, true
}

// arm sets the clock to the first timer.
func (t *timers) arm() {
	var at time.Time
	for i := range t.list {
		if at.IsZero() || t.list[i].at.Before(at) {
			at = t.list[i].at
		}
	}
	switch {
	case at.IsZero() || at.Equal(t.armed):
		return // what fires without a timer being due does no harm
	case t.clock == nil:
		t.clock = time.NewTimer(time.Until(at))
	default:
		t.clock.Reset(max(0, time.Until(at)))
	}
	t.armed = at
}

// fired is the clock's channel.
func (t *timers) fired() <-chan time.Time {
	if t.clock == nil {
		return nil
	}
	return t.clock.C
}

// fire is called when the clock has fired.
func (t *timers) fire() { t.armed = time.Time{} }

// end stops the clock.
func (t *timers) end() {
	if t.clock != nil {
		t.clock.Stop()
	}
	t.list = nil
}
