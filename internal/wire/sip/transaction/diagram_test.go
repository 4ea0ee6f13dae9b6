package transaction

import (
	"strings"
	"testing"

	"ringfence/test/diagram"
)

func TestTheDrawnTransactionMachinesAreTheTables(t *testing.T) {
	var drawn []diagram.Machine
	for _, m := range machines() {
		d := diagram.Machine{Title: m.name, Start: m.start.String(), Next: func(s, e int) (int, string) {
			to, do := m.next(state(s+1), event(e+1))
			var words []string
			for _, a := range do {
				words = append(words, a.String())
			}
			return int(to) - 1, strings.Join(words, ", ")
		}}
		for s := calling; s < stateCount; s++ {
			d.States = append(d.States, s.String())
		}
		for e := received1xx; e < eventCount; e++ {
			d.Events = append(d.Events, e.String())
		}
		drawn = append(drawn, d)
	}
	diagram.Current(t, "transaction", "The four transaction machines (RFC 3261 §17, RFC 6026)", drawn...)
}
