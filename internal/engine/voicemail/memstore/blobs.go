package memstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"sync"
	"time"

	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
)

// Blobs keeps sounds. The zero value is ready.
type Blobs struct {
	Fail func() error // asked before each write; nil: all goes well

	mu    sync.Mutex
	there map[string]sound
}

type sound struct {
	octets []byte
	at     time.Time
}

var _ voicemail.Blobs = (*Blobs)(nil)

// Blob is a sound that is being written.
type Blob struct {
	blobs  *Blobs
	name   string
	octets []byte
	done   bool
}

func (b *Blobs) fail() error {
	if b.Fail == nil {
		return nil
	}
	return b.Fail()
}

// Create begins a sound.
func (b *Blobs) Create() (voicemail.Blob, error) {
	var name [16]byte
	_, _ = rand.Read(name[:]) // crypto/rand never fails: it ends the process instead
	return &Blob{blobs: b, name: hex.EncodeToString(name[:])}, b.fail()
}

// Name is what the sound will be called.
func (w *Blob) Name() string { return w.name }

// Write appends.
func (w *Blob) Write(p []byte) (int, error) {
	if err := w.blobs.fail(); err != nil {
		return 0, err
	}
	w.octets = append(w.octets, p...)
	return len(p), nil
}

// WriteAt writes over what was written.
func (w *Blob) WriteAt(p []byte, offset int64) (int, error) { return copy(w.octets[offset:], p), nil }

// Commit completes the sound.
func (w *Blob) Commit() error {
	if err := w.blobs.fail(); err != nil || w.done {
		return err
	}
	w.done = true
	w.blobs.mu.Lock()
	defer w.blobs.mu.Unlock()
	if w.blobs.there == nil {
		w.blobs.there = map[string]sound{}
	}
	w.blobs.there[w.name] = sound{w.octets, time.Now()}
	return nil
}

// Discard gives the sound up.
func (w *Blob) Discard() { w.done = true }

type opened struct{ *bytes.Reader }

func (opened) Close() error { return nil }

// Open opens a sound.
func (b *Blobs) Open(name string) (io.ReadSeekCloser, int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.there[name]
	if !ok {
		return nil, 0, pbx.Errorf(pbx.NotFound, "There is no such recording.")
	}
	return opened{bytes.NewReader(s.octets)}, int64(len(s.octets)), nil
}

// Remove ends a sound.
func (b *Blobs) Remove(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.there, name)
	return nil
}

// Sweep removes what nobody names.
func (b *Blobs) Sweep(
	_ context.Context, before time.Time, known func(prefix string) (map[string]bool, error),
) (int, error) {
	n := 0
	for _, name := range b.Names() {
		named, err := known(name[:2])
		if err != nil {
			return n, err
		}
		b.mu.Lock()
		if !named[name] && b.there[name].at.Before(before) {
			delete(b.there, name)
			n++
		}
		b.mu.Unlock()
	}
	return n, nil
}

// Names lists what is there.
func (b *Blobs) Names() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]string, 0, len(b.there))
	for name := range b.there {
		out = append(out, name)
	}
	return out
}
