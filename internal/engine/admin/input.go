package admin

import (
	"slices"
	"time"

	"ringfence/internal/pbx"
)

// Write holds what any write may carry besides its input.
type Write struct {
	DryRun         bool   // show what would change; nothing is written or hashed
	IfMatch        int64  // the version the caller saw; 0: whatever it is now
	IdempotencyKey string // the same key gives the same answer, without secrets
	Fingerprint    string // of the request, so that a key can't serve for another one
}

// OrganizationPatch changes an organization; nil fields stay. The realm is set once and not here.
type OrganizationPatch struct {
	Name        *string `json:"name,omitempty"`
	AccountName *string `json:"accountName,omitempty"`
	SIPDomain   *string `json:"sipDomain,omitempty"`
	Country     *string `json:"country,omitempty"`
	Language    *string `json:"language,omitempty"`
	TimeZone    *string `json:"timeZone,omitempty"`
	UserLimit   *int    `json:"userLimit,omitempty"`
}

// OrganizationView is an organization with its number of users.
type OrganizationView struct {
	pbx.Organization
	UserCount int  `json:"userCount"`
	MailSetUp bool `json:"mailSetUp"`
}

// GroupPatch makes or changes a group; nil fields stay, or take their default.
type GroupPatch struct {
	Name                *string        `json:"name,omitempty"`
	Position            *int           `json:"position,omitempty"`            // place in the group order, 1 is the top
	ProvisioningProfile *string        `json:"provisioningProfile,omitempty"` // by name; the id wins where both changed
	Profile             *pbx.ProfileID `json:"provisioningProfileId,omitempty"`
	StreetAddress       *string        `json:"streetAddress,omitempty"`
	City                *string        `json:"city,omitempty"`
	State               *string        `json:"state,omitempty"`
	ZIPCode             *string        `json:"zipCode,omitempty"`
	Country             *string        `json:"country,omitempty"`
	ContactSurname      *string        `json:"contactSurname,omitempty"`
	ContactName         *string        `json:"contactName,omitempty"`
	ContactRole         *string        `json:"contactRole,omitempty"`
	Phone               *string        `json:"phone,omitempty"`
	Mobile              *string        `json:"mobile,omitempty"`
	Fax                 *string        `json:"fax,omitempty"`
	ITEmail             *string        `json:"itEmail,omitempty"`
}

// Deletion shows what a deletion would do: what goes, and who mentions it (G5, U7).
type Deletion struct {
	User            *UserName        `json:"user,omitempty"` // when one user goes
	Accounts        int              `json:"accounts"`       // users that go, or whose home group goes
	Sample          []UserName       `json:"sample"`         // the first of them
	References      []ReferenceView  `json:"references"`     // at most maxReferences; questions count all
	Questions       []Question       `json:"questions"`      // one for each kind of field that mentions what goes
	Removed         map[pbx.Kind]int `json:"removed"`        // what would go, by kind
	NameMustBeTyped bool             `json:"nameMustBeTyped"`
}

// Question asks what becomes of the fields of one kind that mention what goes.
type Question struct {
	Rule
	Count int `json:"count"`
}

// Resolution says what becomes of a group's accounts, and of whatever mentions what goes.
type Resolution struct {
	Accounts    string      `json:"accounts"` // delete or move
	MoveTo      pbx.GroupID `json:"moveTo,omitempty"`
	ConfirmName string      `json:"confirmName,omitempty"` // the group's name, typed
	Answers     []Answer    `json:"answers,omitempty"`
}

// Answer says what becomes of mentions: of one thing's, of a field's, of a kind's, or, with neither, of all.
type Answer struct {
	Kind  pbx.Kind `json:"kind,omitempty"`
	ID    int64    `json:"id,omitempty"`
	Key   string   `json:"key,omitempty"`
	Field string   `json:"field,omitempty"`
	Way   Way      `json:"way"`
	To    int64    `json:"to,omitempty"` // with reroute: the thing that takes the place
}

