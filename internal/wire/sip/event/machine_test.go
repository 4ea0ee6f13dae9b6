package event

import "testing"

func TestSubscriptionMachine(t *testing.T) {
	want := map[State]map[Event]step{
		Init: {
			Subscribe: {Active, TellNow}, Unsubscribe: {Ending, TellLast}, Expire: {Init, Nothing},
			Revoke: {Terminated, Forget}, Change: {Init, Nothing}, Fail: {Init, Nothing}, Finish: {Init, Nothing},
		},
		Active: {
			Subscribe: {Active, TellNow}, Unsubscribe: {Ending, TellLast}, Expire: {Ending, TellLast},
			Revoke: {Ending, TellLast}, Change: {Active, TellSoon}, Fail: {Terminated, Forget}, Finish: {Active, Nothing},
		},
		Ending: {
			Subscribe: {Ending, Refuse}, Unsubscribe: {Ending, Refuse}, Expire: {Ending, Nothing}, Revoke: {Ending, Nothing},
			Change: {Ending, Nothing}, Fail: {Terminated, Forget}, Finish: {Terminated, Forget},
		},
		Terminated: {
			Subscribe: {Terminated, Refuse}, Unsubscribe: {Terminated, Refuse}, Expire: {Terminated, Nothing},
			Revoke: {Terminated, Nothing}, Change: {Terminated, Nothing}, Fail: {Terminated, Nothing},
			Finish: {Terminated, Nothing},
		},
	}
	for s := range states {
		for e := range events {
			m := Subscription{state: s}
			a := m.On(e)
			if w, ok := want[s][e]; !ok || w != (step{m.State(), a}) {
				t.Errorf("state %d, event %d: to %d with %d, want %d with %d", s, e, m.State(), a, w.next, w.action)
			}
		}
	}
}

func TestPaceMachine(t *testing.T) {
	want := map[PaceState]map[PaceEvent]paceStep{
		Idle: {
			Now: {Telling, Send}, Soon: {Telling, Send}, Done: {Idle, Wait}, Rested: {Idle, Wait}, Lost: {Idle, Wait},
			Found: {Idle, Wait},
		},
		Telling: {
			Now: {TellingAgain, Wait}, Soon: {TellingMore, Wait}, Done: {Resting, TakeRest}, Rested: {Telling, Wait},
			Lost: {Stuck, Wait}, Found: {Telling, Wait},
		},
		TellingMore: {
			Now: {TellingAgain, Wait}, Soon: {TellingMore, Wait}, Done: {RestingMore, TakeRest}, Rested: {TellingMore, Wait},
			Lost: {Stuck, Wait}, Found: {TellingMore, Wait},
		},
		TellingAgain: {
			Now: {TellingAgain, Wait}, Soon: {TellingAgain, Wait}, Done: {Telling, Send}, Rested: {TellingAgain, Wait},
			Lost: {Stuck, Wait}, Found: {TellingAgain, Wait},
		},
		Resting: {
			Now: {Telling, Send}, Soon: {RestingMore, Wait}, Done: {Resting, Wait}, Rested: {Idle, Wait}, Lost: {Resting, Wait},
			Found: {Resting, Wait},
		},
		RestingMore: {
			Now: {Telling, Send}, Soon: {RestingMore, Wait}, Done: {RestingMore, Wait}, Rested: {Telling, Send},
			Lost: {RestingMore, Wait}, Found: {RestingMore, Wait},
		},
		Stuck: {
			Now: {Telling, Send}, Soon: {Stuck, Wait}, Done: {Stuck, Wait}, Rested: {Stuck, Wait}, Lost: {Stuck, Wait},
			Found: {Telling, Send},
		},
	}
	for s := range paceStates {
		for e := range paceEvents {
			p := Pace{state: s}
			a := p.On(e)
			if w, ok := want[s][e]; !ok || w != (paceStep{p.State(), a}) {
				t.Errorf("state %d, event %d: to %d with %d, want %d with %d", s, e, p.State(), a, w.next, w.action)
			}
		}
	}
}

// However events come, there is never more than one NOTIFY, and no change is forgotten.
func TestThePaceHasOneNotifyOutAndForgetsNothing(t *testing.T) {
	type walk struct {
		pace Pace
		out  bool
		owed bool
	}
	seen := map[walk]bool{}
	var visit func(w walk)
	visit = func(w walk) {
		if seen[w] {
			return
		}
		seen[w] = true
		waits := w.pace.state == Stuck || w.pace.state == RestingMore || w.pace.state == TellingMore || w.pace.state == TellingAgain
		if w.owed && !w.out && !waits {
			t.Errorf("in state %d something is owed that nothing will tell", w.pace.state)
		}
		for e := range paceEvents {
			if (e == Done || e == Lost) && !w.out {
				continue // neither happens without a NOTIFY
			}
			n := w
			a := n.pace.On(e)
			switch e {
			case Now, Soon:
				n.owed = true
			case Done:
				n.out = false
			case Lost:
				n.out, n.owed = false, true
			default: // nothing comes or goes by itself
			}
			if a == Send {
				if n.out {
					t.Errorf("state %d, event %d: a second NOTIFY", w.pace.state, e)
				}
				n.out, n.owed = true, false
			}
			visit(n)
		}
	}
	visit(walk{})
}
