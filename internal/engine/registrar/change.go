package registrar

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
)

// change is a REGISTER on its way: through the store if there is one, then into memory.
type change struct {
	next    *change // of the same line
	owner   Owner
	callID  string
	cseq    uint32
	puts    []*record
	drops   []*record   // only their keys count
	waiters []Answerer  // the request and its retransmissions
	answer  Answer      // when all went well
	rows    []row       // what is stored
	revoked bool        // the line was dropped meanwhile; guarded by the shard
	quiet   bool        // nobody asked: a row that is written or deleted later
	events  []event     // what it did in memory
	one     [1]*record  // for puts
	waiter  [1]Answerer // for waiters

	left atomic.Int32          // rows that are not stored yet
	err  atomic.Pointer[error] // of the first row that failed
}

// event collects what is told when no lock is held any more.
type event struct {
	kind    EventKind
	binding Binding
}

// noteLocked notes what happened to a binding. Nobody pays for a snapshot that nobody wants.
func (r *Registrar) noteLocked(ch *change, kind EventKind, c *record, now int64) {
	e := event{kind: kind}
	if r.Events.Subscribers() > 0 {
		e.binding = r.snapshot(c, now)
	}
	ch.events = append(ch.events, e)
}

// planLocked makes the change that a request asks for. The records of the bindings that stay are copies.
func (r *Registrar) planLocked(ch *change, s *shard, rq *Request, w *wanted, now int64) {
	ch.owner, ch.cseq, ch.answer = rq.Owner, w.cseq, r.accepted(rq, w)
	ch.puts = ch.one[:0]
	for c := s.users[rq.Owner.User]; c != nil; c = c.next {
		if w.star && c.line == rq.Owner.Line || w.drops(c, rq.Owner.Line) {
			ch.drops = append(ch.drops, c)
		}
	}
	for i := range w.list() {
		k := &w.contacts[i]
		if k.expires == 0 {
			continue
		}
		rec := new(record)
		if old := s.find(rq.Owner.User, rq.Owner.Line, k); old != nil {
			rec.shareText(old)
			rec.registered, rec.agent = old.registered, old.agent
			if old.instance() == "" && old.contact() != string(k.uri) {
				ch.drops = append(ch.drops, old) // the same contact in other words: its row has another key
			}
		}
		r.fill(rec, rq, w, k, now)
		if rq.Flow.Kind().Reliable() {
			rec.flow = rq.Flow.Retain()
		}
		ch.puts = append(ch.puts, rec)
		ch.callID = rec.callID()
	}
	if len(ch.puts) == 0 {
		ch.callID = string(w.callID)
	}
}

// drops reports whether the request removes a binding, or puts another in its place.
func (w *wanted) drops(c *record, line pbx.LineID) bool {
	for i := range w.list() {
		k := &w.contacts[i]
		if k.expires == 0 && k.matches(c, line) || k.displaces(c, line) {
			return true
		}
	}
	return false
}

// find returns the binding that a contact is for.
func (s *shard) find(u pbx.UserID, line pbx.LineID, k *wantedContact) *record {
	for c := s.users[u]; c != nil; c = c.next {
		if k.matches(c, line) {
			return c
		}
	}
	return nil
}

// registerInMemory is Register without a store.
func (r *Registrar) registerInMemory(rq *Request, w *wanted, now int64) Answer {
	ch := changes.Get().(*change)
	a, done, online := r.changeInMemory(ch, rq, w, now)
	if done {
		r.told(ch, online)
	}
	clear(ch.events)
	*ch = change{events: ch.events[:0]}
	changes.Put(ch)
	return a
}

// changes without a store last for the call only, and come from a pool.
var changes = sync.Pool{New: func() any { return new(change) }}

