package call_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// phone is a scripted phone without transactions: it sends what the script says, and keeps what comes.
type phone struct {
	w        *world
	name     string
	device   pbx.DeviceID
	instance string
	kind     transport.Kind
	addr     netip.AddrPort
	layer    *transport.Layer
	flow     transport.Flow
	auto     func(p *phone, m *sip.Message) // what the phone does by itself, on the reader's goroutine

	mu  sync.Mutex
	got []*sip.Message
}

// phone makes a phone of a user's device.
func (w *world) phone(name string, device pbx.DeviceID, kind transport.Kind) *phone {
	w.Helper()
	w.hosts++
	p := &phone{
		w: w, name: name, device: device, instance: name, kind: kind,
		addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, byte(w.hosts >> 8), byte(w.hosts)}), 5060),
	}
	host := w.net.Host(p.addr.Addr())
	p.layer = transport.New(transport.Config{
		Network: host, Handler: p, ClientTLS: &tls.Config{RootCAs: w.roots, MinVersion: tls.VersionTLS12},
	})
	if _, err := p.layer.ListenUDP(p.addr); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(p.layer.Close)
	p.connect()
	return p
}

// connect opens the phone's flow to the server.
func (p *phone) connect() {
	p.w.Helper()
	to := serverAddr
	if p.kind == transport.TLS {
		to = secureAddr
	}
	f, err := p.layer.Dial(p.w.Context(), p.kind, to, transport.DialOptions{ServerName: domain})
	if err != nil {
		p.w.Fatal(err)
	}
	p.flow = f
}

// registered registers the phone.
func (p *phone) registered() *phone {
	p.w.Helper()
	var b sip.Builder
	b.Request(sip.REGISTER, []byte("sip:"+domain))
	b.Via(p.kind.String(), p.addr.String(), sip.NewBranch())
	b.Header(sip.From, "<sip:x@"+domain+">;tag=r")
	b.Header(sip.To, "<sip:x@"+domain+">")
	b.Header(sip.CallID, sip.NewCallID())
	b.CSeq(1, sip.REGISTER)
	b.Header(sip.Contact, p.contact())
	b.HeaderNamed("X-Device", fmt.Sprint(int64(p.device)))
	b.HeaderNamed("X-Instance", p.instance)
	b.End()
	p.send(b.Bytes())
	p.take("200 REGISTER")
	return p
}

func (p *phone) contact() string {
	s := "<sip:" + p.name + "@" + p.addr.String()
	if p.kind != transport.UDP {
		s += ";transport=" + strings.ToLower(p.kind.String())
	}
	return s + ">"
}

func (p *phone) send(msg []byte) {
	p.w.Helper()
	if err := p.flow.Send(msg); err != nil {
		p.w.Fatalf("%s sends: %v", p.name, err)
	}
}

// Message implements transport.Handler.
func (p *phone) Message(_ transport.Flow, m *sip.Message) {
	c := m.Clone()
	p.mu.Lock()
	p.got = append(p.got, c)
	auto := p.auto
	p.mu.Unlock()
	if auto != nil {
		auto(p, c)
	}
}

// Malformed implements transport.Handler.
func (p *phone) Malformed(_ transport.Flow, m *sip.Message, err *sip.ParseError) {
	p.w.Errorf("%s got a malformed message (%v):\n%s", p.name, err, m.Raw())
}

// FlowClosed implements transport.Handler.
func (p *phone) FlowClosed(transport.Flow) {}

// take takes the first message of that title; what came before it is dropped if it is a 100 or was asked for.
func (p *phone) take(want string) *sip.Message {
	p.w.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	var seen []string
	for i, m := range p.got {
		if title(m) == want {
			p.got = append(p.got[:i:i], p.got[i+1:]...)
			return m
		}
		seen = append(seen, title(m))
	}
	p.w.Fatalf("%s has no %s; it has %v", p.name, want, seen)
	return nil
}

// peek is the first message of that title, which stays.
func (p *phone) peek(want string) *sip.Message {
	p.w.Helper()
	m := p.take(want)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append([]*sip.Message{m}, p.got...)
	return m
}

// count is how many messages of that title wait.
func (p *phone) count(want string) int {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, m := range p.got {
		if title(m) == want {
			n++
		}
	}
	return n
}

// forget drops what came.
func (p *phone) forget() {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = nil
}

// does makes the phone answer by itself.
func (p *phone) does(auto func(p *phone, m *sip.Message)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.auto = auto
}

