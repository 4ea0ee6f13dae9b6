package app

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// What a call may meet.
const (
	unknown     = "404 not_found"
	unavailable = "480 unreachable"
)

// toBen makes something refer to Ben by each field that can refer to a user. A field that becomes known to the registry
// fails the test until it stands here, with what callers then meet in storyOf.
var toBen = map[string]func(s *story){
	"leave.callsTo": func(s *story) {
		s.leaves("Emil", "Anna", 0)
		s.leaves("Anna", "Ben", 0)
		s.leaves("Dora", "Ben", 10)
	},
	"forwarding.always":   func(s *story) { s.forwards("Fay", pbx.ForwardAlways, false) },
	"forwarding.busy":     func(s *story) { s.forwards("Gil", pbx.ForwardBusy, true) },
	"forwarding.noAnswer": func(s *story) { s.forwards("Hal", pbx.ForwardNoAnswer, false) },
	"forwarding.offline":  func(s *story) { s.forwards("Ida", pbx.ForwardOffline, false) },
	"outside_number.leadsTo": func(s *story) {
		ben := s.desks["Ben"].id
		s.outside("+4533736502", pbx.User{ID: ben}.Ref(), pbx.OutsideActive)
		s.outside("+4533736503", pbx.User{ID: ben}.Ref(), pbx.OutsidePaused)
		s.outside("+4533736504", pbx.User{ID: ben}.Ref(), pbx.OutsidePorted)
	},
	"ring_group.members": func(s *story) {
		s.ringGroup("Desk", admin.RingGroupPatch{Number: new("7210"), Members: &[]pbx.UserID{s.desks["Ben"].id}})
	},
	"ring_group.then": func(s *story) {
		s.ringGroup("Night", admin.RingGroupPatch{Number: new("7211"), Then: new(pbx.User{ID: s.desks["Ben"].id}.Ref())})
	},
	"device.userId": func(*story) {}, // everybody has one from the start
	"line.userId":   func(*story) {},
	"token.userId": func(s *story) {
		_, _, cs, err := s.core.admin.CreateToken(s.Context(), s.owner, admin.TokenInput{
			Name: "Ben's", User: s.desks["Ben"].id, Scopes: []pbx.Permission{pbx.PermSelf},
		}, admin.Write{})
		s.did(cs, err)
	},
}

// story is an office in which Ben is to go.
type story struct {
	*office
	sales, lab pbx.GroupID
}

func field(r admin.Rule) string { return string(r.Kind) + "." + r.Field }

// toUsers are the fields that can refer to a user, as the registry knows them.
func toUsers() (asked, parts []admin.Rule) {
	for _, r := range admin.Rules() {
		switch {
		case r.To != pbx.KindUser:
		case len(r.Ways) == 0:
			parts = append(parts, r)
		default:
			asked = append(asked, r)
		}
	}
	return asked, parts
}

func newStory(o *office) *story {
	o.Helper()
	s := &story{office: o, sales: o.group("Sales"), lab: o.group("Lab")}
	s.hire("Zoe", admin.UserPatch{HomeGroup: &s.sales, Number: new("7200")})
	s.hire("Anna", admin.UserPatch{
		HomeGroup: &s.sales, Number: new("7201"), Aliases: &[]string{"front", "7300", "+45 33 73 65 01"},
	})
	s.hire("Ben", admin.UserPatch{
		HomeGroup: &s.lab, Number: new("7102"), Aliases: &[]string{"workshop", "7301"}, AuthAccountName: new("b.carlsen"),
	})
	s.hire("Dora", admin.UserPatch{HomeGroup: &s.sales, Number: new("7203")})
	s.hire("Emil", admin.UserPatch{HomeGroup: &s.sales, Number: new("7204")})
	s.hire("Cleo", admin.UserPatch{HomeGroup: &s.sales, Number: new("7205"), Aliases: &[]string{"desk"}})
	s.hire("Fay", admin.UserPatch{HomeGroup: &s.sales, Number: new("7206")})
	s.hire("Gil", admin.UserPatch{HomeGroup: &s.sales, Number: new("7207")})
	s.hire("Hal", admin.UserPatch{HomeGroup: &s.sales, Number: new("7208")})
	s.phantom("Ida", admin.UserPatch{HomeGroup: &s.sales, Number: new("7209"), Username: new("ida")})
	s.outside("+4533736505", pbx.Ref{}, pbx.OutsideActive)
	// Ben had another number and another name before: both reach him for a while.
	_, cs, err := s.core.admin.Renumber(s.Context(), s.owner, admin.RenumberInput{
		Changes: []admin.NumberChange{{Old: "7102", New: "7202"}}, KeepUntil: s.core.around.Now().AddDate(0, 2, 0),
	}, admin.Write{})
	s.did(cs, err)
	_, cs, err = s.core.admin.Rename(s.Context(), s.owner, s.desks["Ben"].id, admin.RenameInput{Username: new("benno")}, admin.Write{})
	s.did(cs, err)
	for _, name := range slices.Sorted(maps.Keys(toBen)) {
		toBen[name](s)
	}
	return s
}

