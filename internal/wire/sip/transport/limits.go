package transport

import (
	"net/netip"
	"sync"
	"time"
)

func (l Limits) withDefaults() Limits {
	number := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	duration := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	number(&l.Connections, 20_000)
	number(&l.PerSource, 2_000)
	number(&l.Strangers, 256)
	number(&l.Handshakes, 256)
	number(&l.SourceHandshakes, 32)
	number(&l.Queue, 256<<10)
	duration(&l.HandshakeTimeout, 10*time.Second)
	duration(&l.FirstMessage, 10*time.Second)
	duration(&l.WholeMessage, 10*time.Second)
	duration(&l.IdleStranger, 90*time.Second)
	duration(&l.Idle, 15*time.Minute)
	duration(&l.WriteTimeout, 20*time.Second)
	return l
}

// SourcePrefix is what counts as one source: an IPv4 address, or the /64 that one IPv6 network has.
func SourcePrefix(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // an invalid address gives the zero prefix, which is a source too
	return p
}

// sources counts connections in total and by source. An entry lasts as long as its connections.
type sources struct {
	limits Limits

	mu    sync.Mutex
	total int
	by    map[netip.Prefix]*source
}

type source struct {
	connections, strangers, handshakes int
}

func newSources(l Limits) *sources {
	return &sources{limits: l, by: make(map[netip.Prefix]*source)}
}

// admit counts a new connection of a stranger, or refuses it.
func (s *sources) admit(p netip.Prefix) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	src := s.by[p]
	if s.total >= s.limits.Connections {
		return false
	}
	if src == nil {
		src = new(source)
		s.by[p] = src
	}
	if src.connections >= s.limits.PerSource || src.strangers >= s.limits.Strangers {
		return false
	}
	s.total++
	src.connections++
	src.strangers++
	return true
}

// befriend stops counting one connection as a stranger's.
func (s *sources) befriend(p netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if src := s.by[p]; src != nil {
		src.strangers--
	}
}

// leave stops counting a connection that is no stranger's any more.
func (s *sources) leave(p netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	src := s.by[p]
	if src == nil {
		return
	}
	s.total--
	src.connections--
	if src.connections == 0 {
		delete(s.by, p)
	}
}

// beginHandshake counts a TLS handshake of an admitted connection, or refuses it.
func (s *sources) beginHandshake(p netip.Prefix) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	src := s.by[p]
	if src == nil || src.handshakes >= s.limits.SourceHandshakes {
		return false
	}
	src.handshakes++
	return true
}

func (s *sources) endHandshake(p netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if src := s.by[p]; src != nil {
		src.handshakes--
	}
}