// last is the newest message.
func (p *phone) last() *sip.Message {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got[len(p.got)-1]
}

// quiet checks that nothing but 100 came that was not taken.
func (p *phone) quiet() {
	p.w.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	var seen []string
	for _, m := range p.got {
		if m.StatusCode() != 100 {
			seen = append(seen, title(m))
		}
	}
	p.got = nil
	if len(seen) > 0 {
		p.w.Errorf("%s got %v besides what was expected", p.name, seen)
	}
}

// speak sends a packet of G.711 a second to where the message's description says, until stop is called.
func (p *phone) speak(m *sip.Message) (stop func()) {
	p.w.Helper()
	conn, err := p.w.net.Host(p.addr.Addr()).ListenPacket(netip.AddrPortFrom(p.addr.Addr(), 40000))
	if err != nil {
		p.w.Fatal(err)
	}
	_, rest, _ := bytes.Cut(m.Body(), []byte("m=audio "))
	var port uint16
	_, _ = fmt.Sscan(string(rest), &port)
	to := netip.AddrPortFrom(serverAddr.Addr(), port)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		packet := append([]byte{0x80, 8, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, make([]byte, 160)...)
		for n := byte(1); ; n++ {
			select {
			case <-done:
				_ = conn.Close()
				return
			case <-tick.C:
				packet[3], packet[6] = n, n
				_, _ = conn.WriteToUDPAddrPort(packet, to)
			}
		}
	}()
	return func() { close(done); <-ended }
}

// dialog is the phone's side of a dialog.
type dialog struct {
	p       *phone
	callID  string
	local   string // From of its requests, with tag
	remote  string // To of its requests
	target  string
	seq     uint32
	branch  string       // of its INVITE
	invite  *sip.Message // the server's INVITE
	tag     string
	headers []string     // of every request: "Name: value"
	last    *sip.Message // that it has learned from
}

func add(b *sip.Builder, headers []string) {
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		b.HeaderNamed(name, value)
	}
}

// dial begins a call.
func (p *phone) dial(to, body string, headers ...string) *dialog {
	p.w.Helper()
	d := &dialog{
		p: p, callID: sip.NewCallID(), target: "sip:" + to + "@" + domain, tag: sip.NewTag(),
		remote: "<sip:" + to + "@" + domain + ">", branch: sip.NewBranch(),
	}
	d.local = `"Forged" <sip:forged@evil.test>;tag=` + d.tag
	d.again(to, body, headers...)
	return d
}

// again sends the INVITE of a dialog that does not exist yet.
func (d *dialog) again(to, body string, headers ...string) {
	d.p.w.Helper()
	var b sip.Builder
	d.seq++
	d.branch = sip.NewBranch()
	d.begin(&b, sip.INVITE, d.seq, d.branch)
	add(&b, headers)
	d.finish(&b, body)
}

func (d *dialog) begin(b *sip.Builder, m sip.Method, seq uint32, branch string) {
	b.Request(m, []byte(d.target))
	b.Via(d.p.kind.String(), d.p.addr.String(), branch)
	b.Header(sip.From, d.local)
	b.Header(sip.To, d.remote)
	b.Header(sip.CallID, d.callID)
	b.CSeq(seq, m)
	if m == sip.INVITE || m == sip.UPDATE {
		b.Header(sip.Contact, d.p.contact())
	}
	b.HeaderNamed("X-Device", fmt.Sprint(int64(d.p.device)))
	add(b, d.headers)
}

func (d *dialog) finish(b *sip.Builder, body string) {
	d.p.w.Helper()
	if body == "" {
		b.End()
	} else {
		b.Body("application/sdp", []byte(body))
	}
	d.p.send(b.Bytes())
}

// learn takes tag and target from a response.
func (d *dialog) learn(m *sip.Message) *sip.Message {
	d.last = m
	d.remote = string(m.Get(sip.To))
	if c, err := m.Contact(); err == nil {
		d.target = string(c.RawURI)
	}
	return m
}

// request sends a request within the dialog.
func (d *dialog) request(m sip.Method, body string, headers ...string) {
	d.p.w.Helper()
	var b sip.Builder
	d.seq++
	branch := sip.NewBranch()
	if m == sip.INVITE {
		d.branch = branch
	}
	d.begin(&b, m, d.seq, branch)
	add(&b, headers)
	d.finish(&b, body)
}

// ack acknowledges the last 2xx.
func (d *dialog) ack(body string) {
	d.p.w.Helper()
	var b sip.Builder
	d.begin(&b, sip.ACK, d.seq, sip.NewBranch())
	d.finish(&b, body)
}

