package call

// legState is the state of a leg, in the words of RFC 4235 §3.7.1.
type legState uint8

const (
	trying     legState = iota // the INVITE was sent or received
	proceeding                 // a provisional response without a tag came
	early                      // a provisional response with a tag came or was sent
	confirmed                  // a 2xx was sent or received
	terminated                 // over, or we want it over
	legStates
)

func (s legState) String() string {
	return [...]string{
		trying: "trying", proceeding: "proceeding", early: "early", confirmed: "confirmed", terminated: "terminated",
		legStates: "",
	}[s]
}

// calleeEvent is what happens to a leg whose INVITE we sent.
type calleeEvent uint8

const (
	gotProvisional calleeEvent = iota // 1xx without a tag
	gotEarly                          // 1xx with a tag
	gotSuccess                        // the first 2xx of this dialog
	gotFork                           // a 2xx of another dialog of the same INVITE
	gotFailure                        // a final response other than 2xx
	gotSilence                        // the transaction ended without a final response
	gotCalleeBye                      // a BYE
	releaseCallee                     // we want it over
	calleeEvents
)

// calleeAction is what to do about it.
type calleeAction uint8

const (
	calleeIgnore  calleeAction = iota
	calleeRing                 // tell the caller that it rings, or pass early media
	calleeConnect              // ACK; the first that answers wins
	calleeDrop                 // ACK, then BYE: this answer is not wanted
	calleeFail                 // this target failed
	calleeCancel               // CANCEL
	calleeHangUp               // BYE
	calleeByeOK                // 200 to the BYE, and the call ends
	calleeByeGone              // 481 to the BYE
	calleeByeLate              // 200 to the BYE, nothing more
)

type calleeStep struct {
	next   legState
	action calleeAction
}

// calleeTable is the machine of a callee's leg.
var calleeTable = [legStates][calleeEvents]calleeStep{
	trying: {
		gotProvisional: {proceeding, calleeIgnore},
		gotEarly:       {early, calleeRing},
		gotSuccess:     {confirmed, calleeConnect}, // RFC 3261 §13.2.2.4
		gotFork:        {trying, calleeDrop},
		gotFailure:     {terminated, calleeFail},
		gotSilence:     {terminated, calleeFail},   // RFC 3261 §8.1.3.1: as if 408 had come
		gotCalleeBye:   {trying, calleeByeGone},    // no dialog yet
		releaseCallee:  {terminated, calleeCancel}, // RFC 3261 §9.1: the layer waits for a provisional response
	},
	proceeding: {
		gotProvisional: {proceeding, calleeIgnore},
		gotEarly:       {early, calleeRing},
		gotSuccess:     {confirmed, calleeConnect},
		gotFork:        {proceeding, calleeDrop},
		gotFailure:     {terminated, calleeFail},
		gotSilence:     {terminated, calleeFail},
		gotCalleeBye:   {proceeding, calleeByeGone},
		releaseCallee:  {terminated, calleeCancel},
	},
	early: {
		gotProvisional: {early, calleeIgnore},
		gotEarly:       {early, calleeRing},
		gotSuccess:     {confirmed, calleeConnect},
		gotFork:        {early, calleeDrop},
		gotFailure:     {terminated, calleeFail},
		gotSilence:     {terminated, calleeFail},
		gotCalleeBye:   {early, calleeByeGone}, // RFC 3261 §15: the callee must not send BYE in an early dialog
		releaseCallee:  {terminated, calleeCancel},
	},
	confirmed: {
		gotProvisional: {confirmed, calleeIgnore},
		gotEarly:       {confirmed, calleeIgnore},
		gotSuccess:     {confirmed, calleeIgnore}, // a repeated 2xx: the transaction sends the ACK again
		gotFork:        {confirmed, calleeDrop},   // RFC 3261 §13.2.2.4: each 2xx is acknowledged; this one is left
		gotFailure:     {confirmed, calleeIgnore},
		gotSilence:     {confirmed, calleeIgnore},
		gotCalleeBye:   {terminated, calleeByeOK},
		releaseCallee:  {terminated, calleeHangUp},
	},
	terminated: {
		gotProvisional: {terminated, calleeIgnore},
		gotEarly:       {terminated, calleeIgnore},
		gotSuccess:     {terminated, calleeDrop}, // RFC 3261 §9.1: the 200 has crossed our CANCEL
		gotFork:        {terminated, calleeDrop},
		gotFailure:     {terminated, calleeIgnore}, // 487 to our CANCEL
		gotSilence:     {terminated, calleeIgnore},
		gotCalleeBye:   {terminated, calleeByeLate}, // both hang up at once
		releaseCallee:  {terminated, calleeIgnore},
	},
}

