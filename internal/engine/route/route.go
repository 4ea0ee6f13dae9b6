// Package route decides where a call goes: who dialled what becomes a plan. It is pure: it looks things up in the
// snapshot it is given, reads no clock, and changes nothing.
//
// A plan is made for the moment: what follows when nobody answers is asked of Next once it has happened. Call flows and
// gateways will be further kinds of plan; there are none yet. A leg to the outside does not exist, so nothing here
// authorizes one.
package route

import (
	"strings"

	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// Directory is what of the roster routing reads.
type Directory interface {
	Dial(value []byte) (roster.Target, bool)
	User(id pbx.UserID) (*roster.User, bool)
	RingGroup(id pbx.RingGroupID) (*pbx.RingGroup, bool)
	Organization() *roster.Organization
}

// Binding is where a device can be called: one live or dormant binding, as far as a call needs it.
type Binding struct {
	Line     pbx.LineID
	Device   pbx.DeviceID
	Instance string         // +sip.instance or what stands for it
	RegID    int            // flows of one instance are tried in turn, not forked (RFC 5626 §6)
	Contact  string         // the Request-URI
	Path     []string       // Route values, complete
	Flow     transport.Flow // nil: dormant
}

// Query is who dialled what.
type Query struct {
	Caller  pbx.UserID
	Device  pbx.DeviceID // the caller's: a user who calls himself rings his other devices
	Dialled []byte       // the Request-URI
}

// Snapshot is what a plan is made from.
type Snapshot struct {
	Directory Directory
	Bindings  func(pbx.UserID) []Binding
	Phone     func(pbx.UserID) PhoneUse // nil: nobody is on the phone
	Tell      func(Step)                // is told each step on the way to the plan; nil: nobody asks
}

// Kind says what a plan does.
type Kind uint8

// The kinds of plan.
const (
	Refuse    Kind = iota // the call fails with Reason
	Ring                  // the call rings Targets, all at once
	Await                 // only dormant bindings: wait for a phone to return
	Feature               // the server itself answers
	Voicemail             // the mailbox of User answers
)

// Plan is what routing decided.
type Plan struct {
	Kind    Kind
	Dialled string          // what was dialled, as records show it
	Reason  pbx.EndReason   // of a refusal
	User    *roster.User    // who is called, nil if nobody is
	Group   *pbx.RingGroup  // whose members are called, nil if it is no ring group
	Left    []pbx.UserID    // of Group: who is rung after Targets, or whose phones the call waits for
	Targets []Target        // of Ring
	Feature pbx.Feature     // of Feature
	Behind  pbx.UserID      // of Feature: whose number was dialled behind the code; 0: none was
	Why     pbx.ForwardWhen // of Voicemail: why User did not take the call
	Diverts []Divert        // how the call came to User or Group, the first first
}

// Target is one phone to ring: a binding, and the further flows of the same phone to try in turn.
type Target struct {
	User     *roster.User // whose phone it is
	Line     pbx.LineID
	Device   pbx.DeviceID
	Security pbx.Security // what the line demands
	ZRTP     bool         // the line may agree on keys end to end
	Bindings []Binding    // live, the newest first
}

// maxHops bounds how far calls follow those who have left, one after the other.
const maxHops = 8

// maxCode bounds how long a feature code is that a number may follow.
const maxCode = 8

// maxTargets bounds how many phones of one user a call rings, and maxGroupTargets how many of a ring group.
const (
	maxTargets      = 32
	maxGroupTargets = 64
)

// Decide makes the plan.
func Decide(q Query, s Snapshot) Plan {
	value, ours := dialled(q.Dialled, s.Directory.Organization())
	p := Plan{Dialled: string(value), Reason: pbx.EndNotFound}
	s.tell(Step{Kind: StepDialled, Value: p.Dialled})
	if q.Caller != 0 {
		if u, ok := s.Directory.User(q.Caller); !ok || !u.Enabled { // F6: who is disabled calls nobody
			s.tell(Step{Kind: StepBarred, User: u})
			p.Reason = pbx.EndForbidden
			return p
		}
	}
	if !ours || len(value) == 0 {
		s.tell(Step{Kind: StepForeign})
		return p
	}
	t, ok := find(value, s.Directory)
	if !ok {
		return toFeatureWithNumber(p, value, s)
	}
	switch t.Kind {
	case pbx.DialFeature:
		s.tell(Step{Kind: StepFeature})
		p.Kind, p.Feature = Feature, t.Feature
		return p
	case pbx.DialExtension, pbx.DialAlias, pbx.DialUsername, pbx.DialFormer:
		return toUser(p, q, t, s)
	case pbx.DialRingGroup:
		return toRingGroup(p, q, t.RingGroup, s)
	case pbx.DialOutside:
		return toOutside(p, q, t, s)
	case pbx.DialAuthName, pbx.DialHold, pbx.DialHeld:
	}
	s.tell(Step{Kind: StepKept, Holder: t.Kind})
	return p // a name that is kept or only signs in reaches nobody
}

// find looks up what was dialled in the numbering plan.
func find(value []byte, d Directory) (roster.Target, bool) {
	t, ok := d.Dial(value)
	if !ok && isNumber(value) {
		value = visual(value)
		t, ok = d.Dial(value) // "2-01" is the number 201, unless something has just that name
		if !ok {
			t, ok = outside(value, d)
		}
	}
	return t, ok
}

// toFeatureWithNumber takes apart what was dialled as one: *72201 is the code *72 and the number 201.
func toFeatureWithNumber(p Plan, value []byte, s Snapshot) Plan {
	for n := min(len(value)-1, maxCode); n > 0; n-- {
		code, ok := s.Directory.Dial(value[:n])
		if !ok || code.Kind != pbx.DialFeature || !code.Feature.TakesNumber() {
			continue
		}
		t, ok := find(value[n:], s.Directory)
		if !ok || t.User == 0 || t.Kind == pbx.DialAuthName {
			break
		}
		s.tell(Step{Kind: StepFeature})
		p.Kind, p.Feature, p.Behind = Feature, code.Feature, t.User
		return p
	}
	s.tell(Step{Kind: StepNobody})
	return p
}

// toOutside goes where one of our outside numbers leads. One that leads nowhere, or went to another carrier, is
// somebody's no more; one that is paused comes back.
func toOutside(p Plan, q Query, t roster.Target, s Snapshot) Plan {
	switch t.State {
	case pbx.OutsidePaused:
		s.tell(Step{Kind: StepPaused})
		p.Reason = pbx.EndUnreachable
		return p
	case pbx.OutsidePorted:
		s.tell(Step{Kind: StepPorted})
		return p
	case pbx.OutsideActive:
	}
	switch {
	case t.RingGroup != 0:
		return toRingGroup(p, q, t.RingGroup, s)
	case t.User == 0:
		s.tell(Step{Kind: StepUnassigned})
		return p
	}
	return toUser(p, q, t, s)
}

func toUser(p Plan, q Query, t roster.Target, s Snapshot) Plan {
	u, ok := s.Directory.User(t.User)
	s.tell(Step{Kind: StepHolder, Holder: t.Kind, User: u})
	if !ok {
		return p
	}
	return reach(p, q, u, s)
}

// targets groups the user's live bindings by phone. It reports whether there are dormant ones of enabled lines too.
func targets(u *roster.User, q Query, all []Binding, s Snapshot) (list []Target, dormant bool) {
	for _, b := range all {
		line := lineOf(u, b.Line)
		if line == nil {
			continue // the binding of a line that went this moment
		}
		kind := reachable(line, b, q)
		if kind == StepGone {
			dormant = true
		}
		if kind == StepRings {
			if i := samePhone(list, b); i >= 0 {
				list[i].Bindings = append(list[i].Bindings, b)
				continue
			}
			if len(list) == maxTargets {
				continue
			}
			list = append(list, Target{
				User: u, Line: b.Line, Device: b.Device, Security: line.Security, ZRTP: line.ZRTP, Bindings: []Binding{b},
			})
		}
		s.tell(Step{Kind: kind, User: u, Line: line})
	}
	return list, dormant
}

// reachable tells whether the phone of a binding rings, or why not.
func reachable(line *roster.Line, b Binding, q Query) StepKind {
	switch {
	case !line.Enabled:
		return StepSwitchedOff
	case b.Device == q.Device:
		return StepOwnPhone
	case b.Flow == nil || b.Flow.Closed():
		return StepGone // signalling 2: never dialled by address
	case line.Security != pbx.AnySecurity && !b.Flow.Kind().Secure():
		return StepInsecure // the line became secure after this registration
	}
	return StepRings
}

func samePhone(list []Target, b Binding) int {
	if b.RegID == 0 {
		return -1 // without outbound each binding is a phone of its own
	}
	for i := range list {
		f := &list[i].Bindings[0]
		if f.RegID != 0 && f.Line == b.Line && f.Instance == b.Instance {
			return i // RFC 5626 §6: flows of one instance are tried in turn
		}
	}
	return -1
}

func lineOf(u *roster.User, id pbx.LineID) *roster.Line {
	for _, l := range u.Lines {
		if l.ID == id {
			return l
		}
	}
	return nil
}

// dialled takes what was dialled from a Request-URI, and tells whether its host stands for the organization.
func dialled(uri []byte, o *roster.Organization) (value []byte, ours bool) {
	u, err := sip.ParseURI(uri)
	if err != nil || o == nil {
		return nil, false
	}
	if u.IsTel() {
		return userPart(u.Opaque), true
	}
	if !u.IsSIP() {
		return nil, false
	}
	return userPart(u.User), isOurs(u.Host, o)
}

// URI makes a Request-URI of what somebody types: a number or name of the organization, or an address as it stands. Spaces
// within a number are the reader's, as phones take them.
func URI(typed string, o *roster.Organization) []byte {
	for _, scheme := range []string{"sip:", "sips:", "tel:"} {
		if strings.HasPrefix(typed, scheme) {
			return []byte(typed)
		}
	}
	if strings.Contains(typed, "@") {
		return []byte("sip:" + typed)
	}
	if number := strings.ReplaceAll(typed, " ", ""); isNumber([]byte(number)) {
		typed = number
	}
	uri := sip.AppendEscapedUser([]byte("sip:"), typed)
	return append(append(uri, '@'), o.SIPDomain...)
}
