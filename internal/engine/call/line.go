package call

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"ringfence/internal/engine/callflow"
	"ringfence/internal/engine/media"
	"ringfence/internal/pbx"
)

// Voicemail is what the server does with a caller who leaves or hears messages.
type Voicemail interface {
	// Deposit takes a message for a user who could not take the call.
	Deposit(ctx context.Context, l callflow.Line, left callflow.Left) error
	// Mailbox lets somebody hear the messages of a mailbox.
	Mailbox(ctx context.Context, l callflow.Line, visit callflow.Visit) error
}

const (
	maxKeys   = 64  // pressed and not taken yet; later ones are lost
	maxPieces = 256 // of a recording that wait to be written: about 50 seconds
)

// line is the caller of a call, as a step speaks with him. It implements callflow.Line: its methods belong to the step's
// goroutine, and what they ask for is done by the actor.
type line struct {
	call *Call
	keys chan byte
	end  context.CancelFunc // of what the step runs in
}

// verb is something that a step wants of the media of its caller.
type verb struct {
	do   func(MediaLeg) error
	done chan<- error
}

// press is a key that the caller pressed. It never waits.
func (l *line) press(key byte) {
	select {
	case l.keys <- key:
	default: // who presses so many at once is not listened to
	}
}

// take begins a step with the caller: the call ends when it does. It happens once in a call.
func (c *Call) take(step func(context.Context, callflow.Line) error) {
	if c.line.Load() != nil {
		return
	}
	ctx, end := context.WithCancel(context.Background())
	l := &line{call: c, keys: make(chan byte, maxKeys), end: end}
	c.line.Store(l)
	c.m.actors.Go(func() {
		defer end()
		err := c.m.runStep(ctx, c.id, func(ctx context.Context) error { return step(ctx, l) })
		c.post(event{kind: evStepOver, more: stepOver{err}})
	})
}

// runStep runs a step. A panic ends the step only.
func (m *Manager) runStep(ctx context.Context, id pbx.CallID, step func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			m.counters.Panics.Add(1)
			m.log.LogAttrs(ctx, slog.LevelError, "step of a call failed", slog.Int64("call", int64(id)),
				slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
			err = pbx.Errorf(pbx.Internal, "The step failed.")
		}
	}()
	return step(ctx)
}

// onStep is something that the step says.
func (c *Call) onStep(e *event) {
	switch x := e.more.(type) {
	case verb:
		c.onVerb(x)
	case stepOver:
		c.onStepOver(x)
	}
}

// stepOver is how a step ended.
type stepOver struct{ err error }

// onStepOver ends the call whose step is over.
func (c *Call) onStepOver(s stepOver) {
	switch {
	case s.err == nil, errors.Is(s.err, callflow.ErrGone):
		c.end(usual(pbx.EndCompletedCallee))
	default:
		c.m.log.LogAttrs(context.Background(), slog.LevelWarn, "step of a call ended early",
			slog.Int64("call", int64(c.id)), slog.Any("error", s.err))
		c.end(usual(pbx.EndInternalError))
	}
}

// endStep tells the step, if there is one, that the call is over.
func (c *Call) endStep() {
	if l := c.line.Load(); l != nil {
		l.end()
	}
}

// onVerb does what a step asks for.
func (c *Call) onVerb(v verb) {
	err := error(callflow.ErrGone)
	if c.phase == connected && c.a.media != nil {
		err = v.do(c.a.media)
	}
	v.done <- err
}

// ask has the actor do something with the caller's media.
func (l *line) ask(ctx context.Context, do func(MediaLeg) error) error {
	done := make(chan error, 1)
	l.call.post(event{kind: evVerb, more: verb{do, done}})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return callflow.ErrGone
	}
}

// pressed takes the keys that were pressed before; the first of those that are looked for is returned.
func (l *line) pressed(of string) byte {
	for {
		select {
		case k := <-l.keys:
			if strings.IndexByte(of, k) >= 0 {
				return k
			}
		default:
			return 0
		}
	}
}

// Play implements callflow.Line.
func (l *line) Play(ctx context.Context, samples []int16, stop string) (byte, error) {
	keys := l.keys
	if stop == "" {
		keys = nil
	} else if k := l.pressed(stop); k != 0 {
		return k, nil
	}
	over := make(chan struct{})
	heard := sync.OnceFunc(func() { close(over) })
	if err := l.ask(ctx, func(m MediaLeg) error { return m.Play(samples, heard) }); err != nil {
		return 0, err
	}
	for {
		select {
		case <-over:
			return 0, l.silence(ctx)
		case k := <-keys:
			if strings.IndexByte(stop, k) >= 0 {
				return k, l.silence(ctx)
			}
		case <-ctx.Done():
			return 0, callflow.ErrGone
		}
	}
}

// silence lets the caller hear nothing until there is something else.
func (l *line) silence(ctx context.Context) error {
	return l.ask(ctx, func(m MediaLeg) error { m.Silence(); return nil })
}

// Key implements callflow.Line.
func (l *line) Key(ctx context.Context, wait time.Duration) (byte, error) {
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case k := <-l.keys:
		return k, nil
	case <-late.C:
		return 0, nil
	case <-ctx.Done():
		return 0, callflow.ErrGone
	}
}

// Record implements callflow.Line.
func (l *line) Record(ctx context.Context, stop string, quiet time.Duration, take func([]int16) bool) (byte, error) {
	_ = l.pressed("") // all keys from before the tone
	pieces := make(chan []int16, maxPieces)
	sink := func(piece []int16) {
		select {
		case pieces <- piece:
		default:
			l.call.m.counters.RecordingsCut.Add(1) // the disk is slower than speech
		}
	}
	if err := l.ask(ctx, func(m MediaLeg) error { return m.Record(sink) }); err != nil {
		return 0, err
	}
	stopped := func(m MediaLeg) error { m.StopRecording(); return nil }
	late := time.NewTimer(quiet)
	defer late.Stop()
	for {
		select {
		case piece := <-pieces:
			late.Reset(quiet)
			if piece == nil { // the media is closed
				return 0, callflow.ErrGone
			}
			if !take(piece) {
				return 0, l.ask(ctx, stopped)
			}
		case k := <-l.keys:
			if strings.IndexByte(stop, k) < 0 {
				continue
			}
			if err := l.ask(ctx, stopped); err != nil {
				return k, l.rest(pieces, take)
			}
			_ = l.rest(pieces, take)
			return k, nil
		case <-late.C:
			return 0, l.ask(ctx, stopped)
		case <-ctx.Done():
			return 0, l.rest(pieces, take)
		}
	}
}

// restTime is how long what was heard last may take to come.
const restTime = time.Second

// rest hands over what was heard before a recording ended, and fails with ErrGone.
func (l *line) rest(pieces <-chan []int16, take func([]int16) bool) error {
	late := time.NewTimer(restTime)
	defer late.Stop()
	for {
		select {
		case piece := <-pieces:
			if piece == nil || !take(piece) {
				return callflow.ErrGone
			}
		case <-late.C:
			return callflow.ErrGone
		}
	}
}

// keysOf tells a step what is pressed on a leg.
func (c *Call) keysOf(l *leg, e media.Event) {
	if at := c.line.Load(); at != nil && l.caller {
		at.press(e.Digit)
	}
}
