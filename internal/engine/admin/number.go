package admin

import (
	"context"
	"slices"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/e164"
)

// Occupancy tells who holds a value of the plan (X2). Hold, if not 0, is the asking form's own and counts as free.
func (s *Service) Occupancy(ctx context.Context, a Actor, value string, hold pbx.HoldID) (Occupancy, error) {
	var o Occupancy
	if value == "" || len(value) > 64 {
		return o, fieldError("value", "Type a number or a name.")
	}
	err := s.view(ctx, a, NumberRead, func(w *Work) (err error) {
		o, err = w.standing(value, hold)
		return err
	})
	return o, err
}

// OutsideOccupancy tells who holds an outside number, in whatever notation it is typed; it is unfit when it is none.
func (s *Service) OutsideOccupancy(ctx context.Context, a Actor, typed string) (Occupancy, error) {
	var o Occupancy
	if typed == "" || len(typed) > 64 {
		return o, fieldError("value", "Type a number.")
	}
	err := s.view(ctx, a, NumberRead, func(w *Work) error {
		value, err := w.outsideValue("value", typed)
		if err != nil {
			o = Occupancy{Value: typed, State: NumberUnfit, Reason: firstMessage(err)}
			return nil
		}
		if o, err = w.occupancy(value, 0); err != nil {
			return err
		}
		o.Shown = e164.Shown(value)
		return nil
	})
	return o, err
}

// standing is who holds a value as typed, whether it lies in a pool, and which outside number it could be meant for.
func (w *Work) standing(typed string, hold pbx.HoldID) (Occupancy, error) {
	org, err := w.Organization()
	if err != nil {
		return Occupancy{}, err
	}
	value := clean(typed)
	if v, ok := e164.Plausible(value, ""); ok {
		value = v // with +, in any notation
	}
	o, err := w.occupancy(value, hold)
	if err != nil {
		return o, err
	}
	if pbx.OutsideProblem(o.Value) == "" {
		o.Shown = e164.Shown(o.Value)
		return o, nil
	}
	if v, ok := e164.Parse(value, org.Country); ok {
		o.ReadAs, o.ReadAsShown = v, e164.Shown(v)
	}
	if o.State != NumberFree || pbx.NumberProblem(o.Value) != "" {
		return o, nil
	}
	pools, err := w.poolsAll()
	for _, p := range pools {
		o.InPool = o.InPool || p.Enabled && p.Contains(o.Value)
	}
	return o, err
}

// ListNumbers lists the numbering plan with its holders. Holds that are over are left out.
func (s *Service) ListNumbers(ctx context.Context, a Actor, q DialQuery) (Page[Occupancy], error) {
	var out Page[Occupancy]
	if err := q.normalize(q.Sorts()); err != nil {
		return out, err
	}
	if own, ok := a.scoped(); ok {
		q.Home, q.HeldFor = own, a.User
	}
	err := s.view(ctx, a, NumberList, func(w *Work) error {
		p, err := w.tx.ListDialStrings(w.org, q)
		if err != nil {
			return err
		}
		if err := w.knowHolders(p.Items); err != nil {
			return err
		}
		out = Page[Occupancy]{Items: []Occupancy{}, Next: p.Next, Total: p.Total, TotalMore: p.TotalMore}
		for _, d := range p.Items {
			if d.Kind == pbx.DialHold && !d.Until.After(w.now) {
				continue
			}
			o, err := w.describeDial(d)
			if err != nil {
				return err
			}
			if d.Kind == pbx.DialOutside {
				o.Shown = e164.Shown(d.Value)
			}
			out.Items = append(out.Items, o)
		}
		return nil
	})
	return out, err
}

// knowHolders reads the users whose dial strings these are with one query.
func (w *Work) knowHolders(dials []pbx.DialString) error {
	var ids []pbx.UserID
	for _, d := range dials {
		switch {
		case d.Kind == pbx.DialHold:
			ids = append(ids, d.HeldFor)
		case d.Owner.Kind == pbx.KindUser:
			ids = append(ids, pbx.UserID(d.Owner.ID))
		}
	}
	slices.Sort(ids)
	users, err := w.tx.Users(slices.Compact(ids))
	w.users.know(w, users)
	return err
}

// ReleaseNumber frees a value that is held for a deleted user (G7); NotFound, and Conflict for any other.
func (s *Service) ReleaseNumber(ctx context.Context, a Actor, value string, wr Write) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{NumberRelease, wr}, func(w *Work) error {
		d, err := w.dials.get(w, pbx.Fold(value))
		if err != nil {
			return err
		}
		if d.Kind != pbx.DialHeld {
			return pbx.Errorf(pbx.Conflict, "This number is not held for somebody deleted.")
		}
		w.describe(d.Ref(), "Number released")
		return w.dials.delete(w, d.Value)
	})
}
