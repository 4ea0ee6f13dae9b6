package admin

import (
	"context"
	"slices"
	"strconv"

	"ringfence/internal/pbx"
)

func checkLocation(w *Work, l pbx.Location) error {
	if err := l.Validate(); err != nil {
		return err
	}
	other, err := w.locationByName(l.NameKey())
	switch {
	case err == nil && other.ID != l.ID:
		return fieldError("name", "There is already a location "+strconv.Quote(other.Name)+".")
	case err != nil && pbx.KindOf(err) != pbx.NotFound:
		return err
	}
	return nil
}

// Location returns a location; NotFound.
func (w *Work) Location(id pbx.LocationID) (pbx.Location, error) { return w.locs.get(w, id) }

// locationByName finds a location by its folded name; NotFound.
func (w *Work) locationByName(key string) (pbx.Location, error) {
	var base []pbx.Location
	l, err := w.tx.LocationByName(w.org, key)
	switch {
	case err == nil:
		base = []pbx.Location{l}
	case pbx.KindOf(err) != pbx.NotFound:
		return pbx.Location{}, err
	}
	found := w.locs.overlay(w, base, func(l pbx.Location) bool { return l.NameKey() == key })
	if len(found) == 0 {
		return pbx.Location{}, pbx.Errorf(pbx.NotFound, "There is no such location.")
	}
	return found[0], nil
}

// locationsAll gives all locations.
func (w *Work) locationsAll() ([]pbx.Location, error) {
	base, err := w.tx.Locations(w.org)
	if err != nil {
		return nil, err
	}
	return w.locs.overlay(w, base, func(pbx.Location) bool { return true }), nil
}

// locationNames gives the names of all locations.
func (w *Work) locationNames() (map[pbx.LocationID]string, error) {
	base, err := w.tx.Locations(w.org)
	if err != nil {
		return nil, err
	}
	out := map[pbx.LocationID]string{}
	for _, l := range w.locs.overlay(w, base, func(pbx.Location) bool { return true }) {
		out[l.ID] = l.Name
	}
	return out, nil
}

// hasLocation complains about a field that names a location that is not there; 0 is none.
func (w *Work) hasLocation(field string, id pbx.LocationID) error {
	if id == 0 {
		return nil
	}
	if _, err := w.Location(id); err != nil {
		return fieldError(field, "There is no such location.")
	}
	return nil
}

// emergencyView names where the emergency service is sent.
func (w *Work) emergencyView(p pbx.EmergencyPlace) (EmergencyView, error) {
	l, err := w.Location(p.Location)
	return viewEmergency(p, l), ignoreMissing(err)
}

func viewEmergency(p pbx.EmergencyPlace, l pbx.Location) EmergencyView {
	v := EmergencyView{EmergencyPlace: p, LocationName: l.Name}
	if p.Location != 0 {
		v.Address = l.EmergencyLine()
	}
	return v
}

// ListLocations lists the locations with how many users are at each.
func (s *Service) ListLocations(ctx context.Context, a Actor, q Query) (Page[LocationRow], error) {
	var p Page[LocationRow]
	if err := q.normalize(LocationSorts()); err != nil {
		return p, err
	}
	err := s.view(ctx, a, LocationList, func(w *Work) (err error) {
		p, err = w.tx.ListLocations(w.org, q)
		return err
	})
	if _, ok := a.scoped(); ok {
		for i := range p.Items {
			p.Items[i].Users = 0 // he knows of nobody but his own
		}
	}
	return p, err
}

// Location returns one location; NotFound.
func (s *Service) Location(ctx context.Context, a Actor, id pbx.LocationID) (LocationRow, error) {
	var v LocationRow
	err := s.view(ctx, a, LocationRead, func(w *Work) (err error) {
		v, err = w.locationRow(id)
		return err
	})
	return v, err
}

func (w *Work) locationRow(id pbx.LocationID) (LocationRow, error) {
	l, err := w.Location(id)
	if err != nil {
		return LocationRow{}, err
	}
	v := LocationRow{Location: l}
	if _, ok := w.actor.scoped(); ok {
		return v, nil
	}
	refs, err := w.tx.ReferencesTo(w.org, l.Ref())
	for _, r := range refs {
		if r.From.Kind == pbx.KindUser && r.Field == "locationId" {
			v.Users++
		}
	}
	return v, err
}

