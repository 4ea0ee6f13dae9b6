package relay

import (
	"time"

	"ringfence/internal/wire/rtp"
)

// FrameTime is how much sound a player sends in a packet.
const FrameTime = 20 * time.Millisecond

// FrameSource makes the payloads of a player, one for each FrameTime.
type FrameSource interface {
	// Next appends the next payload to dst; it appends nothing for silence that needs no packet. It tells whether there
	// is more after this one.
	Next(dst []byte) ([]byte, bool)
}

// player sends what a source makes, paced by the shard.
type player struct {
	source     FrameSource
	payload    uint8
	samples    uint32 // of a frame, in the stream's clock
	due        time.Time
	index      uint64
	timestamp  uint32
	generation uint32
	paused     bool // the last frame was silence without a packet
	done       func()
}

// maxLateFrames is how many frames a late player sends at once; for those that it is later than that it pauses.
const maxLateFrames = 3

// Play sends what the source makes to the remote side until it ends or something else is connected; then done is called by
// the shard, if it is not nil.
func (l *Leg) Play(source FrameSource, payload uint8, done func()) {
	l.shard.post(func() {
		if l.gone {
			if done != nil {
				done()
			}
			return
		}
		l.disconnect()
		l.player = player{
			source:     source,
			payload:    payload,
			samples:    uint32(l.set.ClockRate / int(time.Second/FrameTime)),
			due:        time.Now(),
			generation: l.player.generation + 1,
			done:       done,
		}
		l.shard.playing = append(l.shard.playing, l)
	})
}

func (l *Leg) stopPlaying() {
	if l.player.source == nil {
		return
	}
	done := l.player.done
	l.player = player{generation: l.player.generation}
	playing := l.shard.playing
	for i, other := range playing {
		if other == l {
			playing[i] = playing[len(playing)-1]
			playing[len(playing)-1] = nil
			l.shard.playing = playing[:len(playing)-1]
			break
		}
	}
	if done != nil {
		done()
	}
}

// play sends every frame that is due and returns when the next one is; zero if nobody plays.
func (s *shard) play(now time.Time) (next time.Time) {
	defer s.recovered()
	for i := len(s.playing) - 1; i >= 0; i-- {
		l := s.playing[i]
		s.current = l
		l.playDue(now)
		if l.player.source != nil && (next.IsZero() || l.player.due.Before(next)) {
			next = l.player.due
		}
	}
	return next
}

func (l *Leg) playDue(now time.Time) {
	p := &l.player
	if late := now.Sub(p.due); late > maxLateFrames*FrameTime {
		// RFC 3550 §5.1: the timestamp goes on with the time, also while nothing is sent. A receiver that saw it fall behind
		// would take our clock for a slow one, and stretch what it plays.
		missed := late / FrameTime
		p.timestamp += uint32(missed) * p.samples
		p.due = p.due.Add(missed * FrameTime)
		p.paused = true
	}
	for p.source != nil && !p.due.After(now) {
		p.due = p.due.Add(FrameTime)
		b, more := p.source.Next(l.shard.scratch[:rtp.HeaderSize])
		p.timestamp += p.samples
		if len(b) > rtp.HeaderSize {
			p.index++
			h := rtp.Header{Payload: p.payload, Timestamp: p.timestamp, Marker: p.paused}
			p.paused = false
			l.send(origin{generation: p.generation}, &h, p.index, b, now)
		} else {
			p.paused = true
		}
		if !more {
			l.stopPlaying()
		}
	}
}
