package pbx

import (
	"slices"
	"strings"
	"time"
)

// OutsideState says what a call to an outside number meets.
type OutsideState string

// The states.
const (
	OutsideActive OutsideState = "active"
	OutsidePaused OutsideState = "paused" // ours, but calls to it are not put through for now
	OutsidePorted OutsideState = "ported" // it went to another carrier or owner; kept so that nobody takes it for ours
)

// OutsideStates lists the states.
func OutsideStates() []OutsideState {
	return []OutsideState{OutsideActive, OutsidePaused, OutsidePorted}
}

// MaxOutsideNote is how long the note of an outside number may be.
const MaxOutsideNote = 200

// OutsideNumber is a number of the public telephone network that the organization has (X4). It leads to one thing, or to
// nothing while it is not assigned. Its value stands in the numbering plan as a dial string that it owns.
type OutsideNumber struct {
	ID           NumberID       `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	Value        string         `json:"value"` // E.164: + and digits; never changed
	LeadsTo      Ref            `json:"leadsTo,omitzero"`
	Location     LocationID     `json:"locationId"` // 0: none
	State        OutsideState   `json:"state"`
	Note         string         `json:"note"`
	Version      int64          `json:"version"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
}

// Ref names the outside number.
func (n OutsideNumber) Ref() Ref { return Ref{Kind: KindOutsideNumber, ID: int64(n.ID)} }

// Assigned reports whether the number leads somewhere.
func (n OutsideNumber) Assigned() bool { return !n.LeadsTo.IsZero() }

// DialString is the number's place in the plan.
func (n OutsideNumber) DialString() DialString {
	return DialString{Organization: n.Organization, Value: n.Value, Kind: DialOutside, Owner: n.Ref()}
}

// Validate reports Invalid with the fields that need another value.
func (n OutsideNumber) Validate() error {
	var f FieldErrors
	if m := OutsideProblem(n.Value); m != "" {
		f.Add("value", m)
	}
	f.Check(slices.Contains(OutsideStates(), n.State), "state", "Choose active, paused or ported.")
	checkText(&f, "note", n.Note, MaxOutsideNote)
	f.Check(n.LeadsTo.IsZero() || (n.LeadsTo.Kind == KindUser || n.LeadsTo.Kind == KindRingGroup) && n.LeadsTo.ID != 0, "leadsTo",
		"An outside number leads to a user or a ring group, or nowhere.")
	return f.Err()
}

// OutsideProblem says in words why s is not written as E.164, empty if it is.
func OutsideProblem(s string) string {
	digits, plus := strings.CutPrefix(s, "+")
	if !plus || len(digits) < 5 || len(digits) > MaxNumber || strings.Trim(digits, "0123456789") != "" || digits[0] == '0' {
		return "Write the number with its country, such as +45 33 73 65 06."
	}
	return ""
}
