package relay

import (
	"errors"
	"sync"
	"time"
)

// ports hands out pairs of ports: an even one for RTP and the next for RTCP. A port that was used rests, so that late
// packets of the last call do not reach the next (signalling rule 23). The longest unused comes first.
type ports struct {
	rested time.Duration

	mu      sync.Mutex
	fresh   []uint16 // ready
	resting []resting
}

type resting struct {
	port  uint16
	until time.Time
}

var errPortRange = errors.New("relay: the port range holds no pair of ports")

func newPorts(from, to uint16, rest time.Duration) (*ports, error) {
	p := &ports{rested: rest}
	for port := uint32(from) + uint32(from&1); port+1 <= uint32(to); port += 2 {
		if port != 0 {
			p.fresh = append(p.fresh, uint16(port))
		}
	}
	if len(p.fresh) == 0 {
		return nil, errPortRange
	}
	return p, nil
}

// take takes the pair that was unused for the longest.
func (p *ports) take(now time.Time) (uint16, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wakeLocked(now)
	if len(p.fresh) == 0 {
		return 0, false
	}
	port := p.fresh[0]
	p.fresh = p.fresh[1:]
	return port, true
}

// putBack returns a pair that was not used.
func (p *ports) putBack(port uint16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh = append(p.fresh, port)
}

// rest returns a pair that was used.
func (p *ports) rest(port uint16, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resting = append(p.resting, resting{port, now.Add(p.rested)})
}

func (p *ports) free(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wakeLocked(now)
	return len(p.fresh)
}

func (p *ports) wakeLocked(now time.Time) {
	n := 0
	for n < len(p.resting) && !now.Before(p.resting[n].until) {
		p.fresh = append(p.fresh, p.resting[n].port)
		n++
	}
	p.resting = p.resting[n:]
}
