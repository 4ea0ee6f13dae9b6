package call_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/media"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

const domain = "pbx.test"

var (
	serverAddr = netip.MustParseAddrPort("192.0.2.1:5060")
	secureAddr = netip.MustParseAddrPort("192.0.2.1:5061")
)

// world is a server with its calls, on a network in memory, and the phones around it.
type world struct {
	*testing.T
	net       *netx.Memory
	transport *transport.Layer
	layer     *transaction.Layer
	media     *media.Engine
	calls     *call.Manager
	counters  *call.Counters
	dir       *directory
	records   *records
	bindings  *bindings
	hosts     int
	closers   []func()
	roots     *x509.CertPool
}

type options struct {
	limits  call.Limits
	timeout time.Duration // of media; never if zero
	expires time.Duration // of sessions
	link    netx.Link
	config  func(*call.Config)
}

// run plays a script in virtual time.
func run(t *testing.T, o options, play func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, o)
		defer w.close()
		play(w)
		w.end()
	})
}

// close stops everything, also after a test has failed.
func (w *world) close() {
	w.dir.mu.Lock()
	w.dir.onDial = nil
	w.dir.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	_ = w.calls.Drain(ctx) // what matters was checked by end
	for _, f := range w.closers {
		f()
	}
	w.transport.Close()
	w.layer.Close()
	w.media.Close()
}

