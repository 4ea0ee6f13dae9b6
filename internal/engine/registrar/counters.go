package registrar

import "sync/atomic"

// Counters count what the registrar did. They are read while it runs.
type Counters struct {
	Requests, Refreshes, Fetches, Repeated atomic.Uint64
	Registered, Removed, Expired, Evicted  atomic.Uint64
	Refused, Unavailable, FromMemory       atomic.Uint64
	RowErrors, Overflow, Panics            atomic.Uint64
}

// Each calls fn for each counter.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("requests", "REGISTER requests of authenticated lines", c.Requests.Load())
	fn("refreshes", "REGISTER requests that refreshed a binding in memory", c.Refreshes.Load())
	fn("fetches", "REGISTER requests that only asked", c.Fetches.Load())
	fn("repeated", "retransmitted REGISTER requests", c.Repeated.Load())
	fn("registered", "new bindings", c.Registered.Load())
	fn("removed", "bindings removed", c.Removed.Load())
	fn("expired", "bindings expired", c.Expired.Load())
	fn("evicted", "bindings that made room for newer ones", c.Evicted.Load())
	fn("refused", "REGISTER requests refused", c.Refused.Load())
	fn("unavailable", "REGISTER requests answered 503", c.Unavailable.Load())
	fn("from_memory", "refreshes answered while the store was down", c.FromMemory.Load())
	fn("row_errors", "bindings that the store refused", c.RowErrors.Load())
	fn("panics", "panics that cost a sweep", c.Panics.Load())
	fn("overflow", "rows that found the queue of the store full", c.Overflow.Load())
}
