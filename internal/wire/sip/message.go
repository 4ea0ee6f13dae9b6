package sip

import (
	"bytes"
	"iter"
	"sync"
)

// Limits of one message. A larger one is refused.
const (
	MaxMessage = 64 << 10 // whole message
	MaxHeaders = 128      // header fields
	MaxLine    = 8 << 10  // start line, or one header field with its folded lines
	MaxVia     = 64       // Via values; RFC 4475 §3.1.1.7 has 34
)

// keepBuffer is how large a clone's buffer may be to stay in the pool.
const keepBuffer = 16 << 10

// Message is a parsed SIP message: offsets into one buffer. What its methods return points into that buffer and is
// valid as long as the buffer is. Take one with Acquire, give it back with Release.
type Message struct {
	buf     []byte
	own     []byte // the buffer of a clone
	body    span
	uri     span
	method  span // empty: a response
	version span
	phrase  span
	read    reading
	id      Method
	status  int
	n       int
	first   [headerCount]uint8 // index + 1 of the first field of each header
	last    [headerCount]uint8
	fields  [MaxHeaders]field
}

// span is a part of the buffer.
type span struct{ off, end uint32 }

func spanOf(off, end int) span {
	return span{uint32(off), uint32(end)}
}

// reading is what was read of the header fields that everybody asks for: the same views are given out again.
type reading struct {
	hasFrom, hasTo, hasVia bool
	from, to               Address
	fromTag, toTag         []byte
	via                    ViaHop
}

// field is one header field; its value may be a list.
type field struct {
	name    uint32
	value   uint32
	nameLen uint16
	valLen  uint16
	id      HeaderID
	next    uint8 // index + 1 of the next field of the same header
}

var messages = sync.Pool{New: func() any { return new(Message) }}

// Acquire takes a message from the pool.
func Acquire() *Message {
	return messages.Get().(*Message)
}

// Release gives the message back. Neither it nor a view of it may be used any more.
func (m *Message) Release() {
	m.reset(nil)
	m.read = reading{}
	if cap(m.own) > keepBuffer {
		m.own = nil
	}
	messages.Put(m)
}

func (m *Message) reset(b []byte) {
	m.buf = b
	m.body, m.uri, m.method, m.version, m.phrase = span{}, span{}, span{}, span{}, span{}
	m.id, m.status, m.n = UnknownMethod, 0, 0
	m.read.hasFrom, m.read.hasTo, m.read.hasVia = false, false, false
	clear(m.first[:])
	clear(m.last[:])
}

// Clone copies the message and its buffer, to keep it or to hand it to another goroutine. The clone is Released on
// its own.
func (m *Message) Clone() *Message {
	c := Acquire()
	c.own = append(c.own[:0], m.buf...)
	c.buf = c.own
	c.body, c.uri, c.method, c.version, c.phrase = m.body, m.uri, m.method, m.version, m.phrase
	c.id, c.status, c.n, c.first, c.last = m.id, m.status, m.n, m.first, m.last
	copy(c.fields[:m.n], m.fields[:m.n])
	return c
}

func (m *Message) view(s span) []byte { return m.buf[s.off:s.end:s.end] }

// Raw returns the whole message. Folded header lines were unfolded in place.
func (m *Message) Raw() []byte { return m.buf }

// IsRequest reports whether it is a request.
func (m *Message) IsRequest() bool { return m.method.end != 0 }

// Method returns the request's method; of a response, that of its CSeq.
func (m *Message) Method() Method {
	if m.IsRequest() {
		return m.id
	}
	_, method := m.CSeq()
	return method
}

// MethodName returns the request's method as written.
func (m *Message) MethodName() []byte { return m.view(m.method) }

// RequestURI returns the Request-URI as written.
func (m *Message) RequestURI() []byte { return m.view(m.uri) }

// StatusCode returns the response's status code, zero for a request.
func (m *Message) StatusCode() int { return m.status }

// ReasonPhrase returns the response's reason phrase.
func (m *Message) ReasonPhrase() []byte { return m.view(m.phrase) }

// Body returns the body, empty without one.
func (m *Message) Body() []byte { return m.view(m.body) }

// Get returns the first value of the header field, nil if there is none. An empty value is not nil.
func (m *Message) Get(h HeaderID) []byte {
	i := m.first[h]
	if i == 0 {
		return nil
	}
	v := m.value(&m.fields[i-1])
	if headers[h].list {
		v, _ = nextItem(v)
	}
	return v
}

// Has reports whether the header field is present.
func (m *Message) Has(h HeaderID) bool { return m.first[h] != 0 }

// Count returns how many values the header field has; lists are split.
func (m *Message) Count(h HeaderID) int {
	n := 0
	for range m.All(h) {
		n++
	}
	return n
}

// All yields each value of the header field; where the grammar says list, lists are split and empty elements skipped.
func (m *Message) All(h HeaderID) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { m.each(h, yield) }
}

