package admin_test

import (
	"slices"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) outside(value string, to pbx.UserID) admin.OutsideView {
	r.Helper()
	patch := admin.OutsidePatch{Value: &value}
	if to != 0 {
		patch.LeadsTo = p(pbx.User{ID: to}.Ref())
	}
	n, _, err := r.CreateOutsideNumber(r.Context(), r.owner, patch, admin.Write{})
	r.ok(err)
	return n
}

// nobody is the answer that whatever refers to what goes refers to nothing then.
func nobody() *admin.Resolution {
	return &admin.Resolution{Answers: []admin.Answer{{Way: admin.WayRemove}}}
}

func (r *rig) userNow(id pbx.UserID) admin.UserView {
	r.Helper()
	u, err := r.User(r.Context(), r.owner, id)
	r.ok(err)
	return u
}

func TestAnOutsideNumberIsReadAsTypedInTheCountry(t *testing.T) {
	r := newRig(t)
	for typed, want := range map[string]string{
		"+45 33 73 65 06": "+4533736506", "06 6982 1234": "+390669821234", "0049 30 901820": "+4930901820",
	} {
		n := r.outside(typed, 0)
		if n.Value != want || n.State != pbx.OutsideActive || n.Assigned() || n.Version != 1 {
			t.Errorf("%q became %+v", typed, n)
		}
	}
	for typed, words := range map[string]string{
		"201": "not a number of the public network", "": "not a number", "anna": "not a number", "+45 33 73 65 06": "leads nowhere yet",
	} {
		_, _, err := r.CreateOutsideNumber(t.Context(), r.owner, admin.OutsidePatch{Value: &typed}, admin.Write{})
		r.onField(err, "value", words)
	}
}

// X3: one thing, two views.
func TestAnAliasWithPlusIsAnOutsideNumberOfTheUser(t *testing.T) {
	r := newRig(t)
	u := r.user("Anna", "Berg", r.group("Sales").ID).User
	v, _, err := r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{Aliases: &[]string{"front", "+45 3373 6506"}}, admin.Write{})
	r.ok(err)
	if !slices.Equal(v.User.Aliases, []string{"front"}) || !slices.Equal(v.User.OutsideNumbers, []string{"+4533736506"}) {
		t.Fatalf("user has %v and %v", v.User.Aliases, v.User.OutsideNumbers)
	}
	page, err := r.ListOutsideNumbers(t.Context(), r.owner, admin.OutsideQuery{})
	r.ok(err)
	if len(page.Items) != 1 || page.Items[0].LeadsToName != "Anna Berg" || page.Items[0].Extension != "200" {
		t.Fatalf("numbers %+v", page.Items)
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{Aliases: &[]string{"front"}}, admin.Write{})
	r.ok(err)
	if got := r.userNow(u.ID); len(got.OutsideNumbers) != 1 {
		t.Error("aliases without it don't take the number away: they did not show it")
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{OutsideNumbers: &[]string{}}, admin.Write{})
	r.ok(err)
	n, err := r.OutsideNumber(t.Context(), r.owner, page.Items[0].ID)
	r.ok(err)
	if n.Assigned() {
		t.Errorf("taken away it leads nowhere: %+v", n)
	}
	other := r.user("Bo", "Ek", u.HomeGroup).User
	_, _, err = r.UpdateUser(t.Context(), r.owner, other.ID, admin.UserPatch{OutsideNumbers: &[]string{"0045 33736506"}}, admin.Write{})
	r.ok(err)
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{Aliases: &[]string{"+4533736506"}}, admin.Write{})
	r.onField(err, "aliases", "an outside number of Bo Ek")
	if o := r.occupancy("+4533736506"); o.State != admin.NumberTaken || o.Kind != pbx.DialOutside || o.HolderName != "Bo Ek" || o.Number != n.ID {
		t.Errorf("occupancy %+v", o)
	}
}

func TestTheFormOfAUserNoticesThatItsNumbersWereChangedElsewhere(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales").ID
	anna, bo := r.user("Anna", "Berg", g).User, r.user("Bo", "Ek", g).User
	n := r.outside("+4533736506", anna.ID)
	seen := r.userNow(anna.ID).Version
	if seen != anna.Version+1 {
		t.Errorf("version %d after %d", seen, anna.Version)
	}
	_, _, err := r.UpdateOutsideNumber(t.Context(), r.owner, n.ID, admin.OutsidePatch{LeadsTo: p(bo.Ref())}, admin.Write{})
	r.ok(err)
	_, _, err = r.UpdateUser(t.Context(), r.owner, anna.ID, admin.UserPatch{OutsideNumbers: &[]string{"+4533736506"}},
		admin.Write{IfMatch: seen})
	r.refused(err, pbx.Stale, "meanwhile")
	_, _, err = r.UpdateOutsideNumber(t.Context(), r.owner, n.ID, admin.OutsidePatch{Note: p("x")}, admin.Write{IfMatch: n.Version})
	r.refused(err, pbx.Stale, "meanwhile")
	_, err = r.DeleteOutsideNumber(t.Context(), r.owner, n.ID, nil, admin.Write{IfMatch: n.Version})
	r.refused(err, pbx.Stale, "meanwhile")
	if got := r.userNow(bo.ID); !slices.Equal(got.OutsideNumbers, []string{"+4533736506"}) || len(r.userNow(anna.ID).OutsideNumbers) != 0 {
		t.Errorf("Bo has %v", got.OutsideNumbers)
	}
}

