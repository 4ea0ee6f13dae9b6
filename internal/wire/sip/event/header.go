package event

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"

	"ringfence/internal/wire/sip"
)

// What is wrong with a header field.
var (
	ErrType  = errors.New("malformed Event")
	ErrState = errors.New("malformed Subscription-State")
)

// The limits of what a subscriber may make us keep.
const (
	maxPackage = 64
	maxID      = 128
)

// MessageSummary is the package of RFC 3842.
const MessageSummary = "message-summary"

// Type is the value of an Event header field: what a subscription is about, and which of several it is.
type Type struct {
	Package string
	ID      string // the id parameter; empty for none
}

// ParseType reads the value of an Event header field. The only error is ErrType.
func ParseType(v []byte) (Type, error) {
	name, params := v, v[len(v):]
	if i := bytes.IndexByte(v, ';'); i >= 0 {
		name, params = v[:i], v[i:]
	}
	name = bytes.TrimSpace(name)
	if len(name) > maxPackage || !sip.IsToken(name) || !sip.ValidParams(params) {
		return Type{}, ErrType
	}
	id, has := sip.Param(params, "id")
	if len(id) > maxID || has && !sip.IsToken(id) {
		return Type{}, ErrType // RFC 6665 §8.4: the id is a token
	}
	// RFC 6665 §8.2.1: package and id are compared byte by byte
	return Type{Package: string(name), ID: string(id)}, nil
}

// AppendTo appends the value as text.
func (t Type) AppendTo(b []byte) []byte {
	b = append(b, t.Package...)
	if t.ID != "" {
		b = append(append(b, ";id="...), t.ID...) // RFC 6665 §8.2.1: the NOTIFY has the id of its SUBSCRIBE
	}
	return b
}

// Substate is the first word of Subscription-State (RFC 6665 §4.1.3).
type Substate uint8

// The words of Subscription-State.
const (
	SubstateActive Substate = iota
	SubstatePending
	SubstateTerminated
	substates
)

var substateNames = [substates]string{"active", "pending", "terminated"}

func (s Substate) String() string {
	if s < substates {
		return substateNames[s]
	}
	return ""
}

// Reason tells a subscriber why his subscription is over, and by that whether he comes again (RFC 6665 §4.1.3).
type Reason string

// The reasons of RFC 6665 §4.1.3.
const (
	Deactivated Reason = "deactivated" // come again at once
	Probation   Reason = "probation"   // come again later
	Rejected    Reason = "rejected"    // do not come again
	Timeout     Reason = "timeout"     // it was not refreshed, or ended by the subscriber
	GiveUp      Reason = "giveup"      // authorization took too long
	NoResource  Reason = "noresource"  // what it was about is gone
	Invariant   Reason = "invariant"   // it will never change
)

// SubscriptionState is the value of a Subscription-State header field.
type SubscriptionState struct {
	Substate   Substate
	Expires    time.Duration // time left; not of terminated ones
	Reason     Reason        // of terminated ones; empty for none
	RetryAfter time.Duration // with Probation and GiveUp; zero for none
}

// maxTime bounds the seconds of a header field: 2^32-1 is what its grammar lets through.
const maxTime = 1<<32 - 1

// ParseSubscriptionState reads the value of a Subscription-State header field. A reason that is not known is kept. The
// only error is ErrState.
func ParseSubscriptionState(v []byte) (SubscriptionState, error) {
	name, params := v, v[len(v):]
	if i := bytes.IndexByte(v, ';'); i >= 0 {
		name, params = v[:i], v[i:]
	}
	name = bytes.TrimSpace(name)
	s := SubscriptionState{Substate: substates}
	for i, known := range substateNames {
		if sip.EqualFold(name, known) {
			s.Substate = Substate(i)
		}
	}
	if s.Substate == substates || !sip.ValidParams(params) {
		return SubscriptionState{}, ErrState
	}
	var ok [2]bool
	s.Expires, ok[0] = seconds(params, "expires")
	s.RetryAfter, ok[1] = seconds(params, "retry-after")
	reason, _ := sip.Param(params, "reason")
	if !ok[0] || !ok[1] || len(reason) > 0 && !sip.IsToken(reason) {
		return SubscriptionState{}, ErrState
	}
	s.Reason = Reason(strings.ToLower(string(reason)))
	return s, nil
}

// seconds reads a parameter that is a number of seconds; ok is false if it is there and no number.
func seconds(params []byte, name string) (d time.Duration, ok bool) {
	v, there := sip.Param(params, name)
	if !there {
		return 0, true
	}
	n, ok := sip.ParseUint(v, maxTime)
	return time.Duration(n) * time.Second, ok
}

// AppendTo appends the value as text.
func (s SubscriptionState) AppendTo(b []byte) []byte {
	b = append(b, s.Substate.String()...)
	if s.Substate != SubstateTerminated {
		// RFC 6665 §4.1.3: the subscriber learns how long it lasts
		return appendSeconds(append(b, ";expires="...), s.Expires)
	}
	if s.Reason != "" {
		b = append(append(b, ";reason="...), s.Reason...)
	}
	if s.RetryAfter > 0 {
		b = appendSeconds(append(b, ";retry-after="...), s.RetryAfter)
	}
	return b
}

// appendSeconds appends a duration in whole seconds, rounded up.
func appendSeconds(b []byte, d time.Duration) []byte {
	return strconv.AppendUint(b, uint64((max(d, 0)+time.Second-1)/time.Second), 10)
}

// Terms are how long subscriptions may last.
type Terms struct {
	Min, Default, Max time.Duration
}

// Grant says how long a subscription lasts that asked for so many seconds; asked is false if it named none. Not ok: it is
// too short, and is refused with 423. Zero ends the subscription.
func (t Terms) Grant(n uint32, asked bool) (granted time.Duration, ok bool) {
	want := time.Duration(n) * time.Second
	switch {
	case !asked:
		return t.Default, true // RFC 6665 §4.2.1.1: the package's own
	case n == 0:
		return 0, true // RFC 6665 §4.1.2.3
	case want < t.Min:
		return 0, false // RFC 6665 §4.2.1.1: as long as it is below an hour
	}
	return min(want, t.Max), true // RFC 6665 §4.2.1.1: may be lowered, never raised
}