// changeInMemory answers, and reports whether it made a change for that and whether the user is online then.
func (r *Registrar) changeInMemory(ch *change, rq *Request, w *wanted, now int64) (a Answer, done, online bool) {
	s := r.shard(rq.Owner.User)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.judgeLocked(rq, w) {
	case outdated:
		return r.refuse(outOfOrder), false, false
	case repeated:
		r.counters.Repeated.Add(1)
		return r.accepted(rq, w), false, false
	case proceed:
	}
	if r.refreshLocked(s, rq, w, now) {
		r.counters.Refreshes.Add(1)
		return r.accepted(rq, w), false, false
	}
	r.planLocked(ch, s, rq, w, now)
	return ch.answer, true, r.applyLocked(s, ch, now)
}

var outOfOrder = Answer{Code: 500, Reason: "CSeq Out Of Order"}

// refreshLocked carries out the usual request: one contact whose binding exists, on the same flow. It changes the
// record in place and allocates nothing. False: it was none.
func (r *Registrar) refreshLocked(s *shard, rq *Request, w *wanted, now int64) bool {
	if w.star || w.n != 1 || w.contacts[0].expires == 0 {
		return false
	}
	k := &w.contacts[0]
	c := s.find(rq.Owner.User, rq.Owner.Line, k)
	if c == nil || c.contact() != string(k.uri) || !c.live(now) || c.kind != rq.Flow.Kind() {
		return false
	}
	if c.flow != nil && c.flow.ID() != rq.Flow.ID() {
		return false
	}
	for o := s.users[rq.Owner.User]; o != nil; o = o.next {
		if o != c && k.displaces(o, rq.Owner.Line) {
			return false
		}
	}
	r.fill(c, rq, w, k, now)
	if c.expires < s.due {
		s.due = c.expires
	}
	r.wakeBefore(c.expires)
	return true
}

// applyLocked makes a change in memory. It reports whether the user is online then.
func (r *Registrar) applyLocked(s *shard, ch *change, now int64) (online bool) {
	for _, d := range ch.drops {
		for c := s.users[ch.owner.User]; c != nil; c = c.next {
			if c.same(d) && !ch.newer(c) {
				if !ch.replaces(c) {
					r.noteLocked(ch, Removed, c, now)
				}
				r.removeLocked(s, c)
				break
			}
		}
	}
	for _, p := range ch.puts {
		r.putLocked(s, ch, p, now)
	}
	if len(ch.puts) > 0 {
		r.evictLocked(s, ch, now)
	}
	return s.onlineLocked(ch.owner.User, now)
}

// newer reports whether a binding comes from a later request of the same dialog of registrations.
func (ch *change) newer(c *record) bool { return c.callID() == ch.callID && c.cseq > ch.cseq }

// replaces reports whether a removed binding lives on as one that is put: the same contact in other words.
func (ch *change) replaces(c *record) bool {
	for _, p := range ch.puts {
		if c.instance() == p.instance() && (c.instance() != "" || sameContact(p.contact(), c.contact())) {
			return true
		}
	}
	return false
}

func sameContact(a, b string) bool {
	if a == b {
		return true
	}
	u, err := sip.ParseURI([]byte(a))
	if err != nil {
		return false
	}
	v, err := sip.ParseURI([]byte(b))
	return err == nil && u.Equal(v)
}

func (r *Registrar) putLocked(s *shard, ch *change, p *record, now int64) {
	if p.flow != nil && p.flow.Closed() {
		p.flow = nil // it closed while the store was busy
	}
	kind := Registered
	for c := s.users[p.user]; c != nil; c = c.next {
		if !c.same(p) {
			continue
		}
		if ch.newer(c) {
			return
		}
		p.registered = c.registered
		kind = Awake
		if c.live(now) && c.flow == p.flow && (p.flow != nil || c.remote == p.remote && c.remotePort == p.remotePort) {
			kind = 0
		}
		r.removeLocked(s, c)
		break
	}
	r.insertLocked(s, p)
	if p.flow != nil && p.flow.Closed() {
		// It closed just now: FlowClosed may have looked before the binding was there to be found.
		r.leaveFlowLocked(s, p)
	}
	if kind != 0 {
		r.noteLocked(ch, kind, p, now)
	}
}

