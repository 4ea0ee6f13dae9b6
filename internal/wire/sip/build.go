package sip

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"net/netip"
	"strconv"
)

// Builder writes one message after another into a buffer that it keeps. It writes no CR, LF or NUL that stands in a
// value: each becomes a space. The zero value is ready.
type Builder struct {
	buf []byte
}

// Reset begins anew in the same buffer.
func (b *Builder) Reset() { b.buf = b.buf[:0] }

// Bytes returns what was written. It is valid until Reset.
func (b *Builder) Bytes() []byte { return b.buf }

// Len returns how much was written.
func (b *Builder) Len() int { return len(b.buf) }

// Request begins a request.
func (b *Builder) Request(m Method, uri []byte) {
	b.Reset()
	b.buf = append(append(b.buf, m.String()...), ' ')
	at := len(b.buf)
	b.clean(uri)
	for i := at; i < len(b.buf); i++ {
		if isSpace(b.buf[i]) {
			b.buf[i] = '_' // a space would end the Request-URI
		}
	}
	b.buf = append(b.buf, " SIP/2.0\r\n"...)
}

// Response begins a response. An empty reason takes the usual one.
func (b *Builder) Response(code int, reason string) {
	b.Reset()
	if reason == "" {
		reason = StatusText(code)
	}
	b.buf = append(b.buf, "SIP/2.0 "...)
	b.buf = append(strconv.AppendInt(b.buf, int64(code), 10), ' ')
	b.cleanString(reason)
	b.buf = append(b.buf, crlf...)
}

// ResponseTo begins a response to a request: status line, every Via, From, To, Call-ID and CSeq, and what else a
// response copies. The top Via is completed with where the request came from, src; an invalid src leaves it as it
// is. To gets toTag unless it has a tag; an empty toTag is made from the request, the same for each retransmission.
func (b *Builder) ResponseTo(req *Message, code int, reason, toTag string, src netip.AddrPort) {
	b.Response(code, reason)
	b.vias(req, src)
	b.copyFirst(req, From)
	b.to(req, code, toTag)
	b.copyFirst(req, CallID)
	b.copyFirst(req, CSeq)
	if code == 100 {
		if ts := req.Get(Timestamp); ts != nil { // RFC 3261 §8.2.6.1
			b.HeaderBytes(Timestamp, ts)
		}
	}
	if code > 100 && code < 300 && formsDialog(req.id) {
		// RFC 3261 §12.1.1: the route set goes back as it came.
		b.copyFields(req, RecordRoute)
	}
}

func formsDialog(m Method) bool { return m == INVITE || m == SUBSCRIBE || m == REFER || m == NOTIFY }

// vias copies the Via values of a request, the top one completed with its source. Empty elements are no values.
func (b *Builder) vias(req *Message, src netip.AddrPort) {
	top := src.IsValid()
	for i := req.first[Via]; i != 0; i = req.fields[i-1].next {
		var item []byte
		rest := req.value(&req.fields[i-1])
		for len(rest) > 0 && len(item) == 0 {
			item, rest = nextItem(rest)
		}
		if len(item) == 0 {
			continue
		}
		b.name(Via)
		if top {
			b.topVia(req, item, src)
			top = false
		} else {
			b.buf = append(b.buf, item...)
		}
		if rest = trim(rest); len(rest) > 0 {
			b.buf = append(append(b.buf, ", "...), rest...)
		}
		b.buf = append(b.buf, crlf...)
	}
}

