// Package masterkey keeps the one key that encrypts secrets in the database but lives outside it, so that a stolen
// database alone gives nothing away. The key is 32 random bytes in a file that only its owner can read.
package masterkey

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Size is the length of the key in bytes.
const Size = 32

// Key is the master key; it never shows in logs or errors.
type Key [Size]byte

// String hides the key.
func (Key) String() string { return "[redacted]" }

// GoString hides the key from %#v too.
func (Key) GoString() string { return "[redacted]" }

// MarshalText hides the key from encoders.
func (Key) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// ErrMissing says that a database exists whose key is gone.
var ErrMissing = errors.New("master key is missing")

// Open reads the key, or makes it when nothing exists yet that it could belong to. With databaseExists, a missing key
// is ErrMissing: a new one could not open what the old one closed.
func Open(path string, databaseExists bool) (Key, error) {
	b, err := os.ReadFile(path)
	switch {
	case err == nil:
		return parse(path, b)
	case !errors.Is(err, fs.ErrNotExist):
		return Key{}, fmt.Errorf("read master key: %w", err)
	case databaseExists:
		return Key{}, fmt.Errorf("%w: %s must be put back from a backup; the database beside it was made with it",
			ErrMissing, path)
	}
	var k Key
	_, _ = rand.Read(k[:]) // crypto/rand never fails: it ends the process instead
	return k, write(path, k)
}

func parse(path string, b []byte) (Key, error) {
	var k Key
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(raw) != Size {
		return Key{}, fmt.Errorf("master key %s is damaged: put it back from a backup", path)
	}
	copy(k[:], raw)
	return k, nil
}

// write makes the file whole or not at all, and on the disk before it is used.
func write(path string, k Key) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".master-*")
	if err != nil {
		return fmt.Errorf("write master key: %w", err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone after the rename
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(k[:]) + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("write master key: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write master key: %w", err)
	}
	return nil
}
