package memstore

import (
	"context"
	"slices"
	"time"

	"ringfence/internal/engine/auth"
	"ringfence/internal/pbx"
)

type linkKey struct {
	user    pbx.UserID
	purpose pbx.LinkPurpose
}

var _ auth.LinkStore = (*Store)(nil)

// PutLink stores a link and ends the one before.
func (s *Store) PutLink(_ context.Context, l pbx.OneTimeLink) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.links == nil {
		s.links = map[linkKey]pbx.OneTimeLink{}
	}
	s.links[linkKey{l.User, l.Purpose}] = l
	return nil
}

func (s *Store) linkLocked(hash [32]byte) (pbx.OneTimeLink, error) {
	for _, l := range s.links {
		if l.Hash == hash {
			return l, nil
		}
	}
	return pbx.OneTimeLink{}, missing("link")
}

// Link finds a link by its hash.
func (s *Store) Link(_ context.Context, hash [32]byte) (pbx.OneTimeLink, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.linkLocked(hash)
}

// TakeLink removes a link and returns it.
func (s *Store) TakeLink(_ context.Context, hash [32]byte) (pbx.OneTimeLink, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.linkLocked(hash)
	delete(s.links, linkKey{l.User, l.Purpose})
	return l, err
}

// DeleteLinksOf ends a user's links.
func (s *Store) DeleteLinksOf(_ context.Context, user pbx.UserID, purposes ...pbx.LinkPurpose) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.links {
		if k.user == user && (len(purposes) == 0 || slices.Contains(purposes, k.purpose)) {
			delete(s.links, k)
		}
	}
	return nil
}

// DeleteLinksExpired removes links whose end has passed.
func (s *Store) DeleteLinksExpired(_ context.Context, at time.Time) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for k, l := range s.links {
		if !l.ExpiresAt.After(at) {
			delete(s.links, k)
			n++
		}
	}
	return n, nil
}