// topVia writes the top Via v of a request, completed with its source.
func (b *Builder) topVia(req *Message, v []byte, src netip.AddrPort) {
	hop, err := req.Via()
	if err != nil {
		b.buf = append(b.buf, v...)
		return
	}
	b.buf = append(b.buf, trim(v[:len(v)-len(hop.Params)])...)
	for p := hop.Params; len(p) > 0; {
		name, value, hasValue, rest, ok := nextParam(p)
		if !ok {
			break
		}
		p = rest
		if equalFold(name, "received") || equalFold(name, "rport") {
			continue // only we know
		}
		b.buf = append(append(b.buf, ';'), name...)
		if hasValue {
			b.buf = append(append(b.buf, '='), value...)
		}
	}
	addr := src.Addr().Unmap().WithZone("")
	at := len(b.buf)
	b.buf = addr.AppendTo(append(b.buf, ";received="...))
	if !hop.HasRPort && sameHost(b.buf[at+len(";received="):], hop.Host) {
		// RFC 3261 §18.2.1: needed only when sent-by is another address, or a name.
		b.buf = b.buf[:at]
	}
	if hop.HasRPort {
		// RFC 3581 §4: rport with the source port, and received even if it equals sent-by.
		b.buf = strconv.AppendUint(append(b.buf, ";rport="...), uint64(src.Port()), 10)
	}
}

func sameHost(addr, host []byte) bool {
	if n := len(host); n > 1 && host[0] == '[' {
		host = host[1 : n-1]
	}
	return bytes.EqualFold(addr, host)
}

var tagSeed = maphash.MakeSeed()

// copyFirst copies a header field that stands once. A request that lacks it is being refused.
func (b *Builder) copyFirst(req *Message, h HeaderID) {
	if v := req.Get(h); v != nil {
		b.copyField(h, v)
	}
}

// copyField copies a value of a parsed message. It needs no sweeping: the parser lets no CR and LF into a value, and a
// NUL only as a quoted pair.
func (b *Builder) copyField(h HeaderID, v []byte) {
	b.name(h)
	b.buf = append(append(b.buf, v...), crlf...)
}

func (b *Builder) to(req *Message, code int, toTag string) {
	if !req.Has(To) {
		return
	}
	b.name(To)
	b.buf = append(b.buf, req.Get(To)...)
	// RFC 3261 §8.2.6.2: every response but 100 has a tag.
	if code > 100 && req.ToTag() == nil {
		b.buf = append(b.buf, ";tag="...)
		if toTag != "" {
			b.cleanString(toTag)
		} else {
			b.buf = appendStatelessTag(b.buf, req)
		}
	}
	b.buf = append(b.buf, crlf...)
}

// appendStatelessTag makes a tag that a stateless server gives to each retransmission of a request alike
// (RFC 3261 §8.2.7), and that nobody outside can foretell.
func appendStatelessTag(dst []byte, req *Message) []byte {
	const hex = "0123456789abcdef"
	sum := uint64(0)
	for _, id := range [...]HeaderID{CallID, From, CSeq, Via} {
		sum = bits.RotateLeft64(sum, 17)*0x9e3779b97f4a7c15 ^ maphash.Bytes(tagSeed, req.Get(id))
	}
	for range 16 {
		dst = append(dst, hex[sum&15])
		sum >>= 4
	}
	return dst
}

// copyFields copies each field of a header as written.
func (b *Builder) copyFields(req *Message, h HeaderID) {
	for i := req.first[h]; i != 0; i = req.fields[i-1].next {
		b.copyField(h, req.value(&req.fields[i-1]))
	}
}

// Copy copies every value of a header field from another message.
func (b *Builder) Copy(m *Message, h HeaderID) { b.copyFields(m, h) }

// Header writes a header field.
func (b *Builder) Header(h HeaderID, value string) {
	b.name(h)
	b.cleanString(value)
	b.buf = append(b.buf, crlf...)
}

// HeaderBytes writes a header field.
func (b *Builder) HeaderBytes(h HeaderID, value []byte) {
	b.name(h)
	b.clean(value)
	b.buf = append(b.buf, crlf...)
}

// HeaderNamed writes a header field by name. One whose name is no token is left out.
func (b *Builder) HeaderNamed(name, value string) {
	if name == "" {
		return
	}
	for i := range len(name) {
		if !is(name[i], classToken) {
			return
		}
	}
	b.buf = append(append(b.buf, name...), ": "...)
	b.cleanString(value)
	b.buf = append(b.buf, crlf...)
}

