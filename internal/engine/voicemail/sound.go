package voicemail

import (
	"fmt"
	"time"

	"ringfence/internal/wire/audio"
)

// heldBack is how many octets of a sound are gathered before they are written.
const heldBack = 16 << 10

// take is a sound that is being written into a blob.
type take struct {
	blob    Blob
	buf     []byte
	samples int
}

// begin makes a blob with the header of an empty sound.
func (s *Service) begin() (*take, error) {
	b, err := s.cfg.Blobs.Create()
	if err != nil {
		return nil, err
	}
	t := &take{blob: b, buf: make([]byte, 0, heldBack+4096)}
	t.buf = audio.AppendWAVHeader(t.buf, Rate, 0)
	if err := t.flush(); err != nil { // a disk that is full is noticed before anybody speaks
		b.Discard()
		return nil, err
	}
	return t, nil
}

func (t *take) write(samples []int16) error {
	t.buf = audio.AppendPCM(t.buf, samples)
	t.samples += len(samples)
	if len(t.buf) < heldBack {
		return nil
	}
	return t.flush()
}

func (t *take) flush() error {
	_, err := t.blob.Write(t.buf)
	t.buf = t.buf[:0]
	return err
}

// commit puts the right sizes into the header, and the sound on the disk.
func (t *take) commit() error {
	if err := t.flush(); err != nil {
		t.blob.Discard()
		return err
	}
	if _, err := t.blob.WriteAt(audio.AppendWAVHeader(nil, Rate, t.samples), 0); err != nil {
		t.blob.Discard()
		return err
	}
	return t.blob.Commit()
}

func (t *take) length() time.Duration { return length(t.samples) }

func (t *take) size() int64 { return int64(audio.WAVHeaderSize + 2*t.samples) }

// length is how long so many samples last, as it is stored: in whole milliseconds.
func length(samples int) time.Duration {
	return (time.Duration(samples) * time.Second / Rate).Round(time.Millisecond)
}

// store puts a whole sound into a blob.
func (s *Service) store(samples []int16) (*take, error) {
	t, err := s.begin()
	if err != nil {
		return nil, err
	}
	for len(samples) > 0 {
		part := samples[:min(len(samples), heldBack/2)]
		if err := t.write(part); err != nil {
			t.blob.Discard()
			return nil, err
		}
		samples = samples[len(part):]
	}
	return t, t.commit()
}

// samples reads a blob back.
func (s *Service) samples(blob string, most time.Duration) ([]int16, error) {
	f, size, err := s.cfg.Blobs.Open(blob)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	sound, err := audio.ReadWAV(f, audio.WAVLimits{Octets: size, Length: most})
	if err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	return sound.Samples, nil
}
