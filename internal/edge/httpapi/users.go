package httpapi

import (
	"context"
	"net/http"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// User is a user as the API shows it. Its secrets are not part of it.
type User struct {
	ID                    int64          `json:"id"`
	Kind                  string         `json:"kind" enum:"person,phantom,space,operator"`
	FirstName             string         `json:"firstName"`
	LastName              string         `json:"lastName"`
	DisplayName           string         `json:"displayName"`
	Username              string         `json:"username"`
	Email                 string         `json:"email"`
	EmailPending          string         `json:"emailPending,omitempty" doc:"A changed address that is not confirmed yet"`
	Number                string         `json:"number"`
	Enabled               bool           `json:"enabled"`
	DisabledAt            Time           `json:"disabledAt,omitzero"`
	GroupID               int64          `json:"groupId"`
	GroupName             string         `json:"groupName"`
	Groups                []GroupName    `json:"groups" nullable:"false" doc:"Further groups"`
	ProvisioningProfileID int64          `json:"provisioningProfileId" doc:"Of his own; 0: those of the groups"`
	ProvisioningProfile   string         `json:"provisioningProfile" doc:"Its name"`
	LocationID            int64          `json:"locationId" doc:"0: none"`
	LocationName          string         `json:"locationName"`
	EmergencyLocationID   int64          `json:"emergencyLocationId" doc:"Where the emergency service is sent; 0: an address, or the location"`
	EmergencyAddress      string         `json:"emergencyAddress" doc:"A private address that the emergency service is sent to"`
	EffectiveEmergency    EmergencyPlace `json:"effectiveEmergency" doc:"For a call from a device without a place of its own"`
	Role                  string         `json:"role"`
	Aliases               []string       `json:"aliases" nullable:"false"`
	FormerUsernames       []string       `json:"formerUsernames" nullable:"false" doc:"They still sign in and are reached; a request names those that stay"`
	Ending                []Ending       `json:"ending" nullable:"false" doc:"Of aliases and former usernames, those that end by themselves"`
	OutsideNumbers        []string       `json:"outsideNumbers" nullable:"false" doc:"E.164 numbers that lead to the user"`
	Security              string         `json:"security" doc:"Its own choice; empty is inherited"`
	EffectiveSecurity     string         `json:"effectiveSecurity" enum:"secure,any"`
	SIPUsername           string         `json:"sipUsername" doc:"Of the device Set up by hand"`
	Language              string         `json:"language"`
	TimeZone              string         `json:"timeZone"`
	EffectiveLanguage     string         `json:"effectiveLanguage"`
	EffectiveTimeZone     string         `json:"effectiveTimeZone"`
	JobTitle              string         `json:"jobTitle"`
	Department            string         `json:"department"`
	Mobile                string         `json:"mobile"`
	Fax                   string         `json:"fax"`
	AuthAccountName       string         `json:"authAccountName"`
	ExternalID            string         `json:"externalId"`
	Custom1               string         `json:"custom1"`
	Custom2               string         `json:"custom2"`
	Custom3               string         `json:"custom3"`
	StreetAddress         string         `json:"streetAddress"`
	City                  string         `json:"city"`
	State                 string         `json:"state"`
	ZIPCode               string         `json:"zipCode"`
	Country               string         `json:"country" doc:"Of the address, as one writes it on an envelope"`
	Photo                 string         `json:"photo" doc:"Names the photo; empty: none. POST /photos gives such a name"`
	ManagedBy             string         `json:"managedBy" doc:"The directory that keeps this user (LDAP managed); empty: none"`
	LastSignInAt          Time           `json:"lastSignInAt,omitzero" doc:"When it signed in to the portal last"`
	Online                bool           `json:"online" doc:"A phone is registered and reachable"`
	Bindings              int            `json:"bindings" doc:"How many contacts are registered, reachable or not"`
	LastSeenAt            Time           `json:"lastSeenAt,omitzero" doc:"When a phone registered last"`
	Version               int64          `json:"version"`
	CreatedAt             Time           `json:"createdAt"`
	UpdatedAt             Time           `json:"updatedAt"`
}

// Ending is a name that ends by itself.
type Ending struct {
	Value string `json:"value"`
	Until Time   `json:"until"`
}

// GroupName is a group in a few words.
type GroupName struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// UserSecrets are shown once: those generated or given just now.
type UserSecrets struct {
	PortalPassword string `json:"portalPassword,omitempty"`
	VoicemailPIN   string `json:"voicemailPin,omitempty"`
	SIPPassword    string `json:"sipPassword,omitempty"`
}

// UserCard is a user with its secrets and what a person types into a phone.
type UserCard struct {
	User
	Secrets      UserSecrets    `json:"secrets"`
	SecretsShown bool           `json:"secretsShown,omitempty" doc:"The Idempotency-Key was used before; secrets were shown then"`
	Invited      bool           `json:"invited,omitempty" doc:"An invitation is on its way"`
	InviteError  string         `json:"inviteError,omitempty" doc:"The user was made, but the invitation could not be sent"`
	Client       ClientSettings `json:"client"`
}

func (a *API) userView(u admin.UserView) User {
	v := User{
		ID: int64(u.ID), Kind: string(u.Kind), FirstName: u.FirstName, LastName: u.LastName, DisplayName: u.Shown(),
		Username: u.Username, Email: u.Email, EmailPending: u.EmailPending, Number: u.Number, Enabled: u.Enabled,
		DisabledAt: Time{u.DisabledAt}, GroupID: int64(u.HomeGroup), GroupName: u.GroupName, Role: string(u.Role),
		Groups: make([]GroupName, 0, len(u.FurtherGroups)), Aliases: append([]string{}, u.Aliases...),
		FormerUsernames: append([]string{}, u.FormerUsernames...), Ending: []Ending{},
		OutsideNumbers: append([]string{}, u.OutsideNumbers...),
		Security:       string(u.Security), EffectiveSecurity: string(u.EffectiveSecurity), SIPUsername: u.SIPUsername,
		ProvisioningProfileID: int64(u.Profile), ProvisioningProfile: u.ProfileName,
		EffectiveLanguage: u.EffectiveLanguage, EffectiveTimeZone: u.EffectiveTimeZone,
		LocationID: int64(u.Location), LocationName: u.LocationName, EmergencyLocationID: int64(u.EmergencyLocation),
		EmergencyAddress: u.EmergencyAddress, EffectiveEmergency: emergencyPlace(u.Emergency), Language: u.Language,
		TimeZone: u.TimeZone, JobTitle: u.JobTitle, Department: u.Department, Mobile: u.Mobile,
		Fax: u.Fax, AuthAccountName: u.AuthAccountName, ExternalID: u.ExternalID,
		Custom1: u.Custom1, Custom2: u.Custom2, Custom3: u.Custom3,
		StreetAddress: u.StreetAddress, City: u.City, State: u.State, ZIPCode: u.ZIPCode, Country: u.Country,
		Photo: u.Photo, ManagedBy: u.ManagedBy, LastSignInAt: Time{u.LastSignInAt},
		Version: u.Version, CreatedAt: Time{u.CreatedAt}, UpdatedAt: Time{u.UpdatedAt},
	}
	for _, e := range u.Ending {
		v.Ending = append(v.Ending, Ending{Value: e.Value, Until: Time{e.Until}})
	}
	for _, g := range u.FurtherGroups {
		v.Groups = append(v.Groups, GroupName{ID: int64(g.ID), Name: g.Name})
	}
	v.Online, v.Bindings, v.LastSeenAt = presence(a.cfg.Phones.Of(u.ID), nil)
	return v
}

// presence sums up phones; with a device, only that device's.
func presence(phones []Phone, device *pbx.DeviceID) (online bool, bindings int, seen Time) {
	var last time.Time
	for _, p := range phones {
		if device != nil && p.Device != *device {
			continue
		}
		bindings++
		online = online || p.Live
		if p.UpdatedAt.After(last) {
			last = p.UpdatedAt
		}
	}
	return online, bindings, Time{last}
}

func (a *API) userCard(ctx context.Context, who caller, r admin.UserResult) (UserCard, error) {
	if r.Within.ID == 0 {
		var err error
		if r.Within, err = a.cfg.Admin.OwnOrganization(ctx, who.Actor); err != nil {
			return UserCard{}, err
		}
	}
	client := a.cfg.Machine.Client(r.Within)
	if r.User.EffectiveSecurity == pbx.Secure {
		client.SRTP = "mandatory"
	}
	return UserCard{
		User: a.userView(r.User), SecretsShown: r.Secrets.Shown, Client: client,
		Secrets: UserSecrets{
			PortalPassword: r.Secrets.PortalPassword.Reveal(), VoicemailPIN: r.Secrets.VoicemailPIN.Reveal(),
			SIPPassword: r.Secrets.SIPPassword.Reveal(),
		},
	}, nil
}

func (a *API) users() {
	add(a, operation{
		id: "listUsers", method: http.MethodGet, path: "/users", tag: "Users",
		summary: "List users", permission: pbx.PermUsersRead,
	}, a.listUsers)
	add(a, operation{
		id: "createUser", method: http.MethodPost, path: "/users", tag: "Users",
		summary:    "Make a user; with a name and a group alone the rest is generated, and secrets are answered once",
		permission: pbx.PermUsersWrite, status: http.StatusCreated,
	}, a.createUser)
	add(a, operation{
		id: "getUser", method: http.MethodGet, path: "/users/{id}", tag: "Users",
		summary: "Read a user", permission: pbx.PermUsersRead,
	}, a.getUser)
	add(a, operation{
		id: "updateUser", method: http.MethodPatch, path: "/users/{id}", tag: "Users",
		summary: "Change a user; what is left out stays", permission: pbx.PermUsersWrite,
	}, a.updateUser)
	add(a, operation{
		id: "resetUser", method: http.MethodPost, path: "/users/{id}/reset", tag: "Users",
		summary: "Make secrets anew; they are answered once", permission: pbx.PermUsersWrite,
	}, a.resetUser)
	add(a, operation{
		id: "previewUserDeletion", method: http.MethodGet, path: "/users/{id}/deletion", tag: "Users",
		summary: "See what deleting a user would do", permission: pbx.PermUsersWrite,
	}, a.previewUserDeletion)
	add(a, operation{
		id: "deleteUser", method: http.MethodDelete, path: "/users/{id}", tag: "Users",
		summary:    "Delete a user; it can come back for 30 days. 409 with the deletion until what refers to it is resolved",
		permission: pbx.PermUsersWrite,
		status:     http.StatusNoContent,
	}, a.deleteUser)
	add(a, operation{
		id: "deleteUsers", method: http.MethodPost, path: "/users/delete", tag: "Users",
		summary:    "Delete many users in one change set; 409 with the deletion until what refers to them is resolved",
		permission: pbx.PermUsersWrite, status: http.StatusNoContent,
	}, a.deleteUsers)
	add(a, operation{
		id: "previewUsersDeletion", method: http.MethodPost, path: "/users/deletion", tag: "Users",
		summary: "See what deleting many users would do", permission: pbx.PermUsersWrite,
	}, a.previewUsersDeletion)
}

type listUsersInput struct {
	ListInput
	Group    int64  `query:"group" doc:"Home or further group"`
	Home     int64  `query:"home" doc:"Home group only"`
	Location int64  `query:"location" doc:"Users at this location"`
	Kind     string `query:"kind" enum:"person,phantom,space,operator"`
	Role     string `query:"role"`
	Enabled  string `query:"enabled" enum:"true,false"`
	Online   string `query:"online" enum:"true,false"`

	SignedIn string `query:"signedIn" enum:"true,false" doc:"Whether it ever signed in to the portal"`
	Managed  string `query:"managed" enum:"true,false" doc:"Whether a directory keeps it"`
	Leaving  string `query:"leaving" enum:"true,false" doc:"Whether it leaves on a day, or has left"`
}

func (a *API) listUsers(ctx context.Context, who caller, in *listUsersInput) (*listOutput[User], error) {
	p, err := a.cfg.Admin.ListUsers(ctx, who.Actor, admin.UserQuery{
		Query: in.query(), Group: pbx.GroupID(in.Group), Home: pbx.GroupID(in.Home), Location: pbx.LocationID(in.Location), Kind: pbx.UserKind(in.Kind),
		Role: pbx.Role(in.Role), Enabled: choice(in.Enabled), Online: choice(in.Online),
		SignedIn: choice(in.SignedIn), Managed: choice(in.Managed), Leaving: choice(in.Leaving),
	})
	if err != nil {
		return nil, err
	}
	return page(p, a.userView), nil
}

// choice reads a filter that has three states: left out, true, false.
func choice(text string) *bool {
	if text == "" {
		return nil
	}
	b := text == "true"
	return &b
}

func (a *API) getUser(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[User], error) {
	u, err := a.cfg.Admin.User(ctx, who.Actor, pbx.UserID(in.ID))
	if err != nil {
		return nil, err
	}
	return one(u.Version, a.userView(u)), nil
}

func (a *API) createUser(ctx context.Context, who caller, in *struct {
	CreateInput
	Body UserInput
},
) (*writtenOutput[UserCard], error) {
	if err := a.roleAsked(ctx, who, pbx.RoleUser, in.Body.Role); err != nil {
		return nil, err
	}
	r, cs, err := a.cfg.Admin.CreateUser(ctx, who.Actor, in.Body.patch(), in.write("users", fingerprint(in.Body)))
	if err != nil {
		return nil, err
	}
	card, err := a.userCard(ctx, who, r)
	if err == nil && in.Body.Invite && !in.DryRun && !cs.Replayed {
		a.inviteNew(ctx, who, &card)
	}
	return written(cs, r.User.Version, card), err
}

// inviteNew sends the invitation of a user that was just made. That it can't be sent does not undo the user: it is told,
// and can be sent again.
func (a *API) inviteNew(ctx context.Context, who caller, card *UserCard) {
	err := a.cfg.Mail.Invite(ctx, who.Actor, pbx.UserID(card.ID))
	card.Invited = err == nil
	if err != nil {
		card.InviteError = a.problem(ctx, err).Detail
	}
}

// fingerprint is what of the input tells two requests apart; secrets are no part of it.
func fingerprint(in UserInput) any {
	p := in.patch()
	return struct {
		admin.UserPatch
		Hold      pbx.HoldID
		NewGroups []string
		Invite    bool
	}{p, p.Hold, p.NewGroups, p.Invite}
}

func (a *API) updateUser(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body UserInput
},
) (*writtenOutput[UserCard], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	if in.Body.Role != nil {
		u, e := a.cfg.Admin.User(ctx, who.Actor, pbx.UserID(in.ID))
		if e != nil {
			return nil, e
		}
		if e := a.roleAsked(ctx, who, u.Role, in.Body.Role); e != nil {
			return nil, e
		}
	}
	r, cs, err := a.cfg.Admin.UpdateUser(ctx, who.Actor, pbx.UserID(in.ID), in.Body.patch(), w)
	if err != nil {
		return nil, err
	}
	card, err := a.userCard(ctx, who, r)
	return written(cs, r.User.Version, card), err
}

