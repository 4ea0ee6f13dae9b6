package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/auth"
	"ringfence/internal/pbx"
)

// Me is who is signed in.
type Me struct {
	ID           int64          `json:"id"`
	Username     string         `json:"username"`
	FirstName    string         `json:"firstName"`
	LastName     string         `json:"lastName"`
	DisplayName  string         `json:"displayName"`
	Kind         string         `json:"kind" doc:"person or operator; empty for the server itself"`
	Number       string         `json:"number"`
	Role         string         `json:"role"`
	Permissions  []string       `json:"permissions" nullable:"false"`
	Language     string         `json:"language" doc:"What counts: the own one, else the inherited one"`
	TimeZone     string         `json:"timeZone" doc:"What counts: the own one, else the inherited one"`
	Organization MyOrganization `json:"organization"`

	OwnTimeZone         string         `json:"ownTimeZone" doc:"The own one; empty: inherited"`
	EmergencyLocationID int64          `json:"emergencyLocationId" doc:"Where the emergency service is sent; 0: an address, or the location"`
	EmergencyAddress    string         `json:"emergencyAddress"`
	EffectiveEmergency  EmergencyPlace `json:"effectiveEmergency"`
}

// Office is a location to choose for emergencies.
type Office struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Address string `json:"address"`
}

// MyOrganization is the organization in a few words.
type MyOrganization struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	SIPDomain string `json:"sipDomain"`
	UserLimit int    `json:"userLimit"`
	TimeZone  string `json:"timeZone" doc:"Where days begin that are meant for the organization, such as that of a leave"`
	UserCount int    `json:"userCount"`
	MailSetUp bool   `json:"mailSetUp" doc:"Mail is set up: invitations and the like can be sent"`
}

func (a *API) myself() {
	add(a, operation{
		id: "getMe", method: http.MethodGet, path: "/me", tag: "Session",
		summary: "Ask who is signed in", permission: pbx.PermSelf,
	}, a.getMe)
	add(a, operation{
		id: "updateMe", method: http.MethodPatch, path: "/me", tag: "Session",
		summary: "Change one's own name, language, time zone or emergency location; what is left out stays", permission: pbx.PermSelfWrite,
	}, a.updateMe)
	add(a, operation{
		id: "listMyLocations", method: http.MethodGet, path: "/me/locations", tag: "Session",
		summary: "List the locations that one may choose for emergencies", permission: pbx.PermSelf,
	}, a.listMyLocations)
	add(a, operation{
		id: "changeMyPassword", method: http.MethodPut, path: "/me/password", tag: "Session",
		summary:    "Change one's own portal password; other sessions end, this one goes on under a new cookie",
		permission: pbx.PermSelfWrite, status: http.StatusNoContent,
	}, a.changeMyPassword)
	add(a, operation{
		id: "changeMyPin", method: http.MethodPut, path: "/me/voicemail-pin", tag: "Session",
		summary: "Change one's own voicemail PIN", permission: pbx.PermSelfWrite, status: http.StatusNoContent,
	}, a.changeMyPIN)
}

func (a *API) getMe(ctx context.Context, who caller, _ *struct{}) (*struct{ Body Me }, error) {
	me, err := a.me(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Me }{me}, nil
}

func (a *API) updateMe(ctx context.Context, who caller, in *struct {
	WriteInput
	IfMatch string `header:"If-Match" maxLength:"50"`
	Body    MeInput
},
) (*writtenOutput[Me], error) {
	seen, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	u, cs, err := a.cfg.Admin.UpdateMe(ctx, who.Actor, in.Body.MePatch, admin.Write{DryRun: in.DryRun, IfMatch: seen})
	if err != nil {
		return nil, err
	}
	me, err := a.me(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	return written(cs, u.Version, me), nil
}

func (a *API) listMyLocations(ctx context.Context, who caller, in *struct{ ListInput }) (*listOutput[Office], error) {
	list, err := a.cfg.Admin.Offices(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	return short(in.ListInput, list, func(o admin.Office) Office {
		return Office{ID: int64(o.ID), Name: o.Name, Address: o.Address}
	}), nil
}

// MyPassword changes the own portal password.
type MyPassword struct {
	Password    string `json:"password" maxLength:"256" doc:"The one that counts now"`
	NewPassword string `json:"newPassword" maxLength:"256" doc:"12 to 256 characters"`
}

// MyPIN changes the own voicemail PIN.
type MyPIN struct {
	Password     string `json:"password" maxLength:"256" doc:"The portal password"`
	VoicemailPIN string `json:"voicemailPin" maxLength:"12" doc:"6 to 12 digits"`
}

func ownChange(who caller, password string) auth.OwnChange {
	return auth.OwnChange{
		Actor: who.Actor, Password: pbx.NewSecret(password), Source: who.remote, UserAgent: who.userAgent,
		AtPage: !who.cookie.IsZero(),
	}
}

// renewedSession is an answer after which a browser's session goes on under another cookie.
type renewedSession struct {
	Changed
	Cookie string `header:"Set-Cookie"`
}

func (a *API) changeMyPassword(
	ctx context.Context, who caller, in *struct{ Body MyPassword },
) (*renewedSession, error) {
	fresh, cs, err := a.cfg.Auth.ChangePassword(ctx, ownChange(who, in.Body.Password), pbx.NewSecret(in.Body.NewPassword))
	if err != nil {
		return nil, err
	}
	out := &renewedSession{Changed: changedBy(cs)}
	if !fresh.IsZero() {
		cookie := sessionCookie(fresh.Reveal(), 0)
		out.Cookie = cookie.String()
	}
	return out, nil
}

func (a *API) changeMyPIN(ctx context.Context, who caller, in *struct{ Body MyPIN }) (*goneOutput, error) {
	cs, err := a.cfg.Auth.ChangePIN(ctx, ownChange(who, in.Body.Password), pbx.NewSecret(in.Body.VoicemailPIN))
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}

// me is what everybody may know of himself; the server's own command line is nobody.
func (a *API) me(ctx context.Context, actor admin.Actor) (Me, error) {
	o, err := a.cfg.Admin.OwnOrganizationView(ctx, actor)
	if err != nil {
		return Me{}, err
	}
	v := Me{
		ID: int64(actor.User), DisplayName: actor.Name, Role: string(actor.Role), Language: o.Language,
		TimeZone: o.TimeZone, Permissions: []string{}, Organization: MyOrganization{
			ID: int64(o.ID), Name: o.Name, SIPDomain: o.SIPDomain, UserLimit: o.UserLimit, UserCount: o.UserCount,
			TimeZone: o.TimeZone, MailSetUp: o.MailSetUp,
		},
	}
	for _, p := range actor.Permissions() {
		v.Permissions = append(v.Permissions, string(p))
	}
	v.EffectiveEmergency = emergencyPlace(admin.EmergencyView{})
	if actor.User == 0 {
		return v, nil
	}
	u, err := a.cfg.Admin.Me(ctx, actor)
	if err != nil {
		return Me{}, err
	}
	v.Username, v.FirstName, v.LastName, v.DisplayName = u.Username, u.FirstName, u.LastName, u.Shown()
	v.Kind, v.Number, v.OwnTimeZone = string(u.Kind), u.Number, u.TimeZone
	v.EmergencyLocationID, v.EmergencyAddress = int64(u.EmergencyLocation), u.EmergencyAddress
	v.EffectiveEmergency = emergencyPlace(u.Emergency)
	v.Language, v.TimeZone = u.EffectiveLanguage, u.EffectiveTimeZone
	return v, nil
}
