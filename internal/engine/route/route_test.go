package route

import (
	"strings"
	"testing"

	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/transport"
)

// book is a directory made by hand.
type book struct {
	users map[pbx.UserID]*roster.User
	dial  map[string]roster.Target
	rings map[pbx.RingGroupID]*pbx.RingGroup
	org   *roster.Organization
}

func (b *book) Dial(v []byte) (roster.Target, bool) {
	t, ok := b.dial[strings.ToLower(string(v))]
	return t, ok
}

func (b *book) User(id pbx.UserID) (*roster.User, bool) {
	u, ok := b.users[id]
	return u, ok
}

func (b *book) RingGroup(id pbx.RingGroupID) (*pbx.RingGroup, bool) {
	g, ok := b.rings[id]
	return g, ok
}

func (b *book) Organization() *roster.Organization { return b.org }

// wire is a flow of a kind.
type wire struct {
	transport.Flow
	kind   transport.Kind
	closed bool
}

func (w wire) Kind() transport.Kind { return w.kind }
func (w wire) Closed() bool         { return w.closed }

func user(id pbx.UserID, security pbx.Security, lines ...pbx.LineID) *roster.User {
	u := &roster.User{ID: id, Enabled: true}
	for _, l := range lines {
		u.Lines = append(u.Lines, &roster.Line{ID: l, Device: pbx.DeviceID(l), User: id, Security: security, Enabled: true})
	}
	return u
}

func office() *book {
	b := &book{
		users: map[pbx.UserID]*roster.User{
			1: user(1, pbx.AnySecurity, 10), 2: user(2, pbx.AnySecurity, 20, 21), 3: user(3, pbx.AnySecurity),
			4: user(4, pbx.AnySecurity, 40), 5: user(5, pbx.Secure, 50),
		},
		dial: map[string]roster.Target{
			"*43":   {Kind: pbx.DialFeature, Feature: pbx.FeatureEcho},
			"bob":   {Kind: pbx.DialUsername, User: 2},
			"front": {Kind: pbx.DialAlias, User: 2},
			"12-34": {Kind: pbx.DialAlias, User: 2},
			"login": {Kind: pbx.DialAuthName, User: 2},
			"299":   {Kind: pbx.DialHeld},
			"298":   {Kind: pbx.DialHold},
			"297":   {Kind: pbx.DialExtension, User: 99},

			"+4930901820": {Kind: pbx.DialOutside, User: 2, State: pbx.OutsideActive},
			"+4930901821": {Kind: pbx.DialOutside, User: 2, State: pbx.OutsidePaused},
			"+4930901822": {Kind: pbx.DialOutside, User: 2, State: pbx.OutsidePorted},
			"+4930901823": {Kind: pbx.DialOutside, State: pbx.OutsideActive},
			"+4930901824": {Kind: pbx.DialOutside, User: 4, State: pbx.OutsideActive},
		},
		org: &roster.Organization{
			ID: 1, SIPDomain: "pbx.test", Names: []string{"alias.test", "192.0.2.1", "2001:db8::1"}, Country: "DE", Outside: "0",
		},
	}
	for id := range b.users {
		b.dial["20"+string(rune('0'+id))] = roster.Target{Kind: pbx.DialExtension, User: id}
	}
	b.users[4].Enabled = false
	return b
}

func bindings(u pbx.UserID) []Binding {
	udp, tls := wire{kind: transport.UDP}, wire{kind: transport.TLS}
	switch u {
	case 1:
		return []Binding{{Line: 10, Device: 10, Instance: "a", Flow: udp}}
	case 2:
		return []Binding{
			{Line: 20, Device: 20, Instance: "b", Flow: udp},
			{Line: 21, Device: 21, Instance: "c", Flow: tls},
			{Line: 20, Device: 20, Instance: "d"},
			{Line: 99, Device: 99, Instance: "e", Flow: udp},
		}
	case 4:
		return []Binding{{Line: 40, Device: 40, Flow: udp}}
	case 5:
		return []Binding{{Line: 50, Device: 50, Instance: "f", Flow: udp}}
	}
	return nil
}

