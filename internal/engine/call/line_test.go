package call_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/callflow"
	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/rtp"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// talker is the sound of a phone: PCMA, and keys as events 101.
type talker struct {
	w    *world
	conn netx.PacketConn
	to   netip.AddrPort
	seq  uint16
	time uint32

	mu    sync.Mutex
	heard []int16
}

// withEvents is a description of a phone that sends keys.
func withEvents(p *phone) string {
	return session(p, "8 101", "") + "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
}

// talker opens the phone's sound towards the server's description.
func (p *phone) talker(m *sip.Message) *talker {
	p.w.Helper()
	conn, err := p.w.net.Host(p.addr.Addr()).ListenPacket(netip.AddrPortFrom(p.addr.Addr(), 40000))
	if err != nil {
		p.w.Fatal(err)
	}
	_, rest, _ := bytes.Cut(m.Body(), []byte("m=audio "))
	var port uint16
	_, _ = fmt.Sscan(string(rest), &port)
	t := &talker{w: p.w, conn: conn, to: netip.AddrPortFrom(serverAddr.Addr(), port)}
	go t.listen()
	return t
}

func (t *talker) close() { _ = t.conn.Close() }

func (t *talker) listen() {
	buffer := make([]byte, 2000)
	for {
		n, _, err := t.conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		if h, ok := rtp.Parse(buffer[:n]); ok && h.Payload == 8 {
			t.mu.Lock()
			t.heard = audio.DecodePCMA(t.heard, buffer[h.Begin:h.End])
			t.mu.Unlock()
		}
	}
}

// hears takes what was heard, and checks that most of it is a tone.
func (t *talker) hears(hertz float64) {
	t.w.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	if share := audio.Goertzel(t.heard, 8000, hertz); share < 0.8 {
		t.w.Errorf("of %d samples %.0f %% are a tone of %v Hz", len(t.heard), 100*share, hertz)
	}
	t.heard = nil
}

// forget drops what was heard.
func (t *talker) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = nil
}

// silent checks that nothing was heard.
func (t *talker) silent() {
	t.w.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.heard) > 0 {
		t.w.Errorf("%d samples were heard", len(t.heard))
	}
}

func (t *talker) send(payload uint8, body []byte) {
	t.w.Helper()
	b := make([]byte, rtp.HeaderSize, 400)
	(&rtp.Header{Payload: payload, Sequence: t.seq, Timestamp: t.time, SSRC: 0xf00}).Put(b)
	t.seq++
	if _, err := t.conn.WriteToUDPAddrPort(append(b, body...), t.to); err != nil {
		t.w.Fatal(err)
	}
}

// speaks sends a tone.
func (t *talker) speaks(hertz float64, d time.Duration) {
	samples := audio.Samples(audio.Steady(hertz), d)
	for ; len(samples) >= 160; samples = samples[160:] {
		t.send(8, audio.EncodePCMA(nil, samples[:160]))
		t.time += 160
		t.w.wait(20 * time.Millisecond)
	}
}

// presses sends keys as phones do: each is told thrice.
func (t *talker) presses(keys string) {
	for _, k := range []byte(keys) {
		code, _ := rtp.EventCode(k)
		for range 3 {
			t.send(101, rtp.Event{Code: code, End: true, Volume: 10, Duration: 800}.Append(nil))
		}
		t.time += 1600
		t.w.wait(100 * time.Millisecond)
	}
}

// steps is what the server does with callers, as a test wants it.
type steps struct {
	step func(ctx context.Context, l callflow.Line) error
	left callflow.Left
	seen callflow.Visit
	over chan error
}

func (s *steps) run(ctx context.Context, l callflow.Line) (err error) {
	defer func() { s.over <- err }()
	return s.step(ctx, l)
}

// Deposit implements call.Voicemail.
func (s *steps) Deposit(ctx context.Context, l callflow.Line, left callflow.Left) error {
	s.left = left
	return s.run(ctx, l)
}

// Mailbox implements call.Voicemail.
func (s *steps) Mailbox(ctx context.Context, l callflow.Line, visit callflow.Visit) error {
	s.seen = visit
	return s.run(ctx, l)
}

// inMailbox runs a call to *97 in which the server does step with Alice, who does act.
func inMailbox(t *testing.T, step func(ctx context.Context, l callflow.Line) error,
	act func(w *world, a *dialog, talk *talker), want func(w *world, s *steps),
) {
	t.Helper()
	s := &steps{step: step, over: make(chan error, 1)}
	run(t, options{config: func(c *call.Config) { c.Voicemail = s }}, func(w *world) {
		alice, _ := pair(w, 1, transport.UDP)
		a := alice.dial("*97", withEvents(alice))
		ok := a.learn(alice.take("200 INVITE"))
		talk := alice.talker(ok)
		defer talk.close()
		a.ack("")
		w.wait(10 * time.Millisecond)
		act(w, a, talk)
		want(w, s)
	})
}

