// Package admintest tests the administration over any store with random intents: whatever is done, the numbering plan
// and the references stay sound, and undoing everything in reverse gives the start again.
package admintest

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// rig is an administration over an empty store, with an owner and a clock that a test moves.
type rig struct {
	*testing.T
	*admin.Service

	store admin.Store
	now   time.Time
	org   pbx.OrganizationID
	owner admin.Actor
	rand  *rand.Rand

	deleted []pbx.ChangeSetID
}

func newRig(t *testing.T, store admin.Store, seed uint64) *rig {
	t.Helper()
	v, err := vault.New([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		T: t, store: store, now: time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC), rand: rand.New(rand.NewPCG(seed, 1)),
	}
	r.Service = admin.New(admin.Config{Store: store, Vault: v, Now: func() time.Time { return r.now }})
	o, err := r.Bootstrap(t.Context(), admin.Defaults{SIPDomain: "pbx.example.com"})
	r.ok(err)
	r.org = o.ID
	u, _, err := r.SetUp(t.Context(), o.ID, admin.SetUpInput{
		FirstName: "Olga", Username: "olga", Password: pbx.NewSecret("a long enough sentence"),
	}, "set-up")
	r.ok(err)
	r.owner = admin.ActorFor(u, "test")
	return r
}

func (r *rig) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// Sound does so many random intents over an empty store and checks after each that nothing mentions what is not there,
// that nobody shares a number or name, and that the plan says what the users say.
func Sound(t *testing.T, store admin.Store, seed uint64, intents int) {
	t.Helper()
	r := newRig(t, store, seed)
	_, _, err := r.UpdatePool(t.Context(), r.owner, 1, admin.PoolPatch{Last: new("209")}, admin.Write{})
	r.ok(err)
	done := 0
	for range intents {
		if r.intent() != 0 {
			done++
		}
		if r.chance(8) {
			r.handOver(r.state())
		}
		r.now = r.now.Add(time.Minute)
		if r.chance(8) {
			r.now = r.now.AddDate(0, 0, 1)
			_, err := r.CarryOut(r.Context(), r.org)
			r.ok(err)
		}
		r.sound(r.state())
	}
	if done < intents/5 {
		t.Errorf("only %d of %d intents did something", done, intents)
	}
}

// Concurrent lets so many writers do random intents over an empty store at once, and checks what is left by all of them.
func Concurrent(t *testing.T, store admin.Store, seed uint64, writers, intents int) {
	t.Helper()
	r := newRig(t, store, seed)
	for range 8 {
		r.intent()
	}
	var all sync.WaitGroup
	for n := range writers {
		w := *r
		w.rand = rand.New(rand.NewPCG(seed, uint64(n)+2))
		all.Go(func() {
			for range intents {
				w.intent()
			}
		})
	}
	all.Wait()
	r.sound(r.state())
}

// UndoInReverse does random intents over an empty store, undoes them in reverse, and compares each step.
func UndoInReverse(t *testing.T, store admin.Store, seed uint64, intents int) {
	t.Helper()
	r := newRig(t, store, seed)
	for range 10 {
		r.intent()
	}
	type step struct {
		id     pbx.ChangeSetID
		before state
	}
	var steps []step
	for range intents {
		before := r.state()
		if id := r.intent(); id != 0 {
			steps = append(steps, step{id, before})
		}
		r.now = r.now.Add(time.Minute)
	}
	for _, s := range slices.Backward(steps) {
		out, _, err := r.Undo(t.Context(), r.owner, s.id, nil, admin.Write{})
		if err != nil {
			t.Fatalf("undo of %s: %v", r.describe(s.id), err)
		}
		if len(out.Left) > 0 {
			t.Fatalf("undo left %+v of %s", out.Left, r.describe(s.id))
		}
		if diff := cmp.Diff(s.before, r.state()); diff != "" {
			t.Fatalf("undo of %s (-before +after):\n%s", r.describe(s.id), diff)
		}
	}
	r.sound(r.state())
}

func (r *rig) describe(id pbx.ChangeSetID) string {
	r.Helper()
	cs, err := r.Change(r.Context(), r.owner, id)
	r.ok(err)
	text := cs.Intent
	for _, it := range cs.Items {
		text += "\n  " + string(it.Action) + " " + it.Ref.String() + " " + string(it.Before) + " -> " + string(it.After)
	}
	return text
}
