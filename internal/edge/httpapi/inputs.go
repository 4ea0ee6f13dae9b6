package httpapi

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// What was read can be changed and sent back as it is (A2): inputs take the fields that only answers have, and leave
// them alone.

// Fixed are the fields that every answer has and no request sets.
type Fixed struct {
	ID        any `json:"id,omitempty" readOnly:"true"`
	Version   any `json:"version,omitempty" readOnly:"true"`
	CreatedAt any `json:"createdAt,omitempty" readOnly:"true"`
	UpdatedAt any `json:"updatedAt,omitempty" readOnly:"true"`
}

// Presence are the fields that tell where phones are.
type Presence struct {
	Online     any `json:"online,omitempty" readOnly:"true"`
	Bindings   any `json:"bindings,omitempty" readOnly:"true"`
	LastSeenAt any `json:"lastSeenAt,omitempty" readOnly:"true"`
}

// GroupInput makes or changes a group.
type GroupInput struct {
	admin.GroupPatch
	Fixed
	MemberCount any `json:"memberCount,omitempty" readOnly:"true"`
}

// ProfileInput makes or changes a provisioning profile.
type ProfileInput struct {
	admin.ProfilePatch
	Fixed
	BuiltIn     any `json:"builtIn,omitempty" readOnly:"true"`
	GroupCount  any `json:"groupCount,omitempty" readOnly:"true"`
	UserCount   any `json:"userCount,omitempty" readOnly:"true"`
	DeviceCount any `json:"deviceCount,omitempty" readOnly:"true"`
}

// LocationInput makes or changes a location.
type LocationInput struct {
	admin.LocationPatch
	Fixed
	UserCount any `json:"userCount,omitempty" readOnly:"true"`
}

// UserInput makes or changes a user. What is left out is generated, or stays.
type UserInput struct {
	admin.UserPatch
	Groups         *GroupChoice `json:"groups,omitempty" doc:"Further groups as a whole, by id, or by name to make one"`
	PortalPassword string       `json:"portalPassword,omitempty" maxLength:"256" doc:"12 to 256 characters"`
	VoicemailPIN   string       `json:"voicemailPin,omitempty" maxLength:"12" doc:"6 to 12 digits"`
	SIPPassword    string       `json:"sipPassword,omitempty" maxLength:"256"`
	Invite         bool         `json:"invite,omitempty" doc:"Mail a link to choose the portal password, which is unset until then; only when a user is made"`
	EmailConfirmed bool         `json:"emailConfirmed,omitempty" doc:"The e-mail address counts at once: the caller has confirmed it"`
	HoldID         int64        `json:"holdId,omitempty" doc:"The hold under which the number was offered to this form"`

	Fixed
	Presence
	EmailPending        any `json:"emailPending,omitempty" readOnly:"true"`
	DisabledAt          any `json:"disabledAt,omitempty" readOnly:"true"`
	GroupName           any `json:"groupName,omitempty" readOnly:"true"`
	LocationName        any `json:"locationName,omitempty" readOnly:"true"`
	ProvisioningProfile any `json:"provisioningProfile,omitempty" readOnly:"true"`
	EffectiveLanguage   any `json:"effectiveLanguage,omitempty" readOnly:"true"`
	EffectiveTimeZone   any `json:"effectiveTimeZone,omitempty" readOnly:"true"`
	EffectiveSecurity   any `json:"effectiveSecurity,omitempty" readOnly:"true"`
	SIPUsername         any `json:"sipUsername,omitempty" readOnly:"true"`
	ManagedBy           any `json:"managedBy,omitempty" readOnly:"true"`
	LastSignInAt        any `json:"lastSignInAt,omitempty" readOnly:"true"`
	EffectiveEmergency  any `json:"effectiveEmergency,omitempty" readOnly:"true"`
	Ending              any `json:"ending,omitempty" readOnly:"true"`
}