// ResetInput names the secrets to make anew.
type ResetInput struct {
	Secrets []string `json:"secrets" nullable:"false" enum:"portalPassword,voicemailPin,sipPassword" minItems:"1" maxItems:"3"`
}

func (in ResetInput) choice() admin.ResetChoice {
	var c admin.ResetChoice
	for _, name := range in.Secrets {
		switch name {
		case "portalPassword":
			c.PortalPassword = true
		case "voicemailPin":
			c.VoicemailPIN = true
		case "sipPassword":
			c.SIPPassword = true
		}
	}
	return c
}

func (a *API) resetUser(ctx context.Context, who caller, in *struct {
	IDInput
	CreateInput
	Body ResetInput
},
) (*writtenOutput[UserCard], error) {
	w := in.write(etag(in.ID), in.Body)
	r, cs, err := a.cfg.Admin.ResetUser(ctx, who.Actor, pbx.UserID(in.ID), in.Body.choice(), w)
	if err != nil {
		return nil, err
	}
	card, err := a.userCard(ctx, who, r)
	return written(cs, r.User.Version, card), err
}

func (a *API) previewUserDeletion(
	ctx context.Context, who caller, in *struct{ IDInput },
) (*struct{ Body Deletion }, error) {
	d, err := a.cfg.Admin.UserDeletion(ctx, who.Actor, pbx.UserID(in.ID))
	if err != nil {
		return nil, err
	}
	return &struct{ Body Deletion }{deletionView(d)}, nil
}

