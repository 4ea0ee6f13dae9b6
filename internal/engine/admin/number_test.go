package admin_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) hold(a admin.Actor, g pbx.GroupID) admin.Hold {
	r.Helper()
	h, err := r.HoldNumber(r.Context(), a, g, 0)
	r.ok(err)
	return h
}

func TestAFormIsOfferedTheNumberOfItsLocation(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	l, _, err := r.CreateLocation(t.Context(), r.owner, admin.LocationPatch{Name: p("Aarhus")}, admin.Write{})
	r.ok(err)
	_, _, err = r.CreatePool(t.Context(), r.owner, admin.PoolPatch{
		Name: p("Aarhus"), First: p("1600"), Last: p("1609"), Location: &l.ID,
	}, admin.Write{})
	r.ok(err)
	h, err := r.HoldNumber(t.Context(), r.owner, g.ID, l.ID)
	r.ok(err)
	if h.Number != "1600" {
		t.Errorf("offered %+v", h)
	}
	_, err = r.HoldNumber(t.Context(), r.owner, g.ID, l.ID+1)
	r.onField(err, "locationId", "no such location")
}

func TestTwoFormsAreNeverOfferedTheSameNumber(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Adam"), HomeGroup: &g.ID, Role: p(pbx.RoleAdministrator),
	}, admin.Write{})
	r.ok(err)
	adam := admin.ActorFor(u.User.User, "test")
	mine, his := r.hold(r.owner, g.ID), r.hold(adam, g.ID)
	if mine.Number != "201" || his.Number != "202" || !mine.ExpiresAt.Equal(r.now.Add(10*time.Minute)) {
		t.Fatalf("offered %+v and %+v", mine, his)
	}
	if o := r.occupancy("202"); o.State != admin.NumberHeld || !strings.Contains(o.Reason, "a form that Adam has open") {
		t.Errorf("occupancy %+v", o)
	}
	o, err := r.Occupancy(t.Context(), r.owner, "201", mine.ID)
	r.ok(err)
	if o.State != admin.NumberFree {
		t.Errorf("the own hold is %+v", o)
	}
	patch := admin.UserPatch{FirstName: p("X"), HomeGroup: &g.ID, Number: &his.Number, Hold: his.ID}
	_, _, err = r.CreateUser(t.Context(), r.owner, patch, admin.Write{})
	r.onField(err, "number", "Adam has open")
	patch.Number, patch.Hold = nil, mine.ID
	made, _, err := r.CreateUser(t.Context(), r.owner, patch, admin.Write{})
	r.ok(err)
	if made.User.Number != "201" {
		t.Errorf("made with %s", made.User.Number)
	}
}

func TestALapsedHoldSaysWhoTookTheNumberAndOffersTheNext(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	h := r.hold(r.owner, g.ID)
	r.now = h.ExpiresAt
	r.user("Bo", "Ek", g.ID) // is given 200: the hold is over
	patch := admin.UserPatch{FirstName: p("X"), HomeGroup: &g.ID, Number: &h.Number, Hold: h.ID}
	_, _, err := r.CreateUser(t.Context(), r.owner, patch, admin.Write{})
	r.onField(err, "number", "not kept any longer")
	r.onField(err, "number", "of Bo Ek")
	r.onField(err, "number", "The next free one is 201")
}

func TestAHoldCanBeGivenUpAndIsNoPartOfTheAudit(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	before := r.lastChange().ID
	h := r.hold(r.owner, g.ID)
	r.ok(r.ReleaseHold(t.Context(), r.owner, h.ID))
	r.ok(r.ReleaseHold(t.Context(), r.owner, h.ID))
	if again := r.hold(r.owner, g.ID); again.Number != h.Number {
		t.Errorf("offered %s after %s was given up", again.Number, h.Number)
	}
	if r.lastChange().ID != before {
		t.Error("a hold made a change set")
	}
	for range 30 {
		r.hold(r.owner, g.ID)
	}
	all, err := r.ListNumbers(t.Context(), r.owner, admin.DialQuery{Kinds: []pbx.DialKind{pbx.DialHold}})
	r.ok(err)
	if len(all.Items) != 20 {
		t.Errorf("one administrator keeps %d numbers", len(all.Items))
	}
}

