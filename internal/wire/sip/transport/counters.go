package transport

import "sync/atomic"

// Counters count what the layer saw. They are read while the layer runs.
type Counters struct {
	MessagesIn, MessagesOut           atomic.Uint64
	BytesIn, BytesOut                 atomic.Uint64
	Malformed, Framing, KeepAlives    atomic.Uint64
	Accepted, Refused, AcceptErrors   atomic.Uint64
	Handshakes, HandshakeErrors       atomic.Uint64
	Closed, TimedOut, Overflows       atomic.Uint64
	SendErrors, ReceiveErrors, Panics atomic.Uint64
}

// Each calls fn for each counter.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("messages_in", "SIP messages received, malformed ones included", c.MessagesIn.Load())
	fn("messages_out", "SIP messages sent", c.MessagesOut.Load())
	fn("bytes_in", "bytes of SIP received", c.BytesIn.Load())
	fn("bytes_out", "bytes of SIP sent", c.BytesOut.Load())
	fn("malformed", "SIP messages that broke a rule", c.Malformed.Load())
	fn("framing_errors", "connections closed because a message had no certain end", c.Framing.Load())
	fn("keep_alives", "keep-alive pings received", c.KeepAlives.Load())
	fn("connections_accepted", "connections accepted", c.Accepted.Load())
	fn("connections_refused", "connections refused by a limit", c.Refused.Load())
	fn("accept_errors", "errors while accepting connections", c.AcceptErrors.Load())
	fn("handshakes", "TLS handshakes that succeeded", c.Handshakes.Load())
	fn("handshake_errors", "TLS handshakes that failed", c.HandshakeErrors.Load())
	fn("connections_closed", "connections closed, for whatever reason", c.Closed.Load())
	fn("connections_timed_out", "connections closed because nothing came", c.TimedOut.Load())
	fn("overflows", "connections closed because the peer read too slowly", c.Overflows.Load())
	fn("send_errors", "messages that could not be sent", c.SendErrors.Load())
	fn("receive_errors", "errors while reading a datagram", c.ReceiveErrors.Load())
	fn("panics", "messages whose handling panicked", c.Panics.Load())
}