// about finds what was said about a mention; of several answers the narrowest counts.
func (r *Resolution) about(ref pbx.Reference, rule Rule) (Answer, bool) {
	if r == nil {
		return Answer{}, false
	}
	best, found := -1, Answer{}
	answers := r.Answers
	if rule.Kind == pbx.KindUser && rule.Field == "groupId" && r.Accounts != "" {
		accounts := Answer{Kind: pbx.KindUser, Field: "groupId", Way: WayDelete}
		if r.Accounts == AccountsMove {
			accounts.Way, accounts.To = WayReroute, int64(r.MoveTo)
		}
		answers = append([]Answer{accounts}, answers...)
	}
	for _, a := range answers {
		named := a.ID != 0 || a.Key != ""
		if !slices.Contains(rule.Ways, a.Way) || a.Kind != "" && a.Kind != rule.Kind || a.Field != "" && a.Field != rule.Field ||
			named && (a.ID != ref.From.ID || a.Key != ref.From.Key) {
			continue
		}
		narrow := 0
		if a.Kind != "" {
			narrow++
		}
		if a.Field != "" {
			narrow++
		}
		if named {
			narrow += 3
		}
		if narrow > best {
			best, found = narrow, a
		}
	}
	return found, best >= 0
}

// UserName is a user in a few words.
type UserName struct {
	ID          pbx.UserID `json:"id"`
	Number      string     `json:"number"`
	DisplayName string     `json:"displayName"`
}

// GroupName is a group in a few words.
type GroupName struct {
	ID   pbx.GroupID `json:"id"`
	Name string      `json:"name"`
}

// ReferenceView says who mentions a thing that goes, in words.
type ReferenceView struct {
	From   pbx.Ref `json:"from"`
	Name   string  `json:"name"`
	Of     pbx.Ref `json:"of"` // what it is a part of; else itself
	Field  string  `json:"field"`
	To     pbx.Ref `json:"to"` // what it mentions
	ToName string  `json:"toName"`
}

// UserPatch makes or changes a user; nil fields stay, or are generated (U2).
type UserPatch struct {
	Kind              *pbx.UserKind   `json:"kind,omitempty"`
	HomeGroup         *pbx.GroupID    `json:"groupId,omitempty"`
	Groups            *[]pbx.GroupID  `json:"groups,omitempty"` // further groups, as a whole
	Number            *string         `json:"number,omitempty"`
	Username          *string         `json:"username,omitempty"`
	FirstName         *string         `json:"firstName,omitempty"`
	LastName          *string         `json:"lastName,omitempty"`
	DisplayName       *string         `json:"displayName,omitempty"`
	Email             *string         `json:"email,omitempty"`
	Enabled           *bool           `json:"enabled,omitempty"`
	Profile           *pbx.ProfileID  `json:"provisioningProfileId,omitempty"`
	Location          *pbx.LocationID `json:"locationId,omitempty"`
	EmergencyLocation *pbx.LocationID `json:"emergencyLocationId,omitempty"`
	EmergencyAddress  *string         `json:"emergencyAddress,omitempty"`
	Role              *pbx.Role       `json:"role,omitempty"`
	Aliases           *[]string       `json:"aliases,omitempty"`         // as a whole
	FormerUsernames   *[]string       `json:"formerUsernames,omitempty"` // those that stay; the others end
	OutsideNumbers    *[]string       `json:"outsideNumbers,omitempty"`  // as a whole, in any notation
	Security          *pbx.Security   `json:"security,omitempty"`
	AuthAccountName   *string         `json:"authAccountName,omitempty"`
	ExternalID        *string         `json:"externalId,omitempty"`
	Language          *string         `json:"language,omitempty"`
	TimeZone          *string         `json:"timeZone,omitempty"`
	JobTitle          *string         `json:"jobTitle,omitempty"`
	Department        *string         `json:"department,omitempty"`
	Mobile            *string         `json:"mobile,omitempty"`
	Fax               *string         `json:"fax,omitempty"`
	Custom1           *string         `json:"custom1,omitempty"`
	Custom2           *string         `json:"custom2,omitempty"`
	Custom3           *string         `json:"custom3,omitempty"`
	StreetAddress     *string         `json:"streetAddress,omitempty"`
	City              *string         `json:"city,omitempty"`
	State             *string         `json:"state,omitempty"`
	ZIPCode           *string         `json:"zipCode,omitempty"`
	Country           *string         `json:"country,omitempty"`
	Photo             *string         `json:"photo,omitempty"` // of a photo that was stored before; empty takes it away

	NewGroups      []string   `json:"-"` // names of further groups, made if there is none such (U3)
	PortalPassword pbx.Secret `json:"-"` // zero: generated at creation, unchanged otherwise
	VoicemailPIN   pbx.Secret `json:"-"`
	SIPPassword    pbx.Secret `json:"-"`
	Hold           pbx.HoldID `json:"-"` // the hold of the number in this form
	Invite         bool       `json:"-"` // a new user is sent a link to choose the portal password, which is unset until then
	EmailConfirmed bool       `json:"-"` // the actor says that the e-mail address is right (U11)
}

