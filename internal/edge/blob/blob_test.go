package blob

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ringfence/internal/pbx"
)

func write(t *testing.T, s *Store, text string) string {
	t.Helper()
	w, err := s.Create()
	if err != nil {
		t.Fatal(err)
	}
	if _, err = io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err = w.Commit(); err != nil {
		t.Fatal(err)
	}
	return w.Name()
}

func read(t *testing.T, s *Store, name string) string {
	t.Helper()
	f, size, err := s.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	if err != nil || int64(len(b)) != size {
		t.Fatalf("%d octets of %d: %v", len(b), size, err)
	}
	return string(b)
}

// files lists what is in a folder, with its folders.
func files(t *testing.T, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}

func TestARecordingIsThereWholeOnceItIsComplete(t *testing.T) {
	root := filepath.Join(t.TempDir(), "data", "blobs")
	s := New(root)
	w, err := s.Create()
	if err != nil {
		t.Fatal(err)
	}
	if !pbx.ValidBlob(w.Name()) {
		t.Errorf("it is called %q", w.Name())
	}
	for _, text := range []string{"....", " and more"} {
		if _, err = io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err = w.WriteAt([]byte("head"), 0); err != nil {
		t.Fatal(err)
	}
	if _, _, err = s.Open(w.Name()); pbx.KindOf(err) != pbx.NotFound {
		t.Errorf("before it is complete: %v", err)
	}
	if err = w.Commit(); err != nil {
		t.Fatal(err)
	}
	w.Discard()
	if got := read(t, s, w.Name()); got != "head and more" {
		t.Errorf("read %q", got)
	}
	if err = w.Commit(); pbx.KindOf(err) != pbx.Unavailable {
		t.Errorf("a second time: %v", err)
	}
	if _, err = io.WriteString(w, "late"); pbx.KindOf(err) != pbx.Unavailable {
		t.Errorf("written to afterwards: %v", err)
	}
	path := filepath.Join(root, w.Name()[:2], w.Name())
	if there := files(t, root); !slices.Equal(there, []string{path}) {
		t.Errorf("on the disk is %v", there)
	}
	for what, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700, root: 0o700} {
		info, err := os.Stat(what)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", what, info.Mode(), err)
		}
	}
}

