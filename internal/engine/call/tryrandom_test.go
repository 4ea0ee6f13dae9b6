package call_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/callflow"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// habit is what a phone does with calls.
type habit int

const (
	takes habit = iota
	busy
	declines
	rings // and nobody comes
	fails // at once
	away  // its connection is lost
	absent
	habits
)

// office is some people with a phone each, of whom it notes in which order they ring.
type office struct {
	*world
	phones []*phone // of users 1 to n
	habits []habit

	mu     sync.Mutex
	rang   []pbx.UserID
	last   string     // the Call-ID of the last INVITE
	kept   pbx.UserID // whose mailbox took the call
	stored int        // how many calls mailboxes took
	made   *dialog    // the call of this round
}

// Deposit implements call.Voicemail.
func (o *office) Deposit(ctx context.Context, _ callflow.Line, left callflow.Left) error {
	o.mu.Lock()
	o.kept = left.For
	o.stored++
	o.mu.Unlock()
	<-ctx.Done() // until the caller hangs up
	return callflow.ErrGone
}

// Mailbox implements call.Voicemail.
func (o *office) Mailbox(context.Context, callflow.Line, callflow.Visit) error { return nil }

// TestATriedCallIsTheCall makes random forwards, ring groups, mailboxes and habits, tries a call, makes it, and compares what was told
// with who rang in which order and how it ended (R5).
func TestATriedCallIsTheCall(t *testing.T) {
	rounds := 1000
	if raceEnabled {
		rounds = 60
	}
	const people = 6
	o := &office{habits: make([]habit, people+1)}
	run(t, options{config: func(c *call.Config) { c.Voicemail = o }}, func(w *world) {
		o.world = w
		for i := range pbx.UserID(people) {
			u := w.dir.user(i+1, fmt.Sprintf("User %d", i+1), 1)
			u.RingTime = 10 * time.Second
			p := w.phone("user"+string(rune('1'+i)), pbx.DeviceID(10*(i+1)), transport.UDP).registered()
			o.phones = append(o.phones, p)
			p.does(func(p *phone, m *sip.Message) { o.does(i+1, p, m) })
		}
		ends := map[pbx.EndReason]int{}
		random := rand.New(rand.NewPCG(1, 2))
		for round := range rounds {
			o.shuffle(random)
			ends[o.round(t, round, pbx.UserID(1+random.IntN(people)), random)]++
		}
		t.Logf("ended %v, %d in mailboxes", ends, o.stored)
		if o.stored == 0 {
			t.Error("no mailbox took a call")
		}
		for _, r := range []pbx.EndReason{
			pbx.EndCompletedCaller, pbx.EndBusy, pbx.EndDeclined, pbx.EndNoAnswer, pbx.EndUnreachable, pbx.EndForwardLoop,
		} {
			if ends[r] == 0 && !raceEnabled {
				t.Errorf("no call ended with %s", r)
			}
		}
	})
}

// shuffle gives everybody other forwards and another habit.
func (o *office) shuffle(random *rand.Rand) {
	people := len(o.phones)
	for id := range pbx.UserID(people) {
		id++
		anybody := func(chance int) pbx.UserID {
			if to := pbx.UserID(1 + random.IntN(people)); to != id && random.IntN(chance) == 0 {
				return to
			}
			return 0
		}
		u := o.dir.users[id]
		u.Forwarding = &pbx.Forwarding{
			User: id, DoNotDisturb: random.IntN(8) == 0, Paused: random.IntN(2) == 0, Always: anybody(3), Busy: anybody(2),
			NoAnswer: anybody(2), Offline: anybody(2),
		}
		u.Enabled, u.Mailbox = random.IntN(12) != 0, random.IntN(4) == 0
		h := habit(random.IntN(int(habits)))
		o.habits[id] = h
		o.phones[id-1].registered()
		if h == away {
			o.bindings.dormant(id)
		}
		if h == absent {
			o.bindings.drop(id)
		}
		o.phones[id-1].forget()
	}
	for id := range pbx.RingGroupID(2) {
		o.group(id+1, random)
	}
}

