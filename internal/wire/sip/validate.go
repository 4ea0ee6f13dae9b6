package sip

var (
	errMissing     = &ParseError{400, "Missing Header Field"}
	errBadVia      = &ParseError{400, "Malformed Via"}
	errManyVia     = &ParseError{400, "Too Many Via"}
	errBadFrom     = &ParseError{400, "Malformed From"}
	errBadTo       = &ParseError{400, "Malformed To"}
	errBadCallID   = &ParseError{400, "Malformed Call-ID"}
	errBadCSeq     = &ParseError{400, "Malformed CSeq"}
	errOtherMethod = &ParseError{400, "CSeq Method Does Not Match"}
	errNoMethod    = &ParseError{501, "Not Implemented"}
	errBadURI      = &ParseError{400, "Malformed Request-URI"}
	errBadHops     = &ParseError{400, "Malformed Max-Forwards"}
	errBadContact  = &ParseError{400, "Malformed Contact"}
	errBadRoute    = &ParseError{400, "Malformed Route"}
)

// Validate checks a parsed message as RFC 3261 §8.2, §16.3 and §18 want before anybody acts on it. The error is a
// *ParseError that names the status to answer. Whether a URI scheme, extension or method is supported is not its
// business.
func (m *Message) Validate() error {
	err := m.check()
	if err == nil {
		return nil
	}
	return m.refusal(err)
}

func (m *Message) check() *ParseError {
	for _, h := range [...]HeaderID{Via, From, To, CallID, CSeq} {
		// RFC 3261 §8.1.1. Max-Forwards may be absent: RFC 3261 §16.3 step 3 and elements of RFC 2543.
		if !m.Has(h) {
			return errMissing
		}
	}
	if err := m.checkVia(); err != nil {
		return err
	}
	if err := m.checkIdentity(); err != nil {
		return err
	}
	_, method, ok := m.cseq()
	switch {
	case !ok:
		return errBadCSeq
	case m.IsRequest() && string(method) != string(m.MethodName()) && m.id == UnknownMethod:
		return errNoMethod // RFC 4475 §3.1.2.18
	case m.IsRequest() && string(method) != string(m.MethodName()):
		// RFC 3261 §8.1.1.5, RFC 4475 §3.1.2.17
		return errOtherMethod
	case m.IsRequest():
		if err := m.checkRequest(); err != nil {
			return err
		}
	}
	return m.checkAddresses()
}

func (m *Message) checkVia() *ParseError {
	n := 0
	for v := range m.All(Via) {
		if n++; n > MaxVia {
			return errManyVia
		}
		hop, err := ParseVia(v)
		if n == 1 && err == nil {
			m.read.via, m.read.hasVia = hop, true
		}
		// RFC 4475 §3.2.1: the cookie alone identifies nothing.
		if err != nil || string(hop.Version) != "2.0" || string(hop.Branch) == BranchCookie {
			return errBadVia
		}
	}
	switch {
	case n == 0:
		return errBadVia
	case n > 1 && !m.IsRequest():
		// RFC 3261 §8.1.3.3: a user agent's response has one Via; others are misrouted, or an attack.
		return errDrop
	}
	return nil
}

func (m *Message) checkIdentity() *ParseError {
	if m.readFrom() != nil || m.read.from.Star {
		return errBadFrom
	}
	if m.readTo() != nil || m.read.to.Star {
		return errBadTo
	}
	// RFC 3261 §25.1: deviation: any visible ASCII. A Call-ID is only compared, and base64 with its "=" occurs.
	if id := m.CallID(); len(id) == 0 || !all(id, classVisible) {
		return errBadCallID
	}
	return nil
}

func (m *Message) checkRequest() *ParseError {
	u, err := ParseURI(m.RequestURI())
	// RFC 3261 §19.1.1: a Request-URI has no headers part; a server that honoured it could be made to act for others.
	if err != nil || len(u.Headers) > 0 {
		return errBadURI
	}
	if _, ok := m.MaxForwards(); !ok && m.Has(MaxForwards) {
		return errBadHops
	}
	return nil
}

func (m *Message) checkAddresses() *ParseError {
	for v := range m.All(Contact) {
		if _, err := ParseAddress(v); err != nil {
			return errBadContact
		}
	}
	for _, h := range [...]HeaderID{Route, RecordRoute, Path} {
		for v := range m.All(h) {
			if a, err := ParseAddress(v); err != nil || a.Star {
				return errBadRoute
			}
		}
	}
	return nil
}
