package dialog

import "time"

// OfferState is where one leg's offer/answer exchange stands (RFC 3264 §4, RFC 6337 §2).
type OfferState uint8

// The offer/answer states. The two "first" states differ from the others only in where a refusal leads back to:
// before the first answer there is no session to fall back on.
const (
	OfferNone        OfferState = iota // no session description was exchanged
	OfferLocalFirst                    // our first offer waits for its answer
	OfferRemoteFirst                   // the peer's first offer waits for our answer
	OfferStable                        // a session is agreed, nothing is pending
	OfferLocal                         // our new offer waits for its answer
	OfferRemote                        // the peer's new offer waits for our answer
	offerStates
)

// OfferEvent is what happens to an exchange.
type OfferEvent uint8

// The offer/answer events.
const (
	SendOffer     OfferEvent = iota // we send an offer
	ReceiveOffer                    // the peer's offer arrives
	SendAnswer                      // we answer the peer's offer
	ReceiveAnswer                   // the peer's answer arrives
	RefuseOffer                     // we refuse the peer's offer
	OfferRefused                    // the peer refused ours, or the transaction that carried it failed
	offerEvents
)

// OfferVerdict tells what to do about an event.
type OfferVerdict uint8

// The verdicts.
const (
	OfferAllowed OfferVerdict = iota // legal: the state has changed
	OfferGlare                       // refuse the peer's offer with 491
	OfferBusy                        // refuse the peer's offer with 500 and Retry-After
	OfferRepeat                      // a description that is no answer any more: ignore it
	OfferIllegal                     // must not be done now: hold it back
)

type offerStep struct {
	next    OfferState
	verdict OfferVerdict
}

// offerTable is the whole machine: one row per state, one column per event in the order of the constants.
var offerTable = [offerStates][offerEvents]offerStep{
	OfferNone: {
		SendOffer:     {OfferLocalFirst, OfferAllowed},
		ReceiveOffer:  {OfferRemoteFirst, OfferAllowed},
		SendAnswer:    {OfferNone, OfferIllegal},
		ReceiveAnswer: {OfferNone, OfferRepeat},
		RefuseOffer:   {OfferNone, OfferIllegal},
		OfferRefused:  {OfferNone, OfferRepeat},
	},
	OfferLocalFirst: {
		SendOffer: {OfferLocalFirst, OfferIllegal}, // RFC 3264 §4: no second offer before the answer
		// RFC 3311 §5.2: an offer that crosses ours is refused with 491
		ReceiveOffer:  {OfferLocalFirst, OfferGlare},
		SendAnswer:    {OfferLocalFirst, OfferIllegal},
		ReceiveAnswer: {OfferStable, OfferAllowed},
		RefuseOffer:   {OfferLocalFirst, OfferIllegal},
		OfferRefused:  {OfferNone, OfferAllowed},
	},
	OfferRemoteFirst: {
		SendOffer: {OfferRemoteFirst, OfferIllegal},
		// RFC 3311 §5.2, RFC 3261 §14.2: the peer's earlier offer is not answered yet: 500 with Retry-After
		ReceiveOffer:  {OfferRemoteFirst, OfferBusy},
		SendAnswer:    {OfferStable, OfferAllowed},
		ReceiveAnswer: {OfferRemoteFirst, OfferRepeat},
		RefuseOffer:   {OfferNone, OfferAllowed},
		OfferRefused:  {OfferRemoteFirst, OfferRepeat},
	},
	OfferStable: {
		SendOffer:    {OfferLocal, OfferAllowed},
		ReceiveOffer: {OfferRemote, OfferAllowed},
		SendAnswer:   {OfferStable, OfferIllegal},
		// RFC 3261 §13.2.1: only the first description in answer to an offer counts, the rest repeats it
		ReceiveAnswer: {OfferStable, OfferRepeat},
		RefuseOffer:   {OfferStable, OfferIllegal},
		OfferRefused:  {OfferStable, OfferRepeat},
	},
	OfferLocal: {
		SendOffer:     {OfferLocal, OfferIllegal},
		ReceiveOffer:  {OfferLocal, OfferGlare}, // RFC 3261 §14.2: both sides offer at once
		SendAnswer:    {OfferLocal, OfferIllegal},
		ReceiveAnswer: {OfferStable, OfferAllowed},
		RefuseOffer:   {OfferLocal, OfferIllegal},
		OfferRefused:  {OfferStable, OfferAllowed}, // RFC 3264 §4: a refused offer leaves the session as it was
	},
	OfferRemote: {
		SendOffer:     {OfferRemote, OfferIllegal},
		ReceiveOffer:  {OfferRemote, OfferBusy},
		SendAnswer:    {OfferStable, OfferAllowed},
		ReceiveAnswer: {OfferRemote, OfferRepeat},
		RefuseOffer:   {OfferStable, OfferAllowed},
		OfferRefused:  {OfferRemote, OfferRepeat},
	},
}

// Offers is the offer/answer exchange of one dialog. The zero value has exchanged nothing.
type Offers struct{ state OfferState }

// State returns where the exchange stands.
func (o *Offers) State() OfferState { return o.state }

// Pending reports whether an offer of either side waits for its answer.
func (o *Offers) Pending() bool { return o.state != OfferNone && o.state != OfferStable }

// Agreed reports whether a session was agreed at least once.
func (o *Offers) Agreed() bool { return o.state >= OfferStable }

// On applies an event and returns what to do; the state changes only when the event is allowed.
func (o *Offers) On(e OfferEvent) OfferVerdict {
	s := offerTable[o.state][e]
	o.state = s.next
	return s.verdict
}

// GlareWait is how long to wait after a 491 before the request is tried again; x is a random number.
func GlareWait(ownsCallID bool, x uint32) time.Duration {
	const step = 10 * time.Millisecond
	if ownsCallID {
		// RFC 3261 §14.1: who made the Call-ID waits 2.1 to 4 s, in steps of 10 ms
		return 2100*time.Millisecond + time.Duration(x%191)*step
	}
	// RFC 3261 §14.1: the other side waits 0 to 2 s, so that one of them comes first
	return time.Duration(x%201) * step
}

func (s OfferState) String() string {
	switch s {
	case OfferNone:
		return "none"
	case OfferLocalFirst:
		return "local first"
	case OfferRemoteFirst:
		return "remote first"
	case OfferStable:
		return "stable"
	case OfferLocal:
		return "local"
	case OfferRemote:
		return "remote"
	case offerStates:
	}
	return "?"
}
