// Package memstore is an auth.SessionStore and auth.SetupStore in memory, for tests in virtual time and under the same
// conformance suite as the real ones. It is safe for concurrent use.
package memstore

import (
	"context"
	"slices"
	"sync"
	"time"

	"ringfence/internal/engine/auth"
	"ringfence/internal/pbx"
)

// Store keeps sessions, the set-up token and one-time links. The zero value is ready.
type Store struct {
	mu       sync.Mutex
	sessions map[[32]byte]pbx.Session
	setup    *pbx.SetupToken
	links    map[linkKey]pbx.OneTimeLink
}

var (
	_ auth.SessionStore = (*Store)(nil)
	_ auth.SetupStore   = (*Store)(nil)
)

func missing(what string) error { return pbx.Errorf(pbx.NotFound, "There is no such "+what+".") }

// PutSession writes a session under its hash.
func (s *Store) PutSession(_ context.Context, v pbx.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions == nil {
		s.sessions = map[[32]byte]pbx.Session{}
	}
	s.sessions[v.Hash] = v
	return nil
}

// Session finds a session by its hash; NotFound.
func (s *Store) Session(_ context.Context, hash [32]byte) (pbx.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.sessions[hash]
	if !ok {
		return v, missing("session")
	}
	return v, nil
}

// SessionsOf gives a user's sessions, the latest seen first.
func (s *Store) SessionsOf(_ context.Context, user pbx.UserID) ([]pbx.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []pbx.Session
	for _, v := range s.sessions {
		if v.User == user {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b pbx.Session) int {
		if c := b.SeenAt.Compare(a.SeenAt); c != 0 {
			return c
		}
		return slices.Compare(a.Hash[:], b.Hash[:])
	})
	return out, nil
}

// DeleteSession ends a session.
func (s *Store) DeleteSession(_ context.Context, hash [32]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, hash)
	return nil
}

// DeleteSessionsBefore ends those of a user's sessions that were made before a moment.
func (s *Store) DeleteSessionsBefore(_ context.Context, user pbx.UserID, at time.Time) error {
	s.deleteWhere(func(v pbx.Session) bool { return v.User == user && v.CreatedAt.Before(at) })
	return nil
}

// DeleteSessionsOf ends a user's sessions.
func (s *Store) DeleteSessionsOf(_ context.Context, user pbx.UserID) error {
	s.deleteWhere(func(v pbx.Session) bool { return v.User == user })
	return nil
}

// DeleteSessionsExpired ends the sessions whose absolute end has passed.
func (s *Store) DeleteSessionsExpired(_ context.Context, at time.Time) (int, error) {
	return s.deleteWhere(func(v pbx.Session) bool { return !v.ExpiresAt.After(at) }), nil
}

func (s *Store) deleteWhere(match func(pbx.Session) bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for k, v := range s.sessions {
		if match(v) {
			delete(s.sessions, k)
			n++
		}
	}
	return n
}

// PutSetupToken writes the one set-up token there is.
func (s *Store) PutSetupToken(_ context.Context, t pbx.SetupToken) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setup = &t
	return nil
}

// SetupToken reads the set-up token; NotFound.
func (s *Store) SetupToken(context.Context) (pbx.SetupToken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.setup == nil {
		return pbx.SetupToken{}, missing("set-up token")
	}
	return *s.setup, nil
}

// DeleteSetupToken voids the set-up token.
func (s *Store) DeleteSetupToken(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setup = nil
	return nil
}
