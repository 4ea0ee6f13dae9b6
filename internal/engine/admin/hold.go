package admin

import (
	"context"
	"time"

	"ringfence/internal/pbx"
)

// holdTime is how long a number is kept for a form (X1).
const holdTime = 10 * time.Minute

// maxHolds is how many forms of one administrator may keep a number at once; the oldest gives way.
const maxHolds = 20

// HoldNumber keeps the next free number for the actor's form: of the group's pool, else the location's, else the first
// with room (X1). Holds are no part of any change set. Conflict when no
// pool has room.
func (s *Service) HoldNumber(ctx context.Context, a Actor, group pbx.GroupID, at pbx.LocationID) (Hold, error) {
	if err := Allow(a, NumberHold); err != nil {
		return Hold{}, err
	}
	var h Hold
	err := s.store.Update(ctx, a.Organization, func(tx Tx) error {
		w := newWork(tx, a.Organization, a, s.now())
		if own, ok := a.scoped(); ok && group != own || group != 0 && w.mustHave(pbx.Group{ID: group}.Ref()) != nil {
			return noSuch(pbx.KindGroup)
		}
		if err := w.hasLocation("locationId", at); err != nil {
			return err
		}
		if err := s.tidyHolds(tx, w); err != nil {
			return err
		}
		number, pool, err := w.nextFree(group, at)
		if err != nil {
			return err
		}
		id, err := tx.NextIDs(HoldIDs, 1)
		if err != nil {
			return err
		}
		h = Hold{ID: pbx.HoldID(id), Number: number, ExpiresAt: w.now.Add(holdTime), Kept: holdTime, Pool: pool}
		return tx.PutDialString(pbx.DialString{
			Organization: w.org, Value: number, Kind: pbx.DialHold, Hold: h.ID, HeldFor: a.User, Until: h.ExpiresAt,
			Pool: pool,
		})
	})
	return h, err
}

// tidyHolds removes holds whose time is over, and the actor's oldest when he has too many.
func (s *Service) tidyHolds(tx Tx, w *Work) error {
	lapsed, err := tx.HoldsLapsed(w.org, w.now)
	if err != nil {
		return err
	}
	for _, d := range lapsed {
		if err = tx.DeleteDialString(w.org, d.Value); err != nil {
			return err
		}
	}
	all, err := tx.HoldsLapsed(w.org, w.now.Add(holdTime))
	if err != nil {
		return err
	}
	mine := 0
	var oldest pbx.DialString
	for _, d := range all {
		if d.HeldFor != w.actor.User {
			continue
		}
		mine++
		if oldest.Hold == 0 || d.Hold < oldest.Hold {
			oldest = d
		}
	}
	if mine < maxHolds {
		return nil
	}
	return tx.DeleteDialString(w.org, oldest.Value)
}

// ReleaseHold gives a hold of the actor up. One that is over or was used is no error.
func (s *Service) ReleaseHold(ctx context.Context, a Actor, id pbx.HoldID) error {
	if err := Allow(a, NumberHold); err != nil {
		return err
	}
	return s.store.Update(ctx, a.Organization, func(tx Tx) error {
		d, err := tx.Hold(a.Organization, id)
		switch {
		case pbx.KindOf(err) == pbx.NotFound && err != nil:
			return nil
		case err != nil:
			return err
		case d.HeldFor != a.User:
			return nil
		}
		return tx.DeleteDialString(a.Organization, d.Value)
	})
}

// holdLapsed says what became of a number that was held for a form and no longer is, with the next free one (X1).
func (w *Work) holdLapsed(number string, taken pbx.DialString, u pbx.User) error {
	o, err := w.describeDial(taken)
	if err != nil {
		return err
	}
	msg := "The number " + number + " was not kept any longer. " + o.Reason
	if next, _, err := w.nextFree(u.HomeGroup, u.Location); err == nil {
		msg += " The next free one is " + next + "."
	}
	return fieldError("number", msg)
}
