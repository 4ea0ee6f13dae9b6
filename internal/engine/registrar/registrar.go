// Package registrar knows where users can be reached: address-of-record to bindings (RFC 3261 §10.3, 3327, 5626).
//
// The address-of-record is the user; a line of a device owns its bindings and sees no others. Bindings live in maps
// sharded by user. A change is answered after its group commit and is in memory from then on, in the order of the
// commits. A binding on a connection is dormant once the connection closes, and after a restart; one over UDP is a pair
// of addresses and can be called at any time. While the store is down, refreshes are answered from memory.
//
// It does not authenticate and sends nothing: sipserver does. It is safe for concurrent use; nothing in it waits for
// the store except Load and Close. A shard's lock may be held while an index's is taken, never the other way round;
// both are leaves otherwise.
package registrar

import (
	"context"
	"fmt"
	"hash/maphash"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/support/commit"
	"ringfence/internal/support/fanout"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// Limits bound what a phone may ask for. Zero fields take the values named.
type Limits struct {
	MinExpires        time.Duration // 60 s; less is answered 423
	MaxExpires        time.Duration // over UDP, and on connections with outbound: 3600 s
	MaxConnExpires    time.Duration // on connections without outbound: 300 s (signalling 3)
	MaxDownExpires    time.Duration // while the store is down: 120 s (signalling 11)
	FlowsPerInstance  int           // reg-ids of one instance: 4
	CommitTimeout     time.Duration // of one commit: 10 s
	PendingCommitRows int           // rows that may wait for the store: 65,536
}

func (l Limits) withDefaults() Limits {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&l.MinExpires, time.Minute)
	set(&l.MaxExpires, time.Hour)
	set(&l.MaxConnExpires, 5*time.Minute)
	set(&l.MaxDownExpires, 2*time.Minute)
	set(&l.CommitTimeout, 10*time.Second)
	if l.FlowsPerInstance <= 0 {
		l.FlowsPerInstance = 4
	}
	return l
}

// Config is what a Registrar is made of.
type Config struct {
	Store    BindingStore // nil: in memory only
	Flows    Flows
	Node     string // the name of this node
	Limits   Limits
	Counters *Counters    // made if nil
	Log      *slog.Logger // silent if nil
}

// Registrar keeps bindings. Make one with New, Load it before use, and Close it.
type Registrar struct {
	// Events tells when a binding comes, goes, falls asleep or wakes up. A refresh is no event.
	Events fanout.Hub[Event]

	cfg      Config
	counters *Counters
	shards   [shardCount]shard
	devices  index[pbx.DeviceID]
	flows    index[transport.FlowID]
	locals   addresses
	watchers watchers
	count    atomic.Int64

	group     *commit.Group[string, *row] // nil without a store
	downUntil atomic.Int64                // Unix milliseconds: the store failed, and is not asked before
	later     later

	wakeAt atomic.Int64 // when the sweeper wakes up next
	wake   chan struct{}
	stop   chan struct{}
	once   sync.Once
	done   chan struct{}
}

// Event says that something about a user's bindings changed.
type Event struct {
	User    pbx.UserID
	Online  bool // the user has a live binding now
	Kind    EventKind
	Binding Binding
}

// EventKind is what happened to a binding.
type EventKind uint8

// The kinds of event.
const (
	Registered EventKind = iota + 1 // new
	Awake                           // live again, or on another flow
	Asleep                          // its connection closed
	Removed                         // by the phone, by a newer one, or by an administrator
	Expired
)

// Answer is what to answer a REGISTER with.
type Answer struct {
	Code   int
	Reason string // empty: the usual one

	registrar  *Registrar
	user       pbx.UserID
	line       pbx.LineID
	outbound   bool
	minExpires time.Duration
	retryAfter time.Duration
}