func (in UserInput) patch() admin.UserPatch {
	p := in.UserPatch
	if in.Groups != nil {
		p.Groups, p.NewGroups = &in.Groups.ids, in.Groups.names
	}
	// Answers show the first and last name where no display name is set: sent back with them, it is still not set.
	if p.DisplayName != nil && p.FirstName != nil && p.LastName != nil &&
		*p.DisplayName == strings.TrimSpace(*p.FirstName+" "+*p.LastName) {
		p.DisplayName = new(string)
	}
	p.PortalPassword = pbx.NewSecret(in.PortalPassword)
	p.VoicemailPIN = pbx.NewSecret(in.VoicemailPIN)
	p.SIPPassword = pbx.NewSecret(in.SIPPassword)
	p.Hold = pbx.HoldID(in.HoldID)
	p.Invite, p.EmailConfirmed = in.Invite, in.EmailConfirmed
	return p
}

// GroupChoice names groups by their ids, by the objects that answers show, or by name alone: a name that no group has
// becomes one.
type GroupChoice struct {
	ids   []pbx.GroupID
	names []string
}

// Schema describes the forms.
func (GroupChoice) Schema(huma.Registry) *huma.Schema {
	id, most := &huma.Schema{Type: huma.TypeInteger, Format: "int64"}, 200
	named := &huma.Schema{
		Type:       huma.TypeObject,
		Properties: map[string]*huma.Schema{"id": id, "name": {Type: huma.TypeString, MaxLength: &most}},
	}
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{OneOf: []*huma.Schema{id, named}}}
}

// UnmarshalJSON takes all of them.
func (g *GroupChoice) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return fmt.Errorf("groups: %w", err)
	}
	*g = GroupChoice{ids: []pbx.GroupID{}}
	for _, r := range raw {
		var named struct {
			ID   pbx.GroupID `json:"id"`
			Name string      `json:"name"`
		}
		if json.Unmarshal(r, &named.ID) != nil {
			if err := json.Unmarshal(r, &named); err != nil {
				return fmt.Errorf("groups: %w", err)
			}
		}
		if named.ID == 0 && named.Name != "" {
			g.names = append(g.names, named.Name)
		} else {
			g.ids = append(g.ids, named.ID)
		}
	}
	return nil
}

// DeviceInput changes a device.
type DeviceInput struct {
	admin.DevicePatch
	Fixed
	Presence
	Kind                any `json:"kind,omitempty" readOnly:"true"`
	UserID              any `json:"userId,omitempty" readOnly:"true"`
	UserName            any `json:"userName,omitempty" readOnly:"true"`
	ProvisioningProfile any `json:"provisioningProfile,omitempty" readOnly:"true"`
	EffectiveSecurity   any `json:"effectiveSecurity,omitempty" readOnly:"true"`
	Lines               any `json:"lines,omitempty" readOnly:"true"`
	EffectiveEmergency  any `json:"effectiveEmergency,omitempty" readOnly:"true"`
	Notice              any `json:"notice,omitempty" readOnly:"true"`
	Slowed              any `json:"slowed,omitempty" readOnly:"true"`
}

// PoolInput makes or changes an extension pool.
type PoolInput struct {
	admin.PoolPatch
	Fixed
	GroupName    any `json:"groupName,omitempty" readOnly:"true"`
	LocationName any `json:"locationName,omitempty" readOnly:"true"`
	Free         any `json:"free,omitempty" readOnly:"true"`
}

// MeInput changes what everybody may about himself.
type MeInput struct {
	admin.MePatch
	ID                 any `json:"id,omitempty" readOnly:"true"`
	Username           any `json:"username,omitempty" readOnly:"true"`
	Kind               any `json:"kind,omitempty" readOnly:"true"`
	Number             any `json:"number,omitempty" readOnly:"true"`
	Role               any `json:"role,omitempty" readOnly:"true"`
	Permissions        any `json:"permissions,omitempty" readOnly:"true"`
	OwnTimeZone        any `json:"ownTimeZone,omitempty" readOnly:"true"`
	EffectiveEmergency any `json:"effectiveEmergency,omitempty" readOnly:"true"`
	Organization       any `json:"organization,omitempty" readOnly:"true"`
}

// OrganizationInput changes the organization.
type OrganizationInput struct {
	admin.OrganizationPatch
	Fixed
	Realm     any `json:"realm,omitempty" readOnly:"true"`
	UserCount any `json:"userCount,omitempty" readOnly:"true"`
	Client    any `json:"client,omitempty" readOnly:"true"`
}
