package media

import (
	"sync/atomic"

	"ringfence/internal/wire/rtp/relay"
)

// Counters counts what negotiation refuses, and brings along what the relay counts of packets and ports. It is safe for
// concurrent use.
type Counters struct {
	Refused   atomic.Uint64 // descriptions answered 488
	Malformed atomic.Uint64 // descriptions answered 400

	relay *relay.Counters
}

// Each calls fn for every counter.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("media_refused_total", "Session descriptions that were not acceptable.", c.Refused.Load())
	fn("media_unreadable_total", "Session descriptions that could not be read.", c.Malformed.Load())
	if c.relay != nil {
		c.relay.Each(fn)
	}
}
