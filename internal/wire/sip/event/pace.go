package event

import "time"

// Rest is how long a subscriber is left alone after a NOTIFY, before he hears of the next change.
//
// RFC 3842 §3.11: no more than one a second.
const Rest = time.Second

// PaceState is where a subscription stands with its NOTIFYs: one at a time, so that they arrive in order, and not too
// many.
type PaceState uint8

// The states of the pace.
const (
	Idle         PaceState = iota // nothing is to be told
	Telling                       // a NOTIFY is being made, or is out
	TellingMore                   // the same, and a change came meanwhile
	TellingAgain                  // the same, and another is owed at once
	Resting                       // a moment after a NOTIFY
	RestingMore                   // the same, and a change waits for its end
	Stuck                         // a NOTIFY is owed, and there is no flow to send it on
	paceStates
)

// PaceEvent is what moves the pace.
type PaceEvent uint8

// The events of the pace.
const (
	Now    PaceEvent = iota // a NOTIFY is owed at once
	Soon                    // a change is to be told
	Done                    // the NOTIFY was answered, or need not be sent
	Rested                  // the rest is over
	Lost                    // there is no flow for the NOTIFY
	Found                   // there is one again
	paceEvents
)

// PaceAction is what to do about it.
type PaceAction uint8

// The actions of the pace.
const (
	Wait     PaceAction = iota
	Send                // make and send a NOTIFY
	TakeRest            // begin a rest
)

type paceStep struct {
	next   PaceState
	action PaceAction
}

var paceTable = [paceStates][paceEvents]paceStep{
	Idle: {
		Now: {Telling, Send}, Soon: {Telling, Send}, Done: {Idle, Wait}, Rested: {Idle, Wait}, Lost: {Idle, Wait},
		Found: {Idle, Wait},
	},
	Telling: {
		// RFC 3261 §12.2.2: a later request that overtook an earlier one would have that one refused
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
		// RFC 6665 §4.2.1.2: what a SUBSCRIBE asks for is told at once, whatever the rate
		Now: {Telling, Send}, Soon: {RestingMore, Wait}, Done: {Resting, Wait}, Rested: {Idle, Wait}, Lost: {Resting, Wait},
		Found: {Resting, Wait},
	},
	RestingMore: {
		// RFC 6665 §4.2.2: of several changes the last state is told
		Now: {Telling, Send}, Soon: {RestingMore, Wait}, Done: {RestingMore, Wait}, Rested: {Telling, Send},
		Lost: {RestingMore, Wait}, Found: {RestingMore, Wait},
	},
	Stuck: {
		Now: {Telling, Send}, Soon: {Stuck, Wait}, Done: {Stuck, Wait}, Rested: {Stuck, Wait}, Lost: {Stuck, Wait},
		Found: {Telling, Send},
	},
}

// Pace is one subscription's NOTIFYs. The zero value has nothing to tell.
type Pace struct{ state PaceState }

// State is where the pace stands.
func (p *Pace) State() PaceState { return p.state }

// On applies an event and says what to do.
func (p *Pace) On(e PaceEvent) PaceAction {
	t := paceTable[p.state][e]
	p.state = t.next
	return t.action
}
