package presence_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing/synctest"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// phone is a scripted phone without transactions: it sends what the script says, and keeps what comes.
type phone struct {
	w      *world
	device pbx.DeviceID
	kind   transport.Kind
	addr   netip.AddrPort
	layer  *transport.Layer
	flow   transport.Flow

	mu     sync.Mutex
	got    []*sip.Message
	answer int // to NOTIFYs, by itself; 0: none
}

// phone makes a phone of a device, which answers its NOTIFYs and is not registered.
func (w *world) phone(device pbx.DeviceID, kind transport.Kind) *phone {
	w.Helper()
	w.hosts++
	p := &phone{
		w: w, device: device, kind: kind, answer: 200,
		addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, byte(w.hosts >> 8), byte(w.hosts)}), 5060),
	}
	p.layer = transport.New(transport.Config{Network: w.net.Host(p.addr.Addr()), Handler: p})
	if _, err := p.layer.ListenUDP(p.addr); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(p.layer.Close)
	p.connect()
	return p
}

// connect opens a new flow to the server.
func (p *phone) connect() {
	p.w.Helper()
	f, err := p.layer.Dial(p.w.Context(), p.kind, serverAddr, transport.DialOptions{})
	if err != nil {
		p.w.Fatal(err)
	}
	p.flow = f
}

// register registers the phone on its flow.
func (p *phone) register() *phone {
	p.w.Helper()
	p.sendRegister()
	p.take("200 REGISTER")
	return p
}

func (p *phone) sendRegister() {
	p.w.Helper()
	p.send(p.request(sip.REGISTER, "sip:"+domain, "<sip:x@"+domain+">", "<sip:x@"+domain+">;tag=r", sip.NewCallID(), 1))
}

// request writes a request. Headers replace the usual ones of the same name; an empty value takes one away.
func (p *phone) request(method sip.Method, uri, to, from, callID string, seq uint32, headers ...string) []byte {
	usual := []string{
		"Via: SIP/2.0/" + p.kind.String() + " " + p.addr.String() + ";branch=" + sip.NewBranch(), "Max-Forwards: 70",
		"From: " + from, "To: " + to, "Call-ID: " + callID, fmt.Sprintf("CSeq: %d %s", seq, method),
		"Contact: <sip:phone@" + p.addr.String() + ">", fmt.Sprintf("X-Device: %d", p.device),
	}
	if method == sip.SUBSCRIBE {
		usual = append(usual, "Event: message-summary")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s SIP/2.0\r\n", method, uri)
	for _, h := range usual {
		name, _, _ := strings.Cut(h, ":")
		if !slices.ContainsFunc(headers, func(o string) bool { return strings.HasPrefix(o, name+":") }) {
			b.WriteString(h + "\r\n")
		}
	}
	for _, h := range headers {
		if _, value, _ := strings.Cut(h, ":"); strings.TrimSpace(value) != "" {
			b.WriteString(h + "\r\n")
		}
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return []byte(b.String())
}

func (p *phone) send(msg []byte) {
	p.w.Helper()
	if err := p.flow.Send(msg); err != nil {
		p.w.Fatalf("device %d sends: %v", p.device, err)
	}
}

// Message implements transport.Handler.
func (p *phone) Message(f transport.Flow, m *sip.Message) {
	c := m.Clone()
	p.mu.Lock()
	p.got = append(p.got, c)
	code := p.answer
	p.mu.Unlock()
	if m.IsRequest() && code != 0 {
		p.reply(f, m, code)
	}
}

// Malformed implements transport.Handler.
func (p *phone) Malformed(_ transport.Flow, m *sip.Message, err *sip.ParseError) {
	p.w.Errorf("device %d got a malformed message (%v):\n%s", p.device, err, m.Raw())
}

// FlowClosed implements transport.Handler.
func (p *phone) FlowClosed(transport.Flow) {}

// reply answers a request that came on a flow.
func (p *phone) reply(f transport.Flow, m *sip.Message, code int) {
	var b sip.Builder
	b.ResponseTo(m, code, "", "", f.Remote())
	b.End()
	_ = f.Send(b.Bytes())
}

// answers says how the phone answers NOTIFYs from now on; 0: not at all.
func (p *phone) answers(code int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = code
}

func title(m *sip.Message) string {
	if m.IsRequest() {
		return string(m.MethodName())
	}
	return fmt.Sprintf("%d %s", m.StatusCode(), m.Method())
}

// take takes the first message, which must have that title.
func (p *phone) take(want string) *sip.Message {
	p.w.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.got) == 0 || title(p.got[0]) != want {
		var seen []string
		for _, m := range p.got {
			seen = append(seen, title(m))
		}
		p.w.Fatalf("device %d wants %s and has %v", p.device, want, seen)
	}
	m := p.got[0]
	p.got = p.got[1:]
	return m
}

// quiet checks that nothing came that was not taken.
func (p *phone) quiet() {
	p.w.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.got {
		p.w.Errorf("device %d got:\n%s", p.device, m.Raw())
	}
	p.got = nil
}

// count takes everything away and says how many NOTIFYs there were.
func (p *phone) count() (n int) {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.got {
		if title(m) == "NOTIFY" {
			n++
		}
	}
	p.got = nil
	return n
}

// subscription is the phone's side of a subscription.
type subscription struct {
	*phone
	uri, to, from, callID string
	seq                   uint32
	last                  []byte // the SUBSCRIBE
}

// subscribe sends a SUBSCRIBE to a URI.
func (p *phone) subscribe(uri string, headers ...string) *subscription {
	p.w.Helper()
	s := &subscription{
		phone: p, uri: uri, to: "<" + uri + ">", from: "<sip:x@" + domain + ">;tag=" + sip.NewTag(), callID: sip.NewCallID(),
	}
	s.again(headers...)
	synctest.Wait()
	return s
}

// again sends the next SUBSCRIBE.
func (s *subscription) again(headers ...string) {
	s.w.Helper()
	s.seq++
	s.last = s.request(sip.SUBSCRIBE, s.uri, s.to, s.from, s.callID, s.seq, headers...)
	s.send(s.last)
}

// accepted takes the 200 and learns the dialog from it.
func (s *subscription) accepted() *sip.Message {
	s.w.Helper()
	m := s.take("200 SUBSCRIBE")
	a, err := m.Contact()
	if err != nil || len(m.ToTag()) == 0 {
		s.w.Fatalf("no dialog: %s", m.Raw())
	}
	s.uri, s.to = string(a.RawURI), string(m.Get(sip.To))
	return m
}

// learn learns the dialog from the 200 if it has come, and reports whether it has.
func (s *subscription) learn() bool {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.got {
		if a, err := m.Contact(); title(m) == "200 SUBSCRIBE" && string(m.CallID()) == s.callID && err == nil {
			s.uri, s.to = string(a.RawURI), string(m.Get(sip.To))
			return true
		}
	}
	return false
}

// subscribed makes a subscription, and takes its first NOTIFY away.
func (p *phone) subscribed(headers ...string) *subscription {
	p.w.Helper()
	s := p.subscribe("sip:"+domain, headers...)
	s.accepted()
	s.take("NOTIFY")
	return s
}