func TestDecide(t *testing.T) {
	tests := []struct {
		name    string
		dialled string
		kind    Kind
		reason  pbx.EndReason
		shown   string
		devices []pbx.DeviceID
	}{
		{"an extension", "sip:202@pbx.test", Ring, "", "202", []pbx.DeviceID{20, 21}},
		{"with port and parameters", "sip:202;phone-context=x@pbx.test:5061;transport=tls", Ring, "", "202", []pbx.DeviceID{20, 21}},
		{"sips, another case of the domain", "sips:202@PBX.Test", Ring, "", "202", []pbx.DeviceID{20, 21}},
		{"an alias of the domain", "sip:202@alias.test", Ring, "", "202", []pbx.DeviceID{20, 21}},
		{"an address of the server", "sip:202@192.0.2.1", Ring, "", "202", []pbx.DeviceID{20, 21}},
		{"an IPv6 address of the server", "sip:202@[2001:DB8:0::1]:5060", Ring, "", "202", []pbx.DeviceID{20, 21}},
		{"a username", "sip:Bob@pbx.test", Ring, "", "Bob", []pbx.DeviceID{20, 21}},
		{"an alias", "sip:front@pbx.test", Ring, "", "front", []pbx.DeviceID{20, 21}},
		{"a number with separators", "sip:2-0.2@pbx.test", Ring, "", "2-0.2", []pbx.DeviceID{20, 21}},
		{"an alias that looks like one", "sip:12-34@pbx.test", Ring, "", "12-34", []pbx.DeviceID{20, 21}},
		{"a tel URI", "tel:202;phone-context=pbx.test", Ring, "", "202", []pbx.DeviceID{20, 21}},
		{"the echo test", "sip:*43@pbx.test", Feature, "", "*43", nil},
		{"the echo test with escapes", "sip:%2a43@pbx.test", Feature, "", "*43", nil},
		{"oneself, with one phone", "sip:201@pbx.test", Refuse, pbx.EndUnreachable, "201", nil},
		{"a user without phone", "sip:203@pbx.test", Refuse, pbx.EndUnreachable, "203", nil},
		{"a disabled user", "sip:204@pbx.test", Refuse, pbx.EndUnreachable, "204", nil},
		{"a line that became secure", "sip:205@pbx.test", Refuse, pbx.EndUnreachable, "205", nil},
		{"nobody", "sip:999@pbx.test", Refuse, pbx.EndNotFound, "999", nil},
		{"a foreign domain", "sip:202@elsewhere.test", Refuse, pbx.EndNotFound, "202", nil},
		{"no user", "sip:pbx.test", Refuse, pbx.EndNotFound, "", nil},
		{"an account name", "sip:login@pbx.test", Refuse, pbx.EndNotFound, "login", nil},
		{"a number held for a deleted user", "sip:299@pbx.test", Refuse, pbx.EndNotFound, "299", nil},
		{"a number held for a form", "sip:298@pbx.test", Refuse, pbx.EndNotFound, "298", nil},
		{"a user who is gone", "sip:297@pbx.test", Refuse, pbx.EndNotFound, "297", nil},
		{"an outside number of ours", "sip:+4930901820@pbx.test", Ring, "", "+4930901820", []pbx.DeviceID{20, 21}},
		{"with separators", "sip:+49-30-90.18(20)@pbx.test", Ring, "", "+49-30-90.18(20)", []pbx.DeviceID{20, 21}},
		{"with the international prefix", "sip:004930901820@pbx.test", Ring, "", "004930901820", []pbx.DeviceID{20, 21}},
		{"with the trunk prefix", "sip:030901820@pbx.test", Ring, "", "030901820", []pbx.DeviceID{20, 21}},
		{"after the outside digit", "sip:0030901820@pbx.test", Ring, "", "0030901820", []pbx.DeviceID{20, 21}},
		{"international after the outside digit", "sip:0004930901820@pbx.test", Ring, "", "0004930901820", []pbx.DeviceID{20, 21}},
		{"as tel URI", "tel:+49-30-901820", Ring, "", "+49-30-901820", []pbx.DeviceID{20, 21}},
		{"one that is paused", "sip:+4930901821@pbx.test", Refuse, pbx.EndUnreachable, "+4930901821", nil},
		{"one that was ported away", "sip:+4930901822@pbx.test", Refuse, pbx.EndNotFound, "+4930901822", nil},
		{"one that leads nowhere", "sip:+4930901823@pbx.test", Refuse, pbx.EndNotFound, "+4930901823", nil},
		{"one of a disabled user", "sip:+4930901824@pbx.test", Refuse, pbx.EndUnreachable, "+4930901824", nil},
		{"somebody else's outside number", "sip:+4930901899@pbx.test", Refuse, pbx.EndNotFound, "+4930901899", nil},
		{"another scheme", "mailto:bob@pbx.test", Refuse, pbx.EndNotFound, "", nil},
		{"no URI", "202", Refuse, pbx.EndNotFound, "", nil},
		{"a NUL", "sip:20%002@pbx.test", Refuse, pbx.EndNotFound, "", nil},
		{"much too long", "sip:" + strings.Repeat("2", 500) + "@pbx.test", Refuse, pbx.EndNotFound, "", nil},
		{"too long", "sip:" + strings.Repeat("2", 200) + "@pbx.test", Refuse, pbx.EndNotFound, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Decide(Query{Caller: 1, Device: 10, Dialled: []byte(tt.dialled)}, Snapshot{Directory: office(), Bindings: bindings})
			if p.Kind != tt.kind || p.Kind == Refuse && p.Reason != tt.reason || p.Dialled != tt.shown {
				t.Errorf("kind %d, reason %s, dialled %q", p.Kind, p.Reason, p.Dialled)
			}
			if len(p.Targets) != len(tt.devices) {
				t.Fatalf("%d targets, want %d", len(p.Targets), len(tt.devices))
			}
			for i, d := range tt.devices {
				if p.Targets[i].Device != d || len(p.Targets[i].Bindings) != 1 {
					t.Errorf("target %d: %+v", i, p.Targets[i])
				}
			}
		})
	}
}