func (s *story) leaves(who, callsTo string, inDays int) {
	s.Helper()
	_, cs, err := s.core.admin.PlanLeave(s.Context(), s.owner, s.desks[who].id, admin.LeavePatch{
		CallsTo: &s.desks[callsTo].id, On: new(s.core.around.Now().AddDate(0, 0, inDays)), DeleteAfter: new(0),
	}, admin.Write{})
	s.did(cs, err)
}

// forwards has the calls to somebody go on to Ben.
func (s *story) forwards(who string, when pbx.ForwardWhen, undisturbed bool) {
	s.Helper()
	_, cs, err := s.core.admin.SetForwarding(s.Context(), s.owner, s.desks[who].id, admin.ForwardingPatch{
		DoNotDisturb: &undisturbed, To: map[pbx.ForwardWhen]admin.ForwardTo{when: {ID: s.desks["Ben"].id}},
	}, admin.Write{})
	s.did(cs, err)
}

func (s *story) outside(value string, to pbx.Ref, state pbx.OutsideState) {
	s.Helper()
	_, cs, err := s.core.admin.CreateOutsideNumber(s.Context(), s.owner, admin.OutsidePatch{
		Value: &value, LeadsTo: &to, State: &state,
	}, admin.Write{})
	s.did(cs, err)
}

// ringGroup makes a ring group.
func (s *story) ringGroup(name string, p admin.RingGroupPatch) {
	s.Helper()
	p.Name = &name
	_, cs, err := s.core.admin.CreateRingGroup(s.Context(), s.owner, p, admin.Write{})
	s.did(cs, err)
}

// whither says where calls end: those to Ben, of who left to him, of Dora who will, to his outside number, and of those
// whose calls go on to him always, as they are not disturbed, or as they have no phone; those to ring groups of which he
// is the only member, or which nobody else takes.
type whither struct{ ben, left, dora, outside, always, busy, offline, member, then string }

// all is where they end while Ben's calls do.
func all(end string) whither { return whither{end, end, "rings Dora", end, end, end, end, end, end} }

// expected says of each call where it must end.
func expected(w whither) map[string]string {
	ben, left, dora, outside := w.ben, w.left, w.dora, w.outside
	return map[string]string{
		"*43": "is answered by the server", "olga": unavailable, // who has no phone
		"*72": "is answered by the server", // with a refusal: Zoe never named anybody
		"*73": "200", "*78": "200", "*79": "200",
		"*97": "is answered by the server", "*98": "is answered by the server",
		"7206": w.always, "fay": w.always, "7207": w.busy, "gil": w.busy, "7209": w.offline, "ida": w.offline,
		"7210": w.member, "7211": w.then,
		"7208": "rings Hal", "hal": "rings Hal",
		"7200": unavailable, "zoe": unavailable, // the caller herself, who has no other phone
		"7205": "rings Cleo", "cleo": "rings Cleo", "desk": "rings Cleo",
		"7202": ben, "7102": ben, "benno": ben, "ben": ben, "workshop": ben, "7301": ben,
		"b.carlsen": unknown, // it signs in only
		"7201":      left, "anna": left, "front": left, "7300": left, "+4533736501": left,
		"7204": left, "emil": left,
		"7203": dora, "dora": dora,
		"+4533736502": outside, "+4533736503": unavailable, "+4533736504": unknown, "+4533736505": unknown,
	}
}

// wants calls everything and compares.
func (s *story) wants(when string, want map[string]string) {
	s.Helper()
	if d := cmp.Diff(want, s.callAll("Zoe")); d != "" {
		s.Fatalf("%s, calls end elsewhere (-want +got):\n%s", when, d)
	}
}

// choices are answers that can be given together, named: each way for all fields, and each way for every other field.
func choices() map[string][]admin.Answer {
	out := map[string][]admin.Answer{}
	asked, _ := toUsers()
	slices.SortFunc(asked, func(a, b admin.Rule) int { return strings.Compare(field(a), field(b)) })
	for name, way := range map[string]func(at int) int{
		"all the first way": func(int) int { return 0 }, "all the last way": func(int) int { return 1 },
		"the first way and the last by turns": func(at int) int { return at % 2 },
		"the last way and the first by turns": func(at int) int { return 1 - at%2 },
	} {
		for i, r := range asked {
			out[name] = append(out[name], admin.Answer{Kind: r.Kind, Field: r.Field, Way: r.Ways[way(i)%len(r.Ways)]})
		}
	}
	return out
}

