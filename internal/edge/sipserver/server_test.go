package sipserver

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transport"
)

// Each row is one request of a stranger.
func TestWhatAStrangerGets(t *testing.T) {
	for _, c := range []struct {
		name    string
		method  string
		headers []string
		want    int
	}{
		{"REGISTER is challenged", "REGISTER", nil, 401},
		{"INVITE is challenged", "INVITE", nil, 401},
		{"OPTIONS is challenged", "OPTIONS", nil, 401},
		{"a scheme that we do not speak", "OPTIONS", []string{"Request-URI: isbn:2983792873"}, 416},
		{"an extension that we do not know", "INVITE", []string{"Require: 100rel, teleport"}, 420},
		{"the extensions of calls", "INVITE", []string{"Require: 100rel, timer"}, 401},
		{"the extensions of registrations", "REGISTER", []string{"Require: path, outbound"}, 401},
		{"the wrong extension for a registration", "REGISTER", []string{"Require: 100rel"}, 420},
		{"BYE of no dialog", "BYE", nil, 481},
		{"BYE of an unknown dialog", "BYE", []string{"To: <sip:bob@example.com>;tag=x"}, 481},
		{"INVITE of an unknown dialog", "INVITE", []string{"To: <sip:bob@example.com>;tag=x"}, 481},
		{"CANCEL of nothing", "CANCEL", nil, 481},
		{"CANCEL in a dialog of nothing", "CANCEL", []string{"To: <sip:bob@example.com>;tag=x"}, 481},
		{"UPDATE of no dialog", "UPDATE", nil, 481},
		{"ACK of nothing", "ACK", nil, 0},
		{"ACK of an unknown dialog", "ACK", []string{"To: <sip:bob@example.com>;tag=x"}, 0},
		{"ACK with a scheme that we do not speak", "ACK", []string{"Request-URI: isbn:2983792873"}, 0},
		{"MESSAGE", "MESSAGE", nil, 405},
		{"SUBSCRIBE is challenged", "SUBSCRIBE", nil, 401},
		{"SUBSCRIBE of an unknown dialog", "SUBSCRIBE", []string{"To: <sip:bob@example.com>;tag=x"}, 481},
		{"SUBSCRIBE of a subscription", "SUBSCRIBE", []string{"To: <sip:bob@example.com>;tag=alices"}, 401},
		{"an extension of calls for a subscription", "SUBSCRIBE", []string{"Require: 100rel"}, 420},
		{"NOTIFY", "NOTIFY", nil, 405},
		{"REFER", "REFER", nil, 405},
		{"a method that nobody knows", "TELEPORT", nil, 501},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			defer r.close()
			got := r.send(newFlow(transport.UDP, mallory), r.request(c.method, "mallory", c.headers...))
			if c.want == 0 {
				if len(got) != 0 {
					t.Errorf("answered: %s", got[0].Raw())
				}
				return
			}
			if len(got) != 1 || got[0].StatusCode() != c.want {
				t.Fatalf("%v, want %d", codes(got), c.want)
			}
			switch c.want {
			case 420:
				u := string(got[0].Get(sip.Unsupported))
				if u != "teleport" && u != "100rel" || got[0].Count(sip.Unsupported) != 1 {
					t.Errorf("Unsupported: %q", u)
				}
			case 405, 501:
				if !got[0].HasToken(sip.Allow, "INVITE") {
					t.Error("no Allow")
				}
			}
			if len(r.calls.notes) > 1 || len(r.calls.notes) == 1 && !strings.HasSuffix(r.calls.notes[0], "for device 0") {
				t.Errorf("calls were told %q", r.calls.notes)
			}
		})
	}
}

