// Package call is the back-to-back user agent: it answers a caller's INVITE, makes an INVITE of its own for each phone of
// the callee, and joins the two (signalling 4 and 13 to 19 of docs/signalling.md; RFC 3261, 3262, 3264, 3311, 3326, 4028).
//
// One actor goroutine owns one call, from before routing until nothing of it is left on the network. Everybody else
// posts events to the call's bounded inbox and never waits; a panic or a full inbox ends that call only. The machines of
// the legs and of the call are tables (state.go); those of RFC 3262, 3264 and 4028 are in wire/sip/dialog. Every call
// leaves exactly one record.
//
// It does not authenticate, does not parse session descriptions, and does not know the store.
package call

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/support/fanout"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// Limits bound what calls may use. Zero fields take the default.
type Limits struct {
	Calls   int // calls at one time; 5,000
	PerUser int // calls at one time made by one user; 50
	Inbox   int // events that wait for one call; 64
}

// Config is what a Manager is made of.
type Config struct {
	Transactions *transaction.Layer
	Media        Media
	Bindings     Bindings
	Directory    route.Directory
	Records      RecordStore
	Personal     Personal
	Voicemail    Voicemail
	Music        []int16 // what who is put on hold hears, again and again, at 8 kHz; empty: nothing

	Node      string     // names this server in records
	Host      string     // names this server to phones on TLS that asked for no name; else the domain
	Advertise netip.Addr // stands for a private address of ours towards phones outside; may be unset
	Product   string     // User-Agent and Server

	Limits         Limits
	NoAnswer       time.Duration // where the user's ring time is unset; 60 s
	DormantWait    time.Duration // where the user's is unset; 10 s
	SessionExpires time.Duration // 30 min
	Log            *slog.Logger  // silent if nil
	Counters       *Counters     // made if nil
}

// Caller is who makes a call: the line that authenticated.
type Caller struct {
	User   pbx.UserID
	Line   pbx.LineID
	Device pbx.DeviceID
}

// Incoming is an INVITE outside of any dialog, from an authenticated caller. Tx is valid during the call of NewCall.
type Incoming struct {
	Tx     *transaction.Incoming
	Caller Caller
}

// Delivery is what became of a request within a dialog.
type Delivery uint8

// The deliveries.
const (
	Delivered   Delivery = iota
	NoDialog             // answer 481 (an ACK: drop it)
	NeedsAuth            // it came on another flow than the dialog's: challenge it (signalling 4)
	WrongDevice          // another device's credentials: answer 403
)

// Manager knows every call of this server. It is safe for concurrent use.
type Manager struct {
	// Events tells what happens to calls.
	Events fanout.Hub[Event]

	// fixed after construction
	cfg      Config
	log      *slog.Logger
	counters *Counters
	policy   dialog.SessionPolicy
	self     transport.Self
	index    *index
	records  *recorder
	phones   phoneUses
	actors   sync.WaitGroup

	mu       sync.Mutex
	draining bool
	calls    map[pbx.CallID]*Call
	users    map[pbx.UserID]int
	lastID   pbx.CallID
}

// New makes a manager. Drain ends it.
func New(cfg Config) *Manager {
	cfg.Limits.Calls = cmp.Or(cfg.Limits.Calls, 5000)
	cfg.Limits.PerUser = cmp.Or(cfg.Limits.PerUser, 50)
	cfg.Limits.Inbox = cmp.Or(cfg.Limits.Inbox, 64)
	cfg.NoAnswer = cmp.Or(cfg.NoAnswer, 60*time.Second)
	cfg.DormantWait = cmp.Or(cfg.DormantWait, 10*time.Second)
	cfg.SessionExpires = max(cmp.Or(cfg.SessionExpires, 30*time.Minute), dialog.MinSessionExpires)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	m := &Manager{
		cfg: cfg, log: cfg.Log, counters: cfg.Counters, index: newIndex(),
		self:   transport.Self{Host: cfg.Host, Advertise: cfg.Advertise},
		policy: dialog.SessionPolicy{Interval: cfg.SessionExpires, Min: dialog.MinSessionExpires},
		calls:  make(map[pbx.CallID]*Call),
		users:  make(map[pbx.UserID]int),
	}
	m.records = newRecorder(cfg.Records, cfg.Counters, cfg.Log)
	return m
}

