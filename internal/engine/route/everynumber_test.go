package route_test

import (
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/admin/memstore"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/route"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// office is an administration and the directory that calls are decided by.
type office struct {
	*testing.T
	*admin.Service

	store     *memstore.Store
	directory *roster.Directory
	owner     admin.Actor
	group     pbx.GroupID
}

func newOffice(t *testing.T) *office {
	t.Helper()
	v, err := vault.New([32]byte{1})
	o := &office{T: t, store: memstore.New()}
	o.ok(err)
	o.Service = admin.New(admin.Config{Store: o.store, Vault: v})
	org, err := o.Bootstrap(t.Context(), admin.Defaults{SIPDomain: "pbx.example.com"})
	o.ok(err)
	u, _, err := o.SetUp(t.Context(), org.ID, admin.SetUpInput{
		FirstName: "Olga", Username: "olga", Password: pbx.NewSecret("a long enough sentence"),
	}, "set-up")
	o.ok(err)
	o.owner = admin.ActorFor(u, "test")
	g, _, err := o.CreateGroup(t.Context(), o.owner, admin.GroupPatch{Name: new("Sales")}, admin.Write{})
	o.ok(err)
	o.group = g.ID
	o.directory = roster.New(roster.Config{Store: o.store, Vault: v})
	return o
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func (o *office) user(first string, aliases ...string) pbx.UserID {
	o.Helper()
	r, _, err := o.CreateUser(o.Context(), o.owner, admin.UserPatch{
		FirstName: &first, HomeGroup: &o.group, Aliases: &aliases,
	}, admin.Write{})
	o.ok(err)
	return r.User.ID
}

// callAll calls everything in the plan and says whom each call is for, 0 for nobody. Every phone is reachable.
func (o *office) callAll() map[string]pbx.UserID {
	o.Helper()
	o.ok(o.directory.Load(o.Context()))
	out := map[string]pbx.UserID{}
	o.ok(o.store.View(o.Context(), func(tx admin.ReadTx) error {
		return tx.EachDialString(func(d pbx.DialString) error {
			p := route.Decide(route.Query{Dialled: []byte("sip:" + d.Value + "@pbx.example.com")}, route.Snapshot{
				Directory: o.directory,
				Bindings: func(id pbx.UserID) []route.Binding {
					u, ok := o.directory.User(id)
					if !ok || len(u.Lines) == 0 {
						return nil
					}
					return []route.Binding{{Line: u.Lines[0].ID, Device: u.Lines[0].Device}} // dormant: waited for
				},
			})
			switch {
			case p.Kind == route.Feature:
			case p.Kind == route.Refuse && p.Reason == "":
				o.Errorf("a call to %s ends without a reason", d.Value)
			case !d.Reaches() && (p.Kind != route.Refuse || p.Reason != pbx.EndNotFound):
				o.Errorf("%s, a %s, reaches %+v", d.Value, d.Kind, p)
			case d.Reaches() && p.User == nil:
				o.Errorf("%s, a %s, is for nobody", d.Value, d.Kind)
			case p.Kind == route.Await:
				out[d.Value] = p.User.ID
			default:
				out[d.Value] = 0
			}
			return nil
		})
	}))
	return out
}

// TestWhoeverIsDeletedEveryNumberEndsSomewhereSaid deletes a user to whom all that can refer to a user does, with each
// choice, and then calls every number there is.
func TestWhoeverIsDeletedEveryNumberEndsSomewhereSaid(t *testing.T) {
	for name, way := range map[string]admin.Way{"re-routed": admin.WayReroute, "taken away": admin.WayRemove} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			anna, ben, cleo := o.user("Anna", "front", "7300"), o.user("Ben", "7301"), o.user("Cleo")
			_, _, err := o.PlanLeave(t.Context(), o.owner, anna, admin.LeavePatch{CallsTo: &ben}, admin.Write{})
			o.ok(err)
			for _, value := range []string{"front", "7300", "7301", "anna"} {
				if to := o.callAll()[value]; to != ben {
					t.Fatalf("before, a call to %s is for %d", value, to)
				}
			}
			cs, err := o.DeleteUser(t.Context(), o.owner, ben, &admin.Resolution{
				Answers: []admin.Answer{{Way: way, To: int64(cleo)}},
			}, admin.Write{})
			o.ok(err)
			want := map[admin.Way]pbx.UserID{admin.WayReroute: cleo, admin.WayRemove: 0}[way]
			called := o.callAll()
			for _, value := range []string{"front", "7300", "anna"} {
				if to := called[value]; to != want {
					t.Errorf("a call to %s is for %d, want %d", value, to, want)
				}
			}
			if _, ok := called["cleo"]; !ok || called["7301"] != 0 {
				t.Errorf("called %v", called)
			}
			_, _, err = o.Restore(t.Context(), o.owner, cs.ID, admin.AskNumbers, admin.Write{})
			o.ok(err)
			if to := o.callAll()["7300"]; to != ben {
				t.Errorf("after the restore a call is for %d", to)
			}
		})
	}
}
