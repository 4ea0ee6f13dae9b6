package admin

import (
	"context"
	"strconv"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/e164"
)

// OutsidePatch makes or changes an outside number; nil fields stay, or take their default. The value is given once.
type OutsidePatch struct {
	Value    *string           `json:"value,omitempty"` // in any notation; only when it is made
	LeadsTo  *pbx.Ref          `json:"leadsTo,omitempty"`
	Location *pbx.LocationID   `json:"locationId,omitempty"`
	State    *pbx.OutsideState `json:"state,omitempty"`
	Note     *string           `json:"note,omitempty"`
}

// OutsideView is an outside number as people read it, and whom it leads to.
type OutsideView struct {
	pbx.OutsideNumber
	Shown        string `json:"shown"`
	LeadsToName  string `json:"leadsToName"`
	Extension    string `json:"extension"` // of the user or ring group it leads to
	LocationName string `json:"locationName"`
}

// ListOutsideNumbers lists outside numbers, those that lead nowhere first (X4). A group administrator sees those that
// lead to his users.
func (s *Service) ListOutsideNumbers(ctx context.Context, a Actor, q OutsideQuery) (Page[OutsideView], error) {
	var out Page[OutsideView]
	if err := q.normalize(q.Sorts()); err != nil {
		return out, err
	}
	if own, ok := a.scoped(); ok {
		q.Home = own
	}
	err := s.view(ctx, a, OutsideList, func(w *Work) error {
		p, err := w.tx.ListOutsideNumbers(w.org, q)
		if err != nil {
			return err
		}
		out = Page[OutsideView]{Items: []OutsideView{}, Next: p.Next, Total: p.Total, TotalMore: p.TotalMore}
		for _, n := range p.Items {
			v, err := w.outsideView(n)
			if err != nil {
				return err
			}
			out.Items = append(out.Items, v)
		}
		return nil
	})
	return out, err
}

// OutsideNumber returns one outside number; NotFound.
func (s *Service) OutsideNumber(ctx context.Context, a Actor, id pbx.NumberID) (OutsideView, error) {
	var v OutsideView
	err := s.view(ctx, a, OutsideRead, func(w *Work) error {
		n, err := w.visibleOutside(id)
		if err != nil {
			return err
		}
		v, err = w.outsideView(n)
		return err
	})
	return v, err
}

// visibleOutside is the outside number if the actor may know of it (S4): else NotFound.
func (w *Work) visibleOutside(id pbx.NumberID) (pbx.OutsideNumber, error) {
	n, err := w.OutsideNumber(id)
	if err != nil {
		return n, err
	}
	if _, ok := w.actor.scoped(); !ok {
		return n, nil
	}
	if n.LeadsTo.Kind == pbx.KindUser {
		if _, err := w.visible(pbx.UserID(n.LeadsTo.ID)); err == nil {
			return n, nil
		}
	}
	return pbx.OutsideNumber{}, noSuch(pbx.KindOutsideNumber)
}

func (w *Work) outsideView(n pbx.OutsideNumber) (OutsideView, error) {
	v := OutsideView{OutsideNumber: n, Shown: e164.Shown(n.Value)}
	if n.Location != 0 {
		l, err := w.locs.get(w, n.Location)
		if err = ignoreMissing(err); err != nil {
			return v, err
		}
		v.LocationName = l.Name
	}
	var err error
	v.LeadsToName, v.Extension, err = w.called(n.LeadsTo)
	return v, err
}

