// Package memstore keeps mailboxes in memory, for tests in virtual time and under the same conformance suites as the real
// store. It is safe for concurrent use.
package memstore

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
)

// Store keeps messages and greetings. The zero value is ready.
type Store struct {
	mu        sync.Mutex
	last      pbx.VoiceMessageID
	messages  map[pbx.VoiceMessageID]pbx.VoiceMessage
	told      map[pbx.VoiceMessageID]bool
	greetings map[greetingKey]greeting
}

type greetingKey struct {
	user pbx.UserID
	kind pbx.GreetingKind
}

type greeting struct {
	pbx.Greeting
	org pbx.OrganizationID
}

var _ voicemail.Store = (*Store)(nil)

func missing(what string) error { return pbx.Errorf(pbx.NotFound, "There is no such "+what+".") }

// AddMessages stores messages.
func (s *Store) AddMessages(ctx context.Context, messages ...pbx.VoiceMessage) ([]pbx.VoiceMessageID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.messages == nil {
		s.messages, s.told = map[pbx.VoiceMessageID]pbx.VoiceMessage{}, map[pbx.VoiceMessageID]bool{}
	}
	ids := make([]pbx.VoiceMessageID, 0, len(messages))
	for _, m := range messages {
		s.last++
		m.ID = s.last
		s.messages[m.ID] = m
		ids = append(ids, m.ID)
	}
	return ids, nil
}

// Message gives one message.
func (s *Store) Message(_ context.Context, id pbx.VoiceMessageID) (pbx.VoiceMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.messages[id]
	if !ok {
		return m, missing("voice message")
	}
	return m, nil
}

// Messages lists a mailbox.
func (s *Store) Messages(
	_ context.Context, u pbx.UserID, states ...pbx.VoiceMessageState,
) ([]pbx.VoiceMessage, error) {
	return s.those(func(m pbx.VoiceMessage) bool { return m.User == u && slices.Contains(states, m.State) }), nil
}

// those gives messages by their number.
func (s *Store) those(wanted func(pbx.VoiceMessage) bool) []pbx.VoiceMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []pbx.VoiceMessage
	for _, id := range slices.Sorted(maps.Keys(s.messages)) {
		if m := s.messages[id]; wanted(m) {
			out = append(out, m)
		}
	}
	return out
}

// MoveMessage stores where a message is.
func (s *Store) MoveMessage(_ context.Context, m pbx.VoiceMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.messages[m.ID]
	if !ok {
		return missing("voice message")
	}
	old.State, old.HeardAt, old.DeletedAt = m.State, m.HeardAt, m.DeletedAt
	s.messages[m.ID] = old
	return nil
}

// Waiting counts what waits.
func (s *Store) Waiting(_ context.Context, u pbx.UserID) (pbx.Waiting, error) {
	var w pbx.Waiting
	for _, m := range s.those(func(m pbx.VoiceMessage) bool { return m.User == u }) {
		switch m.State {
		case pbx.MessageNew:
			w.New++
		case pbx.MessageSaved:
			w.Saved++
		case pbx.MessageDeleted:
		}
	}
	return w, nil
}

// PutGreeting stores a greeting.
func (s *Store) PutGreeting(_ context.Context, org pbx.OrganizationID, g pbx.Greeting) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.greetings == nil {
		s.greetings = map[greetingKey]greeting{}
	}
	key := greetingKey{g.User, g.Kind}
	replaced := s.greetings[key].Blob
	s.greetings[key] = greeting{g, org}
	return replaced, nil
}

// Greeting gives one greeting.
func (s *Store) Greeting(_ context.Context, u pbx.UserID, kind pbx.GreetingKind) (pbx.Greeting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.greetings[greetingKey{u, kind}]
	if !ok {
		return pbx.Greeting{}, missing("greeting")
	}
	return g.Greeting, nil
}

