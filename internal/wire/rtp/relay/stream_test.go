package relay

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"ringfence/internal/wire/rtp"
	"ringfence/internal/wire/srtp"
	"ringfence/internal/wire/srtp/srtptest"
)

func sequence(b []byte) uint16  { return binary.BigEndian.Uint16(b[2:]) }
func timestamp(b []byte) uint32 { return binary.BigEndian.Uint32(b[4:]) }
func ssrcOf(b []byte) uint32    { return binary.BigEndian.Uint32(b[8:]) }

// frames plays a byte for ever.
type frames byte

func (f frames) Next(dst []byte) ([]byte, bool) { return append(dst, byte(f), byte(f)), true }

// Signalling rule 20 and 22: one outgoing stream for life, whatever it is made of.
func TestOneSecureStreamOverThreeChangesOfSourceAndTwoWraps(t *testing.T) {
	for _, suite := range srtp.Suites() {
		t.Run(suite.String(), func(t *testing.T) {
			d := newDesk(t)
			mine, theirs := key(suite)
			s := both("10.0.0.9:5000")
			s.SendKey, s.ReceiveKey = mine, mine
			listener, _ := d.leg(s)
			first, _ := d.leg(both("10.0.0.2:5000"))
			second, _ := d.leg(both("10.0.0.3:5000"))

			w := watcher{t: t, stream: srtptest.Stream{Key: theirs}}
			talk := func(l *Leg, from string, v *speaker, packets int) {
				Join(listener, l, through(8, 8), through(8, 8))
				d.turn()
				for range packets {
					d.now = d.now.Add(FrameTime)
					d.give(l, v.next(), from)
				}
				w.look(taken(listener))
			}
			n, wraps := 50000, uint32(2)
			if suite != srtp.AESCM128 {
				n, wraps = 500, 0 // the same without the wraps, which take long
			}
			talk(first, "10.0.0.2:5000", &speaker{ssrc: 1, seq: 60000, timestamp: 99, payload: 8}, n)
			talk(second, "10.0.0.3:5000", &speaker{ssrc: 2, seq: 5, timestamp: 1 << 31, payload: 8}, n)
			listener.Play(frames(7), 8, nil)
			d.pass(100 * FrameTime)
			w.look(taken(listener))
			talk(first, "10.0.0.2:5000", &speaker{ssrc: 3, seq: 65000, timestamp: 0, payload: 8}, n+10000)
			if w.switches != 4 || w.stream.ROC() < wraps || w.n < 3*n+10000 {
				t.Errorf("%d pieces, %d wraps, %d packets", w.switches, w.stream.ROC(), w.n)
			}
		})
	}
}

// watcher opens a leg's packets with the second implementation and checks that they are one stream.
type watcher struct {
	t             *testing.T
	stream        srtptest.Stream
	n, switches   int
	last          []byte
	firstSequence uint16
}

func (w *watcher) look(packets []sentPacket) {
	w.t.Helper()
	for _, p := range packets {
		b, err := w.stream.Open(p.b)
		if err != nil {
			w.t.Fatalf("packet %d (sequence %d): %v", w.n, sequence(p.b), err)
		}
		if b[1]&0x80 != 0 {
			w.switches++
		}
		if w.last == nil {
			if w.firstSequence = sequence(b); w.firstSequence >= 1<<15 {
				w.t.Fatalf("begins at %d", w.firstSequence)
			}
		} else if ssrcOf(b) != ssrcOf(w.last) || sequence(b) != sequence(w.last)+1 {
			w.t.Fatalf("packet %d: %d/%d after %d/%d", w.n, ssrcOf(b), sequence(b), ssrcOf(w.last), sequence(w.last))
		} else if step := timestamp(b) - timestamp(w.last); step < 160 || step > 320 {
			w.t.Fatalf("packet %d: a step of %d in time", w.n, step)
		}
		w.last = b
		w.n++
	}
}

