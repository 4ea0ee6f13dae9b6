package throttle

import (
	"hash/maphash"
	"net/netip"
	"slices"
	"time"
)

// Slowed is a source from which a credential is not heard for a while.
type Slowed struct {
	Source   netip.Prefix
	Failures int
	Until    time.Time
}

// Slowed lists the sources from which a credential must wait now, the longest wait first. It looks at every pair: it is
// for a person who asks, not for each request.
func (t *Table) Slowed(credential []byte) []Slowed {
	hash, now := maphash.Bytes(t.seed, credential), time.Now()
	var out []Slowed
	t.mu.Lock()
	for k, e := range t.entries {
		x := e.Value.(*entry) //nolint:forcetypeassert // the list holds nothing else
		if k.credential != hash || x.failures < t.cfg.Free || now.Sub(x.last) >= t.cfg.Forget {
			continue
		}
		if until := x.last.Add(t.delay(x.failures)); until.After(now) {
			out = append(out, Slowed{k.source, x.failures, until})
		}
	}
	t.mu.Unlock()
	slices.SortFunc(out, func(a, b Slowed) int { return b.Until.Compare(a.Until) })
	return out
}

// Forgive forgets a credential's failures from everywhere.
func (t *Table) Forgive(credential []byte) {
	hash := maphash.Bytes(t.seed, credential)
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, e := range t.entries {
		if k.credential == hash {
			delete(t.entries, k)
			t.recent.Remove(e)
		}
	}
}
