package pbx

import "time"

// ForwardWhen says in which case calls to a user go on to somebody else (C2).
type ForwardWhen string

// The cases, as Forwarding's fields are named in JSON.
const (
	ForwardAlways   ForwardWhen = "always"   // without ringing his phones
	ForwardBusy     ForwardWhen = "busy"     // he is busy, declines, or does not want to be disturbed
	ForwardNoAnswer ForwardWhen = "noAnswer" // his phones have rung for the ring time
	ForwardOffline  ForwardWhen = "offline"  // none of his phones can be reached
)

// ForwardCases lists the cases in the order in which a call meets them.
func ForwardCases() []ForwardWhen {
	return []ForwardWhen{ForwardAlways, ForwardBusy, ForwardNoAnswer, ForwardOffline}
}

// MaxForwards is how often one call is sent on, from user to user, before it counts as going in circles.
const MaxForwards = 5

// Forwarding is where calls to a user go instead of his phones, or after them (C2). Its key is the user; most have none.
// A user id of 0 is nobody: the call ends as it would.
type Forwarding struct {
	User         UserID         `json:"userId"`
	Organization OrganizationID `json:"organizationId"`
	DoNotDisturb bool           `json:"doNotDisturb"` // his phones don't ring; callers are told that he is busy
	Paused       bool           `json:"paused"`       // Always is not in force now, and keeps whom it names
	Always       UserID         `json:"always"`
	Busy         UserID         `json:"busy"`
	NoAnswer     UserID         `json:"noAnswer"`
	Offline      UserID         `json:"offline"`
	Version      int64          `json:"version"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
}

// Ref names the forwarding.
func (f Forwarding) Ref() Ref { return Ref{Kind: KindForwarding, ID: int64(f.User)} }

// Named is the field that says who gets the calls in a case, whether in force or not.
func (f *Forwarding) Named(when ForwardWhen) *UserID {
	switch when {
	case ForwardAlways:
		return &f.Always
	case ForwardBusy:
		return &f.Busy
	case ForwardNoAnswer:
		return &f.NoAnswer
	case ForwardOffline:
		return &f.Offline
	}
	return new(UserID)
}

// To is who gets the calls in a case, 0 for nobody.
func (f *Forwarding) To(when ForwardWhen) UserID {
	if when == ForwardAlways && f.Paused {
		return 0
	}
	return *f.Named(when)
}

// Idle reports whether it says nothing, so that it need not be kept.
func (f *Forwarding) Idle() bool {
	return !f.DoNotDisturb && f.Always == 0 && f.Busy == 0 && f.NoAnswer == 0 && f.Offline == 0
}

// Validate reports Invalid with the fields that need another value.
func (f *Forwarding) Validate() error {
	var e FieldErrors
	for _, when := range ForwardCases() {
		e.Check(*f.Named(when) != f.User, string(when), "Calls can't be forwarded to the one who is called.")
	}
	return e.Err()
}