// group gives a ring group other members, another strategy, and another aim of what nobody takes.
func (o *office) group(id pbx.RingGroupID, random *rand.Rand) {
	g := pbx.RingGroup{
		ID: id, Name: fmt.Sprintf("Group %d", id), Strategy: pbx.RingStrategies()[random.IntN(3)], RingSeconds: 10,
		SkipBusy: random.IntN(2) == 0,
	}
	for _, i := range random.Perm(len(o.phones))[:random.IntN(len(o.phones))] {
		g.Members = append(g.Members, pbx.UserID(i+1))
	}
	switch random.IntN(3) {
	case 0:
		g.Then = pbx.User{ID: pbx.UserID(1 + random.IntN(len(o.phones)))}.Ref()
	case 1:
		g.Then = pbx.RingGroup{ID: 3 - id}.Ref()
	}
	o.dir.ringGroup(g)
}

// does is what the phone of a user does by itself.
func (o *office) does(id pbx.UserID, p *phone, m *sip.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !m.IsRequest() {
		if m.Method() == sip.INVITE && m.StatusCode() == 200 {
			o.made.learn(m)
			o.made.ack("")
			o.made.request(sip.BYE, "")
		}
		return
	}
	d := p.dialogOf(m)
	if m.Method() == sip.CANCEL || m.Method() == sip.BYE {
		d.respondTo(m, 200, "")
	}
	if m.Method() == sip.INVITE {
		if d.callID != o.last { // else it is the same once more
			o.rang, o.last = append(o.rang, id), d.callID
		}
		switch o.habits[id] {
		case takes:
			d.respond(200, session(p, "8", ""))
		case busy:
			d.respond(486, "")
		case declines:
			d.respond(603, "")
		case rings:
			d.respond(180, "")
		case fails, away, absent, habits:
			d.respond(480, "")
		}
	}
}

// round tries a call and makes it; it returns how it ended.
func (o *office) round(t *testing.T, round int, caller pbx.UserID, random *rand.Rand) pbx.EndReason {
	t.Helper()
	callee := int(caller) % len(o.phones) // another: which of his own phones he would call with is not told
	dialled := fmt.Sprint(201 + (callee+random.IntN(len(o.phones)-1))%len(o.phones))
	if random.IntN(3) == 0 {
		dialled = fmt.Sprint(701 + random.IntN(2))
	}
	told, ok := o.calls.Try(1, caller, dialled)
	if !ok {
		t.Fatal("nothing is told")
	}
	who, reason, box := o.foretold(&told, caller)
	alice := o.phones[caller-1]
	o.mu.Lock()
	o.rang, o.kept = nil, 0
	o.made = alice.dial(dialled, session(alice, "8", ""))
	o.mu.Unlock()
	o.wait(5 * time.Minute)
	all := o.records.all()
	got := all[len(all)-1].EndReason
	if got != reason || o.kept != box || !asForetold(o.rang, who, reason != pbx.EndForwardLoop) {
		t.Fatalf("round %d: %d dials %s, foretold %v, %s and mailbox %d, got %v, %s and mailbox %d; habits %v, forwards %s", round,
			caller, dialled, who, reason, box, o.rang, got, o.kept, o.habits[1:], o.described())
	}
	for _, p := range o.phones {
		p.forget()
	}
	return got
}

// asForetold tells whether those who rang are who was foretold, those of a stage in any order. A call that goes in
// circles is told once round.
func asForetold(rang []pbx.UserID, who [][]pbx.UserID, whole bool) bool {
	for _, stage := range who {
		if len(rang) < len(stage) {
			return false
		}
		together := slices.Sorted(slices.Values(rang[:len(stage)]))
		if !slices.Equal(together, slices.Sorted(slices.Values(stage))) {
			return false
		}
		rang = rang[len(stage):]
	}
	return !whole || len(rang) == 0
}

