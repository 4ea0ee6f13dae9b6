package route

import (
	"slices"
	"time"

	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
)

// PhoneUse is what a user does on the phone.
type PhoneUse struct {
	Talking bool      // he makes a call or has taken one
	Rung    bool      // a call rings his phones
	Last    time.Time // when his last call ended; zero: none since the server started
}

// toRingGroup rings the members of a ring group.
func toRingGroup(p Plan, q Query, id pbx.RingGroupID, s Snapshot) Plan {
	p = refused(p, pbx.EndUnreachable)
	p.User, p.Group, p.Left = nil, nil, nil
	g, ok := s.Directory.RingGroup(id)
	if !ok {
		return p
	}
	s.tell(Step{Kind: StepRingGroup, Group: g})
	return members(p, q, g, order(g, s), s)
}

// order is in which order members are rung. Without a strategy of its own it is the one in which they are listed.
func order(g *pbx.RingGroup, s Snapshot) []pbx.UserID {
	if g.Strategy != pbx.RingLongestIdle || s.Phone == nil {
		return g.Members
	}
	list := slices.Clone(g.Members)
	use := make(map[pbx.UserID]PhoneUse, len(list))
	for _, id := range list {
		use[id] = s.Phone(id)
	}
	slices.SortStableFunc(list, func(a, b pbx.UserID) int {
		x, y := use[a], use[b]
		if x.Rung != y.Rung { // whom another call rings comes last: most likely he takes that one
			if x.Rung {
				return 1
			}
			return -1
		}
		return x.Last.Compare(y.Last)
	})
	return list
}

// members rings all who are left at once, or the first of them that can be rung; Left is then who comes after him. If
// there is nobody, the call waits for a phone that has lost its connection, Left being whose; else it goes on.
func members(p Plan, q Query, g *pbx.RingGroup, left []pbx.UserID, s Snapshot) Plan {
	p.Group, p.User, p.Targets, p.Left = g, nil, nil, nil
	busy := false
	var away []pbx.UserID
	for i, id := range left {
		list, why := member(q, g, id, s)
		if why == StepGone {
			away = append(away, id)
		}
		busy = busy || why == StepOnPhone || why == StepDND
		p.Targets = append(p.Targets, list[:min(len(list), maxGroupTargets-len(p.Targets))]...)
		if g.Strategy != pbx.RingAll && len(p.Targets) > 0 {
			p.Left = left[i+1:]
			break
		}
	}
	switch {
	case len(p.Targets) > 0:
		p.Kind = Ring
		return p
	case len(away) > 0:
		s.tell(Step{Kind: StepGroupWaits, Group: g})
		p.Kind, p.Left = Await, away
		return p
	}
	if next, ok := afterGroup(p, q, g, s); ok {
		return next
	}
	p = refused(p, pbx.EndUnreachable)
	if busy {
		p.Reason = pbx.EndBusy
	}
	return p
}

// member gives the phones of a member that ring, or why none does: StepGone if one may come back.
func member(q Query, g *pbx.RingGroup, id pbx.UserID, s Snapshot) ([]Target, StepKind) {
	u, ok := s.Directory.User(id)
	if !ok {
		return nil, ""
	}
	why := leftOut(q, g, u, s)
	if why != "" {
		s.tell(Step{Kind: why, User: u})
		return nil, why
	}
	all := s.Bindings(u.ID)
	if len(all) == 0 {
		s.tell(Step{Kind: StepNoPhone, User: u})
	}
	list, dormant := targets(u, q, all, s)
	if len(list) == 0 && dormant {
		why = StepGone
	}
	return list, why
}

// leftOut tells why a member is not rung; empty if he is.
func leftOut(q Query, g *pbx.RingGroup, u *roster.User, s Snapshot) StepKind {
	switch {
	case !u.Enabled:
		return StepDisabled
	case u.ID == q.Caller:
		return StepIsCaller
	case u.Forwarding != nil && u.Forwarding.DoNotDisturb:
		return StepDND
	case g.SkipBusy && s.Phone != nil && s.Phone(u.ID).Talking:
		return StepOnPhone
	}
	return ""
}

// afterGroup is where a call goes on that nobody of a ring group takes; false if it ends there.
func afterGroup(p Plan, q Query, g *pbx.RingGroup, s Snapshot) (Plan, bool) {
	d := Divert{Group: g, When: pbx.ForwardNoAnswer}
	switch to := g.Then; to.Kind {
	case pbx.KindUser:
		id := pbx.UserID(to.ID)
		if id == q.Caller {
			return p, false
		}
		return sendToUser(p, q, id, d, s), true
	case pbx.KindRingGroup:
		id := pbx.RingGroupID(to.ID)
		return sendTo(p, d, s, func(p Plan) Plan { return toRingGroup(p, q, id, s) }), true
	default:
		return p, false
	}
}

// nextInGroup is what follows when nobody took the call of those in the group who were rung.
func nextInGroup(q Query, p Plan, s Snapshot) (Plan, bool) {
	g, ok := s.Directory.RingGroup(p.Group.ID)
	if !ok {
		return p, false
	}
	if p.Kind == Ring && len(p.Left) > 0 {
		next := members(p, q, g, p.Left, s)
		goesOn := len(next.Diverts) > len(p.Diverts) || next.Reason == pbx.EndForwardLoop
		return next, next.Kind != Refuse || goesOn
	}
	return afterGroup(p, q, g, s)
}
