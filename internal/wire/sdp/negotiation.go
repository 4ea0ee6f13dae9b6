package sdp

import (
	"errors"
	"strconv"
)

// State is where an offer/answer negotiation stands (RFC 3264 §4). There is at most one offer open at a time.
type State uint8

// The states.
const (
	Stable      State = iota // no offer is open
	LocalOffer               // ours waits for the remote side's answer
	RemoteOffer              // the remote side's waits for ours
)

// Event is what moves a negotiation.
type Event uint8

// The events.
const (
	SendOffer Event = iota
	ReceiveOffer
	SendAnswer
	ReceiveAnswer
	Rollback // the open offer was refused or withdrawn
	Reopen   // the last offer gets an answer of another fork (RFC 3261 §13.2.2.4)
)

// ErrGlare says that an offer came or was to be sent while one is open: 491 to the remote side (RFC 3261 §14.2).
var ErrGlare = errors.New("an offer is open already")

// ErrNoOffer says that an answer came or was to be sent where no offer is open.
var ErrNoOffer = errors.New("no offer is open")

var stateNames = [...]string{Stable: "stable", LocalOffer: "local offer", RemoteOffer: "remote offer"}

// String is the state's name.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "state " + strconv.Itoa(int(s))
}

// Next is the whole machine: the state after an event, or an error that leaves the state as it is.
func Next(s State, e Event) (State, error) {
	switch e {
	case SendOffer:
		// RFC 3264 §4: no new offer before the last one was answered or refused.
		return opened(s, LocalOffer)
	case ReceiveOffer:
		return opened(s, RemoteOffer)
	case SendAnswer:
		return answered(s, RemoteOffer)
	case ReceiveAnswer:
		return answered(s, LocalOffer)
	case Reopen:
		return opened(s, LocalOffer)
	case Rollback:
		// RFC 3264 §4: a refused offer leaves everything as it was before. Without one there is nothing to undo.
		return Stable, nil
	default:
		return s, ErrNoOffer
	}
}

func opened(s, to State) (State, error) {
	if s != Stable {
		return s, ErrGlare
	}
	return to, nil
}

func answered(s, open State) (State, error) {
	if s != open {
		return s, ErrNoOffer
	}
	return Stable, nil
}

// Refuse is the answer's line for a media line that is not accepted: the same, in its place, with port 0 (RFC 3264 §6).
func Refuse(m *Media) Media {
	return Media{Type: m.Type, Proto: m.Proto, Formats: m.Formats}
}

// SameBody tells whether two descriptions are equal but for their version.
func SameBody(a, b *Session) bool {
	x, y := *a, *b
	x.Origin.Version, y.Origin.Version = 0, 0
	return x.String() == y.String()
}

// AddFormat adds a format with its a=rtpmap and a=fmtp to the media line.
func (m *Media) AddFormat(f Format) {
	pt := strconv.Itoa(int(f.Payload))
	m.Formats = append(m.Formats, pt)
	value := pt + " " + f.Name + "/" + strconv.Itoa(f.ClockRate)
	if f.Channels > 1 {
		value += "/" + strconv.Itoa(f.Channels)
	}
	m.Attributes = append(m.Attributes, Attribute{Name: "rtpmap", Value: value})
	if f.Params != "" {
		m.Attributes = append(m.Attributes, Attribute{Name: "fmtp", Value: pt + " " + f.Params})
	}
}

// SetDirection replaces the media line's direction.
func (m *Media) SetDirection(d Direction) {
	kept := make([]Attribute, 0, len(m.Attributes)+1)
	for _, a := range m.Attributes {
		if _, is := parseDirection(a.Name); !is {
			kept = append(kept, a)
		}
	}
	m.Attributes = append(kept, Attribute{Name: d.String()})
}
