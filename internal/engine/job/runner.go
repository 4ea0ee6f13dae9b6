package job

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/pbx"
)

// How a Runner is patient, unless told otherwise.
const (
	defaultBatch = 20
	defaultFirst = time.Minute
	defaultMost  = time.Hour
	defaultLease = 5 * time.Minute
	defaultLook  = time.Minute
	faultWait    = 5 * time.Second // after the database failed
	keepTime     = 5 * time.Second // to write down what became of a job, also while stopping
	maxAnswer    = 1000            // bytes of an answer that are kept
)

// Config is what a Runner is made from. Zero fields take the values named.
type Config struct {
	Queue   string
	Jobs    Queue
	Worker  Worker
	Log     *slog.Logger
	Batch   int           // jobs claimed at once: 20
	First   time.Duration // wait after the first failure: 1 min, then twice as long each time
	Most    time.Duration // the longest wait: 1 h
	Lease   time.Duration // how long a try may take; another node may begin again after it: 5 min
	Look    time.Duration // how often it looks by itself, in case a wake-up came to another node: 1 min
	Jitter  func() float64
	OnGiven func(pbx.Job) // told of each job that was given up; it must not wait
}

// Runner carries out the jobs of one queue. Make one with NewRunner, and let Run run.
type Runner struct {
	cfg      Config
	wake     chan struct{}
	counters Counters
}

// Counters counts what became of jobs.
type Counters struct{ Tries, Done, Retried, Failed, Faults atomic.Uint64 }

// Each gives every counter with its name and help.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("jobs_tries_total", "Jobs that were tried.", c.Tries.Load())
	fn("jobs_done_total", "Jobs that were carried out.", c.Done.Load())
	fn("jobs_retried_total", "Tries that are to be repeated.", c.Retried.Load())
	fn("jobs_failed_total", "Jobs that were given up.", c.Failed.Load())
	fn("jobs_faults_total", "Faults of the queue's database or worker.", c.Faults.Load())
}

// NewRunner makes a Runner.
func NewRunner(cfg Config) *Runner {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Batch <= 0 {
		cfg.Batch = defaultBatch
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&cfg.First, defaultFirst}, {&cfg.Most, defaultMost}, {&cfg.Lease, defaultLease}, {&cfg.Look, defaultLook}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if cfg.Jitter == nil {
		cfg.Jitter = mathrand.Float64
	}
	return &Runner{cfg: cfg, wake: make(chan struct{}, 1)}
}

// Counters returns the runner's counters.
func (r *Runner) Counters() *Counters { return &r.counters }

// Wake makes the runner look now. It never waits.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Run carries jobs out until ctx is done. What is being tried then is given back and tried again after the next start.
func (r *Runner) Run(ctx context.Context) {
	for ctx.Err() == nil {
		busy, err := r.round(ctx)
		wait := time.Duration(0)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.counters.Faults.Add(1)
			r.cfg.Log.ErrorContext(ctx, "jobs can't be read, trying again", "queue", r.cfg.Queue, "error", err)
			wait = faultWait
		case !busy:
			wait = r.untilDue(ctx)
		}
		r.sleep(ctx, wait)
	}
}

// sleep waits for the time, or until woken.
func (r *Runner) sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-r.wake:
	case <-t.C:
	}
}

func (r *Runner) untilDue(ctx context.Context) time.Duration {
	due, err := r.cfg.Jobs.NextDue(ctx, r.cfg.Queue)
	if err != nil || due.IsZero() {
		return r.cfg.Look
	}
	// One that is due and was not claimed is held, by another node or by one that died: its lease ends some time.
	return min(max(time.Until(due), time.Second), r.cfg.Look)
}

// round claims a batch and works on it, each organization by itself, so that one whose server hangs delays no other.
// It reports whether there was something to do.
func (r *Runner) round(ctx context.Context) (bool, error) {
	now := time.Now()
	lease := newLease()
	jobs, err := r.cfg.Jobs.Claim(ctx, Claim{
		Queue: r.cfg.Queue, Lease: lease, Now: now, Until: now.Add(r.cfg.Lease), Most: r.cfg.Batch,
	})
	if err != nil {
		return false, fmt.Errorf("claim jobs: %w", err)
	}
	var wg sync.WaitGroup
	for _, own := range byOrganization(jobs) {
		wg.Go(func() { r.work(ctx, lease, own) })
	}
	wg.Wait()
	return len(jobs) > 0, nil
}

