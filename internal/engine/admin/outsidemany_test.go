package admin_test

import (
	"slices"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) leads() []string {
	r.Helper()
	page, err := r.ListOutsideNumbers(r.Context(), r.owner, admin.OutsideQuery{Query: admin.Query{Sort: "value", Limit: 500}})
	r.ok(err)
	var out []string
	for _, n := range page.Items {
		out = append(out, strings.TrimSpace(n.Value+" "+n.LeadsToName))
	}
	return out
}

func TestABlockOfNumbersLeadsToTheExtensionsThatItsLastDigitsAre(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales").ID
	anna, bo := r.user("Anna", "Berg", g).User, r.user("Bo", "Ek", g).User // 200, 201
	block := admin.OutsideBlock{First: "+45 33 73 61 99", Last: "203", MatchDigits: 3, Note: "carrier"}
	seen, cs, err := r.AddOutsideBlock(t.Context(), r.owner, block, admin.Write{DryRun: true})
	r.ok(err)
	if seen.Added != 5 || cs.ID != 0 || seen.Rows[1].Shown() != "+45 33 73 62 00" || seen.Rows[1].Name != "Anna Berg" ||
		seen.Rows[0].Name != "" || len(r.leads()) != 0 {
		t.Fatalf("preview %+v", seen)
	}
	_, cs, err = r.AddOutsideBlock(t.Context(), r.owner, block, admin.Write{})
	r.ok(err)
	want := []string{"+4533736199", "+4533736200 Anna Berg", "+4533736201 Bo Ek", "+4533736202", "+4533736203"}
	if got := r.leads(); !slices.Equal(got, want) {
		t.Fatalf("numbers %q", got)
	}
	if got := r.userNow(anna.ID); got.Version != anna.Version+1 || len(got.OutsideNumbers) != 1 {
		t.Errorf("Anna has %v, version %d", got.OutsideNumbers, got.Version)
	}
	// Again it does nothing, but for a number that led nowhere and matches now.
	_, _, err = r.UpdateUser(t.Context(), r.owner, bo.ID, admin.UserPatch{Number: p("203")}, admin.Write{})
	r.ok(err)
	again, _, err := r.AddOutsideBlock(t.Context(), r.owner, block, admin.Write{})
	r.ok(err)
	if again.Added != 0 || again.Changed != 1 || again.Same != 4 {
		t.Errorf("again %+v", again)
	}
	if got := r.userNow(bo.ID).OutsideNumbers; !slices.Equal(got, []string{"+4533736201", "+4533736203"}) {
		t.Errorf("Bo has %v", got)
	}
	_, _, err = r.Undo(t.Context(), r.owner, r.lastChange().ID, nil, admin.Write{})
	r.ok(err)
	out, _, err := r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	if len(out.Left) != 0 || len(r.leads()) != 0 || len(r.userNow(anna.ID).OutsideNumbers) != 0 {
		t.Errorf("undone as a whole: left %+v, there are %q", out.Left, r.leads())
	}
}

func TestABlockSaysWhatIsWrongWithIt(t *testing.T) {
	r := newRig(t)
	for field, b := range map[string]admin.OutsideBlock{
		"first":       {First: "12", Last: "99"},
		"last":        {First: "+4533736500", Last: "+45337364"},
		"matchDigits": {First: "+4533736500", Last: "99", MatchDigits: 9},
	} {
		_, _, err := r.AddOutsideBlock(t.Context(), r.owner, b, admin.Write{DryRun: true})
		r.onField(err, field, "")
	}
	_, _, err := r.AddOutsideBlock(t.Context(), r.owner, admin.OutsideBlock{First: "+4533730000", Last: "40000"}, admin.Write{})
	r.onField(err, "last", "At most 10000")
	_, _, err = r.AddOutsideBlock(t.Context(), r.owner, admin.OutsideBlock{First: "+4533736509", Last: "01"}, admin.Write{})
	r.onField(err, "last", "before the first")
}

