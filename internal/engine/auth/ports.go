package auth

import (
	"context"
	"time"

	"ringfence/internal/pbx"
)

// SessionStore keeps sessions. What is not there is pbx.NotFound; deleting it is no error.
type SessionStore interface {
	PutSession(ctx context.Context, s pbx.Session) error
	Session(ctx context.Context, hash [32]byte) (pbx.Session, error)
	SessionsOf(ctx context.Context, user pbx.UserID) ([]pbx.Session, error) // the latest seen first
	DeleteSession(ctx context.Context, hash [32]byte) error
	DeleteSessionsOf(ctx context.Context, user pbx.UserID) error
	DeleteSessionsBefore(ctx context.Context, user pbx.UserID, at time.Time) error // those made earlier
	DeleteSessionsExpired(ctx context.Context, at time.Time) (int, error)          // absolute end passed
}

// SetupStore keeps the one set-up token there may be.
type SetupStore interface {
	PutSetupToken(ctx context.Context, t pbx.SetupToken) error // replaces the one before
	SetupToken(ctx context.Context) (pbx.SetupToken, error)
	DeleteSetupToken(ctx context.Context) error
}

// SignInStore remembers when each user signed in last.
type SignInStore interface {
	PutSignIn(ctx context.Context, user pbx.UserID, at time.Time) error
}

// LinkStore keeps the one-time links there are, at most one of each purpose for a user. What is not there is
// pbx.NotFound.
type LinkStore interface {
	PutLink(ctx context.Context, l pbx.OneTimeLink) error // ends the one before of the user and purpose
	Link(ctx context.Context, hash [32]byte) (pbx.OneTimeLink, error)
	// TakeLink removes a link and returns it: of many who try, one gets it.
	TakeLink(ctx context.Context, hash [32]byte) (pbx.OneTimeLink, error)
	DeleteLinksOf(ctx context.Context, user pbx.UserID, purposes ...pbx.LinkPurpose) error // none named: all
	DeleteLinksExpired(ctx context.Context, at time.Time) (int, error)
}
