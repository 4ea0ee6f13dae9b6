package admin

import (
	"context"
	"log/slog"
	"time"

	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
	"ringfence/internal/support/fanout"
)

// Event says that a change set was committed. It only wakes: what changed is read from the store.
type Event struct {
	Organization pbx.OrganizationID
	ChangeSet    pbx.ChangeSetID
	Kinds        []pbx.Kind // that it touched
}

// Config is what a Service is made from.
type Config struct {
	Store Store
	Vault *vault.Vault
	Log   *slog.Logger
	Now   func() time.Time // nil: the clock
	// Records is where people are erased from call records; nil: there are none.
	Records RecordEraser
}

// Service is the use cases. Make one with New.
type Service struct {
	store   Store
	vault   *vault.Vault
	log     *slog.Logger
	clock   func() time.Time
	records RecordEraser

	// Events tells of every committed change set.
	Events   fanout.Hub[Event]
	counters Counters
}

// New makes the use cases over a store.
func New(cfg Config) *Service {
	s := &Service{store: cfg.Store, vault: cfg.Vault, log: cfg.Log, clock: cfg.Now, records: cfg.Records}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	return s
}

// now is the time as it is stored: UTC, whole milliseconds.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// Intent is what a change set is for.
type Intent struct {
	UseCase UseCase
	Write
}

// Do is the one way to write. It checks the permission, runs fn over the locked organization, validates the result,
// collects what changed, and commits it together with the change set, whose number is the transaction's last write.
// In a dry run the same happens over a read snapshot and nothing is kept. A change set without items is not stored and
// has no number. Fn may run again and must have no effect but on its Work.
func (s *Service) Do(ctx context.Context, a Actor, in Intent, fn func(*Work) error) (pbx.ChangeSet, error) {
	if err := Allow(a, in.UseCase); err != nil {
		s.counters.Refused.Add(1)
		return pbx.ChangeSet{}, err
	}
	if in.DryRun {
		return s.rehearse(ctx, a, in, fn)
	}
	var cs pbx.ChangeSet
	err := s.store.Update(ctx, a.Organization, func(tx Tx) error {
		var err error
		cs, err = s.perform(tx, a, in, fn)
		return err
	})
	if err != nil {
		return pbx.ChangeSet{}, err
	}
	if cs.ID != 0 && !cs.Replayed {
		s.counters.ChangeSets.Add(1)
		s.counters.Items.Add(uint64(len(cs.Items)))
		s.Events.Publish(Event{Organization: cs.Organization, ChangeSet: cs.ID, Kinds: kindsOf(cs.Items)})
	}
	return cs, nil
}

func (s *Service) perform(tx Tx, a Actor, in Intent, fn func(*Work) error) (pbx.ChangeSet, error) {
	if cs, ok, err := replay(tx, a, in); ok || err != nil {
		return cs, err
	}
	w := newWork(tx, a.Organization, a, s.now())
	w.ids = tx.NextIDs
	if err := fn(w); err != nil {
		return pbx.ChangeSet{}, err
	}
	cs, trash, err := w.finish(in)
	if err != nil || len(cs.Items) == 0 {
		return cs, err
	}
	if err = w.flush(tx); err != nil {
		return pbx.ChangeSet{}, err
	}
	cs.ID, err = tx.AppendChangeSet(cs, trash)
	return cs, err
}

// rehearse is a dry run. Ids of what would be made are negative.
func (s *Service) rehearse(ctx context.Context, a Actor, in Intent, fn func(*Work) error) (pbx.ChangeSet, error) {
	var cs pbx.ChangeSet
	err := s.store.View(ctx, func(tx ReadTx) error {
		w := newWork(tx, a.Organization, a, s.now())
		w.dry = true
		last := int64(0)
		w.ids = func(_ pbx.Kind, n int) (int64, error) {
			last -= int64(n)
			return last, nil
		}
		if err := fn(w); err != nil {
			return err
		}
		var err error
		cs, _, err = w.finish(in)
		return err
	})
	return cs, err
}

// replay finds the answer that an idempotency key was given before.
func replay(tx ReadTx, a Actor, in Intent) (pbx.ChangeSet, bool, error) {
	if in.IdempotencyKey == "" {
		return pbx.ChangeSet{}, false, nil
	}
	if len(in.IdempotencyKey) > 200 {
		return pbx.ChangeSet{}, false, pbx.Errorf(pbx.Invalid, "An idempotency key has at most 200 characters.")
	}
	cs, err := tx.ChangeSetByKey(a.Organization, a.User, in.IdempotencyKey)
	switch {
	case err == nil && (cs.Intent != string(in.UseCase) || cs.Fingerprint != in.Fingerprint):
		return cs, false, pbx.Errorf(pbx.Conflict, "This idempotency key was used for another request.")
	case err == nil:
		cs.Replayed = true
		return cs, true, nil
	case pbx.KindOf(err) == pbx.NotFound:
		return pbx.ChangeSet{}, false, nil
	}
	return pbx.ChangeSet{}, false, err
}

// view checks the permission and reads one snapshot.
func (s *Service) view(ctx context.Context, a Actor, u UseCase, fn func(*Work) error) error {
	if err := Allow(a, u); err != nil {
		s.counters.Refused.Add(1)
		return err
	}
	return s.store.View(ctx, func(tx ReadTx) error {
		w := newWork(tx, a.Organization, a, s.now())
		w.dry = true
		return fn(w)
	})
}

func kindsOf(items []pbx.ChangeItem) []pbx.Kind {
	var out []pbx.Kind
	seen := map[pbx.Kind]bool{}
	for _, it := range items {
		if !seen[it.Ref.Kind] {
			seen[it.Ref.Kind] = true
			out = append(out, it.Ref.Kind)
		}
	}
	return out
}
