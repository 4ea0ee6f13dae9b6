package presence_test

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/presence"
	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/event"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

const domain = "pbx.test"

var serverAddr = netip.MustParseAddrPort("192.0.2.1:5060")

// world is a server with its subscriptions, on a network in memory, and the phones around it. User 1 has the number 201
// and the devices 10 to 19, user 2 202 and 20 to 29, and so on.
type world struct {
	*testing.T
	net       *netx.Memory
	transport *transport.Layer
	layer     *transaction.Layer
	manager   *presence.Manager
	counters  *presence.Counters
	mailboxes *mailboxes
	flows     *flows
	hosts     int
}

// run plays a script in virtual time.
func run(t *testing.T, limits presence.Limits, play func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, limits, transaction.Limits{})
		defer w.close()
		play(w)
		w.end()
	})
}

func newWorld(t *testing.T, limits presence.Limits, transactions transaction.Limits) *world {
	t.Helper()
	w := &world{T: t, net: netx.NewMemory(1, netx.Link{}), counters: new(presence.Counters)}
	w.mailboxes = &mailboxes{waiting: make(map[pbx.UserID]pbx.Waiting)}
	w.flows = &flows{of: make(map[pbx.DeviceID]transport.Flow), watch: make(map[int]watch)}
	w.layer = transaction.New(transaction.Config{TU: w, Limits: transactions})
	w.transport = transport.New(transport.Config{
		Network: w.net.Host(serverAddr.Addr()), Handler: w.layer,
		Limits: transport.Limits{Idle: 1000 * time.Hour, IdleStranger: 1000 * time.Hour},
	})
	if _, err := w.transport.ListenUDP(serverAddr); err != nil {
		t.Fatal(err)
	}
	if _, err := w.transport.ListenTCP(serverAddr); err != nil {
		t.Fatal(err)
	}
	w.manager = presence.New(presence.Config{
		Transactions: w.layer, Flows: w.flows, Directory: directory{}, Mailboxes: w.mailboxes, Product: "Ringfence",
		Limits: limits, Counters: w.counters,
	})
	return w
}

// end drains the server, and checks that nothing is left.
func (w *world) end() {
	w.Helper()
	w.manager.Drain(context.Background())
	w.wait(2 * time.Minute) // transactions end
	if s, c := w.layer.Len(); s != 0 || c != 0 {
		w.Errorf("%d server and %d client transactions are left", s, c)
	}
	if n := w.flows.watchers(); n != 0 && w.manager.Count() == 0 {
		w.Errorf("%d watches of phones are left", n)
	}
	if n := w.counters.Panics.Load(); n != 0 {
		w.Errorf("%d panics", n)
	}
}

func (w *world) close() {
	w.manager.Drain(context.Background())
	w.transport.Close()
	w.layer.Close()
}

// wait lets virtual time pass and everything settle.
func (w *world) wait(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // virtual time
	synctest.Wait()
}

// wantCount checks how many subscriptions there are.
func (w *world) wantCount(n int) {
	w.Helper()
	synctest.Wait()
	if got := w.manager.Count(); got != n {
		w.Errorf("%d subscriptions, want %d", got, n)
	}
}

// Request is what sipserver does, with a header in place of digest.
func (w *world) Request(rq *transaction.Incoming) {
	n, _ := strconv.Atoi(string(rq.Msg.Lookup("X-Device")))
	device := pbx.DeviceID(n)
	user := pbx.UserID(n / 10)
	switch {
	case rq.Msg.Method() == sip.REGISTER:
		_ = rq.Reply(200, "", nil)
		w.flows.put(device, rq.Flow.Retain())
	case rq.Msg.Method() != sip.SUBSCRIBE:
		_ = rq.Reply(405, "", nil)
	case rq.Msg.ToTag() == nil:
		w.manager.Subscribe(presence.Incoming{Tx: rq, Subscriber: presence.Subscriber{
			User: user, Device: device, Line: pbx.LineID(n), SIPUsername: fmt.Sprintf("sip%d", n),
		}})
	default:
		switch owner, ok := w.manager.Owner(rq.Msg); {
		case !ok:
			_ = rq.Reply(481, "", nil)
		case owner != device:
			_ = rq.Reply(403, "", nil)
		default:
			w.manager.Renew(rq)
		}
	}
}

// FlowClosed implements transaction.TU.
func (w *world) FlowClosed(transport.Flow) {}

// directory is a roster made by hand.
type directory struct{}

