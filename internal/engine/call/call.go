package call

import (
	"context"
	"iter"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"ringfence/internal/engine/media"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// Call is one conversation: its legs, dialogs, timers and state belong to one goroutine, its actor. Everybody else posts
// events to its inbox.
type Call struct {
	// fixed after construction
	m       *Manager
	id      pbx.CallID
	from    Caller
	started time.Time
	inbox   chan event
	a       *leg // the caller

	// shared
	overflow atomic.Bool // an event was lost
	done     atomic.Bool // the actor looks at the inbox no more
	live     atomic.Pointer[liveCall]
	line     atomic.Pointer[line] // the caller, as a step speaks with him; nil: none does

	// owned by the actor
	phase   phase
	b       sip.Builder
	timers  timers
	plan    route.Plan
	callees []*leg
	since   int  // where the legs of the present attempt begin among them: the call may have been sent on
	winner  *leg // the callee's leg that answered
	ear     *leg // the callee's leg whose early media the caller hears
	best    int  // the best final response of failed targets (RFC 3261 §16.7)
	watch   func()
	offered *media.Proposal // what the caller offered, nil without
	rang    bool            // the caller was told that it rings
	given   []byte          // the caller's answer, fixed once given (rule 15)
	zrtp    bool            // the call runs in ZRTP mode (rule 21)
	hops    int             // Max-Forwards of our INVITEs
	domain  string          // of the organization
	who     string          // the caller, as From and P-Asserted-Identity name him
	whom    string          // the callee, likewise; empty if it is no user
	record  pbx.CallRecord
	closed  bool // the record was handed over
	faults  int  // panics

	rings    []pbx.UserID // whose phones this call rings
	changing bool         // what a feature code changes is being changed
}

// run is the actor.
func (c *Call) run() {
	defer c.m.actors.Done()
	c.guard(c.first)
	for c.phase != gone {
		c.guard(c.next)
	}
	c.timers.end()
	c.done.Store(true)
	c.sweep()
}

// first is the actor's first step.
func (c *Call) first() {
	c.begin()
	c.settle()
}

// next handles one event or timer.
func (c *Call) next() {
	c.timers.arm()
	select {
	case e := <-c.inbox:
		defer e.release()
		c.handle(&e)
	case <-c.timers.fired():
		c.timers.fire()
		for {
			t, ok := c.timers.due()
			if !ok {
				break
			}
			c.expire(t)
		}
	}
	if c.overflow.Load() {
		c.end(usual(pbx.EndOverload))
	}
	c.settle()
}

// guard runs a step of the actor. A panic ends this call only.
func (c *Call) guard(step func()) {
	defer func() {
		if v := recover(); v != nil {
			c.panicked(v)
		}
	}()
	step()
}

func (c *Call) panicked(v any) {
	c.m.counters.Panics.Add(1)
	c.m.log.LogAttrs(context.Background(), slog.LevelError, "call failed",
		slog.Int64("call", int64(c.id)), slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
	c.faults++
	switch c.faults {
	case 1:
		c.guard(func() {
			c.end(usual(pbx.EndInternalError))
			c.settle()
		})
	case 2:
		c.guard(c.abandon)
	default:
		c.phase = gone
	}
}

// abandon is the end of a call whose orderly end failed. Its record is written all the same.
func (c *Call) abandon() {
	defer func() { c.phase = gone }()
	c.free()
	c.endStep()
	c.m.forget(c)
	var open []MediaLeg
	for l := range c.legs() {
		c.m.index.remove(l)
		if l.media != nil {
			open = append(open, l.media)
			l.media = nil // whatever failed is not asked again
		}
	}
	c.closeRecord(usual(pbx.EndInternalError))
	c.vanish()
	for _, m := range open {
		c.guard(m.Close)
	}
}

// legs are all legs, the caller's first.
func (c *Call) legs() iter.Seq[*leg] {
	return func(yield func(*leg) bool) {
		if !yield(c.a) {
			return
		}
		for _, l := range c.callees {
			if !yield(l) {
				return
			}
		}
	}
}

// handle is the table of contents of what can happen to a call.
func (c *Call) handle(e *event) {
	switch e.kind {
	case evRequest:
		c.onRequest(e)
	case evACK:
		c.onACK(e.leg, e.msg)
	case evCancelled:
		c.onCaller(gotCancel)
	case evInEnded:
		if e.in == c.a.invite {
			c.onCaller(gotLost)
		}
	case evResponse:
		c.onResponse(e.out, e.msg)
	case evOutEnded:
		err, _ := e.more.(error)
		c.onSilence(e.out, err)
	case evMedia:
		c.onMedia(e.leg, e.media)
	case evFlowLost:
		if f, ok := e.more.(transport.Flow); ok {
			c.onFlowLost(e.leg, f)
		}
	case evPhone:
		c.onPhone()
	case evChanged:
		if r, ok := e.more.(changed); ok {
			c.onChanged(r)
		}
	case evPlayed:
		c.end(usual(pbx.EndCompletedCallee))
	case evVerb, evStepOver:
		c.onStep(e)
	case evHangUp, evEndFor:
		if o, ok := e.more.(*order); ok {
			c.onOrder(o)
		}
	}
}

// expire is the table of contents of what time brings.
func (c *Call) expire(t timer) {
	switch t.kind {
	case noAnswer:
		c.unanswered(pbx.ForwardNoAnswer, usual(pbx.EndNoAnswer))
	case phoneReturn:
		c.unanswered(pbx.ForwardOffline, usual(pbx.EndUnreachable))
	case ringAgain:
		c.ringAgain()
	case timerC:
		t.leg.release("")
		c.failed(t.leg, 408) // RFC 3261 §16.8: as if 408 had come, after a CANCEL
	case repeat18x:
		t.leg.repeat18x()
	case repeat2xx:
		t.leg.repeat2xx()
	case session:
		t.leg.sessionDue()
	case glare:
		t.leg.glareOver()
	case flowReturn:
		t.leg.flowGone()
	case linger:
		c.phase = gone
		c.m.counters.Lingered.Add(1)
		c.vanish()
	}
}

// step moves the call to its next phase; false if the event means nothing now.
func (c *Call) step(e phaseEvent) bool {
	s := phaseTable[c.phase][e]
	c.phase = s.next
	return s.ok
}

// trace logs what was not done, for whoever looks.
func (c *Call) trace(what string, l *leg, err error) {
	log := c.m.log
	if !log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	log.LogAttrs(context.Background(), slog.LevelDebug, "call goes on", slog.Int64("call", int64(c.id)),
		slog.String("leg", l.tag), slog.String("state", l.state.String()), slog.String("what", what), slog.Any("error", err))
}