func TestAPhoneRegistersAndCalls(t *testing.T) {
	for _, algorithm := range []string{"md5", "sha256", "both"} {
		r := newRig(t, nil)
		defer r.close()
		r.directory.organization.Digest = algorithm
		f := newFlow(transport.UDP, alicePhone)
		alice := client("alice")
		m := r.authorized(f, alice, "REGISTER", "alice")
		if m.StatusCode() != 200 || m.Count(sip.Contact) != 1 || string(m.Get(sip.Server)) != "Ringfence" {
			t.Fatalf("%s: %s", algorithm, m.Raw())
		}
		if list := r.registrar.Bindings(100); len(list) != 1 || list[0].Remote != alicePhone || list[0].Device != 10 {
			t.Errorf("%+v", list)
		}
		r.authorized(f, alice, "INVITE", "alice")
		if !slices.Equal(r.calls.notes, []string{"call from user 100 line 1 device 10"}) {
			t.Errorf("%q", r.calls.notes)
		}
		if m := r.authorized(f, alice, "OPTIONS", "alice"); m.StatusCode() != 200 || !m.HasToken(sip.Allow, "UPDATE") {
			t.Errorf("%s", m.Raw())
		}
	}
}

func TestAPhoneSubscribes(t *testing.T) {
	r := newRig(t, nil)
	defer r.close()
	f := newFlow(transport.UDP, alicePhone)
	alice, carol := client("alice"), client("carol")
	if m := r.authorized(f, alice, "SUBSCRIBE", "alice", "Event: message-summary"); m.StatusCode() != 200 {
		t.Errorf("%s", m.Raw())
	}
	to := "To: <sip:bob@example.com>;tag=alices"
	if m := r.authorized(f, alice, "SUBSCRIBE", "alice", to); m.StatusCode() != 200 {
		t.Errorf("%s", m.Raw())
	}
	// Another device that knows the dialog's tags is not believed.
	if m := r.authorized(newFlow(transport.TLS, mallory), carol, "SUBSCRIBE", "carol", to); m.StatusCode() != 403 {
		t.Errorf("%s", m.Raw())
	}
	if m := r.authorized(f, alice, "SUBSCRIBE", "alice", "From: <sip:carol@example.com>;tag=f1"); m.StatusCode() != 403 {
		t.Errorf("in carol's name: %s", m.Raw())
	}
	if !slices.Equal(r.subscriptions.notes, []string{"subscription of user 100 line 1 device 10 as alice", "refresh"}) {
		t.Errorf("%q", r.subscriptions.notes)
	}
	if m := r.authorized(f, alice, "OPTIONS", "alice"); string(m.Get(sip.AllowEvents)) != "message-summary" || !m.HasToken(sip.Allow, "SUBSCRIBE") {
		t.Errorf("%s", m.Raw())
	}
	r.server.Drain()
	if code := r.status(f, r.request("SUBSCRIBE", "alice")); code != 503 {
		t.Errorf("%d while the server stops", code)
	}
}

// Signalling 9: whether a user exists is not told.
func TestUnknownAndDisabledUsersGetWhatAWrongPasswordGets(t *testing.T) {
	shape := func(m *sip.Message) string {
		var names []string
		for name, value := range m.Headers() {
			if string(name) == "WWW-Authenticate" {
				names = append(names, string(value[:strings.Index(string(value), "nonce")]))
			}
			names = append(names, string(name))
		}
		return string(m.ReasonPhrase()) + strings.Join(names, ",")
	}
	var shapes []string
	for _, c := range []*digest.Client{
		{Username: "alice", Password: "wrong"},
		{Username: "nobody", Password: "x"},
		client("dave"),
		{Username: "carol", Password: "wrong"},
	} {
		r := newRig(t, nil)
		m := r.authorized(newFlow(transport.UDP, mallory), c, "REGISTER", c.Username)
		if m.StatusCode() != 401 {
			t.Errorf("%s: %d", c.Username, m.StatusCode())
		}
		shapes = append(shapes, shape(m))
		r.close()
	}
	if len(slices.Compact(shapes)) != 1 {
		t.Errorf("the answers differ: %q", shapes)
	}
}

func TestASecureDeviceIsSentToTLS(t *testing.T) {
	r := newRig(t, nil)
	defer r.close()
	for _, kind := range []transport.Kind{transport.UDP, transport.TCP} {
		m := r.authorized(newFlow(kind, alicePhone), client("carol"), "REGISTER", "carol")
		if m.StatusCode() != 403 || !strings.Contains(string(m.Get(sip.Warning)), "TLS required") {
			t.Errorf("%s: %s", kind, m.Raw())
		}
	}
	if n, ok := r.server.Notice(20); !ok || n.Kind != TLSRequired || n.Transport != transport.TCP {
		t.Errorf("%+v", n)
	}
	if m := r.authorized(newFlow(transport.TLS, alicePhone), client("carol"), "REGISTER", "carol"); m.StatusCode() != 200 {
		t.Errorf("over TLS: %s", m.Raw())
	}
}

