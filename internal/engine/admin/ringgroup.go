package admin

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"ringfence/internal/pbx"
)

func ringGroupSpec() spec[pbx.RingGroupID, pbx.RingGroup] {
	then := func(g *pbx.RingGroup, _, to pbx.Ref) { g.Then = to }
	return spec[pbx.RingGroupID, pbx.RingGroup]{
		kind:  pbx.KindRingGroup,
		key:   func(g pbx.RingGroup) pbx.RingGroupID { return g.ID },
		ref:   pbx.RingGroup.Ref,
		keyOf: byID[pbx.RingGroupID](pbx.KindRingGroup),
		org:   func(g pbx.RingGroup) pbx.OrganizationID { return g.Organization },
		load: func(tx ReadTx, _ pbx.OrganizationID, k pbx.RingGroupID) (pbx.RingGroup, error) {
			return tx.RingGroup(k)
		},
		put:     Tx.PutRingGroup,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.RingGroupID) error { return tx.DeleteRingGroup(k) },
		name:    func(_ *Work, g pbx.RingGroup) string { return g.Name },
		version: func(g *pbx.RingGroup) *int64 { return &g.Version },
		times:   func(g *pbx.RingGroup) (a, b *time.Time) { return &g.CreatedAt, &g.UpdatedAt },
		check:   checkRingGroup,
		clone: func(g pbx.RingGroup) pbx.RingGroup {
			g.Members = slices.Clone(g.Members)
			return g
		},
		mention: func(g pbx.RingGroup) []pbx.Reference {
			var out []pbx.Reference
			for _, id := range g.Members {
				out = append(out, pbx.Reference{
					Organization: g.Organization, From: g.Ref(), Field: "members", To: pbx.User{ID: id}.Ref(),
				})
			}
			if !g.Then.IsZero() {
				out = append(out, pbx.Reference{Organization: g.Organization, From: g.Ref(), Field: "then", To: g.Then})
			}
			return out
		},
		fields: []mentioning[pbx.RingGroup]{ // they come back by revival.inRingGroups
			{field: "members", to: pbx.KindUser, ways: []Way{WayReroute, WayRemove}, set: replaceMember},
			{field: "then", to: pbx.KindUser, ways: []Way{WayReroute, WayRemove}, set: then},
			{field: "then", to: pbx.KindRingGroup, ways: []Way{WayReroute, WayRemove}, set: then},
		},
	}
}

// replaceMember lets somebody take the place of a member who goes; one who is a member already keeps his own.
func replaceMember(g *pbx.RingGroup, gone, to pbx.Ref) {
	at := slices.Index(g.Members, pbx.UserID(gone.ID))
	if at < 0 {
		return
	}
	g.Members = slices.Clone(g.Members)
	if id := pbx.UserID(to.ID); id != 0 && !slices.Contains(g.Members, id) {
		g.Members[at] = id
		return
	}
	g.Members = slices.Delete(g.Members, at, at+1)
}

func checkRingGroup(w *Work, g pbx.RingGroup) error {
	if err := g.Validate(); err != nil {
		return err
	}
	other, err := w.ringGroupByName(g.NameKey())
	switch {
	case err == nil && other.ID != g.ID:
		return fieldError("name", "There is already a ring group "+strconv.Quote(other.Name)+".")
	case err != nil && pbx.KindOf(err) != pbx.NotFound:
		return err
	}
	if err := w.knowUsers(g.Members); err != nil {
		return err
	}
	for _, id := range g.Members {
		if u, err := w.User(id); err != nil || u.Kind == pbx.Operator {
			return fieldError("memberIds", "There is no such account with a number.")
		}
	}
	return w.checkThen(g.Then)
}

// checkThen complains about one who can't get calls that nobody takes.
func (w *Work) checkThen(to pbx.Ref) error {
	if to.Kind == pbx.KindUser {
		if u, err := w.User(pbx.UserID(to.ID)); err != nil || u.Kind == pbx.Operator {
			return fieldError("then", "There is no such account with a number.")
		}
	}
	if to.Kind == pbx.KindRingGroup {
		if _, err := w.RingGroup(pbx.RingGroupID(to.ID)); err != nil {
			return fieldError("then", "There is no such ring group.")
		}
	}
	return nil
}

// knowUsers reads users together, so that they are not read one by one.
func (w *Work) knowUsers(ids []pbx.UserID) error {
	users, err := w.tx.Users(ids)
	w.users.saw(w, users)
	return err
}

// RingGroup returns a ring group; NotFound.
func (w *Work) RingGroup(id pbx.RingGroupID) (pbx.RingGroup, error) { return w.ringGroups.get(w, id) }

// visibleRingGroup is the ring group if the actor may know of it (S4): a group administrator knows of none.
func (w *Work) visibleRingGroup(id pbx.RingGroupID) (pbx.RingGroup, error) {
	if w.actor.Scoped() {
		return pbx.RingGroup{}, noSuch(pbx.KindRingGroup)
	}
	return w.RingGroup(id)
}

// ringGroupByName finds a ring group by its folded name; NotFound.
func (w *Work) ringGroupByName(key string) (pbx.RingGroup, error) {
	var base []pbx.RingGroup
	g, err := w.tx.RingGroupByName(w.org, key)
	switch {
	case err == nil:
		base = []pbx.RingGroup{g}
	case pbx.KindOf(err) != pbx.NotFound:
		return pbx.RingGroup{}, err
	}
	found := w.ringGroups.overlay(w, base, func(g pbx.RingGroup) bool { return g.NameKey() == key })
	if len(found) == 0 {
		return pbx.RingGroup{}, noSuch(pbx.KindRingGroup)
	}
	return found[0], nil
}

