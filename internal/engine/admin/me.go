package admin

import (
	"cmp"
	"context"
	"slices"

	"ringfence/internal/pbx"
)

// MePatch is what everybody may change about himself (P1); nil fields stay. An empty language or time zone is inherited.
type MePatch struct {
	FirstName   *string `json:"firstName,omitempty"`
	LastName    *string `json:"lastName,omitempty"`
	DisplayName *string `json:"displayName,omitempty"`
	Language    *string `json:"language,omitempty"`
	TimeZone    *string `json:"timeZone,omitempty"`

	EmergencyLocation *pbx.LocationID `json:"emergencyLocationId,omitempty"`
	EmergencyAddress  *string         `json:"emergencyAddress,omitempty"`
}

// Office is a location as everybody may know it, to choose it for emergencies (L2).
type Office struct {
	ID            pbx.LocationID
	Name, Address string
}

// Offices lists the locations that everybody may choose for emergencies, by name.
func (s *Service) Offices(ctx context.Context, a Actor) ([]Office, error) {
	out := []Office{}
	err := s.view(ctx, a, Self, func(w *Work) error {
		all, err := w.locationsAll()
		for _, l := range all {
			out = append(out, Office{ID: l.ID, Name: l.Name, Address: l.EmergencyLine()})
		}
		slices.SortFunc(out, func(a, b Office) int { return cmp.Compare(SortKey(a.Name), SortKey(b.Name)) })
		return err
	})
	return out, err
}

// Me returns the user the actor is; NotFound for the server itself.
func (s *Service) Me(ctx context.Context, a Actor) (UserView, error) {
	var v UserView
	err := s.view(ctx, a, Self, func(w *Work) error {
		u, err := w.User(a.User)
		if err != nil {
			return err
		}
		v, err = w.userView(u)
		return err
	})
	return v, err
}

// UpdateMe changes the user the actor is, as far as everybody may; NotFound for the server itself, Invalid, Stale.
func (s *Service) UpdateMe(ctx context.Context, a Actor, p MePatch, wr Write) (UserView, pbx.ChangeSet, error) {
	var v UserView
	cs, err := s.Do(ctx, a, Intent{MeUpdate, wr}, func(w *Work) error {
		before, err := w.User(a.User)
		if err != nil {
			return err
		}
		if err = w.fresh(before.Ref(), before.Version, wr.IfMatch, p); err != nil {
			return err
		}
		u := before
		set(&u.FirstName, p.FirstName)
		set(&u.LastName, p.LastName)
		set(&u.DisplayName, p.DisplayName)
		set(&u.Language, p.Language)
		set(&u.TimeZone, p.TimeZone)
		set(&u.EmergencyLocation, p.EmergencyLocation)
		set(&u.EmergencyAddress, p.EmergencyAddress)
		cleanAll(&u.FirstName, &u.LastName, &u.DisplayName, &u.Language, &u.TimeZone, &u.EmergencyAddress)
		w.describe(u.Ref(), "Own account changed")
		if err = u.Validate(); err != nil {
			return err
		}
		if err = w.regionUnlocked(before, u); err != nil {
			return err
		}
		if err = w.putUser(&before, u, 0); err != nil {
			return err
		}
		if u, err = w.User(u.ID); err != nil {
			return err
		}
		v, err = w.userView(u)
		return err
	})
	return v, cs, err
}
