package dialog

import (
	"testing"

	"ringfence/test/diagram"
)

func TestTheDrawnDialogMachinesAreTheTables(t *testing.T) {
	verdicts := []string{"", "491", "500 with Retry-After", "ignore", "hold back"}
	actions := []string{
		"", "send with a new RSeq", "hold back", "200 to the PRACK", "481 to the PRACK", "send again", "504 to the INVITE",
	}
	diagram.Current(
		t, "dialog", "Dialog, offer/answer and reliable provisional responses",
		diagram.Machine{
			Title: "Dialog (RFC 3261 §12)", Start: "Early", States: []string{"Early", "Confirmed", "Terminated"},
			Events: []string{"2xx to the INVITE", "another final response or none", "BYE", "481, 408 or silence within it"},
			Next:   func(s, e int) (int, string) { return int(dialogTable[s][e]), "" },
		},
		diagram.Machine{
			Title: "Offer/answer of one leg (RFC 3264, RFC 6337)", Start: "None",
			States: []string{"None", "LocalFirst", "RemoteFirst", "Stable", "Local", "Remote"},
			Events: []string{
				"we send an offer", "an offer arrives", "we send the answer", "the answer arrives", "we refuse the offer",
				"our offer is refused",
			},
			Next: func(s, e int) (int, string) {
				step := offerTable[s][e]
				return int(step.next), verdicts[step.verdict]
			},
		},
		diagram.Machine{
			Title: "Reliable provisional responses, server's side (RFC 3262 §3)", Start: "Idle",
			States: []string{"Idle", "Waiting", "Done"},
			Events: []string{
				"we send a reliable 1xx", "PRACK that matches", "another PRACK", "timer", "64*T1 without PRACK",
				"we send a final response",
			},
			Next: func(s, e int) (int, string) {
				step := reliableTable[s][e]
				return int(step.next), actions[step.action]
			},
		},
	)
}