// evictLocked keeps the line within its number of instances, and an instance within its number of flows: what is
// dormant goes first, then what was refreshed longest ago (signalling 2).
func (r *Registrar) evictLocked(s *shard, ch *change, now int64) {
	o := &ch.owner
	for {
		var victim *record
		instances, flows := 0, 0
		for c := s.users[o.User]; c != nil; c = c.next {
			if c.line != o.Line {
				continue
			}
			if ch.puts[0].instance() != "" && c.instance() == ch.puts[0].instance() {
				flows++
			}
			if s.firstOfInstance(c) {
				instances++
			}
			if !ch.has(c) && (victim == nil || worse(c, victim, now)) {
				victim = c
			}
		}
		if victim == nil || instances <= max(1, o.MaxBindings) && flows <= r.cfg.Limits.FlowsPerInstance {
			return
		}
		r.noteLocked(ch, Removed, victim, now)
		if r.group != nil {
			r.later.remember(victim.user, victim.key())
		}
		r.removeLocked(s, victim)
		r.counters.Evicted.Add(1)
	}
}

func (ch *change) has(c *record) bool {
	for _, p := range ch.puts {
		if p == c {
			return true
		}
	}
	return false
}

// firstOfInstance reports whether no record before c is for the same instance of its line.
func (s *shard) firstOfInstance(c *record) bool {
	if c.instance() == "" {
		return true
	}
	for o := s.users[c.user]; o != c; o = o.next {
		if o.line == c.line && o.instance() == c.instance() {
			return false
		}
	}
	return true
}

func worse(a, b *record, now int64) bool {
	if x, y := a.live(now), b.live(now); x != y {
		return y
	}
	return a.updated < b.updated
}

// told publishes what a change did, and wakes who waits for it.
func (r *Registrar) told(ch *change, online bool) {
	for _, p := range ch.puts {
		r.wakeBefore(p.expires)
	}
	r.publish(ch.owner.User, ch.events, online)
	r.flushLater()
}

func (r *Registrar) publish(u pbx.UserID, events []event, online bool) {
	woke := false
	for _, e := range events {
		switch e.kind {
		case Registered:
			r.counters.Registered.Add(1)
		case Removed:
			r.counters.Removed.Add(1)
		case Awake, Asleep, Expired:
		}
		woke = woke || e.kind == Registered || e.kind == Awake
		r.Events.Publish(Event{User: u, Online: online, Kind: e.kind, Binding: e.binding})
	}
	if woke {
		r.watchers.call(u)
	}
}

// registerInStore is Register with a store. Every answer goes to the Answerer.
func (r *Registrar) registerInStore(rq *Request, w *wanted, now int64) {
	waiter := rq.Later.Defer()
	ch, a := r.changeInStore(rq, w, now, waiter)
	switch {
	case ch == nil && a.Code == 0: // it waits with the one that it repeats
	case ch == nil:
		waiter.Answer(a)
	case r.isDown(now):
		r.finish(ch, errDown)
	default:
		r.submit(ch)
	}
}

// changeInStore makes the change that must be stored; without one it returns the answer, or none if that will come with
// another's.
func (r *Registrar) changeInStore(rq *Request, w *wanted, now int64, waiter Answerer) (*change, Answer) {
	s := r.shard(rq.Owner.User)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.pendingLocked(rq, w); old != nil {
		if old.cseq > w.cseq || len(old.waiters) == maxWaiters {
			return nil, r.refuse(outOfOrder)
		}
		// The answer to the first waits for its commit, and so does this one's (signalling 10).
		old.waiters = append(old.waiters, waiter)
		r.counters.Repeated.Add(1)
		return nil, Answer{}
	}
	switch s.judgeLocked(rq, w) {
	case outdated:
		return nil, r.refuse(outOfOrder)
	case repeated:
		r.counters.Repeated.Add(1)
		return nil, r.accepted(rq, w)
	case proceed:
	}
	ch := new(change)
	r.planLocked(ch, s, rq, w, now)
	if len(ch.puts)+len(ch.drops) == 0 {
		return nil, ch.answer // it removes what is not there
	}
	ch.waiters = append(ch.waiter[:0], waiter)
	if s.pending == nil {
		s.pending = make(map[pbx.LineID]*change)
	}
	ch.next = s.pending[rq.Owner.Line]
	s.pending[rq.Owner.Line] = ch
	return ch, Answer{}
}

