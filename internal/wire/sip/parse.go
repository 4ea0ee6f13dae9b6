package sip

import "bytes"

// ParseError tells why a message is refused. Status is what to answer it with; zero: drop it silently.
type ParseError struct {
	Status int
	Reason string // safe to send as reason phrase
}

// Error returns the reason.
func (e *ParseError) Error() string { return e.Reason }

var (
	errNotSIP        = &ParseError{0, "Not a SIP Message"}
	errTooLarge      = &ParseError{0, "Message Too Large"}
	errNoEnd         = &ParseError{400, "Header Block Without End"}
	errControl       = &ParseError{400, "Bare CR, LF or NUL"}
	errLineTooLong   = &ParseError{400, "Header Field Too Long"}
	errTooManyFields = &ParseError{400, "Too Many Header Fields"}
	errHeaderLine    = &ParseError{400, "Malformed Header Field"}
	errDuplicate     = &ParseError{400, "Duplicate Header Field"}
	errLength        = &ParseError{400, "Malformed Content-Length"}
	errShortBody     = &ParseError{400, "Body Shorter Than Content-Length"}
	errRequestLine   = &ParseError{400, "Malformed Request-Line"}
	errVersion       = &ParseError{505, "Version Not Supported"}
	errDrop          = &ParseError{0, "Malformed Response"}
)

// Parse reads a whole datagram or one framed message of a stream. It keeps b and writes into it: folded header lines
// become one line (RFC 3261 §7.3.1). What follows the body is ignored.
//
// The error is a *ParseError. When its Status is not zero, enough was read to answer.
func (m *Message) Parse(b []byte) error {
	m.reset(b)
	if len(b) > MaxMessage {
		m.reset(nil)
		return errTooLarge
	}
	rest, first := m.parseStartLine(b)
	if !m.IsRequest() && m.status == 0 {
		m.reset(nil)
		if first != nil {
			return first
		}
		return errNotSIP
	}
	keep := func(err *ParseError) {
		if first == nil {
			first = err
		}
	}
	end, err := m.parseHeaders(rest)
	keep(err)
	keep(m.frameBody(end))
	if first == nil {
		return nil
	}
	return m.refusal(first)
}

// refusal makes sure that only what can be answered is answered.
func (m *Message) refusal(err *ParseError) error {
	switch {
	case err.Status == 0:
		return err
	case !m.IsRequest():
		return errDrop
	case m.id == ACK || !m.Answerable():
		// RFC 3261 §17.1.1.3: an ACK is never answered.
		return errNotSIP
	}
	return err
}

// Answerable reports whether a response to the request can be made. It goes back on the flow that the request came on,
// so even a malformed Via does: it is returned as it came.
func (m *Message) Answerable() bool { return m.IsRequest() && len(m.Get(Via)) > 0 }

// parseStartLine returns the offset behind the start line. Without method and status the message is not SIP.
func (m *Message) parseStartLine(b []byte) (int, *ParseError) {
	end := bytes.IndexByte(b, '\r')
	if end < 0 || end > MaxLine || end+1 >= len(b) || b[end+1] != '\n' {
		return 0, errNotSIP
	}
	line := b[:end]
	if bytes.IndexByte(line, '\n') >= 0 || bytes.IndexByte(line, 0) >= 0 {
		return 0, errNotSIP
	}
	if len(line) >= 4 && equalFold(line[:4], "SIP/") {
		return end + 2, m.parseStatusLine(line)
	}
	return end + 2, m.parseRequestLine(line)
}

func (m *Message) parseStatusLine(line []byte) *ParseError {
	// RFC 3261 §7.2: SIP-Version SP Status-Code SP Reason-Phrase; the phrase may be empty.
	if len(line) < 11 || !equalFold(line[:8], "SIP/2.0 ") || len(line) > 11 && line[11] != ' ' {
		return errDrop
	}
	code, ok := parseUint(line[8:11], 699)
	if !ok || code < 100 {
		return errDrop
	}
	m.status = int(code)
	m.version, m.phrase = spanOf(0, 7), spanOf(min(12, len(line)), len(line))
	return nil
}

