package call

import (
	"time"

	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sip"
)

// query is who dialled what, for routing.
func (c *Call) query() route.Query {
	return route.Query{Caller: c.from.User, Device: c.from.Device, Dialled: c.a.invite.req.RequestURI()}
}

// unanswered is the end of the attempt to reach whom the plan names. The call goes on where he has such calls sent
// (C2), else it ends.
func (c *Call) unanswered(why pbx.ForwardWhen, o outcome) {
	if c.a.invite == nil || c.phase != ringing && c.phase != awaiting {
		c.end(o)
		return
	}
	c.free() // whom this very call has rung is as free as others now
	next, ok := route.Next(c.query(), c.plan, why, c.m.snapshot(nil))
	if !ok || next.Kind == route.Voicemail && !c.audible() {
		c.end(o)
		return
	}
	c.sendOn(next)
}

// audible tells whether the server can hear the caller: not if the two phones were to agree on keys between them (rule 21).
func (c *Call) audible() bool {
	return c.offered == nil || !c.offered.ZRTPOnly && (!c.zrtp || c.given == nil)
}

// sendOn lets go of the phones that were tried, and tries those of the next plan: somebody else's, or those of the next
// member of a ring group.
func (c *Call) sendOn(next route.Plan) {
	if !c.step(wasSentOn) {
		return
	}
	onward := len(next.Diverts) > len(c.plan.Diverts)
	c.timers.stop(nil, noAnswer)
	c.timers.stop(nil, phoneReturn)
	c.stopWatch()
	for _, l := range c.tried() {
		l.letGo("") // a missed call, unlike one that was answered elsewhere
	}
	c.free()
	c.ear, c.best, c.since = nil, 0, len(c.callees)
	c.plan = next
	if next.Kind == route.Voicemail {
		c.zrtp = false
	}
	c.describeCallee()
	if next.Kind == route.Refuse {
		c.end(usual(next.Reason))
		return
	}
	if c.given != nil && next.Kind != route.Voicemail {
		_ = c.a.media.PlayTone(audio.Ringback()) // who has heard early media gets no more tones from his phone
	}
	if onward {
		c.m.counters.SentOn.Add(1)
		c.rang = false
		c.provisional(181, nil) // RFC 3261 §21.1.3: the call is being forwarded
	}
	c.show()
	c.follow()
}

// deflected is a phone that redirects the call (RFC 3261 §21.3). It is followed to users of ours; whoever said so on
// his phone means all of them.
func (c *Call) deflected(m *sip.Message) bool {
	if c.phase != ringing || c.plan.Group != nil { // a member answers for himself, not for the ring group
		return false
	}
	a, err := m.Contact()
	if err != nil {
		return false
	}
	next, ok := route.Deflected(c.query(), c.plan, a.RawURI, c.m.snapshot(nil))
	if ok {
		c.sendOn(next)
	}
	return ok
}

// tried are the legs of the present attempt; those of earlier ones are over, and may wait for their last response.
func (c *Call) tried() []*leg { return c.callees[c.since:] }

// whyFailed is the case of a forward that the final responses of all phones amount to; empty: none.
func (c *Call) whyFailed() pbx.ForwardWhen {
	r := reasonOf(c.best)
	if r == pbx.EndBusy || r == pbx.EndDeclined {
		return pbx.ForwardBusy
	}
	if r != pbx.EndUnreachable {
		return ""
	}
	for _, l := range c.tried() {
		if l.rung {
			return pbx.ForwardNoAnswer // some phones end by themselves what they have rung for long enough
		}
	}
	return pbx.ForwardOffline
}

// diverted writes who has sent the call on, the last first (RFC 5806 §4): phones show it, and voicemail systems need it.
func (c *Call) diverted(b *sip.Builder) {
	for i := len(c.plan.Diverts) - 1; i >= 0; i-- {
		d := &c.plan.Diverts[i]
		from := ""
		if d.From != nil {
			from = identity(d.From.Number, d.From.DisplayName, c.domain)
		} else {
			from = c.groupIdentity(d.Group)
		}
		b.Header(sip.Diversion, from+";reason="+diversionReason(d)+";counter=1")
	}
}

// diversionReason is the word of RFC 5806 §4 for a case.
func diversionReason(d *route.Divert) string {
	switch {
	case d.Deflected:
		return "deflection"
	case d.DND:
		return "do-not-disturb"
	case d.When == pbx.ForwardAlways:
		return "unconditional"
	case d.When == pbx.ForwardBusy:
		return "user-busy"
	case d.When == pbx.ForwardNoAnswer:
		return "no-answer"
	case d.When == pbx.ForwardOffline:
		return "unavailable"
	}
	return "unknown"
}

// Tried is what Try tells: the plan, how it came about, and what follows when nobody takes the call.
type Tried struct {
	Plan  route.Plan
	For   time.Duration // how long phones ring, or the call waits for one
	Steps []route.Step
	Then  []TriedNext
}

// NotTaken is the only case of a ring group: whatever became of it, nobody took the call.
const NotTaken pbx.ForwardWhen = "notTaken"

// TriedNext is where a call goes on in a case.
type TriedNext struct {
	When pbx.ForwardWhen
	Tried
}

// then tries what follows each way in which a call may not be taken. A user who has sent the call on before is not
// followed again: it goes in circles until it has been sent on too often.
func (m *Manager) then(q route.Query, t *Tried) {
	if t.Plan.Kind != route.Ring && t.Plan.Kind != route.Await || goesRound(&t.Plan) {
		return
	}
	cases := pbx.ForwardCases()[1:] // always is in the plan already
	if t.Plan.Group != nil {
		cases = []pbx.ForwardWhen{NotTaken}
	}
	for _, when := range cases {
		var next Tried
		plan, ok := route.Next(q, t.Plan, when, m.snapshot(next.tell))
		if !ok {
			continue
		}
		next.Plan = plan
		m.then(q, &next)
		t.Then = append(t.Then, TriedNext{When: when, Tried: next})
	}
}

func (t *Tried) tell(s route.Step) { t.Steps = append(t.Steps, s) }

// goesRound tells whether whom the plan reaches has sent the call on before.
func goesRound(p *route.Plan) bool {
	for i := range p.Diverts {
		switch d := &p.Diverts[i]; {
		case p.Group != nil && d.Group != nil && d.Group.ID == p.Group.ID,
			p.User != nil && d.From != nil && d.From.ID == p.User.ID:
			return true
		}
	}
	return false
}
