package sipserver

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/presence"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// flow is a flow that notes what was sent on it.
type flow struct {
	id       transport.FlowID
	kind     transport.Kind
	remote   netip.AddrPort
	mu       sync.Mutex
	sent     []*sip.Message
	identity any
	quiet    bool // notes nothing
	lenient  bool // notes what is no valid response too: an answer to nonsense may repeat some of it
	closed   bool
}

var (
	alicePhone = netip.MustParseAddrPort("198.51.100.7:40000")
	mallory    = netip.MustParseAddrPort("203.0.113.66:5060")
	local      = netip.MustParseAddrPort("192.0.2.1:5060")
)

func newFlow(kind transport.Kind, remote netip.AddrPort) *flow {
	f := &flow{kind: kind, remote: remote}
	_, _ = rand.Read(f.id[:])
	return f
}

func (f *flow) ID() transport.FlowID                  { return f.id }
func (f *flow) Kind() transport.Kind                  { return f.kind }
func (f *flow) Local() netip.AddrPort                 { return local }
func (f *flow) Remote() netip.AddrPort                { return f.remote }
func (f *flow) ServerName() string                    { return "" }
func (f *flow) PeerCertificates() []*x509.Certificate { return nil }
func (f *flow) Retain() transport.Flow                { return f }
func (f *flow) Closed() bool                          { return f.closed }
func (f *flow) Close(string)                          { f.closed = true }
func (f *flow) Identity() any                         { return f.identity }
func (f *flow) SetIdentity(v any)                     { f.identity = v }

func (f *flow) Send(b []byte) error {
	if f.quiet {
		return nil
	}
	m := new(sip.Message)
	if err := m.Parse(slices.Clone(b)); err != nil {
		return err
	}
	if err := m.Validate(); err != nil && !f.lenient {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, m)
	return nil
}

func (f *flow) take() []*sip.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	sent := f.sent
	f.sent = nil
	return sent
}

// directory knows alice, who may use any transport, carol, who must use TLS, and dave, who is disabled.
type directory struct {
	mu           sync.Mutex
	organization *roster.Organization
	lines        map[string]*roster.Line
	users        map[pbx.UserID]*roster.User
}

func newDirectory() *directory {
	d := &directory{
		organization: &roster.Organization{ID: 1, SIPDomain: "example.com", Realm: "example.com", Digest: "md5"},
		lines:        map[string]*roster.Line{}, users: map[pbx.UserID]*roster.User{},
	}
	for i, name := range []string{"alice", "carol", "dave"} {
		ha1 := digest.NewHA1(name, "example.com", "secret of "+name)
		id := int64(i + 1)
		d.lines[name] = &roster.Line{
			ID: pbx.LineID(id), Organization: 1, Device: pbx.DeviceID(10 * id), User: pbx.UserID(100 * id), SIPUsername: name,
			HA1MD5: ha1.MD5, HA1SHA256: ha1.SHA256, Security: pbx.AnySecurity, MaxBindings: 5, Enabled: name != "dave",
		}
		d.users[pbx.UserID(100*id)] = &roster.User{
			ID: pbx.UserID(100 * id), Number: fmt.Sprint(200 + id), Enabled: name != "dave", Aliases: []string{name + ".alias"},
		}
	}
	d.lines["carol"].Security = pbx.Secure
	return d
}

func (d *directory) Line(name []byte) (*roster.Line, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l, ok := d.lines[string(name)]
	return l, ok
}

func (d *directory) User(id pbx.UserID) (*roster.User, bool) {
	u, ok := d.users[id]
	return u, ok
}

func (d *directory) Organization() *roster.Organization { return d.organization }

// calls notes what it is given.
type calls struct {
	delivery call.Delivery
	notes    []string
	onNew    func(call.Incoming)
}

func (c *calls) NewCall(in call.Incoming) {
	from := in.Caller
	c.notes = append(c.notes, fmt.Sprintf("call from user %d line %d device %d", from.User, from.Line, from.Device))
	if c.onNew != nil {
		c.onNew(in)
	}
}

func (c *calls) Deliver(rq *transaction.Incoming, device pbx.DeviceID) call.Delivery {
	c.notes = append(c.notes, fmt.Sprintf("%s for device %d", rq.Msg.Method(), device))
	if c.delivery == call.NeedsAuth && device == 10 {
		return call.Delivered
	}
	if c.delivery == call.NeedsAuth && device != 0 {
		return call.WrongDevice
	}
	return c.delivery
}

func (c *calls) FlowClosed(transport.Flow) { c.notes = append(c.notes, "flow closed") }

// subscriptions notes what it is given. It has one, of alice's phone.
type subscriptions struct{ notes []string }

func (s *subscriptions) Subscribe(in presence.Incoming) {
	s.notes = append(s.notes, fmt.Sprintf("subscription of user %d line %d device %d as %s",
		in.Subscriber.User, in.Subscriber.Line, in.Subscriber.Device, in.Subscriber.SIPUsername))
	_ = in.Tx.Reply(200, "", nil)
}

func (s *subscriptions) Owner(rq *sip.Message) (pbx.DeviceID, bool) {
	return 10, string(rq.ToTag()) == "alices"
}