func (a *API) deleteUser(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body *Removal
},
) (*goneOutput, error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	cs, err := a.cfg.Admin.DeleteUser(ctx, who.Actor, pbx.UserID(in.ID), in.Body.answer(), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}

// UsersRemoval names users to delete in one change set.
type UsersRemoval struct {
	IDs        []int64     `json:"ids" nullable:"false" minItems:"1" maxItems:"10000"`
	Resolution *Resolution `json:"resolution,omitempty"`
}

func (r UsersRemoval) users() []pbx.UserID {
	out := make([]pbx.UserID, len(r.IDs))
	for i, id := range r.IDs {
		out[i] = pbx.UserID(id)
	}
	return out
}

func (a *API) deleteUsers(ctx context.Context, who caller, in *struct {
	CreateInput
	Body UsersRemoval
},
) (*goneOutput, error) {
	cs, err := a.cfg.Admin.DeleteUsers(ctx, who.Actor, in.Body.users(), in.Body.Resolution.answer(),
		in.write("users/delete", in.Body))
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}

func (a *API) previewUsersDeletion(
	ctx context.Context, who caller, in *struct{ Body UsersRemoval },
) (*struct{ Body Deletion }, error) {
	d, err := a.cfg.Admin.UsersDeletion(ctx, who.Actor, in.Body.users())
	if err != nil {
		return nil, err
	}
	return &struct{ Body Deletion }{deletionView(d)}, nil
}