func (directory) Organization() *roster.Organization {
	return &roster.Organization{ID: 1, SIPDomain: domain}
}

func (directory) Dial(value []byte) (roster.Target, bool) {
	switch v := string(value); v {
	case "*97":
		return roster.Target{Kind: pbx.DialFeature, Feature: pbx.FeatureVoicemail}, true
	case "*43":
		return roster.Target{Kind: pbx.DialFeature, Feature: pbx.FeatureEcho}, true
	case "anna":
		return roster.Target{Kind: pbx.DialUsername, User: 1}, true
	default:
		n, err := strconv.Atoi(v)
		if err != nil || n < 201 || n > 299 {
			return roster.Target{}, false
		}
		return roster.Target{Kind: pbx.DialExtension, User: pbx.UserID(n - 200)}, true
	}
}

// mailboxes are made by hand; they may be slow, or fail.
type mailboxes struct {
	mu      sync.Mutex
	waiting map[pbx.UserID]pbx.Waiting
	asked   int
	slow    time.Duration
	err     error
	panics  bool
}

func (m *mailboxes) Waiting(ctx context.Context, u pbx.UserID) (pbx.Waiting, error) {
	m.mu.Lock()
	m.asked++
	w, slow, err, panics := m.waiting[u], m.slow, m.err, m.panics
	m.mu.Unlock()
	if panics {
		panic("a mailbox")
	}
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-ctx.Done():
			return pbx.Waiting{}, ctx.Err()
		}
	}
	return w, err
}

func (m *mailboxes) behave(slow time.Duration, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.slow, m.err = slow, err
}

// put says what is in a mailbox, and tells the server.
func (w *world) put(u pbx.UserID, fresh, saved int) {
	w.mailboxes.mu.Lock()
	w.mailboxes.waiting[u] = pbx.Waiting{New: fresh, Saved: saved}
	w.mailboxes.mu.Unlock()
	w.manager.MailboxChanged(u)
	synctest.Wait()
}

func (m *mailboxes) times() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked
}

// flows is a registrar made by hand.
type flows struct {
	mu    sync.Mutex
	of    map[pbx.DeviceID]transport.Flow
	watch map[int]watch
	next  int
	panic bool
}

type watch struct {
	user pbx.UserID
	f    func()
}

func (x *flows) put(d pbx.DeviceID, f transport.Flow) {
	x.mu.Lock()
	x.of[d] = f
	var tell []func()
	for _, w := range x.watch {
		if w.user == pbx.UserID(d/10) {
			tell = append(tell, w.f)
		}
	}
	x.mu.Unlock()
	for _, f := range tell {
		f()
	}
}

func (x *flows) Flow(d pbx.DeviceID) (transport.Flow, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.panic {
		panic("a flow")
	}
	f, ok := x.of[d]
	return f, ok && !f.Closed()
}

func (x *flows) Watch(u pbx.UserID, f func()) func() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.next++
	n := x.next
	x.watch[n] = watch{u, f}
	return func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		delete(x.watch, n)
	}
}

func (x *flows) watchers() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.watch)
}

// wantNotify checks a NOTIFY: its Subscription-State, up to the seconds of retry-after, and its counts, "" for no body.
func (w *world) wantNotify(m *sip.Message, state event.SubscriptionState, counts string) {
	w.Helper()
	got, err := event.ParseSubscriptionState(m.Get(sip.SubscriptionState))
	if state.RetryAfter > 0 && got.RetryAfter >= 10*time.Second && got.RetryAfter <= 30*time.Second {
		got.RetryAfter = state.RetryAfter
	}
	if err != nil || got != state {
		w.Errorf("Subscription-State %q (%v), want %+v", m.Get(sip.SubscriptionState), err, state)
	}
	if counts == "" {
		if len(m.Body()) != 0 || m.Has(sip.ContentType) {
			w.Errorf("there is a body:\n%s", m.Raw())
		}
		return
	}
	s, err := event.ParseSummary(m.Body())
	text := fmt.Sprintf("%d/%d", s.Voice.New, s.Voice.Old)
	if err != nil || text != counts || s.Waiting != (s.Voice.New > 0) || string(m.Get(sip.ContentType)) != event.SummaryType {
		w.Errorf("%v, want %s in:\n%s", err, counts, m.Raw())
	}
}

func active(d time.Duration) event.SubscriptionState { return event.SubscriptionState{Expires: d} }

func over(r event.Reason) event.SubscriptionState {
	return event.SubscriptionState{Substate: event.SubstateTerminated, Reason: r}
}
