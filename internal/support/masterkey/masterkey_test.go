package masterkey

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeyIsMadeOnceAndOnlyItsOwnerReadsIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	a, err := Open(path, false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(path, true)
	if err != nil || a != b || a == (Key{}) {
		t.Errorf("second start reads another key: %v", err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
}

func TestMissingKeyBesideADatabaseIsNeverReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := Open(path, true); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "backup") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a key was made")
	}
}

func TestDamagedKeyIsAnErrorThatSaysWhatToDo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	if err := os.WriteFile(path, []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, false); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("got %v", err)
	}
}

func TestKeyNeverShows(t *testing.T) {
	k := Key{1, 2, 3}
	if s := fmt.Sprintf("%v %+v %#v %s", k, k, k, k); strings.Contains(s, "1") {
		t.Error(s)
	}
}
