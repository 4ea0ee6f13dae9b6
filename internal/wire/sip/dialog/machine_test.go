package dialog

import (
	"testing"
	"time"
)

func TestOfferMachine(t *testing.T) {
	none := map[OfferEvent]offerStep{
		SendOffer: {OfferLocalFirst, OfferAllowed}, ReceiveOffer: {OfferRemoteFirst, OfferAllowed},
		SendAnswer: {OfferNone, OfferIllegal}, ReceiveAnswer: {OfferNone, OfferRepeat},
		RefuseOffer: {OfferNone, OfferIllegal}, OfferRefused: {OfferNone, OfferRepeat},
	}
	stable := map[OfferEvent]offerStep{
		SendOffer: {OfferLocal, OfferAllowed}, ReceiveOffer: {OfferRemote, OfferAllowed},
		SendAnswer: {OfferStable, OfferIllegal}, ReceiveAnswer: {OfferStable, OfferRepeat},
		RefuseOffer: {OfferStable, OfferIllegal}, OfferRefused: {OfferStable, OfferRepeat},
	}
	local := func(s, back OfferState) map[OfferEvent]offerStep {
		return map[OfferEvent]offerStep{
			SendOffer: {s, OfferIllegal}, ReceiveOffer: {s, OfferGlare}, SendAnswer: {s, OfferIllegal},
			ReceiveAnswer: {OfferStable, OfferAllowed}, RefuseOffer: {s, OfferIllegal}, OfferRefused: {back, OfferAllowed},
		}
	}
	remote := func(s, back OfferState) map[OfferEvent]offerStep {
		return map[OfferEvent]offerStep{
			SendOffer: {s, OfferIllegal}, ReceiveOffer: {s, OfferBusy}, SendAnswer: {OfferStable, OfferAllowed},
			ReceiveAnswer: {s, OfferRepeat}, RefuseOffer: {back, OfferAllowed}, OfferRefused: {s, OfferRepeat},
		}
	}
	want := map[OfferState]map[OfferEvent]offerStep{
		OfferNone: none, OfferStable: stable,
		OfferLocalFirst: local(OfferLocalFirst, OfferNone), OfferLocal: local(OfferLocal, OfferStable),
		OfferRemoteFirst: remote(OfferRemoteFirst, OfferNone), OfferRemote: remote(OfferRemote, OfferStable),
	}
	for s := range offerStates {
		for e := range offerEvents {
			o := Offers{state: s}
			verdict := o.On(e)
			w, ok := want[s][e]
			if !ok || w != (offerStep{o.state, verdict}) {
				t.Errorf("%s, event %d: to %s with %d, want %s with %d", s, e, o.state, verdict, w.next, w.verdict)
			}
			if verdict != OfferAllowed && o.state != s {
				t.Errorf("%s, event %d: moved without being allowed", s, e)
			}
		}
		o := Offers{state: s}
		if o.Pending() == (s == OfferNone || s == OfferStable) {
			t.Errorf("%s: pending %t", s, o.Pending())
		}
		if o.Agreed() != (s == OfferStable || s == OfferLocal || s == OfferRemote) {
			t.Errorf("%s: agreed %t", s, o.Agreed())
		}
	}
}

func TestGlareWait(t *testing.T) {
	for x := range uint32(1000) {
		if d := GlareWait(true, x*7919); d < 2100*time.Millisecond || d > 4*time.Second || d%(10*time.Millisecond) != 0 {
			t.Fatalf("owner waits %v", d)
		}
		if d := GlareWait(false, x*7919); d < 0 || d > 2*time.Second || d%(10*time.Millisecond) != 0 {
			t.Fatalf("other side waits %v", d)
		}
	}
}