func TestOutsideNumbersOfADeletedUserLeadNowhereAndComeBackWithHim(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales").ID
	anna, bo := r.user("Anna", "Berg", g).User, r.user("Bo", "Ek", g).User
	first, second := r.outside("+4533736501", anna.ID), r.outside("+4533736502", anna.ID)
	d, err := r.UserDeletion(t.Context(), r.owner, anna.ID)
	r.ok(err)
	if len(d.References) != 2 || d.References[0].Name != "+45 33 73 65 01" || d.References[0].Field != "leadsTo" {
		t.Errorf("the dialog shows %+v", d.References)
	}
	gone, err := r.DeleteUser(t.Context(), r.owner, anna.ID, nobody(), admin.Write{})
	r.ok(err)
	p1, err := r.ListOutsideNumbers(t.Context(), r.owner, admin.OutsideQuery{Unassigned: p(true)})
	r.ok(err)
	if len(p1.Items) != 2 {
		t.Errorf("unassigned %+v", p1.Items)
	}
	_, _, err = r.UpdateOutsideNumber(t.Context(), r.owner, second.ID, admin.OutsidePatch{LeadsTo: p(bo.Ref())}, admin.Write{})
	r.ok(err)
	back, _, err := r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	if got := r.userNow(anna.ID); !slices.Equal(got.OutsideNumbers, []string{first.Value}) {
		t.Errorf("came back with %v", got.OutsideNumbers)
	}
	if len(back.Notes) != 1 || !strings.Contains(back.Notes[0], "+4533736502 leads elsewhere now") {
		t.Errorf("notes %q", back.Notes)
	}
}

func TestADeletedOutsideNumberComesBackUnlessItWasAddedAgain(t *testing.T) {
	r := newRig(t)
	anna := r.user("Anna", "Berg", r.group("Sales").ID).User
	n := r.outside("+4533736501", anna.ID)
	gone, err := r.DeleteOutsideNumber(t.Context(), r.owner, n.ID, nil, admin.Write{})
	r.ok(err)
	if o := r.occupancy(n.Value); o.State != admin.NumberFree || len(r.userNow(anna.ID).OutsideNumbers) != 0 {
		t.Errorf("after deletion %+v", o)
	}
	again := r.outside(n.Value, 0)
	back, cs, err := r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	if cs.ID != 0 || len(back.Notes) != 1 || !strings.Contains(back.Notes[0], "added again") {
		t.Errorf("restored %+v", back)
	}
	_, err = r.DeleteOutsideNumber(t.Context(), r.owner, again.ID, nil, admin.Write{})
	r.ok(err)
	_, _, err = r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	if got := r.userNow(anna.ID); !slices.Equal(got.OutsideNumbers, []string{n.Value}) {
		t.Errorf("Anna has %v", got.OutsideNumbers)
	}
}

// S4: what is outside his group does not exist for a group administrator.
func TestAGroupAdministratorAndOutsideNumbers(t *testing.T) {
	r := newRig(t)
	sales, other := r.group("Sales"), r.group("Other")
	gina, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Gina"), HomeGroup: &sales.ID, Role: p(pbx.RoleGroupAdmin),
	}, admin.Write{})
	r.ok(err)
	his := admin.ActorFor(gina.User.User, "test")
	mine, theirs := r.user("Anna", "Berg", sales.ID).User, r.user("Bo", "Ek", other.ID).User
	seen, hidden, free := r.outside("+4533736501", mine.ID), r.outside("+4533736502", theirs.ID), r.outside("+4533736503", 0)
	page, err := r.ListOutsideNumbers(t.Context(), his, admin.OutsideQuery{})
	r.ok(err)
	if len(page.Items) != 1 || page.Items[0].ID != seen.ID {
		t.Errorf("sees %+v", page.Items)
	}
	_, never := r.OutsideNumber(t.Context(), his, 999)
	for _, id := range []pbx.NumberID{hidden.ID, free.ID} {
		_, err := r.OutsideNumber(t.Context(), his, id)
		if err == nil || err.Error() != never.Error() {
			t.Errorf("number %d: %v, want %v", id, err, never)
		}
	}
	for _, value := range []string{theirs.Number, "bo.ek", hidden.Value, free.Value} {
		o, err := r.Occupancy(t.Context(), his, value, 0)
		r.ok(err)
		if o.State == admin.NumberFree || o.HolderName != "" || !o.Holder.IsZero() || o.Kind != "" || strings.Contains(o.Reason, "Bo") {
			t.Errorf("%s: %+v", value, o)
		}
	}
	if o, err := r.Occupancy(t.Context(), his, mine.Number, 0); err != nil || o.HolderName != "Anna Berg" {
		t.Errorf("his own: %+v, %v", o, err)
	}
	plan, err := r.ListNumbers(t.Context(), his, admin.DialQuery{})
	r.ok(err)
	for _, o := range plan.Items {
		if o.HolderName != "Anna Berg" && o.HolderName != "Gina" {
			t.Errorf("the plan shows %+v", o)
		}
	}
	_, _, err = r.CreateUser(t.Context(), his, admin.UserPatch{FirstName: p("X"), HomeGroup: &sales.ID, Username: p("bo.ek")}, admin.Write{})
	r.onField(err, "username", `"bo.ek" is taken.`)
	_, _, err = r.UpdateUser(t.Context(), his, mine.ID, admin.UserPatch{Aliases: &[]string{"9999"}}, admin.Write{})
	r.onField(err, "aliases", "not in a pool of your group")
	_, _, err = r.UpdateUser(t.Context(), his, mine.ID, admin.UserPatch{OutsideNumbers: &[]string{free.Value}}, admin.Write{})
	r.onField(err, "outsideNumbers", "by an administrator")
	_, _, err = r.CreateOutsideNumber(t.Context(), his, admin.OutsidePatch{Value: p("+4533736509")}, admin.Write{})
	r.refused(err, pbx.Forbidden, "")
}

