package sipserver

import (
	"slices"
	"testing"

	"ringfence/internal/engine/registrar"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transport"
)

// load is registrations ready to be handled: the bare request, and requests that answer its challenge.
type load struct {
	r     *rig
	f     *flow
	m     *sip.Message
	bare  []byte
	texts [][]byte
	next  int
}

func newLoad(t testing.TB, n int, store registrar.BindingStore) *load {
	r := newRig(t, store)
	l := &load{r: r, f: newFlow(transport.UDP, alicePhone), m: sip.Acquire(), bare: []byte(r.request("REGISTER", "alice"))}
	t.Cleanup(r.close)
	l.refill(t, n)
	return l
}

// refill makes n requests that answer a fresh challenge.
func (l *load) refill(t testing.TB, n int) {
	l.f.quiet = false
	l.give(t, l.bare)
	ch, _ := digest.Choose(l.f.take()[0].All(sip.WWWAuthenticate))
	ch.Nonce, ch.Realm = slices.Clone(ch.Nonce), slices.Clone(ch.Realm)
	alice := client("alice")
	l.texts, l.next = l.texts[:0], 0
	for range n {
		auth := alice.AppendAuthorization(nil, ch, sip.REGISTER, []byte("sip:example.com"))
		l.texts = append(l.texts, []byte(l.r.request("REGISTER", "alice", "Authorization: "+string(auth))))
	}
	l.f.quiet = true
}

func (l *load) give(t testing.TB, text []byte) {
	if l.m.Parse(text) != nil || l.m.Validate() != nil {
		t.Fatal("refused")
	}
	l.r.layer.Message(l.f, l.m)
}

// register is one registration: challenge and answer.
func (l *load) register(t testing.TB) {
	l.give(t, l.bare)
	l.give(t, l.texts[l.next])
	l.next++
}

func (l *load) registered() uint64 { return l.r.server.counters.Registered.Load() }

func TestARegistrationInMemoryDoesNotAllocate(t *testing.T) {
	const rounds = 500
	l := newLoad(t, rounds+1, nil)
	n := testing.AllocsPerRun(rounds, func() { l.register(t) })
	if n > 0 && !raceEnabled {
		t.Errorf("%v allocations", n)
	}
	if l.registered() != rounds+1 {
		t.Errorf("%d registered", l.registered())
	}
}

// BenchmarkRegister is registrations in memory, and with a store that costs nothing: what durability costs us.
func BenchmarkRegister(b *testing.B) {
	for name, store := range map[string]registrar.BindingStore{"memory": nil, "stored": slowStore{}} {
		b.Run(name, func(b *testing.B) {
			const room = 20_000
			l := newLoad(b, room, store)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if l.next == room {
					b.StopTimer()
					l.refill(b, room)
					b.StartTimer()
				}
				l.register(b)
			}
		})
	}
}
