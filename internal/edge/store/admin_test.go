package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/pbx"
)

// withUsers opens a store with one organization, one group and so many users in it.
func withUsers(t testing.TB, s *Store, users int) {
	t.Helper()
	err := s.Admin().Update(t.Context(), 0, func(tx admin.Tx) error {
		err := tx.PutOrganization(pbx.Organization{ID: 1, Name: "One", AccountName: "one"})
		if err == nil {
			err = tx.PutGroup(pbx.Group{ID: 1, Organization: 1, Name: "Sales"})
		}
		for id := pbx.UserID(1); err == nil && id <= pbx.UserID(users); id++ {
			err = tx.PutUser(pbx.User{
				ID: id, Organization: 1, Kind: pbx.Person, HomeGroup: 1, Number: fmt.Sprint(1000 + id), Enabled: true,
				Username: fmt.Sprintf("user%d", id), FirstName: "Ada", LastName: fmt.Sprintf("Rossi %d", id),
				Role: pbx.RoleUser, CreatedAt: time.UnixMilli(int64(id)),
			})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func listed(t *testing.T, s *Store, q admin.UserQuery) (ids []pbx.UserID, err error) {
	t.Helper()
	if q.Sort == "" {
		q.Sort, q.Limit = "id", 50
	}
	err = s.Admin().View(t.Context(), func(tx admin.ReadTx) error {
		p, err := tx.ListUsers(1, q)
		for _, u := range p.Items {
			ids = append(ids, u.ID)
		}
		return err
	})
	return ids, err
}

func TestOthersSeeAChangeOnlyAfterItsCommit(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		withUsers(t, s, 1)
		read := func() error {
			return s.Admin().View(t.Context(), func(tx admin.ReadTx) error { _, err := tx.Group(2); return err })
		}
		err := s.Admin().Update(t.Context(), 1, func(tx admin.Tx) error {
			if err := tx.PutGroup(pbx.Group{ID: 2, Organization: 1, Name: "Lab"}); err != nil {
				return err
			}
			if err := read(); pbx.KindOf(err) != pbx.NotFound {
				t.Errorf("before the commit: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := read(); err != nil {
			t.Errorf("after the commit: %v", err)
		}
	})
}

func TestSnapshotStaysTheSameWhileOthersCommit(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		withUsers(t, s, 1)
		err := s.Admin().View(t.Context(), func(tx admin.ReadTx) error {
			if _, err := tx.Groups(1); err != nil {
				return err
			}
			err := s.Admin().Update(t.Context(), 1, func(other admin.Tx) error {
				return other.PutGroup(pbx.Group{ID: 2, Organization: 1, Name: "Lab"})
			})
			if err != nil {
				return err
			}
			groups, err := tx.Groups(1)
			if len(groups) != 1 {
				t.Errorf("%d groups in the snapshot, want 1", len(groups))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestRefusedStatementSpoilsTheWholeTransaction(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		withUsers(t, s, 1)
		err := s.Admin().Update(t.Context(), 1, func(tx admin.Tx) error {
			_ = tx.PutGroup(pbx.Group{ID: 2, Organization: 1, Name: "SALES"})
			if _, err := tx.Group(1); pbx.KindOf(err) != pbx.Conflict {
				t.Errorf("reading after the name of another group was put: %v", err)
			}
			_ = tx.PutGroup(pbx.Group{ID: 3, Organization: 1, Name: "Lab"}) // comes too late
			return nil
		})
		if pbx.KindOf(err) != pbx.Conflict {
			t.Errorf("transaction that ignored a refusal: %v", err)
		}
	})
}

func TestOrganizationIsLockedFirst(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		withUsers(t, s, 1)
		inside, leave, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			done <- s.Admin().Update(t.Context(), 1, func(tx admin.Tx) error {
				close(inside)
				<-leave
				return tx.PutGroup(pbx.Group{ID: 2, Organization: 1, Name: "Lab"})
			})
		}()
		<-inside
		second := make(chan error, 1)
		go func() {
			second <- s.Admin().Update(t.Context(), 1, func(tx admin.Tx) error {
				groups, err := tx.Groups(1)
				if len(groups) != 2 {
					return fmt.Errorf("the second transaction read %d groups", len(groups))
				}
				return err
			})
		}()
		close(leave)
		if err := errors.Join(<-done, <-second); err != nil {
			t.Error(err)
		}
		err := s.Admin().Update(t.Context(), 77, func(admin.Tx) error { return nil })
		if pbx.KindOf(err) != pbx.NotFound {
			t.Errorf("an organization that is not there: %v", err)
		}
	})
}

func TestRegistrationsDoNotWaitForAnAdministrator(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		withUsers(t, s, 1)
		err := s.Admin().Update(t.Context(), 1, func(tx admin.Tx) error {
			if err := tx.PutGroup(pbx.Group{ID: 2, Organization: 1, Name: "Lab"}); err != nil {
				return err
			}
			b := benchBinding(1)
			return s.Bindings().Commit(t.Context(), []registrar.BindingChange{{Key: b.Key, Put: &b}})
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestOnlineFilterFollowsBindings(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		withUsers(t, s, 4)
		now, yes, no := time.Now(), true, false
		var changes []registrar.BindingChange
		for line, end := range map[pbx.LineID]time.Duration{1: time.Hour, 2: -time.Hour, 3: time.Hour} {
			b := benchBinding(line)
			b.ExpiresAt = now.Add(end)
			changes = append(changes, registrar.BindingChange{Key: b.Key, Put: &b})
		}
		if err := s.Bindings().Commit(t.Context(), changes); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name string
			q    admin.UserQuery
			want string
		}{
			{"online", admin.UserQuery{Online: &yes}, "[1 3]"},
			{"offline", admin.UserQuery{Online: &no}, "[2 4]"},
			{"online and searched", admin.UserQuery{Query: admin.Query{Search: "rossi 3", Sort: "id", Limit: 5}, Online: &yes}, "[3]"},
			{"offline and searched", admin.UserQuery{Query: admin.Query{Search: "ro", Sort: "id", Limit: 5}, Online: &no}, "[2 4]"},
		} {
			ids, err := listed(t, s, test.q)
			if err != nil || fmt.Sprint(ids) != test.want {
				t.Errorf("%s: got %v, %v, want %s", test.name, ids, err, test.want)
			}
		}
	})
}

func TestShortSearchLooksForBeginningsOfWords(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		withUsers(t, s, 3)
		for search, want := range map[string]string{"ro": "[1 2 3]", "os": "[]", "3": "[3]", "si": "[]", "%": "[]", "10": "[1 2 3]"} {
			ids, err := listed(t, s, admin.UserQuery{Query: admin.Query{Search: search, Sort: "id", Limit: 5}})
			if err != nil || fmt.Sprint(ids) != want {
				t.Errorf("%q: got %v, %v, want %s", search, ids, err, want)
			}
		}
	})
}

func TestForeignCursorIsInvalid(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		withUsers(t, s, 3)
		var next string
		err := s.Admin().View(t.Context(), func(tx admin.ReadTx) error {
			p, err := tx.ListUsers(1, admin.UserQuery{Query: admin.Query{Sort: "number", Limit: 1}})
			next = p.Next
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, q := range map[string]admin.Query{
			"nonsense":         {Sort: "number", Limit: 1, Cursor: "nonsense"},
			"of another order": {Sort: "lastName", Limit: 1, Cursor: next},
			"turned round":     {Sort: "number", Desc: true, Limit: 1, Cursor: next},
		} {
			if _, err := listed(t, s, admin.UserQuery{Query: q}); pbx.KindOf(err) != pbx.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestRecordsAreListed(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		at := time.UnixMilli(1_800_000_000_000).UTC()
		var want []pbx.CallRecord
		for id := pbx.CallID(1); id <= 5; id++ {
			want = append(want, pbx.CallRecord{
				ID: id, Organization: 1, Node: "n", StartedAt: at.Add(time.Duration(id) * time.Minute), Dialled: "202",
				Caller: pbx.CallParty{User: pbx.UserID(id % 2), Number: "201", Name: "Ada"},
				Callee: pbx.CallParty{User: 9, Number: "202", Name: fmt.Sprintf("Bob %d", id)},
			})
		}
		commitRecords(t, s, want...)
		found := func(q RecordQuery) (ids []pbx.CallID) {
			t.Helper()
			for {
				p, err := s.Records().List(t.Context(), 1, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range p.Items {
					ids = append(ids, r.ID)
				}
				if q.Cursor = p.Next; p.Next == "" {
					return ids
				}
			}
		}
		for _, test := range []struct {
			name string
			q    RecordQuery
			want string
		}{
			{"newest first", RecordQuery{Query: admin.Query{Limit: 2}}, "[5 4 3 2 1]"},
			{"of a caller", RecordQuery{User: 1}, "[5 3 1]"},
			{"of a callee", RecordQuery{User: 9}, "[5 4 3 2 1]"},
			{"from", RecordQuery{From: at.Add(3 * time.Minute)}, "[5 4 3]"},
			{"to", RecordQuery{To: at.Add(3 * time.Minute)}, "[2 1]"},
			{"searched", RecordQuery{Query: admin.Query{Search: "BOB 4"}}, "[4]"},
			{"of nobody", RecordQuery{User: 77}, "[]"},
		} {
			if got := fmt.Sprint(found(test.q)); got != test.want {
				t.Errorf("%s: got %s, want %s", test.name, got, test.want)
			}
		}
		one, err := s.Records().Get(t.Context(), 1, 3)
		if err != nil || one != want[2] {
			t.Errorf("got %v, %v", one, err)
		}
		if _, err := s.Records().Get(t.Context(), 2, 3); pbx.KindOf(err) != pbx.NotFound {
			t.Errorf("of another organization: %v", err)
		}
	})
}

func TestKilledCallsEndedWhenTheirNodeWasLastAlive(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		start := time.UnixMilli(1_800_000_000_000).UTC()
		commitRecords(t, s,
			pbx.CallRecord{ID: 1, Organization: 1, Node: "n", StartedAt: start, AnsweredAt: start.Add(time.Second)},
			pbx.CallRecord{ID: 2, Organization: 1, Node: "n", StartedAt: start, AnsweredAt: start.Add(3 * time.Minute)})
		for _, mark := range []time.Duration{time.Minute, 2 * time.Minute} {
			if err := s.Records().MarkAlive(t.Context(), "n", start.Add(mark)); err != nil {
				t.Fatal(err)
			}
		}
		n, err := s.Records().CloseOpen(t.Context(), "n", start.Add(time.Hour), pbx.EndServerRestart)
		if n != 2 || err != nil {
			t.Fatal(n, err)
		}
		for id, want := range map[pbx.CallID]time.Duration{1: 2 * time.Minute, 2: 3 * time.Minute} {
			r, err := s.Records().Get(context.Background(), 1, id)
			if err != nil || !r.EndedAt.Equal(start.Add(want)) || r.EndReason != pbx.EndServerRestart {
				t.Errorf("call %d ended at %v with %s, %v", id, r.EndedAt, r.EndReason, err)
			}
		}
	})
}