// callerEvent is what happens to the leg whose INVITE we received.
type callerEvent uint8

const (
	ringCaller    callerEvent = iota // we want to send 18x
	answerCaller                     // we want to send the 2xx
	releaseCaller                    // we want it over
	gotCancel                        // a CANCEL
	gotCallerBye                     // a BYE
	gotACK                           // the ACK of the 2xx
	gotNoACK                         // 64*T1 passed without it
	gotLost                          // the INVITE's transaction or connection failed
	callerEvents
)

// callerAction is what to do about it.
type callerAction uint8

const (
	callerIgnore   callerAction = iota
	callerRing                  // send 18x
	callerAnswer                // send the 2xx and repeat it until the ACK
	callerRefuse                // send the final response of the call's end
	callerCancel                // 487, and the call ends
	callerByeOK                 // 200 to the BYE, and the call ends
	callerByeEarly              // 200 to the BYE, 487 to the INVITE, and the call ends
	callerByeLate               // 200 to the BYE, nothing more
	callerHangUp                // BYE, after the ACK
	callerACK                   // stop repeating the 2xx
	callerGone                  // the caller has vanished: the call ends
)

type callerStep struct {
	next   legState
	action callerAction
}

// callerTable is the machine of the caller's leg.
var callerTable = [legStates][callerEvents]callerStep{
	trying: {
		ringCaller:    {early, callerRing},
		answerCaller:  {confirmed, callerAnswer},
		releaseCaller: {terminated, callerRefuse},
		gotCancel:     {terminated, callerCancel},   // RFC 3261 §9.2
		gotCallerBye:  {terminated, callerByeEarly}, // RFC 3261 §15.1.2: pending requests get 487
		gotACK:        {trying, callerIgnore},
		gotNoACK:      {trying, callerIgnore},
		gotLost:       {terminated, callerGone},
	},
	proceeding: { // reached by no event: what we send has our tag from the first 18x on
		ringCaller:    {early, callerRing},
		answerCaller:  {confirmed, callerAnswer},
		releaseCaller: {terminated, callerRefuse},
		gotCancel:     {terminated, callerCancel},
		gotCallerBye:  {terminated, callerByeEarly},
		gotACK:        {proceeding, callerIgnore},
		gotNoACK:      {proceeding, callerIgnore},
		gotLost:       {terminated, callerGone},
	},
	early: {
		ringCaller:    {early, callerRing},
		answerCaller:  {confirmed, callerAnswer},
		releaseCaller: {terminated, callerRefuse},
		gotCancel:     {terminated, callerCancel},
		gotCallerBye:  {terminated, callerByeEarly},
		gotACK:        {early, callerIgnore},
		gotNoACK:      {early, callerIgnore},
		gotLost:       {terminated, callerGone},
	},
	confirmed: {
		ringCaller:    {confirmed, callerIgnore},
		answerCaller:  {confirmed, callerIgnore},
		releaseCaller: {terminated, callerHangUp}, // RFC 3261 §15: not before the ACK or its time-out
		gotCancel:     {confirmed, callerIgnore},  // RFC 3261 §9.2: too late, the 2xx went out first
		gotCallerBye:  {terminated, callerByeOK},
		gotACK:        {confirmed, callerACK},
		gotNoACK:      {confirmed, callerGone}, // RFC 3261 §13.3.1.4: the session is ended with BYE
		gotLost:       {confirmed, callerIgnore},
	},
	terminated: {
		ringCaller:    {terminated, callerIgnore},
		answerCaller:  {terminated, callerIgnore},
		releaseCaller: {terminated, callerIgnore},
		gotCancel:     {terminated, callerIgnore},
		gotCallerBye:  {terminated, callerByeLate},
		gotACK:        {terminated, callerACK}, // a BYE may wait for it
		gotNoACK:      {terminated, callerACK},
		gotLost:       {terminated, callerIgnore},
	},
}

