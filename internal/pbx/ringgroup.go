package pbx

import (
	"slices"
	"strconv"
	"time"
)

// RingStrategy says in which order a ring group rings its members (R3).
type RingStrategy string

// The strategies.
const (
	RingAll         RingStrategy = "all"         // everybody at once
	RingInTurn      RingStrategy = "inTurn"      // one after the other, as listed
	RingLongestIdle RingStrategy = "longestIdle" // one after the other, who has not been on the phone for the longest time first
)

// RingStrategies lists the strategies.
func RingStrategies() []RingStrategy { return []RingStrategy{RingAll, RingInTurn, RingLongestIdle} }

// Bounds of a ring group.
const (
	MaxRingMembers     = 100
	MinRingSeconds     = 5
	MaxRingSeconds     = 300
	DefaultRingSeconds = 20
)

// RingGroup is a number behind which several people are called: sales, the front desk (R3). Members who are disabled, do
// not want to be disturbed or have no phone are left out; where a member's own calls go on counts for calls to himself only.
type RingGroup struct {
	ID           RingGroupID    `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	Name         string         `json:"name"`
	Number       string         `json:"number"` // empty: reached by outside numbers and other ring groups only
	Strategy     RingStrategy   `json:"strategy"`
	Members      []UserID       `json:"members"`       // in the order of RingInTurn
	RingSeconds  int            `json:"ringSeconds"`   // how long all of them ring, or each when it is one after the other
	SkipBusy     bool           `json:"skipBusy"`      // who is on the phone is left out
	Then         Ref            `json:"then,omitzero"` // who gets a call that nobody takes: a user or a ring group; zero: it ends
	Version      int64          `json:"version"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
}

// Ref names the ring group.
func (g RingGroup) Ref() Ref { return Ref{Kind: KindRingGroup, ID: int64(g.ID)} }

// NameKey is the folded name, unique in the organization.
func (g RingGroup) NameKey() string { return Fold(g.Name) }

// DialString is the group's place in the numbering plan; it has none without a number.
func (g RingGroup) DialString() DialString {
	return DialString{Organization: g.Organization, Value: g.Number, Kind: DialRingGroup, Owner: g.Ref()}
}

// Validate reports Invalid with the fields that need another value. Uniqueness is the store's.
func (g RingGroup) Validate() error {
	var f FieldErrors
	f.Check(Fold(g.Name) != "", "name", "The ring group needs a name.")
	checkText(&f, "name", g.Name, 100)
	if g.Number != "" {
		if m := NumberProblem(g.Number); m != "" {
			f.Add("number", m)
		}
	}
	f.Check(slices.Contains(RingStrategies(), g.Strategy), "strategy", "Choose all, inTurn or longestIdle.")
	f.Check(len(g.Members) <= MaxRingMembers, "memberIds", "A ring group has at most "+strconv.Itoa(MaxRingMembers)+" members.")
	seen := make(map[UserID]bool, len(g.Members))
	for _, id := range g.Members {
		f.Check(!seen[id], "memberIds", "Each member is listed once.")
		seen[id] = true
	}
	f.Check(g.RingSeconds >= MinRingSeconds && g.RingSeconds <= MaxRingSeconds, "ringSeconds", "Choose 5 to 300 seconds.")
	f.Check(g.Then.IsZero() || (g.Then.Kind == KindUser || g.Then.Kind == KindRingGroup) && g.Then.ID != 0, "then",
		"A call that nobody takes goes to an account or another ring group.")
	f.Check(g.Then != g.Ref() || g.ID == 0, "then", "Calls can't go on to the ring group that nobody answered at.")
	return f.Err()
}