// ringGroupsOf gives the ring groups of which somebody is a member, by name.
func (w *Work) ringGroupsOf(id pbx.UserID) ([]RingGroupName, error) {
	refs, err := w.stillMentioning(pbx.User{ID: id}.Ref())
	if err != nil {
		return nil, err
	}
	out := []RingGroupName{}
	for _, r := range refs {
		if r.From.Kind != pbx.KindRingGroup || r.Field != "members" {
			continue
		}
		g, err := w.RingGroup(pbx.RingGroupID(r.From.ID))
		if err != nil {
			return nil, err
		}
		out = append(out, RingGroupName{ID: g.ID, Name: g.Name, Number: g.Number})
	}
	slices.SortFunc(out, func(a, b RingGroupName) int {
		return cmp.Or(strings.Compare(SortKey(a.Name), SortKey(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// planRingGroups keeps the plan in step with the ring groups that were written, also by undo and restore: a number that
// was given up is free, and one that was given is taken. Invalid when somebody else holds it.
func (w *Work) planRingGroups() error {
	err := w.ringGroups.written(func(before, now *pbx.RingGroup) error {
		if before == nil || before.Number == "" || now != nil && now.Number == before.Number {
			return nil
		}
		return w.release(before.Number, pbx.DialRingGroup, before.Ref())
	})
	if err != nil {
		return err
	}
	return w.ringGroups.written(func(_, now *pbx.RingGroup) error {
		if now == nil || now.Number == "" {
			return nil
		}
		return w.claim("number", now.DialString(), 0)
	})
}

// RingGroupView is a ring group with its people named.
type RingGroupView struct {
	pbx.RingGroup
	People               []RingMember // in the order of the members
	ThenName, ThenNumber string
	Outside              []string // the outside numbers that lead to it, as E.164
}

// RingMember is a member in a few words.
type RingMember struct {
	UserName
	Enabled bool
}

// ListRingGroups lists the ring groups. A group administrator sees none.
func (s *Service) ListRingGroups(ctx context.Context, a Actor, q Query) (Page[RingGroupView], error) {
	out := Page[RingGroupView]{Items: []RingGroupView{}}
	if err := q.normalize(RingGroupSorts()); err != nil {
		return out, err
	}
	err := s.view(ctx, a, RingGroupList, func(w *Work) error {
		if w.actor.Scoped() {
			return nil
		}
		p, err := w.tx.ListRingGroups(w.org, q)
		if err != nil {
			return err
		}
		out.Next, out.Total, out.TotalMore = p.Next, p.Total, p.TotalMore
		out.Items, err = w.ringGroupViews(p.Items...)
		return err
	})
	return out, err
}

// RingGroup returns one ring group; NotFound.
func (s *Service) RingGroup(ctx context.Context, a Actor, id pbx.RingGroupID) (RingGroupView, error) {
	var v RingGroupView
	err := s.view(ctx, a, RingGroupRead, func(w *Work) error {
		g, err := w.visibleRingGroup(id)
		if err != nil {
			return err
		}
		v, err = w.ringGroupView(g)
		return err
	})
	return v, err
}

func (w *Work) ringGroupView(g pbx.RingGroup) (RingGroupView, error) {
	views, err := w.ringGroupViews(g)
	if err != nil {
		return RingGroupView{}, err
	}
	return views[0], nil
}

func (w *Work) ringGroupViews(groups ...pbx.RingGroup) ([]RingGroupView, error) {
	var people []pbx.UserID
	ids := make([]int64, len(groups))
	for i, g := range groups {
		ids[i] = int64(g.ID)
		people = append(people, g.Members...)
		if g.Then.Kind == pbx.KindUser {
			people = append(people, pbx.UserID(g.Then.ID))
		}
	}
	slices.Sort(people)
	if err := w.knowUsers(slices.Compact(people)); err != nil {
		return nil, err
	}
	numbers, err := w.tx.OutsideNumbersToAll(w.org, pbx.KindRingGroup, ids)
	if err != nil {
		return nil, err
	}
	out := make([]RingGroupView, len(groups))
	for i, g := range groups {
		out[i] = RingGroupView{RingGroup: g, People: []RingMember{}, Outside: []string{}}
		for _, n := range numbers {
			if n.LeadsTo == g.Ref() {
				out[i].Outside = append(out[i].Outside, n.Value)
			}
		}
		if err := w.nameRinging(&out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// nameRinging names the members, and who gets calls that they don't take.
func (w *Work) nameRinging(v *RingGroupView) error {
	for _, id := range v.Members {
		u, err := w.User(id)
		if err != nil {
			if pbx.KindOf(err) == pbx.NotFound {
				continue
			}
			return err
		}
		v.People = append(v.People, RingMember{userName(u), u.Enabled})
	}
	var err error
	v.ThenName, v.ThenNumber, err = w.called(v.Then)
	return err
}

// called is the name and number of a user or ring group that calls go to.
func (w *Work) called(r pbx.Ref) (string, string, error) {
	if r.Kind == pbx.KindRingGroup {
		g, err := w.RingGroup(pbx.RingGroupID(r.ID))
		return g.Name, g.Number, ignoreMissing(err)
	}
	if r.Kind != pbx.KindUser {
		return "", "", nil
	}
	u, err := w.User(pbx.UserID(r.ID))
	return u.Shown(), u.Number, ignoreMissing(err)
}
