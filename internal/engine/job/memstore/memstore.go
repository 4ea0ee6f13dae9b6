// Package memstore keeps jobs in memory, for tests in virtual time and under the same conformance suite as the real
// store. It is safe for concurrent use.
package memstore

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"ringfence/internal/engine/job"
	"ringfence/internal/pbx"
)

// Store keeps jobs. The zero value is ready.
type Store struct {
	mu   sync.Mutex
	last pbx.JobID
	jobs map[pbx.JobID]*held
}

type held struct {
	pbx.Job
	lease string
	until time.Time
}

var (
	_ job.Queue  = (*Store)(nil)
	_ job.Outbox = (*Store)(nil)
)

func missing() error { return pbx.Errorf(pbx.NotFound, "There is no such job.") }

// Add stores a job.
func (s *Store) Add(_ context.Context, j pbx.Job) (pbx.JobID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.jobs {
		if h.Key == j.Key {
			return 0, pbx.Errorf(pbx.Conflict, "There is such a job already.")
		}
	}
	if s.jobs == nil {
		s.jobs = map[pbx.JobID]*held{}
	}
	s.last++
	j.ID = s.last
	s.jobs[j.ID] = &held{Job: j}
	return j.ID, nil
}

// Claim takes jobs that are due and held by nobody.
func (s *Store) Claim(_ context.Context, c job.Claim) ([]pbx.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []*held
	for _, h := range s.jobs {
		if h.Queue == c.Queue && h.State == pbx.JobWaiting && !h.DueAt.After(c.Now) && !h.until.After(c.Now) {
			due = append(due, h)
		}
	}
	slices.SortFunc(due, func(a, b *held) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID))
	})
	var out []pbx.Job
	for _, h := range due[:min(len(due), c.Most)] {
		h.lease, h.until = c.Lease, c.Until
		h.Attempts++
		out = append(out, h.Job)
	}
	return out, nil
}

func (s *Store) heldLocked(id pbx.JobID, lease string) (*held, error) {
	h, ok := s.jobs[id]
	if !ok || h.lease != lease || lease == "" {
		return nil, missing()
	}
	return h, nil
}

// Done removes a job.
func (s *Store) Done(_ context.Context, id pbx.JobID, lease string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.heldLocked(id, lease); err != nil {
		return err
	}
	delete(s.jobs, id)
	return nil
}

// Keep ends the lease of a job that is not done.
func (s *Store) Keep(_ context.Context, id pbx.JobID, lease string, k job.Keeping) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.heldLocked(id, lease)
	if err != nil {
		return err
	}
	h.State, h.DueAt, h.LastAnswer = k.State, k.DueAt, k.Answer
	if k.At.IsZero() {
		h.Attempts--
	} else {
		h.LastAt = k.At
	}
	h.lease, h.until = "", time.Time{}
	return nil
}

// NextDue tells when the next job is due.
func (s *Store) NextDue(_ context.Context, queue string) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var next time.Time
	for _, h := range s.jobs {
		if h.Queue == queue && h.State == pbx.JobWaiting && (next.IsZero() || h.DueAt.Before(next)) {
			next = h.DueAt
		}
	}
	return next, nil
}

// List gives an organization's jobs, the newest first.
func (s *Store) List(
	_ context.Context, org pbx.OrganizationID, queue string, limit, offset int,
) ([]pbx.Job, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []pbx.Job
	for _, h := range s.jobs {
		if h.Organization == org && h.Queue == queue {
			all = append(all, h.Job)
		}
	}
	slices.SortFunc(all, func(a, b pbx.Job) int { return cmp.Compare(b.ID, a.ID) })
	from := min(offset, len(all))
	return all[from:min(from+limit, len(all))], len(all), nil
}

// Count counts jobs in a state.
func (s *Store) Count(_ context.Context, org pbx.OrganizationID, queue string, state pbx.JobState) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, h := range s.jobs {
		if h.Organization == org && h.Queue == queue && h.State == state {
			n++
		}
	}
	return n, nil
}

// Again makes a job due.
func (s *Store) Again(_ context.Context, org pbx.OrganizationID, id pbx.JobID, due, giveUp time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.jobs[id]
	if !ok || h.Organization != org {
		return missing()
	}
	h.State, h.DueAt, h.GiveUpAt = pbx.JobWaiting, due, giveUp
	return nil
}

// Drop removes a job.
func (s *Store) Drop(_ context.Context, org pbx.OrganizationID, id pbx.JobID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.jobs[id]
	if !ok || h.Organization != org {
		return missing()
	}
	delete(s.jobs, id)
	return nil
}

// DropOf removes all jobs about a user.
func (s *Store) DropOf(_ context.Context, queue string, user pbx.UserID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, h := range s.jobs {
		if h.Queue == queue && h.User == user {
			delete(s.jobs, id)
		}
	}
	return nil
}

// Tidy removes old jobs that were given up.
func (s *Store) Tidy(_ context.Context, before time.Time) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for id, h := range s.jobs {
		if h.State == pbx.JobFailed && h.CreatedAt.Before(before) {
			delete(s.jobs, id)
			n++
		}
	}
	return n, nil
}