func TestNobodySpeaksForSomebodyElse(t *testing.T) {
	for _, c := range []struct {
		name, method, user string
		headers            []string
		want               int
	}{
		{"a registration for carol", "REGISTER", "carol", nil, 403},
		{"a registration of carol by alice", "REGISTER", "alice", []string{"To: <sip:carol@example.com>"}, 403},
		{"an OPTIONS from carol", "OPTIONS", "carol", nil, 403},
		{"the own number", "OPTIONS", "201", nil, 200},
		{"the own alias, escaped", "OPTIONS", "alice%2Ealias", nil, 200},
		{"nobody", "OPTIONS", "alice", []string{"From: <sip:example.com>;tag=x"}, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			defer r.close()
			m := r.authorized(newFlow(transport.UDP, alicePhone), client("alice"), c.method, c.user, c.headers...)
			if m.StatusCode() != c.want {
				t.Errorf("%d, want %d", m.StatusCode(), c.want)
			}
		})
	}
}

// Signalling 5 and 12.
func TestWrongDigestsSlowTheirSourceOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		defer r.close()
		bad := newFlow(transport.UDP, mallory)
		guess := &digest.Client{Username: "alice", Password: "guess"}
		for range 3 {
			if m := r.authorized(bad, guess, "REGISTER", "alice"); m.StatusCode() != 401 {
				t.Fatal(m.StatusCode())
			}
		}
		m := r.authorized(bad, client("alice"), "REGISTER", "alice")
		if after, ok := m.Uint(sip.RetryAfter, 100); m.StatusCode() != 503 || !ok || after == 0 {
			t.Errorf("the fourth try: %s", m.Raw())
		}
		if m := r.authorized(newFlow(transport.UDP, alicePhone), client("alice"), "REGISTER", "alice"); m.StatusCode() != 200 {
			t.Errorf("alice elsewhere: %d", m.StatusCode())
		}
		pass(3 * time.Second)
		if m := r.authorized(bad, client("alice"), "REGISTER", "alice"); m.StatusCode() != 200 {
			t.Errorf("after the wait: %d", m.StatusCode())
		}
	})
}

func TestATLSConnectionIsKnownWithinTheNoncesLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		defer r.close()
		tls, tcp := newFlow(transport.TLS, alicePhone), newFlow(transport.TCP, alicePhone)
		for _, f := range []*flow{tls, tcp} {
			if m := r.authorized(f, client("alice"), "REGISTER", "alice"); m.StatusCode() != 200 {
				t.Fatal(m.StatusCode())
			}
		}
		status := func(f *flow, user string) int { return r.status(f, r.request("OPTIONS", user)) }
		if got := status(tls, "alice"); got != 200 {
			t.Errorf("on TLS: %d", got)
		}
		if got := status(tcp, "alice"); got != 401 {
			t.Errorf("on TCP: %d", got)
		}
		if got := status(tls, "carol"); got != 401 {
			t.Errorf("another user on the same connection: %d", got)
		}
		l := *r.directory.lines["alice"]
		l.HA1MD5[0]++
		r.directory.lines["alice"], r.directory.lines["old"] = &l, r.directory.lines["alice"]
		if got := status(tls, "alice"); got != 401 {
			t.Errorf("after the secret changed: %d", got)
		}
		r.directory.lines["alice"] = r.directory.lines["old"]
		pass(5*time.Minute + time.Second)
		if got := status(tls, "alice"); got != 401 {
			t.Errorf("after the nonce's life: %d", got)
		}
	})
}

func TestAReplayedINVITEIsNoCall(t *testing.T) {
	r := newRig(t, nil)
	defer r.close()
	f := newFlow(transport.UDP, alicePhone)
	got := r.send(f, r.request("INVITE", "alice"))
	ch, _ := digest.Choose(got[0].All(sip.WWWAuthenticate))
	auth := string(client("alice").AppendAuthorization(nil, ch, sip.INVITE, []byte("sip:bob@example.com")))
	r.send(f, r.request("INVITE", "alice", "Authorization: "+auth))
	again := r.send(f, r.request("INVITE", "alice", "Authorization: "+auth, "Call-ID: another"))
	if len(again) != 1 || again[0].StatusCode() != 401 ||
		!strings.Contains(string(again[0].Get(sip.WWWAuthenticate)), "stale=true") {
		t.Errorf("%v", codes(again))
	}
	if len(r.calls.notes) != 1 {
		t.Errorf("%q", r.calls.notes)
	}
}