// Greetings lists a user's greetings, by kind.
func (s *Store) Greetings(_ context.Context, u pbx.UserID) ([]pbx.Greeting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []pbx.Greeting
	for key, g := range s.greetings {
		if key.user == u {
			out = append(out, g.Greeting)
		}
	}
	slices.SortFunc(out, func(a, b pbx.Greeting) int { return cmp.Compare(a.Kind, b.Kind) })
	return out, nil
}

// DropGreeting removes a greeting.
func (s *Store) DropGreeting(_ context.Context, u pbx.UserID, kind pbx.GreetingKind) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := greetingKey{u, kind}
	g, ok := s.greetings[key]
	if !ok {
		return "", missing("greeting")
	}
	delete(s.greetings, key)
	return g.Blob, nil
}

// Purge removes messages that were deleted long ago.
func (s *Store) Purge(_ context.Context, before time.Time, limit int) ([]pbx.VoiceMessage, error) {
	gone := s.those(func(m pbx.VoiceMessage) bool {
		return m.State == pbx.MessageDeleted && m.DeletedAt.Before(before)
	})
	gone = gone[:min(limit, len(gone))]
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range gone {
		delete(s.messages, m.ID)
	}
	return gone, nil
}

// Owners lists who has anything.
func (s *Store) Owners(_ context.Context, after pbx.UserID, limit int) ([]voicemail.Owner, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[pbx.UserID]pbx.OrganizationID{}
	for _, m := range s.messages {
		found[m.User] = m.Organization
	}
	for key, g := range s.greetings {
		found[key.user] = g.org
	}
	var out []voicemail.Owner
	for _, u := range slices.Sorted(maps.Keys(found)) {
		if u > after && len(out) < limit {
			out = append(out, voicemail.Owner{Organization: found[u], User: u})
		}
	}
	return out, nil
}

// DropOwner removes what a user has.
func (s *Store) DropOwner(_ context.Context, u pbx.UserID) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var blobs []string
	for id, m := range s.messages {
		if m.User == u {
			blobs = append(blobs, m.Blob)
			delete(s.messages, id)
		}
	}
	for key, g := range s.greetings {
		if key.user == u {
			blobs = append(blobs, g.Blob)
			delete(s.greetings, key)
		}
	}
	return blobs, nil
}

// Blobs gives the blobs that are named.
func (s *Store) Blobs(_ context.Context, prefix string) (map[string]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]bool{}
	add := func(name string) {
		if strings.HasPrefix(name, prefix) {
			out[name] = true
		}
	}
	for _, m := range s.messages {
		add(m.Blob)
	}
	for _, g := range s.greetings {
		add(g.Blob)
	}
	return out, nil
}

// Usage sums mailboxes up.
func (s *Store) Usage(_ context.Context, users []pbx.UserID) (map[pbx.UserID]voicemail.Usage, error) {
	out := map[pbx.UserID]voicemail.Usage{}
	for _, m := range s.those(func(m pbx.VoiceMessage) bool { return slices.Contains(users, m.User) }) {
		u := out[m.User]
		u.Octets += m.Size
		switch m.State {
		case pbx.MessageNew:
			u.New++
		case pbx.MessageSaved:
			u.Saved++
		case pbx.MessageDeleted:
			u.Deleted++
		}
		if m.State != pbx.MessageDeleted && m.LeftAt.After(u.NewestAt) {
			u.NewestAt = m.LeftAt
		}
		out[m.User] = u
	}
	return out, nil
}

// Untold lists messages that nobody was told of.
func (s *Store) Untold(_ context.Context, after pbx.VoiceMessageID, limit int) ([]pbx.VoiceMessage, error) {
	list := s.those(func(m pbx.VoiceMessage) bool { return m.ID > after && !s.told[m.ID] })
	return list[:min(limit, len(list))], nil
}

// Told remembers that somebody was told of a message.
func (s *Store) Told(_ context.Context, id pbx.VoiceMessageID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.messages[id]; ok {
		s.told[id] = true
	}
	return nil
}
