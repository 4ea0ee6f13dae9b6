package transaction

// state is a state of one of the four machines.
type state uint8

const (
	calling state = iota + 1
	trying
	proceeding
	completed
	confirmed
	accepted
	terminated
	stateCount
)

// event is what happens to a machine: a message that came, a response that the user sends, or a timer that fired.
type event uint8

const (
	received1xx     event = iota + 1 // a provisional response came
	received2xx                      // a response 200-299 came
	receivedFailure                  // a response 300-699 came
	receivedRequest                  // the request came again
	receivedACK
	send1xx // the user sends a provisional response
	send2xx
	sendFailure
	timerA // repeat the INVITE
	timerB // no answer to the INVITE
	timerD // absorbed repeated failures
	timerE // repeat the request
	timerF // no answer to the request
	timerG // repeat the failure
	timerH // no ACK
	timerI // absorbed repeated ACKs
	timerJ // absorbed repeated requests
	timerK // absorbed repeated responses
	timerL // absorbed repeated INVITEs after the 2xx
	timerM // passed repeated 2xx on
	timerX // no final response to a cancelled INVITE (RFC 3261 §9.1)
	transportError
	eventCount
)

// action is what a machine wants done.
type action uint8

const (
	ignore           action = iota + 1 // nothing, but count it
	deliver                            // hand the message to the user
	resend                             // send the request or the last response again
	respond                            // keep the user's response as the last one and send it
	refuse                             // tell the user that it is too late
	acknowledge                        // build the ACK of a failed INVITE and send it
	acknowledgeAgain                   // send the same ACK again
	startRepeat                        // start timer A, E or G at T1
	doubleRepeat                       // start it again at twice the interval, E and G at T2 at most
	slowRepeat                         // start timer E again at T2
	stopRepeat
	startB
	startD
	startF
	startH
	startI
	startJ
	startK
	startL
	startM
	stopEnd         // stop timer B or F
	noteFailure     // remember that the transport failed
	finish          // tell the user that the transaction has ended
	finishTimeout   // the same, with ErrTimeout
	finishTransport // the same, with ErrTransport
	actionCount
)

// String is the state's name in the RFCs.
func (s state) String() string {
	return [stateCount]string{
		"none", "Calling", "Trying", "Proceeding", "Completed", "Confirmed", "Accepted", "Terminated",
	}[s]
}

// String is what happened, in words.
func (e event) String() string {
	return [eventCount]string{
		"none", "1xx received", "2xx received", "300-699 received", "request received", "ACK received",
		"1xx from TU", "2xx from TU", "300-699 from TU", "Timer A", "Timer B", "Timer D", "Timer E", "Timer F", "Timer G",
		"Timer H", "Timer I", "Timer J", "Timer K", "Timer L", "Timer M", "Cancel timer", "transport error",
	}[e]
}

// String is what is done, in words.
func (a action) String() string {
	return [actionCount]string{
		"none", "ignore", "deliver", "resend", "respond", "refuse", "ACK", "ACK again", "start repeat", "double repeat",
		"slow repeat", "stop repeat", "start B", "start D", "start F", "start H", "start I", "start J", "start K", "start L",
		"start M", "stop end", "note failure", "finish", "finish with timeout", "finish with transport error",
	}[a]
}

// arrow is one entry of a table: where an event leads and what is done on the way.
type arrow struct {
	to  state
	do  []action
	rfc string // the rule behind it
}

// machine is one of the four machines: a table and nothing else.
type machine struct {
	name  string
	start state
	table [stateCount][eventCount]arrow
}

// next is the machine's only function. An event that cannot happen in a state changes nothing and asks for nothing.
func (m *machine) next(s state, e event) (state, []action) {
	a := &m.table[s][e]
	if a.to == 0 {
		return s, nil
	}
	return a.to, a.do
}

// does is shorthand for the tables.
func does(a ...action) []action { return a }
