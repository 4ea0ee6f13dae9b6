package job_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/job"
	"ringfence/internal/engine/job/memstore"
	"ringfence/internal/pbx"
)

// desk is a Worker that answers as it is told and notes when it was asked.
type desk struct {
	answer func(pbx.Job) job.Outcome

	mu    sync.Mutex
	tries []string // "key at since start"
	began time.Time
}

func (d *desk) Work(_ context.Context, jobs []pbx.Job) []job.Outcome {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []job.Outcome
	for _, j := range jobs {
		d.tries = append(d.tries, fmt.Sprint(j.Key, " ", time.Since(d.began).Round(time.Second)))
		out = append(out, d.answer(j))
	}
	return out
}

func (d *desk) tried() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.tries)
}

type rig struct {
	*testing.T
	store  *memstore.Store
	desk   *desk
	runner *job.Runner
	end    context.CancelFunc
	done   chan struct{}
}

func start(t *testing.T, answer func(pbx.Job) job.Outcome, more ...func(*job.Config)) *rig {
	t.Helper()
	r := &rig{T: t, store: &memstore.Store{}, desk: &desk{answer: answer, began: time.Now()}}
	r.run(r.desk, more...)
	return r
}

func (r *rig) run(w job.Worker, more ...func(*job.Config)) {
	cfg := job.Config{Queue: "mail", Jobs: r.store, Worker: w, Jitter: func() float64 { return 0.5 }}
	for _, m := range more {
		m(&cfg)
	}
	r.runner = job.NewRunner(cfg)
	ctx, cancel := context.WithCancel(r.Context())
	r.end, r.done = cancel, make(chan struct{})
	go func() { defer close(r.done); r.runner.Run(ctx) }()
}

func (r *rig) stop() { r.end(); <-r.done }

func (r *rig) add(key string, change ...func(*pbx.Job)) pbx.JobID {
	r.Helper()
	now := time.Now()
	j := pbx.Job{
		Organization: 1, Queue: "mail", Key: key, State: pbx.JobWaiting, CreatedAt: now, DueAt: now, GiveUpAt: now.Add(48 * time.Hour),
	}
	for _, c := range change {
		c(&j)
	}
	id, err := r.store.Add(r.Context(), j)
	if err != nil {
		r.Fatal(err)
	}
	r.runner.Wake()
	return id
}

func (r *rig) jobs() []pbx.Job {
	r.Helper()
	list, _, err := r.store.List(r.Context(), 1, "mail", 100, 0)
	if err != nil {
		r.Fatal(err)
	}
	return list
}

func equal[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func always(o job.Outcome) func(pbx.Job) job.Outcome { return func(pbx.Job) job.Outcome { return o } }

func TestAJobIsDoneOnceAndAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, always(job.Outcome{}))
		defer r.stop()
		r.add("a")
		synctest.Wait()
		pass(time.Hour)
		equal(t, "tries", r.desk.tried(), []string{"a 0s"})
		if len(r.jobs()) != 0 || r.runner.Counters().Done.Load() != 1 {
			t.Errorf("left: %v", r.jobs())
		}
	})
}

func TestFailuresAreTriedAgainEverLaterAndThenGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var given []string
		r := start(t, always(job.Outcome{Verdict: job.Retry, Answer: "451 not\r\nnow"}), func(c *job.Config) {
			c.OnGiven = func(j pbx.Job) { given = append(given, j.Key+": "+j.LastAnswer) }
		})
		defer r.stop()
		r.add("a", func(j *pbx.Job) { j.GiveUpAt = time.Now().Add(5 * time.Hour) })
		pass(24 * time.Hour)
		synctest.Wait()
		equal(t, "tries", r.desk.tried(), []string{
			"a 0s", "a 1m0s", "a 3m0s", "a 7m0s", "a 15m0s", "a 31m0s", "a 1h3m0s", "a 2h3m0s", "a 3h3m0s", "a 4h3m0s",
		})
		equal(t, "given up", given, []string{"a: 451 not now"})
		j := r.jobs()[0]
		if j.State != pbx.JobFailed || j.Attempts != 10 || j.LastAnswer != "451 not now" {
			t.Errorf("kept as %+v", j)
		}
	})
}

