package admin

import (
	"context"
	"slices"
	"strconv"

	"ringfence/internal/pbx"
)

func checkGroup(w *Work, g pbx.Group) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := w.hasProfile(g.Profile); err != nil {
		return err
	}
	other, err := w.groupByName(g.NameKey())
	switch {
	case err == nil && other.ID != g.ID:
		return fieldError("name", "There is already a group "+strconv.Quote(other.Name)+".")
	case err != nil && pbx.KindOf(err) != pbx.NotFound:
		return err
	}
	return nil
}

// ListGroups lists groups; a group administrator sees his own.
func (s *Service) ListGroups(ctx context.Context, a Actor, q GroupQuery) (Page[GroupRow], error) {
	var p Page[GroupRow]
	if err := q.normalize(q.Sorts()); err != nil {
		return p, err
	}
	if own, ok := a.scoped(); ok {
		q.Only = []pbx.GroupID{own}
	}
	err := s.view(ctx, a, GroupList, func(w *Work) (err error) {
		if p, err = w.tx.ListGroups(w.org, q); err != nil {
			return err
		}
		names, err := w.profileNames()
		if err != nil {
			return err
		}
		for i := range p.Items {
			p.Items[i].ProfileName = names[p.Items[i].Profile]
			if err = w.asSeen(&p.Items[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return p, err
}

// Group returns one group; NotFound.
func (s *Service) Group(ctx context.Context, a Actor, id pbx.GroupID) (GroupRow, error) {
	var v GroupRow
	err := s.view(ctx, a, GroupRead, func(w *Work) error {
		if own, ok := a.scoped(); ok && own != id {
			return noSuch(pbx.KindGroup)
		}
		var err error
		v, err = w.groupRow(id)
		return err
	})
	return v, err
}

// asSeen hides from a group administrator what a group's line tells of others: its place among them, and members whose
// home it is not.
func (w *Work) asSeen(row *GroupRow) error {
	own, ok := w.actor.scoped()
	if !ok {
		return nil
	}
	home, err := w.usersHomedIn(own)
	row.Position, row.Members = 1, len(home)
	return err
}

func (w *Work) groupRow(id pbx.GroupID) (GroupRow, error) {
	g, err := w.Group(id)
	if err != nil {
		return GroupRow{}, err
	}
	home, err := w.usersHomedIn(id)
	if err != nil {
		return GroupRow{}, err
	}
	further, err := w.usersFurtherIn(id)
	if err != nil {
		return GroupRow{}, err
	}
	p, err := w.Profile(g.Profile)
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return GroupRow{}, err
	}
	row := GroupRow{Group: g, ProfileName: p.Name, Members: len(home) + len(further)}
	err = w.asSeen(&row)
	return row, err
}

// CreateGroup makes a group at the bottom of the group order; Invalid, also for a name that exists (G2).
func (s *Service) CreateGroup(ctx context.Context, a Actor, p GroupPatch, wr Write) (GroupRow, pbx.ChangeSet, error) {
	return s.writeGroup(ctx, a, Intent{GroupCreate, wr}, 0, p)
}

// UpdateGroup changes a group; NotFound, Invalid, Stale.
func (s *Service) UpdateGroup(
	ctx context.Context, a Actor, id pbx.GroupID, p GroupPatch, wr Write,
) (GroupRow, pbx.ChangeSet, error) {
	return s.writeGroup(ctx, a, Intent{GroupUpdate, wr}, id, p)
}

func (s *Service) writeGroup(
	ctx context.Context, a Actor, in Intent, id pbx.GroupID, p GroupPatch,
) (GroupRow, pbx.ChangeSet, error) {
	var v GroupRow
	cs, err := s.Do(ctx, a, in, func(w *Work) error {
		g, err := w.groupToWrite(id, in.IfMatch, p)
		if err != nil {
			return err
		}
		if err = w.applyGroup(&g, p); err != nil {
			return err
		}
		if id == 0 {
			w.describe(g.Ref(), "Group created: "+g.Name)
		} else {
			w.describe(g.Ref(), "Group changed: "+g.Name)
		}
		if err = w.groups.put(w, g); err != nil {
			return err
		}
		if p.Position != nil {
			if err = w.moveGroup(g.ID, *p.Position); err != nil {
				return err
			}
		}
		v, err = w.groupRow(g.ID)
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.Group(ctx, a, pbx.GroupID(cs.Subject.ID))
	}
	return v, cs, err
}

// groupToWrite is the group as it is, or a new one at the bottom of the order.
func (w *Work) groupToWrite(id pbx.GroupID, seen int64, p GroupPatch) (pbx.Group, error) {
	if id != 0 {
		g, err := w.Group(id)
		if err != nil {
			return g, err
		}
		return g, w.fresh(g.Ref(), g.Version, seen, p)
	}
	n, err := w.ids(pbx.KindGroup, 1)
	if err != nil {
		return pbx.Group{}, err
	}
	bottom, err := w.bottomPosition()
	return pbx.Group{ID: pbx.GroupID(n), Organization: w.org, Position: bottom}, err
}

func (w *Work) bottomPosition() (int, error) {
	all, err := w.Groups()
	if err != nil {
		return 0, err
	}
	bottom := 1
	for _, g := range all {
		bottom = max(bottom, g.Position+1)
	}
	return bottom, nil
}

func (w *Work) applyGroup(g *pbx.Group, p GroupPatch) error {
	for _, f := range []struct {
		field *string
		given *string
	}{
		{&g.Name, p.Name},
		{&g.StreetAddress, p.StreetAddress},
		{&g.City, p.City},
		{&g.State, p.State},
		{&g.ZIPCode, p.ZIPCode},
		{&g.Country, p.Country},
		{&g.ContactSurname, p.ContactSurname},
		{&g.ContactName, p.ContactName},
		{&g.ContactRole, p.ContactRole},
		{&g.Phone, p.Phone},
		{&g.Mobile, p.Mobile},
		{&g.Fax, p.Fax},
		{&g.ITEmail, p.ITEmail},
	} {
		set(f.field, f.given)
		*f.field = clean(*f.field)
	}
	return w.applyProfile(&g.Profile, p)
}

// applyProfile sets a group's profile as given by id or by name; none is the default one.
func (w *Work) applyProfile(id *pbx.ProfileID, p GroupPatch) error {
	if p.Profile != nil && *p.Profile != *id {
		*id = *p.Profile
	} else if p.ProvisioningProfile != nil && clean(*p.ProvisioningProfile) != "" {
		named, err := w.profileByName(pbx.Fold(clean(*p.ProvisioningProfile)))
		if err != nil {
			return fieldError("provisioningProfile", "There is no such provisioning profile.")
		}
		*id = named.ID
	}
	if *id != 0 {
		return nil
	}
	d, err := w.defaultProfile()
	*id = d.ID
	return ignoreMissing(err)
}

// profileNames gives the names of all profiles.
func (w *Work) profileNames() (map[pbx.ProfileID]string, error) {
	all, err := w.profilesAll()
	out := make(map[pbx.ProfileID]string, len(all))
	for _, p := range all {
		out[p.ID] = p.Name
	}
	return out, err
}

// moveGroup puts a group at a place of the group order; the others make room.
func (w *Work) moveGroup(id pbx.GroupID, place int) error {
	all, err := w.Groups()
	if err != nil {
		return err
	}
	from := slices.IndexFunc(all, func(g pbx.Group) bool { return g.ID == id })
	moved := all[from]
	all = slices.Delete(all, from, from+1)
	all = slices.Insert(all, min(max(place-1, 0), len(all)), moved)
	for i, g := range all {
		g.Position = i + 1
		if err := w.groups.put(w, g); err != nil {
			return err
		}
	}
	return nil
}