func byOrganization(jobs []pbx.Job) [][]pbx.Job {
	var out [][]pbx.Job
	for _, j := range jobs {
		i := slices.IndexFunc(out, func(own []pbx.Job) bool { return own[0].Organization == j.Organization })
		if i < 0 {
			out = append(out, []pbx.Job{j})
			continue
		}
		out[i] = append(out[i], j)
	}
	return out
}

// work lets the worker try jobs that are held and writes down what became of them.
func (r *Runner) work(ctx context.Context, lease string, jobs []pbx.Job) {
	within, cancel := context.WithTimeout(ctx, r.cfg.Lease*4/5) // over before somebody else begins
	outcomes := r.try(within, jobs)
	cancel()
	keep, end := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer end()
	for i, j := range jobs {
		o := Outcome{Verdict: Retry, Answer: "The try was cut short."}
		if i < len(outcomes) {
			o = outcomes[i]
		}
		if ctx.Err() != nil && o.Verdict == Retry { // cut short by the stop: not the job's fault
			o = Outcome{Verdict: Wait}
		}
		if err := r.settle(keep, lease, j, o); err != nil && pbx.KindOf(err) != pbx.NotFound {
			r.counters.Faults.Add(1)
			r.cfg.Log.ErrorContext(ctx, "what became of a job can't be written down; it is tried again", "job", int64(j.ID),
				"error", err)
		}
	}
}

// try calls the worker; a panic ends this try only.
func (r *Runner) try(ctx context.Context, jobs []pbx.Job) (outcomes []Outcome) {
	defer func() {
		if fault := recover(); fault != nil {
			r.counters.Faults.Add(1)
			r.cfg.Log.ErrorContext(ctx, "job panicked", "queue", r.cfg.Queue, "panic", fault, "stack", string(debug.Stack()))
			outcomes = nil
		}
	}()
	return r.cfg.Worker.Work(ctx, jobs)
}

func (r *Runner) settle(ctx context.Context, lease string, j pbx.Job, o Outcome) error {
	now := time.Now()
	k := Keeping{State: pbx.JobWaiting, At: now, Answer: shortened(o.Answer)}
	switch o.Verdict {
	case Done:
		r.counters.Tries.Add(1)
		r.counters.Done.Add(1)
		return r.cfg.Jobs.Done(ctx, j.ID, lease)
	case Wait:
		k.At, k.DueAt, k.Answer = time.Time{}, now.Add(o.After), j.LastAnswer
		return r.cfg.Jobs.Keep(ctx, j.ID, lease, k)
	case Retry:
		k.DueAt = now.Add(max(r.backOff(j.Attempts), o.After))
	case Fail:
		k.State, k.DueAt = pbx.JobFailed, now
	}
	r.counters.Tries.Add(1)
	if o.Verdict == Retry && !k.DueAt.Before(j.GiveUpAt) {
		k.State, k.DueAt = pbx.JobFailed, now
	}
	if err := r.cfg.Jobs.Keep(ctx, j.ID, lease, k); err != nil {
		return err
	}
	if k.State == pbx.JobWaiting {
		r.counters.Retried.Add(1)
		return nil
	}
	r.counters.Failed.Add(1)
	if r.cfg.OnGiven != nil {
		j.State, j.LastAnswer, j.LastAt = k.State, k.Answer, k.At
		r.cfg.OnGiven(j)
	}
	return nil
}

// backOff doubles with each try, up to the most, give or take a fifth, so that many jobs do not come back at once.
func (r *Runner) backOff(tries int) time.Duration {
	d := r.cfg.First
	for i := 1; i < tries && d < r.cfg.Most; i++ {
		d *= 2
	}
	d = min(d, r.cfg.Most)
	return time.Duration(float64(d) * (0.8 + 0.4*r.cfg.Jitter()))
}

func newLease() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails: it ends the process instead
	return hex.EncodeToString(b[:])
}

// shortened is an answer of somebody else's server as it may be stored and shown: one line, and not too long.
func shortened(answer string) string {
	answer = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(answer, "?"))), " ")
	if len(answer) > maxAnswer {
		answer = strings.ToValidUTF8(answer[:maxAnswer], "") + "..."
	}
	return answer
}
