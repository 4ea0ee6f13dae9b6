package route

import (
	"slices"

	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
)

// Divert is one time that a call was sent on: by whom, and why.
type Divert struct {
	From  *roster.User   // nil: by a ring group
	Group *pbx.RingGroup // nobody of it took the call; When is ForwardNoAnswer
	When  pbx.ForwardWhen
	DND   bool // with ForwardBusy: he does not want to be disturbed
	// His phone said so itself, by a redirection; When is empty then.
	Deflected bool
}

// Next tells where a call goes on that nobody took at the one whom the plan reaches, for want of an answer, as he is
// busy, or as none of his phones can be reached; false if it ends there. Why does not matter to a ring group.
func Next(q Query, p Plan, why pbx.ForwardWhen, s Snapshot) (Plan, bool) {
	if p.Group != nil {
		return nextInGroup(q, p, s)
	}
	if p.User == nil {
		return p, false
	}
	u, ok := s.Directory.User(p.User.ID)
	switch {
	case !ok || p.Kind == Voicemail:
		return p, false
	case forwards(u, why, q):
		return forward(p, q, u, Divert{From: u, When: why}, s), true
	case why != "" && records(u, q):
		return toMailbox(p, u, why, s), true
	}
	return p, false
}

// records tells whether a call that a user does not take is taken by his mailbox. Nobody leaves himself a message.
func records(u *roster.User, q Query) bool { return u.Mailbox && u.Enabled && u.ID != q.Caller }

// toMailbox lets the caller leave a message.
func toMailbox(p Plan, u *roster.User, why pbx.ForwardWhen, s Snapshot) Plan {
	s.tell(Step{Kind: StepVoicemail, User: u})
	p.Kind, p.User, p.Why, p.Targets, p.Reason = Voicemail, u, why, nil, ""
	return p
}

// Deflected is where a call goes that a phone of the callee redirects, by the Contact of its 3xx; false if that leads to
// nobody here: phones send no calls to the outside.
func Deflected(q Query, p Plan, contact []byte, s Snapshot) (Plan, bool) {
	value, ours := dialled(contact, s.Directory.Organization())
	if !ours || len(value) == 0 || p.User == nil {
		return p, false
	}
	t, ok := find(value, s.Directory)
	if !ok || t.User == 0 || t.User == q.Caller || t.Kind == pbx.DialAuthName ||
		t.Kind == pbx.DialOutside && t.State != pbx.OutsideActive {
		return p, false
	}
	return sendToUser(p, q, t.User, Divert{From: p.User, Deflected: true}, s), true
}

// Again is the plan for the same user or ring group as phones are now: one may have come back.
func Again(q Query, p Plan, s Snapshot) Plan {
	if p.Group != nil {
		g, ok := s.Directory.RingGroup(p.Group.ID)
		if !ok {
			return refused(p, pbx.EndUnreachable)
		}
		return members(p, q, g, p.Left, s)
	}
	if p.User == nil {
		return p
	}
	u, ok := s.Directory.User(p.User.ID)
	if !ok {
		return refused(p, pbx.EndUnreachable)
	}
	return reach(p, q, u, s)
}

// forwards reports whether calls to a user go on in a case. Who gets them reaches him all the same: an assistant whom
// calls go to must be able to put one through.
func forwards(u *roster.User, when pbx.ForwardWhen, q Query) bool {
	if u.Forwarding == nil {
		return false
	}
	to := u.Forwarding.To(when)
	return to != 0 && to != q.Caller
}

// forward sends the call on to whom the user named.
func forward(p Plan, q Query, u *roster.User, d Divert, s Snapshot) Plan {
	return sendToUser(p, q, u.Forwarding.To(d.When), d, s)
}

// sendToUser sends the call on to a user.
func sendToUser(p Plan, q Query, id pbx.UserID, d Divert, s Snapshot) Plan {
	return sendTo(p, d, s, func(p Plan) Plan {
		to, ok := s.Directory.User(id)
		if !ok {
			return refused(p, pbx.EndUnreachable)
		}
		p.Group, p.Left = nil, nil
		return reach(p, q, to, s)
	})
}

// sendTo sends the call on, unless that has happened too often.
func sendTo(p Plan, d Divert, s Snapshot, on func(Plan) Plan) Plan {
	if len(p.Diverts) == pbx.MaxForwards {
		s.tell(Step{Kind: StepCircle, User: d.From, Group: d.Group})
		return refused(p, pbx.EndForwardLoop)
	}
	step := Step{Kind: StepForwarded, User: d.From, When: d.When}
	if d.Group != nil {
		step = Step{Kind: StepNotTaken, Group: d.Group}
	}
	s.tell(step)
	p.Diverts = append(slices.Clip(p.Diverts), d)
	return on(p)
}

func refused(p Plan, r pbx.EndReason) Plan {
	p.Kind, p.Targets, p.Reason = Refuse, nil, r
	return p
}

// reach rings the phones of a user, or goes where his calls go on.
func reach(p Plan, q Query, u *roster.User, s Snapshot) Plan {
	for hop := 0; !u.Enabled && u.CallsTo != 0 && hop < maxHops; hop++ {
		next, there := s.Directory.User(u.CallsTo) // U14: who left named who gets the calls
		if !there {
			break
		}
		s.tell(Step{Kind: StepLeft, User: u})
		u = next
	}
	p = refused(p, pbx.EndUnreachable)
	p.User = u
	switch {
	case !u.Enabled: // F6: callers of a disabled user hear that he is not available
		s.tell(Step{Kind: StepDisabled, User: u})
		return p
	case forwards(u, pbx.ForwardAlways, q):
		return forward(p, q, u, Divert{From: u, When: pbx.ForwardAlways}, s)
	case u.Forwarding != nil && u.Forwarding.DoNotDisturb:
		s.tell(Step{Kind: StepDND, User: u})
		if forwards(u, pbx.ForwardBusy, q) {
			return forward(p, q, u, Divert{From: u, When: pbx.ForwardBusy, DND: true}, s)
		}
		if records(u, q) {
			return toMailbox(p, u, pbx.ForwardBusy, s)
		}
		p.Reason = pbx.EndBusy
		return p
	}
	return ring(p, q, u, s)
}

// ring finds the phones of a user.
func ring(p Plan, q Query, u *roster.User, s Snapshot) Plan {
	all := s.Bindings(u.ID)
	if len(all) == 0 {
		s.tell(Step{Kind: StepNoPhone, User: u})
	}
	var dormant bool
	p.Targets, dormant = targets(u, q, all, s)
	switch {
	case len(p.Targets) > 0:
		p.Kind = Ring
	case dormant:
		s.tell(Step{Kind: StepWaits, User: u})
		p.Kind = Await
	case forwards(u, pbx.ForwardOffline, q):
		return forward(p, q, u, Divert{From: u, When: pbx.ForwardOffline}, s)
	case records(u, q):
		return toMailbox(p, u, pbx.ForwardOffline, s)
	}
	return p
}
