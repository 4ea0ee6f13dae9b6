package relay

import (
	"net/netip"
	"testing"
	"time"

	"ringfence/internal/wire/rtp"
)

func controlled(remote, control string) Settings {
	s := both(remote)
	s.Control = netip.MustParseAddrPort(control)
	return s
}

func TestEachLegReportsOnItsOwn(t *testing.T) {
	d := newDesk(t)
	a, _ := d.leg(controlled("10.0.0.2:5000", "10.0.0.2:5001"))
	b, _ := d.leg(controlled("10.0.0.3:5000", "10.0.0.3:5001"))
	Join(a, b, through(8, 8), through(8, 8))
	d.turn()
	v := &speaker{ssrc: 77, seq: 1, payload: 8}
	for i := range 500 {
		d.now = d.now.Add(FrameTime)
		p := v.next()
		if i%10 != 0 { // one in ten is lost
			d.give(a, p, "10.0.0.2:5000")
		}
		d.turn()
	}
	var toTalker, toListener rtp.Reports
	sentA, sentB := takenControl(a), takenControl(b)
	if len(sentA) == 0 || len(sentB) == 0 {
		t.Fatal("no reports")
	}
	last := sentA[len(sentA)-1]
	if !rtp.ParseRTCP(last.b, 77, &toTalker) || last.to != netip.MustParseAddrPort("10.0.0.2:5001") {
		t.Fatal("unreadable or elsewhere")
	}
	if toTalker.HasInfo || !toTalker.HasBlock || toTalker.Block.Fraction < 20 || toTalker.Block.Fraction > 30 ||
		toTalker.CNameBytes == 0 || toTalker.Sender != a.SSRC() {
		t.Errorf("to the talker %+v", toTalker)
	}
	if !rtp.ParseRTCP(sentB[len(sentB)-1].b, 0, &toListener) || !toListener.HasInfo || toListener.Sender != b.SSRC() {
		t.Errorf("to the listener %+v", toListener)
	}
	a.Close()
	d.turn()
	var bye rtp.Reports
	if sent := takenControl(a); len(sent) != 1 || !rtp.ParseRTCP(sent[0].b, 77, &bye) || !bye.Bye {
		t.Errorf("at the end %+v", bye)
	}
}

func TestRoundTripFromReports(t *testing.T) {
	d := newDesk(t)
	a, _ := d.leg(controlled("10.0.0.2:5000", "10.0.0.2:5001"))
	sent := rtp.MiddleNTP(rtp.NTP(d.now))
	d.now = d.now.Add(150 * time.Millisecond)
	block := rtp.ReportBlock{SSRC: a.SSRC(), Lost: 3, Jitter: 80, LastSR: sent, Delay: 65536 / 20}
	b := rtp.AppendSDES(rtp.AppendRR(nil, 77, &block), 77, "x")
	give := func(from string) {
		buffer := make([]byte, len(b), maxDatagram)
		copy(buffer, b)
		a.receive(buffer, netip.MustParseAddrPort(from), true, d.now)
	}
	give("203.0.113.66:9")
	if c := a.Counts(); c.RemoteLost != 0 {
		t.Error("a stranger's report was believed")
	}
	give("10.0.0.2:5001")
	c := a.Counts()
	if c.RemoteLost != 3 || c.RemoteJitter != 10*time.Millisecond ||
		c.RoundTrip < 99*time.Millisecond || c.RoundTrip > 101*time.Millisecond {
		t.Errorf("counted %+v", c)
	}
}

// Signalling rule 23: a time-out only where both directions are agreed; RTCP and comfort noise are life.
func TestSilenceIsToldOnceAndOnlyWhereSpeechIsDue(t *testing.T) {
	for name, c := range map[string]struct {
		settings func(*Settings)
		joined   bool
		life     func(*desk, *Leg)
		told     int
	}{
		"nothing comes":          {func(*Settings) {}, true, nil, 1},
		"nobody listens":         {func(*Settings) {}, false, nil, 0},
		"held by us":             {func(s *Settings) { s.Receive = false }, true, nil, 0},
		"held by the other side": {func(s *Settings) { s.Send = false }, true, nil, 0},
		"reports come": {func(*Settings) {}, true, func(d *desk, l *Leg) {
			b := rtp.AppendRR(make([]byte, 0, maxDatagram), 77, nil)
			l.receive(b, netip.MustParseAddrPort("10.0.0.2:5001"), true, d.now)
		}, 0},
		"comfort noise comes": {func(*Settings) {}, true, func(d *desk, l *Leg) {
			v := &speaker{ssrc: 5, seq: uint16(d.now.Unix()), payload: 13}
			d.give(l, v.next(), "10.0.0.2:5000")
		}, 0},
	} {
		d := newDesk(t)
		s := controlled("10.0.0.2:5000", "10.0.0.2:5001")
		c.settings(&s)
		a, events := d.leg(s)
		b, _ := d.leg(both("10.0.0.3:5000"))
		if c.joined {
			Join(a, b, through(8, 8), through(8, 8))
		}
		for range 30 {
			if c.life != nil {
				c.life(d, a)
			}
			d.pass(5 * time.Second)
		}
		told := 0
		for _, e := range *events {
			if e.Kind == Timeout {
				told++
			}
		}
		if told != c.told {
			t.Errorf("%s: told %d times", name, told)
		}
	}
}

func TestAFaultEndsOneLegOnly(t *testing.T) {
	d := newDesk(t)
	a, _ := d.leg(both("10.0.0.2:5000"))
	b, _ := d.leg(both("10.0.0.3:5000"))
	other, _ := d.leg(both("10.0.0.4:5000"))
	Join(a, b, nil, nil) // a route that is missing is a fault of ours
	d.turn()
	v := &speaker{ssrc: 1, seq: 1, payload: 8}
	l := newPortable(nil)
	dg := <-l.free
	dg.leg, dg.from = a, netip.MustParseAddrPort("10.0.0.2:5000")
	dg.n = copy(dg.b[:], v.next())
	l.take(d.relay.shard, dg)
	if !a.gone || b.gone || other.gone || d.relay.counters.Faults.Load() != 1 || b.sink != nil {
		t.Errorf("gone: %v %v %v", a.gone, b.gone, other.gone)
	}
}
