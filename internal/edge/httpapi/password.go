package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/pbx"
	"ringfence/internal/support/obs"
)

func (a *API) confirmPassword(ctx context.Context, who caller, in *struct {
	Body struct {
		Password string `json:"password" maxLength:"256"`
	}
},
) (*struct{}, error) {
	return &struct{}{}, a.passwordAgain(ctx, who, in.Body.Password)
}

// passwordAgain checks the own password of whoever sits at a page. A wrong one is Invalid: the session goes on.
func (a *API) passwordAgain(ctx context.Context, who caller, password string) error {
	if _, _, err := a.cfg.Auth.Session(ctx, who.cookie, who.remote); err != nil {
		return err
	}
	err := a.cfg.Auth.Reauthenticate(ctx, who.cookie, pbx.NewSecret(password), who.remote)
	if err != nil && pbx.KindOf(err) == pbx.Unauthenticated {
		return &pbx.Error{Kind: pbx.Invalid, Text: "The password is not right.", Fields: []pbx.FieldError{
			{Field: "password", Message: "The password is not right."},
		}}
	}
	return err
}

// PasswordNeeded is the type of the problem that asks for the own password before something grave is done in a session.
const PasswordNeeded = "urn:ringfence:password_needed" //nolint:gosec // a word, no password

// grave asks whoever sits at a page for the own password, unless it was given just now (S4). Tokens have their scopes.
func (a *API) grave(ctx context.Context, who caller) error {
	if who.cookie.IsZero() || a.cfg.Auth.Fresh(who.session) {
		return nil
	}
	return passwordNeeded(ctx)
}

func passwordNeeded(ctx context.Context) error {
	return &Problem{
		Type: PasswordNeeded, Title: http.StatusText(http.StatusForbidden), Status: http.StatusForbidden,
		Detail: "Type your own password to go on.", RequestID: obs.RequestID(ctx),
	}
}

// roleAsked is grave when a role is given that somebody does not have yet.
func (a *API) roleAsked(ctx context.Context, who caller, has pbx.Role, given *pbx.Role) error {
	if given == nil || *given == has {
		return nil
	}
	return a.grave(ctx, who)
}
