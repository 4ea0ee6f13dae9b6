package admin

import (
	"context"
	"errors"
	"time"

	"ringfence/internal/pbx"
)

func checkLeave(w *Work, l pbx.Leave) error {
	if err := l.Validate(); err != nil {
		return err
	}
	if err := w.mustHave(pbx.User{ID: l.User}.Ref()); err != nil || l.CallsTo == 0 {
		return err
	}
	if u, err := w.User(l.CallsTo); err != nil || u.Kind == pbx.Operator {
		return fieldError("callsTo", "There is no such account with a number.")
	}
	return nil
}

// ListLeaves lists who leaves or has left, by day (U14). A group administrator sees those of his group.
func (s *Service) ListLeaves(ctx context.Context, a Actor) ([]LeaveView, error) {
	out := []LeaveView{}
	err := s.view(ctx, a, LeaveList, func(w *Work) error {
		all, err := w.tx.Leaves(w.org)
		if err != nil {
			return err
		}
		for _, l := range all {
			if _, err := w.visible(l.User); err != nil {
				continue
			}
			v, err := w.leaveView(l)
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// Leave returns the plan of a user who leaves; NotFound, also when he does not.
func (s *Service) Leave(ctx context.Context, a Actor, id pbx.UserID) (LeaveView, error) {
	var v LeaveView
	err := s.view(ctx, a, UserRead, func(w *Work) error {
		if _, err := w.visible(id); err != nil {
			return err
		}
		l, err := w.leaves.get(w, id)
		if err != nil {
			return err
		}
		v, err = w.leaveView(l)
		return err
	})
	return v, err
}

func (w *Work) leaveView(l pbx.Leave) (LeaveView, error) {
	v := LeaveView{Leave: l, DeleteAt: l.DeleteAt()}
	u, err := w.User(l.User)
	if err != nil {
		return v, err
	}
	v.User = userName(u)
	if l.CallsTo == 0 {
		return v, nil
	}
	to, err := w.visible(l.CallsTo)
	if err != nil {
		return v, ignoreMissing(err) // there, and nobody he knows of
	}
	name := userName(to)
	v.CallsTo = &name
	return v, nil
}

// PlanLeave says that a user leaves on a day, who gets the calls, and when the account is deleted; a day that is reached
// is carried out at once (U14). NotFound, Invalid, Stale, Forbidden; Conflict for the last owner.
func (s *Service) PlanLeave(
	ctx context.Context, a Actor, id pbx.UserID, p LeavePatch, wr Write,
) (LeaveView, pbx.ChangeSet, error) {
	var v LeaveView
	cs, err := s.Do(ctx, a, Intent{UserLeave, wr}, func(w *Work) error {
		u, err := w.mine(id)
		if err != nil {
			return err
		}
		if id == a.User {
			return pbx.Errorf(pbx.Conflict, "You can't do this to yourself.")
		}
		l, err := w.leaves.get(w, id)
		if ignoreMissing(err) != nil {
			return err
		}
		if err != nil {
			l = pbx.Leave{User: id, Organization: w.org, On: w.now, DeleteAfter: pbx.DeleteAfterDays}
		}
		if err = w.fresh(l.Ref(), l.Version, wr.IfMatch, p); err != nil {
			return err
		}
		if l.Gone() && p.On != nil && !p.On.Equal(l.On) {
			return fieldError("on", "The account has left already: only whom calls go to and when it is deleted can change.")
		}
		set(&l.On, p.On)
		set(&l.CallsTo, p.CallsTo)
		set(&l.DeleteAfter, p.DeleteAfter)
		l.On = l.On.UTC().Truncate(time.Millisecond)
		if l.CallsTo != 0 {
			if _, err = w.visible(l.CallsTo); err != nil {
				return fieldError("callsTo", "There is no such account with a number.")
			}
		}
		w.describe(u.Ref(), "Leaves")
		if !l.Gone() && !l.On.After(w.now) {
			l, err = w.carryOut(u, l)
		} else {
			err = w.leaves.put(w, l)
		}
		if err != nil {
			return err
		}
		if l, err = w.leaves.get(w, id); err != nil {
			return err
		}
		v, err = w.leaveView(l)
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.Leave(ctx, a, id)
	}
	return v, cs, err
}

// carryOut disables who leaves and ends what he had open; sessions and registrations end by the change itself.
func (w *Work) carryOut(u pbx.User, l pbx.Leave) (pbx.Leave, error) {
	l.GoneAt = w.now
	if err := w.leaves.put(w, l); err != nil {
		return l, err
	}
	if u.Enabled {
		u.Enabled, u.DisabledAt = false, w.now
	}
	if err := w.users.put(w, u); err != nil {
		return l, err
	}
	if err := w.forwards.delete(w, u.ID); ignoreMissing(err) != nil { // U14: his own go, callsTo stands
		return l, err
	}
	return l, w.endTokens(u.ID)
}

func (w *Work) endTokens(id pbx.UserID) error {
	tokens, err := w.tokensOf(id)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if err := w.tokens.delete(w, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// ComeBack takes a leave back: the account is enabled again, or stays as it is if its day is not reached (U14).
// NotFound, Forbidden.
func (s *Service) ComeBack(ctx context.Context, a Actor, id pbx.UserID, wr Write) (UserResult, pbx.ChangeSet, error) {
	var r UserResult
	cs, err := s.Do(ctx, a, Intent{UserComeBack, wr}, func(w *Work) error {
		u, err := w.mine(id)
		if err != nil {
			return err
		}
		l, err := w.leaves.get(w, id)
		if err != nil {
			return err
		}
		if err = w.fresh(l.Ref(), l.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		w.describe(u.Ref(), "Comes back")
		if l.Gone() {
			u.Enabled, u.DisabledAt = true, time.Time{}
			if err = w.users.put(w, u); err != nil {
				return err
			}
		}
		if err = w.leaves.delete(w, id); err != nil {
			return err
		}
		return w.userResult(id, &r)
	})
	return s.answerUser(ctx, a, r, cs, err)
}

// cameBack forgets the leave of somebody who has left and is enabled again.
func (w *Work) cameBack(id pbx.UserID) error {
	l, err := w.leaves.get(w, id)
	if err != nil || !l.Gone() {
		return ignoreMissing(err)
	}
	return w.leaves.delete(w, id)
}

// dueAtOnce is how much of what is due is carried out in one go.
const dueAtOnce = 1000

// CarryOut does what is due by its date: who leaves is disabled, who has left long enough is deleted, names that were kept
// for a time end. Each leave is a change set of its own; one that can't be carried out does not hold up the others. It
// returns how many change sets it made.
func (s *Service) CarryOut(ctx context.Context, org pbx.OrganizationID) (int, error) {
	var leaves []pbx.Leave
	var names []pbx.DialString
	err := s.store.View(ctx, func(tx ReadTx) (err error) {
		if leaves, err = tx.LeavesDue(org, s.now(), dueAtOnce); err != nil {
			return err
		}
		names, err = tx.DialStringsEnding(org, s.now(), dueAtOnce)
		return err
	})
	if err != nil {
		return 0, err
	}
	n, errs := 0, []error(nil)
	calendar := System(org, "calendar")
	for _, l := range leaves {
		_, failed := s.Do(ctx, calendar, Intent{LeaveCarryOut, Write{}}, func(w *Work) error { return w.due(l.User) })
		if failed != nil {
			errs = append(errs, failed)
			continue
		}
		n++
	}
	if len(names) > 0 {
		_, err = s.Do(ctx, calendar, Intent{NumberEnd, Write{}}, func(w *Work) error { return w.endNames(names) })
		n++
	}
	return n, errors.Join(append(errs, err)...)
}

// due carries out one leave as it is now.
func (w *Work) due(id pbx.UserID) error {
	l, err := w.leaves.get(w, id)
	if err != nil {
		return ignoreMissing(err)
	}
	u, err := w.User(id)
	if err != nil {
		return err
	}
	end := l.DeleteAt()
	switch {
	case !l.Gone() && !l.On.After(w.now):
		w.describe(u.Ref(), "Left")
		_, err = w.carryOut(u, l)
		return err
	case l.Gone() && !end.IsZero() && !end.After(w.now):
		w.describe(u.Ref(), "Account deleted")
		r := &Resolution{Answers: []Answer{{Way: WayRemove}}}
		if l.CallsTo != 0 { // of answers alike the first counts
			r.Answers = []Answer{{Way: WayReroute, To: int64(l.CallsTo)}, {Way: WayRemove}}
		}
		return w.removeUsers([]pbx.User{u}, r)
	}
	return nil
}

// endNames frees names that were kept for a time.
func (w *Work) endNames(names []pbx.DialString) error {
	w.describe(names[0].Owner, "Names ended that were kept for a time")
	for _, n := range names {
		d, err := w.dials.get(w, n.Value)
		if err != nil {
			if pbx.KindOf(err) == pbx.NotFound {
				continue
			}
			return err
		}
		if d.Kind != n.Kind || d.Until.IsZero() || d.Until.After(w.now) {
			continue
		}
		if err := w.withAliases(pbx.UserID(d.Owner.ID), func() error { return w.dials.delete(w, d.Value) }); err != nil {
			return err
		}
	}
	return nil
}

// withAliases does something to a user's names and shows with the user what became of the aliases.
func (w *Work) withAliases(id pbx.UserID, do func() error) error {
	before, err := w.aliases(id)
	if err != nil {
		return err
	}
	if err = do(); err != nil {
		return err
	}
	after, err := w.aliases(id)
	if err != nil {
		return err
	}
	return w.users.touch(w, id, "aliases", before, after)
}