func TestAFileOfOutsideNumbers(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales").ID
	anna, bo := r.user("Anna", "Berg", g).User, r.user("Bo", "Ek", g).User
	old := r.outside("+4533736500", bo.ID)
	file := "\ufeffNumber;User / Extension;Note\r\n" +
		"+45 33 73 65 00;200;moved\r\n" +
		"'+4533736501;anna.berg;\r\n" +
		"\"=\"\"+4533736502\"\"\";;fax\r\n" +
		";;\r\n" +
		"0045 33736503;-;\r\n"
	file = strings.Replace(file, "User / Extension", "Extension", 1)
	seen, _, err := r.ImportOutside(t.Context(), r.owner, file, admin.Write{DryRun: true})
	r.ok(err)
	if seen.Added != 3 || seen.Changed != 1 || seen.Rows[0].WasName != "Bo Ek" || seen.Rows[0].Line != 2 || seen.Rows[3].Line != 6 {
		t.Fatalf("preview %+v", seen)
	}
	_, _, err = r.ImportOutside(t.Context(), r.owner, file, admin.Write{})
	r.ok(err)
	want := []string{"+4533736500 Anna Berg", "+4533736501 Anna Berg", "+4533736502", "+4533736503"}
	if got := r.leads(); !slices.Equal(got, want) {
		t.Errorf("numbers %q", got)
	}
	if got := r.userNow(anna.ID).OutsideNumbers; len(got) != 2 || len(r.userNow(bo.ID).OutsideNumbers) != 0 {
		t.Errorf("Anna has %v", got)
	}
	if n, err := r.OutsideNumber(t.Context(), r.owner, old.ID); err != nil || n.Note != "moved" || n.Version != 2 {
		t.Errorf("%+v, %v", n, err)
	}
	none, cs, err := r.ImportOutside(t.Context(), r.owner, file, admin.Write{})
	r.ok(err)
	if none.Same != 4 || cs.ID != 0 {
		t.Errorf("loaded again it does nothing: %+v", none)
	}
	_, _, err = r.ImportOutside(t.Context(), r.owner, "number,user,state\n+4533736500,-,paused\n", admin.Write{})
	r.ok(err)
	if n, err := r.OutsideNumber(t.Context(), r.owner, old.ID); err != nil || n.Assigned() || n.State != pbx.OutsidePaused {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestAFileWithErrorsChangesNothing(t *testing.T) {
	r := newRig(t)
	r.user("Anna", "Berg", r.group("Sales").ID)
	file := "number,user,state\n+4533736500,200,\n4.53374E+09,,\nabc,,\n+4533736501,999,\n+4533736502,,lost\n+4533736500,,\n" +
		strings.Repeat("1", 600) + ",,\n"
	seen, _, err := r.ImportOutside(t.Context(), r.owner, file, admin.Write{DryRun: true})
	r.ok(err)
	var problems []string
	for _, row := range seen.Rows {
		problems = append(problems, row.Problem)
	}
	for i, words := range []string{
		"", "spreadsheet has shortened", "not a number of the public network", `"999"`, "active, paused or ported",
		"number of line 2", "too long",
	} {
		if !strings.Contains(problems[i], words) || (words == "") != (problems[i] == "") {
			t.Errorf("line %d: %q does not say %q", i+2, problems[i], words)
		}
	}
	_, _, err = r.ImportOutside(t.Context(), r.owner, file, admin.Write{})
	r.onField(err, "line 3", "nothing was changed")
	if len(r.leads()) != 0 {
		t.Errorf("numbers %q", r.leads())
	}
	for words, file := range map[string]string{
		"is empty": "", "no line below": "number\n\n", "must name the columns": "note\nx\n", "is not known": "number,colour\n",
		"twice": "number,did\n", "not UTF-8": "number\n\xff\n", `"+4533736500" is not known`: "+4533736500,200\n",
	} {
		_, _, err := r.ImportOutside(t.Context(), r.owner, file, admin.Write{DryRun: true})
		r.onField(err, "csv", words)
	}
}

// An administrator can't give to an owner, nor take from him, by a file what he can't by hand.
func TestAFileIsNoWayAroundRoles(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales").ID
	adam, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Adam"), HomeGroup: &g, Role: p(pbx.RoleAdministrator),
	}, admin.Write{})
	r.ok(err)
	boss, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Boss"), HomeGroup: &g, Role: p(pbx.RoleOwner), Number: p("299"),
	}, admin.Write{})
	r.ok(err)
	his := r.outside("+4533736500", boss.User.ID)
	actor := admin.ActorFor(adam.User.User, "test")
	_, _, err = r.UpdateOutsideNumber(t.Context(), actor, his.ID, admin.OutsidePatch{LeadsTo: &pbx.Ref{}}, admin.Write{})
	r.refused(err, pbx.Forbidden, "Only an owner")
	for _, file := range []string{"number,user\n+4533736500,-\n", "number,user\n+4533736501,299\n"} {
		_, _, err := r.ImportOutside(t.Context(), actor, file, admin.Write{})
		r.onField(err, "line 2", "Only an owner")
	}
	_, err = r.DeleteOutsideNumber(t.Context(), actor, his.ID, nil, admin.Write{})
	r.refused(err, pbx.Forbidden, "Only an owner")
}