// CreateLocation makes a location; Invalid, also for a name that exists (L1).
func (s *Service) CreateLocation(
	ctx context.Context, a Actor, p LocationPatch, wr Write,
) (LocationRow, pbx.ChangeSet, error) {
	return s.writeLocation(ctx, a, Intent{LocationCreate, wr}, 0, p)
}

// UpdateLocation changes a location; NotFound, Invalid, Stale.
func (s *Service) UpdateLocation(
	ctx context.Context, a Actor, id pbx.LocationID, p LocationPatch, wr Write,
) (LocationRow, pbx.ChangeSet, error) {
	return s.writeLocation(ctx, a, Intent{LocationUpdate, wr}, id, p)
}

func (s *Service) writeLocation(
	ctx context.Context, a Actor, in Intent, id pbx.LocationID, p LocationPatch,
) (LocationRow, pbx.ChangeSet, error) {
	var v LocationRow
	cs, err := s.Do(ctx, a, in, func(w *Work) error {
		l, what := pbx.Location{Organization: w.org}, "Location changed: "
		if id == 0 {
			n, err := w.ids(pbx.KindLocation, 1)
			if err != nil {
				return err
			}
			l.ID, what = pbx.LocationID(n), "Location created: "
		} else {
			var err error
			if l, err = w.Location(id); err != nil {
				return err
			}
			if err = w.fresh(l.Ref(), l.Version, in.IfMatch, p); err != nil {
				return err
			}
		}
		applyLocation(&l, p)
		w.describe(l.Ref(), what+l.Name)
		if err := w.locs.put(w, l); err != nil {
			return err
		}
		var err error
		v, err = w.locationRow(l.ID)
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.Location(ctx, a, pbx.LocationID(cs.Subject.ID))
	}
	return v, cs, err
}

func applyLocation(l *pbx.Location, p LocationPatch) {
	for _, f := range []struct {
		field *string
		given *string
	}{
		{&l.Name, p.Name},
		{&l.StreetAddress, p.StreetAddress},
		{&l.City, p.City},
		{&l.State, p.State},
		{&l.ZIPCode, p.ZIPCode},
		{&l.Country, p.Country},
		{&l.Phone, p.Phone},
		{&l.Fax, p.Fax},
		{&l.Language, p.Language},
		{&l.TimeZone, p.TimeZone},
		{&l.EmergencyNumber, p.EmergencyNumber},
		{&l.EmergencyAddress, p.EmergencyAddress},
		{&l.EmergencyNote, p.EmergencyNote},
	} {
		set(f.field, f.given)
		*f.field = clean(*f.field)
	}
	if p.Networks == nil {
		return
	}
	l.Networks = nil
	for _, n := range *p.Networks {
		if n = pbx.CanonicalNetwork(clean(n)); n != "" && !slices.Contains(l.Networks, n) {
			l.Networks = append(l.Networks, n)
		}
	}
	slices.Sort(l.Networks)
}

// LocationDeletion shows who mentions a location (U7); NotFound.
func (s *Service) LocationDeletion(ctx context.Context, a Actor, id pbx.LocationID) (Deletion, error) {
	var d Deletion
	err := s.view(ctx, a, LocationDelete, func(w *Work) error {
		l, err := w.Location(id)
		if err != nil {
			return err
		}
		m, err := w.removing(nil, l.Ref())
		if err != nil {
			return err
		}
		d, err = m.deletion()
		return err
	})
	return d, err
}

// DeleteLocation deletes a location; Conflict with Detail *Deletion when something mentions it and the resolution does not
// say what becomes of it; NotFound, Stale.
func (s *Service) DeleteLocation(
	ctx context.Context, a Actor, id pbx.LocationID, r *Resolution, wr Write,
) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{LocationDelete, wr}, func(w *Work) error {
		l, err := w.Location(id)
		if err != nil {
			return err
		}
		if err = w.fresh(l.Ref(), l.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		m, err := w.removing(r, l.Ref())
		if err != nil {
			return err
		}
		if err = m.decide(m.deletion); err != nil {
			return err
		}
		w.describe(l.Ref(), "Location deleted: "+l.Name)
		if err = w.dropSettings(pbx.LevelLocation, int64(id)); err != nil {
			return err
		}
		return w.locs.delete(w, id)
	})
}
