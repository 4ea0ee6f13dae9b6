package sipserver

import (
	"bytes"
	"strings"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/presence"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/wire/sip"
)

// sanitise refuses what we could not carry out for anybody. The transport has refused what is malformed, and a request
// that may go no further (Max-Forwards 0) ends where it is: only a call would send it on, and it refuses.
func (s *Server) sanitise(x *exchange) refusal {
	m := x.rq.Msg
	// RFC 3261 §8.2.2.1
	if !ourScheme(m.RequestURI()) {
		return refusal{code: 416}
	}
	// RFC 3261 §8.2.2.3: Require is not looked at in ACK and CANCEL.
	if m.Has(sip.Require) && x.method() != sip.ACK && x.method() != sip.CANCEL {
		for tag := range m.All(sip.Require) {
			if !supported(tag, x.method()) {
				return refusal{code: 420, add: x.unsupported}
			}
		}
	}
	if x.method() == sip.REGISTER {
		// RFC 3261 §10.3 step 5, RFC 4475 §3.3.4: an address-of-record is a SIP URI.
		if to, err := m.To(); err != nil || !to.URI.IsSIP() {
			return refusal{code: 400, reason: "Malformed Address-Of-Record"}
		}
	}
	if x.method() == sip.INVITE && m.Has(sip.Accept) && !acceptsSDP(m) {
		return refusal{code: 406, add: x.noSDP} // RFC 4475 §3.3.15
	}
	return refusal{}
}

// acceptsSDP reports whether a session description may stand in the answer.
func acceptsSDP(m *sip.Message) bool {
	for v := range m.All(sip.Accept) {
		if i := bytes.IndexByte(v, ';'); i >= 0 {
			v = v[:i]
		}
		v = bytes.TrimSpace(v)
		if sip.EqualFold(v, "application/sdp") || sip.EqualFold(v, "application/*") || string(v) == "*/*" {
			return true
		}
	}
	return false
}

func ourScheme(uri []byte) bool {
	i := bytes.IndexByte(uri, ':')
	if i < 0 {
		return false
	}
	scheme := uri[:i]
	return sip.EqualFold(scheme, "sip") || sip.EqualFold(scheme, "sips") || sip.EqualFold(scheme, "tel")
}

// supported reports whether we know an extension in requests of the method.
func supported(tag []byte, m sip.Method) bool {
	if m == sip.REGISTER {
		return sip.EqualFold(tag, "path") || sip.EqualFold(tag, "outbound")
	}
	if m == sip.SUBSCRIBE {
		return false
	}
	return sip.EqualFold(tag, "100rel") || sip.EqualFold(tag, "timer")
}

// deliver gives a request to the subscription or call whose dialog it belongs to. False: it is an ACK of no call.
func (s *Server) deliver(x *exchange) bool {
	if x.method() == sip.SUBSCRIBE && s.renew(x) {
		return true
	}
	switch s.cfg.Calls.Deliver(x.rq, 0) {
	case call.Delivered:
		s.counters.InDialog.Add(1)
	case call.NoDialog:
		if x.method() == sip.ACK {
			return false
		}
		x.refused(refusal{code: 481})
	case call.WrongDevice:
		x.refused(refusal{code: 403})
	case call.NeedsAuth:
		s.deliverAuthenticated(x)
	}
	return true
}

// deliverAuthenticated lets a phone that changed its network go on with its calls (signalling 4).
func (s *Server) deliverAuthenticated(x *exchange) {
	if !s.authenticate(x) {
		return
	}
	switch s.cfg.Calls.Deliver(x.rq, x.line.Device) {
	case call.Delivered:
		s.counters.InDialog.Add(1)
	case call.NoDialog:
		x.refused(refusal{code: 481})
	case call.WrongDevice, call.NeedsAuth:
		x.refused(refusal{code: 403})
	}
}

// renew gives a SUBSCRIBE to the subscription whose dialog it belongs to. False: there is none.
//
// Signalling 5: its digest is verified on the same flow too. A subscription has no voice that would show who is at its
// other end, and it would last for ever.
func (s *Server) renew(x *exchange) bool {
	owner, ok := s.cfg.Subscriptions.Owner(x.rq.Msg)
	switch {
	case !ok:
		return false
	case !s.authenticate(x):
	case x.line.Device != owner:
		x.refused(refusal{code: 403})
	default:
		s.counters.InDialog.Add(1)
		s.cfg.Subscriptions.Renew(x.rq)
	}
	return true
}

