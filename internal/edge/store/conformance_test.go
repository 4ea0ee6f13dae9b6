package store

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"

	"ringfence/internal/edge/store/storetest"
	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/admin/memstore"
	"ringfence/internal/engine/auth"
	authmem "ringfence/internal/engine/auth/memstore"
	"ringfence/internal/engine/call"
	jobmem "ringfence/internal/engine/job/memstore"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/engine/voicemail"
	boxmem "ringfence/internal/engine/voicemail/memstore"
	"ringfence/internal/pbx"
)

// onBoth runs a conformance suite on both engines.
func onBoth(t *testing.T, run func(t *testing.T, fresh func(t *testing.T) *Store)) {
	t.Run("SQLite", func(t *testing.T) {
		run(t, func(t *testing.T) *Store { return open(t, Options{Dir: withTables(t)}) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		s := open(t, Options{URL: postgres.Copy(t, tables().URL)}) // one for all, because making one takes long
		run(t, func(t *testing.T) *Store { empty(t, s); return s })
	})
}

// empty makes a PostgreSQL store as it was at first.
func empty(t *testing.T, s *Store) {
	t.Helper()
	name := func(n *string) []any { return []any{n} }
	rows, err := s.config.QueryContext(t.Context(), "SELECT quote_ident(tablename) FROM pg_tables "+
		"WHERE schemaname = current_schema() AND tablename NOT IN ('schema_migration', 'change_counter')")
	names, err := scanAll(nil, rows, err, name)
	if err != nil {
		t.Fatal(err)
	}
	// Most tables hold nothing: deleting from them is nothing to do, while truncating them makes files for each.
	text := "BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM " + strings.Join(names, "; DELETE FROM ") +
		"; UPDATE change_counter SET last = 0; COMMIT"
	conn, err := s.config.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // back to the pool
	err = conn.Raw(func(driver any) error {
		_, err := driver.(*stdlib.Conn).Conn().PgConn().Exec(t.Context(), text).ReadAll()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAdminConforms(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		storetest.Admin(t, func(t *testing.T) admin.Store { return fresh(t).Admin() })
	})
	t.Run("memory", func(t *testing.T) {
		storetest.Admin(t, func(*testing.T) admin.Store { return memstore.New() })
	})
}

func TestBindingsConform(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		storetest.Bindings(t, func(t *testing.T) registrar.BindingStore { return fresh(t).Bindings() })
	})
}

func TestRecordsConform(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		storetest.Records(t, func(t *testing.T) (call.RecordStore, storetest.RecordReader) {
			s := fresh(t)
			return s.Records(), func(ctx context.Context) ([]pbx.CallRecord, error) { return allRecords(ctx, s) }
		})
	})
}

func TestSessionsConform(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		storetest.Sessions(t, func(t *testing.T) storetest.SessionStore { return fresh(t).Sessions() })
	})
	t.Run("memory", func(t *testing.T) {
		storetest.Sessions(t, func(*testing.T) storetest.SessionStore { return &authmem.Store{} })
	})
}

func TestJobsConform(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		storetest.Jobs(t, func(t *testing.T) storetest.JobStore { return fresh(t).Jobs() })
	})
	t.Run("memory", func(t *testing.T) {
		storetest.Jobs(t, func(*testing.T) storetest.JobStore { return &jobmem.Store{} })
	})
}

func TestMailboxesConform(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		storetest.Mailboxes(t, func(t *testing.T) voicemail.Store { return fresh(t).Mailboxes() })
	})
	t.Run("memory", func(t *testing.T) {
		storetest.Mailboxes(t, func(*testing.T) voicemail.Store { return &boxmem.Store{} })
	})
}

func TestLinksConform(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		storetest.Links(t, func(t *testing.T) auth.LinkStore { return fresh(t).Sessions() })
	})
	t.Run("memory", func(t *testing.T) {
		storetest.Links(t, func(*testing.T) auth.LinkStore { return &authmem.Store{} })
	})
}

func allRecords(ctx context.Context, s *Store) ([]pbx.CallRecord, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+recordColumns+" FROM call_record ORDER BY id")
	return scanAll(nil, rows, err, recordFields)
}

func commitRecords(t *testing.T, s *Store, records ...pbx.CallRecord) {
	t.Helper()
	var changes []call.RecordChange
	for _, r := range records {
		changes = append(changes, call.RecordChange{Record: r, Close: !r.Open()})
	}
	if err := s.Records().Commit(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
}