func wayOf(answers []admin.Answer, name string) admin.Way {
	for _, a := range answers {
		if field(admin.Rule{Kind: a.Kind, Field: a.Field}) == name {
			return a.Way
		}
	}
	return ""
}

// goes are the ways in which Ben's account may go.
var goes = map[string]func(s *story, r *admin.Resolution) (pbx.ChangeSet, error){
	"by himself": func(s *story, r *admin.Resolution) (pbx.ChangeSet, error) {
		return s.core.admin.DeleteUser(s.Context(), s.owner, s.desks["Ben"].id, r, admin.Write{})
	},
	"with his group": func(s *story, r *admin.Resolution) (pbx.ChangeSet, error) {
		with := admin.Resolution{Accounts: admin.AccountsDelete, ConfirmName: "Lab"}
		if r != nil {
			with.Answers = r.Answers
		}
		return s.core.admin.DeleteGroup(s.Context(), s.owner, s.lab, &with, admin.Write{})
	},
}

func TestEveryFieldThatCanReferToAUserIsCalled(t *testing.T) {
	asked, parts := toUsers()
	known := map[string]bool{}
	for _, r := range append(asked, parts...) {
		known[field(r)] = true
		if toBen[field(r)] == nil {
			t.Errorf("nothing refers to Ben by %s: say here what does, and where calls then end", field(r))
		}
	}
	for name := range toBen {
		if !known[name] {
			t.Errorf("nothing refers to a user by %s any more", name)
		}
	}
}

func deleteAndCall(
	s *story, answers []admin.Answer, remove func(*story, *admin.Resolution) (pbx.ChangeSet, error),
) {
	s.Helper()
	s.wants("before", expected(all("rings Ben")))
	s.isAsked(remove)
	gone := whither{unknown, unavailable, "rings Dora", unknown, "rings Fay", "reaches the mailbox of Gil", "reaches the mailbox of Ida", unavailable, unavailable}
	cleo := int64(s.desks["Cleo"].id)
	for i := range answers {
		if answers[i].Way == admin.WayReroute {
			answers[i].To = cleo
		}
	}
	for name, end := range map[string]*string{
		"leave.callsTo": &gone.left, "outside_number.leadsTo": &gone.outside, "forwarding.always": &gone.always,
		"forwarding.busy": &gone.busy, "forwarding.offline": &gone.offline, "ring_group.members": &gone.member,
		"ring_group.then": &gone.then,
	} {
		if wayOf(answers, name) == admin.WayReroute {
			*end = "rings Cleo"
		}
	}
	resolution := &admin.Resolution{Answers: answers}
	cs := s.did(remove(s, resolution))
	s.wants("after the deletion", expected(gone))
	s.later(11)
	gone.dora = gone.left
	s.wants("after Dora has left", expected(gone))
	_, restored, err := s.core.admin.Restore(s.Context(), s.owner, cs.ID, admin.AskNumbers, admin.Write{})
	s.did(restored, err)
	back := all("rings Ben")
	back.dora = "rings Ben"
	s.wants("after the restore", expected(back))

	s.did(remove(s, resolution))
	s.later(pbx.TrashDays + 1)
	s.wants("after the purge", expected(gone))
	s.hire("Gus", admin.UserPatch{
		HomeGroup: &s.sales, Number: new("7202"), Username: new("benno"), Aliases: &[]string{"7102", "ben", "workshop", "7301"},
	})
	gone.ben = "rings Gus"
	s.wants("when somebody else has the names", expected(gone))
}

// isAsked wants the deletion to be refused until it is said what becomes of each field that refers to Ben.
func (s *story) isAsked(remove func(*story, *admin.Resolution) (pbx.ChangeSet, error)) {
	s.Helper()
	_, err := remove(s, nil)
	d := s.asked(err)
	want, got := map[string][]admin.Way{}, map[string][]admin.Way{}
	asked, parts := toUsers()
	for _, r := range asked {
		want[field(r)] = r.Ways
	}
	for _, q := range d.Questions {
		if q.To == pbx.KindUser {
			got[field(q.Rule)] = q.Ways
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("what is asked (-want +got):\n%s", diff)
	}
	for _, r := range parts {
		if d.Removed[r.Kind] == 0 {
			s.Errorf("no %s of Ben would go with him: %v", r.Kind, d.Removed)
		}
	}
}
