package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/auth"
	"ringfence/internal/pbx"
)

// SetupState says whether the first owner is still to be made.
type SetupState struct {
	Needed    bool            `json:"needed"`
	Suggested SetupSuggestion `json:"suggested"`
}

// SetupSuggestion is what the set-up form starts with.
type SetupSuggestion struct {
	SIPDomain string `json:"sipDomain"`
	Language  string `json:"language"`
	Country   string `json:"country"`
	TimeZone  string `json:"timeZone"`
}

// SetupInput makes the first owner. The token is from the link that the server printed.
type SetupInput struct {
	Token            string `json:"token" maxLength:"200"`
	FirstName        string `json:"firstName,omitempty"`
	LastName         string `json:"lastName,omitempty"`
	Username         string `json:"username"`
	Password         string `json:"password" maxLength:"256"`
	Email            string `json:"email,omitempty"`
	OrganizationName string `json:"organizationName,omitempty"`
	Country          string `json:"country,omitempty"`
	Language         string `json:"language,omitempty"`
	TimeZone         string `json:"timeZone,omitempty"`
	SIPDomain        string `json:"sipDomain,omitempty"`
}

// LoginInput is what the login form holds.
type LoginInput struct {
	Login        string `json:"login" maxLength:"254" doc:"Username, number, or e-mail address"`
	Password     string `json:"password" maxLength:"256"`
	Organization string `json:"organization,omitempty" maxLength:"40" doc:"Account name, where there is more than one organization"`
}

// signedIn is an answer that sets the session's cookie.
type signedIn struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   Me
}

func (a *API) session() {
	add(a, operation{
		id: "getSetup", method: http.MethodGet, path: "/setup", tag: "Session",
		summary: "Ask whether the first owner is still to be made", permission: Public,
	}, a.getSetup)
	add(a, operation{
		id: "setUp", method: http.MethodPost, path: "/setup", tag: "Session",
		summary: "Make the first owner and sign in", permission: Public, status: http.StatusCreated,
	}, a.setUp)
	add(a, operation{
		id: "login", method: http.MethodPost, path: "/session", tag: "Session",
		summary: "Sign in", permission: Public,
	}, a.login)
	add(a, operation{
		id: "logout", method: http.MethodDelete, path: "/session", tag: "Session",
		summary: "Sign out", permission: Public, status: http.StatusNoContent,
	}, a.logout)
	add(a, operation{
		id: "confirmPassword", method: http.MethodPost, path: "/session/password", tag: "Session",
		summary: "Give one's password again, before something grave", permission: Public, status: http.StatusNoContent,
	}, a.confirmPassword)
}

func (a *API) getSetup(ctx context.Context, _ caller, _ *struct{}) (*struct{ Body SetupState }, error) {
	needed, err := a.cfg.Auth.SetupNeeded(ctx)
	if err != nil {
		return nil, err
	}
	v := SetupState{Needed: needed}
	if d := a.cfg.Defaults; needed { // afterwards it is nobody's business
		v.Suggested = SetupSuggestion{
			SIPDomain: d.SIPDomain, Language: d.Language, Country: d.Country, TimeZone: d.TimeZone,
		}
	}
	return &struct{ Body SetupState }{v}, nil
}

func (a *API) setUp(ctx context.Context, who caller, in *struct{ Body SetupInput }) (*signedIn, error) {
	b := in.Body
	cookie, actor, err := a.cfg.Auth.SetUp(ctx, pbx.NewSecret(b.Token), admin.SetUpInput{
		FirstName: b.FirstName, LastName: b.LastName, Username: b.Username, Email: b.Email,
		Password: pbx.NewSecret(b.Password), OrganizationName: b.OrganizationName, SIPDomain: b.SIPDomain,
		Country: b.Country, Language: b.Language, TimeZone: b.TimeZone,
	}, who.remote, who.userAgent)
	if err != nil {
		return nil, err
	}
	return a.signIn(ctx, cookie, actor)
}

func (a *API) login(ctx context.Context, who caller, in *struct{ Body LoginInput }) (*signedIn, error) {
	cookie, actor, err := a.cfg.Auth.Login(ctx, auth.LoginRequest{
		Login: in.Body.Login, Password: pbx.NewSecret(in.Body.Password), Organization: in.Body.Organization,
		Source: who.remote, UserAgent: who.userAgent,
	})
	if err != nil {
		return nil, err
	}
	return a.signIn(ctx, cookie, actor)
}

func (a *API) signIn(ctx context.Context, cookie pbx.Secret, actor admin.Actor) (*signedIn, error) {
	me, err := a.me(ctx, actor)
	if err != nil {
		return nil, err
	}
	return &signedIn{Cookie: sessionCookie(cookie.Reveal(), 0), Body: me}, nil
}

// sessionCookie is one that no script reads, no plain connection carries and no other site sends. Its end is the
// session's, which the server knows; the browser forgets it when it closes.
func sessionCookie(value string, maxAge int) http.Cookie {
	return http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: true,
		SameSite: http.SameSiteStrictMode,
	}
}

func (a *API) logout(ctx context.Context, who caller, _ *struct{}) (*struct {
	Cookie http.Cookie `header:"Set-Cookie"`
}, error,
) {
	if !who.cookie.IsZero() {
		if err := a.cfg.Auth.Logout(ctx, who.cookie); err != nil && pbx.KindOf(err) != pbx.NotFound {
			return nil, err
		}
	}
	return &struct {
		Cookie http.Cookie `header:"Set-Cookie"`
	}{sessionCookie("", -1)}, nil
}
