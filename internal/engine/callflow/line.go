// Package callflow is what the server itself does with a caller: one file for each kind of step, written as it is heard, from
// top to bottom.
//
// A step runs on a goroutine of its own, a child of the call, and speaks with the caller through a Line, whose verbs wait until
// the call has done what they ask. A step that crashes, or whose caller hangs up, ends; the call goes on to its own end. Steps
// know neither SIP nor packets.
package callflow

import (
	"context"
	"errors"
	"strings"
	"time"

	"ringfence/internal/wire/audio"
)

// ErrGone says that the call is over, or cannot be heard or spoken to any more.
var ErrGone = errors.New("the caller is gone")

// Line is a caller who has been answered. One goroutine uses it. Everything fails with ErrGone once the call is over.
type Line interface {
	// Play plays samples at 8 kHz. A key of stop ends it and is returned, also one that was pressed before; other keys are
	// forgotten. 0: it was heard to its end. Without stop all keys wait for what comes after it.
	Play(ctx context.Context, samples []int16, stop string) (key byte, err error)
	// Key waits for a key that is pressed, or was since the last one was taken; 0 if there was none for so long.
	Key(ctx context.Context, wait time.Duration) (key byte, err error)
	// Record hands what the caller says to take, piece by piece, until take returns false, a key of stop is pressed, or nothing
	// at all has come for so long. What came before the caller hung up is handed over before it fails with ErrGone.
	Record(ctx context.Context, stop string, quiet time.Duration, take func(piece []int16) bool) (key byte, err error)
}

// allKeys are the keys of a telephone.
const allKeys = "0123456789*#"

const (
	keyWait  = 6 * time.Second // for a choice, after all choices were read out
	digitGap = 4 * time.Second // between two digits of a number
	askings  = 3               // how often somebody is asked the same
)

// choose reads out a menu until one of its keys is pressed; 0 if none was after several times. wrong is played after a key that
// the menu does not have.
func choose(ctx context.Context, l Line, menu, wrong []int16, keys string) (byte, error) {
	for range askings {
		key, err := l.Play(ctx, menu, allKeys)
		if err == nil && key == 0 {
			key, err = l.Key(ctx, keyWait)
		}
		switch {
		case err != nil:
			return 0, err
		case key != 0 && strings.IndexByte(keys, key) >= 0:
			return key, nil
		case key != 0:
			if _, err = l.Play(ctx, wrong, ""); err != nil {
				return 0, err
			}
		}
	}
	return 0, nil
}

// digits asks for a number that ends with # or with a pause. It is empty if nothing or * was pressed.
func digits(ctx context.Context, l Line, ask []int16, most int) (string, error) {
	key, err := l.Play(ctx, ask, allKeys)
	if err == nil && key == 0 {
		key, err = l.Key(ctx, keyWait)
	}
	var out []byte
	for err == nil && key != 0 && key != '#' {
		if key == '*' {
			return "", nil
		}
		if out = append(out, key); len(out) == most {
			break
		}
		key, err = l.Key(ctx, digitGap)
	}
	return string(out), err
}

const (
	quietLimit = 8 * time.Second        // of silence end a recording
	shortest   = 600 * time.Millisecond // what is shorter than that is no message
	loudness   = 300                    // the mean of the samples' size from which on a piece is no silence
)

// tone is what one speaks after.
func tone() []int16 {
	return audio.Samples(audio.Tone{Name: "record", Steps: []audio.Step{
		{For: 150 * time.Millisecond}, {Hertz: [2]float64{1000}, For: 300 * time.Millisecond},
	}}, 450*time.Millisecond)
}

// recorded is how a recording went.
type recorded struct {
	heard time.Duration // without the silence at its end
	key   byte          // that ended it; 0: silence, its length, or the caller who hung up
	gone  bool          // he hung up
}

// record plays the tone, and writes what is said after it, at most so much. The silence at its end is left out. It fails with
// what write fails with, and with ErrGone only if the tone could not be played.
func record(ctx context.Context, l Line, most time.Duration, write func([]int16) error) (recorded, error) {
	var (
		r       recorded
		failure error
		silence [][]int16
		quiet   time.Duration
	)
	if _, err := l.Play(ctx, tone(), ""); err != nil {
		return r, err
	}
	put := func(piece []int16) {
		if failure == nil {
			failure = write(piece)
		}
	}
	left := most
	key, err := l.Record(ctx, allKeys, quietLimit, func(piece []int16) bool {
		piece = piece[:min(len(piece), int(left.Seconds()*8000))]
		length := duration(len(piece))
		left -= length
		if !loud(piece) {
			silence = append(silence, piece)
			quiet += length
			return quiet < quietLimit && left > 0
		}
		for _, s := range silence {
			put(s)
		}
		put(piece)
		r.heard += quiet + length
		silence, quiet = nil, 0
		return failure == nil && left > 0
	})
	r.key, r.gone = key, errors.Is(err, ErrGone)
	if failure != nil {
		return r, failure
	}
	if err != nil && !r.gone {
		return r, err
	}
	return r, nil
}

func duration(samples int) time.Duration { return time.Duration(samples) * time.Second / 8000 }

// loud tells whether somebody speaks.
func loud(piece []int16) bool {
	sum := 0
	for _, s := range piece {
		sum += max(int(s), -int(s))
	}
	return len(piece) > 0 && sum/len(piece) >= loudness
}
