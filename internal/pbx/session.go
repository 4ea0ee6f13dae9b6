package pbx

import (
	"net/netip"
	"time"
)

// Session is a portal login. The token itself is with the browser only; Hash is SHA-256 of it.
type Session struct {
	Hash            [32]byte       `json:"-"`
	User            UserID         `json:"userId"`
	Organization    OrganizationID `json:"organizationId"`
	CreatedAt       time.Time      `json:"createdAt"`
	SeenAt          time.Time      `json:"seenAt"`          // moved at most once a minute
	ExpiresAt       time.Time      `json:"expiresAt"`       // absolute
	AuthenticatedAt time.Time      `json:"authenticatedAt"` // the last time the password was asked
	Remote          netip.Addr     `json:"remote"`
	UserAgent       string         `json:"userAgent"`
}

// Token is an API token. The token itself is shown once; Hash is SHA-256 of it.
type Token struct {
	ID           TokenID        `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	User         UserID         `json:"userId"`
	Name         string         `json:"name"`
	Hash         Sealed         `json:"hash"`
	Scopes       []Permission   `json:"scopes"` // empty: all that the user may do
	CreatedAt    time.Time      `json:"createdAt"`
	ExpiresAt    time.Time      `json:"expiresAt,omitzero"`
	Version      int64          `json:"version"`
}

// Ref names the token.
func (t Token) Ref() Ref { return Ref{Kind: KindToken, ID: int64(t.ID)} }

// SetupToken is the one-time permission to make the first owner (A1). Hash is SHA-256 of what the link carries.
type SetupToken struct {
	Hash      [32]byte
	CreatedAt time.Time
	ExpiresAt time.Time
}
