package store

import (
	"database/sql"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the schema files anew")

// TestMigratedSchemaIsTheRecordedOne compares what the migrations make with testdata/schema, which every change to the
// migrations has to change too, and which a database migrated from any release has to equal.
func TestMigratedSchemaIsTheRecordedOne(t *testing.T) {
	bareEngines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		got := describe(t, s)
		golden := filepath.Join("testdata", "schema", s.dialect.migrations+".txt")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("the migrations make another schema than %s; compare after go test -update:\n%s", golden, got)
		}
	})
}

func TestEnginesHaveTheSameTablesColumnsAndIndexes(t *testing.T) {
	names := func(s *Store) string {
		var kept []string
		for line := range strings.Lines(describe(t, s)) {
			f := strings.Fields(line)
			switch {
			case strings.Contains(line, "_search"), strings.Contains(line, "schema_migration"), len(f) < 2:
			case f[0] == "table", f[0] == "column":
				kept = append(kept, strings.Join(f[:2], " "))
			case f[0] == "index" && !strings.Contains(f[1], "trigram"):
				kept = append(kept, f[1])
			}
		}
		slices.Sort(kept)
		return strings.Join(slices.Compact(kept), "\n")
	}
	lite := names(open(t, Options{Dir: withTables(t)}))
	big := names(open(t, Options{URL: postgres.Copy(t, tables().URL)}))
	same := strings.Split(lite, "\n")
	for _, line := range same {
		if !strings.Contains("\n"+big+"\n", "\n"+line+"\n") {
			t.Errorf("PostgreSQL lacks %s", line)
		}
	}
	for line := range strings.SplitSeq(big, "\n") {
		if !slices.Contains(same, line) {
			t.Errorf("SQLite lacks %s", line)
		}
	}
}

func TestMigrationsHaveTheSameNumbersAndNames(t *testing.T) {
	var lists [2][]string
	for i, engine := range []string{"sqlite", "postgres"} {
		entries, err := fs.ReadDir(migrationFiles, "migrations/"+engine)
		if err != nil {
			t.Fatal(err)
		}
		last := ""
		for _, e := range entries {
			number, _, _ := strings.Cut(e.Name(), "_")
			if len(number) != len("00001") || number <= last {
				t.Errorf("%s: the number of %s does not follow %s", engine, e.Name(), last)
			}
			last = number
			text, err := fs.ReadFile(migrationFiles, "migrations/"+engine+"/"+e.Name())
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "+goose Down") {
				t.Errorf("%s: %s goes back; migrations only go forward", engine, e.Name())
			}
			lists[i] = append(lists[i], e.Name())
		}
	}
	if !slices.Equal(lists[0], lists[1]) {
		t.Errorf("sqlite has %v, postgres %v", lists[0], lists[1])
	}
}

// describe lists tables, columns, indexes and constraints, one a line, in a fixed order.
func describe(t *testing.T, s *Store) string {
	t.Helper()
	if s.dialect.migrations == "sqlite" {
		return lines(t, s.config, sqliteSchema) + lines(t, s.live, sqliteSchema)
	}
	return lines(t, s.config, postgresSchema)
}

func lines(t *testing.T, db *sql.DB, text string) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text)
	list, err := scanAll(nil, rows, err, func(line *string) []any { return []any{line} })
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range list {
		list[i] = strings.Join(strings.Fields(line), " ")
	}
	slices.Sort(list)
	return strings.Join(list, "\n") + "\n"
}

const (
	sqliteSchema = `
SELECT 'table ' || name || ' ' || CASE WHEN sql LIKE '%WITHOUT ROWID%' THEN 'without rowid' ELSE '' END
  FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
UNION ALL
SELECT 'column ' || m.name || '.' || c.name || ' ' || c.type || ' not null ' || c."notnull" || ' key ' || c.pk
  FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
UNION ALL
SELECT 'refers ' || m.name || '.' || f."from" || ' to ' || f."table" || ' on delete ' || f.on_delete
  FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'
UNION ALL
SELECT type || ' ' || name || ' ' || sql FROM sqlite_master
  WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL`

	postgresSchema = `
SELECT 'table ' || tablename FROM pg_tables WHERE schemaname = current_schema()
UNION ALL
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' nullable ' || is_nullable || ' ' ||
  coalesce(collation_name, '') FROM information_schema.columns WHERE table_schema = current_schema()
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) || CASE WHEN condeferred THEN ' deferred' ELSE '' END
  FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
UNION ALL
SELECT 'index ' || indexname || ' ' || indexdef FROM pg_indexes WHERE schemaname = current_schema()
  AND indexname NOT LIKE '%\_pkey' AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = indexname)
UNION ALL
SELECT 'view ' || viewname || ' ' || definition FROM pg_views WHERE schemaname = current_schema()`
)

// TestEachIndexHasItsStatistic keeps the plans of statements the same in each SQLite database.
func TestEachIndexHasItsStatistic(t *testing.T) {
	s := open(t, Options{Dir: withTables(t)})
	want := strings.Split(lines(t, s.config, `
SELECT tbl_name || ' ' || name || ' ' || (SELECT count(*) FROM pragma_index_info(m.name)) FROM sqlite_master m
  WHERE type = 'index' AND tbl_name NOT LIKE '%search%' AND tbl_name <> 'schema_migration'
UNION ALL
SELECT name || ' ' || name || ' ' || (SELECT sum(pk > 0) FROM pragma_table_info(m.name)) FROM sqlite_master m
  WHERE type = 'table' AND sql LIKE '%WITHOUT ROWID' AND name NOT LIKE '%search%'`), "\n")
	want = want[:len(want)-1]
	var got []string
	for _, s := range statistics {
		got = append(got, fmt.Sprintf("%s %s %d", s.table, s.index, len(strings.Fields(s.rows))-1))
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("indexes and how many columns they have (-want +got):\n%s", diff)
	}
	stored := lines(t, s.read, "SELECT tbl || ' ' || idx || ' ' || stat FROM sqlite_stat1")
	if n := strings.Count(stored, "\n"); n != len(statistics) {
		t.Errorf("%d of %d statistics are stored", n, len(statistics))
	}
}
