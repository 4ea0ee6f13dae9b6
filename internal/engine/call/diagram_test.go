package call

import (
	"testing"

	"ringfence/test/diagram"
)

func TestTheDrawnCallMachinesAreTheTables(t *testing.T) {
	legs := []string{"trying", "proceeding", "early", "confirmed", "terminated"}
	callee := []string{
		"", "ring", "ACK, the first answer wins", "ACK, then BYE", "the target failed", "CANCEL", "BYE",
		"200 to the BYE, the call ends", "481 to the BYE", "200 to the BYE",
	}
	caller := []string{
		"", "18x", "2xx until the ACK", "final response of the call's end", "487, the call ends",
		"200 to the BYE, the call ends", "200 to the BYE, 487, the call ends", "200 to the BYE", "BYE after the ACK",
		"stop repeating the 2xx", "the call ends",
	}
	diagram.Current(
		t, "call", "A call: two legs and the whole",
		diagram.Machine{
			Title: "The callee's leg: we sent the INVITE", Start: "trying", States: legs,
			Events: []string{
				"1xx without a tag", "1xx with a tag", "first 2xx", "2xx of another dialog", "another final response", "no answer",
				"BYE", "we want it over",
			},
			Next: func(s, e int) (int, string) {
				step := calleeTable[s][e]
				return int(step.next), callee[step.action]
			},
		},
		diagram.Machine{
			Title: "The caller's leg: we received the INVITE", Start: "trying", States: legs,
			Events: []string{
				"we ring", "we answer", "we want it over", "CANCEL", "BYE", "ACK of the 2xx", "64*T1 without the ACK",
				"transaction or connection failed",
			},
			Next: func(s, e int) (int, string) {
				step := callerTable[s][e]
				return int(step.next), caller[step.action]
			},
		},
		diagram.Machine{
			Title: "The whole call; the last three are its tear-down", Start: "arrived",
			States: []string{"arrived", "awaiting", "ringing", "connected", "ending", "reported", "gone"},
			Events: []string{
				"only dormant phones", "phones to ring", "answered", "sent on", "anything that ends a call", "record handed over",
				"nothing left on the network",
			},
			Next: func(s, e int) (int, string) { return int(phaseTable[s][e].next), "" },
		},
	)
}
