package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// LinkInput carries what stands behind the # of a one-time link.
type LinkInput struct {
	Token string `json:"token" maxLength:"100"`
}

// LinkView is what a one-time link is for, and whose it is. It holds no secret.
type LinkView struct {
	Purpose          string         `json:"purpose" enum:"invitation,reset,email"`
	DisplayName      string         `json:"displayName"`
	Username         string         `json:"username"`
	Number           string         `json:"number"`
	Email            string         `json:"email" doc:"The address that the link was sent to"`
	Language         string         `json:"language"`
	OrganizationName string         `json:"organizationName"`
	AccountName      string         `json:"accountName" doc:"Where there is more than one organization: the third field of signing in"`
	SIPUsername      string         `json:"sipUsername" doc:"Of the device Set up by hand; empty without one"`
	Client           ClientSettings `json:"client"`
	ExpiresAt        Time           `json:"expiresAt"`
}

// LinkPassword chooses a password by a one-time link.
type LinkPassword struct {
	LinkInput
	Password string `json:"password" maxLength:"256"`
}

// LinkUsed tells who used a link.
type LinkUsed struct {
	Username string `json:"username"`
	Email    string `json:"email"`
}

// ForgottenInput is whose password was forgotten.
type ForgottenInput struct {
	Login        string `json:"login" maxLength:"254" doc:"Username, number, or e-mail address"`
	Organization string `json:"organization,omitempty" maxLength:"40"`
}

// ForgottenHelp tells whether a forgotten password can be helped by mail.
type ForgottenHelp struct {
	Available bool `json:"available"`
}

func (a *API) links() {
	add(a, operation{
		id: "checkLink", method: http.MethodPost, path: "/session/link", tag: "Session",
		summary: "Ask what a one-time link is for; it still works afterwards", permission: Public,
	}, a.checkLink)
	add(a, operation{
		id: "choosePassword", method: http.MethodPost, path: "/session/link/password", tag: "Session",
		summary: "Choose a password by a one-time link, and use the link up", permission: Public,
	}, a.choosePassword)
	add(a, operation{
		id: "confirmEmail", method: http.MethodPost, path: "/session/link/email", tag: "Session",
		summary: "Confirm an e-mail address by a one-time link, and use the link up", permission: Public,
	}, a.confirmEmail)
	add(a, operation{
		id: "canForget", method: http.MethodGet, path: "/session/forgot", tag: "Session",
		summary: "Ask whether a forgotten password can be helped by mail", permission: Public,
	}, a.canForget)
	add(a, operation{
		id: "forgot", method: http.MethodPost, path: "/session/forgot", tag: "Session",
		summary:    "Tell that a password was forgotten; the answer is the same for names that do not exist",
		permission: Public, status: http.StatusNoContent,
	}, a.forgot)
	add(a, operation{
		id: "inviteUser", method: http.MethodPost, path: "/users/{id}/invitation", tag: "Users",
		summary:    "Send a user a one-time link to choose a password; the one before ends",
		permission: pbx.PermUsersWrite, status: http.StatusNoContent,
	}, a.inviteUser)
	add(a, operation{
		id: "askEmailAgain", method: http.MethodPost, path: "/users/{id}/email-confirmation", tag: "Users",
		summary:    "Send the link that confirms a changed e-mail address once more; the one before ends",
		permission: pbx.PermUsersWrite, status: http.StatusNoContent,
	}, a.askEmailAgain)
}

func (a *API) checkLink(ctx context.Context, who caller, in *struct{ Body LinkInput }) (*struct{ Body LinkView }, error) {
	h, err := a.cfg.Auth.CheckLink(ctx, pbx.NewSecret(in.Body.Token), who.remote)
	if err != nil {
		return nil, err
	}
	actor := admin.ActorFor(h.Holder, "link")
	u, err := a.cfg.Admin.Me(ctx, actor)
	if err != nil {
		return nil, err
	}
	o, err := a.cfg.Admin.OwnOrganization(ctx, actor)
	if err != nil {
		return nil, err
	}
	v := LinkView{
		Purpose: string(h.Purpose), DisplayName: u.Shown(), Username: u.Username, Number: u.Number, Email: h.Email,
		Language: u.EffectiveLanguage, OrganizationName: o.Name, SIPUsername: u.SIPUsername, Client: a.cfg.Machine.Client(o),
		ExpiresAt: Time{h.ExpiresAt},
	}
	if o.ID != a.cfg.Home {
		v.AccountName = o.AccountName
	}
	if u.EffectiveSecurity == pbx.Secure {
		v.Client.SRTP = "mandatory"
	}
	return &struct{ Body LinkView }{v}, nil
}

func (a *API) choosePassword(
	ctx context.Context, who caller, in *struct{ Body LinkPassword },
) (*doneOutput[LinkUsed], error) {
	u, cs, err := a.cfg.Auth.ChoosePassword(ctx, pbx.NewSecret(in.Body.Token), pbx.NewSecret(in.Body.Password), who.remote)
	if err != nil {
		return nil, err
	}
	return &doneOutput[LinkUsed]{changedBy(cs), LinkUsed{Username: u.Username, Email: u.Email}}, nil
}

func (a *API) confirmEmail(ctx context.Context, who caller, in *struct{ Body LinkInput }) (*doneOutput[LinkUsed], error) {
	u, cs, err := a.cfg.Auth.ConfirmEmail(ctx, pbx.NewSecret(in.Body.Token), who.remote)
	if err != nil {
		return nil, err
	}
	return &doneOutput[LinkUsed]{changedBy(cs), LinkUsed{Username: u.Username, Email: u.Email}}, nil
}

func (a *API) canForget(ctx context.Context, _ caller, _ *struct{}) (*struct{ Body ForgottenHelp }, error) {
	ok, err := a.cfg.Mail.Available(ctx)
	return &struct{ Body ForgottenHelp }{ForgottenHelp{Available: ok}}, err
}

func (a *API) forgot(ctx context.Context, who caller, in *struct{ Body ForgottenInput }) (*struct{}, error) {
	return nil, a.cfg.Mail.Forgot(ctx, in.Body.Login, in.Body.Organization, who.remote)
}

func (a *API) inviteUser(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{}, error) {
	return nil, a.cfg.Mail.Invite(ctx, who.Actor, pbx.UserID(in.ID))
}

func (a *API) askEmailAgain(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{}, error) {
	return nil, a.cfg.Mail.AskAgain(ctx, who.Actor, pbx.UserID(in.ID))
}
