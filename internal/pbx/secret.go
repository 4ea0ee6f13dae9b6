package pbx

import (
	"encoding/json"
	"log/slog"
	"time"
)

const redacted = "redacted"

// Secret is a text that no log, JSON or format verb shows: a password, a PIN, a token. Reveal is the only way to it.
type Secret struct{ text string }

// NewSecret wraps a text.
func NewSecret(text string) Secret { return Secret{text: text} }

// Reveal returns the text itself.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == "" }

// String never shows the secret.
func (s Secret) String() string { return redacted }

// GoString never shows the secret.
func (s Secret) GoString() string { return redacted }

// LogValue never shows the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON never shows the secret.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText never shows the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalJSON takes the text.
func (s *Secret) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &s.text) }

// Sealed is what is stored in place of a secret: encrypted or hashed with a key outside the database and bound to its
// row. It is not shown in logs, JSON or by format verbs either.
type Sealed []byte

// String never shows the bytes.
func (s Sealed) String() string { return redacted }

// GoString never shows the bytes.
func (s Sealed) GoString() string { return redacted }

// LogValue never shows the bytes.
func (s Sealed) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON never shows the bytes.
func (s Sealed) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// UnmarshalJSON leaves s empty: what was redacted does not come back.
func (s *Sealed) UnmarshalJSON([]byte) error { *s = nil; return nil }

// Credential is what a line proves itself with: HA1 per algorithm, and the clear text only where a phone must be sent it.
type Credential struct {
	Line         LineID         `json:"lineId"`
	Organization OrganizationID `json:"organizationId"`
	HA1MD5       Sealed         `json:"ha1MD5"`
	HA1SHA256    Sealed         `json:"ha1SHA256"`
	Clear        Sealed         `json:"clear,omitempty"`
	ChangedAt    time.Time      `json:"changedAt"`
	Version      int64          `json:"version"`
}

// Ref names the credential by its line.
func (c Credential) Ref() Ref { return Ref{Kind: KindCredential, ID: int64(c.Line)} }

// SecretName names one of a user's secrets.
type SecretName string

// The secrets a user has apart from those of the lines (U2).
const (
	PortalPassword SecretName = "portalPassword"
	VoicemailPIN   SecretName = "voicemailPin"
)

// SecretScheme says how a user's secret is stored.
type SecretScheme string

// The schemes.
const (
	SchemeHMAC   SecretScheme = "hmac-sha256" // generated secrets and PINs
	SchemeArgon2 SecretScheme = "argon2id"    // what a person chose
)

// UserSecret is a secret of a user, stored apart from the user.
type UserSecret struct {
	User         UserID         `json:"userId"`
	Organization OrganizationID `json:"organizationId"`
	Name         SecretName     `json:"name"`
	Scheme       SecretScheme   `json:"scheme"`
	Value        Sealed         `json:"value"`
	ChangedAt    time.Time      `json:"changedAt"`
	Version      int64          `json:"version"`
}

// Ref names the secret by its user and name.
func (s UserSecret) Ref() Ref {
	return Ref{Kind: KindUserSecret, ID: int64(s.User), Key: string(s.Name)}
}
