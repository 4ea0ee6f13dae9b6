package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"ringfence/internal/engine/auth"
	"ringfence/internal/engine/job"
	"ringfence/internal/pbx"
)

// JobStore is what keeps jobs.
type JobStore interface {
	job.Queue
	job.Outbox
}

func aJob(key string, due time.Duration) pbx.Job {
	return pbx.Job{
		Organization: org, Queue: "mail", Kind: "invitation", Key: key, User: 7, To: "ada@example.test", By: "Bob",
		Data: `{"a":1}`, Secret: pbx.Sealed{0, 255}, State: pbx.JobWaiting, CreatedAt: start(), DueAt: later(due),
		GiveUpAt: later(48 * time.Hour),
	}
}

// Jobs tests a job.Queue and job.Outbox.
func Jobs(t *testing.T, open func(t *testing.T) JobStore) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s JobStore)
	}{
		{"a job is kept whole", jobWhole},
		{"the longest due is claimed first, and by one only", jobClaims},
		{"many who claim at once never get the same", jobRace},
		{"a lease ends by itself, and the old holder has no say", jobLease},
		{"a job that was not tried is as it was", jobGivenBack},
		{"a job that was given up waits for a person", jobGivenUp},
		{"jobs of others are not there", jobOthers},
		{"what nobody looks after goes", jobTidy},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

func claim(t *testing.T, s JobStore, lease string, at time.Duration, most int) []pbx.Job {
	t.Helper()
	return got[[]pbx.Job](t)(s.Claim(t.Context(), job.Claim{
		Queue: "mail", Lease: lease, Now: later(at), Until: later(at + 5*time.Minute), Most: most,
	}))
}

func listed(t *testing.T, s JobStore) []pbx.Job {
	t.Helper()
	list, total, err := s.List(t.Context(), org, "mail", 100, 0)
	must(t, err)
	if total != len(list) {
		t.Errorf("%d jobs are listed of %d", len(list), total)
	}
	return list
}

func jobWhole(t *testing.T, s JobStore) {
	ctx := t.Context()
	same(t, "before there is one", got[time.Time](t)(s.NextDue(ctx, "mail")), time.Time{})
	first, second := aJob("a", time.Minute), aJob("b", 0)
	second.User, second.Secret, second.To = 0, nil, ""
	first.ID = got[pbx.JobID](t)(s.Add(ctx, first))
	second.ID = got[pbx.JobID](t)(s.Add(ctx, second))
	same(t, "the newest first", listed(t, s), []pbx.Job{second, first})
	list, total, err := s.List(ctx, org, "mail", 1, 1)
	must(t, err)
	same(t, "second page", list, []pbx.Job{first})
	same(t, "total", total, 2)
	same(t, "next", got[time.Time](t)(s.NextDue(ctx, "mail")), second.DueAt)
	_, err = s.Add(ctx, aJob("a", 0))
	wantKind(t, "the same key", err, pbx.Conflict)
}

func jobClaims(t *testing.T, s JobStore) {
	for i, due := range []time.Duration{3 * time.Minute, time.Minute, 2 * time.Minute, time.Hour} {
		got[pbx.JobID](t)(s.Add(t.Context(), aJob(fmt.Sprint(i), due)))
	}
	elsewhere := aJob("elsewhere", 0)
	elsewhere.Queue = "other"
	got[pbx.JobID](t)(s.Add(t.Context(), elsewhere))
	keys := func(list []pbx.Job) []string {
		var out []string
		for _, j := range list {
			out = append(out, j.Key)
			if j.Attempts != 1 {
				t.Errorf("job %s was tried %d times", j.Key, j.Attempts)
			}
		}
		return out
	}
	same(t, "nothing is due", keys(claim(t, s, "l0", 0, 9)), nil)
	same(t, "two of three", keys(claim(t, s, "l1", 10*time.Minute, 2)), []string{"1", "2"})
	same(t, "the third", keys(claim(t, s, "l2", 10*time.Minute, 9)), []string{"0"})
	same(t, "none is left", keys(claim(t, s, "l3", 10*time.Minute, 9)), nil)
}

func jobRace(t *testing.T, s JobStore) {
	const jobs = 40
	for i := range jobs {
		got[pbx.JobID](t)(s.Add(t.Context(), aJob(fmt.Sprint(i), 0)))
	}
	var mu sync.Mutex
	seen := map[string]int{}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for round := range jobs {
				list, err := s.Claim(t.Context(), job.Claim{
					Queue: "mail", Lease: fmt.Sprint(n, "/", round), Now: later(time.Minute), Until: later(time.Hour), Most: 3,
				})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, j := range list {
					seen[j.Key]++
				}
				mu.Unlock()
				if len(list) == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	for key, n := range seen {
		if n != 1 {
			t.Errorf("job %s was claimed %d times", key, n)
		}
	}
	if rest := claim(t, s, "rest", time.Minute, jobs); len(seen)+len(rest) != jobs {
		t.Errorf("%d and %d of %d jobs were claimed", len(seen), len(rest), jobs)
	}
}

func jobLease(t *testing.T, s JobStore) {
	ctx := t.Context()
	id := got[pbx.JobID](t)(s.Add(ctx, aJob("a", 0)))
	claim(t, s, "old", 0, 1)
	if again := claim(t, s, "new", 4*time.Minute, 1); len(again) != 0 {
		t.Error("it was claimed while it was held")
	}
	again := claim(t, s, "new", 6*time.Minute, 1)
	if len(again) != 1 || again[0].Attempts != 2 {
		t.Fatalf("after the lease: %+v", again)
	}
	wantKind(t, "the old holder", s.Done(ctx, id, "old"), pbx.NotFound)
	wantKind(t, "the old holder keeps", s.Keep(ctx, id, "old", job.Keeping{State: pbx.JobFailed}), pbx.NotFound)
	wantKind(t, "nobody's lease", s.Done(ctx, id, ""), pbx.NotFound)
	must(t, s.Keep(ctx, id, "new", job.Keeping{
		State: pbx.JobWaiting, DueAt: later(time.Hour), At: later(7 * time.Minute), Answer: "451 later",
	}))
	kept := listed(t, s)[0]
	if kept.LastAnswer != "451 later" || !kept.LastAt.Equal(later(7*time.Minute)) || !kept.DueAt.Equal(later(time.Hour)) {
		t.Errorf("kept %+v", kept)
	}
	claim(t, s, "last", 2*time.Hour, 1)
	must(t, s.Done(ctx, id, "last"))
	wantKind(t, "done twice", s.Done(ctx, id, "last"), pbx.NotFound)
	same(t, "what is left", listed(t, s), nil)
}

func jobGivenBack(t *testing.T, s JobStore) {
	id := got[pbx.JobID](t)(s.Add(t.Context(), aJob("a", 0)))
	claim(t, s, "l", 0, 1)
	must(t, s.Keep(t.Context(), id, "l", job.Keeping{State: pbx.JobWaiting, DueAt: later(time.Second)}))
	want := aJob("a", time.Second)
	want.ID = id
	same(t, "given back", listed(t, s), []pbx.Job{want})
}

func jobGivenUp(t *testing.T, s JobStore) {
	ctx := t.Context()
	id := got[pbx.JobID](t)(s.Add(ctx, aJob("a", 0)))
	claim(t, s, "l", 0, 1)
	must(t, s.Keep(ctx, id, "l", job.Keeping{State: pbx.JobFailed, DueAt: later(0), At: later(0), Answer: "550 no"}))
	same(t, "failed", got[int](t)(s.Count(ctx, org, "mail", pbx.JobFailed)), 1)
	same(t, "waiting", got[int](t)(s.Count(ctx, org, "mail", pbx.JobWaiting)), 0)
	same(t, "next", got[time.Time](t)(s.NextDue(ctx, "mail")), time.Time{})
	same(t, "claimed", len(claim(t, s, "m", time.Hour, 1)), 0)
	must(t, s.Again(ctx, org, id, later(time.Hour), later(50*time.Hour)))
	again := claim(t, s, "n", time.Hour, 1)
	if len(again) != 1 || !again[0].GiveUpAt.Equal(later(50*time.Hour)) || again[0].LastAnswer != "550 no" {
		t.Errorf("again: %+v", again)
	}
}

func jobOthers(t *testing.T, s JobStore) {
	ctx := t.Context()
	id := got[pbx.JobID](t)(s.Add(ctx, aJob("a", 0)))
	wantKind(t, "again", s.Again(ctx, org+1, id, later(0), later(0)), pbx.NotFound)
	wantKind(t, "drop", s.Drop(ctx, org+1, id), pbx.NotFound)
	list, total, err := s.List(ctx, org+1, "mail", 10, 0)
	must(t, err)
	same(t, "list", len(list)+total, 0)
	must(t, s.DropOf(ctx, "other", 7))
	must(t, s.DropOf(ctx, "mail", 8))
	same(t, "it is still there", len(listed(t, s)), 1)
	must(t, s.DropOf(ctx, "mail", 7))
	same(t, "it went with its user", len(listed(t, s)), 0)
	second := got[pbx.JobID](t)(s.Add(ctx, aJob("b", 0)))
	if second <= id {
		t.Errorf("number %d was given again", second)
	}
	must(t, s.Drop(ctx, org, second))
	wantKind(t, "dropped twice", s.Drop(ctx, org, second), pbx.NotFound)
}

func jobTidy(t *testing.T, s JobStore) {
	ctx := t.Context()
	old, fresh, waiting := aJob("old", 0), aJob("fresh", 0), aJob("waiting", 0)
	fresh.CreatedAt = later(time.Hour)
	old.State, fresh.State = pbx.JobFailed, pbx.JobFailed
	for _, j := range []pbx.Job{old, fresh, waiting} {
		got[pbx.JobID](t)(s.Add(ctx, j))
	}
	same(t, "gone", got[int](t)(s.Tidy(ctx, later(time.Minute))), 1)
	same(t, "left", len(listed(t, s)), 2)
}

// Links tests an auth.LinkStore.
func Links(t *testing.T, open func(t *testing.T) auth.LinkStore) {
	link := func(n byte, user pbx.UserID, p pbx.LinkPurpose) pbx.OneTimeLink {
		return pbx.OneTimeLink{
			Hash: [32]byte{n, 0, 255}, Purpose: p, User: user, Organization: org, Email: "ada@example.test",
			CreatedAt: start(), ExpiresAt: later(time.Duration(n) * time.Hour),
		}
	}
	t.Run("a link is taken once", func(t *testing.T) {
		s, ctx := open(t), t.Context()
		l := link(1, 7, pbx.LinkReset)
		must(t, s.PutLink(ctx, l))
		same(t, "found", got[pbx.OneTimeLink](t)(s.Link(ctx, l.Hash)), l)
		var wg sync.WaitGroup
		var mu sync.Mutex
		taken := 0
		for range 8 {
			wg.Go(func() {
				if _, err := s.TakeLink(ctx, l.Hash); err == nil {
					mu.Lock()
					taken++
					mu.Unlock()
				} else if pbx.KindOf(err) != pbx.NotFound {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		same(t, "how many got it", taken, 1)
		_, err := s.Link(ctx, l.Hash)
		wantKind(t, "after it was taken", err, pbx.NotFound)
	})
	t.Run("a newer one ends the one before", func(t *testing.T) {
		s, ctx := open(t), t.Context()
		old, other, newer := link(1, 7, pbx.LinkReset), link(2, 7, pbx.LinkInvitation), link(3, 7, pbx.LinkReset)
		for _, l := range []pbx.OneTimeLink{old, other, newer} {
			must(t, s.PutLink(ctx, l))
		}
		_, err := s.Link(ctx, old.Hash)
		wantKind(t, "the old one", err, pbx.NotFound)
		same(t, "the new one", got[pbx.OneTimeLink](t)(s.Link(ctx, newer.Hash)), newer)
		same(t, "another purpose", got[pbx.OneTimeLink](t)(s.Link(ctx, other.Hash)), other)
	})
	t.Run("links end with their user and their time", func(t *testing.T) {
		s, ctx := open(t), t.Context()
		a, b, c := link(1, 7, pbx.LinkReset), link(2, 7, pbx.LinkEmail), link(3, 8, pbx.LinkReset)
		for _, l := range []pbx.OneTimeLink{a, b, c} {
			must(t, s.PutLink(ctx, l))
		}
		must(t, s.DeleteLinksOf(ctx, 7, pbx.LinkReset, pbx.LinkInvitation))
		_, err := s.Link(ctx, a.Hash)
		wantKind(t, "ended", err, pbx.NotFound)
		same(t, "another purpose", got[pbx.OneTimeLink](t)(s.Link(ctx, b.Hash)), b)
		must(t, s.DeleteLinksOf(ctx, 7))
		_, err = s.Link(ctx, b.Hash)
		wantKind(t, "all ended", err, pbx.NotFound)
		same(t, "expired", got[int](t)(s.DeleteLinksExpired(ctx, c.ExpiresAt)), 1)
	})
}
