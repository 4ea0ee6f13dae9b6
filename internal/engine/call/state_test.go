package call

import (
	"testing"
	"time"

	"ringfence/internal/pbx"
)

// TestCalleeMachine states what each event does in each state, in words of its own.
func TestCalleeMachine(t *testing.T) {
	before := []legState{trying, proceeding, early}
	for _, s := range before {
		for e, want := range map[calleeEvent]calleeStep{
			gotEarly:      {early, calleeRing},
			gotSuccess:    {confirmed, calleeConnect},
			gotFork:       {s, calleeDrop},
			gotFailure:    {terminated, calleeFail},
			gotSilence:    {terminated, calleeFail},
			gotCalleeBye:  {s, calleeByeGone},
			releaseCallee: {terminated, calleeCancel},
		} {
			if got := calleeTable[s][e]; got != want {
				t.Errorf("%s, event %d: %v, want %v", s, e, got, want)
			}
		}
		want := calleeStep{max(s, proceeding), calleeIgnore}
		if got := calleeTable[s][gotProvisional]; got != want {
			t.Errorf("%s, provisional: %v, want %v", s, got, want)
		}
	}
	for e := range calleeEvents {
		want := calleeStep{confirmed, calleeIgnore}
		switch e {
		case gotFork:
			want.action = calleeDrop
		case gotCalleeBye:
			want = calleeStep{terminated, calleeByeOK}
		case releaseCallee:
			want = calleeStep{terminated, calleeHangUp}
		default: // nothing happens
		}
		if got := calleeTable[confirmed][e]; got != want {
			t.Errorf("confirmed, event %d: %v, want %v", e, got, want)
		}
		want = calleeStep{terminated, calleeIgnore}
		switch e {
		case gotSuccess, gotFork:
			want.action = calleeDrop
		case gotCalleeBye:
			want.action = calleeByeLate
		default: // nothing happens
		}
		if got := calleeTable[terminated][e]; got != want {
			t.Errorf("terminated, event %d: %v, want %v", e, got, want)
		}
	}
}

func TestCallerMachine(t *testing.T) {
	for _, s := range []legState{trying, proceeding, early} {
		for e, want := range map[callerEvent]callerStep{
			ringCaller:    {early, callerRing},
			answerCaller:  {confirmed, callerAnswer},
			releaseCaller: {terminated, callerRefuse},
			gotCancel:     {terminated, callerCancel},
			gotCallerBye:  {terminated, callerByeEarly},
			gotACK:        {s, callerIgnore},
			gotNoACK:      {s, callerIgnore},
			gotLost:       {terminated, callerGone},
		} {
			if got := callerTable[s][e]; got != want {
				t.Errorf("%s, event %d: %v, want %v", s, e, got, want)
			}
		}
	}
	for e := range callerEvents {
		want := callerStep{confirmed, callerIgnore}
		switch e {
		case releaseCaller:
			want = callerStep{terminated, callerHangUp}
		case gotCallerBye:
			want = callerStep{terminated, callerByeOK}
		case gotACK:
			want.action = callerACK
		case gotNoACK:
			want.action = callerGone
		default: // nothing happens
		}
		if got := callerTable[confirmed][e]; got != want {
			t.Errorf("confirmed, event %d: %v, want %v", e, got, want)
		}
		want = callerStep{terminated, callerIgnore}
		switch e {
		case gotCallerBye:
			want.action = callerByeLate
		case gotACK, gotNoACK:
			want.action = callerACK
		default: // nothing happens
		}
		if got := callerTable[terminated][e]; got != want {
			t.Errorf("terminated, event %d: %v, want %v", e, got, want)
		}
	}
}

// TestNoLegLeavesItsEnd checks what holds for every (state, event): nothing leads out of terminated, nobody rings or
// connects twice, and an answer that comes after the end is always acknowledged and ended.
func TestNoLegLeavesItsEnd(t *testing.T) {
	for s := range legStates {
		for e := range calleeEvents {
			x := calleeTable[s][e]
			if x.next < s && s >= early {
				t.Errorf("callee: %s falls back to %s", s, x.next)
			}
			if x.action == calleeConnect && (x.next != confirmed || s >= confirmed) {
				t.Errorf("callee: connects from %s to %s", s, x.next)
			}
			if s == terminated && (x.next != terminated || (e == gotSuccess || e == gotFork) != (x.action == calleeDrop)) {
				t.Errorf("callee: terminated, event %d: %v", e, x)
			}
		}
		for e := range callerEvents {
			x := callerTable[s][e]
			if x.next < s && s >= early || s == terminated && x.next != terminated {
				t.Errorf("caller: %s falls back to %s", s, x.next)
			}
			if x.action == callerAnswer && (x.next != confirmed || s >= confirmed) {
				t.Errorf("caller: answers from %s to %s", s, x.next)
			}
		}
	}
}

