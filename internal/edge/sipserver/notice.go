package sipserver

import (
	"net/netip"
	"sync"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/support/throttle"
	"ringfence/internal/wire/sip/transport"
)

// NoticeKind says what an administrator should know about a device.
type NoticeKind uint8

// TLSRequired says that a device which must use TLS tried to register without.
const TLSRequired NoticeKind = 1

// Notice is the last thing that went wrong with a device.
type Notice struct {
	Kind      NoticeKind
	At        time.Time
	Source    netip.Addr
	Transport transport.Kind
}

const maxNotices = 1024

// notices keeps the last notice of each device; the oldest is forgotten.
type notices struct {
	mu sync.Mutex
	m  map[pbx.DeviceID]Notice
}

func (n *notices) put(d pbx.DeviceID, v Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.m == nil {
		n.m = make(map[pbx.DeviceID]Notice)
	}
	if _, ok := n.m[d]; !ok && len(n.m) >= maxNotices {
		var oldest pbx.DeviceID
		for k, o := range n.m {
			if oldest == 0 || o.At.Before(n.m[oldest].At) {
				oldest = k
			}
		}
		delete(n.m, oldest)
	}
	n.m[d] = v
}

// Notice returns the last notice of a device.
func (s *Server) Notice(d pbx.DeviceID) (Notice, bool) {
	s.notices.mu.Lock()
	defer s.notices.mu.Unlock()
	v, ok := s.notices.m[d]
	return v, ok
}

// Slowed tells from where a SIP user name is not heard for a while, because wrong passwords came from there (F4).
func (s *Server) Slowed(sipUsername string) []throttle.Slowed {
	return s.throttle.Slowed([]byte(sipUsername))
}

// LetIn hears a SIP user name again from everywhere.
func (s *Server) LetIn(sipUsername string) { s.throttle.Forgive([]byte(sipUsername)) }