func TestWhatNeverGoesWellIsGivenUpAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, always(job.Outcome{Verdict: job.Fail, Answer: "550 no such user"}))
		defer r.stop()
		id := r.add("a")
		pass(24 * time.Hour)
		equal(t, "tries", r.desk.tried(), []string{"a 0s"})
		r.desk.mu.Lock()
		r.desk.answer = always(job.Outcome{})
		r.desk.mu.Unlock()
		if err := r.store.Again(t.Context(), 1, id, time.Now(), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		r.runner.Wake()
		synctest.Wait()
		if len(r.jobs()) != 0 {
			t.Errorf("tried again: %+v", r.jobs())
		}
	})
}

func TestWhoseTurnItIsNotIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		r := start(t, func(pbx.Job) job.Outcome {
			if n++; n < 3 {
				return job.Outcome{Verdict: job.Wait, After: 10 * time.Minute}
			}
			return job.Outcome{}
		})
		defer r.stop()
		r.add("a", func(j *pbx.Job) { j.GiveUpAt = time.Now().Add(time.Minute) })
		pass(time.Hour)
		equal(t, "tries", r.desk.tried(), []string{"a 0s", "a 10m0s", "a 20m0s"})
	})
}

// stuck is a Worker that hangs until its context ends.
type stuck struct{ began chan struct{} }

func (s stuck) Work(ctx context.Context, jobs []pbx.Job) []job.Outcome {
	close(s.began)
	<-ctx.Done()
	out := make([]job.Outcome, len(jobs))
	for i := range out {
		out[i] = job.Outcome{Verdict: job.Retry, Answer: ctx.Err().Error()}
	}
	return out
}

func TestAStopInTheMiddleCostsNothingAndTheNextStartGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		r.stop()
		hang := stuck{make(chan struct{})}
		r.run(hang)
		r.add("a")
		<-hang.began
		r.stop()
		if j := r.jobs()[0]; j.Attempts != 0 || j.State != pbx.JobWaiting || j.LastAnswer != "" {
			t.Errorf("after the stop: %+v", j)
		}
		r.desk.answer = always(job.Outcome{})
		r.run(r.desk)
		defer r.stop()
		synctest.Wait()
		equal(t, "tries after the start", r.desk.tried(), []string{"a 0s"})
	})
}

func TestAKilledServersJobsAreDoneWhenTheirLeaseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, always(job.Outcome{}))
		r.stop()
		r.add("a")
		now := time.Now()
		_, err := r.store.Claim(t.Context(), job.Claim{Queue: "mail", Lease: "killed", Now: now, Until: now.Add(5 * time.Minute), Most: 9})
		if err != nil {
			t.Fatal(err)
		}
		r.run(r.desk)
		defer r.stop()
		pass(10 * time.Minute)
		synctest.Wait()
		if tried := r.desk.tried(); len(tried) != 1 || len(r.jobs()) != 0 {
			t.Errorf("tried %v, left %v", tried, r.jobs())
		}
	})
}

func TestAHangingOrganizationDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		r.stop()
		hang := stuck{make(chan struct{})}
		r.run(split{hang: hang, well: r.desk})
		r.desk.answer = always(job.Outcome{})
		r.add("slow", func(j *pbx.Job) { j.Organization = 2 })
		r.add("quick")
		<-hang.began
		synctest.Wait()
		equal(t, "tries", r.desk.tried(), []string{"quick 0s"})
		pass(4 * time.Minute)
		synctest.Wait()
		list, _, _ := r.store.List(t.Context(), 2, "mail", 9, 0)
		if len(list) != 1 || list[0].Attempts != 1 || list[0].LastAnswer == "" {
			t.Errorf("the try that hung was cut short: %+v", list)
		}
		r.stop()
	})
}

type split struct {
	hang stuck
	well *desk
}

func (s split) Work(ctx context.Context, jobs []pbx.Job) []job.Outcome {
	if jobs[0].Organization == 2 {
		return s.hang.Work(ctx, jobs)
	}
	return s.well.Work(ctx, jobs)
}

func TestAPanicEndsOneTryOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		r := start(t, func(pbx.Job) job.Outcome {
			if first {
				first = false
				panic("a fault")
			}
			return job.Outcome{}
		})
		defer r.stop()
		r.add("a")
		pass(time.Hour)
		synctest.Wait()
		equal(t, "tries", r.desk.tried(), []string{"a 0s", "a 1m0s"})
		if r.runner.Counters().Faults.Load() != 1 || len(r.jobs()) != 0 {
			t.Errorf("left: %v", r.jobs())
		}
	})
}

func pass(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // virtual time