// refused acknowledges a final response other than 2xx, as a transaction does.
func (d *dialog) refused(m *sip.Message) *sip.Message {
	d.p.w.Helper()
	var b sip.Builder
	to := d.remote
	d.remote = string(m.Get(sip.To))
	d.begin(&b, sip.ACK, d.seq, d.branch)
	d.remote = to
	d.finish(&b, "")
	return m
}

// cancel cancels the INVITE.
func (d *dialog) cancel() {
	d.p.w.Helper()
	var b sip.Builder
	to := d.remote
	if i := strings.Index(to, ";tag="); i >= 0 {
		d.remote = to[:i]
	}
	target := d.target
	d.begin(&b, sip.CANCEL, d.seq, d.branch)
	d.remote, d.target = to, target
	d.finish(&b, "")
}

// answered takes the server's INVITE as the callee's side of a dialog.
func (p *phone) ringing() *dialog {
	p.w.Helper()
	m := p.take("INVITE")
	return p.dialogOf(m)
}

func (p *phone) dialogOf(m *sip.Message) *dialog {
	d := &dialog{p: p, invite: m, callID: string(m.CallID()), tag: sip.NewTag(), remote: string(m.Get(sip.From))}
	d.local = string(m.Get(sip.To)) + ";tag=" + d.tag
	if c, err := m.Contact(); err == nil {
		d.target = string(c.RawURI)
	}
	return d
}

// respond answers the server's INVITE.
func (d *dialog) respond(code int, body string, headers ...string) {
	d.p.w.Helper()
	d.respondTo(d.invite, code, body, headers...)
}

func (d *dialog) respondTo(m *sip.Message, code int, body string, headers ...string) {
	d.p.w.Helper()
	var b sip.Builder
	b.ResponseTo(m, code, "", d.tag, netip.AddrPort{})
	if code > 100 && code < 300 && m.Method() != sip.BYE {
		b.Header(sip.Contact, d.p.contact())
	}
	add(&b, headers)
	d.finish(&b, body)
}

// reply answers any request of the server within the dialog.
func (d *dialog) reply(title string, code int, body string) *sip.Message {
	d.p.w.Helper()
	m := d.p.take(title)
	d.respondTo(m, code, body)
	return m
}

// session is a session description: plain RTP with these payload formats.
func session(p *phone, formats, direction string) string {
	return sessionVersion(p, 1, formats, direction)
}

func sessionVersion(p *phone, version int, formats, direction string) string {
	var b strings.Builder
	a := p.addr.Addr().String()
	fmt.Fprintf(&b, "v=0\r\no=- 1 %d IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n", version, a, a)
	fmt.Fprintf(&b, "m=audio 40000 RTP/AVP %s\r\n", formats)
	for _, f := range strings.Fields(formats) {
		if name := map[string]string{"0": "PCMU/8000", "8": "PCMA/8000", "9": "G722/8000", "96": "opus/48000/2"}[f]; name != "" {
			fmt.Fprintf(&b, "a=rtpmap:%s %s\r\n", f, name)
		}
	}
	if direction != "" {
		fmt.Fprintf(&b, "a=%s\r\n", direction)
	}
	return b.String()
}

// format is the first payload format of a description, and its direction.
func format(m *sip.Message) (first, direction string) {
	direction = "sendrecv"
	for _, line := range strings.Split(string(m.Body()), "\r\n") {
		if rest, ok := strings.CutPrefix(line, "m=audio "); ok {
			if f := strings.Fields(rest); len(f) > 2 {
				first = f[2]
			}
		}
		switch line {
		case "a=sendonly", "a=recvonly", "a=inactive", "a=sendrecv":
			direction = line[2:]
		}
	}
	return first, direction
}

// wantMedia checks a description's first format and direction.
func (w *world) wantMedia(m *sip.Message, first, direction string) {
	w.Helper()
	f, d := format(m)
	if first != "" && f != first || d != direction {
		w.Errorf("%s describes format %s, %s; want %s, %s:\n%s", title(m), f, d, first, direction, m.Body())
	}
}

// formats are all payload formats of a description.
func formats(m *sip.Message) string {
	_, rest, _ := bytes.Cut(m.Body(), []byte("m=audio "))
	line, _, _ := bytes.Cut(rest, []byte("\r\n"))
	f := strings.Fields(string(line))
	if len(f) < 3 {
		return ""
	}
	return strings.Join(f[2:], " ")
}
