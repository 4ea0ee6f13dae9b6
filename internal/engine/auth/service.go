// Package auth signs people and programs in to the portal and the API: passwords, sessions, API tokens, and the one-time
// set-up token. SIP digest is not here. A Service is safe for concurrent use.
package auth

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
	"ringfence/internal/support/throttle"
)

// How long things last.
const (
	sessionLife  = 12 * time.Hour   // absolute
	sessionIdle  = 2 * time.Hour    // without a request
	seenEvery    = time.Minute      // how exactly the last request is kept
	setupLife    = 24 * time.Hour   // of the set-up link (A1)
	freshFor     = 10 * time.Minute // how long a password counts as just asked
	maxSessions  = 20               // of one user; the one seen longest ago gives way
	maxLoginText = 254
)

// Config is what a Service is made from.
type Config struct {
	Admin    *admin.Service
	Store    admin.Store
	Sessions SessionStore
	Setup    SetupStore
	SignIns  SignInStore // nil: nobody asks when somebody signed in last
	Links    LinkStore
	Vault    *vault.Vault
	Throttle *throttle.Table // nil: one of its own
	Log      *slog.Logger
	Now      func() time.Time // nil: the clock
}

// Service signs in. Make one with New.
type Service struct {
	admin    *admin.Service
	store    admin.Store
	sessions SessionStore
	setup    SetupStore
	signIns  SignInStore
	links    LinkStore
	vault    *vault.Vault
	slow     *throttle.Table
	log      *slog.Logger
	clock    func() time.Time
	counters Counters

	setupMu sync.Mutex // one set-up at a time; held over the whole use of the token
}

// Counters counts what came to sign in.
type Counters struct {
	Logins, WrongLogins, SlowedLogins, WrongTokens atomic.Uint64
}

// New makes the service.
func New(cfg Config) *Service {
	s := &Service{
		admin: cfg.Admin, store: cfg.Store, sessions: cfg.Sessions, setup: cfg.Setup, links: cfg.Links, vault: cfg.Vault,
		signIns: cfg.SignIns, slow: cfg.Throttle, log: cfg.Log, clock: cfg.Now,
	}
	if s.slow == nil {
		s.slow = throttle.New(throttle.Config{})
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	return s
}

// Counters returns the service's counters.
func (s *Service) Counters() *Counters { return &s.counters }

// Each gives every counter with its name and help.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("auth_logins_total", "Portal logins.", c.Logins.Load())
	fn("auth_logins_wrong_total", "Portal logins with something wrong.", c.WrongLogins.Load())
	fn("auth_logins_slowed_total", "Portal logins refused because their source must wait.", c.SlowedLogins.Load())
	fn("auth_tokens_wrong_total", "Requests with an unknown API token.", c.WrongTokens.Load())
}

// now is the time as it is stored: UTC, whole milliseconds.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// errWrong is the one answer to every login that does not succeed: it tells nothing.
func errWrong() error {
	return pbx.Errorf(pbx.Unauthenticated, "The name or the password is not right.")
}

func errSignIn() error { return pbx.Errorf(pbx.Unauthenticated, "Sign in first.") }

// errWait says how long a source must wait.
func errWait(d time.Duration) error {
	return &pbx.Error{Kind: pbx.Exhausted, Text: "Too many wrong tries: wait a moment.", RetryAfter: d}
}

// user reads a user in a snapshot of its own.
func (s *Service) user(ctx context.Context, id pbx.UserID) (pbx.User, error) {
	var u pbx.User
	err := s.store.View(ctx, func(tx admin.ReadTx) (err error) {
		u, err = tx.User(id)
		return err
	})
	return u, err
}

// mayEnter reports whether the user may be signed in at all (U4, F6).
func mayEnter(u pbx.User) bool { return u.Enabled && u.Kind.MayLogIn() }

func source(kind string, a netip.Addr) string {
	if !a.IsValid() {
		return kind
	}
	return kind + " " + a.Unmap().String()
}
