package roster_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/admin/memstore"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// rig is an administration over memory and a directory that is given every change set.
type rig struct {
	testing.TB
	*admin.Service
	*roster.Directory

	store *memstore.Store
	vault *vault.Vault
	org   pbx.OrganizationID
	actor admin.Actor
	last  pbx.ChangeSetID
}

func newRig(t testing.TB) *rig {
	t.Helper()
	v, err := vault.New([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{TB: t, store: memstore.New(), vault: v}
	r.Service = admin.New(admin.Config{Store: r.store, Vault: v})
	r.Directory = roster.New(roster.Config{Store: r.store, Vault: v})
	r.ok(r.Load(t.Context()))
	if r.Directory.Organization() != nil {
		t.Error("an organization before there is one")
	}
	o, err := r.Bootstrap(t.Context(), admin.Defaults{SIPDomain: "pbx.example.com"})
	r.ok(err)
	r.org, r.actor = o.ID, admin.System(o.ID, "test")
	return r
}

func p[T any](v T) *T { return &v }

func (r *rig) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// follow puts in force what was committed, as the follower does.
func (r *rig) follow() {
	r.Helper()
	var sets []pbx.ChangeSet
	r.ok(r.store.View(r.Context(), func(tx admin.ReadTx) (err error) {
		sets, err = tx.ChangeSetsAfter(r.last, 1000)
		return err
	}))
	for _, cs := range sets {
		r.ok(r.Apply(r.Context(), cs))
		r.last = cs.ID
	}
	r.ok(r.Wait(r.Context(), r.last))
	r.sameAsLoaded()
}

// sameAsLoaded compares the directory that followed with one that was loaded just now.
func (r *rig) sameAsLoaded() {
	r.Helper()
	fresh := roster.New(roster.Config{Store: r.store, Vault: r.vault})
	r.ok(fresh.Load(r.Context()))
	if a, b := r.dump(r.Directory), r.dump(fresh); a != b {
		r.Fatalf("followed:\n%s\nloaded:\n%s", a, b)
	}
}

// dump writes down everything that a directory answers about what there is or was.
func (r *rig) dump(d *roster.Directory) string {
	r.Helper()
	var out []string
	r.ok(r.store.View(r.Context(), func(tx admin.ReadTx) error {
		for id := pbx.UserID(1); id < 30; id++ {
			u, ok := d.User(id)
			if !ok {
				continue
			}
			out = append(out, fmt.Sprintf("user %d %s %s %v %d %s %v %v %v %v", u.ID, u.Number, u.DisplayName, u.Enabled, u.CallsTo,
				u.Security, u.ZRTP, u.RingTime, u.DormantWait, u.Aliases))
			for _, l := range u.Lines {
				out = append(out, fmt.Sprintf("  line %d %s %v %s %v", l.ID, l.SIPUsername, l.Enabled, l.Security, l.ZRTP))
				same, ok := d.Line([]byte(l.SIPUsername))
				if !ok || same.ID != l.ID || same.Enabled != l.Enabled || same.Security != l.Security {
					r.Fatalf("line %s is answered as %+v", l.SIPUsername, same)
				}
			}
		}
		for id := pbx.RingGroupID(1); id < 10; id++ {
			if g, ok := d.RingGroup(id); ok {
				out = append(out, fmt.Sprintf("ring group %+v", *g))
			}
		}
		return tx.EachDialString(func(s pbx.DialString) error {
			t, ok := d.Dial([]byte(strings.ToUpper(s.Value)))
			out = append(out, fmt.Sprintf("dial %s %v %+v", s.Value, ok, t))
			return nil
		})
	}))
	slices.Sort(out)
	return fmt.Sprintf("%+v\n%s", d.Organization(), strings.Join(out, "\n"))
}

func (r *rig) group(name string) pbx.GroupID {
	r.Helper()
	g, _, err := r.CreateGroup(r.Context(), r.actor, admin.GroupPatch{Name: &name}, admin.Write{})
	r.ok(err)
	return g.ID
}

func (r *rig) user(first string, g pbx.GroupID) admin.UserResult {
	r.Helper()
	u, _, err := r.CreateUser(r.Context(), r.actor, admin.UserPatch{FirstName: &first, HomeGroup: &g}, admin.Write{})
	r.ok(err)
	return u
}

func (r *rig) set(level pbx.Level, owner int64, value string) {
	r.Helper()
	_, _, err := r.PutSetting(r.Context(), r.actor, pbx.Setting{
		Level: level, Owner: owner, Key: pbx.SettingSecurity, Value: value,
	}, admin.Write{})
	r.ok(err)
	r.follow()
}

func TestANewUsersPhoneIsKnownAtOnce(t *testing.T) {
	r := newRig(t)
	u := r.user("Anna", r.group("Sales"))
	r.follow()
	l, ok := r.Line([]byte("200"))
	if !ok {
		t.Fatal("the line is not known")
	}
	m, h := vault.HA1("200", "pbx.example.com", u.Secrets.SIPPassword)
	if l.HA1MD5 != m || l.HA1SHA256 != h || l.User != u.User.ID || l.MaxBindings != 5 || !l.Enabled ||
		l.Security != pbx.Secure || !l.ZRTP {
		t.Errorf("line %+v", l)
	}
	for _, v := range []string{"200", "anna", "ANNA"} {
		if target, found := r.Dial([]byte(v)); !found || target.User != u.User.ID {
			t.Errorf("%s reaches %+v, %v", v, target, found)
		}
	}
	if target, found := r.Dial([]byte("*43")); !found || target.Feature != pbx.FeatureEcho {
		t.Errorf("*43 reaches %+v", target)
	}
	if _, found := r.Dial([]byte(strings.Repeat("9", 70))); found {
		t.Error("a long value reaches something")
	}
	v, ok := r.Directory.User(u.User.ID)
	if !ok || v.DisplayName != "Anna" || v.RingTime != time.Minute || v.DormantWait != 10*time.Second || len(v.Lines) != 1 {
		t.Errorf("user %+v", v)
	}
	o := r.Directory.Organization()
	if o.Realm != "pbx.example.com" || o.Digest != "md5" {
		t.Errorf("organization %+v", o)
	}
	r.SetNames([]string{"192.0.2.1"})
	if o := r.Directory.Organization(); len(o.Names) != 1 || o.SIPDomain != "pbx.example.com" {
		t.Errorf("organization %+v", o)
	}
}

func TestEveryChangeIsInForceOnceApplied(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u := r.user("Anna", g)
	id := u.User.ID
	r.follow()
	enabled := func() bool {
		l, ok := r.Line([]byte("200"))
		return ok && l.Enabled
	}
	update := func(patch admin.UserPatch) {
		t.Helper()
		_, _, err := r.UpdateUser(t.Context(), r.actor, id, patch, admin.Write{})
		r.ok(err)
		r.follow()
	}
	update(admin.UserPatch{Enabled: p(false)})
	if enabled() {
		t.Error("a disabled user's line may register")
	}
	update(admin.UserPatch{Enabled: p(true), Aliases: &[]string{"front"}, Number: p("299")})
	if _, ok := r.Dial([]byte("200")); ok || !enabled() {
		t.Error("the old number still reaches somebody, or the line is off")
	}
	if v, _ := r.Directory.User(id); v.Number != "299" || !slices.Equal(v.Aliases, []string{"front"}) {
		t.Errorf("user %+v", v)
	}
	list, err := r.ListDevices(t.Context(), r.actor, admin.DeviceQuery{User: id})
	r.ok(err)
	_, _, err = r.UpdateDevice(t.Context(), r.actor, list.Items[0].ID, admin.DevicePatch{Enabled: p(false)}, admin.Write{})
	r.ok(err)
	r.follow()
	if enabled() {
		t.Error("a disabled device's line may register")
	}
	_, _, err = r.UpdateDevice(t.Context(), r.actor, list.Items[0].ID, admin.DevicePatch{Enabled: p(true)}, admin.Write{})
	r.ok(err)
	v, _, err := r.ResetUser(t.Context(), r.actor, id, admin.ResetChoice{SIPPassword: true}, admin.Write{})
	r.ok(err)
	r.follow()
	m, _ := vault.HA1("200", "pbx.example.com", v.Secrets.SIPPassword)
	if l, ok := r.Line([]byte("200")); !ok || l.HA1MD5 != m || !l.Enabled {
		t.Error("the new password does not count")
	}
	update(admin.UserPatch{Kind: p(pbx.Phantom), DisplayName: p("Info")})
	if _, ok := r.Line([]byte("200")); ok {
		t.Error("a phantom's line is known")
	}
	update(admin.UserPatch{Kind: p(pbx.Person)})
	cs, err := r.DeleteGroup(t.Context(), r.actor, g, &admin.Resolution{Accounts: "delete", ConfirmName: "sales"}, admin.Write{})
	r.ok(err)
	r.follow()
	if _, ok := r.Directory.User(id); ok {
		t.Error("a deleted user is known")
	}
	if _, ok := r.Dial([]byte("front")); ok {
		t.Error("a deleted user's alias reaches somebody")
	}
	_, _, err = r.Restore(t.Context(), r.actor, cs.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	r.follow()
	if v, ok := r.Directory.User(id); !ok || len(v.Lines) != 1 {
		t.Errorf("restored as %+v", v)
	}
	_, _, err = r.UpdateOrganization(t.Context(), r.actor, admin.OrganizationPatch{SIPDomain: p("new.example")}, admin.Write{})
	r.ok(err)
	r.follow()
	if o := r.Directory.Organization(); o.SIPDomain != "new.example" || o.Realm != "pbx.example.com" {
		t.Errorf("organization %+v", o)
	}
}

func TestWhoLeftSaysWhoGetsTheCalls(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	anna, ben := r.user("Anna", g).User.ID, r.user("Ben", g).User.ID
	to := func() pbx.UserID {
		t.Helper()
		u, ok := r.Directory.User(anna)
		if !ok {
			t.Fatal("she is not known")
		}
		return u.CallsTo
	}
	plan := func(on time.Time) {
		t.Helper()
		_, _, err := r.PlanLeave(t.Context(), r.actor, anna, admin.LeavePatch{On: &on, CallsTo: &ben}, admin.Write{})
		r.ok(err)
		r.follow()
	}
	plan(time.Now().AddDate(1, 0, 0))
	if id := to(); id != 0 {
		t.Errorf("before the day calls go to %d", id)
	}
	plan(time.Now().Add(-time.Hour))
	if id := to(); id != ben {
		t.Errorf("calls go to %d", id)
	}
	_, _, err := r.ComeBack(t.Context(), r.actor, anna, admin.Write{})
	r.ok(err)
	r.follow()
	if id := to(); id != 0 {
		t.Errorf("calls of one who came back go to %d", id)
	}
}

func TestSecurityFollowsTheLayers(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u := r.user("Anna", g)
	r.follow()
	list, err := r.ListDevices(t.Context(), r.actor, admin.DeviceQuery{})
	r.ok(err)
	check := func(step string, want pbx.Security) {
		t.Helper()
		l, _ := r.Line([]byte("200"))
		if l == nil || l.Security != want {
			t.Errorf("%s: %+v", step, l)
		}
	}
	check("by default", pbx.Secure)
	r.set(pbx.LevelOrganization, 0, "any")
	check("the organization allows", pbx.AnySecurity)
	r.set(pbx.LevelGroup, int64(g), "secure")
	check("the group forbids", pbx.Secure)
	r.set(pbx.LevelUser, int64(u.User.ID), "any")
	check("the user may", pbx.AnySecurity)
	r.set(pbx.LevelDevice, int64(list.Items[0].ID), "secure")
	check("the device may not", pbx.Secure)
	if v, _ := r.Directory.User(u.User.ID); v.Security != pbx.AnySecurity {
		t.Errorf("the user is %s", v.Security)
	}
	other := r.group("Other")
	_, err = r.ResetSetting(t.Context(), r.actor, pbx.LevelDevice, int64(list.Items[0].ID), pbx.SettingSecurity,
		admin.Write{})
	r.ok(err)
	_, _, err = r.UpdateUser(t.Context(), r.actor, u.User.ID, admin.UserPatch{
		Security: p(pbx.SecurityInherited), HomeGroup: &other,
	}, admin.Write{})
	r.ok(err)
	r.follow()
	check("in another group", pbx.AnySecurity)
}

func TestWaitReturnsWhenTheChangeIsInForce(t *testing.T) {
	r := newRig(t)
	r.follow()
	done, next := make(chan error, 1), r.last+1
	go func() { done <- r.Wait(t.Context(), next) }()
	r.group("Sales")
	r.follow()
	if err := <-done; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Wait(ctx, r.last+1); err == nil {
		t.Error("waited for nothing")
	}
}

func TestAskingAllocatesNothing(t *testing.T) {
	r := newRig(t)
	u := r.user("Anna", r.group("Sales"))
	r.follow()
	name, dialled := []byte("200"), []byte("Anna")
	n := testing.AllocsPerRun(100, func() {
		r.Line(name)
		r.Dial(dialled)
		r.Directory.User(u.User.ID)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestForwardingIsInForceOnceApplied(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	anna, ben := r.user("Anna", g).User.ID, r.user("Ben", g).User.ID
	want := func(to pbx.UserID) {
		t.Helper()
		r.follow()
		u, ok := r.Directory.User(anna)
		var got pbx.UserID
		if ok && u.Forwarding != nil {
			got = u.Forwarding.Busy
		}
		if got != to {
			t.Errorf("calls go to %d, want %d", got, to)
		}
	}
	change := func(to pbx.UserID) {
		t.Helper()
		_, _, err := r.SetForwarding(t.Context(), r.actor, anna, admin.ForwardingPatch{
			To: map[pbx.ForwardWhen]admin.ForwardTo{pbx.ForwardBusy: {ID: to}},
		}, admin.Write{})
		r.ok(err)
	}
	want(0)
	change(ben)
	want(ben)
	r.ok(r.Load(t.Context()))
	want(ben)
	change(0)
	want(0)
}

func TestARingGroupIsInForceOnceApplied(t *testing.T) {
	r := newRig(t)
	home := r.group("Sales")
	anna, ben := r.user("Anna", home), r.user("Ben", home)
	g, _, err := r.CreateRingGroup(t.Context(), r.actor, admin.RingGroupPatch{
		Name: p("Front desk"), Number: p("700"), Members: &[]pbx.UserID{ben.User.ID, anna.User.ID},
	}, admin.Write{})
	r.ok(err)
	n, _, err := r.CreateOutsideNumber(t.Context(), r.actor, admin.OutsidePatch{
		Value: p("+4533736506"), LeadsTo: p(g.Ref()),
	}, admin.Write{})
	r.ok(err)
	r.follow()
	for _, dialled := range []string{"700", "+4533736506"} {
		if x, ok := r.Dial([]byte(dialled)); !ok || x.RingGroup != g.ID || x.User != 0 {
			t.Errorf("%s is %+v", dialled, x)
		}
	}
	if x, ok := r.Directory.RingGroup(g.ID); !ok || !slices.Equal(x.Members, []pbx.UserID{ben.User.ID, anna.User.ID}) {
		t.Errorf("the ring group is %+v", x)
	}
	_, _, err = r.UpdateRingGroup(t.Context(), r.actor, g.ID, admin.RingGroupPatch{
		Number: p("701"), Members: &[]pbx.UserID{anna.User.ID}, Then: p(ben.User.Ref()),
	}, admin.Write{})
	r.ok(err)
	_, _, err = r.UpdateOutsideNumber(t.Context(), r.actor, n.ID, admin.OutsidePatch{LeadsTo: p(anna.User.Ref())}, admin.Write{})
	r.ok(err)
	r.follow()
	x, ok := r.Directory.RingGroup(g.ID)
	if !ok || len(x.Members) != 1 || x.Then != ben.User.Ref() {
		t.Errorf("the ring group is %+v", x)
	}
	if _, ok := r.Dial([]byte("700")); ok {
		t.Error("the former number still leads there")
	}
	_, err = r.DeleteRingGroup(t.Context(), r.actor, g.ID, nil, admin.Write{})
	r.ok(err)
	r.follow()
	if _, ok := r.Directory.RingGroup(g.ID); ok {
		t.Error("a deleted ring group is still there")
	}
}
