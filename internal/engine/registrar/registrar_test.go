package registrar

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// Each row is a series of REGISTERs of one line in memory; the last answer counts.
func TestWhatARegisterDoes(t *testing.T) {
	type step struct {
		headers []string
		tcp     bool
	}
	for _, c := range []struct {
		name  string
		steps []step
		code  int
		want  []string
	}{
		{"a binding is made", []step{{headers: []string{"Contact: <sip:a@p>"}}}, 200, []string{"<sip:a@p>;expires=3600"}},
		{
			"its own expiry counts before that of the request",
			[]step{{headers: []string{"Contact: <sip:a@p>;expires=120", "Expires: 600"}}},
			200,
			[]string{"<sip:a@p>;expires=120"},
		},
		{
			"too long is cut",
			[]step{{headers: []string{"Contact: <sip:a@p>", "Expires: 99999999999"}}},
			200,
			[]string{"<sip:a@p>;expires=3600"},
		},
		{
			"on a connection at most 300 s",
			[]step{{headers: []string{"Contact: <sip:a@p>"}, tcp: true}},
			200,
			[]string{"<sip:a@p>;expires=300"},
		},
		{
			"on a connection with outbound an hour", []step{{headers: []string{
				"Contact: <sip:a@p>;reg-id=1" + instance, "Supported: outbound",
			}, tcp: true}}, 200, []string{`<sip:a@p>;expires=3600;+sip.instance="<urn:uuid:1>";reg-id=1`},
		},
		{
			"reg-id without outbound says nothing", []step{{headers: []string{
				"Contact: <sip:a@p>;reg-id=1" + instance,
			}}}, 200, []string{`<sip:a@p>;expires=3600;+sip.instance="<urn:uuid:1>"`},
		},
		{"too short is refused", []step{{headers: []string{"Contact: <sip:a@p>;expires=10"}}}, 423, nil},
		{
			"q is kept",
			[]step{{headers: []string{"Contact: <sip:a@p>;q=0.5, <sip:b@p>;q=0"}}},
			200,
			[]string{"<sip:a@p>;expires=3600;q=0.500", "<sip:b@p>;expires=3600;q=0.000"},
		},
		{
			"without contact it only asks",
			[]step{{headers: []string{"Contact: <sip:a@p>"}}, {}},
			200,
			[]string{"<sip:a@p>;expires=3600"},
		},
		{
			"expires 0 removes one",
			[]step{{headers: []string{"Contact: <sip:a@p>, <sip:b@p>"}}, {headers: []string{"Contact: <sip:a@P>;expires=0"}}},
			200,
			[]string{"<sip:b@p>;expires=3600"},
		},
		{
			"a star removes all",
			[]step{{headers: []string{"Contact: <sip:a@p>, <sip:b@p>"}}, {headers: []string{"Contact: *", "Expires: 0"}}},
			200, nil,
		},
		{"a star needs Expires: 0", []step{{headers: []string{"Contact: *", "Expires: 1"}}}, 400, nil},
		{"a star stands alone", []step{{headers: []string{"Contact: *, <sip:a@p>", "Expires: 0"}}}, 400, nil},
		{
			"the same instance replaces",
			[]step{{headers: []string{"Contact: <sip:a@p>" + instance}}, {headers: []string{"Contact: <sip:b@p>" + instance}}},
			200,
			[]string{`<sip:b@p>;expires=3600;+sip.instance="<urn:uuid:1>"`},
		},
		{
			"a contact that now tells its instance replaces itself",
			[]step{{headers: []string{"Contact: <sip:a@p>"}}, {headers: []string{"Contact: <sip:a@p>" + instance}}},
			200,
			[]string{`<sip:a@p>;expires=3600;+sip.instance="<urn:uuid:1>"`},
		},
		{
			"a lower CSeq is too late",
			[]step{
				{headers: []string{"Contact: <sip:a@p>", "CSeq: 9 REGISTER"}},
				{headers: []string{"Contact: <sip:a@p>", "CSeq: 8 REGISTER"}},
			},
			500, nil,
		},
		{
			"a lower CSeq in another Call-ID is a restarted phone",
			[]step{
				{headers: []string{"Contact: <sip:a@p>", "CSeq: 9 REGISTER"}},
				{headers: []string{"Contact: <sip:a@p>", "CSeq: 1 REGISTER", "Call-ID: c2"}},
			},
			200,
			[]string{"<sip:a@p>;expires=3600"},
		},
		{
			"the sixth contact takes the place of the oldest",
			[]step{
				{headers: []string{"Contact: <sip:1@p>"}},
				{headers: []string{"Contact: <sip:2@p>"}},
				{headers: []string{"Contact: <sip:3@p>"}},
				{headers: []string{"Contact: <sip:4@p>"}},
				{headers: []string{"Contact: <sip:5@p>"}},
				{headers: []string{"Contact: <sip:6@p>"}},
			},
			200,
			[]string{
				"<sip:2@p>;expires=3597", "<sip:3@p>;expires=3598", "<sip:4@p>;expires=3599",
				"<sip:5@p>;expires=3600", "<sip:6@p>;expires=3600",
			},
		},
		{"a contact must be SIP", []step{{headers: []string{"Contact: <mailto:a@p>"}}}, 400, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, store := range []BindingStore{nil, &memory{}} {
					b := newBench(t, store)
					var code int
					var got []string
					for i, s := range c.steps {
						f := newFlow(transport.UDP, phone)
						if s.tcp {
							f = newFlow(transport.TCP, phone)
						}
						code, got = b.ask(f, s.headers...)
						if len(c.steps) > 2 && i+2 < len(c.steps) {
							pass(time.Second)
						}
					}
					if code != c.code || code == 200 && !cmp.Equal(got, c.want) {
						t.Errorf("store %v: %d %q", store != nil, code, got)
					}
					b.close()
				}
			})
		})
	}
}

func TestOutboundAndPathAreConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		defer b.close()
		a := b.send(newFlow(transport.TLS, phone), "Contact: <sip:a@p>;reg-id=1"+instance, "Supported: path, outbound",
			"Path: <sip:edge.example.com;lr;ob>")
		m := render(t, a.all()[0], a.req)
		if !m.HasToken(sip.Require, "outbound") || string(m.Get(sip.Path)) != "<sip:edge.example.com;lr;ob>" {
			t.Errorf("%s", m.Raw())
		}
		if got := b.r.Bindings(7)[0].Path; !slices.Equal(got, []string{"<sip:edge.example.com;lr;ob>"}) {
			t.Errorf("path %q", got)
		}
		code, _ := b.ask(newFlow(transport.TLS, phone), "Contact: <sip:a@p>;reg-id=1"+instance, "Supported: outbound",
			"Via: SIP/2.0/TLS edge")
		if code != 439 {
			t.Errorf("through a proxy without Path: %d", code)
		}
	})
}

func TestOneInstanceHasSeveralFlowsWithOutbound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &memory{})
		defer b.close()
		b.owner.MaxBindings = 1
		for i := 1; i <= 2; i++ {
			code, _ := b.ask(newFlow(transport.TLS, phone), fmt.Sprintf("Contact: <sip:a@p>;reg-id=%d"+instance, i),
				"Supported: outbound", fmt.Sprintf("Call-ID: r%d", i))
			if code != 200 {
				t.Fatal(code)
			}
			pass(time.Second)
		}
		if got := b.r.Bindings(7); len(got) != 2 || got[0].Key.RegID != 2 {
			t.Errorf("%d bindings", len(got))
		}
		if _, got := b.ask(newFlow(transport.TLS, phone), "Contact: <sip:a@p>"+instance, "Call-ID: r3"); len(got) != 1 {
			t.Errorf("without outbound the instance has %q", got)
		}
	})
}

func TestAClosedConnectionMakesDormantAndAReturnWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &memory{})
		defer b.close()
		events := b.r.Events.Subscribe(16)
		defer events.Close()
		first := newFlow(transport.TLS, phone)
		b.ask(first, "Contact: <sip:a@p>"+instance)
		if f, ok := b.r.Flow(70); !ok || f != transport.Flow(first) {
			t.Error("the device has no flow")
		}
		woken := 0
		stop := b.r.Watch(7, func() { woken++ })
		first.Close("gone")
		b.r.FlowClosed(first)
		list := b.r.Bindings(7)
		if len(list) != 1 || list[0].Live || b.r.Online(7) {
			t.Errorf("after the connection closed: %+v", list)
		}
		if _, ok := b.r.Flow(70); ok {
			t.Error("the device still has a flow")
		}
		pass(time.Second)
		second := newFlow(transport.TLS, phone)
		b.ask(second, "Contact: <sip:a@p>"+instance, "Call-ID: c2")
		if f, ok := b.r.Bindings(7)[0].FlowTo(); !ok || f != transport.Flow(second) {
			t.Error("the binding has no flow after the phone's return")
		}
		b.ask(second, "Contact: <sip:a@p>"+instance, "Call-ID: c2") // a refresh is no event
		if woken != 1 {
			t.Errorf("woken %d times", woken)
		}
		stop()
		if got := kinds(events.C); !slices.Equal(got, []string{"1 true", "3 false", "2 true"}) {
			t.Errorf("events %q", got)
		}
	})
}

func kinds(c <-chan Event) (list []string) {
	for {
		select {
		case e := <-c:
			list = append(list, fmt.Sprint(e.Kind, " ", e.Online))
		default:
			return list
		}
	}
}

func TestABindingExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		b := newBench(t, store)
		defer b.close()
		events := b.r.Events.Subscribe(16)
		defer events.Close()
		b.ask(newFlow(transport.UDP, phone), "Contact: <sip:a@p>;expires=60, <sip:b@p>;expires=90")
		pass(time.Minute)
		if got := b.r.Bindings(7); len(got) != 1 || got[0].Contact != "sip:b@p" {
			t.Errorf("after a minute: %v", got)
		}
		pass(time.Minute)
		if b.r.Count() != 0 || len(store.contacts()) != 0 {
			t.Errorf("%d in memory, %q stored", b.r.Count(), store.contacts())
		}
		if got := kinds(events.C); !slices.Equal(got, []string{"1 true", "1 true", "5 true", "5 false"}) {
			t.Errorf("events %q", got)
		}
	})
}

func TestAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		b := newBench(t, store)
		b.ask(newFlow(transport.UDP, phone), "Contact: <sip:udp@p>;q=0.25", "User-Agent: Phone 1", "Path: <sip:x;lr>")
		b.ask(newFlow(transport.TLS, phone), "Contact: <sip:tls@p>"+instance, "Call-ID: c2")
		b.ask(newFlow(transport.UDP, phone), "Contact: <sip:short@p>;expires=60", "Call-ID: c3")
		before := b.r.Bindings(7)
		b.close()
		pass(61 * time.Second)

		b = newBench(t, store)
		defer b.close()
		after := b.r.Bindings(7)
		live := map[string]bool{}
		for _, x := range after {
			live[x.Contact] = x.Live
			if x.Contact == "sip:udp@p" {
				if f, ok := x.FlowTo(); !ok || f.Remote() != phone {
					t.Error("the UDP binding cannot be called")
				}
				i := slices.IndexFunc(before, func(o Binding) bool { return o.Contact == x.Contact })
				sameAddr := cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })
				if d := cmp.Diff(before[i].Binding, x.Binding, sameAddr); d != "" {
					t.Error(d)
				}
			}
		}
		if !maps.Equal(live, map[string]bool{"sip:udp@p": true, "sip:tls@p": false}) {
			t.Errorf("%v", live)
		}
		synctest.Wait()
		if got := store.contacts(); len(got) != 2 {
			t.Errorf("the expired row stays: %q", got)
		}
	})
}

// Signalling 10: REGISTER with a commit that takes longer than the phone's patience.
func TestARetransmissionWaitsForThePendingCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{delay: 700 * time.Millisecond}
		b := newBench(t, store)
		defer b.close()
		f := newFlow(transport.UDP, phone)
		first := b.send(f, "Contact: <sip:a@p>", "CSeq: 5 REGISTER")
		pass(500 * time.Millisecond)
		second := b.send(f, "Contact: <sip:a@p>", "CSeq: 5 REGISTER")
		older := b.send(f, "Contact: <sip:a@p>", "CSeq: 4 REGISTER")
		synctest.Wait()
		if len(first.all())+len(second.all()) != 0 || len(b.r.Bindings(7)) != 0 {
			t.Error("answered before the commit")
		}
		if got := older.all(); len(got) != 1 || got[0].Code != 500 {
			t.Errorf("an older one: %v", got)
		}
		pass(200 * time.Millisecond)
		synctest.Wait()
		for _, a := range []*answers{first, second} {
			if list := a.all(); len(list) != 1 || list[0].Code != 200 || len(contacts(t, list[0], a.req)) != 1 {
				t.Errorf("%+v", list)
			}
		}
		third := b.send(f, "Contact: <sip:a@p>", "CSeq: 5 REGISTER")
		if list := third.all(); len(list) != 1 || list[0].Code != 200 {
			t.Error("a late retransmission is not answered at once")
		}
		if store.total() != 1 {
			t.Errorf("%d commits", store.total())
		}
	})
}

// REGISTER with every first 200 lost: each request comes twice, the second after the first was carried out.
func TestEveryFirstAnswerIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{delay: time.Millisecond}
		b := newBench(t, store)
		defer b.close()
		f := newFlow(transport.UDP, phone)
		for i := range 20 {
			cseq := fmt.Sprintf("CSeq: %d REGISTER", i+1)
			b.send(f, "Contact: <sip:a@p>", cseq) // the answer is lost
			pass(500 * time.Millisecond)
			if code, got := b.ask(f, "Contact: <sip:a@p>", cseq); code != 200 || len(got) != 1 {
				t.Fatalf("round %d: %d %q", i, code, got)
			}
			pass(30 * time.Second)
		}
		if store.total() != 20 {
			t.Errorf("%d commits for 20 registrations", store.total())
		}
	})
}