func samples(hertz float64, d time.Duration) []int16 { return audio.Samples(audio.Steady(hertz), d) }

// byeFromServer is the end of a call by the server.
func byeFromServer(a *dialog) { a.reply("BYE", 200, "") }

func TestAStepPlaysAndHearsKeys(t *testing.T) {
	var pressed []byte
	inMailbox(t, func(ctx context.Context, l callflow.Line) error {
		for _, stop := range []string{"", "#", "12", "", "0123456789*#"} {
			k, err := l.Play(ctx, samples(500, 2*time.Second), stop)
			if err != nil {
				return err
			}
			pressed = append(pressed, k)
		}
		for range 2 {
			k, err := l.Key(ctx, time.Second)
			if err != nil {
				return err
			}
			pressed = append(pressed, k)
		}
		return nil
	}, func(w *world, a *dialog, talk *talker) {
		talk.presses("5") // the first can't be ended; its key waits for the second, which forgets it
		w.wait(1900 * time.Millisecond)
		talk.hears(500)
		w.wait(time.Second)
		talk.presses("3#") // the second ends at #
		w.wait(time.Second)
		talk.presses("2") // the third
		w.wait(time.Second)
		talk.presses("*78") // during the fourth: wait for the fifth, which does not begin
		w.wait(3 * time.Second)
		byeFromServer(a)
	}, func(w *world, s *steps) {
		if string(pressed) != "\x00#2\x00*78" {
			t.Errorf("the step heard %q", pressed)
		}
		if s.seen != (callflow.Visit{Caller: 1, Box: 1}) {
			t.Errorf("visit %+v", s.seen)
		}
		if r := w.want(pbx.EndCompletedCallee, 200, true); r.Callee.Name != "Voicemail" || r.AnsweredBy != pbx.AnsweredByServer {
			t.Errorf("record %+v", r)
		}
	})
}

func TestAStepRecords(t *testing.T) {
	for name, c := range map[string]struct {
		act  func(w *world, a *dialog, talk *talker)
		take int // pieces
		key  byte
		err  error
		long time.Duration
		end  pbx.EndReason
	}{
		"until a key is pressed": {func(_ *world, a *dialog, talk *talker) {
			talk.speaks(440, 3*time.Second)
			talk.presses("9")
			byeFromServer(a)
		}, 1000, '9', nil, 3 * time.Second, pbx.EndCompletedCallee},
		"until the caller hangs up": {func(_ *world, a *dialog, talk *talker) {
			talk.speaks(440, 2500*time.Millisecond)
			a.request(sip.BYE, "")
			a.p.take("200 BYE")
		}, 1000, 0, callflow.ErrGone, 2500 * time.Millisecond, pbx.EndCompletedCaller},
		"until it is enough": {func(_ *world, a *dialog, talk *talker) {
			talk.speaks(440, 3*time.Second)
			byeFromServer(a)
		}, 5, 0, nil, time.Second, pbx.EndCompletedCallee},
		"until nothing comes any more": {func(w *world, a *dialog, talk *talker) {
			talk.speaks(440, time.Second)
			w.wait(5 * time.Second)
			byeFromServer(a)
		}, 1000, 0, nil, time.Second, pbx.EndCompletedCallee},
	} {
		t.Run(name, func(t *testing.T) {
			var heard []int16
			var key byte
			inMailbox(t, func(ctx context.Context, l callflow.Line) (err error) {
				pieces := 0
				key, err = l.Record(ctx, "9", 4*time.Second, func(piece []int16) bool {
					heard = append(heard, piece...)
					pieces++
					return pieces < c.take
				})
				return err
			}, c.act, func(w *world, s *steps) {
				if err := <-s.over; !errors.Is(err, c.err) || err == nil && c.err != nil || key != c.key {
					t.Errorf("it ended with %q and %v", key, err)
				}
				if got := time.Duration(len(heard)) * time.Second / 8000; got != c.long {
					t.Errorf("%v were recorded", got)
				}
				if share := audio.Goertzel(heard, 8000, 440); share < 0.95 {
					t.Errorf("%.2f of it is what was said", share)
				}
				w.want(c.end, 200, true)
			})
		})
	}
}

