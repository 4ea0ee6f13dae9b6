package dialog

import "time"

// ReliableState is where a server's reliable provisional response stands (RFC 3262 §3).
type ReliableState uint8

// The states of reliable provisional responses on the server's side.
const (
	ReliableIdle    ReliableState = iota // none is out, or all were acknowledged
	ReliableWaiting                      // one is out and waits for its PRACK
	ReliableDone                         // a final response was sent: no more
	reliableStates
)

// ReliableEvent is what happens to it.
type ReliableEvent uint8

// The events of reliable provisional responses.
const (
	SendReliable  ReliableEvent = iota // a provisional response is to be sent reliably
	MatchingPRACK                      // a PRACK whose RAck names the response that waits
	OtherPRACK                         // any other PRACK
	ReliableTimer                      // the retransmission timer fired
	ReliableLimit                      // 64*T1 passed without a PRACK
	SendFinal                          // a final response is sent
	reliableEvents
)

// ReliableAction is what to do about it.
type ReliableAction uint8

// The actions of reliable provisional responses.
const (
	ReliableNothing    ReliableAction = iota
	ReliableTransmit                  // send it with a new RSeq and start the timer
	ReliableHold                      // not now: the one that is out must be acknowledged first
	ReliableAccept                    // answer the PRACK with 200, stop the timer
	ReliableReject                    // answer the PRACK with 481
	ReliableRetransmit                // send it again, double the timer
	ReliableFail                      // refuse the INVITE with 504
)

type reliableStep struct {
	next   ReliableState
	action ReliableAction
}

var reliableTable = [reliableStates][reliableEvents]reliableStep{
	ReliableIdle: {
		SendReliable:  {ReliableWaiting, ReliableTransmit},
		MatchingPRACK: {ReliableIdle, ReliableReject}, // RFC 3262 §3: nothing unacknowledged matches
		OtherPRACK:    {ReliableIdle, ReliableReject},
		ReliableTimer: {ReliableIdle, ReliableNothing},
		ReliableLimit: {ReliableIdle, ReliableNothing},
		SendFinal:     {ReliableDone, ReliableNothing},
	},
	ReliableWaiting: {
		// RFC 3262 §3: the second reliable response waits for the PRACK of the first
		SendReliable:  {ReliableWaiting, ReliableHold},
		MatchingPRACK: {ReliableIdle, ReliableAccept},
		OtherPRACK:    {ReliableWaiting, ReliableReject},
		ReliableTimer: {ReliableWaiting, ReliableRetransmit},
		ReliableLimit: {ReliableDone, ReliableFail}, // RFC 3262 §3: 64*T1 without PRACK: 5xx
		SendFinal:     {ReliableDone, ReliableNothing},
	},
	ReliableDone: {
		SendReliable:  {ReliableDone, ReliableNothing},
		MatchingPRACK: {ReliableDone, ReliableAccept}, // RFC 3262 §3: a PRACK may cross the final response
		OtherPRACK:    {ReliableDone, ReliableReject},
		ReliableTimer: {ReliableDone, ReliableNothing},
		ReliableLimit: {ReliableDone, ReliableNothing},
		SendFinal:     {ReliableDone, ReliableNothing},
	},
}

// Reliable numbers one INVITE server transaction's reliable provisional responses. Set its first RSeq with Start.
type Reliable struct {
	state ReliableState
	rseq  uint32 // of the response that was sent last; before the first one less than its number
	cseq  uint32 // of the INVITE
}

// Start sets the INVITE's CSeq and the first RSeq, derived from a random number.
func (r *Reliable) Start(cseq, random uint32) {
	// RFC 3262 §3: the first RSeq is between 1 and 2^31-1; half of that leaves room for those that follow
	*r = Reliable{cseq: cseq, rseq: random % (1 << 30)}
}

// State returns where it stands.
func (r *Reliable) State() ReliableState { return r.state }

// RSeq is the number of the response that was sent last.
func (r *Reliable) RSeq() uint32 { return r.rseq }

// Send asks whether a provisional response may go out reliably now; with ReliableTransmit its number is RSeq.
func (r *Reliable) Send() ReliableAction { return r.on(SendReliable) }

// PRACK judges the numbers of a RAck header; invite tells whether it names the INVITE method.
func (r *Reliable) PRACK(rseq, cseq uint32, invite bool) ReliableAction {
	// RFC 3262 §3: RSeq, CSeq number and method must all match
	if invite && rseq == r.rseq && cseq == r.cseq {
		return r.on(MatchingPRACK)
	}
	return r.on(OtherPRACK)
}

// Timer reports that the retransmission timer fired.
func (r *Reliable) Timer() ReliableAction { return r.on(ReliableTimer) }

// Limit reports that 64*T1 passed since the response was first sent.
func (r *Reliable) Limit() ReliableAction { return r.on(ReliableLimit) }

// Final reports that a final response is being sent.
func (r *Reliable) Final() ReliableAction { return r.on(SendFinal) }

func (r *Reliable) on(e ReliableEvent) ReliableAction {
	s := reliableTable[r.state][e]
	r.state = s.next
	if s.action == ReliableTransmit {
		r.rseq++ // RFC 3262 §3: each new one is exactly one greater
	}
	return s.action
}

// Progress is the client's side: what was received reliably in one early dialog (RFC 3262 §4).
type Progress struct {
	last  uint32
	begun bool
}

// Receive reports whether the provisional response with this RSeq is new and next, so that it is handled and gets a
// PRACK. Repeated ones and those that arrive before their turn are dropped; the server repeats them.
func (p *Progress) Receive(rseq uint32) bool {
	switch {
	case rseq == 0: // RFC 3262 §7.1: zero is no number of a response
		return false
	case !p.begun:
		p.begun, p.last = true, rseq
		return true
	case rseq == p.last+1: // RFC 3262 §4: in order only
		p.last = rseq
		return true
	}
	return false
}

// Backoff is a retransmission schedule that doubles. The zero value is finished.
type Backoff struct {
	next, most, left time.Duration
}

// NewBackoff starts at first, doubles up to most (zero: without end) and gives up when total has passed.
func NewBackoff(first, most, total time.Duration) Backoff {
	return Backoff{next: first, most: most, left: total}
}

// Next returns the wait before the next event, and whether that event is a retransmission; if not, it is the end.
func (b *Backoff) Next() (wait time.Duration, retransmit bool) {
	if b.next >= b.left {
		wait, b.left = b.left, 0
		return wait, false
	}
	wait = b.next
	b.left -= wait
	b.next *= 2
	if b.most > 0 && b.next > b.most {
		b.next = b.most
	}
	return wait, true
}