// ofGroup is how an attempt to reach members of a ring group ends.
func (o *office) ofGroup(targets []route.Target) (all []pbx.UserID, reason pbx.EndReason) {
	reason = pbx.EndUnreachable
	weight := map[pbx.EndReason]int{pbx.EndBusy: 1, pbx.EndDeclined: 2, pbx.EndNoAnswer: 3, pbx.EndCompletedCaller: 4}
	for _, t := range targets {
		all = append(all, t.User.ID)
		r := map[habit]pbx.EndReason{
			takes: pbx.EndCompletedCaller, busy: pbx.EndBusy, declines: pbx.EndDeclined, rings: pbx.EndNoAnswer,
		}[o.habits[t.User.ID]]
		if weight[r] > weight[reason] {
			reason = r
		}
	}
	return all, reason
}

// foretold reads from what was told who rings, in stages one after the other, how the call ends, and in whose mailbox.
func (o *office) foretold(t *call.Tried, caller pbx.UserID) (who [][]pbx.UserID, reason pbx.EndReason, box pbx.UserID) {
	for {
		u := t.Plan.User
		if g := t.Plan.Group; g != nil && t.Plan.Kind != route.Refuse {
			reason = pbx.EndUnreachable
			if t.Plan.Kind == route.Ring {
				var stage []pbx.UserID
				if stage, reason = o.ofGroup(t.Plan.Targets); true {
					who = append(who, stage)
				}
			}
			switch {
			case reason == pbx.EndCompletedCaller:
				return who, reason, 0
			case len(t.Then) > 0:
				t = &t.Then[0].Tried
				continue
			case g.Then.Kind == pbx.KindRingGroup, g.Then.Kind == pbx.KindUser && g.Then.ID != int64(caller):
				return who, pbx.EndForwardLoop, 0 // it has come round, and will again
			}
			return who, reason, 0
		}
		var when pbx.ForwardWhen
		switch t.Plan.Kind {
		case route.Refuse:
			return who, t.Plan.Reason, 0
		case route.Await:
			when, reason = pbx.ForwardOffline, pbx.EndUnreachable
		case route.Ring:
			who = append(who, []pbx.UserID{u.ID})
			switch o.habits[u.ID] {
			case takes:
				return who, pbx.EndCompletedCaller, 0
			case busy:
				when, reason = pbx.ForwardBusy, pbx.EndBusy
			case declines:
				when, reason = pbx.ForwardBusy, pbx.EndDeclined
			case rings:
				when, reason = pbx.ForwardNoAnswer, pbx.EndNoAnswer
			case fails, away, absent, habits:
				when, reason = pbx.ForwardOffline, pbx.EndUnreachable
			}
		case route.Voicemail:
			return who, pbx.EndCompletedCaller, u.ID
		case route.Feature:
			return who, "", 0
		}
		i := slices.IndexFunc(t.Then, func(n call.TriedNext) bool { return n.When == when })
		if i < 0 {
			if to := u.Forwarding.To(when); to != 0 && to != caller {
				return who, pbx.EndForwardLoop, 0 // he has sent it on before, and will again
			}
			if u.Mailbox && u.ID != caller {
				return who, pbx.EndCompletedCaller, u.ID // as it was told where the call came by for the first time
			}
			return who, reason, 0
		}
		t = &t.Then[i].Tried
	}
}

func (o *office) described() string {
	all := []string{fmt.Sprintf("%+v %+v", *o.dir.groups[1], *o.dir.groups[2])}
	for id := range pbx.UserID(len(o.phones)) {
		u := o.dir.users[id+1]
		all = append(all, fmt.Sprintf("%+v enabled %t", *u.Forwarding, u.Enabled))
	}
	return fmt.Sprint(all)
}
