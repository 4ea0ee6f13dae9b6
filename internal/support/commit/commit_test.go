package commit

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

type row struct {
	key string
	n   int
}

// recorder is a store that takes a while and remembers what it was given.
type recorder struct {
	delay   time.Duration
	fail    func(rows []row) error
	commits [][]row
	done    []row
	errs    map[row]error
}

func (r *recorder) group(maxRows, maxPending int) *Group[string, row] {
	r.errs = map[row]error{}
	return New(Config[string, row]{
		Key: func(v row) string { return v.key },
		Store: func(_ context.Context, rows []row) error {
			time.Sleep(r.delay) //nolint:forbidigo // virtual time
			if r.fail != nil {
				if err := r.fail(rows); err != nil {
					return err
				}
			}
			r.commits = append(r.commits, slices.Clone(rows))
			return nil
		},
		Done:        func(v row, err error) { r.done = append(r.done, v); r.errs[v] = err },
		Unavailable: func(err error) bool { return errors.Is(err, errDown) },
		MaxRows:     maxRows, MaxPending: maxPending,
	})
}

var (
	errDown = errors.New("store is down")
	errBad  = errors.New("bad row")
)

func TestGatheredRowsShareACommitAndTheLastOfAKeyWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{delay: 10 * time.Millisecond}
		g := r.group(0, 0)
		submit(t, g, row{"m", 1})
		synctest.Wait() // the first commit runs
		submit(t, g, row{"z", 2}, row{"a", 3}, row{"z", 4})
		if err := g.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := [][]row{{{"m", 1}}, {{"a", 3}, {"z", 4}}}
		if d := cmp.Diff(want, r.commits, cmp.AllowUnexported(row{})); d != "" {
			t.Error(d)
		}
		wantDone := []row{{"m", 1}, {"z", 2}, {"a", 3}, {"z", 4}}
		if d := cmp.Diff(wantDone, r.done, cmp.AllowUnexported(row{})); d != "" {
			t.Error(d)
		}
		closeGroup(t, g)
	})
}

func TestAtMostMaxRowsInOneCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{delay: time.Millisecond}
		g := r.group(2, 0)
		submit(t, g, row{"x", 0})
		synctest.Wait()
		submit(t, g, row{"a", 1}, row{"b", 2}, row{"a", 3}, row{"c", 4}, row{"d", 5})
		closeGroup(t, g)
		want := [][]row{{{"x", 0}}, {{"a", 3}, {"b", 2}}, {{"c", 4}, {"d", 5}}}
		if d := cmp.Diff(want, r.commits, cmp.AllowUnexported(row{})); d != "" {
			t.Error(d)
		}
	})
}

func TestABadRowFailsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{delay: time.Millisecond}
		r.fail = func(rows []row) error {
			if slices.ContainsFunc(rows, func(v row) bool { return v.key == "bad" }) {
				return errBad
			}
			return nil
		}
		g := r.group(0, 0)
		submit(t, g, row{"x", 0})
		synctest.Wait()
		submit(t, g, row{"a", 1}, row{"bad", 2}, row{"c", 3})
		closeGroup(t, g)
		if r.errs[row{"a", 1}] != nil || r.errs[row{"c", 3}] != nil {
			t.Errorf("good rows failed: %v", r.errs)
		}
		if !errors.Is(r.errs[row{"bad", 2}], errBad) {
			t.Errorf("bad row: %v", r.errs[row{"bad", 2}])
		}
	})
}

func TestAStoreThatIsDownFailsTheBatchAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r := &recorder{fail: func([]row) error { calls++; return errDown }}
		g := r.group(0, 0)
		submit(t, g, row{"a", 1}, row{"b", 2}, row{"c", 3})
		closeGroup(t, g)
		if calls > 3 || len(r.done) != 3 {
			t.Errorf("%d calls, %d done", calls, len(r.done))
		}
		for v, err := range r.errs {
			if !errors.Is(err, errDown) {
				t.Errorf("%v: %v", v, err)
			}
		}
	})
}

func TestAFullOrClosedGroupRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{delay: time.Second}
		g := r.group(0, 2)
		submit(t, g, row{"x", 0})
		synctest.Wait()
		submit(t, g, row{"a", 1}, row{"b", 2})
		if err := g.Submit(row{"c", 3}); !errors.Is(err, ErrFull) {
			t.Errorf("full: %v", err)
		}
		closeGroup(t, g)
		if err := g.Submit(row{"d", 4}); !errors.Is(err, ErrClosed) {
			t.Errorf("closed: %v", err)
		}
		if len(r.done) != 3 {
			t.Errorf("%d rows done, want 3", len(r.done))
		}
	})
}

func submit(t *testing.T, g *Group[string, row], rows ...row) {
	t.Helper()
	for _, v := range rows {
		if err := g.Submit(v); err != nil {
			t.Fatal(err)
		}
	}
}

func closeGroup(t *testing.T, g *Group[string, row]) {
	t.Helper()
	if err := g.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