// X5: what begins like the digit for an outside line is no extension, and changing the digit lists clashes first.
func TestTheOutsideDigit(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u := r.user("Anna", "Berg", g.ID).User
	put := func(v string) error {
		_, _, err := r.PutSetting(t.Context(), r.owner, pbx.Setting{
			Level: pbx.LevelOrganization, Key: pbx.SettingOutsidePrefix, Value: v,
		}, admin.Write{})
		return err
	}
	r.onField(put("2"), "value", "200 (Anna Berg)")
	r.ok(put("0"))
	_, _, err := r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{Number: p("0200")}, admin.Write{})
	r.onField(err, "number", "begin with 0 go to an outside line")
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{Aliases: &[]string{"07"}}, admin.Write{})
	r.onField(err, "aliases", "outside line")
	if o := r.occupancy("099"); o.State != admin.NumberReserved {
		t.Errorf("occupancy %+v", o)
	}
	pool, _, err := r.CreatePool(t.Context(), r.owner, admin.PoolPatch{First: p("0900"), Last: p("1005"), Group: &g.ID}, admin.Write{})
	r.ok(err)
	if pool.Free != 6 {
		t.Errorf("%d are free of those that don't begin with 0", pool.Free)
	}
	if h := r.hold(r.owner, g.ID); h.Number != "1000" {
		t.Errorf("offered %s", h.Number)
	}
	r.ok(put(pbx.NoPrefix))
	if h := r.hold(r.owner, g.ID); h.Number != "0900" {
		t.Errorf("offered %s", h.Number)
	}
}

func TestAnotherCountryListsTheClashesFirst(t *testing.T) {
	r := newRig(t)
	u := r.user("Anna", "Berg", r.group("Sales").ID).User
	_, _, err := r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{Number: p("1101")}, admin.Write{})
	r.ok(err)
	_, _, err = r.UpdateOrganization(t.Context(), r.owner, admin.OrganizationPatch{Country: p("DE")}, admin.Write{})
	r.onField(err, "country", "1101 (Anna Berg)")
}

// U7: deleting a user asks where his outside numbers lead then.
func TestDeletingAUserAsksAboutHisOutsideNumbers(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales").ID
	anna, bo := r.user("Anna", "Berg", g).User, r.user("Bo", "Ek", g).User
	first, second := r.outside("+4533736501", anna.ID), r.outside("+4533736502", anna.ID)
	_, err := r.DeleteUser(t.Context(), r.owner, anna.ID, nil, admin.Write{})
	r.refused(err, pbx.Conflict, "say what becomes")
	gone, err := r.DeleteUser(t.Context(), r.owner, anna.ID, &admin.Resolution{Answers: []admin.Answer{
		{Kind: pbx.KindOutsideNumber, Way: admin.WayRemove},
		{Kind: pbx.KindOutsideNumber, ID: int64(second.ID), Way: admin.WayReroute, To: int64(bo.ID)},
	}}, admin.Write{})
	r.ok(err)
	if got := r.leads(); !slices.Equal(got, []string{first.Value, second.Value + " Bo Ek"}) {
		t.Errorf("numbers %q", got)
	}
	if got := r.userNow(bo.ID); got.Version != bo.Version+1 {
		t.Errorf("Bo's form is not told: version %d after %d", got.Version, bo.Version)
	}
	_, _, err = r.Restore(t.Context(), r.owner, gone.ID, admin.AskNumbers, admin.Write{})
	r.ok(err)
	if got := r.userNow(anna.ID).OutsideNumbers; len(got) != 2 || len(r.userNow(bo.ID).OutsideNumbers) != 0 {
		t.Errorf("restored with %v", got)
	}
}