// parseRequestLine reads Method SP Request-URI SP SIP-Version (RFC 3261 §7.1). A line that only resembles it is
// refused, but taken apart so that the refusal can be sent.
func (m *Message) parseRequestLine(line []byte) *ParseError {
	sp := bytes.IndexByte(line, ' ')
	if sp <= 0 || !all(line[:sp], classToken) {
		return errNotSIP
	}
	last := bytes.LastIndexByte(trim(line), ' ')
	if last <= sp {
		return errNotSIP
	}
	version := trim(line)[last+1:]
	if len(version) < 4 || !equalFold(version[:4], "SIP/") {
		return errNotSIP
	}
	uri := line[sp+1 : last]
	m.method, m.id = spanOf(0, sp), ParseMethod(line[:sp])
	m.uri, m.version = spanOf(sp+1, last), spanOf(last+1, last+1+len(version))
	switch {
	case !equalFold(version, "SIP/2.0"):
		return errVersion
	case len(version)+last+1 != len(line), len(uri) == 0, bytes.ContainsAny(uri, " \t<>\""):
		// RFC 4475 §3.1.2.7-10: one SP between the elements, none at the end, no <> around the URI.
		return errRequestLine
	}
	return nil
}

// parseHeaders reads header fields from offset off to the empty line and returns the offset of the body, or -1 if
// the block does not end.
func (m *Message) parseHeaders(off int) (int, *ParseError) {
	var first *ParseError
	keep := func(err *ParseError) {
		if first == nil {
			first = err
		}
	}
	b := m.buf
	for {
		if bytes.HasPrefix(b[off:], crlf) {
			return off + 2, first
		}
		end, err := m.fieldEnd(off)
		keep(err)
		if end < 0 {
			return -1, first
		}
		if end-off > MaxLine {
			keep(errLineTooLong)
		} else if err == nil {
			keep(m.addField(off, end))
		}
		off = end + 2
	}
}

var crlf = []byte("\r\n")

// fieldEnd returns the offset of the CRLF that ends the header field at off, after unfolding it in place; -1 if there
// is none. After an error the offset is still where to go on.
func (m *Message) fieldEnd(off int) (int, *ParseError) {
	var bad *ParseError
	b := m.buf
	for at := off; ; {
		i := bytes.IndexByte(b[at:], '\r')
		if i < 0 || at+i+1 >= len(b) {
			return -1, errNoEnd
		}
		line := b[at : at+i]
		at += i
		if bytes.IndexByte(line, '\n') >= 0 || bytes.IndexByte(line, 0) >= 0 && !nulsQuoted(b[off:at]) {
			bad = errControl
		}
		if b[at+1] != '\n' {
			bad = errControl
			at++
			continue
		}
		if at+2 >= len(b) || !isSpace(b[at+2]) {
			return at, bad
		}
		// RFC 3261 §7.3.1: a line that begins with white space continues the one before.
		b[at], b[at+1] = ' ', ' '
		at += 2
	}
}

// nulsQuoted reports whether each NUL of a header field is a quoted pair inside a quoted string, the only place where
// the grammar has it.
func nulsQuoted(b []byte) bool {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch {
		case quoted && b[i] == '\\':
			i++
		case b[i] == '"':
			quoted = !quoted
		case b[i] == 0:
			return false
		}
	}
	return true
}

func (m *Message) addField(off, end int) *ParseError {
	line := m.buf[off:end]
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return errHeaderLine
	}
	// RFC 3261 §25.1 HCOLON: white space may stand before the colon, but not before the name.
	name := line[:colon]
	for isSpace(name[len(name)-1]) && len(name) > 1 {
		name = name[:len(name)-1]
	}
	if !all(name, classToken) {
		return errHeaderLine
	}
	if m.n == MaxHeaders {
		return errTooManyFields
	}
	value := line[colon+1:]
	lead := len(value) - len(trimLeft(value))
	value = trim(value)
	h := ParseHeaderID(name)
	m.fields[m.n] = field{
		id: h, name: uint32(off), nameLen: uint16(len(name)),
		value: uint32(off + colon + 1 + lead), valLen: uint16(len(value)),
	}
	m.n++
	if h == OtherHeader {
		return nil
	}
	return m.link(h)
}

// link chains the field just added to the others of its header.
func (m *Message) link(h HeaderID) *ParseError {
	at := uint8(m.n)
	if m.first[h] == 0 {
		m.first[h], m.last[h] = at, at
		return nil
	}
	m.fields[m.last[h]-1].next = at
	m.last[h] = at
	if headers[h].single {
		return errDuplicate
	}
	return nil
}

// frameBody finds the body that begins at off.
func (m *Message) frameBody(off int) *ParseError {
	if off < 0 {
		return nil
	}
	size := len(m.buf) - off
	if !m.Has(ContentLength) {
		// RFC 3261 §18.3: without it the body of a datagram goes on to its end; a stream was framed by it.
		m.body = spanOf(off, len(m.buf))
		return nil
	}
	n, ok := parseUint(m.Get(ContentLength), MaxMessage)
	switch {
	case !ok:
		return errLength
	case int(n) > size:
		return errShortBody
	}
	m.body = spanOf(off, off+int(n))
	return nil
}
