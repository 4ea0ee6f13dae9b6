package route

import (
	"slices"
	"strconv"
	"testing"

	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/transport"
)

func TestEachDecisionIsToldInSteps(t *testing.T) {
	b := office()
	b.users[6] = &roster.User{ID: 6, CallsTo: 2, Lines: nil}
	b.dial["206"] = roster.Target{Kind: pbx.DialExtension, User: 6}
	closed := wire{kind: transport.TLS, closed: true}
	b.users[7] = user(7, pbx.AnySecurity, 70, 71)
	b.users[7].Lines[1].Enabled = false
	b.dial["207"] = roster.Target{Kind: pbx.DialExtension, User: 7}
	for id, f := range map[pbx.UserID]pbx.Forwarding{
		8: {Always: 2}, 9: {DoNotDisturb: true}, 10: {DoNotDisturb: true, Busy: 2}, 11: {Offline: 2}, 12: {Always: 13},
		13: {Always: 12}, 14: {Always: 99},
	} {
		b.users[id] = user(id, pbx.AnySecurity)
		b.users[id].Forwarding = &f
		b.dial["f"+strconv.Itoa(int(id))] = roster.Target{Kind: pbx.DialExtension, User: id}
	}
	b.rings = map[pbx.RingGroupID]*pbx.RingGroup{
		1: {ID: 1, Strategy: pbx.RingAll, Members: []pbx.UserID{1, 2, 3, 4, 9, 99}},
		2: {ID: 2, Strategy: pbx.RingInTurn, Members: []pbx.UserID{3, 2, 5}},
		3: {ID: 3, Strategy: pbx.RingAll, Members: []pbx.UserID{3}, Then: pbx.User{ID: 2}.Ref()},
		4: {ID: 4, Strategy: pbx.RingAll, Then: pbx.RingGroup{ID: 4}.Ref()},
		5: {ID: 5, Strategy: pbx.RingAll, Members: []pbx.UserID{7}},
		6: {ID: 6, Strategy: pbx.RingAll, Members: []pbx.UserID{9}, Then: pbx.User{ID: 1}.Ref()},
	}
	for id := range b.rings {
		b.dial["g"+strconv.Itoa(int(id))] = roster.Target{Kind: pbx.DialRingGroup, RingGroup: id}
	}
	b.dial["g9"] = roster.Target{Kind: pbx.DialRingGroup, RingGroup: 9}
	b.dial["+4930901825"] = roster.Target{Kind: pbx.DialOutside, RingGroup: 3, State: pbx.OutsideActive}
	b.dial["*72"] = roster.Target{Kind: pbx.DialFeature, Feature: pbx.FeatureForwardOn}
	phones := func(u pbx.UserID) []Binding {
		if u == 7 {
			return []Binding{{Line: 70, Device: 70, Flow: closed}, {Line: 71, Device: 71, Flow: wire{kind: transport.TLS}}}
		}
		return bindings(u)
	}
	tests := []struct {
		name   string
		caller pbx.UserID
		typed  string
		kind   Kind
		steps  []StepKind
	}{
		{"two of three phones", 1, "202", Ring, []StepKind{StepDialled, StepHolder, StepRings, StepRings, StepGone}},
		{"an address", 1, "sip:bob@pbx.test", Ring, []StepKind{StepDialled, StepHolder, StepRings, StepRings, StepGone}},
		{"an address without scheme", 1, "bob@pbx.test", Ring, []StepKind{StepDialled, StepHolder, StepRings, StepRings, StepGone}},
		{"a foreign address", 1, "bob@elsewhere.test", Refuse, []StepKind{StepDialled, StepForeign}},
		{"by anybody", 0, "202", Ring, []StepKind{StepDialled, StepHolder, StepRings, StepRings, StepGone}},
		{"by one who is disabled", 4, "202", Refuse, []StepKind{StepDialled, StepBarred}},
		{"by one who is unknown", 98, "202", Refuse, []StepKind{StepDialled, StepBarred}},
		{"oneself", 1, "201", Refuse, []StepKind{StepDialled, StepHolder, StepOwnPhone}},
		{"the echo test", 1, "*43", Feature, []StepKind{StepDialled, StepFeature}},
		{"nobody", 1, "999", Refuse, []StepKind{StepDialled, StepNobody}},
		{"nothing", 1, "", Refuse, []StepKind{StepDialled, StepForeign}},
		{"a name that signs in", 1, "login", Refuse, []StepKind{StepDialled, StepKept}},
		{"one without phone", 1, "203", Refuse, []StepKind{StepDialled, StepHolder, StepNoPhone}},
		{"one who is disabled", 1, "204", Refuse, []StepKind{StepDialled, StepHolder, StepDisabled}},
		{"a line that became secure", 1, "205", Refuse, []StepKind{StepDialled, StepHolder, StepInsecure}},
		{"one who left", 1, "206", Ring, []StepKind{StepDialled, StepHolder, StepLeft, StepRings, StepRings, StepGone}},
		{"lost and forbidden phones", 1, "207", Await, []StepKind{StepDialled, StepHolder, StepGone, StepSwitchedOff, StepWaits}},
		{"a name with a space", 1, "bob 2", Refuse, []StepKind{StepDialled, StepNobody}},
		{"an outside number as it is written", 1, "030 90-18 20", Ring, []StepKind{StepDialled, StepHolder, StepRings, StepRings, StepGone}},
		{"one that is paused", 1, "+4930901821", Refuse, []StepKind{StepDialled, StepPaused}},
		{"one that was ported", 1, "+4930901822", Refuse, []StepKind{StepDialled, StepPorted}},
		{"one that leads nowhere", 1, "+4930901823", Refuse, []StepKind{StepDialled, StepUnassigned}},
	}
	circle := []StepKind{StepDialled, StepHolder, StepForwarded, StepForwarded, StepForwarded, StepForwarded, StepForwarded, StepCircle}
	tests = append(tests, []struct {
		name   string
		caller pbx.UserID
		typed  string
		kind   Kind
		steps  []StepKind
	}{
		{"one whose calls all go on", 1, "f8", Ring, []StepKind{StepDialled, StepHolder, StepForwarded, StepRings, StepRings, StepGone}},
		{"by the one to whom they go", 2, "f8", Refuse, []StepKind{StepDialled, StepHolder, StepNoPhone}},
		{"one who is not disturbed", 1, "f9", Refuse, []StepKind{StepDialled, StepHolder, StepDND}},
		{"and has calls sent on", 1, "f10", Ring, []StepKind{
			StepDialled, StepHolder, StepDND, StepForwarded, StepRings, StepRings, StepGone,
		}},
		{"one without phone who has calls sent on", 1, "f11", Ring, []StepKind{
			StepDialled, StepHolder, StepNoPhone, StepForwarded, StepRings, StepRings, StepGone,
		}},
		{"in circles", 1, "f12", Refuse, circle},
		{"to one who is gone", 1, "f14", Refuse, []StepKind{StepDialled, StepHolder, StepForwarded}},
		{"a code with a number", 1, "*72202", Feature, []StepKind{StepDialled, StepFeature}},
		{"a code with a name", 1, "*72bob", Feature, []StepKind{StepDialled, StepFeature}},
		{"a code with a number nobody has", 1, "*72999", Refuse, []StepKind{StepDialled, StepNobody}},
		{"a code with what only signs in", 1, "*72login", Refuse, []StepKind{StepDialled, StepNobody}},
		{"a ring group", 1, "g1", Ring, []StepKind{
			StepDialled, StepRingGroup, StepIsCaller, StepRings, StepRings, StepGone, StepNoPhone, StepDisabled, StepDND,
		}},
		{"one after the other", 1, "g2", Ring, []StepKind{StepDialled, StepRingGroup, StepNoPhone, StepRings, StepRings, StepGone}},
		{"a ring group without phones", 1, "g3", Ring, []StepKind{
			StepDialled, StepRingGroup, StepNoPhone, StepNotTaken, StepRings, StepRings, StepGone,
		}},
		{"by an outside number", 1, "+4930901825", Ring, []StepKind{
			StepDialled, StepRingGroup, StepNoPhone, StepNotTaken, StepRings, StepRings, StepGone,
		}},
		{"ring groups in circles", 1, "g4", Refuse, []StepKind{
			StepDialled, StepRingGroup, StepNotTaken, StepRingGroup, StepNotTaken, StepRingGroup, StepNotTaken, StepRingGroup,
			StepNotTaken, StepRingGroup, StepNotTaken, StepRingGroup, StepCircle,
		}},
		{"one whose phones may come back", 1, "g5", Await, []StepKind{
			StepDialled, StepRingGroup, StepGone, StepSwitchedOff, StepGroupWaits,
		}},
		{"one that leads to the caller", 1, "g6", Refuse, []StepKind{StepDialled, StepRingGroup, StepDND}},
		{"one that is gone", 1, "g9", Refuse, []StepKind{StepDialled}},
		{"a code that takes no number", 1, "*43202", Refuse, []StepKind{StepDialled, StepNobody}},
	}...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var told []StepKind
			q := Query{Caller: tt.caller, Device: 10, Dialled: URI(tt.typed, b.org)}
			s := Snapshot{Directory: b, Bindings: phones, Tell: func(s Step) { told = append(told, s.Kind) }}
			p := Decide(q, s)
			if p.Kind != tt.kind || !slices.Equal(told, tt.steps) {
				t.Errorf("kind %d, steps %v", p.Kind, told)
			}
			s.Tell = nil
			if silent := Decide(q, s); silent.Kind != p.Kind || silent.Reason != p.Reason || silent.User != p.User {
				t.Errorf("untold it is decided otherwise: %+v", silent)
			}
		})
	}
}
