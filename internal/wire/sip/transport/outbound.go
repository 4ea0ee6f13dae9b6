package transport

import (
	"net"
	"sync"
	"time"

	"ringfence/internal/support/netx"
)

// outbound is a connection whose Write never waits: what the peer's window does not take is queued, up to a limit,
// and a goroutine that lives only while there is a queue writes it out. TLS writes through it, so that neither a
// message nor an alert waits for a slow peer. Its lock comes before the layer's, which start takes.
type outbound struct {
	net.Conn
	layer *Layer
	try   netx.TryWriter // nil where the system has no such write

	mu       sync.Mutex // held while writing, which does not wait, so that messages keep their order
	queue    []byte
	inFlight int // bytes that flush is writing
	flushing bool
	err      error // the first; later writes get it too
}

func newOutbound(l *Layer, c net.Conn) *outbound {
	try, _ := c.(netx.TryWriter)
	return &outbound{Conn: c, layer: l, try: try}
}

// Write takes all of b or fails.
func (o *outbound) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	rest := b
	if o.try != nil && !o.flushing {
		n, err := o.try.TryWrite(b)
		if err != nil {
			o.err = err
			return n, err
		}
		rest = b[n:]
	}
	if len(rest) == 0 {
		return len(b), nil
	}
	if o.inFlight+len(o.queue)+len(rest) > o.layer.cfg.Limits.Queue {
		o.layer.counters.Overflows.Add(1)
		o.err = ErrOverflow
		return 0, o.err
	}
	o.queue = append(o.queue, rest...)
	if !o.flushing {
		o.flushing = o.layer.start(o.flush)
		if !o.flushing {
			o.err = ErrClosed
			return 0, o.err
		}
	}
	return len(b), nil
}

// flush writes the queue out, waiting for the peer, and ends when it is empty.
func (o *outbound) flush() {
	for {
		b := o.take()
		if b == nil {
			return
		}
		err := o.SetWriteDeadline(time.Now().Add(o.layer.cfg.Limits.WriteTimeout))
		if err == nil {
			_, err = o.Conn.Write(b)
		}
		if err != nil {
			o.fail(err)
			return
		}
	}
}

// take takes the whole queue; nil ends the flush.
func (o *outbound) take() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.queue
	o.queue, o.inFlight = nil, len(b)
	if len(b) == 0 || o.err != nil {
		o.flushing = false
		return nil
	}
	return b
}

// fail ends the connection: closing it wakes the reader, which reports it.
func (o *outbound) fail(err error) {
	o.mu.Lock()
	if o.err == nil {
		o.err = err
	}
	o.flushing = false
	o.queue = nil
	o.mu.Unlock()
	_ = o.Close() // the write's error is the one that counts
}
