package store

import "ringfence/internal/pbx"

const userSecretColumns = "user_id, name, organization_id, scheme, value, changed_at, version"

var putUserSecret = upsert("user_secret", "user_id, name", userSecretColumns)

// UserSecret reads one secret of a user.
func (t *tx) UserSecret(user pbx.UserID, name pbx.SecretName) (pbx.UserSecret, error) {
	return find(t, userSecretRef(user, name), userSecretFields,
		"SELECT "+userSecretColumns+" FROM user_secret WHERE user_id = $1 AND name = $2", int64(user), string(name))
}

// UserSecrets reads all secrets of a user.
func (t *tx) UserSecrets(user pbx.UserID) ([]pbx.UserSecret, error) {
	return collect(t, userSecretFields,
		"SELECT "+userSecretColumns+" FROM user_secret WHERE user_id = $1 ORDER BY name", int64(user))
}

// PutUserSecret stores a secret.
func (t *tx) PutUserSecret(s pbx.UserSecret) error {
	return t.put(putUserSecret, s.Ref(), int64(s.User), string(s.Name), int64(s.Organization), string(s.Scheme), blob(s.Value),
		millis(s.ChangedAt), s.Version)
}

// DeleteUserSecret deletes a secret.
func (t *tx) DeleteUserSecret(user pbx.UserID, name pbx.SecretName) error {
	return t.remove(userSecretRef(user, name), "DELETE FROM user_secret WHERE user_id = $1 AND name = $2",
		int64(user), string(name))
}

func userSecretRef(user pbx.UserID, name pbx.SecretName) pbx.Ref {
	return pbx.Ref{Kind: pbx.KindUserSecret, ID: int64(user), Key: string(name)}
}

func userSecretFields(s *pbx.UserSecret) []any {
	return []any{&s.User, &s.Name, &s.Organization, &s.Scheme, sealed{&s.Value}, moment{&s.ChangedAt}, &s.Version}
}