func TestALossAndADisorderPassAsTheyWere(t *testing.T) {
	d := newDesk(t)
	a, _ := d.leg(both("10.0.0.2:5000"))
	b, _ := d.leg(both("10.0.0.3:5000"))
	Join(a, b, through(8, 8), through(8, 8))
	d.turn()
	v := speaker{ssrc: 1, seq: 65534, payload: 8}
	var p [8][]byte
	for i := range p {
		p[i] = v.next()
	}
	for _, i := range []int{0, 1, 3, 2, 2, 6, 3, 7} { // 2 late, 2 and 3 twice, 4 and 5 lost
		d.give(a, p[i], "10.0.0.2:5000")
	}
	var got []int
	sent := taken(b)
	for _, q := range sent {
		got = append(got, int(sequence(q.b)-sequence(sent[0].b)))
	}
	if fmt.Sprint(got) != "[0 1 3 2 6 7]" {
		t.Errorf("passed %v", got)
	}
	b.publish()
	a.publish()
	if c := a.Counts(); c.Received != 6 || c.Lost != 2 || c.Dropped != 2 {
		t.Errorf("counted %+v", c)
	}
}

func TestALatePacketOfTheLastSourceIsNotSent(t *testing.T) {
	d := newDesk(t)
	a, _ := d.leg(both("10.0.0.2:5000"))
	b, _ := d.leg(both("10.0.0.3:5000"))
	Join(a, b, through(8, 8), through(8, 8))
	d.turn()
	old, fresh := speaker{ssrc: 1, seq: 100, payload: 8}, speaker{ssrc: 2, seq: 9000, payload: 8}
	d.give(a, old.next(), "10.0.0.2:5000")
	late := old.next()
	d.give(a, fresh.next(), "10.0.0.2:5000")
	d.give(a, late, "10.0.0.2:5000")
	d.give(a, fresh.next(), "10.0.0.2:5000")
	sent := taken(b)
	if len(sent) != 3 || sequence(sent[2].b) != sequence(sent[0].b)+2 {
		t.Errorf("%d packets", len(sent))
	}
	d.now = d.now.Add(2 * retirement)
	back := speaker{ssrc: 1, seq: 300, payload: 8}
	d.give(a, back.next(), "10.0.0.2:5000")
	if len(taken(b)) != 1 {
		t.Error("the old source may not come back later")
	}
}

func TestALongHoldIsNoJump(t *testing.T) {
	d := newDesk(t)
	a, _ := d.leg(both("10.0.0.2:5000"))
	settings := both("10.0.0.3:5000")
	b, _ := d.leg(settings)
	Join(a, b, through(8, 8), through(8, 8))
	d.turn()
	v := speaker{ssrc: 1, seq: 1, payload: 8}
	d.give(a, v.next(), "10.0.0.2:5000")
	settings.Send = false
	b.Configure(settings)
	d.turn()
	for range 40000 {
		d.now = d.now.Add(FrameTime)
		d.give(a, v.next(), "10.0.0.2:5000")
	}
	if len(taken(b)) != 1 {
		t.Fatal("sent while on hold")
	}
	settings.Send = true
	b.Configure(settings)
	d.turn()
	first := b.out
	d.give(a, v.next(), "10.0.0.2:5000")
	sent := taken(b)
	if len(sent) != 1 || sequence(sent[0].b) != uint16(first.index+1) || sent[0].b[1]&0x80 == 0 {
		t.Fatalf("%d packets after hold", len(sent))
	}
	if passed := timestamp(sent[0].b) - first.timestamp; passed != 40000*160 {
		t.Errorf("time went on by %d", passed)
	}
}

func TestNumbersAreMappedAndKeysToldOnce(t *testing.T) {
	d := newDesk(t)
	s := both("10.0.0.2:5000")
	s.AddEvent(101)
	a, events := d.leg(s)
	b, _ := d.leg(both("10.0.0.3:5000"))
	Join(a, b, through(0, 8, 101, 96), through(8, 0))
	d.turn()
	v := speaker{ssrc: 1, seq: 10, payload: 0}
	d.give(a, v.next(), "10.0.0.2:5000")
	v.payload = 13 // comfort noise, which the other leg did not agree on
	d.give(a, v.next(), "10.0.0.2:5000")
	for range 2 { // the same key twice, each event repeated with one timestamp
		start := v.timestamp
		for i := range 5 {
			h := rtp.Header{Payload: 101, Sequence: v.seq, Timestamp: start, SSRC: 1, Marker: i == 0}
			p := make([]byte, 12)
			h.Put(p)
			d.give(a, rtp.Event{Code: 5, End: i > 2, Duration: uint16(160 * i)}.Append(p), "10.0.0.2:5000")
			v.seq++
		}
		v.timestamp += 1600
	}
	keys := 0
	for _, e := range *events {
		if e.Kind == Digit && e.Digit == '5' {
			keys++
		}
	}
	if keys != 2 {
		t.Errorf("%d keys", keys)
	}
	sent := taken(b)
	if len(sent) != 11 {
		t.Fatalf("%d packets", len(sent))
	}
	for i, p := range sent {
		want := byte(96)
		if i == 0 {
			want = 8
		}
		if p.b[1]&0x7f != want || sequence(p.b) != sequence(sent[0].b)+uint16(i) {
			t.Errorf("packet %d: payload %d, sequence %d", i, p.b[1]&0x7f, sequence(p.b)-sequence(sent[0].b))
		}
	}
	if timestamp(sent[1].b) != timestamp(sent[5].b) || timestamp(sent[6].b)-timestamp(sent[1].b) != 1600 {
		t.Error("an event's packets share its timestamp")
	}
}

