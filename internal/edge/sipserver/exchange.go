package sipserver

import (
	"net/netip"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/presence"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/engine/roster"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// refusal is a final response to what may not go on. The zero value refuses nothing.
type refusal struct {
	code   int
	reason string
	add    func(*sip.Builder)
}

// exchange is one request while it is handled. It comes from a pool.
type exchange struct {
	server *Server
	rq     *transaction.Incoming
	source netip.Addr
	line   *roster.Line // who authenticated
	ha1    digest.HA1   // of who claims to be it

	// of a challenge
	organization *roster.Organization
	stale        bool
	text         []byte

	outcome registrar.Answer // of a registration
	wait    time.Duration    // for Retry-After

	// bound once, so that answering allocates nothing
	product, challenge, registered, retry, abilities, allow, unsupported, noSDP, tlsRequired func(*sip.Builder)
}

func newExchange(s *Server) *exchange {
	x := &exchange{server: s}
	x.product, x.challenge, x.registered, x.retry = x.addProduct, x.addChallenge, x.addRegistered, x.addRetry
	x.abilities, x.allow, x.unsupported = x.addAbilities, x.addAllow, x.addUnsupported
	x.noSDP, x.tlsRequired = x.addNoSDP, x.addTLSRequired
	return x
}

func (x *exchange) reset() {
	x.rq, x.line, x.organization, x.stale, x.outcome, x.wait = nil, nil, nil, false, registrar.Answer{}, 0
	x.ha1 = digest.HA1{}
}

func (x *exchange) method() sip.Method { return x.rq.Msg.Method() }

// inDialog reports whether the request claims to belong to a dialog (RFC 3261 §12.2.2).
//
// A CANCEL that comes here has found no transaction, whatever its To says.
func (x *exchange) inDialog() bool {
	return x.method() != sip.REGISTER && x.method() != sip.CANCEL && x.rq.Msg.ToTag() != nil
}

func (x *exchange) caller() call.Caller {
	return call.Caller{User: x.line.User, Line: x.line.ID, Device: x.line.Device}
}

// refused sends a refusal and reports whether there was one.
func (x *exchange) refused(r refusal) bool {
	if r.code == 0 {
		return false
	}
	x.server.counters.Refused.Add(1)
	if x.method() != sip.ACK { // RFC 3261 §17.1.1.3: never answered
		x.answer(r.code, r.reason, r.add)
	}
	return true
}

// answer sends a stateless response.
func (x *exchange) answer(code int, reason string, add func(*sip.Builder)) {
	if add == nil {
		add = x.product
	}
	if err := x.rq.Reply(code, reason, add); err != nil {
		x.server.counters.SendErrors.Add(1)
	}
}

func (x *exchange) addProduct(b *sip.Builder) { x.server.addProduct(b) }

func (s *Server) addProduct(b *sip.Builder) {
	if s.cfg.Product != "" {
		b.Header(sip.Server, s.cfg.Product)
	}
}

const (
	methods    = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS, REGISTER, SUBSCRIBE"
	extensions = "100rel, timer, path, outbound"
)

// RFC 3261 §11.2: what a caller may expect of us.
func (x *exchange) addAbilities(b *sip.Builder) {
	b.Header(sip.Allow, methods)
	b.Header(sip.AllowEvents, presence.AllowEvents) // RFC 6665 §4.4.4
	b.Header(sip.Accept, "application/sdp")
	b.Header(sip.AcceptEncoding, "identity")
	b.Header(sip.AcceptLanguage, "en")
	b.Header(sip.Supported, extensions)
	x.addProduct(b)
}

func (x *exchange) addAllow(b *sip.Builder) {
	b.Header(sip.Allow, methods)
	x.addProduct(b)
}

func (x *exchange) addUnsupported(b *sip.Builder) {
	for tag := range x.rq.Msg.All(sip.Require) {
		if !supported(tag, x.method()) {
			b.HeaderBytes(sip.Unsupported, tag)
		}
	}
	x.addProduct(b)
}

func (x *exchange) addRetry(b *sip.Builder) {
	b.Int(sip.RetryAfter, uint64(max(1, (x.wait+time.Second-1)/time.Second)))
	x.addProduct(b)
}

func (x *exchange) addTLSRequired(b *sip.Builder) {
	// RFC 3261 §20.43: 399 is for people to read.
	b.Header(sip.Warning, `399 ringfence "TLS required"`)
	x.addProduct(b)
}

func (x *exchange) addNoSDP(b *sip.Builder) {
	b.Header(sip.Warning, `399 ringfence "An answer is a session description"`)
	x.addProduct(b)
}

// addChallenge writes one challenge for each algorithm, the strongest first (RFC 8760 §2.3).
func (x *exchange) addChallenge(b *sip.Builder) {
	o := x.organization
	switch o.Digest {
	case "sha256":
		x.addOneChallenge(b, digest.SHA256)
	case "both":
		x.addOneChallenge(b, digest.SHA256)
		x.addOneChallenge(b, digest.MD5)
	default:
		x.addOneChallenge(b, digest.MD5)
	}
	x.addProduct(b)
}

func (x *exchange) addOneChallenge(b *sip.Builder, a digest.Algorithm) {
	x.text = x.server.digest.AppendChallenge(x.text[:0], a, x.organization.Realm, x.source, x.stale)
	b.HeaderBytes(sip.WWWAuthenticate, x.text)
}

func (x *exchange) addRegistered(b *sip.Builder) {
	x.outcome.AppendTo(b, x.rq.Msg)
	x.addProduct(b)
}

// Defer keeps what is needed of a REGISTER whose answer waits for the store.
func (x *exchange) Defer() registrar.Answerer {
	p := x.server.pendings.Get().(*pending)
	p.server, p.msg, p.flow = x.server, x.rq.Msg.Clone(), x.rq.Flow.Retain()
	return p
}

// pending is a REGISTER that waits for the store. It comes from a pool.
type pending struct {
	server  *Server
	msg     *sip.Message
	flow    transport.Flow
	builder sip.Builder
}

// Answer sends the answer. It runs on the goroutine of the commit, or of the reader while the request is handled.
func (p *pending) Answer(a registrar.Answer) {
	s := p.server
	defer s.recovered("answer of a registration")
	s.countRegister(a.Code)
	b := &p.builder
	b.ResponseTo(p.msg, a.Code, a.Reason, "", p.flow.Remote())
	a.AppendTo(b, p.msg)
	s.addProduct(b)
	b.End()
	if err := p.flow.Send(b.Bytes()); err != nil {
		s.counters.SendErrors.Add(1)
	}
	p.msg.Release()
	p.msg, p.flow = nil, nil
	s.pendings.Put(p)
}