func TestRequestsWithinADialog(t *testing.T) {
	bye := func(r *rig, f *flow, user string) *sip.Message {
		return r.authorized(f, client(user), "BYE", user, "To: <sip:bob@example.com>;tag=x")
	}
	r := newRig(t, nil)
	defer r.close()
	f := newFlow(transport.UDP, alicePhone)
	r.calls.delivery = call.Delivered
	if got := r.send(f, r.request("BYE", "alice", "To: <sip:bob@example.com>;tag=x")); len(got) != 0 {
		t.Errorf("answered beside the call: %v", codes(got))
	}
	// Signalling 4: on another flow it needs the digest of the same device.
	r.calls.delivery = call.NeedsAuth
	if m := bye(r, f, "alice"); m != nil {
		t.Errorf("answered beside the call: %s", m.Raw())
	}
	if m := bye(r, newFlow(transport.TLS, alicePhone), "carol"); m == nil || m.StatusCode() != 403 {
		t.Error("another device's digest is accepted")
	}
}

func TestDrainingRefusesWhatIsNew(t *testing.T) {
	r := newRig(t, nil)
	defer r.close()
	r.server.Drain()
	f := newFlow(transport.UDP, alicePhone)
	if got := r.status(f, r.request("INVITE", "alice")); got != 503 {
		t.Error(got)
	}
	r.calls.delivery = call.Delivered
	if got := r.status(f, r.request("BYE", "alice", "To: <sip:bob@example.com>;tag=x")); got != 0 {
		t.Error(got)
	}
}

func TestAPanicEndsItsMessageOnly(t *testing.T) {
	r := newRig(t, nil)
	defer r.close()
	r.calls.onNew = func(call.Incoming) { panic("boom") }
	f := newFlow(transport.UDP, alicePhone)
	if m := r.authorized(f, client("alice"), "INVITE", "alice"); m.StatusCode() != 500 {
		t.Errorf("%d", m.StatusCode())
	}
	if m := r.authorized(f, client("alice"), "REGISTER", "alice"); m.StatusCode() != 200 {
		t.Errorf("afterwards: %d", m.StatusCode())
	}
}

// slowStore commits after a while.
type slowStore struct{ delay time.Duration }

func (s slowStore) Load(context.Context) iter.Seq2[pbx.Binding, error] {
	return func(func(pbx.Binding, error) bool) {}
}

func (s slowStore) Commit(context.Context, []registrar.BindingChange) error {
	pass(s.delay)
	return nil
}

// Signalling 10 and 11: the phone hears nothing before the commit, its retransmission is no replay, and both are
// answered.
func TestARegistrationIsAnsweredFromItsCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, slowStore{700 * time.Millisecond})
		defer r.close()
		f := newFlow(transport.UDP, alicePhone)
		got := r.send(f, r.request("REGISTER", "alice"))
		ch, _ := digest.Choose(got[0].All(sip.WWWAuthenticate))
		auth := client("alice").AppendAuthorization(nil, ch, sip.REGISTER, []byte("sip:example.com"))
		text := r.request("REGISTER", "alice", "Authorization: "+string(auth))
		if got := r.send(f, text); len(got) != 0 {
			t.Errorf("answered before the commit: %v", codes(got))
		}
		pass(500 * time.Millisecond)
		if got := r.send(f, text); len(got) != 0 {
			t.Errorf("the retransmission is answered before the commit: %v", codes(got))
		}
		pass(time.Second)
		synctest.Wait()
		if got := f.take(); !slices.Equal(codes(got), []int{200, 200}) || got[0].Count(sip.Contact) != 1 {
			t.Errorf("%v", codes(got))
		}
		if got := r.send(f, text); !slices.Equal(codes(got), []int{200}) {
			t.Errorf("a late retransmission: %v", codes(got))
		}
	})
}
