package app

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"ringfence/internal/edge/httpapi"
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// followAgain is how long the follower waits after a change set could not be applied.
const followAgain = time.Second

// follower takes the change sets in the order of their numbers to everything that keeps something in memory. It holds
// the last number it applied, so that a failure loses no change.
type follower struct {
	// Fixed after construction.
	admin *admin.Service
	apply []func(context.Context, pbx.ChangeSet) error // in order: the roster first
	log   *slog.Logger

	last pbx.ChangeSetID // owned by run

	mu      sync.Mutex
	applied pbx.ChangeSetID // guarded by mu
	moved   chan struct{}   // guarded by mu; closed and replaced when applied moves
}

// start notes where the log of changes stands; what is loaded after it misses nothing.
func (f *follower) start(ctx context.Context) error {
	err := f.admin.View(ctx, func(tx admin.ReadTx) (err error) {
		f.last, err = tx.LastChangeSet()
		return err
	})
	f.moved = make(chan struct{})
	f.applied = f.last
	return err
}

// wait returns when the change set is in force everywhere.
func (f *follower) wait(ctx context.Context, id pbx.ChangeSetID) error {
	for {
		f.mu.Lock()
		applied, moved := f.applied, f.moved
		f.mu.Unlock()
		if applied >= id {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // says enough
		case <-moved:
		}
	}
}

func (f *follower) reached(id pbx.ChangeSetID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.applied = id
	close(f.moved)
	f.moved = make(chan struct{})
}

// run follows until ctx is done.
func (f *follower) run(ctx context.Context) {
	for {
		err := f.admin.Follow(ctx, f.last, func(cs pbx.ChangeSet) error {
			for _, apply := range f.apply {
				if err := apply(ctx, cs); err != nil {
					return err
				}
			}
			f.last = cs.ID
			f.reached(cs.ID)
			return nil
		})
		if ctx.Err() != nil {
			return
		}
		f.log.ErrorContext(ctx, "a change set could not be applied, trying again", "after", int64(f.last), "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(followAgain):
		}
	}
}

// tellPages gives the change set to open pages: single things while they are few.
func tellPages(publish func(httpapi.Event)) func(context.Context, pbx.ChangeSet) error {
	const few = 20
	return func(_ context.Context, cs pbx.ChangeSet) error {
		e := httpapi.ChangeEvent{
			ChangeSet: int64(cs.ID), Actor: cs.ActorName, Kinds: []string{}, Many: len(cs.Items) > few,
		}
		for _, i := range cs.Items {
			if kind := string(i.Ref.Kind); !slices.Contains(e.Kinds, kind) {
				e.Kinds = append(e.Kinds, kind)
			}
			if len(cs.Items) <= few {
				e.Things = append(e.Things, httpapi.ThingRef{Kind: string(i.Ref.Kind), ID: i.Ref.ID, Key: i.Ref.Key})
			}
		}
		publish(httpapi.Event{
			Organization: cs.Organization, Name: "change", Needs: pbx.PermSelf, Data: e, Items: cs.Items,
		})
		return nil
	}
}
