package registrar

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// fakeFlow is a flow that goes nowhere.
type fakeFlow struct {
	id     transport.FlowID
	kind   transport.Kind
	remote netip.AddrPort
	closed bool
	reason string
}

var (
	server = netip.MustParseAddrPort("192.0.2.1:5060")
	phone  = netip.MustParseAddrPort("198.51.100.7:40000")
)

func newFlow(kind transport.Kind, remote netip.AddrPort) *fakeFlow {
	f := &fakeFlow{kind: kind, remote: remote}
	_, _ = rand.Read(f.id[:])
	return f
}

func (f *fakeFlow) ID() transport.FlowID                  { return f.id }
func (f *fakeFlow) Kind() transport.Kind                  { return f.kind }
func (f *fakeFlow) Local() netip.AddrPort                 { return server }
func (f *fakeFlow) Remote() netip.AddrPort                { return f.remote }
func (f *fakeFlow) ServerName() string                    { return "" }
func (f *fakeFlow) PeerCertificates() []*x509.Certificate { return nil }
func (f *fakeFlow) Send([]byte) error                     { return nil }
func (f *fakeFlow) Retain() transport.Flow                { return f }
func (f *fakeFlow) Closed() bool                          { return f.closed }
func (f *fakeFlow) Close(reason string)                   { f.closed, f.reason = true, reason }
func (f *fakeFlow) Identity() any                         { return nil }
func (f *fakeFlow) SetIdentity(any)                       {}

// udpFlows makes flows to any address.
type udpFlows struct{}

func (udpFlows) UDPFlow(_, remote netip.AddrPort) (transport.Flow, bool) {
	return newFlow(transport.UDP, remote), true
}

// memory is a BindingStore that takes a while and can fail.
type memory struct {
	mu      sync.Mutex
	delay   time.Duration
	fail    func([]BindingChange) error
	rows    map[pbx.BindingKey]pbx.Binding
	commits int
}

func (s *memory) Load(context.Context) iter.Seq2[pbx.Binding, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := slices.Collect(maps.Values(s.rows))
	return func(yield func(pbx.Binding, error) bool) {
		for _, b := range rows {
			if !yield(b, nil) {
				return
			}
		}
	}
}

func (s *memory) Commit(_ context.Context, changes []BindingChange) error {
	pass(s.delay)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commits++
	if s.fail != nil {
		if err := s.fail(changes); err != nil {
			return err
		}
	}
	if s.rows == nil {
		s.rows = make(map[pbx.BindingKey]pbx.Binding)
	}
	for _, c := range changes {
		if c.Put == nil {
			delete(s.rows, c.Key)
		} else {
			s.rows[c.Key] = *c.Put
		}
	}
	return nil
}

func (s *memory) setFail(f func([]BindingChange) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = f
}

func (s *memory) row(k pbx.BindingKey) pbx.Binding {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows[k]
}

func (s *memory) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commits
}

func (s *memory) contacts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, b := range s.rows {
		list = append(list, b.Contact)
	}
	slices.Sort(list)
	return list
}

// answers collects what the Answerers were told.
type answers struct {
	req  *sip.Message
	mu   sync.Mutex
	list []Answer
}

func (a *answers) Defer() Answerer { return a }

func (a *answers) Answer(x Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, x)
}

func (a *answers) all() []Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.list)
}

// bench is a registrar with one line and its phone.
type bench struct {
	t     testing.TB
	r     *Registrar
	owner Owner
	cseq  int
}

func newBench(t testing.TB, store BindingStore) *bench {
	r := New(Config{Store: store, Flows: udpFlows{}, Node: "one"})
	if err := r.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &bench{t: t, r: r, cseq: 1, owner: Owner{
		Organization: 1, User: 7, Device: 70, Line: 700, SIPUsername: "201", MaxBindings: 5,
	}}
}

func (b *bench) close() {
	b.t.Helper()
	if err := b.r.Close(context.WithoutCancel(b.t.Context())); err != nil {
		b.t.Error(err)
	}
}

func (b *bench) message(headers ...string) *sip.Message {
	b.t.Helper()
	text := "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKx\r\n" +
		"From: <sip:201@example.com>;tag=f\r\nTo: <sip:201@example.com>\r\n"
	if !slices.ContainsFunc(headers, func(h string) bool { return strings.HasPrefix(h, "Call-ID") }) {
		text += "Call-ID: c1\r\n"
	}
	if !slices.ContainsFunc(headers, func(h string) bool { return strings.HasPrefix(h, "CSeq") }) {
		b.cseq++
		text += fmt.Sprintf("CSeq: %d REGISTER\r\n", b.cseq)
	}
	for _, h := range headers {
		text += h + "\r\n"
	}
	m := new(sip.Message)
	if err := m.Parse([]byte(text + "\r\n")); err != nil {
		b.t.Fatal(err)
	}
	return m
}

// send registers and returns the answers so far: with a store they may come later.
func (b *bench) send(f transport.Flow, headers ...string) *answers {
	b.t.Helper()
	a := &answers{req: b.message(headers...)}
	if x, now := b.r.Register(Request{Owner: b.owner, Flow: f, Msg: a.req, Later: a}); now {
		a.Answer(x)
	}
	return a
}

// ask registers, waits and returns the code and the contacts of the answer.
func (b *bench) ask(f transport.Flow, headers ...string) (int, []string) {
	b.t.Helper()
	a := b.send(f, headers...)
	synctest.Wait()
	for range 1000 {
		if len(a.all()) > 0 {
			break
		}
		pass(time.Millisecond)
	}
	list := a.all()
	if len(list) != 1 {
		b.t.Fatalf("%d answers", len(list))
	}
	return list[0].Code, contacts(b.t, list[0], a.req)
}

func contacts(t testing.TB, a Answer, req *sip.Message) []string {
	t.Helper()
	m := render(t, a, req)
	var list []string
	for v := range m.All(sip.Contact) {
		list = append(list, string(v))
	}
	slices.Sort(list)
	return list
}

func render(t testing.TB, a Answer, req *sip.Message) *sip.Message {
	t.Helper()
	var b sip.Builder
	b.ResponseTo(req, a.Code, a.Reason, "", phone)
	a.AppendTo(&b, req)
	b.End()
	m := new(sip.Message)
	if err := m.Parse(slices.Clone(b.Bytes())); err != nil {
		t.Fatalf("%v: %q", err, b.Bytes())
	}
	return m
}

const instance = `;+sip.instance="<urn:uuid:1>"`

// pass lets virtual time pass.
func pass(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // virtual time
