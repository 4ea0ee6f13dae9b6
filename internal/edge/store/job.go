package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ringfence/internal/engine/job"
	"ringfence/internal/pbx"
)

// Jobs keeps what the server has yet to do: a job.Queue and a job.Outbox.
type Jobs struct{ s *Store }

// Jobs returns the store of jobs.
func (s *Store) Jobs() *Jobs { return &Jobs{s} }

var (
	_ job.Queue  = (*Jobs)(nil)
	_ job.Outbox = (*Jobs)(nil)
)

const jobColumns = "organization_id, queue, kind, key, user_id, goes_to, asked_by, data, secret, state, attempts, " +
	"created_at, due_at, give_up_at, last_at, last_answer"

// Add stores a job; Conflict when there is one with its key.
func (j *Jobs) Add(ctx context.Context, v pbx.Job) (pbx.JobID, error) {
	var id pbx.JobID
	err := j.s.live.QueryRowContext(ctx, "INSERT INTO job ("+jobColumns+", lease, lease_until) "+
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', 0) RETURNING id",
		int64(v.Organization), v.Queue, v.Kind, v.Key, int64(v.User), v.To, v.By, v.Data, blob(v.Secret), string(v.State),
		v.Attempts, millis(v.CreatedAt), millis(v.DueAt), millis(v.GiveUpAt), millis(v.LastAt), v.LastAnswer).Scan(&id)
	return id, j.s.fail("add job", err)
}

// Claim takes jobs that are due and held by nobody. Whoever waited for a row that another node took first sees it held.
func (j *Jobs) Claim(ctx context.Context, c job.Claim) ([]pbx.Job, error) {
	rows, err := j.s.live.QueryContext(ctx, "UPDATE job SET lease = $1, lease_until = $2, attempts = attempts + 1 "+
		"WHERE id IN (SELECT id FROM job WHERE queue = $3 AND state = 'waiting' AND due_at <= $4 AND lease_until <= $4 "+
		"ORDER BY due_at, id LIMIT $5) AND state = 'waiting' AND lease_until <= $4 RETURNING id, "+jobColumns,
		c.Lease, millis(c.Until), c.Queue, millis(c.Now), c.Most)
	list, err := scanAll(nil, rows, err, jobFields)
	slices.SortFunc(list, func(a, b pbx.Job) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID))
	})
	return list, j.s.fail("claim jobs", err)
}

// Done removes a job that is held.
func (j *Jobs) Done(ctx context.Context, id pbx.JobID, lease string) error {
	return j.touched(ctx, "finish job", "DELETE FROM job WHERE id = $1 AND lease = $2", int64(id), lease)
}

// Keep ends the lease of a job.
func (j *Jobs) Keep(ctx context.Context, id pbx.JobID, lease string, k job.Keeping) error {
	if k.At.IsZero() { // it was not tried: the claim does not count
		return j.touched(ctx, "give job back", "UPDATE job SET state = $1, due_at = $2, last_answer = $3, "+
			"attempts = attempts - 1, lease = '', lease_until = 0 WHERE id = $4 AND lease = $5",
			string(k.State), millis(k.DueAt), k.Answer, int64(id), lease)
	}
	return j.touched(ctx, "keep job", "UPDATE job SET state = $1, due_at = $2, last_answer = $3, last_at = $4, "+
		"lease = '', lease_until = 0 WHERE id = $5 AND lease = $6",
		string(k.State), millis(k.DueAt), k.Answer, millis(k.At), int64(id), lease)
}

// NextDue tells when the next job of a queue is due.
func (j *Jobs) NextDue(ctx context.Context, queue string) (time.Time, error) {
	var t time.Time
	err := j.s.read.QueryRowContext(ctx, "SELECT coalesce(min(due_at), 0) FROM job "+
		"WHERE queue = $1 AND state = 'waiting'", queue).Scan(moment{&t})
	return t, j.s.fail("read job queue", err)
}

// List gives an organization's jobs of a queue, the newest first.
func (j *Jobs) List(
	ctx context.Context, org pbx.OrganizationID, queue string, limit, offset int,
) ([]pbx.Job, int, error) {
	var total int
	err := j.s.read.QueryRowContext(ctx, "SELECT count(*) FROM job WHERE organization_id = $1 AND queue = $2",
		int64(org), queue).Scan(&total)
	if err != nil {
		return nil, 0, j.s.fail("count jobs", err)
	}
	rows, err := j.s.read.QueryContext(ctx, "SELECT id, "+jobColumns+" FROM job WHERE organization_id = $1 AND queue = $2 "+
		"ORDER BY id DESC LIMIT $3 OFFSET $4", int64(org), queue, limit, offset)
	list, err := scanAll(nil, rows, err, jobFields)
	return list, total, j.s.fail("list jobs", err)
}

// Count counts an organization's jobs in a state.
func (j *Jobs) Count(ctx context.Context, org pbx.OrganizationID, queue string, state pbx.JobState) (int, error) {
	var n int
	err := j.s.read.QueryRowContext(ctx, "SELECT count(*) FROM job WHERE organization_id = $1 AND queue = $2 AND state = $3",
		int64(org), queue, string(state)).Scan(&n)
	return n, j.s.fail("count jobs", err)
}

// Again makes a job due.
func (j *Jobs) Again(ctx context.Context, org pbx.OrganizationID, id pbx.JobID, due, giveUp time.Time) error {
	return j.touched(ctx, "try job again", "UPDATE job SET state = 'waiting', due_at = $1, give_up_at = $2 "+
		"WHERE id = $3 AND organization_id = $4", millis(due), millis(giveUp), int64(id), int64(org))
}

// Drop removes a job.
func (j *Jobs) Drop(ctx context.Context, org pbx.OrganizationID, id pbx.JobID) error {
	return j.touched(ctx, "drop job", "DELETE FROM job WHERE id = $1 AND organization_id = $2", int64(id), int64(org))
}

// DropOf removes all jobs of a queue about a user.
func (j *Jobs) DropOf(ctx context.Context, queue string, user pbx.UserID) error {
	_, err := j.s.live.ExecContext(ctx, "DELETE FROM job WHERE user_id = $1 AND queue = $2", int64(user), queue)
	return j.s.fail("drop jobs of a user", err)
}

// Tidy removes old jobs that were given up.
func (j *Jobs) Tidy(ctx context.Context, before time.Time) (int, error) {
	result, err := j.s.live.ExecContext(ctx, "DELETE FROM job WHERE state = 'failed' AND created_at < $1", millis(before))
	if err != nil {
		return 0, j.s.fail("tidy jobs", err)
	}
	n, err := result.RowsAffected()
	return int(n), j.s.fail("tidy jobs", err)
}

// touched runs a statement about one job; NotFound when it touched none.
func (j *Jobs) touched(ctx context.Context, attempt, text string, args ...any) error {
	result, err := j.s.live.ExecContext(ctx, text, args...)
	if err != nil {
		return j.s.fail(attempt, err)
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return pbx.Errorf(pbx.NotFound, "There is no such job.")
	}
	return j.s.fail(attempt, err)
}

func jobFields(v *pbx.Job) []any {
	return []any{
		&v.ID, &v.Organization, &v.Queue, &v.Kind, &v.Key, &v.User, &v.To, &v.By, &v.Data,
		sealed{&v.Secret},
		&v.State, &v.Attempts,
		moment{&v.CreatedAt},
		moment{&v.DueAt},
		moment{&v.GiveUpAt},
		moment{&v.LastAt},
		&v.LastAnswer,
	}
}
