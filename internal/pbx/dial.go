package pbx

import "time"

// DialKind says what a dial string is.
type DialKind string

// The kinds of dial string. All share one namespace per organization (model: one namespace).
const (
	DialExtension DialKind = "extension"
	DialAlias     DialKind = "alias"
	DialUsername  DialKind = "username"
	DialAuthName  DialKind = "auth_name"       // an auth account name: signs in, can't be dialled
	DialFormer    DialKind = "former_username" // signs in and is reached until its end (U8)
	DialOutside   DialKind = "outside"         // E.164, owned by an outside number
	DialRingGroup DialKind = "ring_group"      // the number of a ring group
	DialFeature   DialKind = "feature"
	DialHold      DialKind = "hold" // kept for a form for ten minutes (X1)
	DialHeld      DialKind = "held" // kept for a deleted user (G7)
)

// Feature is a server application or action reached by a feature code.
type Feature string

// The features there are.
const (
	FeatureEcho       Feature = "echo"
	FeatureForwardOn  Feature = "forward_on" // all calls of the caller go on: to whom is dialled after it, else as last time
	FeatureForwardOff Feature = "forward_off"
	FeatureDNDOn      Feature = "dnd_on" // do not disturb
	FeatureDNDOff     Feature = "dnd_off"
	FeatureVoicemail  Feature = "voicemail"     // the mailbox of the caller
	FeatureAnyMailbox Feature = "voicemail_any" // the mailbox of whose number is dialled after it, or then
)

// TakesNumber reports whether a number may be dialled behind the feature's code: *72 201.
func (f Feature) TakesNumber() bool { return f == FeatureForwardOn || f == FeatureAnyMailbox }

// FeatureCodes gives the feature codes that a new organization starts with.
func FeatureCodes() map[string]Feature {
	return map[string]Feature{
		"*43": FeatureEcho, "*72": FeatureForwardOn, "*73": FeatureForwardOff, "*78": FeatureDNDOn, "*79": FeatureDNDOff,
		"*97": FeatureVoicemail, "*98": FeatureAnyMailbox,
	}
}

// DialString is a value that can be dialled or signed in with, and what it reaches. Its key is (organization, value).
type DialString struct {
	Organization OrganizationID `json:"organizationId"`
	Value        string         `json:"value"` // folded
	Kind         DialKind       `json:"kind"`
	Owner        Ref            `json:"owner,omitzero"`
	Feature      Feature        `json:"feature,omitempty"`

	// For DialHeld: what it was before, and until when it is kept.
	Was DialKind `json:"was,omitempty"`
	// For DialHeld and DialHold; for DialAlias, zero unless it ends by itself (U8); for DialFormer.
	Until time.Time `json:"until,omitzero"`

	// For DialHold, which never enters a change set.
	Hold    HoldID `json:"hold,omitempty"`
	HeldFor UserID `json:"heldFor,omitempty"` // the administrator whose form it is
	Pool    PoolID `json:"pool,omitempty"`
}

// Ref names the dial string.
func (d DialString) Ref() Ref { return Ref{Kind: KindDialString, Key: d.Value} }

// Reaches reports whether a call to the value goes anywhere.
func (d DialString) Reaches() bool {
	switch d.Kind {
	case DialExtension, DialAlias, DialUsername, DialFormer, DialFeature, DialOutside, DialRingGroup:
		return true
	case DialAuthName, DialHold, DialHeld:
		return false
	}
	return false
}

// ExtensionPool is a range from which the next free number is offered (X1). First and Last have the same length.
type ExtensionPool struct {
	ID           PoolID         `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	Name         string         `json:"name"`
	First        string         `json:"first"`
	Last         string         `json:"last"`
	Enabled      bool           `json:"enabled"`
	Group        GroupID        `json:"groupId"`    // 0: for everybody
	Location     LocationID     `json:"locationId"` // 0: for everywhere
	Version      int64          `json:"version"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
}

// Ref names the pool.
func (p ExtensionPool) Ref() Ref { return Ref{Kind: KindPool, ID: int64(p.ID)} }

// Contains reports whether the number lies in the pool's range.
func (p ExtensionPool) Contains(number string) bool {
	return len(number) == len(p.First) && number >= p.First && number <= p.Last
}

// Size is how many numbers the range has.
func (p ExtensionPool) Size() int { return digitsValue(p.Last) - digitsValue(p.First) + 1 }

// Validate reports Invalid with the fields that need another value.
func (p ExtensionPool) Validate() error {
	var f FieldErrors
	f.Check(Fold(p.Name) != "", "name", "The pool needs a name.")
	checkText(&f, "name", p.Name, 100)
	first, last := NumberProblem(p.First), NumberProblem(p.Last)
	if first != "" {
		f.Add("first", first)
	}
	if last != "" {
		f.Add("last", last)
	}
	if first == "" && last == "" {
		switch {
		case len(p.First) != len(p.Last):
			f.Add("last", "First and last need the same number of digits.")
		case p.Last < p.First:
			f.Add("last", "The last number comes before the first.")
		case p.Size() > 1_000_000:
			f.Add("last", "A pool has at most 1000000 numbers.")
		}
	}
	return f.Err()
}

// NextNumber gives the number after n with the same digits, false after the last of that length.
func NextNumber(n string) (string, bool) {
	b := []byte(n)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < '9' {
			b[i]++
			return string(b), true
		}
		b[i] = '0'
	}
	return "", false
}

func digitsValue(s string) int {
	v := 0
	for _, c := range []byte(s) {
		v = v*10 + int(c-'0')
	}
	return v
}
