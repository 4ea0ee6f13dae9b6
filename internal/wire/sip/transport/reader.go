package transport

import (
	"errors"
	"os"
	"sync"
	"time"

	"ringfence/internal/wire/sip"
)

// firstRead is how much an idle connection can take at once. Most messages of a phone fit, and an idle connection
// costs no more than this; what is longer continues in a pooled buffer.
const firstRead = 1 << 10

// buffers are the pooled sizes in which a longer message is gathered. The last holds the longest message.
var buffers = [...]bufferPool{{size: 4 << 10}, {size: 16 << 10}, {size: sip.MaxMessage}}

type bufferPool struct {
	size int
	pool sync.Pool
}

// reader cuts a connection's bytes into messages.
// RFC 3261 §18.3: over a stream Content-Length alone says where a message ends, so an error in it ends the connection.
type reader struct {
	conn *conn

	first   [firstRead]byte
	buf     []byte    // first, or a pooled buffer
	pooled  *[]byte   // what to give back
	class   int       // of the pooled buffer
	have    int       // bytes of buf that hold data
	ping    int       // bytes of CRLFCRLF seen
	began   time.Time // when the connection was accepted
	active  time.Time // when the last bytes came
	heard   time.Time // when the last message was complete
	started time.Time // when the unfinished message began
}

// run reads until the connection ends and says why it did.
func (r *reader) run() string {
	defer r.rest()
	r.began = time.Now()
	r.active = r.began
	r.rest()
	for {
		if reason := r.fill(); reason != "" {
			return reason
		}
		if reason := r.drain(); reason != "" {
			return reason
		}
	}
}

// rest gives the pooled buffer back: an idle connection keeps only its first bytes' room.
func (r *reader) rest() {
	if r.pooled != nil {
		buffers[r.class].pool.Put(r.pooled)
		r.pooled = nil
	}
	r.buf, r.have = r.first[:], 0
}

// fill reads more bytes, waiting as long as the connection may be silent now.
func (r *reader) fill() string {
	if r.have == len(r.buf) && !r.grow() {
		return "message too large"
	}
	for {
		deadline := r.deadline()
		if err := r.conn.out.SetReadDeadline(deadline); err != nil {
			return err.Error()
		}
		n, err := r.conn.stream.Read(r.buf[r.have:])
		if n > 0 {
			r.conn.layer.counters.BytesIn.Add(uint64(n))
			r.have += n
			r.active = time.Now()
			return ""
		}
		switch {
		case err == nil, errors.Is(err, os.ErrDeadlineExceeded) && r.deadline().After(deadline):
			continue // the second: somebody authenticated meanwhile
		case errors.Is(err, os.ErrDeadlineExceeded):
			r.conn.layer.counters.TimedOut.Add(1)
			return "silent for too long"
		}
		return err.Error()
	}
}

// deadline is until when bytes must come. Keep-alives do not prolong the stay of a stranger.
func (r *reader) deadline() time.Time {
	limits := &r.conn.layer.cfg.Limits
	stranger := r.conn.stranger.Load()
	switch {
	case r.have > 0:
		return r.started.Add(limits.WholeMessage)
	case stranger && r.heard.IsZero():
		return r.began.Add(limits.FirstMessage)
	case stranger:
		return r.heard.Add(limits.IdleStranger)
	default:
		return r.active.Add(limits.Idle)
	}
}

// grow moves a message that does not fit into the next larger buffer.
func (r *reader) grow() bool {
	next := 0
	if r.pooled != nil {
		next = r.class + 1
	}
	if next == len(buffers) {
		return false
	}
	p, ok := buffers[next].pool.Get().(*[]byte)
	if !ok {
		b := make([]byte, buffers[next].size)
		p = &b
	}
	have := copy(*p, r.buf[:r.have])
	r.rest()
	r.buf, r.pooled, r.class, r.have = *p, p, next, have
	return true
}

// drain handles all whole messages in the buffer and keeps the rest for the next read.
func (r *reader) drain() string {
	m := sip.Acquire()
	defer m.Release()
	at := 0
	for {
		at += r.keepAlives(r.buf[at:r.have])
		if at == r.have {
			r.rest()
			return ""
		}
		n, err := sip.Frame(r.buf[at:r.have])
		if err != nil {
			return r.broken(m, r.buf[at:r.have], err)
		}
		if n == 0 {
			r.keep(at)
			return ""
		}
		r.conn.layer.deliver(r.conn, m, r.buf[at:at+n])
		if r.conn.closed.Load() {
			return "closed by us"
		}
		at += n
		r.ping, r.started = 0, time.Time{}
		r.heard = time.Now()
	}
}

// keep moves an unfinished message to the front; its time runs from its first byte.
func (r *reader) keep(at int) {
	if at > 0 || r.started.IsZero() {
		r.started = time.Now()
	}
	r.have = copy(r.buf, r.buf[at:r.have])
}

// keepAlives swallows the line ends between messages and answers pings.
// RFC 5626 §3.5.1: a double CRLF asks for a single one. RFC 3261 §7.5: other line ends before a message are ignored.
func (r *reader) keepAlives(b []byte) int {
	const ping, pong = "\r\n\r\n", "\r\n"
	for i, ch := range b {
		switch ch {
		case ping[r.ping]:
			r.ping++
		case '\r', '\n':
			r.ping = 0
		default:
			return i
		}
		if r.ping < len(ping) {
			continue
		}
		r.ping = 0
		r.conn.layer.counters.KeepAlives.Add(1)
		if _, err := r.conn.stream.Write([]byte(pong)); err != nil {
			r.conn.Close(err.Error())
		}
	}
	return len(b)
}

// broken answers a message without a certain end, if it is one that can be answered, and says why the connection ends.
func (r *reader) broken(m *sip.Message, b []byte, err error) string {
	l := r.conn.layer
	l.counters.Framing.Add(1)
	refusal := &sip.ParseError{Status: 400, Reason: "Content-Length Missing or Malformed"}
	if errors.Is(err, sip.ErrTooLarge) {
		refusal = &sip.ParseError{Status: 513, Reason: "Message Too Large"}
	}
	_ = m.Parse(b) // only to find out whether it can be answered
	if m.Answerable() && m.Method() != sip.ACK {
		func() {
			defer l.recovered("malformed message")
			l.cfg.Handler.Malformed(r.conn, m, refusal)
		}()
		r.conn.linger()
	}
	return "framing: " + err.Error()
}