func TestPoolsAreAskedInOrderAndSayWhenTheyAreFull(t *testing.T) {
	r := newRig(t)
	g, other := r.group("Sales"), r.group("Support")
	_, _, err := r.UpdatePool(t.Context(), r.owner, 1, admin.PoolPatch{First: p("0100"), Last: p("0101")}, admin.Write{})
	r.ok(err)
	_, _, err = r.CreatePool(t.Context(), r.owner, admin.PoolPatch{
		Name: p("Sales"), First: p("300"), Last: p("300"), Group: &g.ID,
	}, admin.Write{})
	r.ok(err)
	var got []string
	for range 3 {
		got = append(got, r.user("A", "A", g.ID).User.Number)
	}
	if strings.Join(got, " ") != "300 0100 0101" {
		t.Errorf("dealt %v", got)
	}
	_, _, err = r.CreateUser(t.Context(), r.owner, admin.UserPatch{FirstName: p("A"), HomeGroup: &other.ID}, admin.Write{})
	r.refused(err, pbx.Conflict, `the pool "Extensions" is full`)
	pools, err := r.ListPools(t.Context(), r.owner)
	r.ok(err)
	if pools[0].Free != 0 || pools[1].Free != 0 || pools[1].GroupName != "Sales" {
		t.Errorf("pools %+v", pools)
	}
	outside, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("A"), HomeGroup: &other.ID, Number: p("55"),
	}, admin.Write{})
	r.ok(err)
	if outside.User.Number != "55" {
		t.Error("numbers outside a pool may be used")
	}
	for name, patch := range map[string]admin.PoolPatch{
		"overlaps":     {Name: p("x"), First: p("299"), Last: p("301")},
		"same number":  {Name: p("x"), First: p("10"), Last: p("100")},
		"before":       {Name: p("x"), First: p("20"), Last: p("10")},
		"already":      {Name: p("sales"), First: p("600"), Last: p("610")},
		"no such grou": {Name: p("x"), First: p("600"), Last: p("610"), Group: p(pbx.GroupID(77))},
	} {
		_, _, err := r.CreatePool(t.Context(), r.owner, patch, admin.Write{})
		r.refused(err, pbx.Invalid, name)
	}
}

func TestTheNextFreeNumberIsFoundBeyondAThousandTakenOnes(t *testing.T) {
	r := newRig(t)
	r.ok(r.store.Update(t.Context(), r.org, func(tx admin.Tx) error {
		for n := 2000; n < 3100; n++ {
			err := tx.PutDialString(pbx.DialString{
				Organization: r.org, Value: strconv.Itoa(n), Kind: pbx.DialFeature, Feature: pbx.FeatureEcho,
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	_, _, err := r.UpdatePool(t.Context(), r.owner, 1, admin.PoolPatch{First: p("2000"), Last: p("3999")}, admin.Write{})
	r.ok(err)
	if h := r.hold(r.owner, 0); h.Number != "3100" {
		t.Errorf("offered %s", h.Number)
	}
}

func TestWhatIsTakenShowsBySymbolKindAndHolder(t *testing.T) {
	r := newRig(t)
	r.user("Anna", "Berg", r.group("Sales").ID)
	for value, want := range map[string]admin.Occupancy{
		"200":       {State: admin.NumberTaken, Kind: pbx.DialExtension, HolderName: "Anna Berg"},
		"Anna.Berg": {State: admin.NumberTaken, Kind: pbx.DialUsername, HolderName: "Anna Berg"},
		"*43":       {State: admin.NumberReserved, Kind: pbx.DialFeature, HolderName: "echo"},
		"1123":      {State: admin.NumberReserved},
		"201":       {State: admin.NumberFree},
	} {
		o := r.occupancy(value)
		if o.State != want.State || o.Kind != want.Kind || o.HolderName != want.HolderName {
			t.Errorf("%s: %+v", value, o)
		}
	}
}

func TestRenumberingAndSwapping(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	a, b := r.user("A", "A", g.ID), r.user("B", "B", g.ID)
	_, _, err := r.UpdateUser(t.Context(), r.owner, a.User.ID, admin.UserPatch{Number: p("201")}, admin.Write{})
	r.onField(err, "number", "of B B")
	v, _, err := r.UpdateUser(t.Context(), r.owner, a.User.ID, admin.UserPatch{Number: p("299")}, admin.Write{})
	r.ok(err)
	if v.User.SIPUsername != "200" || r.occupancy("200").State != admin.NumberFree {
		t.Errorf("SIP user names never change by themselves: %s", v.User.SIPUsername)
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, b.User.ID, admin.UserPatch{Number: p("200")}, admin.Write{})
	r.ok(err)
	c := r.user("C", "C", g.ID)
	if c.User.Number != "201" || !strings.HasPrefix(c.User.SIPUsername, "201-") {
		t.Errorf("201 was a SIP user name before: %+v", c.User.SIPUsername)
	}
}
