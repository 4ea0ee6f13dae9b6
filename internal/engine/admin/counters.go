package admin

import "sync/atomic"

// Counters counts what the use cases did.
type Counters struct {
	ChangeSets atomic.Uint64
	Items      atomic.Uint64
	Refused    atomic.Uint64
}

// Counters returns the service's counters.
func (s *Service) Counters() *Counters { return &s.counters }

// Each gives every counter with its name and help.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("admin_change_sets_total", "Change sets committed.", c.ChangeSets.Load())
	fn("admin_changed_things_total", "Things changed by change sets.", c.Items.Load())
	fn("admin_refused_total", "Use cases refused for lack of permission.", c.Refused.Load())
}
