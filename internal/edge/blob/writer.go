package blob

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

// Writer writes a recording. Whoever made it calls Commit or Discard.
type Writer struct {
	store *Store
	name  string
	f     file
	done  bool
}

var errDone = errors.New("it is complete, or was given up")

// Name is what the recording is called once it is complete.
func (w *Writer) Name() string { return w.name }

// Write appends to the recording; Unavailable.
func (w *Writer) Write(b []byte) (int, error) {
	if w.done {
		return 0, trouble(errDone)
	}
	n, err := w.f.Write(b)
	if err != nil {
		return n, trouble(err)
	}
	return n, nil
}

// WriteAt writes over what was written; Unavailable.
func (w *Writer) WriteAt(b []byte, offset int64) (int, error) {
	if w.done {
		return 0, trouble(errDone)
	}
	n, err := w.f.WriteAt(b, offset)
	if err != nil {
		return n, trouble(err)
	}
	return n, nil
}

// Commit makes the recording complete: it is on the disk under its name when this returns. After an error nothing is
// there; Unavailable.
func (w *Writer) Commit() error {
	if w.done {
		return trouble(errDone)
	}
	w.done = true
	path := w.store.path(w.name)
	err := errors.Join(w.f.Sync(), w.f.Close())
	if err == nil {
		err = os.Rename(path+unfinished, path)
	}
	if err == nil {
		if err = syncFolder(w.store.folder(w.name)); err == nil {
			return nil
		}
	}
	_ = w.store.remove(path + unfinished) // what kept it from being complete says more; the rest is swept
	_ = w.store.remove(path)
	return trouble(err)
}

// Discard gives the recording up.
func (w *Writer) Discard() {
	if w.done {
		return
	}
	w.done = true
	_ = w.f.Close()                                       // nobody wants it
	_ = w.store.remove(w.store.path(w.name) + unfinished) // what can't be removed is swept
}

// syncFolder puts the names in a folder on the disk. Some systems can't, and do it by themselves.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path) //nolint:gosec // its name was made here
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, f.Close())
}
