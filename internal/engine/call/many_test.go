package call_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip/transport"
)

// variant is one kind of call of the mixture, and the reason its record must have.
type variant struct {
	name           string
	caller, callee plan
	number         string // dialled instead of the callee
	reason         pbx.EndReason
}

const second = time.Second

// mixture is every way a call may go; in each state that a call can be in one side vanishes in a twentieth of the calls.
func mixture() []variant {
	rings := plan{ring: second, answer: 3 * second}
	return []variant{
		{"answered, the caller hangs up", plan{hangUp: 10 * second}, rings, "", pbx.EndCompletedCaller},
		{"answered at once", plan{hangUp: 10 * second}, plan{answer: time.Millisecond}, "", pbx.EndCompletedCaller},
		{"the callee hangs up", plan{}, plan{ring: second, answer: 2 * second, hangUp: 5 * second}, "", pbx.EndCompletedCallee},
		{
			"early media",
			plan{hangUp: 5 * second},
			plan{ring: second, early: true, answer: 3 * second},
			"",
			pbx.EndCompletedCaller,
		},
		{"held", plan{hold: 2 * second, hangUp: 8 * second}, rings, "", pbx.EndCompletedCaller},
		{"delayed offer", plan{delayed: true, hangUp: 8 * second}, rings, "", pbx.EndCompletedCaller},
		{"cancelled at once", plan{cancel: time.Millisecond}, rings, "", pbx.EndCancelled},
		{"cancelled while ringing", plan{cancel: 2 * second}, rings, "", pbx.EndCancelled},
		{"busy", plan{}, plan{ring: second, refuse: 2 * second, code: 486}, "", pbx.EndBusy},
		{"declined", plan{}, plan{ring: second, refuse: 2 * second, code: 603}, "", pbx.EndDeclined},
		{"not acceptable", plan{}, plan{refuse: second, code: 488}, "", pbx.EndNotAcceptable},
		{"nobody answers", plan{}, plan{ring: second}, "", pbx.EndNoAnswer},
		{"no such number", plan{}, plan{}, "999", pbx.EndNotFound},
		{"echo test", plan{hangUp: 5 * second}, plan{}, "*43", pbx.EndCompletedCaller},
		{"the callee is not there", plan{}, plan{deaf: true}, "", pbx.EndUnreachable},
		{"the caller vanishes while trying", plan{vanish: 10 * time.Millisecond}, rings, "", pbx.EndCallerVanished},
		{"the caller vanishes while ringing", plan{vanish: 2 * second}, rings, "", pbx.EndCallerVanished},
		{"the callee vanishes while ringing", plan{}, plan{ring: second, vanish: 2 * second}, "", pbx.EndNoAnswer},
		{"the caller vanishes in the call", plan{vanish: 10 * second}, rings, "", ""},
		{"the callee vanishes in the call", plan{}, plan{ring: second, answer: 3 * second, vanish: 10 * second}, "", ""},
	}
}

func TestFiveThousandMixedCallsLeaveNothing(t *testing.T) {
	const pairs, warm = 20, 90 // the phones' own tables grow to their size first
	rounds := 340
	if raceEnabled {
		rounds = 60
	}
	o := options{timeout: time.Minute, link: netx.Link{Delay: 5 * time.Millisecond}}
	run(t, o, func(w *world) {
		w.records.counted = make(map[pbx.EndReason]int)
		mix := mixture()
		callers, callees := make([]*robot, pairs), make([]*robot, pairs)
		for i := range pairs {
			u := pbx.UserID(2*i + 1)
			w.dir.user(u, "Caller", 1)
			w.dir.user(u+1, "Callee", 1)
			callers[i] = newRobot(w, pbx.DeviceID(u*10), transport.UDP, mix[i%len(mix)].caller)
			callees[i] = newRobot(w, pbx.DeviceID((u+1)*10), transport.UDP, mix[i%len(mix)].callee)
			callees[i].register()
		}
		var goroutines, heap int
		for round := range rounds {
			if round == min(warm, rounds/2) {
				goroutines, heap = footprint()
			}
			for i := range pairs {
				number := mix[i%len(mix)].number
				if number == "" {
					number = w.dir.users[pbx.UserID(2*i+2)].Number
				}
				callers[i].call(number)
				w.wait(10 * time.Millisecond)
			}
			w.wait(4 * time.Minute)
			for i := range pairs {
				callers[i].reset()
				callees[i].reset()
			}
			w.wait(time.Minute)
		}
		g, h := footprint()
		t.Logf("%d calls; goroutines %d -> %d, heap %d -> %d KiB", pairs*rounds, goroutines, g, heap>>10, h>>10)
		if g != goroutines {
			t.Errorf("%d goroutines, at the start %d", g, goroutines)
		}
		if h > heap+heap/50 && !raceEnabled {
			t.Errorf("heap %d KiB, at the start %d KiB", h>>10, heap>>10)
		}
		want := make(map[pbx.EndReason]int)
		vanished := 0
		for i := range pairs {
			if r := mix[i%len(mix)].reason; r != "" {
				want[r] += rounds
			} else {
				vanished += rounds
			}
		}
		got := w.records.counted
		// where a side vanishes in the call, the other leg's media ends too, as nobody speaks: either comes first
		got[pbx.EndCalleeVanished] += got[pbx.EndCallerVanished] - want[pbx.EndCallerVanished]
		got[pbx.EndCallerVanished] = want[pbx.EndCallerVanished]
		want[pbx.EndCalleeVanished] = vanished
		for _, r := range pbx.EndReasons() {
			if got[r] != want[r] {
				t.Errorf("%d calls ended with %s, want %d", got[r], r, want[r])
			}
		}
	})
}

// footprint is the number of goroutines, and the size of the heap in use.
func footprint() (goroutines, heap int) {
	synctest.Wait()
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), int(m.HeapAlloc)
}
