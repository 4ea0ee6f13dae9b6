package media

import (
	"sync/atomic"

	"ringfence/internal/wire/audio"
)

// Record hands what the remote side says to sink, in pieces of samples at 8 kHz that are the sink's to keep, on the media
// goroutine: it must not block. Nil tells once that nothing more comes, after StopRecording or Close. Pauses in which a phone
// sends nothing are filled with silence as soon as it goes on. It fails with ErrIncompatible if the server does not decode
// what the leg sends.
func (l *Leg) Record(sink func(samples []int16)) error {
	switch {
	case l.closed:
		return ErrClosed
	case l.agreed == nil:
		return ErrOrder
	case !l.agreed.codec.Coded() || l.agreed.zrtp:
		return ErrIncompatible
	}
	if l.recording != nil {
		l.StopRecording()
	}
	l.recording = newRecorder(sink)
	l.recording.learn(l.agreed)
	l.relay.Listen(l.recording)
	return nil
}

// StopRecording ends a recording.
func (l *Leg) StopRecording() {
	l.recording = nil
	l.relay.Listen(nil)
}

const (
	// pieceSize is about how many samples a piece of a recording has: a fifth of a second.
	pieceSize = narrow / 5
	// longestGap is how many samples of silence stand for packets that did not come, at most. What jumps further has begun
	// its clock anew.
	longestGap = 5 * narrow
)

// recorder decodes what a leg receives.
type recorder struct {
	formats atomic.Pointer[map[uint8]audio.Decoder]

	// Owned by the media goroutine.
	sink    func([]int16)
	piece   []int16
	next    uint32 // the timestamp that follows
	started bool
}

func newRecorder(sink func([]int16)) *recorder { return &recorder{sink: sink} }

// learn takes what numbers mean from now on. Decoders begin anew: none of ours remembers much.
func (r *recorder) learn(a *agreement) {
	decoders := make(map[uint8]audio.Decoder)
	for _, f := range a.receive {
		if d, ok := audio.NewDecoder(f.codec); ok {
			decoders[f.payload] = d
		}
	}
	r.formats.Store(&decoders)
}

// Hear implements relay.Hearer.
func (r *recorder) Hear(kind uint8, timestamp uint32, payload []byte) {
	d, ok := (*r.formats.Load())[kind]
	if !ok {
		return // comfort noise: the gap is filled when speech comes
	}
	if gap := int32(timestamp - r.next); r.started && gap < 0 && gap > -longestGap {
		return // late, or twice
	} else if r.started && gap > 0 && gap <= longestGap {
		r.silence(int(gap))
	}
	r.started = true
	if r.piece == nil {
		r.piece = make([]int16, 0, pieceSize+2*narrow/50)
	}
	before := len(r.piece)
	r.piece = d.Decode(r.piece, payload)
	r.next = timestamp + uint32(len(r.piece)-before)
	if len(r.piece) >= pieceSize {
		r.give()
	}
}

func (r *recorder) silence(samples int) {
	if len(r.piece) > 0 {
		r.give()
	}
	r.sink(make([]int16, samples))
}

// Done implements relay.Hearer.
func (r *recorder) Done() {
	if len(r.piece) > 0 {
		r.give()
	}
	r.sink(nil)
}

func (r *recorder) give() {
	r.sink(r.piece)
	r.piece = nil
}
