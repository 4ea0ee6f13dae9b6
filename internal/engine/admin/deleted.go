package admin

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"ringfence/internal/pbx"
)

// ListDeleted lists what can be restored, the last deleted first (G7).
func (s *Service) ListDeleted(ctx context.Context, a Actor, q Query) (Page[pbx.Deletion], error) {
	var p Page[pbx.Deletion]
	if err := q.normalize([]string{"id"}); err != nil {
		return p, err
	}
	err := s.view(ctx, a, DeletedList, func(w *Work) (err error) {
		p, err = w.tx.ListDeletions(w.org, q)
		return err
	})
	return p, err
}

// Restore brings back what a change set deleted, under the old ids, secrets included, and notes what came back otherwise
// than it was. A number that is taken now is Conflict with Detail *RestoreProposal, unless the next free one was asked
// for. NotFound when it was restored or purged; Conflict at the limit of users or when its group is gone.
func (s *Service) Restore(
	ctx context.Context, a Actor, id pbx.ChangeSetID, numbers RestoreNumbers, wr Write,
) (Restored, pbx.ChangeSet, error) {
	var r Restored
	cs, err := s.Do(ctx, a, Intent{DeletedRestore, wr}, func(w *Work) error {
		old, trash, err := w.deletion(id)
		if err != nil {
			return err
		}
		b := newRevival(w, old, trash)
		b.ask = numbers != NextNumbers
		if err := b.things(); err != nil {
			return err
		}
		if err := b.proposal(); err != nil {
			return err
		}
		if err := b.memberships(); err != nil {
			return err
		}
		if err := b.mentionsBack(); err != nil {
			return err
		}
		if err := b.inRingGroups(); err != nil {
			return err
		}
		if err := b.outside(); err != nil {
			return err
		}
		r = Restored{Subject: b.subject, Name: b.name, Notes: b.notes}
		w.emptied = append(w.emptied, id)
		w.describe(r.Subject, "Restored")
		return nil
	})
	if err == nil && cs.Replayed {
		r = Restored{Subject: cs.Subject, Notes: []string{}}
	}
	return r, cs, err
}

// deletion reads a change set of this organization and what it put into the trash.
func (w *Work) deletion(id pbx.ChangeSetID) (pbx.ChangeSet, []pbx.Trash, error) {
	cs, err := w.tx.ChangeSet(id)
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return cs, nil, err
	}
	if err != nil || cs.Organization != w.org {
		return cs, nil, pbx.Errorf(pbx.NotFound, "There is no change set "+strconv.FormatInt(int64(id), 10)+".")
	}
	trash, err := w.tx.Trash(id)
	trash = slices.DeleteFunc(trash, func(t pbx.Trash) bool { return w.mustHave(t.Ref) == nil }) // undone meanwhile
	if err == nil && !anyRestorable(trash) {
		return cs, nil, pbx.Errorf(pbx.NotFound, "There is nothing to restore: it was restored or purged.")
	}
	return cs, trash, err
}

// PurgeDue ends the trash whose time is over: its rows go for good, their numbers become free, and the history about
// them loses its personal values. It returns how many deletions were purged.
func (s *Service) PurgeDue(ctx context.Context, org pbx.OrganizationID) (int, error) {
	n := 0
	err := s.store.Update(ctx, org, func(tx Tx) error {
		now := s.now()
		due, err := tx.TrashDue(org, now, 100)
		if err != nil {
			return err
		}
		n = len(due)
		for _, id := range due {
			if err := s.purge(tx, org, id); err != nil {
				return err
			}
		}
		return tx.DropPhotos(org, now.Add(-photoLife))
	})
	return n, err
}

// purge is final: no change set records it, because nothing of it may stay but that it was.
func (s *Service) purge(tx Tx, org pbx.OrganizationID, id pbx.ChangeSetID) error {
	rows, err := tx.Trash(id)
	if err != nil {
		return err
	}
	w := newWork(tx, org, System(org, "purge"), s.now())
	for _, row := range rows {
		if w.mustHave(row.Ref) == nil {
			continue // it came back by an undo
		}
		names, err := formerNames(tx, org, row.Ref)
		if err != nil {
			return err
		}
		held, err := tx.DialStringsOf(org, row.Ref)
		if err != nil {
			return err
		}
		for _, d := range held {
			if d.Kind != pbx.DialHeld {
				continue
			}
			names[d.Value] = true
			if err := tx.DeleteDialString(org, d.Value); err != nil {
				return err
			}
		}
		for name := range names {
			if pbx.NumberProblem(name) == "" {
				continue // a number alone is nobody's secret, and may be somebody else's history
			}
			if err := tx.BlankHistory(org, pbx.Ref{Kind: pbx.KindDialString, Key: name}); err != nil {
				return err
			}
		}
		if err := s.purgePhoto(tx, w, row); err != nil {
			return err
		}
		if err := tx.BlankHistory(org, row.Ref); err != nil {
			return err
		}
	}
	return tx.RemoveTrash(id)
}

// purgePhoto ends the photo of a user who goes for good.
func (s *Service) purgePhoto(tx Tx, w *Work, row pbx.Trash) error {
	if row.Ref.Kind != pbx.KindUser {
		return nil
	}
	v, _, err := w.users.unpack(row.Row, nil)
	if err != nil {
		return err
	}
	u, ok := v.(pbx.User)
	if !ok || u.Photo == "" {
		return nil
	}
	return tx.DropPhoto(w.org, u.Photo)
}

// formerNames gives the names that a user's history mentions.
func formerNames(tx ReadTx, org pbx.OrganizationID, ref pbx.Ref) (map[string]bool, error) {
	names := map[string]bool{}
	if ref.Kind != pbx.KindUser {
		return names, nil
	}
	sets, err := tx.History(org, ref, 0)
	if err != nil {
		return nil, err
	}
	for _, cs := range sets {
		for _, it := range cs.Items {
			for _, side := range []json.RawMessage{it.Before, it.After} {
				var v struct {
					Username        string   `json:"username"`
					AuthAccountName string   `json:"authAccountName"`
					Aliases         []string `json:"aliases"`
				}
				if len(side) == 0 || json.Unmarshal(side, &v) != nil {
					continue
				}
				for _, n := range append(v.Aliases, v.Username, v.AuthAccountName) {
					if n != "" {
						names[pbx.Fold(n)] = true
					}
				}
			}
		}
	}
	return names, nil
}