// phase is how far a call is. The last three are its tear-down: a call that ends is first ending, then reported once
// its record was handed over, then gone once nothing of it is left on the network.
type phase uint8

const (
	arrived   phase = iota // before routing
	awaiting               // the callee's phones are dormant
	ringing                // targets are being tried
	connected              // answered
	ending
	reported
	gone
	phases
)

// phaseEvent moves a call from phase to phase.
type phaseEvent uint8

const (
	nobodyHome   phaseEvent = iota // the plan found only dormant bindings
	targetsFound                   // the plan found phones to ring
	wasAnswered                    // the caller is connected with a target or a server application
	wasSentOn                      // nobody took it, and it goes on to somebody else
	mustEnd                        // anything that ends a call
	recordGiven                    // the record was handed to the committer
	nothingLeft                    // no transaction, BYE or ACK is outstanding
	phaseEvents
)

type phaseStep struct {
	next phase
	ok   bool // false: nothing is to be done
}

// phaseTable is the machine of the whole call. Of all that may end it only the first counts.
var phaseTable = [phases][phaseEvents]phaseStep{
	arrived: {
		nobodyHome: {awaiting, true}, targetsFound: {ringing, true}, wasAnswered: {connected, true},
		wasSentOn: {arrived, false},
		mustEnd:   {ending, true}, recordGiven: {arrived, false}, nothingLeft: {arrived, false},
	},
	awaiting: {
		nobodyHome: {awaiting, false}, targetsFound: {ringing, true}, wasAnswered: {awaiting, false},
		wasSentOn: {arrived, true},
		mustEnd:   {ending, true}, recordGiven: {awaiting, false}, nothingLeft: {awaiting, false},
	},
	ringing: {
		nobodyHome: {ringing, false}, targetsFound: {ringing, false}, wasAnswered: {connected, true},
		wasSentOn: {arrived, true},
		mustEnd:   {ending, true}, recordGiven: {ringing, false}, nothingLeft: {ringing, false},
	},
	connected: {
		nobodyHome: {connected, false}, targetsFound: {connected, false}, wasAnswered: {connected, false},
		wasSentOn: {connected, false},
		mustEnd:   {ending, true}, recordGiven: {connected, false}, nothingLeft: {connected, false},
	},
	ending: {
		nobodyHome: {ending, false}, targetsFound: {ending, false}, wasAnswered: {ending, false},
		wasSentOn: {ending, false},
		mustEnd:   {ending, false}, recordGiven: {reported, true}, nothingLeft: {ending, false},
	},
	reported: {
		nobodyHome: {reported, false}, targetsFound: {reported, false}, wasAnswered: {reported, false},
		wasSentOn: {reported, false},
		mustEnd:   {reported, false}, recordGiven: {reported, false}, nothingLeft: {gone, true},
	},
	gone: {
		nobodyHome: {gone, false}, targetsFound: {gone, false}, wasAnswered: {gone, false},
		wasSentOn: {gone, false},
		mustEnd:   {gone, false}, recordGiven: {gone, false}, nothingLeft: {gone, false},
	},
}

// live reports whether the call is still to be talked on or answered.
func (p phase) live() bool { return p < ending }
