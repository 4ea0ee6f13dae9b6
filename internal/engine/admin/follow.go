package admin

import (
	"context"
	"time"

	"ringfence/internal/pbx"
)

// followEvery is how often a follower looks by itself, in case a wake-up was lost or came to another node.
const followEvery = 5 * time.Second

// followBatch is how many change sets are read at once.
const followBatch = 100

// View reads one snapshot for the server itself, without an actor: for whoever keeps the system's state in memory.
func (s *Service) View(ctx context.Context, fn func(ReadTx) error) error {
	return s.store.View(ctx, fn)
}

// Follow gives every change set after the number, of all organizations, in order, until ctx ends or apply fails. The
// published event only wakes it; what it gives is read from the store.
func (s *Service) Follow(ctx context.Context, from pbx.ChangeSetID, apply func(pbx.ChangeSet) error) error {
	sub := s.Events.Subscribe(1)
	defer sub.Close()
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		sets, err := s.changesAfter(ctx, from)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			s.log.Warn("change sets can't be read", "error", err)
		}
		for _, cs := range sets {
			if err := apply(cs); err != nil {
				return err
			}
			from = cs.ID
		}
		if len(sets) == followBatch {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-sub.C:
		case <-tick.C:
		}
	}
}

func (s *Service) changesAfter(ctx context.Context, id pbx.ChangeSetID) ([]pbx.ChangeSet, error) {
	var sets []pbx.ChangeSet
	err := s.store.View(ctx, func(tx ReadTx) (err error) {
		sets, err = tx.ChangeSetsAfter(id, followBatch)
		return err
	})
	return sets, err
}