func TestAnExtensionMayBeReadAsAnOutsideNumber(t *testing.T) {
	r := newRig(t)
	r.outside("06 6982 1234", 0)
	o := r.occupancy("0669821234")
	if o.State != admin.NumberFree || o.ReadAs != "+390669821234" || o.ReadAsShown != "+39 06 6982 1234" {
		t.Errorf("typed as an extension: %+v", o)
	}
	if o := r.occupancy("+39 06 6982 1234"); o.State != admin.NumberTaken || o.Shown != "+39 06 6982 1234" || o.ReadAs != "" {
		t.Errorf("typed with +: %+v", o)
	}
	if o := r.occupancy("201"); !o.InPool || o.ReadAs != "" {
		t.Errorf("in a pool: %+v", o)
	}
	if o := r.occupancy("9999"); o.InPool {
		t.Errorf("outside of pools: %+v", o)
	}
	for typed, want := range map[string]admin.NumberState{
		"06 6982 1234": admin.NumberTaken, "06 6982 1235": admin.NumberFree, "201": admin.NumberUnfit,
	} {
		o, err := r.OutsideOccupancy(t.Context(), r.owner, typed)
		r.ok(err)
		if o.State != want {
			t.Errorf("%s: %+v", typed, o)
		}
	}
}

func TestBlocksAndFilesPutNumbersAtALocation(t *testing.T) {
	r := newRig(t)
	rome, milan := r.location("Rome"), r.location("Milan")
	places := func() string {
		t.Helper()
		page, err := r.ListOutsideNumbers(t.Context(), r.owner, admin.OutsideQuery{Query: admin.Query{Sort: "value"}})
		r.ok(err)
		var out []string
		for _, n := range page.Items {
			out = append(out, n.LocationName)
		}
		return strings.Join(out, ",")
	}
	block := admin.OutsideBlock{First: "+4533736500", Last: "02", Location: rome.ID}
	seen, _, err := r.AddOutsideBlock(t.Context(), r.owner, block, admin.Write{DryRun: true})
	r.ok(err)
	if seen.Rows[0].Place != "Rome" {
		t.Errorf("preview %+v", seen.Rows[0])
	}
	_, _, err = r.AddOutsideBlock(t.Context(), r.owner, block, admin.Write{})
	r.ok(err)
	if got := places(); got != "Rome,Rome,Rome" {
		t.Errorf("the block is at %s", got)
	}
	block.Location = 77
	_, _, err = r.AddOutsideBlock(t.Context(), r.owner, block, admin.Write{})
	r.onField(err, "locationId", "location")
	file := "number,standort\n+4533736500,milan\n+4533736501,-\n+4533736502,\n"
	got, _, err := r.ImportOutside(t.Context(), r.owner, file, admin.Write{})
	r.ok(err)
	if places() != "Milan,,Rome" || got.Changed != 2 || got.Same != 1 {
		t.Errorf("the file puts them at %s: %+v", places(), got)
	}
	wrong, _, err := r.ImportOutside(t.Context(), r.owner, "number,location\n+4533736500,Pisa\n", admin.Write{DryRun: true})
	r.ok(err)
	if wrong.Errors != 1 || !strings.Contains(wrong.Rows[0].Problem, "Pisa") {
		t.Errorf("a location that is not there: %+v", wrong.Rows)
	}
	if l, err := r.Location(t.Context(), r.owner, milan.ID); err != nil || l.Name != "Milan" {
		t.Error(err)
	}
}

func TestChosenUsersMoveToAnotherLocationInOneChangeSet(t *testing.T) {
	r := newRig(t)
	rome, milan := r.location("Rome"), r.location("Milan")
	g := r.group("Sales").ID
	var ids []pbx.UserID
	for _, name := range []string{"Anna", "Ben", "Cleo"} {
		u := r.user(name, "Berg", g).User
		_, _, err := r.UpdateUser(t.Context(), r.owner, u.ID, admin.UserPatch{Location: &rome.ID}, admin.Write{})
		r.ok(err)
		ids = append(ids, u.ID)
	}
	move := admin.BulkEdit{Users: ids[:2], Patch: admin.UserPatch{Location: &milan.ID}}
	seen, cs, err := r.BulkUsers(t.Context(), r.owner, move, admin.Write{DryRun: true})
	r.ok(err)
	if cs.ID != 0 || seen.Changed != 2 || string(seen.Users[0].Fields[0].From) != `"Rome"` || string(seen.Users[0].Fields[0].To) != `"Milan"` {
		t.Errorf("preview %+v", seen)
	}
	_, cs, err = r.BulkUsers(t.Context(), r.owner, move, admin.Write{})
	r.ok(err)
	if r.userNow(ids[0]).LocationName != "Milan" || r.userNow(ids[2]).LocationName != "Rome" || cs.Count != 2 {
		t.Errorf("moved in %d items", cs.Count)
	}
}