// CreateOutsideNumber adds an outside number to the plan; Invalid when it is none or somebody holds it.
func (s *Service) CreateOutsideNumber(
	ctx context.Context, a Actor, p OutsidePatch, wr Write,
) (OutsideView, pbx.ChangeSet, error) {
	var v OutsideView
	cs, err := s.Do(ctx, a, Intent{OutsideCreate, wr}, func(w *Work) error {
		if p.Value == nil {
			return fieldError("value", "Type a number.")
		}
		value, err := w.outsideValue("value", *p.Value)
		if err != nil {
			return err
		}
		n := pbx.OutsideNumber{Value: value}
		if err = w.applyOutside(&n, p); err != nil {
			return err
		}
		if n, err = w.addOutside("value", n); err != nil {
			return err
		}
		w.describe(n.Ref(), "Outside number added: "+e164.Shown(value))
		v, err = w.outsideView(n)
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.OutsideNumber(ctx, a, pbx.NumberID(cs.Subject.ID))
	}
	return v, cs, err
}

// UpdateOutsideNumber changes an outside number; NotFound, Invalid, Stale.
func (s *Service) UpdateOutsideNumber(
	ctx context.Context, a Actor, id pbx.NumberID, p OutsidePatch, wr Write,
) (OutsideView, pbx.ChangeSet, error) {
	var v OutsideView
	cs, err := s.Do(ctx, a, Intent{OutsideUpdate, wr}, func(w *Work) error {
		n, err := w.visibleOutside(id)
		if err != nil {
			return err
		}
		if err = w.fresh(n.Ref(), n.Version, wr.IfMatch, p); err != nil {
			return err
		}
		if p.Value != nil {
			value, e := w.outsideValue("value", *p.Value)
			if e != nil {
				return e
			}
			if value != n.Value {
				return fieldError("value", "A number stays what it is: add the other one, and delete this.")
			}
		}
		if err = w.applyOutside(&n, p); err != nil {
			return err
		}
		w.describe(n.Ref(), "Outside number changed: "+e164.Shown(n.Value))
		if err = w.putOutside(n); err != nil {
			return err
		}
		if n, err = w.OutsideNumber(id); err != nil {
			return err
		}
		v, err = w.outsideView(n)
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.OutsideNumber(ctx, a, id)
	}
	return v, cs, err
}

// applyOutside writes what a patch gives; whom it names must be somebody whom the actor may change.
func (w *Work) applyOutside(n *pbx.OutsideNumber, p OutsidePatch) error {
	set(&n.State, p.State)
	set(&n.Location, p.Location)
	if p.Note != nil {
		n.Note = clean(*p.Note)
	}
	if p.LeadsTo == nil {
		return nil
	}
	to := pbx.Ref{Kind: p.LeadsTo.Kind, ID: p.LeadsTo.ID}
	if to.ID == 0 {
		to = pbx.Ref{}
	}
	if to == n.LeadsTo {
		return nil
	}
	for _, r := range []pbx.Ref{n.LeadsTo, to} {
		if err := w.mayLead(r); err != nil {
			return err
		}
	}
	n.LeadsTo = to
	return nil
}

// mayLead refuses to give outside numbers to what takes none, and to whoever the actor can't change.
func (w *Work) mayLead(to pbx.Ref) error {
	switch to.Kind {
	case "":
		return nil
	case pbx.KindUser:
		_, err := w.mine(pbx.UserID(to.ID))
		if err != nil && pbx.KindOf(err) == pbx.NotFound {
			return fieldError("leadsTo", "There is no user "+strconv.FormatInt(to.ID, 10)+".")
		}
		return err
	case pbx.KindRingGroup:
		if _, err := w.visibleRingGroup(pbx.RingGroupID(to.ID)); err != nil {
			return fieldError("leadsTo", "There is no ring group "+strconv.FormatInt(to.ID, 10)+".")
		}
		return nil
	default:
		return fieldError("leadsTo", "An outside number leads to a user or a ring group, or nowhere.")
	}
}

// OutsideDeletion shows where an outside number is shown that would go (U7); NotFound.
func (s *Service) OutsideDeletion(ctx context.Context, a Actor, id pbx.NumberID) (Deletion, error) {
	var d Deletion
	err := s.view(ctx, a, OutsideDelete, func(w *Work) error {
		n, err := w.visibleOutside(id)
		if err != nil {
			return err
		}
		m, err := w.removing(nil, n.Ref())
		if err != nil {
			return err
		}
		d, err = m.deletion()
		return err
	})
	return d, err
}

// DeleteOutsideNumber takes an outside number out of the plan; it can come back for thirty days. NotFound, Stale; Conflict
// with Detail *Deletion when it is shown somewhere and the resolution does not say what becomes of that.
func (s *Service) DeleteOutsideNumber(
	ctx context.Context, a Actor, id pbx.NumberID, r *Resolution, wr Write,
) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{OutsideDelete, wr}, func(w *Work) error {
		n, err := w.visibleOutside(id)
		if err != nil {
			return err
		}
		if err = w.fresh(n.Ref(), n.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		if err = w.mayLead(n.LeadsTo); err != nil {
			return err
		}
		m, err := w.removing(r, n.Ref())
		if err != nil {
			return err
		}
		if err = m.decide(m.deletion); err != nil {
			return err
		}
		w.describe(n.Ref(), "Outside number deleted: "+e164.Shown(n.Value))
		return w.removeOutside(n)
	})
}
