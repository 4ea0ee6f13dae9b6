// Package event is the notifier's side of event subscriptions (RFC 6665): the machine of a subscription and the one that
// paces its NOTIFYs, the values of Event, Subscription-State and Expires, and the body of message-summary (RFC 3842).
//
// Everything here is pure: no clock, no goroutine, no I/O. The caller feeds events in and carries out what comes back. A
// value belongs to one goroutine at a time. What a subscription is about, who may have it and where its NOTIFYs go are not
// known here.
package event

// State is the state of a subscription (RFC 6665 §4.2.1). Pending is not among them: whoever subscribes here has
// authenticated, and whether he may is known before the SUBSCRIBE is answered.
type State uint8

// The states of a subscription.
const (
	Init       State = iota // the SUBSCRIBE is being looked at
	Active                  // it is told what changes
	Ending                  // it is over; the NOTIFY that says so is owed, or out
	Terminated              // nothing is left of it
	states
)

// Event is what happens to a subscription.
type Event uint8

// The events of a subscription.
const (
	Subscribe   Event = iota // a SUBSCRIBE: the first, or one that refreshes
	Unsubscribe              // a SUBSCRIBE with Expires 0: the first is a poll
	Expire                   // no refresh came in time
	Revoke                   // the notifier takes it back
	Change                   // what it is about has changed
	Fail                     // a NOTIFY was refused in a way that ends it, or not answered
	Finish                   // the last NOTIFY was answered, or can't be sent
	events
)

// Action is what to do about it.
type Action uint8

// The actions of a subscription.
const (
	Nothing  Action = iota
	TellNow         // NOTIFY, whatever was told before
	TellSoon        // NOTIFY as soon as the pace allows
	TellLast        // NOTIFY that it is over
	Refuse          // answer the SUBSCRIBE with 481
	Forget          // take it out of every table
)

type step struct {
	next   State
	action Action
}

var table = [states][events]step{
	Init: {
		Subscribe:   {Active, TellNow},  // RFC 6665 §4.2.1.2: the state is told at once
		Unsubscribe: {Ending, TellLast}, // RFC 6665 §4.4.3: who only wants to know the state now is told it once
		Expire:      {Init, Nothing},
		Revoke:      {Terminated, Forget}, // nobody was told of it
		Change:      {Init, Nothing},      // the first NOTIFY tells
		Fail:        {Init, Nothing},
		Finish:      {Init, Nothing},
	},
	Active: {
		Subscribe:   {Active, TellNow},    // RFC 6665 §4.2.1.2: also after a refresh, whether or not anything changed
		Unsubscribe: {Ending, TellLast},   // RFC 6665 §4.2.1.2: the last NOTIFY has the state that the subscriber leaves with
		Expire:      {Ending, TellLast},   // RFC 6665 §4.2.1.4: the subscriber is told why he hears no more
		Revoke:      {Ending, TellLast},   // RFC 6665 §4.1.3: and whether he may come again
		Change:      {Active, TellSoon},   // RFC 6665 §4.2.2
		Fail:        {Terminated, Forget}, // RFC 6665 §4.2.2: nothing is sent to who is not there
		Finish:      {Active, Nothing},
	},
	Ending: {
		Subscribe:   {Ending, Refuse}, // RFC 6665 §4.2.1.4: what has ended is not refreshed
		Unsubscribe: {Ending, Refuse},
		Expire:      {Ending, Nothing},
		Revoke:      {Ending, Nothing}, // the first reason stands
		Change:      {Ending, Nothing},
		Fail:        {Terminated, Forget},
		Finish:      {Terminated, Forget}, // RFC 6665 §4.4.1: the dialog ends with it
	},
	Terminated: {
		Subscribe:   {Terminated, Refuse},
		Unsubscribe: {Terminated, Refuse},
		Expire:      {Terminated, Nothing},
		Revoke:      {Terminated, Nothing},
		Change:      {Terminated, Nothing},
		Fail:        {Terminated, Nothing},
		Finish:      {Terminated, Nothing},
	},
}

// Subscription is one subscription's machine. The zero value has not been asked for yet.
type Subscription struct{ state State }

// State is where the subscription stands.
func (s *Subscription) State() State { return s.state }

// On applies an event and says what to do.
func (s *Subscription) On(e Event) Action {
	t := table[s.state][e]
	s.state = t.next
	return t.action
}
