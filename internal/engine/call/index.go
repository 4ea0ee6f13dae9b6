package call

import (
	"hash/maphash"
	"sync"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/transport"
)

const indexShards = 64

// index finds the leg of a request by our tag, and the legs of a connection. Its locks are leaves.
type index struct {
	seed  maphash.Seed
	tags  [indexShards]tagShard
	flows [indexShards]flowShard
}

type tagShard struct {
	mu   sync.Mutex
	legs map[string]*entry
}

type flowShard struct {
	mu   sync.Mutex
	legs map[transport.FlowID][]*leg
}

// entry is what a reader goroutine may know of a leg.
type entry struct {
	leg    *leg
	callID string
	device pbx.DeviceID
	flow   transport.FlowID
	secure bool // the flow is encrypted
}

func newIndex() *index {
	x := &index{seed: maphash.MakeSeed()}
	for i := range x.tags {
		x.tags[i].legs = make(map[string]*entry)
		x.flows[i].legs = make(map[transport.FlowID][]*leg)
	}
	return x
}

func (x *index) tagShard(tag []byte) *tagShard {
	return &x.tags[maphash.Bytes(x.seed, tag)%indexShards]
}

func (x *index) flowShard(f transport.FlowID) *flowShard { return &x.flows[f[0]%indexShards] }

// add makes a leg known.
func (x *index) add(l *leg, callID string) {
	s := x.tagShard([]byte(l.tag))
	s.mu.Lock()
	s.legs[l.tag] = &entry{
		leg: l, callID: callID, device: l.party.device, flow: l.flow.ID(), secure: l.flow.Kind().Secure(),
	}
	s.mu.Unlock()
	x.attach(l)
}

// find returns what is known of the leg with our tag and Call-ID.
func (x *index) find(tag, callID []byte) (entry, bool) {
	s := x.tagShard(tag)
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.legs[string(tag)]
	if !ok || e.callID != string(callID) {
		return entry{}, false
	}
	return *e, true
}

// moved notes the leg's new flow.
func (x *index) moved(l *leg, f transport.Flow) {
	s := x.tagShard([]byte(l.tag))
	s.mu.Lock()
	e, ok := s.legs[l.tag]
	if ok {
		e.flow, e.secure = f.ID(), f.Kind().Secure()
	}
	s.mu.Unlock()
	if ok {
		x.attach(l)
	}
}

// remove forgets the leg.
func (x *index) remove(l *leg) {
	s := x.tagShard([]byte(l.tag))
	s.mu.Lock()
	delete(s.legs, l.tag)
	s.mu.Unlock()
	x.detach(l)
}

// attach puts the leg among those of its connection. A UDP flow is never closed.
func (x *index) attach(l *leg) {
	if l.flow.Kind() == transport.UDP {
		return
	}
	s := x.flowShard(l.flow.ID())
	s.mu.Lock()
	s.legs[l.flow.ID()] = append(s.legs[l.flow.ID()], l)
	s.mu.Unlock()
}

func (x *index) detach(l *leg) {
	if l.flow == nil || l.flow.Kind() == transport.UDP {
		return
	}
	id := l.flow.ID()
	s := x.flowShard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.legs[id]
	for i := range list {
		if list[i] == l {
			list[i] = list[len(list)-1]
			list[len(list)-1] = nil
			list = list[:len(list)-1]
			break
		}
	}
	if len(list) == 0 {
		delete(s.legs, id)
		return
	}
	s.legs[id] = list
}

// on returns the legs on a connection.
func (x *index) on(f transport.FlowID) []*leg {
	s := x.flowShard(f)
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*leg(nil), s.legs[f]...)
}
