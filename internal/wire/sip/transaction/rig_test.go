package transaction_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

var (
	aliceAddr = netip.MustParseAddrPort("192.0.2.1:5060")
	bobAddr   = netip.MustParseAddrPort("192.0.2.2:5060")
)

// end is one of two elements on a network in memory: it counts what arrives on the wire and notes what the layer tells.
type end struct {
	t         *testing.T
	name      string
	transport *transport.Layer
	layer     *transaction.Layer
	born      time.Time

	mu      sync.Mutex
	wire    []string // every message that arrived, as "INVITE" or "180 INVITE"
	notes   []string // what the layer told, with the virtual time since the start
	servers []*transaction.Server
	bodies  [][]byte // the response bodies to servers, made at Begin
	reject  int      // answer at once, statelessly
	begin   bool
	onBegin func(*transaction.Server, *sip.Message)
}

func newEnd(t *testing.T, name string, network netx.Network, addr netip.AddrPort, limits transaction.Limits) *end {
	t.Helper()
	e := &end{t: t, name: name, begin: true, born: time.Now()}
	e.layer = transaction.New(transaction.Config{TU: e, Limits: limits})
	e.transport = transport.New(transport.Config{Network: network, Handler: spy{e}})
	if _, err := e.transport.ListenUDP(addr); err != nil {
		t.Fatal(err)
	}
	if _, err := e.transport.ListenTCP(addr); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		e.transport.Close()
		e.layer.Close()
	})
	return e
}

// spy notes each message before the layer gets it.
type spy struct{ *end }

func (s spy) Message(f transport.Flow, m *sip.Message) {
	s.mu.Lock()
	s.wire = append(s.wire, title(m))
	s.mu.Unlock()
	s.layer.Message(f, m)
}

func (s spy) Malformed(f transport.Flow, m *sip.Message, err *sip.ParseError) {
	s.layer.Malformed(f, m, err)
}
func (s spy) FlowClosed(f transport.Flow) { s.layer.FlowClosed(f) }

func title(m *sip.Message) string {
	if m.IsRequest() {
		return string(m.MethodName())
	}
	return fmt.Sprintf("%d %s", m.StatusCode(), m.Method())
}

func (e *end) note(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := time.Since(e.born).Round(10 * time.Millisecond)
	e.notes = append(e.notes, fmt.Sprintf("%s %s", at, fmt.Sprintf(format, args...)))
}

// Request implements transaction.TU.
func (e *end) Request(rq *transaction.Incoming) {
	e.note("request %s", rq.Msg.Method())
	if m := rq.Msg.Method(); m == sip.ACK || m == sip.CANCEL {
		return
	}
	if e.reject != 0 {
		if err := rq.Reply(e.reject, "", nil); err != nil {
			e.t.Error(err)
		}
		return
	}
	if !e.begin {
		return
	}
	s, err := rq.Begin(e)
	if err != nil {
		e.note("begin: %v", err)
		return
	}
	e.mu.Lock()
	e.servers = append(e.servers, s)
	e.bodies = append(e.bodies, slices.Clone(rq.Msg.Raw()))
	e.mu.Unlock()
	if e.onBegin != nil {
		e.onBegin(s, rq.Msg)
	}
}

func (e *end) FlowClosed(transport.Flow) { e.note("flow closed") }

func (e *end) Cancelled(*transaction.Server, *sip.Message) { e.note("cancelled") }

func (e *end) Done(_ *transaction.Server, err error) { e.note("server done: %v", err) }

// client is the owner of client transactions.
type client struct{ *end }

func (c client) Response(_ *transaction.Client, m *sip.Message) { c.note("response %s", title(m)) }
func (c client) Done(_ *transaction.Client, err error)          { c.note("client done: %v", err) }

// respond answers the nth request that began a transaction.
func (e *end) respond(n, code int) error {
	e.mu.Lock()
	s, raw := e.servers[n], slices.Clone(e.bodies[n])
	e.mu.Unlock()
	var b sip.Builder
	m := sip.Acquire()
	defer m.Release()
	if err := m.Parse(raw); err != nil {
		e.t.Fatal(err)
	}
	b.ResponseTo(m, code, "", e.name, s.Flow().Remote())
	b.End()
	return s.Respond(code, b.Bytes())
}

func request(method sip.Method, branch string, extra ...string) []byte {
	var b sip.Builder
	b.Request(method, []byte("sip:bob@example.org"))
	b.Via("UDP", "192.0.2.1:5060", branch)
	b.Header(sip.From, "<sip:alice@example.org>;tag=a1")
	b.Header(sip.To, "<sip:bob@example.org>")
	b.Header(sip.CallID, "call-"+branch)
	b.CSeq(1, method)
	for _, h := range extra {
		name, value, _ := strings.Cut(h, ": ")
		b.HeaderNamed(name, value)
	}
	b.End()
	return b.Bytes()
}

func (e *end) seen(what string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, w := range e.wire {
		if w == what {
			n++
		}
	}
	return n
}

func (e *end) expectNotes(want ...string) {
	e.t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Equal(e.notes, want) {
		e.t.Errorf("%s noted\n  %s\nwant\n  %s", e.name, strings.Join(e.notes, "\n  "), strings.Join(want, "\n  "))
	}
}

func (e *end) expectSeen(what string, n int) {
	e.t.Helper()
	if got := e.seen(what); got != n {
		e.t.Errorf("%s saw %s %d times, want %d; all: %v", e.name, what, got, n, e.wire)
	}
}

// expectEmpty checks that no transaction is left.
func (e *end) expectEmpty() {
	e.t.Helper()
	if s, c := e.layer.Len(); s != 0 || c != 0 {
		e.t.Errorf("%s keeps %d server and %d client transactions", e.name, s, c)
	}
}

// script is a test in virtual time with two ends, alice who sends and bob who answers.
type script struct {
	*testing.T
	net        *netx.Memory
	alice, bob *end
	flow       transport.Flow // from alice to bob
}

func run(t *testing.T, kind transport.Kind, play func(s *script)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := netx.NewMemory(1, netx.Link{})
		s := &script{T: t, net: network}
		s.alice = newEnd(t, "alice", network.Host(aliceAddr.Addr()), aliceAddr, transaction.Limits{})
		s.bob = newEnd(t, "bob", network.Host(bobAddr.Addr()), bobAddr, transaction.Limits{})
		f, err := s.alice.transport.Dial(t.Context(), kind, bobAddr, transport.DialOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s.flow = f
		play(s)
	})
}

// wait lets virtual time pass and everything settle.
func (s *script) wait(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // virtual time
	synctest.Wait()
}

func (s *script) send(method sip.Method, branch string) *transaction.Client {
	s.Helper()
	c, err := s.alice.layer.Send(s.flow, method, request(method, branch), client{s.alice})
	if err != nil {
		s.Fatal(err)
	}
	synctest.Wait()
	return c
}

func (s *script) respond(n, code int) {
	s.Helper()
	if err := s.bob.respond(n, code); err != nil {
		s.Fatal(err)
	}
	synctest.Wait()
}

// drop loses messages from one host to the other whose text contains what.
func (s *script) drop(from netip.AddrPort, what string) {
	s.net.SetFilter(func(p netx.Packet) netx.Fate {
		return netx.Fate{Drop: p.From == from && strings.Contains(string(p.Data), what)}
	})
}

func newNetwork() *netx.Memory { return netx.NewMemory(1, netx.Link{}) }
