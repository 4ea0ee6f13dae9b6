package call

import (
	"time"

	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
)

// Try tells where a call would go at this moment, by the same decision as a call itself, each step on the way, and where
// it would go on if nobody took it (R5). Nothing rings. Caller 0 is somebody, of whom no phone is left out; false: the
// organization has no such user.
func (m *Manager) Try(org pbx.OrganizationID, caller pbx.UserID, dialled string) (Tried, bool) {
	o := m.cfg.Directory.Organization()
	if o == nil || o.ID != org {
		return Tried{}, false
	}
	if caller != 0 {
		if u, ok := m.cfg.Directory.User(caller); !ok || u.Organization != org {
			return Tried{}, false
		}
	}
	q := route.Query{Caller: caller, Dialled: route.URI(dialled, o)}
	var t Tried
	t.Plan = route.Decide(q, m.snapshot(t.tell))
	m.then(q, &t)
	m.known(&t)
	return t, true
}

// known notes how long the call itself would ring or wait.
func (m *Manager) known(t *Tried) {
	switch t.Plan.Kind {
	case route.Ring:
		t.For = m.ringsFor(&t.Plan)
	case route.Await:
		t.For = m.waitsFor(&t.Plan)
	case route.Refuse, route.Feature, route.Voicemail:
	}
	for i := range t.Then {
		m.known(&t.Then[i].Tried)
	}
}

// snapshot is what calls are routed by; tell may be nil.
func (m *Manager) snapshot(tell func(route.Step)) route.Snapshot {
	return route.Snapshot{Directory: m.cfg.Directory, Bindings: m.cfg.Bindings.Bindings, Phone: m.phones.use, Tell: tell}
}

// ringsFor is how long the phones of a plan ring.
func (m *Manager) ringsFor(p *route.Plan) time.Duration {
	if p.Group != nil {
		return time.Duration(p.Group.RingSeconds) * time.Second
	}
	return m.ringTime(p.User)
}

// waitsFor is how long a call waits for a phone of a plan to come back.
func (m *Manager) waitsFor(p *route.Plan) time.Duration {
	if p.Group != nil {
		return m.cfg.DormantWait
	}
	return m.dormantWait(p.User)
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
