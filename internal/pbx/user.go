package pbx

import (
	"slices"
	"strings"
	"time"
)

// UserKind says what a user stands for (U1).
type UserKind string

// The kinds of user.
const (
	Person  UserKind = "person"
	Phantom UserKind = "phantom" // no device may register
	Space   UserKind = "space"   // a lobby, lift, door or meeting room: devices, but no portal login or e-mail
	// Operator is somebody who only administers: made at set-up, before any group exists, without number and devices.
	Operator UserKind = "operator"
)

// UserKinds lists the kinds that may be created as accounts.
func UserKinds() []UserKind { return []UserKind{Person, Phantom, Space} }

// MayRegister reports whether devices of such a user may register (U4).
func (k UserKind) MayRegister() bool { return k == Person || k == Space }

// MayLogIn reports whether such a user may enter the portal (U4).
func (k UserKind) MayLogIn() bool { return k == Person || k == Operator }

// Has reports whether such a user has use for a secret.
func (k UserKind) Has(s SecretName) bool {
	switch s {
	case PortalPassword:
		return k.MayLogIn()
	case VoicemailPIN:
		return k == Person || k == Phantom
	}
	return true
}

// User is a person, a phantom or a shared space. Its secrets are things of their own and never loaded with it.
type User struct {
	ID           UserID         `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	Kind         UserKind       `json:"kind"`
	HomeGroup    GroupID        `json:"groupId"`
	Groups       []GroupID      `json:"groups"` // further groups, ascending, without the home group
	Number       string         `json:"number"`
	Username     string         `json:"username"`
	FirstName    string         `json:"firstName"`
	LastName     string         `json:"lastName"`
	DisplayName  string         `json:"displayName"`
	Email        string         `json:"email"`
	EmailPending string         `json:"emailPending"`
	Enabled      bool           `json:"enabled"`
	DisabledAt   time.Time      `json:"disabledAt,omitzero"`
	Profile      ProfileID      `json:"provisioningProfileId"` // 0: those of the groups
	Location     LocationID     `json:"locationId"`            // 0: none
	// Where the emergency service is sent for this user (L2): a location or a private address; neither: his office's.
	EmergencyLocation LocationID `json:"emergencyLocationId"`
	EmergencyAddress  string     `json:"emergencyAddress"`
	Role              Role       `json:"role"`
	AuthAccountName   string     `json:"authAccountName"`
	ExternalID        string     `json:"externalId"`
	Language          string     `json:"language"` // empty: inherited
	TimeZone          string     `json:"timeZone"` // empty: inherited
	JobTitle          string     `json:"jobTitle"`
	Department        string     `json:"department"`
	Mobile            string     `json:"mobile"`
	Fax               string     `json:"fax"`
	Custom1           string     `json:"custom1"`
	Custom2           string     `json:"custom2"`
	Custom3           string     `json:"custom3"`
	StreetAddress     string     `json:"streetAddress"`
	City              string     `json:"city"`
	State             string     `json:"state"`
	ZIPCode           string     `json:"zipCode"`
	Country           string     `json:"country"`   // as people write it on an envelope
	Photo             string     `json:"photo"`     // hash of the picture; empty: none
	ManagedBy         string     `json:"managedBy"` // the directory that keeps this user; empty: nobody's
	Version           int64      `json:"version"`
	CreatedAt         time.Time  `json:"createdAt"`
	UpdatedAt         time.Time  `json:"updatedAt"`
}

// Ref names the user.
func (u User) Ref() Ref { return Ref{Kind: KindUser, ID: int64(u.ID)} }

// Shown is the name people see: the display name, else first and last name, else the username.
func (u User) Shown() string {
	if u.DisplayName != "" {
		return u.DisplayName
	}
	if n := strings.TrimSpace(u.FirstName + " " + u.LastName); n != "" {
		return n
	}
	return u.Username
}

// MemberOf reports whether the user belongs to the group, as home or further.
func (u User) MemberOf(g GroupID) bool { return u.HomeGroup == g || slices.Contains(u.Groups, g) }

// AllGroups gives the home group and the further ones.
func (u User) AllGroups() []GroupID {
	if u.HomeGroup == 0 {
		return slices.Clone(u.Groups)
	}
	return append([]GroupID{u.HomeGroup}, u.Groups...)
}

// Validate reports Invalid with the fields that need another value. Uniqueness is the store's.
func (u User) Validate() error {
	var f FieldErrors
	switch u.Kind {
	case Person, Operator:
		f.Check(u.FirstName != "" || u.LastName != "", "lastName", "A first or last name is needed.")
	case Phantom, Space:
		f.Check(u.DisplayName != "", "displayName", "A display name is needed.")
	default:
		f.Add("kind", "Choose person, phantom or space.")
	}
	if u.Kind == Operator {
		f.Check(u.Number == "", "number", "An operator has no number.")
		f.Check(u.HomeGroup == 0, "groupId", "An operator belongs to no group.")
	} else {
		f.Check(u.HomeGroup != 0, "groupId", "Every user has a home group.")
		if m := NumberProblem(u.Number); m != "" {
			f.Add("number", m)
		}
	}
	u.validateNames(&f)
	f.Check(u.Kind != Space || u.Email == "", "email", "A shared space has no e-mail address.")
	f.Check(u.Email == "" || ValidEmail(u.Email), "email", "This is not an e-mail address.")
	f.Check(u.EmailPending == "" || ValidEmail(u.EmailPending), "emailPending", "This is not an e-mail address.")
	f.Check(u.Role.Valid(), "role", "There is no such role.")
	f.Check(u.Role == RoleUser || u.Kind.MayLogIn(), "role", "Only a person can have this role.")
	f.Check(u.Language == "" || ValidLanguage(u.Language), "language", "Use a language such as en, de or it.")
	f.Check(u.TimeZone == "" || ValidTimeZone(u.TimeZone), "timeZone",
		"There is no such time zone; write it like Europe/Rome.")
	checkEmergency(&f, u.EmergencyLocation, u.EmergencyAddress)
	f.Check(len(u.Groups) <= 100, "groups", "A user can be in at most 100 further groups.")
	return f.Err()
}

func (u User) validateNames(f *FieldErrors) {
	if m := UsernameProblem(u.Username); m != "" {
		f.Add("username", m)
	}
	if u.AuthAccountName != "" {
		if m := UsernameProblem(u.AuthAccountName); m != "" {
			f.Add("authAccountName", m)
		}
	}
	for _, t := range []struct{ field, value string }{
		{"firstName", u.FirstName},
		{"lastName", u.LastName},
		{"displayName", u.DisplayName},
		{"externalId", u.ExternalID},
		{"jobTitle", u.JobTitle},
		{"department", u.Department},
		{"emergencyAddress", u.EmergencyAddress},
		{"mobile", u.Mobile},
		{"fax", u.Fax},
		{"custom1", u.Custom1},
		{"custom2", u.Custom2},
		{"custom3", u.Custom3},
		{"streetAddress", u.StreetAddress},
		{"city", u.City},
		{"state", u.State},
		{"zipCode", u.ZIPCode},
		{"country", u.Country},
		{"managedBy", u.ManagedBy},
	} {
		checkText(f, t.field, t.value, 200)
	}
}