func TestAStepWhoseCallerIsGoneEnds(t *testing.T) {
	verbs := map[string]func(ctx context.Context, l callflow.Line) error{
		"playing": func(ctx context.Context, l callflow.Line) error {
			_, err := l.Play(ctx, samples(500, time.Hour), "#")
			return err
		},
		"waiting for a key": func(ctx context.Context, l callflow.Line) error {
			_, err := l.Key(ctx, time.Hour)
			return err
		},
		"recording": func(ctx context.Context, l callflow.Line) error {
			_, err := l.Record(ctx, "#", time.Hour, func([]int16) bool { return true })
			return err
		},
	}
	for name, verb := range verbs {
		t.Run(name, func(t *testing.T) {
			inMailbox(t, func(ctx context.Context, l callflow.Line) error {
				err := verb(ctx, l)
				for name, again := range verbs {
					if e := again(ctx, l); !errors.Is(e, callflow.ErrGone) {
						t.Errorf("%s after the end: %v", name, e)
					}
				}
				return err
			}, func(w *world, a *dialog, _ *talker) {
				w.wait(time.Second)
				a.request(sip.BYE, "")
				a.p.take("200 BYE")
			}, func(w *world, s *steps) {
				w.wait(2 * time.Second)
				if err := <-s.over; !errors.Is(err, callflow.ErrGone) {
					t.Errorf("it ended with %v", err)
				}
				w.want(pbx.EndCompletedCaller, 200, true)
			})
		})
	}
}

func TestAStepThatFailsEndsTheCall(t *testing.T) {
	for name, step := range map[string]func(context.Context, callflow.Line) error{
		"with an error": func(context.Context, callflow.Line) error { return errors.New("no idea") },
		"with a panic":  func(context.Context, callflow.Line) error { panic("a fault of ours") },
	} {
		t.Run(name, func(t *testing.T) {
			inMailbox(t, step, func(_ *world, a *dialog, _ *talker) { byeFromServer(a) }, func(w *world, _ *steps) {
				w.want(pbx.EndInternalError, 200, true)
				if n := w.counters.Panics.Swap(0); (n == 1) != (name == "with a panic") {
					t.Errorf("%d panics", n)
				}
			})
		})
	}
}

// TestWhoIsNotReachedIsLeftAMessage calls Bob, who has a mailbox, in each way in which he may not take the call.
func TestWhoIsNotReachedIsLeftAMessage(t *testing.T) {
	answer := func(code int) func(w *world, a *dialog, bob *phone) {
		return func(_ *world, _ *dialog, bob *phone) {
			bob.ringing().respond(code, "")
			bob.take("ACK")
		}
	}
	for name, c := range map[string]struct {
		before func(w *world, bob *phone)
		does   func(w *world, a *dialog, bob *phone)
		busy   bool
	}{
		"he is busy":      {nil, answer(486), true},
		"he declines":     {nil, answer(603), true},
		"his phone fails": {nil, answer(480), false},
		"nobody answers": {nil, func(w *world, _ *dialog, bob *phone) {
			b := bob.ringing()
			b.respond(180, "")
			w.wait(time.Minute)
			b.cancelled()
		}, false},
		"he has no phone":    {func(w *world, _ *phone) { w.bindings.drop(2) }, nil, false},
		"his phone has gone": {func(w *world, _ *phone) { w.bindings.dormant(2) }, nil, false},
		"he is not to be disturbed": {func(w *world, _ *phone) {
			w.dir.users[2].Forwarding = &pbx.Forwarding{User: 2, DoNotDisturb: true}
		}, nil, true},
		"early media was heard": {nil, func(w *world, a *dialog, bob *phone) {
			b := bob.ringing()
			b.respond(183, session(bob, "8", ""))
			a.learn(a.p.take("183 INVITE"))
			b.respond(486, "")
			bob.take("ACK")
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := &steps{over: make(chan error, 1), step: func(ctx context.Context, l callflow.Line) error {
				_, err := l.Play(ctx, samples(500, time.Second), "")
				return err
			}}
			run(t, options{config: func(c *call.Config) { c.Voicemail = s }}, func(w *world) {
				alice, bobs := pair(w, 1, transport.UDP)
				w.dir.users[2].Mailbox = true
				if c.before != nil {
					c.before(w, bobs[0])
				}
				a := alice.dial("202", withEvents(alice))
				if c.does != nil {
					c.does(w, a, bobs[0])
				}
				w.wait(15 * time.Second) // a phone that has gone is waited for
				ok := a.learn(alice.take("200 INVITE"))
				w.has(ok, sip.PAssertedIdentity, `"Bob" <sip:202@pbx.test>`)
				a.ack("")
				w.wait(3 * time.Second)
				byeFromServer(a)
				if err := <-s.over; err != nil {
					t.Errorf("the step ended with %v", err)
				}
				if want := (callflow.Left{For: 2, Busy: c.busy, Caller: 1, Number: "201", Name: "Alice", Call: s.left.Call}); s.left != want {
					t.Errorf("left by %+v", s.left)
				}
				r := w.want(pbx.EndCompletedCallee, 200, true)
				if r.Callee.User != 2 || r.Callee.Device != 0 || r.ID != s.left.Call || r.AnsweredBy != pbx.AnsweredByMailbox {
					t.Errorf("record %+v", r)
				}
			})
		})
	}
}