func TestPlayedFramesEndAndTellSo(t *testing.T) {
	d := newDesk(t)
	a, _ := d.leg(both("10.0.0.2:5000"))
	ended := 0
	n := 0
	a.Play(source(func(dst []byte) ([]byte, bool) {
		n++
		return append(dst, byte(n)), n < 3
	}), 8, func() { ended++ })
	d.pass(time.Second)
	sent := taken(a)
	if len(sent) != 3 || ended != 1 || timestamp(sent[2].b)-timestamp(sent[0].b) != 320 {
		t.Errorf("%d packets, ended %d times", len(sent), ended)
	}
	a.Play(frames(1), 8, func() { ended++ })
	a.Close()
	d.turn()
	if ended != 2 || len(d.relay.shard.playing) != 0 {
		t.Errorf("ended %d times", ended)
	}
}

// TestAPlayerThatWasHeldUpKeepsTheTime gives the shard no time for a while, again and again: what it sends goes by the clock.
func TestAPlayerThatWasHeldUpKeepsTheTime(t *testing.T) {
	d := newDesk(t)
	a, _ := d.leg(both("10.0.0.2:5000"))
	a.Play(frames(1), 8, nil)
	d.pass(10 * FrameTime)
	begun, first := d.now, taken(a)
	for range 20 {
		d.now = d.now.Add(170 * time.Millisecond)
		d.pass(4 * FrameTime)
	}
	sent := taken(a)
	last := sent[len(sent)-1].b
	passed := time.Duration(timestamp(last)-timestamp(first[len(first)-1].b)) * time.Second / 8000
	if off := passed - d.now.Sub(begun); off < -2*FrameTime || off > 2*FrameTime {
		t.Errorf("%v have passed, %v by the stream's clock, in %d packets", d.now.Sub(begun), passed, len(sent))
	}
	marked := 0
	for _, p := range sent {
		marked += int(p.b[1] >> 7)
	}
	if marked != 20 {
		t.Errorf("%d pauses are marked", marked)
	}
}

type source func([]byte) ([]byte, bool)

func (s source) Next(dst []byte) ([]byte, bool) { return s(dst) }

func TestRelayingAllocatesNothing(t *testing.T) {
	k, other := key(srtp.AEADAES128)
	for name, secure := range map[string]bool{"plain": false, "secure on both sides": true} {
		d := newDesk(t)
		one, two := both("10.0.0.2:5000"), both("10.0.0.3:5000")
		v := speaker{ssrc: 1, seq: 1, payload: 8}
		if secure {
			one.SendKey, one.ReceiveKey, two.SendKey, two.ReceiveKey = k, k, k, k
			v.key = other
		}
		a, _ := d.leg(one)
		b, _ := d.leg(two)
		Join(a, b, through(8, 8), through(8, 8))
		d.turn()
		b.rtpSocket.(*deskSocket).keep = false
		const runs = 1000
		packets := make([][]byte, runs+2)
		for i := range packets {
			packets[i] = v.next()
		}
		from, buffer, i := netip.MustParseAddrPort("10.0.0.2:5000"), make([]byte, maxDatagram), 0
		n := testing.AllocsPerRun(runs, func() {
			a.receive(buffer[:copy(buffer, packets[i])], from, false, d.now)
			i++
		})
		if n != 0 || b.Counts().Sent < runs {
			t.Errorf("%s: %v allocations, %d sent", name, n, b.Counts().Sent)
		}
	}
}