func newWorld(t *testing.T, o options) *world {
	t.Helper()
	if o.timeout == 0 {
		o.timeout = 1000 * time.Hour
	}
	w := &world{T: t, net: netx.NewMemory(1, o.link), counters: new(call.Counters)}
	w.dir = newDirectory()
	w.records = &records{t: t, rows: make(map[pbx.CallID]pbx.CallRecord)}
	w.bindings = &bindings{users: make(map[pbx.UserID][]route.Binding), watch: make(map[pbx.UserID]map[int]func())}
	host := w.net.Host(serverAddr.Addr())
	engine, err := media.New(media.Config{
		Network: host, PortFrom: 20000, PortTo: 59998, PortRest: time.Millisecond, Timeout: o.timeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.media = engine
	w.layer = transaction.New(transaction.Config{TU: w})
	certificate, roots := certificate(t)
	w.roots = roots
	w.transport = transport.New(transport.Config{Network: host, Handler: w.layer, TLS: certificate, Limits: transport.Limits{
		Idle: 1000 * time.Hour, IdleStranger: 1000 * time.Hour,
	}})
	if _, err := w.transport.ListenUDP(serverAddr); err != nil {
		t.Fatal(err)
	}
	if _, err := w.transport.ListenTCP(serverAddr); err != nil {
		t.Fatal(err)
	}
	if _, err := w.transport.ListenTLS(secureAddr); err != nil {
		t.Fatal(err)
	}
	cfg := call.Config{
		Transactions: w.layer, Media: call.Engine(engine), Bindings: w.bindings, Directory: w.dir, Records: w.records,
		Node: "one", Product: "Ringfence", Limits: o.limits, SessionExpires: o.expires, Counters: w.counters,
	}
	if o.config != nil {
		o.config(&cfg)
	}
	w.calls = call.New(cfg)
	return w
}

// end drains the server, and checks that nothing is left.
func (w *world) end() {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := w.calls.Drain(ctx); err != nil {
		w.Errorf("drain: %v", err)
	}
	w.wait(2 * time.Minute) // transactions end
	if n := len(w.calls.Live()); n != 0 {
		w.Errorf("%d calls are still live", n)
	}
	if s, c := w.layer.Len(); s != 0 || c != 0 {
		w.Errorf("%d server and %d client transactions are left", s, c)
	}
	if n := w.bindings.watchers(); n != 0 {
		w.Errorf("%d watches of bindings are left", n)
	}
	if n := w.counters.Panics.Load(); n != 0 {
		w.Errorf("%d panics", n)
	}
	if n := w.counters.Lingered.Load(); n != 0 {
		w.Errorf("%d calls were cut off while something was outstanding", n)
	}
	w.records.check()
}

// wait lets virtual time pass and everything settle.
func (w *world) wait(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // virtual time
	synctest.Wait()
}

// Request is what sipserver does, with a header in place of digest.
func (w *world) Request(rq *transaction.Incoming) {
	device := pbx.DeviceID(0)
	if v := rq.Msg.Lookup("X-Device"); v != nil {
		n, _ := strconv.Atoi(string(v))
		device = pbx.DeviceID(n)
	}
	method := rq.Msg.Method()
	if method == sip.REGISTER {
		w.register(rq, device)
		return
	}
	if rq.Msg.ToTag() != nil || method == sip.ACK {
		code := 0
		switch w.calls.Deliver(rq, device) {
		case call.NoDialog:
			code = 481
		case call.NeedsAuth:
			code = 401
		case call.WrongDevice:
			code = 403
		case call.Delivered:
		}
		if code != 0 && method != sip.ACK {
			_ = rq.Reply(code, "", nil)
		}
		return
	}
	u, line, ok := w.dir.device(device)
	if method != sip.INVITE || !ok {
		_ = rq.Reply(403, "", nil)
		return
	}
	w.calls.NewCall(call.Incoming{Tx: rq, Caller: call.Caller{User: u.ID, Line: line.ID, Device: line.Device}})
}

// FlowClosed implements transaction.TU.
func (w *world) FlowClosed(f transport.Flow) {
	w.bindings.closed(f)
	w.calls.FlowClosed(f)
}

func (w *world) register(rq *transaction.Incoming, device pbx.DeviceID) {
	u, line, _ := w.dir.device(device)
	contact, _ := rq.Msg.Contact()
	w.bindings.put(u.ID, route.Binding{
		Line: line.ID, Device: device, Instance: string(rq.Msg.Lookup("X-Instance")),
		Contact: string(contact.RawURI), Flow: rq.Flow.Retain(),
	})
	_ = rq.Reply(200, "", nil)
}

// directory is a roster made by hand. Line and device of a user have the same number.
type directory struct {
	mu      sync.Mutex
	users   map[pbx.UserID]*roster.User
	dial    map[string]roster.Target
	groups  map[pbx.RingGroupID]*pbx.RingGroup
	org     roster.Organization
	devices map[pbx.DeviceID]pbx.UserID
	onDial  func()
}

func newDirectory() *directory {
	d := &directory{
		users: make(map[pbx.UserID]*roster.User), dial: make(map[string]roster.Target),
		devices: make(map[pbx.DeviceID]pbx.UserID), groups: make(map[pbx.RingGroupID]*pbx.RingGroup),
		org: roster.Organization{ID: 1, SIPDomain: domain, Names: []string{"192.0.2.1"}},
	}
	d.dial["*43"] = roster.Target{Kind: pbx.DialFeature, Feature: pbx.FeatureEcho}
	d.dial["*97"] = roster.Target{Kind: pbx.DialFeature, Feature: pbx.FeatureVoicemail}
	return d
}

// user makes a user with so many devices, whose ids are ten times the user's and up.
func (d *directory) user(id pbx.UserID, name string, devices int) *roster.User {
	u := &roster.User{
		ID: id, Organization: 1, Number: strconv.Itoa(200 + int(id)), DisplayName: name, Kind: pbx.Person, Enabled: true,
	}
	for i := range devices {
		n := int64(id)*10 + int64(i)
		u.Lines = append(u.Lines, &roster.Line{
			ID: pbx.LineID(n), Device: pbx.DeviceID(n), User: id, Security: pbx.AnySecurity, Enabled: true,
		})
		d.devices[pbx.DeviceID(n)] = id
	}
	d.users[id] = u
	d.dial[u.Number] = roster.Target{Kind: pbx.DialExtension, User: id}
	return u
}

func (d *directory) Dial(value []byte) (roster.Target, bool) {
	d.mu.Lock()
	f := d.onDial
	t, ok := d.dial[string(value)]
	d.mu.Unlock()
	if f != nil {
		f()
	}
	return t, ok
}

func (d *directory) User(id pbx.UserID) (*roster.User, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, ok := d.users[id]
	return u, ok
}

// ringGroup makes a ring group with the number 700 and up.
func (d *directory) ringGroup(g pbx.RingGroup) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g.Number = strconv.Itoa(700 + int(g.ID))
	if g.RingSeconds == 0 {
		g.RingSeconds = pbx.DefaultRingSeconds
	}
	d.groups[g.ID] = &g
	d.dial[g.Number] = roster.Target{Kind: pbx.DialRingGroup, RingGroup: g.ID}
}

func (d *directory) RingGroup(id pbx.RingGroupID) (*pbx.RingGroup, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g, ok := d.groups[id]
	return g, ok
}

func (d *directory) Organization() *roster.Organization { return &d.org }

func (d *directory) device(id pbx.DeviceID) (*roster.User, *roster.Line, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, ok := d.users[d.devices[id]]
	if !ok {
		return nil, nil, false
	}
	for _, l := range u.Lines {
		if l.Device == id {
			return u, l, true
		}
	}
	return nil, nil, false
}

// bindings is a registrar made by hand.
type bindings struct {
	mu    sync.Mutex
	users map[pbx.UserID][]route.Binding
	watch map[pbx.UserID]map[int]func()
	next  int
}

func (b *bindings) put(u pbx.UserID, x route.Binding) {
	b.mu.Lock()
	list := slices.DeleteFunc(b.users[u], func(o route.Binding) bool {
		return o.Device == x.Device && o.Instance == x.Instance
	})
	b.users[u] = append([]route.Binding{x}, list...)
	var fs []func()
	for _, f := range b.watch[u] {
		fs = append(fs, f)
	}
	b.mu.Unlock()
	for _, f := range fs {
		f()
	}
}

func (b *bindings) closed(f transport.Flow) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, list := range b.users {
		for i := range list {
			if list[i].Flow != nil && list[i].Flow.ID() == f.ID() {
				list[i].Flow = nil
			}
		}
	}
}