func TestReliableMachine(t *testing.T) {
	want := map[ReliableState]map[ReliableEvent]reliableStep{
		ReliableIdle: {
			SendReliable: {ReliableWaiting, ReliableTransmit}, MatchingPRACK: {ReliableIdle, ReliableReject},
			OtherPRACK: {ReliableIdle, ReliableReject}, ReliableTimer: {ReliableIdle, ReliableNothing},
			ReliableLimit: {ReliableIdle, ReliableNothing}, SendFinal: {ReliableDone, ReliableNothing},
		},
		ReliableWaiting: {
			SendReliable: {ReliableWaiting, ReliableHold}, MatchingPRACK: {ReliableIdle, ReliableAccept},
			OtherPRACK: {ReliableWaiting, ReliableReject}, ReliableTimer: {ReliableWaiting, ReliableRetransmit},
			ReliableLimit: {ReliableDone, ReliableFail}, SendFinal: {ReliableDone, ReliableNothing},
		},
		ReliableDone: {
			SendReliable: {ReliableDone, ReliableNothing}, MatchingPRACK: {ReliableDone, ReliableAccept},
			OtherPRACK: {ReliableDone, ReliableReject}, ReliableTimer: {ReliableDone, ReliableNothing},
			ReliableLimit: {ReliableDone, ReliableNothing}, SendFinal: {ReliableDone, ReliableNothing},
		},
	}
	for s := range reliableStates {
		for e := range reliableEvents {
			if got := reliableTable[s][e]; got != want[s][e] {
				t.Errorf("state %d, event %d: %v, want %v", s, e, got, want[s][e])
			}
		}
	}
}

func TestReliableNumbers(t *testing.T) {
	var r Reliable
	r.Start(5, 1<<32-1)
	if r.Send() != ReliableTransmit || r.RSeq() == 0 || r.RSeq() >= 1<<31 {
		t.Errorf("first RSeq %d", r.RSeq())
	}
	first := r.RSeq()
	if r.Send() != ReliableHold || r.RSeq() != first {
		t.Error("a second one went out before the PRACK")
	}
	for _, p := range []struct {
		rseq, cseq uint32
		invite     bool
	}{{first + 1, 5, true}, {first, 6, true}, {first, 5, false}} {
		if r.PRACK(p.rseq, p.cseq, p.invite) != ReliableReject {
			t.Errorf("%+v was accepted", p)
		}
	}
	if r.Timer() != ReliableRetransmit || r.PRACK(first, 5, true) != ReliableAccept || r.State() != ReliableIdle {
		t.Error("the right PRACK was not accepted")
	}
	if r.Send() != ReliableTransmit || r.RSeq() != first+1 {
		t.Errorf("RSeq %d after %d", r.RSeq(), first)
	}
	if r.Limit() != ReliableFail || r.Final() != ReliableNothing {
		t.Error("no end")
	}
}

func TestProgress(t *testing.T) {
	var p Progress
	for _, x := range []struct {
		rseq uint32
		want bool
	}{{0, false}, {7, true}, {7, false}, {9, false}, {8, true}, {6, false}, {9, true}} {
		if got := p.Receive(x.rseq); got != x.want {
			t.Errorf("RSeq %d: %t", x.rseq, got)
		}
	}
}

func TestBackoff(t *testing.T) {
	collect := func(b Backoff) (at []time.Duration) {
		var now time.Duration
		for {
			wait, again := b.Next()
			now += wait
			at = append(at, now)
			if !again {
				return at
			}
		}
	}
	const t1 = 500 * time.Millisecond
	got := collect(NewBackoff(t1, 4*time.Second, 64*t1))
	if len(got) != 11 || got[0] != t1 || got[3] != 7500*time.Millisecond || got[10] != 32*time.Second {
		t.Errorf("2xx: %v", got)
	}
	got = collect(NewBackoff(t1, 0, 64*t1))
	if len(got) != 7 || got[5] != 31500*time.Millisecond || got[6] != 32*time.Second {
		t.Errorf("reliable provisional: %v", got)
	}
	var none Backoff
	if wait, again := none.Next(); wait != 0 || again {
		t.Error("the zero value goes on")
	}
}

