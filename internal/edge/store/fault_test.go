package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/pbx"
)

// refusal opens a database that can't be used and checks that the error is one line that says what to do.
func refusal(t *testing.T, o Options, words ...string) {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err == nil {
		_ = s.Close()
		t.Fatal("the database was opened")
	}
	text := err.Error()
	if strings.Contains(text, "\n") {
		t.Errorf("more than one line: %q", text)
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q does not say %q", text, word)
		}
	}
}

// used makes a database with something in it and closes it.
func used(t *testing.T) string {
	t.Helper()
	dir := withTables(t)
	s := open(t, Options{Dir: dir})
	err := s.Admin().Update(t.Context(), 0, func(tx admin.Tx) error {
		return tx.PutOrganization(pbx.Organization{ID: 1, Name: "One", AccountName: "one"})
	})
	if err != nil {
		t.Fatal(err)
	}
	b := benchBinding(1)
	if err := s.Bindings().Commit(t.Context(), []registrar.BindingChange{{Key: b.Key, Put: &b}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// untouched runs f and checks that it leaves the file as it is.
func untouched(t *testing.T, path string, f func()) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f()
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Errorf("%s was changed", path)
	}
}

func TestDamagedFilesAreRefusedAndKept(t *testing.T) {
	for _, file := range []string{configFile, liveFile} {
		for name, damage := range map[string]func(b []byte) []byte{
			"overwritten header": func(b []byte) []byte { copy(b, "no database at all"); return b },
			"overwritten page":   func(b []byte) []byte { copy(b[4096*2:], strings.Repeat("\xff", 4096)); return b },
			"overwritten schema": func(b []byte) []byte { copy(b[100:], strings.Repeat("\xff", 3000)); return b },
			"cut short":          func(b []byte) []byte { return b[:len(b)/2] },
		} {
			t.Run(file+" "+name, func(t *testing.T) {
				path := filepath.Join(used(t), file)
				content, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, damage(content), 0o600); err != nil {
					t.Fatal(err)
				}
				untouched(t, path, func() {
					refusal(t, Options{Dir: filepath.Dir(path)}, file, "damaged", "restore a backup")
				})
			})
		}
	}
}

func TestLostFilesAreNotReplaced(t *testing.T) {
	for _, file := range []string{configFile, liveFile} {
		for name, lose := range map[string]func(path string) error{
			"missing": os.Remove,
			"emptied": func(path string) error { return os.Truncate(path, 0) },
		} {
			if file == liveFile && name == "emptied" {
				continue // the way to go on without it
			}
			t.Run(file+" "+name, func(t *testing.T) {
				dir := used(t)
				if err := lose(filepath.Join(dir, file)); err != nil {
					t.Fatal(err)
				}
				refusal(t, Options{Dir: dir}, file, "missing", "restore a backup")
			})
		}
	}
}

func TestEmptyLiveFileIsTheWayToGoOnWithoutIt(t *testing.T) {
	dir := used(t)
	if err := os.WriteFile(filepath.Join(dir, liveFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, Options{Dir: dir})
}

func TestFirstStartThatWasCutShortIsRepeated(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, configFile)); err != nil {
		t.Fatal(err)
	}
	open(t, Options{Dir: dir})
}

func TestFilesInEachOthersPlaceAreRefused(t *testing.T) {
	dir := used(t)
	config, live := filepath.Join(dir, configFile), filepath.Join(dir, liveFile)
	for _, move := range [][2]string{{config, config + ".x"}, {live, config}, {config + ".x", live}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			t.Fatal(err)
		}
	}
	refusal(t, Options{Dir: dir}, "not the database that belongs there")
}

func TestForeignDatabaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, liveFile)
	foreign(t, "sqlite", path)
	untouched(t, path, func() { refusal(t, Options{Dir: dir}, "not the database that belongs there") })

	url := postgres.Database(t)
	foreign(t, "pgx", url)
	refusal(t, Options{URL: url}, "another program", "empty database")
}

func foreign(t *testing.T, driver, name string) {
	t.Helper()
	run(t, driver, name, "CREATE TABLE recipe (name TEXT)")
}