func (m *Message) each(h HeaderID, yield func([]byte) bool) {
	for i := m.first[h]; i != 0; i = m.fields[i-1].next {
		v := m.value(&m.fields[i-1])
		if !headers[h].list {
			if !yield(v) {
				return
			}
			continue
		}
		for len(v) > 0 {
			var item []byte
			if item, v = nextItem(v); len(item) > 0 && !yield(item) {
				return
			}
		}
	}
}

// Lookup returns the whole first field value of that name, nil if there is none.
func (m *Message) Lookup(name string) []byte {
	for i := range m.fields[:m.n] {
		if f := &m.fields[i]; equalFold(m.name(f), name) {
			return m.value(f)
		}
	}
	return nil
}

// Headers yields the name and value of each header field as written, in order; lists are not split.
func (m *Message) Headers() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for i := range m.fields[:m.n] {
			if f := &m.fields[i]; !yield(m.name(f), m.value(f)) {
				return
			}
		}
	}
}

// Via returns the topmost Via. The only error is ErrVia.
func (m *Message) Via() (ViaHop, error) {
	if r := &m.read; r.hasVia {
		return r.via, nil
	}
	v, err := ParseVia(m.Get(Via))
	if err == nil {
		m.read.via, m.read.hasVia = v, true
	}
	return v, err
}

// From returns the From address. The only error is ErrAddress.
func (m *Message) From() (Address, error) {
	if err := m.readFrom(); err != nil {
		return Address{}, err
	}
	return m.read.from, nil
}

// To returns the To address. The only error is ErrAddress.
func (m *Message) To() (Address, error) {
	if err := m.readTo(); err != nil {
		return Address{}, err
	}
	return m.read.to, nil
}

func (m *Message) readFrom() error {
	r := &m.read
	if r.hasFrom {
		return nil
	}
	a, err := ParseAddress(m.Get(From))
	if err == nil {
		r.from, r.fromTag, r.hasFrom = a, a.Tag(), true
	}
	return err
}

func (m *Message) readTo() error {
	r := &m.read
	if r.hasTo {
		return nil
	}
	a, err := ParseAddress(m.Get(To))
	if err == nil {
		r.to, r.toTag, r.hasTo = a, a.Tag(), true
	}
	return err
}

// Contact returns the first Contact address. The only error is ErrAddress.
func (m *Message) Contact() (Address, error) { return ParseAddress(m.Get(Contact)) }

// FromTag returns the tag of From, nil if there is none.
func (m *Message) FromTag() []byte {
	if m.readFrom() != nil {
		return nil
	}
	return m.read.fromTag
}

// ToTag returns the tag of To, nil if there is none.
func (m *Message) ToTag() []byte {
	if m.readTo() != nil {
		return nil
	}
	return m.read.toTag
}

// CallID returns the Call-ID.
func (m *Message) CallID() []byte { return m.Get(CallID) }

// CSeq returns the sequence number and its method; zero and UnknownMethod when the header field is malformed.
func (m *Message) CSeq() (uint32, Method) {
	n, name, ok := m.cseq()
	if !ok {
		return 0, UnknownMethod
	}
	return n, ParseMethod(name)
}

func (m *Message) cseq() (n uint32, method []byte, ok bool) {
	v := m.Get(CSeq)
	i := bytes.IndexAny(v, " \t")
	if i < 0 {
		return 0, nil, false
	}
	// RFC 3261 §8.1.1.5: less than 2**31.
	num, ok := parseUint(v[:i], 1<<31-1)
	method = trim(v[i:])
	return uint32(num), method, ok && len(method) > 0 && all(method, classToken)
}

// MaxForwards returns the number of hops left; false if the header field is absent or malformed.
func (m *Message) MaxForwards() (int, bool) {
	n, ok := parseUint(m.Get(MaxForwards), 255)
	return int(n), ok
}

// Uint returns a header field that is one number, such as Expires or RSeq. A number above limit is limit: that is what
// the RFCs want of times that are too long. False if the field is absent or no number.
func (m *Message) Uint(h HeaderID, limit uint32) (uint32, bool) { return ParseUint(m.Get(h), limit) }

// ParseUint reads the number at the start of b, up to a semicolon or white space. A number above limit is limit.
func ParseUint(b []byte, limit uint32) (uint32, bool) {
	if i := bytes.IndexAny(b, "; \t("); i >= 0 {
		b = b[:i]
	}
	if len(b) == 0 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = min(n*10+uint64(c-'0'), uint64(limit))
	}
	return uint32(n), true
}

// HasToken reports whether one of the header field's values is the token, in any case: option tags, methods.
func (m *Message) HasToken(h HeaderID, token string) bool {
	for i := m.first[h]; i != 0; i = m.fields[i-1].next {
		for v := m.value(&m.fields[i-1]); len(v) > 0; {
			var item []byte
			if item, v = nextItem(v); equalFold(item, token) {
				return true
			}
		}
	}
	return false
}

func (m *Message) value(f *field) []byte {
	return m.buf[f.value : f.value+uint32(f.valLen) : f.value+uint32(f.valLen)]
}

func (m *Message) name(f *field) []byte { return m.buf[f.name : f.name+uint32(f.nameLen)] }
