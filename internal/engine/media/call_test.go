package media

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/rtp"
	"ringfence/internal/wire/sdp"
	"ringfence/internal/wire/srtp"
)

// inBubble runs a test in virtual time with an engine on a network in memory.
func inBubble(t *testing.T, run func(t *testing.T, n netx.Network, e *Engine)) {
	synctest.Test(t, func(t *testing.T) {
		n := netx.NewMemory(1, netx.Link{Delay: 3 * time.Millisecond})
		e := newEngine(t, n)
		defer e.Close()
		run(t, n, e)
	})
}

// called makes the phone's call to a leg.
func (p *phone) called(l *Leg, prefer ...audio.Codec) {
	p.t.Helper()
	p.learn(answerTo(p.t, l, p.describe(1, sdp.SendRecv), AnswerOptions{Prefer: prefer}))
}

func (p *phone) close() { _ = p.conn.Close() }

func TestTwoPhonesHearEachOther(t *testing.T) {
	for name, c := range map[string]struct {
		one, two audio.Codec
		suite    srtp.Suite
	}{
		"the same codec":    {audio.PCMU, audio.PCMU, srtp.AESCM128},
		"two laws":          {audio.PCMU, audio.PCMA, srtp.AEADAES128},
		"narrow and wide":   {audio.PCMA, audio.G722, srtp.AESCM256},
		"wide on both side": {audio.G722, audio.G722, srtp.AESCM128},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, n netx.Network, e *Engine) {
				number := map[string]uint8{"PCMU": 0, "PCMA": 8, "G722": 9}
				x := newPhone(t, n, "10.0.0.2", c.one, number[c.one.Name])
				y := newPhone(t, n, "10.0.0.3", c.two, number[c.two.Name])
				y.suite, y.key = c.suite, srtp.NewKey(c.suite)
				defer x.close()
				defer y.close()
				a, b := newLeg(t, e), newLeg(t, e)
				x.called(a)
				body, err := b.Offer(OfferOptions{})
				if err != nil {
					t.Fatal(err)
				}
				y.learn(body)
				tag := map[srtp.Suite]int{srtp.AESCM128: 1, srtp.AEADAES128: 2, srtp.AESCM256: 3}[c.suite]
				if _, err := b.ReceiveAnswer(y.describe(tag, sdp.SendRecv)); err != nil {
					t.Fatal(err)
				}
				if err := e.Bridge(a, b); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				go x.speak(sine(440, 2*time.Second))
				go y.speak(sine(1000, 2*time.Second))
				heard := make(chan []int16)
				go func() { heard <- x.hear(2 * time.Second) }()
				tone(t, "the callee", y.hear(2*time.Second), 440, 1900*time.Millisecond)
				tone(t, "the caller", <-heard, 1000, 1900*time.Millisecond)
				synctest.Wait()
				pause(time.Second)
				s := a.Stats()
				if s.Received != 100 || s.Lost != 0 || s.MOS < 4 || s.Remote != x.conn.LocalAddr() || s.Sent < 95 {
					t.Errorf("stats %+v", s)
				}
				if a.Security() != pbx.MediaSDES || b.Security() != pbx.MediaSDES {
					t.Errorf("security %v and %v", a.Security(), b.Security())
				}
				e.Unbridge(a, b)
				go x.speak(sine(440, time.Second))
				if rest := y.hear(time.Second); len(rest) != 0 {
					t.Errorf("%d samples after the bridge", len(rest))
				}
			})
		})
	}
}

