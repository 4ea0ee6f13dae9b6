package transaction

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func machines() []*machine {
	return []*machine{&inviteClient, &otherClient, &inviteServer, &otherServer}
}

// TestTables compares every pair of state and event of the four machines with the reviewed text.
func TestTables(t *testing.T) {
	var b strings.Builder
	for _, m := range machines() {
		fmt.Fprintf(&b, "%s, starts in %s\n", m.name, m.start)
		for s := state(1); s < stateCount; s++ {
			for e := event(1); e < eventCount; e++ {
				to, do := m.next(s, e)
				if do == nil {
					if to != s {
						t.Errorf("%s: %s in %s leads to %s without doing anything", m.name, e, s, to)
					}
					continue
				}
				words := make([]string, len(do))
				for i, a := range do {
					words[i] = a.String()
				}
				fmt.Fprintf(&b, "  %-11s %-17s -> %-11s %-36s %s\n", s, e, to, strings.Join(words, ", "), m.table[s][e].rfc)
			}
		}
	}
	file := filepath.Join("testdata", "machines.txt")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestEveryArrowNamesItsRule(t *testing.T) {
	for _, m := range machines() {
		for s := range m.table {
			for e, a := range m.table[s] {
				if a.to != 0 && (!strings.HasPrefix(a.rfc, "RFC ") || len(a.do) == 0) {
					t.Errorf("%s: %s in %s: rule %q, actions %v", m.name, event(e), state(s), a.rfc, a.do)
				}
			}
		}
	}
}

// config is a machine's state with the timers that run in it.
type config struct {
	state  state
	repeat event // 0: none
	end    event
	cancel bool // the user cancelled: the cancel timer may run
}

// after applies actions to the timers.
func (c config) after(do []action, method event) config {
	ends := map[action]event{
		startB: timerB, startD: timerD, startF: timerF, startH: timerH, startI: timerI, startJ: timerJ, startK: timerK,
		startL: timerL, startM: timerM,
	}
	for _, a := range do {
		switch {
		case a == startRepeat || a == doubleRepeat || a == slowRepeat:
			c.repeat = method
		case a == stopRepeat:
			c.repeat = 0
		case a == stopEnd:
			c.end = 0
		case ends[a] != 0:
			c.end = ends[a]
		case a >= finish:
			c.repeat, c.end = 0, 0
		}
	}
	return c
}

// TestReachable walks through everything that can happen to each machine: a timer that runs always has an arrow, no
// state but those in which the user has to act is without a timer, nothing happens after the end.
func TestReachable(t *testing.T) {
	messages := map[*machine][]event{
		&inviteClient: {received1xx, received2xx, receivedFailure, transportError},
		&otherClient:  {received1xx, received2xx, receivedFailure, transportError},
		&inviteServer: {receivedRequest, receivedACK, send1xx, send2xx, sendFailure, transportError},
		&otherServer:  {receivedRequest, send1xx, send2xx, sendFailure, transportError},
	}
	starts := map[*machine]config{
		&inviteClient: {calling, timerA, timerB, false},
		&otherClient:  {trying, timerE, timerF, false},
		&inviteServer: {proceeding, 0, 0, false},
		&otherServer:  {trying, 0, 0, false},
	}
	repeats := map[*machine]event{&inviteClient: timerA, &otherClient: timerE, &inviteServer: timerG}
	for _, m := range machines() {
		seen := map[config]bool{}
		states := map[state]bool{}
		todo := []config{starts[m]}
		for len(todo) > 0 {
			c := todo[0]
			todo = todo[1:]
			if seen[c] {
				continue
			}
			seen[c], states[c.state] = true, true
			if c.state == terminated {
				if c.repeat != 0 || c.end != 0 {
					t.Errorf("%s: timers run after the end", m.name)
				}
				continue
			}
			owed := m == &inviteServer && c.state == proceeding || m == &otherServer && c.state <= proceeding ||
				m == &inviteClient && c.state == proceeding
			if c.end == 0 && !owed {
				t.Errorf("%s: %s can last for ever", m.name, c.state)
			}
			events := append([]event(nil), messages[m]...)
			for _, timer := range []event{c.repeat, c.end} {
				if timer != 0 {
					events = append(events, timer)
				}
			}
			for _, e := range events {
				to, do := m.next(c.state, e)
				if do == nil {
					t.Errorf("%s: %s in %s has no arrow", m.name, e, c.state)
					continue
				}
				next := c.after(do, repeats[m])
				next.state = to
				if e == c.end && next.end == c.end {
					t.Errorf("%s: %s fired in %s and counts as running", m.name, e, c.state)
				}
				todo = append(todo, next)
			}
			if m == &inviteClient && c.state == proceeding && !c.cancel {
				todo = append(todo, config{c.state, c.repeat, timerX, true})
			}
		}
		for s := state(1); s < stateCount; s++ {
			drawn := s == terminated
			for e := range m.table[s] {
				drawn = drawn || m.table[s][e].to != 0
			}
			if drawn != states[s] {
				t.Errorf("%s: %s drawn %v, reachable %v", m.name, s, drawn, states[s])
			}
		}
	}
}