// UserView is a user with what the page shows beside it.
type UserView struct {
	pbx.User
	GroupName         string       `json:"groupName"`
	ProfileName       string       `json:"provisioningProfile"` // of his own; empty: those of the groups
	EffectiveLanguage string       `json:"effectiveLanguage"`
	EffectiveTimeZone string       `json:"effectiveTimeZone"`
	LocationName      string       `json:"locationName"`
	FurtherGroups     []GroupName  `json:"furtherGroups"`
	Aliases           []string     `json:"aliases"`
	FormerUsernames   []string     `json:"formerUsernames"`
	Ending            []EndingName `json:"ending"` // of both, those that end by themselves, the soonest first
	OutsideNumbers    []string     `json:"outsideNumbers"`
	Security          pbx.Security `json:"security"` // its own; empty is inherited
	EffectiveSecurity pbx.Security `json:"effectiveSecurity"`
	SIPUsername       string       `json:"sipUsername"` // of the device Set up by hand, empty without
	LastSignInAt      time.Time    `json:"lastSignInAt,omitzero"`
	Emergency         EmergencyView
}

// EndingName is a name of a user that ends by itself (U8).
type EndingName struct {
	Value string    `json:"value"`
	Until time.Time `json:"until"`
}

// UserSecrets are secrets in clear: only those generated or given just now, shown once.
type UserSecrets struct {
	PortalPassword pbx.Secret
	VoicemailPIN   pbx.Secret
	SIPPassword    pbx.Secret
	Shown          bool // answered to an idempotency key again: they were shown the first time
}

// UserResult is what making, changing or resetting a user answers.
type UserResult struct {
	User    UserView
	Secrets UserSecrets
	Within  pbx.Organization // whose names phones are told; zero when nothing was written
}

// LeavePatch plans or changes a leave; nil fields stay, or take their default: now, nobody, 90 days.
type LeavePatch struct {
	On          *time.Time  `json:"on,omitempty"`
	CallsTo     *pbx.UserID `json:"callsTo,omitempty"`
	DeleteAfter *int        `json:"deleteAfterDays,omitempty"`
}

// LeaveView is a leave with its people named.
type LeaveView struct {
	pbx.Leave
	DeleteAt time.Time
	User     UserName
	CallsTo  *UserName
}

// ResetChoice names the secrets to make anew.
type ResetChoice struct {
	PortalPassword, VoicemailPIN, SIPPassword bool
}

// DevicePatch changes a device; nil fields stay.
type DevicePatch struct {
	Name     *string        `json:"name,omitempty"`
	Enabled  *bool          `json:"enabled,omitempty"`
	Security *pbx.Security  `json:"security,omitempty"`
	Profile  *pbx.ProfileID `json:"provisioningProfileId,omitempty"`

	EmergencyLocation *pbx.LocationID `json:"emergencyLocationId,omitempty"`
	EmergencyAddress  *string         `json:"emergencyAddress,omitempty"`
}

// DeviceView is a device with its lines.
type DeviceView struct {
	pbx.Device
	ProfileName       string       `json:"provisioningProfile"`
	UserName          string       `json:"userName"`
	Lines             []pbx.Line   `json:"lines"`
	Security          pbx.Security `json:"security"`
	EffectiveSecurity pbx.Security `json:"effectiveSecurity"`
	Emergency         EmergencyView
}

