package pbx

import "time"

// DeleteAfterDays is how long after leaving an account is deleted, unless somebody says otherwise (U14).
const DeleteAfterDays = 90

// Leave is the plan of a user who leaves (U14): on a date the account is disabled and what it had open ends; calls go
// to somebody else; some time after it is deleted. Its key is the user.
type Leave struct {
	User         UserID         `json:"userId"`
	Organization OrganizationID `json:"organizationId"`
	On           time.Time      `json:"on"`
	CallsTo      UserID         `json:"callsTo"`         // 0: callers hear that he is not available
	DeleteAfter  int            `json:"deleteAfterDays"` // days after On; 0: never
	GoneAt       time.Time      `json:"goneAt,omitzero"` // when it was carried out
	Version      int64          `json:"version"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
}

// Ref names the leave.
func (l Leave) Ref() Ref { return Ref{Kind: KindLeave, ID: int64(l.User)} }

// Gone reports whether the user has left.
func (l Leave) Gone() bool { return !l.GoneAt.IsZero() }

// DeleteAt is when the account is deleted, zero for never.
func (l Leave) DeleteAt() time.Time {
	if l.DeleteAfter == 0 {
		return time.Time{}
	}
	return l.On.AddDate(0, 0, l.DeleteAfter)
}

// Validate reports Invalid with the fields that need another value.
func (l Leave) Validate() error {
	var f FieldErrors
	f.Check(!l.On.IsZero(), "on", "Say on which day.")
	f.Check(l.CallsTo != l.User, "callsTo", "Calls can't go to the one who leaves.")
	f.Check(l.DeleteAfter >= 0 && l.DeleteAfter <= 3650, "deleteAfterDays", "Choose at most 3650 days, or 0 for never.")
	return f.Err()
}
