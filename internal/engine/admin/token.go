package admin

import (
	"context"
	"slices"

	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// TokenPrefix begins every API token, so that one found in the wrong place is recognised.
const TokenPrefix = "rf_"

// maxTokens is how many tokens a user may have.
const maxTokens = 50

// ListTokens lists the actor's tokens, or everybody's when he may see them.
func (s *Service) ListTokens(ctx context.Context, a Actor, q Query) (Page[pbx.Token], error) {
	var p Page[pbx.Token]
	if err := q.normalize([]string{"id"}); err != nil {
		return p, err
	}
	err := s.view(ctx, a, TokenList, func(w *Work) (err error) {
		if a.May(pbx.PermTokensAll) {
			p, err = w.tx.ListTokens(w.org, q)
			return err
		}
		p.Items, err = w.tokensOf(a.User)
		p.Total = len(p.Items)
		return err
	})
	return p, err
}

// CreateToken makes an API token and returns it once in clear; Invalid; Forbidden for scopes that the actor lacks.
func (s *Service) CreateToken(
	ctx context.Context, a Actor, in TokenInput, wr Write,
) (pbx.Token, pbx.Secret, pbx.ChangeSet, error) {
	if in.User == 0 {
		in.User = a.User
	}
	var t pbx.Token
	var secret pbx.Secret
	cs, err := s.Do(ctx, a, Intent{TokenCreate, wr}, func(w *Work) error {
		u, err := w.tokenUser(in)
		if err != nil {
			return err
		}
		id, err := w.ids(pbx.KindToken, 1)
		if err != nil {
			return err
		}
		t = pbx.Token{
			ID: pbx.TokenID(id), Organization: w.org, User: u.ID, Name: clean(in.Name), Scopes: in.Scopes,
			ExpiresAt: in.ExpiresAt,
		}
		if !w.dry {
			secret = vault.NewToken(TokenPrefix)
			hash := vault.TokenHash(secret)
			t.Hash = hash[:]
		}
		w.describe(t.Ref(), "Token made: "+t.Name)
		if err = w.tokens.put(w, t); err != nil {
			return err
		}
		t, err = w.tokens.get(w, t.ID)
		return err
	})
	if err == nil && cs.Replayed { // it was shown the first time
		err = s.store.View(ctx, func(tx ReadTx) (err error) {
			t, err = tx.Token(pbx.TokenID(cs.Subject.ID))
			return err
		})
	}
	return t, secret, cs, err
}

// tokenUser checks what a token is asked for and returns whom it acts for.
func (w *Work) tokenUser(in TokenInput) (pbx.User, error) {
	var f pbx.FieldErrors
	f.Check(clean(in.Name) != "" && len(in.Name) <= 100, "name", "The token needs a name of at most 100 characters.")
	f.Check(in.ExpiresAt.IsZero() || in.ExpiresAt.After(w.now), "expiresAt", "This moment is over.")
	for _, p := range in.Scopes {
		f.Check(slices.Contains(pbx.Permissions(), p), "scopes", "There is no permission "+string(p)+".")
	}
	if err := f.Err(); err != nil {
		return pbx.User{}, err
	}
	if in.User != w.actor.User && !w.actor.May(pbx.PermTokensAll) {
		return pbx.User{}, pbx.Errorf(pbx.Forbidden, "You can only make tokens for yourself.")
	}
	u, err := w.mine(in.User)
	if err != nil {
		return u, err
	}
	if !u.Kind.MayLogIn() {
		return u, fieldError("userId", "Such a user does not sign in.")
	}
	if w.actor.Scopes != nil && in.Scopes == nil {
		return u, fieldError("scopes", "A token with scopes can only make tokens with scopes.")
	}
	for _, p := range in.Scopes {
		if !w.actor.May(p) || !u.Role.May(p) {
			return u, pbx.Errorf(pbx.Forbidden, "The permission "+string(p)+" can't be given: it is not there to give.")
		}
	}
	have, err := w.tokensOf(u.ID)
	if err == nil && len(have) >= maxTokens {
		return u, pbx.Errorf(pbx.Conflict, "A user has at most 50 tokens: revoke one first.")
	}
	return u, err
}

// RevokeToken ends a token; NotFound.
func (s *Service) RevokeToken(ctx context.Context, a Actor, id pbx.TokenID, wr Write) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{TokenRevoke, wr}, func(w *Work) error {
		t, err := w.tokens.get(w, id)
		if err != nil {
			return err
		}
		if t.User != a.User && !a.May(pbx.PermTokensAll) {
			return noSuch(pbx.KindToken)
		}
		w.describe(t.Ref(), "Token revoked: "+t.Name)
		return w.tokens.delete(w, id)
	})
}