// EmergencyView is where the emergency service is sent, in words.
type EmergencyView struct {
	pbx.EmergencyPlace
	LocationName string // the address is the location's then
}

// LocationPatch makes or changes a location; nil fields stay, or take their default.
type LocationPatch struct {
	Name             *string   `json:"name,omitempty"`
	StreetAddress    *string   `json:"streetAddress,omitempty"`
	City             *string   `json:"city,omitempty"`
	State            *string   `json:"state,omitempty"`
	ZIPCode          *string   `json:"zipCode,omitempty"`
	Country          *string   `json:"country,omitempty"`
	Phone            *string   `json:"phone,omitempty"`
	Fax              *string   `json:"fax,omitempty"`
	Language         *string   `json:"language,omitempty"`
	TimeZone         *string   `json:"timeZone,omitempty"`
	Networks         *[]string `json:"networks,omitempty"` // as a whole
	EmergencyNumber  *string   `json:"emergencyNumber,omitempty"`
	EmergencyAddress *string   `json:"emergencyAddress,omitempty"`
	EmergencyNote    *string   `json:"emergencyNote,omitempty"`
}

// PoolPatch makes or changes an extension pool; nil fields stay, or take their default.
type PoolPatch struct {
	Name     *string         `json:"name,omitempty"`
	First    *string         `json:"first,omitempty"`
	Last     *string         `json:"last,omitempty"`
	Enabled  *bool           `json:"enabled,omitempty"`
	Group    *pbx.GroupID    `json:"groupId,omitempty"`
	Location *pbx.LocationID `json:"locationId,omitempty"`
}

// PoolView is a pool with how many numbers in it are free.
type PoolView struct {
	pbx.ExtensionPool
	GroupName    string `json:"groupName"`
	LocationName string `json:"locationName"`
	Free         int    `json:"free"`
}

// Hold is a number kept for a form (X1).
type Hold struct {
	ID        pbx.HoldID    `json:"holdId"`
	Number    string        `json:"number"`
	ExpiresAt time.Time     `json:"expiresAt"`
	Kept      time.Duration `json:"-"`
	Pool      pbx.PoolID    `json:"pool"`
}

// NumberState says whether a value can be given to somebody.
type NumberState string

// The states.
const (
	NumberFree     NumberState = "free"
	NumberTaken    NumberState = "taken"
	NumberHeld     NumberState = "held" // for a form, or for a deleted user
	NumberReserved NumberState = "reserved"
	NumberUnfit    NumberState = "unfit" // no number of the public network, where one was asked for
)

// Occupancy is who holds a value of the numbering plan (X2).
type Occupancy struct {
	Value      string       `json:"value"`
	State      NumberState  `json:"state"`
	Kind       pbx.DialKind `json:"kind,omitempty"`
	Holder     pbx.Ref      `json:"holder,omitzero"`
	HolderName string       `json:"holderName,omitempty"`
	Number     pbx.NumberID `json:"number,omitempty"` // of an outside number
	Reason     string       `json:"reason,omitempty"`
	Until      time.Time    `json:"until,omitzero"`
	Shown      string       `json:"shown,omitempty"` // an outside number with the spaces of its country
	InPool     bool         `json:"inPool,omitempty"`

	// The outside number that the value would be, dialled in the organization's country (X3).
	ReadAs      string `json:"readAs,omitempty"`
	ReadAsShown string `json:"readAsShown,omitempty"`
}

// Restored tells what came back, and what came back otherwise than it was.
type Restored struct {
	Subject pbx.Ref  `json:"subject"`
	Name    string   `json:"name"`
	Notes   []string `json:"notes"`
}

// RestoreNumbers says what becomes of numbers that are taken when their users come back.
type RestoreNumbers string

// The choices.
const (
	AskNumbers  RestoreNumbers = ""     // nothing comes back, and the next free ones are proposed
	NextNumbers RestoreNumbers = "next" // the next free ones are given
)

// RestoreProposal is which numbers are taken, and what is proposed instead.
type RestoreProposal struct{ Taken []TakenNumber }

