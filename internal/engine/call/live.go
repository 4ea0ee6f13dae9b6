package call

import (
	"ringfence/internal/pbx"
)

// Event says that a call began, changed or ended.
type Event struct {
	Kind EventKind
	Call pbx.LiveCall
}

// EventKind says what happened to a call.
type EventKind uint8

// The kinds of events.
const (
	Began EventKind = iota + 1
	Changed
	Ended
)

// liveCall is what others may see of a call. It never changes; the meters may be read by anybody.
type liveCall struct {
	call   pbx.LiveCall
	meters [2]MediaLeg
}

// now is the call with the quality of this moment.
func (l *liveCall) now() pbx.LiveCall {
	call := l.call
	for _, m := range l.meters {
		if m == nil {
			continue
		}
		s := m.Stats()
		q := &call.Quality
		q.Jitter = max(q.Jitter, s.Jitter, s.RemoteJitter)
		if n := s.Received + s.Lost; n > 0 {
			q.Loss = max(q.Loss, float64(s.Lost)/float64(n))
		}
		if s.MOS > 0 && (q.MOS == 0 || s.MOS < q.MOS) {
			q.MOS = s.MOS
		}
	}
	return call
}

// show publishes that the call has changed.
func (c *Call) show() {
	if c.phase.live() {
		c.describeMedia()
		c.publish(Changed)
	}
}

// publish makes the call's state visible and tells who listens.
func (c *Call) publish(k EventKind) {
	r := &c.record
	l := &liveCall{call: pbx.LiveCall{
		ID: r.ID, Organization: r.Organization, State: c.state(), Dialled: r.Dialled, Caller: r.Caller, Callee: r.Callee,
		StartedAt: r.StartedAt, AnsweredAt: r.AnsweredAt, Mode: r.Mode,
	}}
	if c.phase == connected {
		if c.a.media != nil {
			l.meters[0] = c.a.media
		}
		if c.winner != nil && c.winner.media != nil {
			l.meters[1] = c.winner.media
		}
	}
	c.live.Store(l)
	c.m.Events.Publish(Event{Kind: k, Call: l.call})
}

// state is the call's state in the words of RFC 4235.
func (c *Call) state() string {
	switch c.phase {
	case arrived:
		return trying.String()
	case awaiting, ringing:
		if c.rang || c.ear != nil {
			return early.String()
		}
		return proceeding.String()
	case connected:
		return confirmed.String()
	case ending, reported, gone, phases:
	}
	return terminated.String()
}