// New makes a registrar and starts its goroutines.
func New(cfg Config) *Registrar {
	cfg.Limits = cfg.Limits.withDefaults()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	r := &Registrar{
		cfg: cfg, counters: cfg.Counters,
		wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	r.devices.seed, r.flows.seed = maphash.MakeSeed(), maphash.MakeSeed()
	r.wakeAt.Store(never)
	if cfg.Store != nil {
		r.group = commit.New(commit.Config[string, *row]{
			Key:         func(w *row) string { return w.key },
			Store:       r.store,
			Done:        r.rowDone,
			Unavailable: unavailable,
			MaxPending:  cfg.Limits.PendingCommitRows,
			Timeout:     cfg.Limits.CommitTimeout,
		})
	}
	go r.sweep()
	return r
}

// Load fills an empty registrar from the store. Bindings over UDP can be called at once; others are dormant until the
// phone returns. What has expired is deleted.
func (r *Registrar) Load(ctx context.Context) error {
	if r.cfg.Store == nil {
		return nil
	}
	now := time.Now()
	for b, err := range r.cfg.Store.Load(ctx) {
		if err != nil {
			return fmt.Errorf("load bindings: %w", err)
		}
		if !b.ExpiresAt.After(now) {
			r.deleteLater(b.User, b.Key)
			continue
		}
		rec, ok := r.fromStored(&b)
		if !ok {
			r.deleteLater(b.User, b.Key)
			continue
		}
		s := r.shard(b.User)
		s.mu.Lock()
		r.insertLocked(s, rec)
		s.mu.Unlock()
		r.wakeBefore(rec.expires)
	}
	return nil
}

// Close commits what is pending and stops the goroutines.
func (r *Registrar) Close(ctx context.Context) error {
	r.once.Do(func() { close(r.stop) })
	<-r.done
	if r.group == nil {
		return nil
	}
	return r.group.Close(ctx)
}

// Count returns how many bindings there are, dormant ones included.
func (r *Registrar) Count() int { return int(r.count.Load()) }

// AppendTo writes the header fields of the answer to a request.
func (a Answer) AppendTo(b *sip.Builder, req *sip.Message) {
	switch a.Code {
	case 200:
		a.contacts(b)
		if req.HasToken(sip.Supported, "path") {
			b.Copy(req, sip.Path) // RFC 3327 §5.3
		}
		if a.outbound {
			// RFC 5626 §6: the phone must know that its flow is used.
			b.Header(sip.Require, "outbound")
		}
		b.Header(sip.Supported, "path, outbound")
	case 423:
		b.Int(sip.MinExpires, seconds(a.minExpires)) // RFC 3261 §10.3 step 7
	}
	if a.retryAfter > 0 {
		b.Int(sip.RetryAfter, seconds(a.retryAfter))
	}
}

func seconds(d time.Duration) uint64 { return uint64((d + time.Second - 1) / time.Second) }

// contacts lists the bindings of the line, each with the time that is left (RFC 3261 §10.3 step 8).
func (a Answer) contacts(b *sip.Builder) {
	var room [8]contactView
	now := time.Now().UnixMilli()
	s := a.registrar.shard(a.user)
	list := room[:0]
	s.mu.Lock()
	for rec := s.users[a.user]; rec != nil; rec = rec.next {
		if rec.line == a.line && rec.expires > now {
			list = append(list, contactView{
				contact: rec.contact(), instance: rec.instance(), regID: rec.regID, q: rec.q, left: rec.expires - now,
			})
		}
	}
	s.mu.Unlock()
	for i := range list {
		list[i].appendTo(b)
	}
}

// contactView is what a response tells of a binding.
type contactView struct {
	contact, instance string
	regID, q          uint16
	left              int64 // milliseconds
}

func (c *contactView) appendTo(b *sip.Builder) {
	b.Open(sip.Contact)
	b.Text("<")
	b.Text(c.contact)
	b.Text(">;expires=")
	b.Number(uint64(max(1, (c.left+500)/1000)))
	if c.q != noQ {
		b.Text(";q=")
		b.Text(qText(c.q))
	}
	if c.instance != "" {
		b.Text(`;+sip.instance="`)
		b.Text(c.instance)
		b.Text(`"`)
	}
	if c.regID != 0 {
		b.Text(";reg-id=")
		b.Number(uint64(c.regID))
	}
	b.Close()
}