func TestCallMachine(t *testing.T) {
	legal := map[phase]map[phaseEvent]phase{
		arrived:   {nobodyHome: awaiting, targetsFound: ringing, wasAnswered: connected, mustEnd: ending},
		awaiting:  {targetsFound: ringing, wasSentOn: arrived, mustEnd: ending},
		ringing:   {wasAnswered: connected, wasSentOn: arrived, mustEnd: ending},
		connected: {mustEnd: ending},
		ending:    {recordGiven: reported},
		reported:  {nothingLeft: gone},
		gone:      {},
	}
	for p := range phases {
		for e := range phaseEvents {
			next, ok := legal[p][e]
			want := phaseStep{next, ok}
			if !ok {
				want.next = p
			}
			if got := phaseTable[p][e]; got != want {
				t.Errorf("phase %d, event %d: %v, want %v", p, e, got, want)
			}
		}
	}
}

func TestEveryReasonHasAStatus(t *testing.T) {
	for _, r := range pbx.EndReasons() {
		if s := statusOf(r); s < 200 || s > 699 {
			t.Errorf("%s: %d", r, s)
		}
	}
	for status, want := range map[int]int{
		486: 486, 600: 600, 603: 603, 488: 488, 606: 606, 415: 488, 403: 603, 404: 480, 408: 480, 480: 480, 401: 480,
		302: 480, 500: 480, 503: 480, 0: 480,
	} {
		if got := callerStatus(status); got != want {
			t.Errorf("a phone's %d becomes %d, want %d", status, got, want)
		}
	}
}

func TestBetterResponse(t *testing.T) {
	order := []int{603, 486, 488, 403, 480, 408, 302, 500}
	for i, a := range order {
		if better(0, a) != a {
			t.Errorf("%d is not better than none", a)
		}
		for _, b := range order[i:] {
			if better(a, b) != a || better(b, a) != a {
				t.Errorf("%d is not better than %d", a, b)
			}
		}
	}
}

func TestTimers(t *testing.T) {
	var x timers
	a, b := new(leg), new(leg)
	x.set(a, session, -time.Second)
	x.set(b, session, -2*time.Second)
	x.set(nil, noAnswer, time.Hour)
	x.set(a, glare, time.Hour)
	x.set(a, repeat2xx, -time.Minute)
	x.set(a, glare, -3*time.Second) // restarted
	x.stop(b, timerC)               // does not run
	var got []timerKind
	for {
		k, ok := x.due()
		if !ok {
			break
		}
		got = append(got, k.kind)
	}
	if len(got) != 4 || got[0] != repeat2xx || got[1] != glare || len(x.list) != 1 {
		t.Errorf("due %v, left %d", got, len(x.list))
	}
	x.set(a, session, time.Hour)
	x.set(a, repeat2xx, time.Hour)
	x.set(a, flowReturn, time.Hour)
	x.stopLeg(a) // what its tear-down needs stays
	if len(x.list) != 3 {
		t.Errorf("%d timers left", len(x.list))
	}
	x.arm()
	x.end()
}

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		"201": "201", "a\x00b\r\nc": "a b  c", "\xff\xfeok": "ok", "abcdef\u00e4": "abcdef",
	} {
		if got := cleanText(in, 7); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestEscapeUser(t *testing.T) {
	for in, want := range map[string]string{"201": "201", "*43": "*43", "a b@c": "a%20b%40c", "Jörg": "J%C3%B6rg", "#1": "%231"} {
		if got := escapeUser(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestCallIDsFitABrowser(t *testing.T) {
	last := idAt(time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC))
	if last >= 1<<53 || last <= idAt(time.Now()) {
		t.Errorf("id %d", last)
	}
}

func TestRAck(t *testing.T) {
	tests := []struct {
		in         string
		rseq, cseq uint32
		invite     bool
	}{
		{"776656 1 INVITE", 776656, 1, true},
		{"1  2\tINVITE", 1, 2, true},
		{"1 2 OPTIONS", 1, 2, false},
		{"1 INVITE", 0, 0, false},
		{"x 2 INVITE", 0, 2, false},
		{"", 0, 0, false},
	}
	for _, tt := range tests {
		rseq, cseq, invite := readRAck([]byte(tt.in))
		if rseq != tt.rseq || cseq != tt.cseq || invite != tt.invite {
			t.Errorf("%q: %d %d %t", tt.in, rseq, cseq, invite)
		}
	}
}