func TestCallsOfThoseWhoLeftGoWhereTheySaid(t *testing.T) {
	b := office()
	leave := func(id, to pbx.UserID) {
		u := user(id, pbx.AnySecurity, pbx.LineID(id)*10)
		u.Enabled, u.CallsTo = false, to
		b.users[id] = u
		b.dial["10"+string(rune('0'+id))] = roster.Target{Kind: pbx.DialExtension, User: id}
	}
	leave(4, 2)  // to Bob
	leave(6, 4)  // to one who left as well
	leave(7, 7)  // to himself
	leave(8, 9)  // in a circle
	leave(9, 8)  //
	leave(3, 99) // to nobody
	tests := map[string]struct {
		kind   Kind
		callee pbx.UserID
	}{
		"104": {Ring, 2}, "106": {Ring, 2}, "107": {Refuse, 7}, "108": {Refuse, 8}, "109": {Refuse, 9}, "103": {Refuse, 3},
	}
	for dialled, want := range tests {
		p := Decide(Query{Caller: 1, Device: 10, Dialled: []byte("sip:" + dialled + "@pbx.test")}, Snapshot{Directory: b, Bindings: bindings})
		if p.Kind != want.kind || p.User == nil || p.User.ID != want.callee ||
			want.kind == Refuse && p.Reason != pbx.EndUnreachable {
			t.Errorf("%s: %+v to %+v", dialled, p, p.User)
		}
	}
}

func TestDormantAndDisabledLines(t *testing.T) {
	b := office()
	s := Snapshot{Directory: b, Bindings: func(pbx.UserID) []Binding {
		return []Binding{
			{Line: 20, Device: 20}, {Line: 21, Device: 21, Flow: wire{kind: transport.TCP, closed: true}},
		}
	}}
	q := Query{Caller: 1, Device: 10, Dialled: []byte("sip:202@pbx.test")}
	if p := Decide(q, s); p.Kind != Await || p.User.ID != 2 {
		t.Errorf("dormant bindings: %+v", p)
	}
	for _, l := range b.users[2].Lines {
		l.Enabled = false
	}
	if p := Decide(q, s); p.Kind != Refuse || p.Reason != pbx.EndUnreachable {
		t.Errorf("dormant bindings of disabled lines: %+v", p)
	}
}

func TestFlowsOfOneInstanceAreOneTarget(t *testing.T) {
	f := wire{kind: transport.TLS}
	s := Snapshot{Directory: office(), Bindings: func(pbx.UserID) []Binding {
		return []Binding{
			{Line: 20, Device: 20, Instance: "x", RegID: 1, Flow: f},
			{Line: 20, Device: 20, Instance: "x", RegID: 2, Flow: f},
			{Line: 20, Device: 20, Instance: "y", RegID: 1, Flow: f},
			{Line: 20, Device: 20, Instance: "x", Flow: f},
		}
	}}
	p := Decide(Query{Caller: 1, Device: 10, Dialled: []byte("sip:202@pbx.test")}, s)
	if len(p.Targets) != 3 || len(p.Targets[0].Bindings) != 2 {
		t.Errorf("%+v", p.Targets)
	}
}

func TestManyBindings(t *testing.T) {
	s := Snapshot{Directory: office(), Bindings: func(pbx.UserID) []Binding {
		list := make([]Binding, 100)
		for i := range list {
			list[i] = Binding{Line: 20, Device: 20, Flow: wire{kind: transport.UDP}}
		}
		return list
	}}
	if p := Decide(Query{Caller: 1, Dialled: []byte("sip:202@pbx.test")}, s); len(p.Targets) != maxTargets {
		t.Errorf("%d targets", len(p.Targets))
	}
}

func TestWithoutOrganization(t *testing.T) {
	b := office()
	b.org = nil
	if p := Decide(Query{Dialled: []byte("sip:202@pbx.test")}, Snapshot{Directory: b, Bindings: bindings}); p.Kind != Refuse {
		t.Errorf("%+v", p)
	}
}