// Start closes the records that an earlier run of this node left open (signalling 19).
func (m *Manager) Start(ctx context.Context) error {
	n, err := m.cfg.Records.CloseOpen(ctx, m.cfg.Node, time.Now(), pbx.EndServerRestart)
	if err != nil {
		return err
	}
	if n > 0 {
		m.log.LogAttrs(ctx, slog.LevelInfo, "closed the records of calls that a restart cut off", slog.Int("calls", n))
	}
	return nil
}

// NewCall makes a call of an INVITE and returns at once; it answers the INVITE in every case.
func (m *Manager) NewCall(in Incoming) {
	rq := in.Tx
	if code, add := m.unfit(rq.Msg); code != 0 {
		_ = rq.Reply(code, "", add) // the caller tries again, with what we asked for
		return
	}
	c, refusal := m.admit(in.Caller)
	if refusal != "" {
		m.counters.Refused.Add(1)
		m.refuse(in, c, refusal)
		return
	}
	invite := &inbound{leg: c.a, method: sip.INVITE}
	invite.seq, _ = rq.Msg.CSeq()
	tx, err := rq.Begin(invite)
	if err != nil {
		m.forget(c)
		m.actors.Done()
		if errors.Is(err, transaction.ErrLimit) {
			_ = rq.Reply(503, "", retryAfter) // nothing more can be done for a flow that is gone
		}
		return
	}
	invite.tx, invite.req = tx, rq.Msg.Clone()
	c.a.invite = invite
	c.a.flow = tx.Flow()
	m.counters.Calls.Add(1)
	m.index.add(c.a, string(rq.Msg.CallID()))
	go c.run()
}

// admit makes a call, and says for what reason it is refused at once.
func (m *Manager) admit(from Caller) (c *Call, refusal pbx.EndReason) {
	c = &Call{
		m: m, from: from, started: time.Now(), inbox: make(chan event, m.cfg.Limits.Inbox),
	}
	c.a = &leg{call: c, caller: true, tag: sip.NewTag()}
	c.a.party.user, c.a.party.device, c.a.party.line = from.User, from.Device, from.Line
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastID = max(m.lastID+1, idAt(c.started))
	c.id = m.lastID
	if m.draining {
		return c, pbx.EndServerShutdown
	}
	if len(m.calls) >= m.cfg.Limits.Calls || m.users[from.User] >= m.cfg.Limits.PerUser {
		return c, pbx.EndOverload
	}
	m.actors.Add(1)
	m.calls[c.id] = c
	m.users[from.User]++
	m.phones.talking(from.User, 1)
	return c, ""
}

// refuse answers an INVITE that becomes no call for want of room, and leaves its record.
func (m *Manager) refuse(in Incoming, c *Call, reason pbx.EndReason) {
	_ = in.Tx.Reply(statusOf(reason), "", retryAfter) // the caller may try again
	c.describe(in.Tx.Msg, in.Tx.Flow)
	c.closeRecord(usual(reason))
}

// idAt is the least id of a call that begins at a time: milliseconds since 2020 and room for 8,192 in each. Ids rise
// over restarts and stay below 2^53 until the year 2054.
func idAt(t time.Time) pbx.CallID {
	const epoch = 1_577_836_800_000
	return pbx.CallID((t.UnixMilli() - epoch) << 13)
}

// forget takes the call from the list of calls; it may be called twice.
func (m *Manager) forget(c *Call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calls[c.id] != c {
		return
	}
	delete(m.calls, c.id)
	m.phones.talking(c.from.User, -1)
	if c.winner != nil {
		m.phones.talking(c.winner.party.user, -1)
	}
	if m.users[c.from.User]--; m.users[c.from.User] <= 0 {
		delete(m.users, c.from.User)
	}
}