func TestAnswerSession(t *testing.T) {
	policy := SessionPolicy{Interval: 1800 * time.Second, Min: 90 * time.Second}
	s := func(n int) time.Duration { return time.Duration(n) * time.Second }
	tests := []struct {
		name  string
		offer SessionOffer
		want  SessionAnswer
	}{
		{
			"the peer knows nothing: we refresh",
			SessionOffer{},
			SessionAnswer{Interval: s(1800), Role: RefresherUAS, Who: WeRefresh},
		},
		{
			"the peer knows timers and asks for nothing",
			SessionOffer{Supported: true},
			SessionAnswer{Interval: s(1800), Role: RefresherUAC, Require: true, Who: PeerRefreshes},
		},
		{
			"the peer wants to refresh",
			SessionOffer{Supported: true, Expires: s(600), Refresher: RefresherUAC},
			SessionAnswer{Interval: s(600), Role: RefresherUAC, Require: true, Who: PeerRefreshes},
		},
		{
			"the peer wants us to refresh",
			SessionOffer{Supported: true, Expires: s(600), Refresher: RefresherUAS},
			SessionAnswer{Interval: s(600), Role: RefresherUAS, Require: true, Who: WeRefresh},
		},
		{
			"the interval is too small",
			SessionOffer{Supported: true, Expires: s(60)},
			SessionAnswer{TooSmall: true, MinSE: s(90)},
		},
		{
			"a proxy's interval is too small for a peer that knows no 422",
			SessionOffer{Expires: s(60)},
			SessionAnswer{Interval: s(90), Role: RefresherUAS, Who: WeRefresh},
		},
		{
			"a long interval is shortened",
			SessionOffer{Supported: true, Expires: s(7200)},
			SessionAnswer{Interval: s(1800), Role: RefresherUAC, Require: true, Who: PeerRefreshes},
		},
		{
			"but not below the peer's minimum",
			SessionOffer{Supported: true, Expires: s(7200), MinSE: s(3600)},
			SessionAnswer{Interval: s(3600), Role: RefresherUAC, Require: true, Who: PeerRefreshes},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := AnswerSession(tt.offer, policy); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestAcceptSession(t *testing.T) {
	s := func(n int) time.Duration { return time.Duration(n) * time.Second }
	tests := []struct {
		name  string
		offer SessionOffer
		want  SessionResult
	}{
		{"no timer in the 2xx: we refresh by ourselves", SessionOffer{}, SessionResult{s(1800), WeRefresh}},
		{"the peer refreshes", SessionOffer{Expires: s(600), Refresher: RefresherUAS}, SessionResult{s(600), PeerRefreshes}},
		{"we refresh", SessionOffer{Expires: s(600), Refresher: RefresherUAC}, SessionResult{s(600), WeRefresh}},
		{"nobody is named", SessionOffer{Expires: s(600)}, SessionResult{s(600), WeRefresh}},
		{"an absurd interval is raised", SessionOffer{Expires: s(1)}, SessionResult{s(90), WeRefresh}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := AcceptSession(tt.offer, s(1800)); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
	for _, x := range []struct {
		asked, min, want int
		ok               bool
	}{{1800, 3600, 3600, true}, {1800, 1800, 0, false}, {1800, 0, 0, false}, {1800, 100_000, 0, false}} {
		if got, ok := RetrySession(s(x.asked), s(x.min)); got != s(x.want) || ok != x.ok {
			t.Errorf("422 with %d: %v, %t", x.min, got, ok)
		}
	}
	for want, r := range map[time.Duration]SessionResult{
		s(900): {s(1800), WeRefresh}, s(1768): {s(1800), PeerRefreshes}, s(60): {s(90), PeerRefreshes}, 0: {},
	} {
		if got := SessionWait(r); got != want {
			t.Errorf("%+v: %v, want %v", r, got, want)
		}
	}
}

func TestDialogMachine(t *testing.T) {
	want := map[State]map[Event]State{
		Early:      {Success: Confirmed, Failure: Terminated, Bye: Terminated, Gone: Terminated},
		Confirmed:  {Success: Confirmed, Failure: Confirmed, Bye: Terminated, Gone: Terminated},
		Terminated: {Success: Terminated, Failure: Terminated, Bye: Terminated, Gone: Terminated},
	}
	for s := range dialogStates {
		for e := range dialogEvents {
			d := Dialog{state: s}
			if got := d.On(e); got != want[s][e] || d.State() != got {
				t.Errorf("state %d, event %d: %d, want %d", s, e, got, want[s][e])
			}
		}
	}
}
