package pbx

import "strconv"

// Identifiers are integers per kind, are shown to people, and are never reused.
type (
	// OrganizationID identifies a tenant.
	OrganizationID int64
	// GroupID identifies a group.
	GroupID int64
	// UserID identifies a user.
	UserID int64
	// DeviceID identifies a device.
	DeviceID int64
	// LineID identifies a line of a device.
	LineID int64
	// LocationID identifies a location.
	LocationID int64
	// ProfileID identifies a provisioning profile.
	ProfileID int64
	// PermissionID identifies a custom permission.
	PermissionID int64
	// PoolID identifies an extension pool.
	PoolID int64
	// NumberID identifies an outside number.
	NumberID int64
	// RingGroupID identifies a ring group.
	RingGroupID int64
	// HoldID identifies the hold of a number for a form.
	HoldID int64
	// TokenID identifies an API token.
	TokenID int64
	// ChangeSetID is the number of a change set; number order is commit order.
	ChangeSetID int64
	// CallID identifies a call and its record. It stays below 2^53, so that a browser keeps it exactly.
	CallID int64
)

// Kind names a kind of thing that change sets, references and the trash speak of.
type Kind string

// The kinds there are.
const (
	KindOrganization  Kind = "organization"
	KindLocation      Kind = "location"
	KindProfile       Kind = "provisioning_profile"
	KindPermission    Kind = "permission"
	KindGroup         Kind = "group"
	KindUser          Kind = "user"
	KindDevice        Kind = "device"
	KindLine          Kind = "line"
	KindCredential    Kind = "credential"  // id: the line's
	KindUserSecret    Kind = "user_secret" // id: the user's; key: the secret's name
	KindDialString    Kind = "dial_string" // key: the value
	KindOutsideNumber Kind = "outside_number"
	KindPool          Kind = "extension_pool"
	KindSetting       Kind = "setting" // key: level/owner/key
	KindToken         Kind = "token"
	KindMailServer    Kind = "mail_server"   // id: the organization's
	KindMailPassword  Kind = "mail_password" // id: the organization's
	KindLeave         Kind = "leave"         // id: the user's
	KindForwarding    Kind = "forwarding"    // id: the user's
	KindRingGroup     Kind = "ring_group"
)

// Kinds lists every kind, in the order in which things may be written so that what is referred to comes first.
func Kinds() []Kind {
	return []Kind{
		KindOrganization, KindLocation, KindProfile, KindPermission, KindGroup, KindUser, KindLeave, KindForwarding,
		KindUserSecret,
		KindDevice, KindLine, KindCredential,
		KindPool, KindRingGroup, KindOutsideNumber, KindDialString, KindSetting, KindToken,
		KindMailServer, KindMailPassword,
	}
}

// Ref names one thing. Things with a number of their own carry ID, those whose key is text carry Key, a user's secret
// carries both.
type Ref struct {
	Kind Kind   `json:"kind"`
	ID   int64  `json:"id,omitempty"`
	Key  string `json:"key,omitempty"`
}

// IsZero reports whether r names nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// String gives "user 7" or "dial_string 201".
func (r Ref) String() string {
	s := string(r.Kind)
	if r.ID != 0 {
		s += " " + strconv.FormatInt(r.ID, 10)
	}
	if r.Key != "" {
		s += " " + r.Key
	}
	return s
}

// Reference says that a field of one thing mentions another: a row written by the kind that owns the field.
type Reference struct {
	Organization OrganizationID `json:"organizationId"`
	From         Ref            `json:"from"`
	Field        string         `json:"field"`
	To           Ref            `json:"to"`
}
