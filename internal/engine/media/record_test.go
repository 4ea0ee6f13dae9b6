package media

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/audio"
)

// tape collects what is recorded.
type tape struct {
	samples []int16
	pieces  int
	ended   int
}

func (r *tape) take(piece []int16) {
	if piece == nil {
		r.ended++
		return
	}
	r.pieces++
	r.samples = append(r.samples, piece...)
}

func TestWhatAPhoneSaysIsRecorded(t *testing.T) {
	for _, c := range []struct {
		codec   audio.Codec
		payload uint8
	}{{audio.PCMU, 0}, {audio.PCMA, 8}, {audio.G722, 9}} {
		t.Run(c.codec.Name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, n netx.Network, e *Engine) {
				x := newPhone(t, n, "10.0.0.2", c.codec, c.payload)
				defer x.close()
				l := newLeg(t, e)
				if err := l.Record(func([]int16) {}); !errors.Is(err, ErrOrder) {
					t.Errorf("before there is a session: %v", err)
				}
				x.called(l)
				var r tape
				if err := l.Record(r.take); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				x.speak(sine(440, time.Second))
				x.send(101, x.time, []byte{1, 0x0a, 0, 160}) // a key is no sound
				x.time += 8000                               // a second in which the phone sends nothing
				x.seq += 50
				x.speak(sine(440, time.Second))
				pause(10 * time.Millisecond)
				l.StopRecording()
				synctest.Wait()
				x.speak(sine(440, time.Second)) // too late
				synctest.Wait()
				if r.ended != 1 {
					t.Errorf("the end was told %d times", r.ended)
				}
				if got := len(r.samples); got != 24_000 {
					t.Fatalf("%d samples", got)
				}
				tone(t, "the recorder", r.samples[:8000], 440, time.Second)
				tone(t, "the recorder", r.samples[16_000:], 440, time.Second)
				for i, s := range r.samples[8200:15_900] {
					if s != 0 {
						t.Fatalf("sample %d of the pause is %d", i, s)
					}
				}
				l.Close()
			})
		})
	}
}

func TestLateTwiceAndFarPackets(t *testing.T) {
	inBubble(t, func(t *testing.T, n netx.Network, e *Engine) {
		x := newPhone(t, n, "10.0.0.2", audio.PCMU, 0)
		defer x.close()
		l := newLeg(t, e)
		x.called(l)
		var r tape
		if err := l.Record(r.take); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		frame := make([]byte, 160)
		for _, at := range []uint32{0, 160, 480, 320, 160, 1 << 30, 1<<30 + 160} {
			x.send(0, at, frame)
			pause(20 * time.Millisecond)
		}
		l.Close()
		synctest.Wait()
		if len(r.samples) != 960 || r.ended != 1 { // 0, 160, the gap, 480, and two after the clock began anew
			t.Errorf("%d samples, ended %d times", len(r.samples), r.ended)
		}
		if err := l.Record(r.take); !errors.Is(err, ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
	})
}