func TestSoundsAreSought(t *testing.T) {
	s := New(t.TempDir())
	f, _, err := s.Open(write(t, s, "0123456789"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b := make([]byte, 3)
	if _, err = f.Seek(-4, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if _, err = io.ReadFull(f, b); err != nil || string(b) != "678" {
		t.Errorf("read %q, %v", b, err)
	}
}

func TestWhatIsGivenUpOrRemovedIsGone(t *testing.T) {
	root := t.TempDir()
	s := New(root)
	w, err := s.Create()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, "never mind")
	w.Discard()
	w.Discard()
	if err = w.Commit(); pbx.KindOf(err) != pbx.Unavailable {
		t.Errorf("completed after all: %v", err)
	}
	name := write(t, s, "gone soon")
	for range 2 {
		if err = s.Remove(name); err != nil {
			t.Error(err)
		}
	}
	if _, _, err = s.Open(name); pbx.KindOf(err) != pbx.NotFound {
		t.Errorf("opened: %v", err)
	}
	if there := files(t, root); len(there) != 0 {
		t.Errorf("left: %v", there)
	}
}

func TestOtherNamesLeadNowhere(t *testing.T) {
	root := t.TempDir()
	s := New(filepath.Join(root, "blobs"))
	secret := filepath.Join(root, "master.key")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "..", "../master.key", "aa/../../master.key", strings.Repeat("A", 32), strings.Repeat("a", 31)} {
		if _, _, err := s.Open(name); pbx.KindOf(err) != pbx.NotFound {
			t.Errorf("%q: %v", name, err)
		}
		if err := s.Remove(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := os.Stat(secret); err != nil {
		t.Error(err)
	}
}

// full is a file on a disk that has room for some octets.
type full struct {
	file
	room int
}

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.room {
		return 0, &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	}
	f.room -= len(b)
	return f.file.Write(b)
}

func (f *full) Sync() error {
	if f.room == 0 { // what was taken may still find no room
		return &fs.PathError{Op: "sync", Path: "x", Err: syscall.ENOSPC}
	}
	return f.file.Sync()
}

func TestAFullDiskLeavesNothingBehind(t *testing.T) {
	root := t.TempDir()
	s := New(root)
	whole := s.make
	room := 10
	s.make = func(path string) (file, error) {
		f, err := whole(path)
		if err != nil {
			return nil, err
		}
		return &full{f, room}, nil
	}
	said := func(what string, err error) {
		t.Helper()
		e, ok := errors.AsType[*pbx.Error](err)
		if !ok || e.Kind != pbx.Unavailable || e.Text != "The disk is full; free some space." || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", what, err)
		}
	}
	w, err := s.Create()
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(w, "more than ten octets")
	said("written", err)
	w.Discard()
	if w, err = s.Create(); err != nil {
		t.Fatal(err)
	}
	if _, err = io.WriteString(w, "0123456789"); err != nil {
		t.Fatal(err)
	}
	said("completed", w.Commit())
	s.make = func(string) (file, error) { return nil, &fs.PathError{Op: "open", Path: "x", Err: syscall.ENOSPC} }
	_, err = s.Create()
	said("begun", err)
	if there := files(t, root); len(there) != 0 {
		t.Errorf("left: %v", there)
	}
	s.make = func(string) (file, error) { return nil, &fs.PathError{Op: "open", Path: "x", Err: syscall.EROFS} }
	if _, err = s.Create(); pbx.KindOf(err) != pbx.Unavailable || strings.Contains(err.Error(), "full;") {
		t.Errorf("a disk that can't be written: %v", err)
	}
}

func TestWhatNobodyNamesIsSwept(t *testing.T) {
	root := t.TempDir()
	s := New(root)
	named, forgotten, young := write(t, s, "named"), write(t, s, "forgotten"), write(t, s, "young")
	w, err := s.Create() // its process is killed
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, "half of a mess")
	stranger := filepath.Join(root, named[:2], "README")
	if err = os.WriteFile(stranger, []byte("not ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err = os.MkdirAll(filepath.Join(root, "lost+found"), 0o700); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * time.Hour)
	for _, path := range files(t, root) {
		if filepath.Base(path) != young {
			if err = os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	var asked []string
	known := func(prefix string) (map[string]bool, error) {
		asked = append(asked, prefix)
		return map[string]bool{named: true}, nil
	}
	n, err := s.Sweep(t.Context(), time.Now().Add(-time.Hour), known)
	if n != 2 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, _, err = s.Open(forgotten); pbx.KindOf(err) != pbx.NotFound {
		t.Errorf("what nobody names: %v", err)
	}
	if read(t, s, named) != "named" || read(t, s, young) != "young" || len(files(t, root)) != 3 {
		t.Errorf("left: %v", files(t, root))
	}
	if len(asked) == 0 || slices.ContainsFunc(asked, func(p string) bool { return len(p) != 2 }) {
		t.Errorf("asked for %v", asked)
	}
	fault := errors.New("the database is away")
	if err = os.Chtimes(filepath.Join(root, young[:2], young), old, old); err != nil {
		t.Fatal(err)
	}
	_, err = s.Sweep(t.Context(), time.Now().Add(-time.Hour), func(string) (map[string]bool, error) { return nil, fault })
	if !errors.Is(err, fault) || read(t, s, young) != "young" {
		t.Errorf("swept without knowing: %v", err)
	}
	if n, err = New(filepath.Join(root, "never")).Sweep(t.Context(), time.Now(), known); n != 0 || err != nil {
		t.Errorf("where nothing was: %d, %v", n, err)
	}
}

// TestAKilledWriterLeavesNoRecording kills a process in the middle of writing.
func TestAKilledWriterLeavesNoRecording(t *testing.T) {
	if root := os.Getenv("RINGFENCE_TEST_BLOBS"); root != "" { //nolint:forbidigo // this process is the one that is killed
		w, err := New(root).Create()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, "half of a mess")
		_, _ = os.Stdout.WriteString("written\n")
		select {}
	}
	root := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestAKilledWriterLeavesNoRecording$")
	cmd.Env = append(os.Environ(), "RINGFENCE_TEST_BLOBS="+root)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err = io.ReadFull(out, make([]byte, len("written\n"))); err != nil {
		t.Fatal(err)
	}
	if err = cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	s := New(root)
	left := files(t, root)
	if len(left) != 1 || !strings.HasSuffix(left[0], unfinished) {
		t.Fatalf("left: %v", left)
	}
	if _, _, err = s.Open(strings.TrimSuffix(filepath.Base(left[0]), unfinished)); pbx.KindOf(err) != pbx.NotFound {
		t.Errorf("it can be opened: %v", err)
	}
	n, err := s.Sweep(t.Context(), time.Now().Add(time.Hour), func(string) (map[string]bool, error) { return map[string]bool{}, nil })
	if n != 1 || err != nil || len(files(t, root)) != 0 {
		t.Errorf("swept %d, %v", n, err)
	}
}