func (s *subscriptions) Renew(rq *transaction.Incoming) {
	s.notes = append(s.notes, "refresh")
	_ = rq.Reply(200, "", nil)
}

// rig is a server without sockets.
type rig struct {
	t             testing.TB
	server        *Server
	layer         *transaction.Layer
	registrar     *registrar.Registrar
	directory     *directory
	calls         *calls
	subscriptions *subscriptions
	n             int
}

type tu struct{ server *Server }

func (t *tu) Request(rq *transaction.Incoming) { t.server.Request(rq) }
func (t *tu) FlowClosed(f transport.Flow)      { t.server.FlowClosed(f) }

func newRig(t testing.TB, store registrar.BindingStore) *rig {
	t.Helper()
	r := &rig{t: t, directory: newDirectory(), calls: &calls{delivery: call.NoDialog}, subscriptions: &subscriptions{}}
	user := &tu{}
	r.layer = transaction.New(transaction.Config{TU: user})
	r.registrar = registrar.New(registrar.Config{Store: store})
	user.server = New(Config{
		Calls: r.calls, Registrar: r.registrar, Subscriptions: r.subscriptions, Directory: r.directory, Product: "Ringfence",
	})
	r.server = user.server
	return r
}

func (r *rig) close() {
	r.layer.Close()
	if err := r.registrar.Close(context.WithoutCancel(r.t.Context())); err != nil {
		r.t.Error(err)
	}
}

// request makes a request of a user. Headers replace the usual ones of the same name.
func (r *rig) request(method, user string, headers ...string) string {
	r.n++
	uri := "sip:bob@example.com"
	to := "<sip:bob@example.com>"
	if method == "REGISTER" {
		uri, to = "sip:example.com", "<sip:"+user+"@example.com>"
		headers = append(headers, "Contact: <sip:"+user+"@198.51.100.7:40000>")
	}
	usual := []string{
		"Via: SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bK" + fmt.Sprint(r.n) + ";rport",
		"From: <sip:" + user + "@example.com>;tag=f1", "To: " + to, "Call-ID: " + method + "-" + user,
		fmt.Sprintf("CSeq: %d %s", r.n, method), "Max-Forwards: 70",
	}
	var b strings.Builder
	for _, h := range headers {
		if v, ok := strings.CutPrefix(h, "Request-URI: "); ok {
			uri = v
		}
	}
	fmt.Fprintf(&b, "%s %s SIP/2.0\r\n", method, uri)
	for _, h := range usual {
		name, _, _ := strings.Cut(h, ":")
		if !slices.ContainsFunc(headers, func(o string) bool { return strings.HasPrefix(o, name+":") }) {
			b.WriteString(h + "\r\n")
		}
	}
	for _, h := range headers {
		if !strings.HasPrefix(h, "Request-URI:") {
			b.WriteString(h + "\r\n")
		}
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return b.String()
}

// send gives a message to the server and returns what came back at once.
func (r *rig) send(f *flow, text string) []*sip.Message {
	r.t.Helper()
	m := sip.Acquire()
	defer m.Release()
	if err := m.Parse([]byte(text)); err != nil {
		r.t.Fatalf("%v: %q", err, text)
	}
	if err := m.Validate(); err != nil {
		r.t.Fatalf("%v: %q", err, text)
	}
	r.layer.Message(f, m)
	return f.take()
}

// status sends and returns the code of the one response.
func (r *rig) status(f *flow, text string) int {
	r.t.Helper()
	got := r.send(f, text)
	if len(got) == 0 {
		return 0
	}
	return got[len(got)-1].StatusCode()
}

// authorized sends a request, answers the challenge and returns the final response.
func (r *rig) authorized(f *flow, client *digest.Client, method, user string, headers ...string) *sip.Message {
	r.t.Helper()
	got := r.send(f, r.request(method, user, headers...))
	if len(got) != 1 || got[0].StatusCode() != 401 {
		r.t.Fatalf("no challenge: %v", codes(got))
	}
	return r.answer(f, client, got[0], method, user, headers...)
}

func (r *rig) answer(f *flow, c *digest.Client, challenge *sip.Message, method, user string, headers ...string) *sip.Message {
	r.t.Helper()
	ch, ok := digest.Choose(challenge.All(sip.WWWAuthenticate))
	if !ok {
		r.t.Fatal("no usable challenge")
	}
	uri := "sip:bob@example.com"
	if method == "REGISTER" {
		uri = "sip:example.com"
	}
	auth := c.AppendAuthorization(nil, ch, sip.ParseMethod([]byte(method)), []byte(uri))
	got := r.send(f, r.request(method, user, append(headers, "Authorization: "+string(auth))...))
	if len(got) == 0 {
		return nil
	}
	return got[len(got)-1]
}

func codes(list []*sip.Message) (out []int) {
	for _, m := range list {
		out = append(out, m.StatusCode())
	}
	return out
}

func client(name string) *digest.Client {
	return &digest.Client{Username: name, Password: "secret of " + name}
}

// pass lets virtual time pass.
func pass(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // virtual time