func TestEchoTonesAndSilence(t *testing.T) {
	inBubble(t, func(t *testing.T, n netx.Network, e *Engine) {
		x := newPhone(t, n, "10.0.0.2", audio.G722, 9)
		defer x.close()
		l := newLeg(t, e)
		is(t, "a tone before any agreement", l.PlayTone(audio.Ringback()), ErrOrder)
		x.called(l)
		if err := l.PlayTone(audio.Steady(425)); err != nil {
			t.Fatal(err)
		}
		tone(t, "the caller", x.hear(time.Second), 425, 900*time.Millisecond)
		if err := l.Echo(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		go x.speak(sine(700, time.Second))
		tone(t, "the caller", x.hear(1100*time.Millisecond), 700, 900*time.Millisecond)
		l.Silence()
		if heard := x.hear(time.Second); len(heard) < 7000 || audio.Goertzel(heard, 8000, 700) > 0.01 && loud(heard) {
			t.Errorf("%d samples of silence", len(heard))
		}
		played := make(chan struct{})
		if err := l.Play(sine(900, time.Second), func() { close(played) }); err != nil {
			t.Fatal(err)
		}
		tone(t, "the caller", x.hear(1100*time.Millisecond), 900, 900*time.Millisecond)
		<-played
		l.Disconnect()
		if heard := x.hear(time.Second); len(heard) != 0 {
			t.Errorf("%d samples after all", len(heard))
		}
	})
}

func loud(samples []int16) bool {
	for _, s := range samples[len(samples)/4:] {
		if s > 200 || s < -200 {
			return true
		}
	}
	return false
}

func TestABridgeFollowsNewAgreements(t *testing.T) {
	inBubble(t, func(t *testing.T, n netx.Network, e *Engine) {
		x, y := newPhone(t, n, "10.0.0.2", audio.PCMU, 0), newPhone(t, n, "10.0.0.3", audio.PCMU, 0)
		defer x.close()
		defer y.close()
		a, b := newLeg(t, e), newLeg(t, e)
		x.called(a)
		y.called(b)
		if err := e.Bridge(a, b); err != nil {
			t.Fatal(err)
		}
		listen := func(what string, hertz float64, heard bool) {
			t.Helper()
			synctest.Wait()
			said := make(chan struct{})
			go func() {
				defer close(said)
				x.speak(sine(hertz, time.Second))
			}()
			samples := y.hear(1100 * time.Millisecond)
			<-said
			if heard {
				tone(t, what, samples, hertz, 900*time.Millisecond)
			} else if len(samples) != 0 {
				t.Errorf("%s: %d samples", what, len(samples))
			}
		}
		listen("at first", 440, true)
		// The listener puts the other on hold, and says so with a new key.
		y.key = srtp.NewKey(srtp.AESCM128)
		y.sender, _ = srtp.NewSender(y.key)
		answerTo(t, b, y.describe(1, sdp.SendOnly), AnswerOptions{})
		listen("on hold", 500, false)
		answerTo(t, b, y.describe(1, sdp.SendRecv), AnswerOptions{})
		listen("again", 600, true)
		// The talker changes its codec and number.
		x.codec, x.payload = audio.PCMA, 8
		x.called(a)
		listen("with another codec", 700, true)
		// The talker moves to another network: another address and a NAT in front of it.
		moved := newPhone(t, n, "10.0.0.77", audio.PCMA, 8)
		defer moved.close()
		moved.key, moved.sender, moved.server, moved.seq, moved.time = x.key, x.sender, x.server, x.seq, x.time
		x.conn, moved.conn = moved.conn, x.conn
		listen("from another network", 800, true)
		if a.Stats().Remote != x.conn.LocalAddr() {
			t.Errorf("media goes to %v", a.Stats().Remote)
		}
	})
}

func TestWhatCannotBeJoined(t *testing.T) {
	inBubble(t, func(t *testing.T, n netx.Network, e *Engine) {
		g729 := audio.Codec{Name: "G729", ClockRate: 8000, Channels: 1}
		a, b, c, none := newLeg(t, e), newLeg(t, e), newLeg(t, e), newLeg(t, e)
		answerTo(t, a, offer("m=audio 4000 RTP/SAVP 18", "a=crypto:1 "+key1), AnswerOptions{Prefer: []audio.Codec{g729}})
		answerTo(t, b, offer("m=audio 4000 RTP/SAVP 0", "a=crypto:1 "+key1), AnswerOptions{})
		answerTo(t, c, offer("m=audio 4000 RTP/SAVP 18 0", "a=crypto:1 "+key1), AnswerOptions{Prefer: []audio.Codec{g729}})
		is(t, "codecs that are not transcoded", e.Bridge(a, b), ErrIncompatible)
		is(t, "the same foreign codec", e.Bridge(a, c), nil)
		is(t, "a leg without an agreement", e.Bridge(a, none), ErrOrder)
		is(t, "a tone in a foreign codec", a.PlayTone(audio.Busy()), ErrIncompatible)
		is(t, "an echo in a foreign codec", a.Echo(), nil)
		b.Close()
		b.Close()
		is(t, "a closed leg", e.Bridge(a, b), ErrClosed)
		is(t, "a tone on a closed leg", b.PlayTone(audio.Busy()), ErrClosed)
	})
}

func TestKeysPressedAndSilenceAreTold(t *testing.T) {
	inBubble(t, func(t *testing.T, n netx.Network, e *Engine) {
		told := make(chan Event, 100)
		x := newPhone(t, n, "10.0.0.2", audio.PCMU, 0)
		defer x.close()
		l := newLeg(t, e, events(func(ev Event) { told <- ev }))
		x.called(l)
		if err := l.Echo(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for i := range 5 {
			x.send(101, 4000, rtp.Event{Code: 7, End: i > 2}.Append(nil))
		}
		synctest.Wait()
		pause(100 * time.Millisecond)
		if ev := <-told; ev.Kind != DTMF || ev.Digit != '7' || ev.Leg != l || len(told) != 0 {
			t.Errorf("told %+v and %d more", ev, len(told))
		}
		pause(58 * time.Second)
		if len(told) != 0 {
			t.Errorf("told %+v too early", <-told)
		}
		pause(3 * time.Second)
		if ev := <-told; ev.Kind != Timeout {
			t.Errorf("told %+v", ev)
		}
	})
}

// zrtpHello makes a ZRTP packet with a Hello, and what an offer promises about it.
func zrtpMessage(kind, body string) []byte {
	m := append([]byte{0x50, 0x5a, 0, 0}, kind+body...)
	binary.BigEndian.PutUint16(m[2:], uint16(len(m)/4))
	b := append([]byte{0x10, 0, 0, 1, 'Z', 'R', 'T', 'P', 0, 0, 0, 5}, m...)
	return append(b, 0, 0, 0, 0)
}

func promise(hello []byte) string {
	sum := sha256.Sum256(hello[12 : len(hello)-4])
	return "1.10 " + hex.EncodeToString(sum[:])
}

// Signalling rule 21, from offers to the first word.
func TestACallInZRTPMode(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "wire", "sdp", "testdata", "linphone-zrtp.sdp"))
	if err != nil {
		t.Fatal(err)
	}
	inBubble(t, func(t *testing.T, n netx.Network, e *Engine) {
		x, y := newPhone(t, n, "10.0.0.2", audio.Opus, 96), newPhone(t, n, "10.0.0.3", audio.Opus, 96)
		defer x.close()
		defer y.close()
		helloX, helloY := zrtpMessage("Hello   ", "x..."), zrtpMessage("Hello   ", "y...")
		told := make(chan Event, 10)
		a, b := newLeg(t, e, events(func(ev Event) { told <- ev })), newLeg(t, e)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		for i := range lines {
			if strings.HasPrefix(lines[i], "a=zrtp-hash") {
				lines[i] = "a=zrtp-hash:" + promise(helloX)
			}
		}
		p, err := a.ReceiveOffer([]byte(strings.Join(lines, "\r\n") + "\r\n"))
		if err != nil || p.ZRTP == nil || !p.ZRTPOnly || p.Secure {
			t.Fatalf("proposal %+v, %v", p, err)
		}
		if _, err = a.Answer(AnswerOptions{}); err == nil {
			t.Fatal("a call that ends here was answered without keys")
		}
		body, err := b.Offer(OfferOptions{ZRTP: p.ZRTP})
		if err != nil {
			t.Fatal(err)
		}
		offered := must(t, body)
		want := must(t, text).Media[0]
		m := offered.Media[0]
		if strings.Join(m.Formats, " ") != strings.Join(want.Formats, " ") || m.Port != b.Port() || len(offered.Media) != 1 {
			t.Errorf("offered %+v", m)
		}
		for _, a := range want.Attributes {
			_, there := m.Attribute(a.Name)
			if there == (a.Name == "candidate") {
				t.Errorf("attribute %s: %v", a.Name, there)
			}
		}
		answer := "m=audio 6000 RTP/AVP 96 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 stereo=0\r\n" +
			"a=rtpmap:101 telephone-event/48000\r\na=zrtp-hash:" + promise(helloY)
		r, err := b.ReceiveAnswer(offer(answer))
		if err != nil || r.ZRTP == nil || r.Security != pbx.MediaNone {
			t.Fatalf("result %+v, %v", r, err)
		}
		body, err = a.Answer(AnswerOptions{ZRTP: r.ZRTP})
		if err != nil {
			t.Fatal(err)
		}
		s := must(t, body)
		if h, _ := s.Media[0].Attribute("zrtp-hash"); h != promise(helloY) || s.Media[1].Port != 0 ||
			strings.Join(s.Media[0].Formats, " ") != "96 101" || s.Media[0].Port != a.Port() {
			t.Errorf("answered\n%s", body)
		}
		if err = e.Bridge(a, b); err != nil {
			t.Fatal(err)
		}
		is(t, "an echo in ZRTP mode", a.Echo(), ErrIncompatible)
		x.server, y.server = netip.AddrPortFrom(serverIP, a.Port()), netip.AddrPortFrom(serverIP, b.Port())
		synctest.Wait()
		x.send(96, 1, []byte("too early"))
		write := func(p *phone, b []byte) {
			if _, err = p.conn.WriteToUDPAddrPort(b, p.server); err != nil {
				t.Fatal(err)
			}
			pause(10 * time.Millisecond)
		}
		write(x, helloX)
		write(y, helloY)
		for i, kind := range []string{"Commit  ", "DHPart1 ", "DHPart2 ", "Confirm1", "Confirm2", "Conf2ACK"} {
			if a.Security() != pbx.MediaNone {
				t.Errorf("secure before %s", kind)
			}
			write([]*phone{x, y}[i%2], zrtpMessage(kind, "...."))
		}
		x.send(96, 2, []byte("hello"))
		pause(time.Second)
		if ev := <-told; ev.Kind != Latched || ev.Addr != x.conn.LocalAddr() {
			t.Errorf("told %+v", ev)
		}
		if ev := <-told; ev.Kind != ZRTPConfirmed || a.Security() != pbx.MediaZRTP || b.Security() != pbx.MediaZRTP {
			t.Errorf("told %+v, %v and %v", ev, a.Security(), b.Security())
		}
		if got := y.texts(); strings.Join(got, " ") != "hello" {
			t.Errorf("heard %q", got)
		}
		// A later offer stays in the mode, and one that leaves it is refused.
		_, err = a.ReceiveOffer(offer("m=audio 4000 RTP/AVP 96", "a=rtpmap:96 opus/48000/2", "m=video 0 RTP/AVP 97"))
		is(t, "leaving the mode", err, ErrNotAcceptable)
		body = answerTo(t, a, offer("m=audio 4000 RTP/AVP 96", "a=rtpmap:96 opus/48000/2", "a=zrtp-hash:"+promise(helloX),
			"a=sendonly", "m=video 0 RTP/AVP 97"), AnswerOptions{})
		held := must(t, body)
		if h, _ := held.Media[0].Attribute("zrtp-hash"); h != promise(helloY) ||
			held.DirectionOf(&held.Media[0]) != sdp.RecvOnly {
			t.Errorf("answered to hold\n%s", body)
		}
		if a.Security() != pbx.MediaZRTP {
			t.Error("hold took the keys away")
		}
	})
}

