package transaction

import (
	"hash/maphash"
	"strconv"
	"sync"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// shardCount spreads the tables' locks.
const shardCount = 64

// keySpace is room on the stack for the usual key; a longer one allocates.
const keySpace = 192

// shard is a part of a table. Its lock is a leaf.
type shard[T comparable] struct {
	mu    sync.Mutex
	byKey map[string]T
}

func shardOf[T comparable](l *Layer, shards *[shardCount]shard[T], key []byte) *shard[T] {
	return &shards[maphash.Bytes(l.seed, key)%shardCount]
}

func find[T comparable](l *Layer, shards *[shardCount]shard[T], key []byte) (T, bool) {
	s := shardOf(l, shards, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.byKey[string(key)]
	return v, ok
}

// insert adds v unless there is one under that key.
func insert[T comparable](l *Layer, shards *[shardCount]shard[T], key string, v T) bool {
	s := shardOf(l, shards, []byte(key))
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.byKey[key]; ok {
		return false
	}
	s.byKey[key] = v
	return true
}

// remove takes v out if it is what stands under that key.
func remove[T comparable](l *Layer, shards *[shardCount]shard[T], key string, v T) {
	s := shardOf(l, shards, []byte(key))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey[key] == v {
		delete(s.byKey, key)
	}
}

// appendServerKey appends what names the server transaction that a request belongs to; for ACK and CANCEL that of the
// INVITE.
// RFC 3261 §17.2.3: branch, sent-by and method, if the branch has the cookie; else what RFC 2543 compared.
func appendServerKey(b []byte, m *sip.Message) []byte {
	switch m.Method() {
	case sip.ACK, sip.CANCEL:
		b = append(b, sip.INVITE.String()...)
	default:
		b = append(b, m.MethodName()...)
	}
	b = append(b, 0)
	via, err := m.Via()
	if err == nil && len(via.Branch) > len(sip.BranchCookie) && string(via.Branch[:len(sip.BranchCookie)]) == sip.BranchCookie {
		b = append(b, via.Branch...)
		b = append(b, 0)
		b = appendLower(b, via.Host)
		return strconv.AppendUint(append(b, ':'), uint64(via.Port), 10)
	}
	b = append(append(b, m.RequestURI()...), 0)
	b = append(append(b, m.FromTag()...), 0)
	b = append(append(b, m.CallID()...), 0)
	n, _ := m.CSeq()
	b = append(strconv.AppendUint(b, uint64(n), 10), 0)
	return append(b, m.Get(sip.Via)...)
}

// appendMergedKey appends what a forked request keeps on all its ways.
func appendMergedKey(b []byte, m *sip.Message) []byte {
	b = append(append(b, m.CallID()...), 0)
	b = append(append(b, m.FromTag()...), 0)
	n, _ := m.CSeq()
	b = append(strconv.AppendUint(b, uint64(n), 10), 0)
	return append(b, m.MethodName()...)
}

func appendClientKey(b, branch []byte, method sip.Method) []byte {
	return append(append(b, byte(method)), branch...)
}

// appendLower appends ASCII text in lower case: host names are compared without case.
func appendLower(b, text []byte) []byte {
	for _, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

// flowIndex lists the client transactions on each connection, so that they end with it. Its lock is a leaf.
type flowIndex struct {
	mu      sync.Mutex
	clients map[transport.FlowID]*Client // the first; the others hang on it
}

func (x *flowIndex) add(c *Client) {
	x.mu.Lock()
	defer x.mu.Unlock()
	id := c.flow.ID()
	head := x.clients[id]
	c.flowNext, c.indexed = head, true
	if head != nil {
		head.flowPrev = c
	}
	x.clients[id] = c
}

func (x *flowIndex) remove(c *Client) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !c.indexed {
		return
	}
	c.indexed = false
	if c.flowNext != nil {
		c.flowNext.flowPrev = c.flowPrev
	}
	switch id := c.flow.ID(); {
	case c.flowPrev != nil:
		c.flowPrev.flowNext = c.flowNext
	case c.flowNext != nil:
		x.clients[id] = c.flowNext
	default:
		delete(x.clients, id)
	}
	c.flowNext, c.flowPrev = nil, nil
}

// any is some client transaction on the connection, nil if there is none.
func (x *flowIndex) any(id transport.FlowID) *Client {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.clients[id]
}
