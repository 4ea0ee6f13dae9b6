// Package job carries out what the server has yet to do by itself: mail, and later directories, webhooks, statements. A job is
// a row in the database, so it outlives the process; a Runner claims those of its queue for a while, hands them to its
// Worker, and keeps what becomes of them.
//
// A job is carried out at least once: whoever does the work must be able to bear a repetition after a crash. Nothing
// here knows what a job is about. A Runner owns the goroutines it starts and waits for them.
package job

import (
	"context"
	"time"

	"ringfence/internal/pbx"
)

// Queue is where a Runner gets its jobs from and tells what became of them. A job is held by a lease that ends by
// itself; what the holder of an old lease says changes nothing and is pbx.NotFound.
type Queue interface {
	// Claim takes at most c.Most jobs of the queue that are due and held by nobody, the longest due first, and counts the
	// try.
	Claim(ctx context.Context, c Claim) ([]pbx.Job, error)
	// Done removes a job.
	Done(ctx context.Context, id pbx.JobID, lease string) error
	// Keep ends the lease of a job that is not done.
	Keep(ctx context.Context, id pbx.JobID, lease string, k Keeping) error
	// NextDue tells when the next job of the queue is due, held or not; the zero time when none waits.
	NextDue(ctx context.Context, queue string) (time.Time, error)
}

// Claim says which jobs are wanted, and until when.
type Claim struct {
	Queue string
	Lease string // names the holder; never the same twice
	Now   time.Time
	Until time.Time
	Most  int
}

// Keeping is what becomes of a job that is not done.
type Keeping struct {
	State  pbx.JobState
	DueAt  time.Time
	At     time.Time // of the try; zero when there was none, and then it does not count
	Answer string
}

// Outbox is where jobs are put and looked at.
type Outbox interface {
	// Add stores a job and returns its number; pbx.Conflict when there is one with its key.
	Add(ctx context.Context, j pbx.Job) (pbx.JobID, error)
	// List gives an organization's jobs of a queue, the newest first, and how many there are.
	List(ctx context.Context, org pbx.OrganizationID, queue string, limit, offset int) ([]pbx.Job, int, error)
	// Count counts an organization's jobs of a queue in a state.
	Count(ctx context.Context, org pbx.OrganizationID, queue string, state pbx.JobState) (int, error)
	// Again makes a job due at the time, whatever its state; pbx.NotFound. One that is held stays held.
	Again(ctx context.Context, org pbx.OrganizationID, id pbx.JobID, due, giveUp time.Time) error
	// Drop removes a job; pbx.NotFound.
	Drop(ctx context.Context, org pbx.OrganizationID, id pbx.JobID) error
	// DropOf removes all jobs of a queue about a user.
	DropOf(ctx context.Context, queue string, user pbx.UserID) error
	// Tidy removes jobs that were given up and are older than the time, and returns how many there were.
	Tidy(ctx context.Context, before time.Time) (int, error)
}

// Verdict is what became of a try.
type Verdict int

// The verdicts.
const (
	Done  Verdict = iota // nothing is left to do
	Retry                // it may go well another time
	Fail                 // it never will, or must not
	Wait                 // it was not tried: it is not its turn yet
)

// Outcome is what a Worker says of one job.
type Outcome struct {
	Verdict Verdict
	Answer  string        // what kept it from being done, for people
	After   time.Duration // with Wait: how long; with Retry: at least so long
}

// Worker carries jobs out. The jobs of one call belong to one organization; it returns an outcome for each.
type Worker interface {
	Work(ctx context.Context, jobs []pbx.Job) []Outcome
}