// drop takes the bindings of a user away; dormant takes their flows.
func (b *bindings) drop(u pbx.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.users, u)
}

func (b *bindings) dormant(u pbx.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.users[u] {
		b.users[u][i].Flow = nil
	}
}

func (b *bindings) Bindings(u pbx.UserID) []route.Binding {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.users[u])
}

func (b *bindings) Flow(d pbx.DeviceID) (transport.Flow, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, list := range b.users {
		for _, x := range list {
			if x.Device == d && x.Flow != nil {
				return x.Flow, true
			}
		}
	}
	return nil, false
}

func (b *bindings) Watch(u pbx.UserID, f func()) func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watch[u] == nil {
		b.watch[u] = make(map[int]func())
	}
	b.next++
	n := b.next
	b.watch[u][n] = f
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.watch[u], n)
	}
}

func (b *bindings) watchers() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, w := range b.watch {
		n += len(w)
	}
	return n
}

// records is a RecordStore in memory that watches over its rows.
type records struct {
	t     *testing.T
	mu    sync.Mutex
	rows  map[pbx.CallID]pbx.CallRecord
	order []pbx.CallID
	err   error

	counted map[pbx.EndReason]int // if made: closed rows are counted and dropped
}

func (r *records) Commit(_ context.Context, changes []call.RecordChange) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	for _, v := range changes {
		old, known := r.rows[v.Record.ID]
		switch {
		case v.Close == v.Record.Open():
			r.t.Errorf("record %d: close is %t and open is %t", v.Record.ID, v.Close, v.Record.Open())
		case known && !old.Open():
			r.t.Errorf("record %d is changed after it was closed", v.Record.ID)
		case known && !v.Close:
			r.t.Errorf("record %d is opened twice", v.Record.ID)
		}
		if !known {
			r.order = append(r.order, v.Record.ID)
		}
		r.rows[v.Record.ID] = v.Record
		if r.counted != nil {
			r.order = nil
			if v.Close {
				r.counted[v.Record.EndReason]++
				delete(r.rows, v.Record.ID)
			}
		}
	}
	return nil
}

func (r *records) CloseOpen(_ context.Context, node string, at time.Time, reason pbx.EndReason) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for id, v := range r.rows {
		if v.Open() && v.Node == node {
			v.EndedAt, v.EndReason = at, reason
			r.rows[id] = v
			n++
		}
	}
	return n, nil
}

// check wants every record closed with a reason of the set.
func (r *records) check() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range r.rows {
		if v.Open() || !v.EndReason.Valid() {
			r.t.Errorf("record %d: open %t, reason %q", v.ID, v.Open(), v.EndReason)
		}
	}
}

func (r *records) all() []pbx.CallRecord {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []pbx.CallRecord
	for _, id := range r.order {
		list = append(list, r.rows[id])
	}
	return list
}

// want checks the last record: its reason, status, and whether it was answered.
func (w *world) want(reason pbx.EndReason, status int, answered bool) pbx.CallRecord {
	w.Helper()
	synctest.Wait()
	all := w.records.all()
	if len(all) == 0 {
		w.Fatal("no record")
	}
	r := all[len(all)-1]
	if r.EndReason != reason || r.SIPStatus != status || r.AnsweredAt.IsZero() == answered {
		w.Errorf("record: %q, status %d, answered %t; want %q, %d, %t",
			r.EndReason, r.SIPStatus, !r.AnsweredAt.IsZero(), reason, status, answered)
	}
	return r
}

// wantRecords checks how many records there are.
func (w *world) wantRecords(n int) {
	w.Helper()
	synctest.Wait()
	if got := len(w.records.all()); got != n {
		w.Errorf("%d records, want %d", got, n)
	}
}

// only returns the one call that is live.
func (w *world) only() pbx.LiveCall {
	w.Helper()
	synctest.Wait()
	list := w.calls.Live()
	if len(list) != 1 {
		w.Fatalf("%d live calls, want 1", len(list))
	}
	return list[0]
}

func title(m *sip.Message) string {
	if m.IsRequest() {
		return string(m.MethodName())
	}
	return fmt.Sprintf("%d %s", m.StatusCode(), m.Method())
}

// has checks that a message has a header whose value contains text.
func (w *world) has(m *sip.Message, h sip.HeaderID, text string) {
	w.Helper()
	for v := range m.All(h) {
		if strings.Contains(string(v), text) {
			return
		}
	}
	w.Errorf("%s has no %s with %q:\n%s", title(m), h, text, m.Raw())
}
