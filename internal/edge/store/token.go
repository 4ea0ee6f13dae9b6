package store

import (
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const tokenColumns = "id, organization_id, user_id, name, hash, scopes, created_at, expires_at, version"

var putToken = upsert("token", "id", tokenColumns+", search")

// Token reads one API token.
func (t *tx) Token(id pbx.TokenID) (pbx.Token, error) {
	return find(t, pbx.Ref{Kind: pbx.KindToken, ID: int64(id)}, tokenFields,
		"SELECT "+tokenColumns+" FROM token WHERE id = $1", int64(id))
}

// TokenByHash finds an API token by the hash of what its owner has.
func (t *tx) TokenByHash(hash []byte) (pbx.Token, error) {
	return find(t, pbx.Ref{Kind: pbx.KindToken}, tokenFields,
		"SELECT "+tokenColumns+" FROM token WHERE hash = $1", blob(hash))
}

// TokensOf reads the API tokens of a user, by id.
func (t *tx) TokensOf(user pbx.UserID) ([]pbx.Token, error) {
	return collect(t, tokenFields, "SELECT "+tokenColumns+" FROM token WHERE user_id = $1 ORDER BY id", int64(user))
}

// ListTokens lists API tokens, by id.
func (t *tx) ListTokens(org pbx.OrganizationID, q admin.Query) (admin.Page[pbx.Token], error) {
	l := listing[pbx.Token]{columns: tokenColumns, from: "token", sort: "id", tie: "id", fields: tokenFields}
	l.where.add("organization_id = ?", int64(org))
	if q.Search != "" {
		l.where.add("search LIKE ?", pattern(q.Search))
	}
	return page(t, q, l)
}

// PutToken stores an API token.
func (t *tx) PutToken(v pbx.Token) error {
	scopes, err := jsonText(v.Scopes)
	if err != nil {
		return err
	}
	return t.put(putToken, v.ID, int64(v.ID), int64(v.Organization), int64(v.User), v.Name, blob(v.Hash), scopes,
		millis(v.CreatedAt), millis(v.ExpiresAt), v.Version, plainText.Replace(pbx.Fold(v.Name)))
}

// DeleteToken deletes an API token.
func (t *tx) DeleteToken(id pbx.TokenID) error {
	return t.remove(pbx.Ref{Kind: pbx.KindToken, ID: int64(id)}, "DELETE FROM token WHERE id = $1", int64(id))
}

func tokenFields(v *pbx.Token) []any {
	return []any{
		&v.ID, &v.Organization, &v.User, &v.Name,
		sealed{&v.Hash},
		fromJSON{&v.Scopes},
		moment{&v.CreatedAt},
		moment{&v.ExpiresAt},
		&v.Version,
	}
}