// TakenNumber is a number that a user had, and the one that is free for him now.
type TakenNumber struct {
	User             UserName
	Number, By, Next string
}

// UndoConflict is a thing that changed since, and was left as it is unless ticked.
type UndoConflict struct {
	Ref       pbx.Ref         `json:"ref"`
	Name      string          `json:"name"`
	Fields    []string        `json:"fields"`
	ChangedBy string          `json:"changedBy"`
	ChangeSet pbx.ChangeSetID `json:"changeSet"`
	Reason    string          `json:"reason"`
}

// Undone tells what an undo left alone.
type Undone struct {
	Left  []UndoConflict `json:"left"`
	Notes []string       `json:"notes"`
}

// SettingView is a setting as seen from one place: its own value if there is one, the one that counts, and the one that
// would without its own.
type SettingView struct {
	Spec          pbx.SettingSpec
	Own           *pbx.Setting
	Effective     pbx.Effective
	EffectiveFrom SettingOrigin
	Inherited     pbx.Effective
	Lockable      bool
	InheritedFrom SettingOrigin
}

// SettingOrigin names where a value comes from; for a profile's also where the profile is assigned.
type SettingOrigin struct {
	Level        pbx.Level
	Owner        int64
	Name         string
	Assigned     pbx.Place
	AssignedName string
}

// SettingChange sets a value, or returns it to the inherited one where Value is nil.
type SettingChange struct {
	Key    pbx.SettingKey
	Value  *string
	Locked bool
	Seen   int64 // the version the caller saw; 0: whatever it is now
}

// SettingsResult is what changing settings answers.
type SettingsResult struct {
	Settings []SettingView
	Effects  SettingEffects // of a dry run
}

// SettingEffects tells for whom a change of settings changes what (S2).
type SettingEffects struct {
	Under   int // users on whose path the place is
	Users   int // of these, for whom something changes
	Changes []SettingEffect
	More    int // changes that are not listed
}

// SettingEffect is a value that changes for a user.
type SettingEffect struct {
	User     UserName
	Key      pbx.SettingKey
	From, To string
}

// SettingReach tells for whom the value at a place counts (S2).
type SettingReach struct {
	Users     int // on whose path the place is
	Applies   int // of these, for whom its value counts
	Own       []SettingOwn
	OwnCount  int
	Elsewhere []SettingElsewhere
}

// SettingOwn is a value that a user under the place has himself, or a device of his.
type SettingOwn struct {
	User       UserName
	Device     pbx.DeviceID // 0: the user himself
	DeviceName string
	Value      string
	Counts     bool // no lock holds it back
}

// SettingElsewhere is how many users have the value of another place.
type SettingElsewhere struct {
	Level pbx.Level
	Owner int64
	Name  string
	Users int
}

// ProfilePatch makes or changes a provisioning profile; nil fields stay, or take their default.
type ProfilePatch struct {
	Name *string `json:"name,omitempty"`
	Text *string `json:"text,omitempty"`
}

// PermissionPatch makes or changes a custom permission; nil fields stay, or take their default.
type PermissionPatch struct {
	Key     *string `json:"key,omitempty"` // set once
	Label   *string `json:"label,omitempty"`
	Help    *string `json:"help,omitempty"`
	Default *bool   `json:"default,omitempty"`
}

// PermissionView is a permission that users can have.
type PermissionView struct {
	Spec   pbx.SettingSpec
	Custom *pbx.CustomPermission // nil: of the catalogue
}

// TokenInput makes an API token.
type TokenInput struct {
	Name      string
	User      pbx.UserID // 0: the actor
	Scopes    []pbx.Permission
	ExpiresAt time.Time // zero: never
}

// SetUpInput is what set-up asks for (A1). Empty fields of the organization keep their default.
type SetUpInput struct {
	FirstName, LastName, Username, Email string
	Password                             pbx.Secret
	OrganizationName                     string
	SIPDomain                            string
	Country, Language, TimeZone          string
}

// Defaults are what the default organization starts with.
type Defaults struct {
	Name, SIPDomain             string
	Country, Language, TimeZone string
	PoolFirst, PoolLast         string
}
