package call

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/pbx"
)

// moody is a store that fails as long as err is set.
type moody struct {
	mu   sync.Mutex
	err  error
	rows map[pbx.CallID]pbx.CallRecord
}

func (m *moody) Commit(_ context.Context, changes []RecordChange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	for _, c := range changes {
		m.rows[c.Record.ID] = c.Record
	}
	return nil
}

func (m *moody) CloseOpen(context.Context, string, time.Time, pbx.EndReason) (int, error) {
	return 0, errors.New("not today")
}

func (m *moody) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func TestRecordsWaitForTheStore(t *testing.T) {
	tests := []struct {
		name string
		err  error
		lost uint64
	}{
		{"the store is down for a while", pbx.Errorf(pbx.Unavailable, "down"), 0},
		{"the row is bad", errors.New("bad row"), 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &moody{rows: make(map[pbx.CallID]pbx.CallRecord)}
				counters := new(Counters)
				r := newRecorder(store, counters, slog.New(slog.DiscardHandler))
				store.fail(tt.err)
				open := pbx.CallRecord{ID: 1, StartedAt: time.Now()}
				r.submit(RecordChange{Record: open})
				synctest.Wait()
				closed := open
				closed.EndedAt = time.Now()
				r.submit(RecordChange{Record: closed, Close: true})
				synctest.Wait()
				time.Sleep(11 * time.Second) //nolint:forbidigo // virtual time
				store.fail(nil)
				time.Sleep(6 * time.Second) //nolint:forbidigo // virtual time
				synctest.Wait()
				if n := counters.RecordsLost.Load(); n != tt.lost {
					t.Errorf("%d changes lost, want %d", n, tt.lost)
				}
				if row, ok := store.rows[1]; ok != (tt.lost == 0) || ok && row.Open() {
					t.Errorf("row %+v, %t", row, ok)
				}
				if err := r.close(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestRecordsAreStoredBeforeTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &moody{rows: make(map[pbx.CallID]pbx.CallRecord), err: pbx.Errorf(pbx.Unavailable, "down")}
		r := newRecorder(store, new(Counters), slog.New(slog.DiscardHandler))
		r.submit(RecordChange{Record: pbx.CallRecord{ID: 1, EndedAt: time.Now()}, Close: true})
		synctest.Wait()
		store.fail(nil)
		if err := r.close(t.Context()); err != nil || len(store.rows) != 1 {
			t.Errorf("%v, %d rows", err, len(store.rows))
		}
	})
}

func TestStartReportsTheStoresError(t *testing.T) {
	store := &moody{}
	m := New(Config{Records: store})
	if err := m.Start(t.Context()); err == nil {
		t.Error("no error")
	}
	if err := m.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}