// texts are the payloads of the RTP packets that came.
func (p *phone) texts() []string {
	var out []string
	buffer := make([]byte, 2000)
	_ = p.conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	for {
		n, _, err := p.conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return out
		}
		if h, ok := rtp.Parse(buffer[:n]); ok && rtp.KindOf(buffer[:n]) == rtp.Media {
			out = append(out, string(buffer[h.Begin:h.End]))
		}
	}
}

func TestZRTPThatIsNeverSpokenIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T, n netx.Network, e *Engine) {
		told := make(chan Event, 10)
		a, b := newLeg(t, e, events(func(ev Event) { told <- ev })), newLeg(t, e)
		p, err := a.ReceiveOffer(offer("m=audio 4000 RTP/AVP 0", hash))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = b.Offer(OfferOptions{ZRTP: p.ZRTP}); err != nil {
			t.Fatal(err)
		}
		_, err = b.ReceiveAnswer(offer("m=audio 4000 RTP/AVP 0"))
		is(t, "an answer that promises nothing", err, ErrNotAcceptable)
		r, err := b.ReceiveAnswer(offer("m=audio 4000 RTP/AVP 0", hash))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Answer(AnswerOptions{ZRTP: r.ZRTP}); err != nil {
			t.Fatal(err)
		}
		if err := e.Bridge(a, b); err != nil {
			t.Fatal(err)
		}
		pause(9 * time.Second)
		if len(told) != 0 {
			t.Error("told too early")
		}
		pause(2 * time.Second)
		if ev := <-told; ev.Kind != ZRTPNotConfirmed || e.relay.Counters().ZRTPFailed.Load() != 2 {
			t.Errorf("told %+v", ev)
		}
	})
}

