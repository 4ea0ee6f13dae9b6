package admin_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/admin/memstore"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// rig is a service over an empty store in memory, with an owner and a clock that stands still.
type rig struct {
	*testing.T
	*admin.Service

	store *memstore.Store
	vault *vault.Vault
	now   time.Time
	org   pbx.OrganizationID
	owner admin.Actor
}

func newRig(t *testing.T) *rig {
	t.Helper()
	v, err := vault.New([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{T: t, store: memstore.New(), vault: v, now: time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC)}
	r.Service = admin.New(admin.Config{Store: r.store, Vault: v, Now: func() time.Time { return r.now }})
	o, err := r.Bootstrap(t.Context(), admin.Defaults{SIPDomain: "pbx.example.com", Country: "IT", Language: "it"})
	if err != nil {
		t.Fatal(err)
	}
	r.org = o.ID
	u, _, err := r.SetUp(t.Context(), o.ID, admin.SetUpInput{
		FirstName: "Olga", LastName: "Owner", Username: "olga", Password: pbx.NewSecret("a long enough sentence"),
	}, "set-up")
	if err != nil {
		t.Fatal(err)
	}
	r.owner = admin.ActorFor(u, "test")
	return r
}

func p[T any](v T) *T { return &v }

func (r *rig) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// refused checks the kind of an error and that its text or a field's message holds some words.
func (r *rig) refused(err error, kind pbx.ErrorKind, words string) {
	r.Helper()
	if err == nil || pbx.KindOf(err) != kind {
		r.Fatalf("got %v, want %s", err, kind)
	}
	if !strings.Contains(err.Error(), words) {
		r.Fatalf("%q does not say %q", err.Error(), words)
	}
}

func (r *rig) onField(err error, field, words string) {
	r.Helper()
	r.refused(err, pbx.Invalid, words)
	e, _ := errors.AsType[*pbx.Error](err)
	for _, f := range e.Fields {
		if f.Field == field {
			return
		}
	}
	r.Fatalf("no complaint about %s in %v", field, e.Fields)
}

func (r *rig) group(name string) pbx.Group {
	r.Helper()
	g, _, err := r.CreateGroup(r.Context(), r.owner, admin.GroupPatch{Name: &name}, admin.Write{})
	r.ok(err)
	return g.Group
}

func (r *rig) user(first, last string, g pbx.GroupID) admin.UserResult {
	r.Helper()
	u, _, err := r.CreateUser(r.Context(), r.owner, admin.UserPatch{FirstName: &first, LastName: &last, HomeGroup: &g},
		admin.Write{})
	r.ok(err)
	return u
}

func (r *rig) occupancy(value string) admin.Occupancy {
	r.Helper()
	o, err := r.Occupancy(r.Context(), r.owner, value, 0)
	r.ok(err)
	return o
}

// lastChange is the last committed change set.
func (r *rig) lastChange() pbx.ChangeSet {
	r.Helper()
	page, err := r.ListChanges(r.Context(), r.owner, admin.ChangeQuery{})
	r.ok(err)
	return page.Items[0]
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