const maxWaiters = 16 // retransmissions that wait with a request

// pendingLocked returns the change on its way that the request repeats or comes too late for.
func (s *shard) pendingLocked(rq *Request, w *wanted) *change {
	for ch := s.pending[rq.Owner.Line]; ch != nil; ch = ch.next {
		if ch.callID == string(w.callID) && ch.cseq >= w.cseq {
			return ch
		}
	}
	return nil
}

// settleLocked takes a change off the pending ones.
func (s *shard) settleLocked(ch *change) {
	first := s.pending[ch.owner.Line]
	if first == ch {
		if ch.next == nil {
			delete(s.pending, ch.owner.Line)
		} else {
			s.pending[ch.owner.Line] = ch.next
		}
		return
	}
	for p := first; p != nil; p = p.next {
		if p.next == ch {
			p.next = ch.next
			return
		}
	}
}

// finish ends a change: into memory if it may, then the answers.
func (r *Registrar) finish(ch *change, err error) {
	a, online := r.settle(ch, err)
	if ch.revoked || err != nil && !errors.Is(err, errDown) {
		r.rewriteLater(ch)
	}
	if a.Code == 500 {
		r.counters.RowErrors.Add(1)
		r.cfg.Log.Error("store binding", "line", int64(ch.owner.Line), "error", err)
	}
	r.told(ch, online)
	for _, w := range ch.waiters {
		w.Answer(a)
	}
}

// settle takes a change off the pending ones and decides what becomes of it.
func (r *Registrar) settle(ch *change, err error) (a Answer, online bool) {
	now := time.Now().UnixMilli()
	s := r.shard(ch.owner.User)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settleLocked(ch)
	switch {
	case ch.revoked:
		return Answer{Code: 403}, s.onlineLocked(ch.owner.User, now)
	case err == nil:
		return ch.answer, r.applyLocked(s, ch, now)
	case unavailable(err) && r.onlyRefreshesLocked(s, ch, now):
		r.counters.FromMemory.Add(1)
		for _, p := range ch.puts {
			p.expires = min(p.expires, now+r.cfg.Limits.MaxDownExpires.Milliseconds())
			r.later.remember(p.user, p.key())
		}
		return ch.answer, r.applyLocked(s, ch, now)
	case unavailable(err):
		return r.unavailable(), false
	}
	return Answer{Code: 500}, false
}

// rewriteLater makes sure that the rows of a change whose outcome is not known become what memory says.
func (r *Registrar) rewriteLater(ch *change) {
	for _, c := range ch.puts {
		r.later.remember(c.user, c.key())
	}
	for _, c := range ch.drops {
		r.later.remember(c.user, c.key())
	}
}

// onlyRefreshesLocked reports whether a change leaves the bindings what they are but for their expiry, so that it may
// be written later: each put has a binding with the same contact and path, over UDP also the same address.
func (r *Registrar) onlyRefreshesLocked(s *shard, ch *change, now int64) bool {
	if len(ch.drops) > 0 {
		return false
	}
	for _, p := range ch.puts {
		found := false
		for c := s.users[p.user]; c != nil && !found; c = c.next {
			found = c.same(p) && c.expires > now && c.contact() == p.contact() && c.path() == p.path() &&
				c.kind == p.kind && (c.kind.Reliable() || c.remote == p.remote && c.remotePort == p.remotePort)
		}
		if !found {
			return false
		}
	}
	return true
}
