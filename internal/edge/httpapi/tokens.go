package httpapi

import (
	"context"
	"net/http"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Token is an API token, without the token itself.
type Token struct {
	ID        int64    `json:"id"`
	UserID    int64    `json:"userId"`
	Name      string   `json:"name"`
	Scopes    []string `json:"scopes" nullable:"false" doc:"Permissions; empty: all that its user has"`
	CreatedAt Time     `json:"createdAt"`
	ExpiresAt Time     `json:"expiresAt,omitzero"`
}

// NewToken is a token just made: the only time that it is shown.
type NewToken struct {
	Token
	Secret string `json:"token" doc:"What goes after Bearer; shown once"`
}

func tokenView(t pbx.Token) Token {
	v := Token{
		ID: int64(t.ID), UserID: int64(t.User), Name: t.Name, Scopes: make([]string, 0, len(t.Scopes)),
		CreatedAt: Time{t.CreatedAt}, ExpiresAt: Time{t.ExpiresAt},
	}
	for _, s := range t.Scopes {
		v.Scopes = append(v.Scopes, string(s))
	}
	return v
}

func (a *API) tokens() {
	add(a, operation{
		id: "listTokens", method: http.MethodGet, path: "/tokens", tag: "Tokens",
		summary: "List API tokens: one's own, or everybody's", permission: pbx.PermTokensOwn,
	}, a.listTokens)
	add(a, operation{
		id: "createToken", method: http.MethodPost, path: "/tokens", tag: "Tokens",
		summary: "Make an API token; it is shown once", permission: pbx.PermTokensOwn,
		status: http.StatusCreated,
	}, a.createToken)
	add(a, operation{
		id: "revokeToken", method: http.MethodDelete, path: "/tokens/{id}", tag: "Tokens",
		summary: "End an API token", permission: pbx.PermTokensOwn, status: http.StatusNoContent,
	}, a.revokeToken)
}

func (a *API) listTokens(ctx context.Context, who caller, in *struct{ ListInput }) (*listOutput[Token], error) {
	p, err := a.cfg.Admin.ListTokens(ctx, who.Actor, in.query())
	if err != nil {
		return nil, err
	}
	return page(p, tokenView), nil
}

// TokenInput makes an API token.
type TokenInput struct {
	Name      string     `json:"name" maxLength:"100"`
	UserID    int64      `json:"userId,omitempty" doc:"Whom it acts for; oneself unless told"`
	Scopes    []string   `json:"scopes,omitempty" maxItems:"100" doc:"Permissions; left out: all that its user has"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
}

func (a *API) createToken(ctx context.Context, who caller, in *struct {
	CreateInput
	Body TokenInput
},
) (*writtenOutput[NewToken], error) {
	input := admin.TokenInput{Name: in.Body.Name, User: pbx.UserID(in.Body.UserID)}
	for _, s := range in.Body.Scopes {
		input.Scopes = append(input.Scopes, pbx.Permission(s))
	}
	if in.Body.ExpiresAt != nil {
		input.ExpiresAt = *in.Body.ExpiresAt
	}
	t, secret, cs, err := a.cfg.Admin.CreateToken(ctx, who.Actor, input, in.write("tokens", in.Body))
	if err != nil {
		return nil, err
	}
	return written(cs, t.Version, NewToken{Token: tokenView(t), Secret: secret.Reveal()}), nil
}

func (a *API) revokeToken(ctx context.Context, who caller, in *struct{ ChangeInput }) (*goneOutput, error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	cs, err := a.cfg.Admin.RevokeToken(ctx, who.Actor, pbx.TokenID(in.ID), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}
