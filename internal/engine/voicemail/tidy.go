package voicemail

import (
	"context"
	"errors"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const (
	purgedAtOnce = 200
	ownersAtOnce = 500
	toldAtOnce   = 100

	// A sound is on the disk a moment before its row is: what is younger than this is nobody's business yet.
	blobGrace  = time.Hour
	sweepEvery = time.Hour
)

// Tidy removes what is over: messages that were deleted long enough ago, and, once an hour, what is in mailboxes of users
// who are gone for good, and recordings that nothing names.
func (s *Service) Tidy(ctx context.Context) error {
	s.tidyMu.Lock()
	defer s.tidyMu.Unlock()
	err := s.purge(ctx)
	now := s.now()
	if now.Sub(s.swept) < sweepEvery {
		return err
	}
	err = errors.Join(err, s.dropGone(ctx))
	n, failed := s.cfg.Blobs.Sweep(ctx, now.Add(-blobGrace), func(prefix string) (map[string]bool, error) {
		return s.cfg.Store.Blobs(ctx, prefix)
	})
	s.counters.Swept.Add(uint64(n))
	if err = errors.Join(err, failed); err == nil {
		s.swept = now
	}
	return err
}

func (s *Service) purge(ctx context.Context) error {
	for {
		gone, err := s.cfg.Store.Purge(ctx, s.now().Add(-pbx.KeepDeletedMessages), purgedAtOnce)
		for _, m := range gone {
			s.forget(ctx, m.Blob)
			s.changed(m.Organization, m.User)
		}
		if err != nil || len(gone) < purgedAtOnce {
			return err
		}
	}
}

// dropGone empties the mailboxes of users who were purged or erased. Those that can come back keep theirs.
func (s *Service) dropGone(ctx context.Context) error {
	var last pbx.UserID
	for {
		owners, err := s.cfg.Store.Owners(ctx, last, ownersAtOnce)
		if err != nil || len(owners) == 0 {
			return err
		}
		last = owners[len(owners)-1].User
		gone, err := s.gone(ctx, owners)
		if err != nil {
			return err
		}
		for _, u := range gone {
			blobs, err := s.cfg.Store.DropOwner(ctx, u)
			if err != nil {
				return err
			}
			for _, b := range blobs {
				s.forget(ctx, b)
			}
		}
	}
}

// gone names those who neither exist nor wait in the trash.
func (s *Service) gone(ctx context.Context, owners []Owner) ([]pbx.UserID, error) {
	var out []pbx.UserID
	err := s.cfg.People.View(ctx, func(tx admin.ReadTx) error {
		out = nil
		for _, o := range owners {
			_, err := tx.User(o.User)
			if err != nil && pbx.KindOf(err) == pbx.NotFound {
				_, err = tx.TrashOf(o.Organization, pbx.User{ID: o.User}.Ref())
			}
			switch {
			case err == nil:
			case pbx.KindOf(err) == pbx.NotFound:
				out = append(out, o.User)
			default:
				return err
			}
		}
		return nil
	})
	return out, err
}

// Announce tells of each message that nobody was told of yet, and remembers it. One whose telling fails is told of the
// next time, so nothing is lost when the process ends before it is told. It is called after messages were left, and now
// and then.
func (s *Service) Announce(ctx context.Context, tell func(ctx context.Context, b Box, m pbx.VoiceMessage) error) error {
	s.tellMu.Lock()
	defer s.tellMu.Unlock()
	var failed error
	var last pbx.VoiceMessageID
	for {
		list, err := s.cfg.Store.Untold(ctx, last, toldAtOnce)
		if err != nil || len(list) == 0 {
			return errors.Join(failed, err)
		}
		for _, m := range list {
			last = m.ID
			if b, ok := s.Box(m.User); ok {
				if err := tell(ctx, b, m); err != nil {
					failed = errors.Join(failed, err)
					continue
				}
			}
			if err := s.cfg.Store.Told(ctx, m.ID); err != nil {
				return errors.Join(failed, err)
			}
		}
	}
}

// Usage sums up what is in the mailboxes of some users; who has nothing is left out.
func (s *Service) Usage(ctx context.Context, users []pbx.UserID) (map[pbx.UserID]Usage, error) {
	return s.cfg.Store.Usage(ctx, users)
}