// outside judges a request outside of dialogs by its method.
func (s *Server) outside(x *exchange) refusal {
	if s.draining.Load() {
		x.wait = jitter(drainWait)
		return refusal{code: 503, add: x.retry}
	}
	switch x.method() {
	case sip.INVITE, sip.REGISTER, sip.OPTIONS, sip.SUBSCRIBE:
		return refusal{}
	case sip.CANCEL, sip.BYE, sip.PRACK, sip.UPDATE, sip.INFO:
		// RFC 3261 §9.2, §15.1.2: there is nothing to cancel or to end.
		return refusal{code: 481}
	case sip.MESSAGE, sip.NOTIFY, sip.REFER, sip.PUBLISH:
		return refusal{code: 405, add: x.allow}
	case sip.ACK, sip.UnknownMethod:
	}
	// RFC 3261 §21.5.2: a method that we do not know for anybody.
	return refusal{code: 501, add: x.allow}
}

// owns refuses who speaks for somebody else: the user in From, and of a REGISTER in To, must be the line's own
// (security 4). What host stands behind it says nothing: calls carry the identity that authenticated.
func (s *Server) owns(x *exchange) refusal {
	m := x.rq.Msg
	from, err := m.From()
	if err != nil || !s.named(x, from.URI) {
		return x.spoofed()
	}
	if x.method() != sip.REGISTER {
		return refusal{}
	}
	to, err := m.To()
	if err != nil || !s.named(x, to.URI) {
		return x.spoofed()
	}
	return refusal{}
}

func (x *exchange) spoofed() refusal {
	x.server.counters.Spoofed.Add(1)
	return refusal{code: 403}
}

// named reports whether a URI's user is the line: its SIP user name, or its user's number or alias.
func (s *Server) named(x *exchange, u sip.URI) bool {
	name := u.User
	if u.IsTel() {
		name = u.Opaque
	}
	var room [64]byte
	name = sip.AppendUnescaped(room[:0], name)
	if string(name) == x.line.SIPUsername {
		return true
	}
	if len(name) == 0 {
		return false
	}
	user, ok := s.cfg.Directory.User(x.line.User)
	if !ok {
		return false
	}
	if sip.EqualFold(name, user.Number) || sip.EqualFold(name, x.line.SIPUsername) {
		return true
	}
	for _, alias := range user.Aliases {
		if strings.EqualFold(alias, string(name)) {
			return true
		}
	}
	return false
}

// register hands a REGISTER to the registrar, which answers now or after its commit.
func (s *Server) register(x *exchange) {
	l := x.line
	if l.User == 0 {
		x.refused(refusal{code: 403}) // a spare line reaches nobody
		return
	}
	answer, done := s.cfg.Registrar.Register(registrar.Request{
		Owner: registrar.Owner{
			Organization: l.Organization, User: l.User, Device: l.Device, Line: l.ID,
			SIPUsername: l.SIPUsername, MaxBindings: l.MaxBindings,
		},
		Flow: x.rq.Flow, Msg: x.rq.Msg, Later: x,
	})
	if !done {
		return
	}
	s.countRegister(answer.Code)
	x.outcome = answer
	x.answer(answer.Code, answer.Reason, x.registered)
}

// subscribe hands a SUBSCRIBE outside of any dialog to the subscriptions.
func (s *Server) subscribe(x *exchange) {
	l := x.line
	if l.User == 0 {
		x.refused(refusal{code: 403}) // a spare line is nobody's
		return
	}
	s.cfg.Subscriptions.Subscribe(presence.Incoming{Tx: x.rq, Subscriber: presence.Subscriber{
		User: l.User, Device: l.Device, Line: l.ID, SIPUsername: l.SIPUsername,
	}})
}

func (s *Server) countRegister(code int) {
	if code == 200 {
		s.counters.Registered.Add(1)
	} else {
		s.counters.NotRegistered.Add(1)
	}
}
