package event

import (
	"testing"

	"ringfence/test/diagram"
)

func TestTheDrawnSubscriptionMachinesAreTheTables(t *testing.T) {
	actions := []string{
		"", "NOTIFY", "NOTIFY as the pace allows", "NOTIFY that it is over", "481 to the SUBSCRIBE", "forget it",
	}
	paces := []string{"", "send a NOTIFY", "rest for a second"}
	diagram.Current(
		t, "subscription", "Event subscriptions at the notifier",
		diagram.Machine{
			Title: "Subscription (RFC 6665 §4.2.1)", Start: "Init", States: []string{"Init", "Active", "Ending", "Terminated"},
			Events: []string{
				"SUBSCRIBE", "SUBSCRIBE with Expires 0", "no refresh in time", "we take it back", "the state changed",
				"NOTIFY refused or not answered", "last NOTIFY answered",
			},
			Next: func(s, e int) (int, string) {
				t := table[s][e]
				return int(t.next), actions[t.action]
			},
		},
		diagram.Machine{
			Title: "The pace of its NOTIFYs (RFC 6665 §4.2.2, RFC 3842 §3.11)", Start: "Idle",
			States: []string{"Idle", "Telling", "TellingMore", "TellingAgain", "Resting", "RestingMore", "Stuck"},
			Events: []string{
				"to be told at once", "a change", "NOTIFY answered, or not needed", "the second is over", "no flow", "a flow again",
			},
			Next: func(s, e int) (int, string) {
				t := paceTable[s][e]
				return int(t.next), paces[t.action]
			},
		},
	)
}