func TestPortsAndGoroutinesComeBack(t *testing.T) {
	before := runtime.NumGoroutine()
	inBubble(t, func(t *testing.T, n netx.Network, e *Engine) {
		free := e.FreePorts()
		for range 100 {
			a, b := newLeg(t, e), newLeg(t, e)
			good := offer("m=audio 4000 RTP/SAVP 0", "a=crypto:1 "+key1)
			answerTo(t, a, good, AnswerOptions{})
			answerTo(t, b, good, AnswerOptions{})
			if err := e.Bridge(a, b); err != nil {
				t.Fatal(err)
			}
			a.Close()
			b.Close()
		}
		synctest.Wait()
		if e.FreePorts() == free {
			t.Error("ports do not rest")
		}
		pause(31 * time.Second)
		if got := e.FreePorts(); got != free {
			t.Errorf("%d of %d ports are free", got, free)
		}
	})
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines instead of %d", n, before)
	}
}

func TestEachCounterHasANameOfItsOwn(t *testing.T) {
	e := newEngine(t, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	seen := make(map[string]bool)
	e.Counters().Each(func(name, _ string, _ uint64) {
		if seen[name] {
			t.Errorf("%s twice", name)
		}
		seen[name] = true
	})
	if !seen["media_packets_sent_total"] || !seen["media_refused_total"] {
		t.Errorf("counted %v", seen)
	}
}

func TestQualityFallsWithLossAndDelay(t *testing.T) {
	good := quality(0, 0, 0)
	if good < 4.3 || good > 4.5 {
		t.Errorf("a perfect line has %v", good)
	}
	last := good
	for _, loss := range []float64{0.01, 0.03, 0.1, 0.3, 1} {
		q := quality(loss, 0, 0)
		if q >= last || q < 1 {
			t.Errorf("%v loss has %v after %v", loss, q, last)
		}
		last = q
	}
	if late := quality(0, 50*time.Millisecond, time.Second); late >= good-0.5 {
		t.Errorf("a second's round trip has %v", late)
	}
}