// Deliver hands a request within a dialog, or an ACK, to its call. device is the one whose digest was verified on this
// very request, zero if none was.
func (m *Manager) Deliver(rq *transaction.Incoming, device pbx.DeviceID) Delivery {
	e, ok := m.index.find(rq.Msg.ToTag(), rq.Msg.CallID())
	if !ok {
		return NoDialog
	}
	if device != 0 && device != e.device {
		return WrongDevice
	}
	other := rq.Flow.ID() != e.flow
	if other && e.secure && !rq.Flow.Kind().Secure() {
		return WrongDevice // what was encrypted stays so
	}
	c := e.leg.call
	if rq.Msg.Method() == sip.ACK {
		// RFC 3261 §22.1: an ACK can't be challenged; one from elsewhere may end a wait, but brings no description
		if other && device == 0 && len(rq.Msg.Body()) > 0 {
			return NoDialog
		}
		c.post(event{kind: evACK, leg: e.leg, msg: rq.Msg.Clone()})
		return Delivered
	}
	if other && device == 0 {
		return NeedsAuth
	}
	in := &inbound{leg: e.leg, method: rq.Msg.Method()}
	in.seq, _ = rq.Msg.CSeq()
	tx, err := rq.Begin(in)
	if err != nil {
		if errors.Is(err, transaction.ErrLimit) {
			_ = rq.Reply(503, "", retryAfter) // the peer tries again
		}
		return Delivered
	}
	in.tx = tx
	ev := event{kind: evRequest, leg: e.leg, in: in, msg: rq.Msg.Clone()}
	if other {
		ev.more = rq.Flow.Retain()
	}
	c.post(ev)
	return Delivered
}

// FlowClosed tells the calls on a connection that it is gone.
func (m *Manager) FlowClosed(f transport.Flow) {
	for _, l := range m.index.on(f.ID()) {
		l.call.post(event{kind: evFlowLost, leg: l, more: f})
	}
}

// Live lists the calls that are going on, the oldest first.
func (m *Manager) Live() []pbx.LiveCall {
	var list []pbx.LiveCall
	for _, c := range m.all() {
		if l := c.live.Load(); l != nil {
			list = append(list, l.now())
		}
	}
	slices.SortFunc(list, func(a, b pbx.LiveCall) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Hangup ends a call; false if there is none of that id.
func (m *Manager) Hangup(id pbx.CallID, reason pbx.EndReason) bool {
	m.mu.Lock()
	c, ok := m.calls[id]
	m.mu.Unlock()
	if ok {
		c.post(event{kind: evHangUp, more: &order{reason: reason}})
	}
	return ok
}

// EndForUser ends the calls in which the user takes part.
func (m *Manager) EndForUser(u pbx.UserID, reason pbx.EndReason) {
	for _, c := range m.all() {
		c.post(event{kind: evEndFor, more: &order{reason: reason, user: u}})
	}
}

// EndForDevice ends the calls in which the device takes part.
func (m *Manager) EndForDevice(d pbx.DeviceID, reason pbx.EndReason) {
	for _, c := range m.all() {
		c.post(event{kind: evEndFor, more: &order{reason: reason, device: d}})
	}
}

// Drain refuses new calls, ends all others with BYE, and returns when they are gone and their records stored, or when
// ctx is done.
func (m *Manager) Drain(ctx context.Context) error {
	m.mu.Lock()
	m.draining = true
	m.mu.Unlock()
	for _, c := range m.all() {
		c.post(event{kind: evHangUp, more: &order{reason: pbx.EndServerShutdown}})
	}
	done := make(chan struct{})
	go func() {
		m.actors.Wait()
		close(done)
	}()
	var cut error
	select {
	case <-done:
	case <-ctx.Done():
		cut = fmt.Errorf("calls did not end in time: %w", ctx.Err())
	}
	// The records are stored also when a phone did not answer its BYE.
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordsTime)
	defer cancel()
	return errors.Join(cut, m.records.close(keep))
}

// recordsTime is how long the store may take for the last records.
const recordsTime = 5 * time.Second

func (m *Manager) all() []*Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]*Call, 0, len(m.calls))
	for _, c := range m.calls {
		list = append(list, c)
	}
	return list
}
