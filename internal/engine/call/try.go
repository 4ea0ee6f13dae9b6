package call

import (
	"time"

	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
)

// Try tells where a call would go at this moment, by the same decision as a call itself, and each step on the way (R5).
// Nothing rings. Caller 0 is somebody, of whom no phone is left out; false: the organization has no such user.
func (m *Manager) Try(org pbx.OrganizationID, caller pbx.UserID, dialled string) (route.Plan, []route.Step, bool) {
	o := m.cfg.Directory.Organization()
	if o == nil || o.ID != org {
		return route.Plan{}, nil, false
	}
	if caller != 0 {
		if u, ok := m.cfg.Directory.User(caller); !ok || u.Organization != org {
			return route.Plan{}, nil, false
		}
	}
	var steps []route.Step
	plan := route.Decide(
		route.Query{Caller: caller, Dialled: route.URI(dialled, o)},
		m.snapshot(func(s route.Step) { steps = append(steps, s) }),
	)
	if u := plan.User; u != nil { // as the call itself rings and waits
		known := *u
		known.RingTime, known.DormantWait = m.ringTime(u), m.dormantWait(u)
		plan.User = &known
	}
	return plan, steps, true
}

// snapshot is what calls are routed by; tell may be nil.
func (m *Manager) snapshot(tell func(route.Step)) route.Snapshot {
	return route.Snapshot{Directory: m.cfg.Directory, Bindings: m.cfg.Bindings.Bindings, Tell: tell}
}

// ringTime is how long the phones of a user ring.
func (m *Manager) ringTime(u *roster.User) time.Duration {
	if u.RingTime > 0 {
		return u.RingTime
	}
	return m.cfg.NoAnswer
}

// dormantWait is how long a call waits for a phone of a user to come back.
func (m *Manager) dormantWait(u *roster.User) time.Duration {
	if u.DormantWait > 0 {
		return u.DormantWait
	}
	return m.cfg.DormantWait
}