// Open begins a header field that Text, TextBytes and Number write piece by piece; Close ends it.
func (b *Builder) Open(h HeaderID) { b.name(h) }

// Text writes a piece of a header field's value.
func (b *Builder) Text(s string) { b.cleanString(s) }

// TextBytes writes a piece of a header field's value.
func (b *Builder) TextBytes(s []byte) { b.clean(s) }

// Number writes a number as a piece of a header field's value.
func (b *Builder) Number(n uint64) { b.buf = strconv.AppendUint(b.buf, n, 10) }

// Close ends the header field that Open began.
func (b *Builder) Close() { b.buf = append(b.buf, crlf...) }

// Int writes a header field that is a number.
func (b *Builder) Int(h HeaderID, n uint64) {
	b.name(h)
	b.buf = append(strconv.AppendUint(b.buf, n, 10), crlf...)
}

// CSeq writes the CSeq header field.
func (b *Builder) CSeq(n uint32, method Method) {
	b.name(CSeq)
	b.buf = append(strconv.AppendUint(b.buf, uint64(n), 10), ' ')
	b.buf = append(append(b.buf, method.String()...), crlf...)
}

// Via writes a Via with rport (RFC 3581 §3). Transport is UDP, TCP or TLS; sentBy is host[:port].
func (b *Builder) Via(transport, sentBy, branch string) {
	b.name(Via)
	b.buf = append(b.buf, "SIP/2.0/"...)
	b.cleanString(transport)
	b.buf = append(b.buf, ' ')
	b.cleanString(sentBy)
	b.buf = append(b.buf, ";branch="...)
	b.cleanString(branch)
	b.buf = append(b.buf, ";rport\r\n"...)
}

// Address writes a header field that is a name-addr. An empty display name is left out, as is an empty tag.
func (b *Builder) Address(h HeaderID, display string, uri []byte, tag string) {
	b.name(h)
	if display != "" {
		b.buf = AppendQuoted(b.buf, display)
		b.buf = append(b.buf, ' ')
	}
	b.buf = append(b.buf, '<')
	at := len(b.buf)
	b.clean(uri)
	for i := at; i < len(b.buf); i++ {
		if c := b.buf[i]; c == '<' || c == '>' || c == ' ' {
			b.buf[i] = '_' // it would end the URI
		}
	}
	b.buf = append(b.buf, '>')
	if tag != "" {
		b.buf = append(b.buf, ";tag="...)
		b.cleanString(tag)
	}
	b.buf = append(b.buf, crlf...)
}

// Body ends the message with a body.
func (b *Builder) Body(contentType string, body []byte) {
	b.Header(ContentType, contentType)
	b.Int(ContentLength, uint64(len(body)))
	b.buf = append(append(b.buf, crlf...), body...)
}

// End ends the message without a body.
func (b *Builder) End() { b.buf = append(b.buf, "Content-Length: 0\r\n\r\n"...) }

// AppendQuoted appends text as a quoted string.
func AppendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		c := s[i]
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		if c == '\r' || c == '\n' || c == 0 {
			c = ' '
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

func (b *Builder) name(h HeaderID) { b.buf = append(append(b.buf, h.String()...), ": "...) }

// clean appends a value that may have come from anywhere.
func (b *Builder) clean(v []byte) {
	at := len(b.buf)
	b.buf = append(b.buf, v...)
	b.sweep(at)
}

func (b *Builder) cleanString(v string) {
	at := len(b.buf)
	b.buf = append(b.buf, v...)
	b.sweep(at)
}

// sweep puts a space where what was written from offset at has a character that could end a line.
func (b *Builder) sweep(at int) {
	v := b.buf[at:]
	for _, c := range [...]byte{'\r', '\n', 0} {
		for i := bytes.IndexByte(v, c); i >= 0; i = bytes.IndexByte(v, c) {
			v[i] = ' '
		}
	}
}
