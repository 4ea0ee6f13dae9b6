package admin

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"ringfence/internal/pbx"
)

// RecordEraser takes a person out of call records: names and numbers go, that there was a call stays.
type RecordEraser interface {
	EraseUsers(ctx context.Context, org pbx.OrganizationID, users []pbx.UserID) error
}

// Erased stands where something was erased.
const Erased = "erased"

// Erase ends what was deleted for good, before its thirty days are over (G7): its rows go, its numbers become free, and the
// people's names and numbers go from the audit log and from call records. Only an owner may, and types the name. That it
// was done stays on record; it can't be undone. NotFound, Forbidden, Invalid.
func (s *Service) Erase(ctx context.Context, a Actor, id pbx.ChangeSetID, typed string, wr Write) (pbx.ChangeSet, error) {
	if err := Allow(a, DeletedErase); err != nil {
		return pbx.ChangeSet{}, err
	}
	if a.Role != pbx.RoleOwner {
		return pbx.ChangeSet{}, pbx.Errorf(pbx.Forbidden, "Only an owner can erase for good.")
	}
	var users []pbx.UserID
	err := s.store.View(ctx, func(tx ReadTx) error {
		w := newWork(tx, a.Organization, a, s.now())
		old, trash, err := w.deletion(id)
		if err != nil {
			return err
		}
		b := newRevival(w, old, trash)
		if pbx.Fold(typed) != pbx.Fold(b.name) {
			return fieldError("confirmName", "Type "+b.name+" to confirm.")
		}
		for _, row := range trash {
			if row.Ref.Kind == pbx.KindUser {
				users = append(users, pbx.UserID(row.Ref.ID))
			}
		}
		return nil
	})
	if err != nil || wr.DryRun {
		return pbx.ChangeSet{}, err
	}
	if s.records != nil && len(users) > 0 { // first, because what fails later can be asked for again
		if err = s.records.EraseUsers(ctx, a.Organization, users); err != nil {
			return pbx.ChangeSet{}, err
		}
	}
	cs := pbx.ChangeSet{
		Organization: a.Organization, At: s.now(), ActorKind: a.Kind, ActorUser: a.User, ActorName: a.Name,
		Intent: string(DeletedErase), Summary: "Erased for good", Source: a.Source, Items: []pbx.ChangeItem{},
	}
	err = s.store.Update(ctx, a.Organization, func(tx Tx) (failed error) {
		if _, _, failed = newWork(tx, a.Organization, a, s.now()).deletion(id); failed != nil {
			return failed
		}
		for _, user := range users {
			if failed = scrub(tx, a.Organization, user); failed != nil {
				return failed
			}
		}
		if failed = s.purge(tx, a.Organization, id); failed != nil {
			return failed
		}
		cs.ID, failed = tx.AppendChangeSet(cs, nil)
		return failed
	})
	if err != nil {
		return pbx.ChangeSet{}, err
	}
	s.Events.Publish(Event{Organization: cs.Organization, ChangeSet: cs.ID})
	return cs, nil
}

// scrub takes a person's names and numbers out of whatever change sets tell of other things.
func scrub(tx Tx, org pbx.OrganizationID, user pbx.UserID) error {
	texts, err := personalTexts(tx, org, user)
	if err != nil {
		return err
	}
	return tx.ScrubHistory(org, user, texts, func(text string) string {
		for _, t := range texts {
			text = strings.ReplaceAll(text, t, Erased)
		}
		return text
	})
}

// personalTexts are what a person was called by, the longest first: of short ones nobody could say whose they are.
func personalTexts(tx ReadTx, org pbx.OrganizationID, user pbx.UserID) ([]string, error) {
	sets, err := tx.History(org, pbx.User{ID: user}.Ref(), 0)
	if err != nil {
		return nil, err
	}
	var out []string
	add := func(text string) {
		if text = strings.TrimSpace(text); len(text) >= 5 && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	for _, cs := range sets {
		for _, it := range cs.Items {
			add(it.Name)
			for _, side := range []json.RawMessage{it.Before, it.After} {
				var u pbx.User
				if len(side) == 0 || json.Unmarshal(side, &u) != nil {
					continue
				}
				for _, t := range []string{
					u.FirstName + " " + u.LastName, u.DisplayName, u.Username, u.Email, u.EmailPending, u.AuthAccountName,
					u.Mobile, u.Fax,
				} {
					add(t)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out, nil
}
