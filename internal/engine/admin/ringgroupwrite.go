package admin

import (
	"context"

	"ringfence/internal/pbx"
)

// RingGroupPatch makes or changes a ring group; nil fields stay, or take their default.
type RingGroupPatch struct {
	Name        *string           `json:"name,omitempty"`
	Number      *string           `json:"number,omitempty"` // empty: none
	Strategy    *pbx.RingStrategy `json:"strategy,omitempty"`
	Members     *[]pbx.UserID     `json:"members,omitempty"` // as a whole
	RingSeconds *int              `json:"ringSeconds,omitempty"`
	SkipBusy    *bool             `json:"skipBusy,omitempty"`
	Then        *pbx.Ref          `json:"then,omitempty"` // without an id: nobody
}

// RingGroupName is a ring group in a few words.
type RingGroupName struct {
	ID     pbx.RingGroupID
	Name   string
	Number string
}

// CreateRingGroup makes a ring group; Invalid, also for a name that exists or a number that somebody holds.
func (s *Service) CreateRingGroup(
	ctx context.Context, a Actor, p RingGroupPatch, wr Write,
) (RingGroupView, pbx.ChangeSet, error) {
	return s.writeRingGroup(ctx, a, Intent{RingGroupCreate, wr}, 0, p)
}

// UpdateRingGroup changes a ring group; NotFound, Invalid, Stale.
func (s *Service) UpdateRingGroup(
	ctx context.Context, a Actor, id pbx.RingGroupID, p RingGroupPatch, wr Write,
) (RingGroupView, pbx.ChangeSet, error) {
	return s.writeRingGroup(ctx, a, Intent{RingGroupUpdate, wr}, id, p)
}

func (s *Service) writeRingGroup(
	ctx context.Context, a Actor, in Intent, id pbx.RingGroupID, p RingGroupPatch,
) (RingGroupView, pbx.ChangeSet, error) {
	var v RingGroupView
	cs, err := s.Do(ctx, a, in, func(w *Work) error {
		g, what := newRingGroup(w.org), "Ring group changed: "
		if id == 0 {
			n, err := w.ids(pbx.KindRingGroup, 1)
			if err != nil {
				return err
			}
			g.ID, what = pbx.RingGroupID(n), "Ring group created: "
		} else {
			var err error
			if g, err = w.visibleRingGroup(id); err != nil {
				return err
			}
			if err = w.fresh(g.Ref(), g.Version, in.IfMatch, p); err != nil {
				return err
			}
		}
		before := g.Number
		applyRingGroup(&g, p)
		w.describe(g.Ref(), what+g.Name)
		if err := w.ringGroups.put(w, g); err != nil {
			return err
		}
		if err := checkRingGroup(w, g); err != nil { // before its people are named and its number is claimed
			return err
		}
		if reason := w.reserved(g.Number); g.Number != before && reason != "" {
			return fieldError("number", reason)
		}
		g, err := w.RingGroup(g.ID)
		if err != nil {
			return err
		}
		v, err = w.ringGroupView(g)
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.RingGroup(ctx, a, pbx.RingGroupID(cs.Subject.ID))
	}
	return v, cs, err
}

func newRingGroup(org pbx.OrganizationID) pbx.RingGroup {
	return pbx.RingGroup{
		Organization: org, Strategy: pbx.RingAll, Members: []pbx.UserID{}, RingSeconds: pbx.DefaultRingSeconds, SkipBusy: true,
	}
}

func applyRingGroup(g *pbx.RingGroup, p RingGroupPatch) {
	set(&g.Name, p.Name)
	set(&g.Number, p.Number)
	cleanAll(&g.Name, &g.Number)
	set(&g.Strategy, p.Strategy)
	set(&g.RingSeconds, p.RingSeconds)
	set(&g.SkipBusy, p.SkipBusy)
	if p.Members != nil {
		g.Members = append([]pbx.UserID{}, *p.Members...)
	}
	if p.Then != nil {
		g.Then = pbx.Ref{Kind: p.Then.Kind, ID: p.Then.ID}
		if p.Then.ID == 0 {
			g.Then = pbx.Ref{}
		}
	}
}

// RingGroupDeletion shows what leads to a ring group (U7); NotFound.
func (s *Service) RingGroupDeletion(ctx context.Context, a Actor, id pbx.RingGroupID) (Deletion, error) {
	var d Deletion
	err := s.view(ctx, a, RingGroupDelete, func(w *Work) error {
		g, err := w.visibleRingGroup(id)
		if err != nil {
			return err
		}
		m, err := w.removing(nil, g.Ref())
		if err != nil {
			return err
		}
		d, err = m.deletion()
		return err
	})
	return d, err
}

// DeleteRingGroup deletes a ring group, and its number is free; it can come back for thirty days. NotFound, Stale; Conflict
// with Detail *Deletion when something leads to it and the resolution does not say what becomes of that.
func (s *Service) DeleteRingGroup(
	ctx context.Context, a Actor, id pbx.RingGroupID, r *Resolution, wr Write,
) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{RingGroupDelete, wr}, func(w *Work) error {
		g, err := w.visibleRingGroup(id)
		if err != nil {
			return err
		}
		if err = w.fresh(g.Ref(), g.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		m, err := w.removing(r, g.Ref())
		if err != nil {
			return err
		}
		if err = m.decide(m.deletion); err != nil {
			return err
		}
		w.describe(g.Ref(), "Ring group deleted: "+g.Name)
		return w.ringGroups.delete(w, id)
	})
}
