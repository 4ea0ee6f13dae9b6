// Package blob keeps recordings as files in a folder, whole or not at all: it fills voicemail.Blobs.
//
// A recording is written to a file beside its place and takes its name when it is complete and on the disk; what a killed
// process leaves behind is swept later. Names are 32 random hexadecimal digits, the first two of which are the folder.
// Nothing here knows what a recording is. A Store is safe for concurrent use, a Writer belongs to one goroutine.
package blob

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
)

const (
	folderMode = 0o700
	fileMode   = 0o600
	unfinished = ".part"
	retryAfter = time.Minute
)

// Store is a folder of recordings. Make one with New.
type Store struct {
	root string
	make func(path string) (file, error) // a file that is not there yet
}

var _ voicemail.Blobs = (*Store)(nil)

// file is what is used of a file that is written.
type file interface {
	io.Writer
	io.WriterAt
	Sync() error
	Close() error
}

// New keeps recordings below root, which is made with the first of them.
func New(root string) *Store {
	return &Store{root: root, make: func(path string) (file, error) {
		return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, fileMode) //nolint:gosec // the name was made here
	}}
}

func (s *Store) folder(name string) string { return filepath.Join(s.root, name[:2]) }

func (s *Store) path(name string) string { return filepath.Join(s.folder(name), name) }

// Create begins a recording; Unavailable.
func (s *Store) Create() (voicemail.Blob, error) {
	name := newName()
	path := s.path(name) + unfinished
	f, err := s.make(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(s.folder(name), folderMode); err == nil { //nolint:gosec // the name was made here
			err = errors.Join(syncFolder(s.root), syncFolder(filepath.Dir(s.root)))
		}
		if err == nil {
			f, err = s.make(path)
		}
	}
	if err != nil {
		return nil, trouble(err)
	}
	return &Writer{store: s, name: name, f: f}, nil
}

// Open opens a recording and tells its size; NotFound, Unavailable.
func (s *Store) Open(name string) (io.ReadSeekCloser, int64, error) {
	if !pbx.ValidBlob(name) {
		return nil, 0, missing(nil)
	}
	f, err := os.Open(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, missing(err)
	}
	if err != nil {
		return nil, 0, trouble(err)
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close() // nothing was read
		return nil, 0, trouble(err)
	}
	return f, info.Size(), nil
}

// Remove ends a recording; one that is not there is no error. Unavailable.
func (s *Store) Remove(name string) error {
	if !pbx.ValidBlob(name) {
		return nil
	}
	return s.remove(s.path(name))
}

func (s *Store) remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return trouble(err)
	}
	return nil
}

// Sweep removes what was last written before the time and is named by nobody, or was never made whole, and returns how
// many files went. Files that are none of ours stay.
func (s *Store) Sweep(
	ctx context.Context, before time.Time, known func(prefix string) (map[string]bool, error),
) (int, error) {
	folders, err := os.ReadDir(s.root)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil // there never was a recording
	}
	if err != nil {
		return 0, trouble(err)
	}
	n := 0
	for _, f := range folders {
		if !f.IsDir() || len(f.Name()) != 2 || !hexadecimal(f.Name()) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return n, err
		}
		removed, err := s.sweepFolder(f.Name(), before, known)
		if n += removed; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (s *Store) sweepFolder(
	folder string, before time.Time, known func(prefix string) (map[string]bool, error),
) (int, error) {
	// Files are listed first: who is named afterwards was there before, so none is missed.
	old, err := s.old(folder, before)
	if err != nil || len(old) == 0 {
		return 0, err
	}
	named, err := known(folder)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, name := range old {
		if named[name] {
			continue
		}
		if err := s.remove(filepath.Join(s.root, folder, name)); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// old lists the files of a folder that were last written before the time.
func (s *Store) old(folder string, before time.Time) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(s.root, folder))
	if err != nil {
		return nil, trouble(err)
	}
	var out []string
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), unfinished)
		if !pbx.ValidBlob(name) || name[:2] != folder {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone meanwhile
		}
		if err != nil {
			return nil, trouble(err)
		}
		if info.ModTime().Before(before) {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

func newName() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails: it ends the process instead
	return hex.EncodeToString(b[:])
}

func hexadecimal(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

func missing(cause error) error {
	return &pbx.Error{Kind: pbx.NotFound, Text: "There is no such recording.", Cause: cause}
}

// trouble says what is wrong with the disk.
func trouble(err error) error {
	text := "Recordings can't be kept or read at the moment."
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		text = "The disk is full; free some space."
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		text = "The folder of the recordings can't be written."
	}
	return &pbx.Error{Kind: pbx.Unavailable, Text: text, RetryAfter: retryAfter, Cause: fmt.Errorf("recording: %w", err)}
}
