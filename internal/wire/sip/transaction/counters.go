package transaction

import (
	"errors"
	"sync/atomic"
)

// Counters count what the layer did. They are read while the layer runs.
type Counters struct {
	Servers, Clients, Stateless         atomic.Uint64
	Absorbed, Repeated, Ignored         atomic.Uint64
	Stray, Merged, Cancels, Limited     atomic.Uint64
	Timeouts, TransportFailures, Panics atomic.Uint64
}

// ended counts how a transaction ended.
func (c *Counters) ended(err error) {
	switch {
	case errors.Is(err, ErrTimeout):
		c.Timeouts.Add(1)
	case errors.Is(err, ErrTransport):
		c.TransportFailures.Add(1)
	}
}

// Each calls fn for each counter.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("server_transactions", "server transactions begun", c.Servers.Load())
	fn("client_transactions", "client transactions begun", c.Clients.Load())
	fn("stateless_replies", "requests answered without a transaction", c.Stateless.Load())
	fn("absorbed", "repeated requests that met their transaction", c.Absorbed.Load())
	fn("repeated", "requests and responses sent again", c.Repeated.Load())
	fn("ignored", "messages that came when nothing was to be done about them", c.Ignored.Load())
	fn("stray_responses", "responses that belonged to no transaction", c.Stray.Load())
	fn("merged_requests", "requests refused because they came on a second way", c.Merged.Load())
	fn("cancels", "CANCELs that met their INVITE", c.Cancels.Load())
	fn("limited", "transactions refused by a limit", c.Limited.Load())
	fn("timeouts", "transactions that timed out", c.Timeouts.Load())
	fn("transport_failures", "transactions whose transport failed", c.TransportFailures.Load())
	fn("panics", "timers whose handling panicked", c.Panics.Load())
}
