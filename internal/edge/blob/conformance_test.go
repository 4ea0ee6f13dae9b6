package blob

import (
	"io"
	"testing"
	"time"

	"ringfence/internal/engine/voicemail"
	"ringfence/internal/engine/voicemail/memstore"
	"ringfence/internal/pbx"
)

// TestBlobsConform holds the folder, and the memory that other tests use in its place, to what the engine asks for.
func TestBlobsConform(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) voicemail.Blobs{
		"folder": func(t *testing.T) voicemail.Blobs { return New(t.TempDir()) },
		"memory": func(*testing.T) voicemail.Blobs { return &memstore.Blobs{} },
	} {
		t.Run(name, func(t *testing.T) { conforms(t, open(t)) })
	}
}

func conforms(t *testing.T, s voicemail.Blobs) {
	begin := func(text string, end func(voicemail.Blob) error) string {
		t.Helper()
		b, err := s.Create()
		if err == nil {
			_, err = io.WriteString(b, text)
		}
		if err == nil {
			_, err = b.WriteAt([]byte("RIFF"), 0)
		}
		if err == nil {
			err = end(b)
		}
		if err != nil || !pbx.ValidBlob(b.Name()) {
			t.Fatalf("%q: %v", b.Name(), err)
		}
		return b.Name()
	}
	is := func(name, want string) {
		t.Helper()
		f, size, err := s.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Seek(2, io.SeekStart)
		b, err := io.ReadAll(f)
		if err != nil || string(b) != want[2:] || size != int64(len(want)) || f.Close() != nil {
			t.Errorf("%q of %d octets, %v", b, size, err)
		}
	}
	isNot := func(name string) {
		t.Helper()
		if _, _, err := s.Open(name); pbx.KindOf(err) != pbx.NotFound {
			t.Errorf("%q: %v", name, err)
		}
	}
	complete := func(b voicemail.Blob) error {
		isNot(b.Name())
		err := b.Commit()
		b.Discard()
		return err
	}
	named, other := begin(".... named", complete), begin(".... other", complete)
	is(named, "RIFF named")
	isNot(begin(".... given up", func(b voicemail.Blob) error { b.Discard(); return nil }))
	isNot("")
	known := func(prefix string) (map[string]bool, error) { return map[string]bool{named: prefix == named[:2]}, nil }
	for _, sweep := range []struct {
		before time.Duration
		want   int
	}{{-time.Hour, 0}, {time.Hour, 1}, {time.Hour, 0}} {
		if n, err := s.Sweep(t.Context(), time.Now().Add(sweep.before), known); n != sweep.want || err != nil {
			t.Errorf("swept %d, want %d: %v", n, sweep.want, err)
		}
	}
	isNot(other)
	is(named, "RIFF named")
	for range 2 {
		if err := s.Remove(named); err != nil {
			t.Error(err)
		}
	}
	isNot(named)
}
