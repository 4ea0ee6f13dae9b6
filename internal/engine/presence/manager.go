// Package presence owns event subscriptions: phones ask to be told what changes, and are (RFC 6665). The one event package
// there is tells a user what waits in his mailbox (message-summary, RFC 3842); others join it in packages.go.
//
// One goroutine owns every subscription: its machines, its dialog, its timers. Everybody else puts tasks into a queue and
// never waits. What a subscription is about is read by a few workers, since it may have to be asked of the store; whoever
// wants the same is told by the same answer. The machines are tables in wire/sip/event.
//
// It does not authenticate, keeps nothing over a restart, and sends no NOTIFY to who has not subscribed.
package presence

import (
	"cmp"
	"context"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/event"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// Limits bound what subscriptions may use. Zero fields take the default.
type Limits struct {
	Subscriptions int // at one time; 100,000
	PerUser       int // of one user; 250
	PerDevice     int // of one device; 100: a phone with many keys watches as many colleagues
	Waiting       int // tasks that may wait before new subscriptions are refused; 10,000
}

// Config is what a Manager is made of. Mailboxes may be nil: then nobody has a message.
type Config struct {
	Transactions *transaction.Layer
	Flows        Flows
	Directory    Directory
	Mailboxes    Mailboxes

	Host      string     // names this server to phones on TLS that asked for no name; else the domain
	Advertise netip.Addr // stands for a private address of ours towards phones outside; may be unset
	Product   string     // User-Agent and Server

	Limits   Limits
	Log      *slog.Logger // silent if nil
	Counters *Counters    // made if nil
}

// Manager knows every subscription of this server. It is safe for concurrent use.
type Manager struct {
	// fixed after construction
	cfg      Config
	log      *slog.Logger
	counters *Counters
	self     transport.Self
	packages []eventPackage
	table    *table
	queue    queue
	asks     chan *reading
	cancel   context.CancelFunc // ends the readings
	workers  sync.WaitGroup
	stop     chan struct{}
	once     sync.Once
	done     chan struct{}

	// owned by the goroutine
	alarms   alarms
	readings map[resource]*reading
	unread   []*reading // for the workers
	blind    bool       // the last reading failed
	watching map[resource][]*subscription
	builder  sip.Builder
	text     []byte
}

const workers = 4 // that read what subscriptions are about

// New makes a manager and starts its goroutines. Drain ends it.
func New(cfg Config) *Manager {
	cfg.Limits.Subscriptions = cmp.Or(cfg.Limits.Subscriptions, 100_000)
	cfg.Limits.PerUser = cmp.Or(cfg.Limits.PerUser, 250)
	cfg.Limits.PerDevice = cmp.Or(cfg.Limits.PerDevice, 100)
	cfg.Limits.Waiting = cmp.Or(cfg.Limits.Waiting, 10_000)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	ctx, cancel := context.WithCancel(context.Background())
	m := &Manager{
		cfg: cfg, log: cfg.Log, counters: cfg.Counters, self: transport.Self{Host: cfg.Host, Advertise: cfg.Advertise},
		packages: []eventPackage{&messageSummary{cfg.Mailboxes, cfg.Directory}},
		table:    newTable(cfg.Limits),
		queue:    queue{wake: make(chan struct{}, 1)},
		asks:     make(chan *reading), cancel: cancel, stop: make(chan struct{}), done: make(chan struct{}),
		readings: make(map[resource]*reading), watching: make(map[resource][]*subscription),
	}
	for range workers {
		m.workers.Go(func() { m.work(ctx) })
	}
	go m.run()
	return m
}

// Count returns how many subscriptions there are.
func (m *Manager) Count() int { return m.table.count() }

// MailboxChanged tells those who watch the mailbox of a user that it changed.
func (m *Manager) MailboxChanged(u pbx.UserID) {
	about := resource{pack: event.MessageSummary, user: u}
	m.post(nil, func() {
		m.each(slices.Clone(m.watching[about]), func(s *subscription) { m.on(s, event.Change) })
	})
}

// MailboxesChanged tells those who watch any mailbox that it may have changed: somebody lost count of which did.
func (m *Manager) MailboxesChanged() {
	m.post(nil, func() {
		for about, list := range m.watching {
			if about.pack == event.MessageSummary {
				m.each(slices.Clone(list), func(s *subscription) { m.on(s, event.Change) })
			}
		}
	})
}

// EndForUser ends the subscriptions of a user. It returns when the phones were told.
func (m *Manager) EndForUser(u pbx.UserID, reason event.Reason) {
	m.end(func() []*subscription { return m.table.ofUser(u) }, reason)
}

// EndForDevice ends the subscriptions of a device. It returns when the phone was told.
func (m *Manager) EndForDevice(d pbx.DeviceID, reason event.Reason) {
	m.end(func() []*subscription { return m.table.ofDevice(d) }, reason)
}

// EndWhere ends the subscriptions that which picks; secure tells whether NOTIFYs go out encrypted. It returns when the
// phones were told.
func (m *Manager) EndWhere(which func(s Subscriber, secure bool) bool, reason event.Reason) {
	m.end(func() (list []*subscription) {
		for _, s := range m.table.all() {
			if which(s.who, s.flow.Kind().Secure()) {
				list = append(list, s)
			}
		}
		return list
	}, reason)
}

// end ends what list gives, on the goroutine, and waits for that.
func (m *Manager) end(list func() []*subscription, reason event.Reason) {
	told := make(chan struct{})
	m.post(nil, func() {
		defer close(told)
		m.each(list(), func(s *subscription) { m.revoke(s, reason, 0) })
	})
	select {
	case <-told:
	case <-m.done:
	}
}

// farewell is how long phones may take to answer that their subscriptions are over when the server ends.
const farewell = time.Second

// Drain refuses new subscriptions, tells subscribers that the others are over, and stops. It waits for their answers no
// longer than ctx and farewell.
func (m *Manager) Drain(ctx context.Context) {
	m.table.close()
	m.post(nil, func() {
		// RFC 6665 §4.1.3: deactivated would bring everybody back at once, to a server that is on its way out
		m.each(m.table.all(), func(s *subscription) { m.revoke(s, event.Probation, comeBack()) })
	})
	within, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	select {
	case <-m.table.empty:
	case <-within.Done():
	}
	m.once.Do(func() { close(m.stop) })
	m.cancel()
	<-m.done
	m.workers.Wait()
}

// run is the goroutine that owns the subscriptions.
func (m *Manager) run() {
	defer close(m.done)
	defer m.queue.close()
	clock := time.NewTimer(time.Hour)
	defer clock.Stop()
	for {
		for t, ok := m.queue.take(); ok; t, ok = m.queue.take() {
			m.do(t)
		}
		for a := m.alarms.due(time.Now()); a != nil; a = m.alarms.due(time.Now()) {
			m.do(task{a.about, a.ring})
		}
		clock.Reset(m.alarms.wait(time.Now()))
		var asks chan<- *reading
		var next *reading
		if len(m.unread) > 0 {
			asks, next = m.asks, m.unread[0]
		}
		select {
		case <-m.queue.wake:
		case <-clock.C:
		case asks <- next:
			next.asked = true
			m.unread[0] = nil
			m.unread = m.unread[1:]
		case <-m.stop:
			return
		}
	}
}

// do carries a task out. A panic ends the subscription that it was about, and nothing else.
func (m *Manager) do(t task) {
	defer func() {
		if v := recover(); v != nil {
			m.counters.Panics.Add(1)
			m.log.Error("panic", "in", "subscriptions", "panic", v, "stack", string(debug.Stack()))
			if t.about != nil {
				m.forget(t.about)
			}
		}
	}()
	t.do()
}

// each does the same to several subscriptions; a panic ends the one that it was about.
func (m *Manager) each(list []*subscription, do func(s *subscription)) {
	for _, s := range list {
		m.do(task{s, func() { do(s) }})
	}
}

func (m *Manager) post(about *subscription, do func()) { m.queue.put(task{about, do}) }

// task is something that happened, and is to be seen to.
type task struct {
	about *subscription // nil: none, or several
	do    func()
}

// queue hands tasks to the goroutine. What can be in it is bounded by what there is: a request each server transaction,
// an answer each subscription, a change each mailbox and moment.
type queue struct {
	wake chan struct{}

	mu     sync.Mutex
	list   []task
	closed bool
}

// put adds a task. It never waits; after the end the task is dropped.
func (q *queue) put(t task) {
	q.mu.Lock()
	if !q.closed {
		q.list = append(q.list, t)
	}
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) take() (task, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		q.list = nil // a burst's memory is given back
		return task{}, false
	}
	t := q.list[0]
	q.list[0] = task{}
	q.list = q.list[1:]
	return t, true
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.list)
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list, q.closed = nil, true
}
