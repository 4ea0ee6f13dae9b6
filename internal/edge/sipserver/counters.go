package sipserver

import "sync/atomic"

// Counters count what the server did. They are read while it runs.
type Counters struct {
	Requests, InDialog, StrayACK       atomic.Uint64
	Challenged, WrongDigest, Throttled atomic.Uint64
	Known, Spoofed, TLSRequired        atomic.Uint64
	Registered, NotRegistered          atomic.Uint64
	Refused, SendErrors, Panics        atomic.Uint64
}

// Each calls fn for each counter.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("requests", "requests outside of transactions", c.Requests.Load())
	fn("in_dialog", "requests given to calls and subscriptions", c.InDialog.Load())
	fn("stray_acks", "ACKs of no call", c.StrayACK.Load())
	fn("challenged", "requests answered with a challenge", c.Challenged.Load())
	fn("wrong_digests", "requests with a wrong digest", c.WrongDigest.Load())
	fn("throttled", "requests refused because wrong digests came before", c.Throttled.Load())
	fn("known_flows", "requests let in because their TLS connection had authenticated", c.Known.Load())
	fn("spoofed", "authenticated requests in somebody else's name", c.Spoofed.Load())
	fn("tls_required", "devices refused because they came without TLS", c.TLSRequired.Load())
	fn("registered", "REGISTER requests answered 200", c.Registered.Load())
	fn("not_registered", "authenticated REGISTER requests answered otherwise", c.NotRegistered.Load())
	fn("refused", "requests refused", c.Refused.Load())
	fn("send_errors", "answers that could not be sent", c.SendErrors.Load())
	fn("panics", "requests whose handling panicked", c.Panics.Load())
}
