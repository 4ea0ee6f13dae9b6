package call

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
)

// phoneUses is what everybody does on the phone, for ring groups: they leave out who talks, and begin with who has not
// done so for the longest time. It forgets when the server ends. It is safe for concurrent use.
type phoneUses struct {
	mu sync.Mutex
	of map[pbx.UserID]*phoneUse
}

// phoneUse counts one user's calls.
type phoneUse struct {
	talks int // that he has made, or taken
	rings int // that ring his phones
	last  time.Time
}

// use is what a user does at this moment.
func (p *phoneUses) use(id pbx.UserID) route.PhoneUse {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.of[id]
	if u == nil {
		return route.PhoneUse{}
	}
	return route.PhoneUse{Talking: u.talks > 0, Rung: u.rings > 0, Last: u.last}
}

// talking notes that a user takes part in one call more or less.
func (p *phoneUses) talking(id pbx.UserID, by int) {
	p.change(id, func(u *phoneUse) {
		if u.talks += by; by < 0 {
			u.last = time.Now()
		}
	})
}

// rung notes that one call more or less rings a user's phones.
func (p *phoneUses) rung(id pbx.UserID, by int) {
	p.change(id, func(u *phoneUse) { u.rings += by })
}

func (p *phoneUses) change(id pbx.UserID, by func(*phoneUse)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = make(map[pbx.UserID]*phoneUse)
	}
	u := p.of[id]
	if u == nil {
		u = new(phoneUse)
		p.of[id] = u
	}
	by(u)
}

// occupy notes whose phones the present attempt rings.
func (c *Call) occupy() {
	for _, l := range c.tried() {
		if id := l.party.user; !slices.Contains(c.rings, id) {
			c.rings = append(c.rings, id)
			c.m.phones.rung(id, 1)
		}
	}
}

// free notes that they do not ring any more.
func (c *Call) free() {
	for _, id := range c.rings {
		c.m.phones.rung(id, -1)
	}
	c.rings = c.rings[:0]
}

// groupIdentity names a ring group; one without a number by what was dialled to reach it.
func (c *Call) groupIdentity(g *pbx.RingGroup) string {
	return identity(cmp.Or(g.Number, c.plan.Dialled), g.Name, c.domain)
}
