package phone

import (
	"net/netip"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// Header is a header field to add to a request or response.
type Header struct{ Name, Value string }

// request is a request as the phone composes it; each try of it gets a new branch and number.
type request struct {
	method   sip.Method
	uri      string
	routes   []string
	from, to string // with their tags
	callID   string
	seq      *uint32 // of the last request of the dialog or registration
	contact  string
	headers  []Header
	mime     string
	body     []byte

	sentSeq uint32 // of the last try
	branch  string // of the last try
}

// compose writes the next try of the request; the phone's lock is held.
func (p *Phone) compose(r *request, authorization *Header) []byte {
	*r.seq++
	r.sentSeq, r.branch = *r.seq, sip.NewBranch()
	return p.write(r, r.sentSeq, authorization)
}

// write writes the request with a number; the phone's lock is held.
func (p *Phone) write(r *request, seq uint32, authorization *Header) []byte {
	var b sip.Builder
	b.Request(r.method, []byte(r.uri))
	b.Via(p.cfg.Transport.String(), p.local.String(), r.branch)
	b.Int(sip.MaxForwards, 70)
	for _, route := range r.routes {
		b.Header(sip.Route, route)
	}
	b.Header(sip.From, r.from)
	b.Header(sip.To, r.to)
	b.Header(sip.CallID, r.callID)
	b.CSeq(seq, r.method)
	if r.contact != "" {
		b.Header(sip.Contact, r.contact)
	}
	for _, h := range r.headers {
		b.HeaderNamed(h.Name, h.Value)
	}
	if authorization != nil {
		b.HeaderNamed(authorization.Name, authorization.Value)
	}
	b.Header(sip.UserAgent, "Scripted Phone")
	if r.body != nil {
		b.Body(r.mime, r.body)
	} else {
		b.End()
	}
	return b.Bytes()
}

// contact is the address at which the phone hears requests.
func (p *Phone) contact() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.contactLocked()
}

func (p *Phone) contactLocked() string {
	uri := "sip:" + p.cfg.User + "@" + p.local.String()
	switch p.cfg.Transport {
	case transport.TCP:
		uri += ";transport=tcp"
	case transport.TLS:
		uri += ";transport=tls"
	default:
	}
	return "<" + uri + ">"
}

// uri makes an address of what a person would dial.
func (p *Phone) uri(dialled string) string {
	if len(dialled) > 4 && dialled[:4] == "sip:" {
		return dialled
	}
	return "sip:" + dialled + "@" + p.cfg.Domain
}

// name is the phone's own address with its display name.
func (p *Phone) name() string {
	address := "<sip:" + p.cfg.User + "@" + p.cfg.Domain + ">"
	if p.cfg.Display == "" {
		return address
	}
	return string(sip.AppendQuoted(nil, p.cfg.Display)) + " " + address
}

// Exchange is a request and what came of it.
type Exchange struct {
	phone   *Phone
	request *request
	flow    transport.Flow
	hook    func(m *sip.Message) // each response, under no lock

	// Guarded by the phone's lock.
	client     *transaction.Client
	challenged bool
	code       int // of the final response
	err        error
	done       bool
}

// send starts a request. Whatever happens to it, the exchange tells.
func (p *Phone) send(f transport.Flow, r *request, hook func(*sip.Message)) *Exchange {
	e := &Exchange{phone: p, request: r, flow: f, hook: hook}
	p.mu.Lock()
	msg := p.compose(r, nil)
	p.mu.Unlock()
	e.try(msg)
	return e
}

func (e *Exchange) try(msg []byte) {
	client, err := e.phone.layer.Send(e.flow, e.request.method, msg, e)
	e.phone.update(func() {
		e.client = client
		if err != nil {
			e.err, e.done = err, true
		}
	})
}

// Response implements transaction.ClientEvents.
func (e *Exchange) Response(_ *transaction.Client, m *sip.Message) {
	if msg := e.answerChallenge(m); msg != nil {
		e.try(msg)
		return
	}
	if e.hook != nil {
		e.hook(m)
	}
	if code := m.StatusCode(); code >= 200 {
		e.phone.update(func() { e.code, e.done = code, true })
	}
}

// Done implements transaction.ClientEvents.
func (e *Exchange) Done(c *transaction.Client, err error) {
	if err == nil {
		return
	}
	e.phone.update(func() {
		if !e.done && (e.client == c || e.client == nil) {
			e.err, e.done = err, true
		}
	})
}

// answerChallenge composes the request anew with credentials when it is challenged for the first time.
func (e *Exchange) answerChallenge(m *sip.Message) []byte {
	p := e.phone
	challenge, name := sip.WWWAuthenticate, "Authorization"
	switch m.StatusCode() {
	case 401:
	case 407:
		challenge, name = sip.ProxyAuthenticate, "Proxy-Authorization"
	default:
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.challenged || p.cfg.Password == "" || p.vanished {
		return nil
	}
	e.challenged = true
	c, ok := digest.Choose(m.All(challenge))
	if !ok {
		return nil
	}
	value := p.auth.AppendAuthorization(nil, c, e.request.method, []byte(e.request.uri))
	return p.compose(e.request, &Header{name, string(value)})
}

// Wait waits for the final response and returns its code, 408 if none came and 503 if the flow broke.
func (e *Exchange) Wait() int {
	e.phone.report.Helper()
	e.phone.await("the answer to "+e.request.method.String(), func() bool { return e.done })
	e.phone.mu.Lock()
	defer e.phone.mu.Unlock()
	switch {
	case e.err == nil:
		return e.code
	case e.code != 0:
		return e.code
	}
	if e.err == transaction.ErrTimeout { //nolint:errorlint // the layer gives it bare
		return 408
	}
	return 503
}

// Request sends a request outside of any dialog and returns the code of its final response.
func (p *Phone) Request(method sip.Method, to string, headers ...Header) int {
	p.report.Helper()
	f := p.connected()
	return p.send(f, p.outside(method, to, headers), nil).Wait()
}

func (p *Phone) outside(method sip.Method, to string, headers []Header) *request {
	return &request{
		method: method, uri: p.uri(to), from: p.name() + ";tag=" + sip.NewTag(), to: "<" + p.uri(to) + ">",
		callID: sip.NewCallID(), seq: new(uint32), contact: p.contact(), headers: headers,
	}
}

// SendRaw sends bytes as they are, on the phone's connection.
func (p *Phone) SendRaw(b []byte) {
	p.report.Helper()
	p.must(p.connected().Send(b), "send")
}

// Address is where the phone sends from; behind a NAT the server sees another.
func (p *Phone) Address() netip.AddrPort {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.local
}