func run(t *testing.T, driver, name, text string) {
	t.Helper()
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		_, err := s.config.ExecContext(t.Context(),
			"INSERT INTO schema_migration (version_id, is_applied) VALUES (99, $1)", true)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		refusal(t, o, "newer ringfence", "schema 99", "install that version")
	})
}

func TestDirectoryThatCannotBeWrittenIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refusal(t, Options{Dir: filepath.Join(file, "data")}, "cannot make the data directory", "--data")

	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, liveFile), 0o700); err != nil {
		t.Fatal(err)
	}
	refusal(t, Options{Dir: dir}, liveFile, "cannot")

	if os.Geteuid() == 0 {
		return // root may write everywhere
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	refusal(t, Options{Dir: dir}, "cannot write", "--data")
}

func TestFileInUseIsRefused(t *testing.T) {
	dir := used(t)
	other, err := sql.Open("sqlite", sqliteName(filepath.Join(dir, liveFile), "immediate", settings()...))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	refusal(t, Options{Dir: dir}, liveFile, "in use by another program", "stop that one")
}

func TestUnreachablePostgresIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		url   string
		words []string
	}{
		"nothing listens":   {"postgres://u:secret@127.0.0.1:1/db?connect_timeout=2", []string{"does not answer", "127.0.0.1"}},
		"no such database":  {strings.Replace(postgres.Database(t), "/t", "/none", 1), []string{"none"}},
		"not an address":    {"postgres://u:secret@[broken/db", []string{"postgres://user"}},
		"an unknown scheme": {"mysql://u:secret@localhost/db", []string{"postgres://user"}},
	} {
		t.Run(name, func(t *testing.T) {
			refusal(t, Options{URL: test.url}, test.words...)
			if _, err := Open(t.Context(), Options{URL: test.url}); strings.Contains(err.Error(), "secret") {
				t.Errorf("the password stands in %q", err)
			}
		})
	}
}

func TestFullDiskIsUnavailableAndDestroysNothing(t *testing.T) {
	s := open(t, Options{Dir: used(t)})
	if _, err := s.live.ExecContext(t.Context(), "PRAGMA max_page_count = 30"); err != nil {
		t.Fatal(err)
	}
	var err error
	for line := pbx.LineID(2); err == nil && line < 2000; line += 100 {
		var changes []registrar.BindingChange
		for i := range pbx.LineID(100) {
			b := benchBinding(line + i)
			changes = append(changes, registrar.BindingChange{Key: b.Key, Put: &b})
		}
		err = s.Bindings().Commit(t.Context(), changes)
	}
	if pbx.KindOf(err) != pbx.Unavailable || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("a full disk gives %v", err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	found := false
	for b, err := range s.Bindings().Load(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		found = found || b.Key.Line == 1
	}
	if !found {
		t.Error("the binding of before is gone")
	}
}

func TestDatabaseThatGoesAwayIsUnavailable(t *testing.T) {
	url := postgres.Database(t)
	s := open(t, Options{URL: url})
	gone := strings.TrimPrefix(strings.Split(url, "?")[0], "postgres://ringfence@/")
	run(t, "pgx", strings.Replace(url, "/"+gone, "/postgres", 1), "DROP DATABASE "+gone+" WITH (FORCE)")
	b := benchBinding(1)
	err := s.Bindings().Commit(t.Context(), []registrar.BindingChange{{Key: b.Key, Put: &b}})
	if pbx.KindOf(err) != pbx.Unavailable {
		t.Errorf("commit gives %v", err)
	}
	if err := s.Ping(t.Context()); pbx.KindOf(err) != pbx.Unavailable {
		t.Errorf("ping gives %v", err)
	}
}

func TestCancelledRequestIsNoFaultOfTheDatabase(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		s := open(t, o)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.Admin().View(ctx, func(tx admin.ReadTx) error { _, err := tx.Organizations(); return err })
		if err == nil || !strings.Contains(err.Error(), "context canceled") {
			t.Errorf("got %v", err)
		}
	})
}
