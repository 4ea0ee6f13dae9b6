package admin

import (
	"context"
	"strconv"

	"ringfence/internal/pbx"
)

func checkProfile(w *Work, p pbx.ProvisioningProfile) error {
	if err := p.Validate(); err != nil {
		return err
	}
	other, err := w.profileByName(p.NameKey())
	switch {
	case err == nil && other.ID != p.ID:
		return fieldError("name", "There is already a profile "+strconv.Quote(other.Name)+".")
	case err != nil && pbx.KindOf(err) != pbx.NotFound:
		return err
	}
	return nil
}

// Profile returns a provisioning profile; NotFound.
func (w *Work) Profile(id pbx.ProfileID) (pbx.ProvisioningProfile, error) {
	return w.profiles.get(w, id)
}

func (w *Work) profilesAll() ([]pbx.ProvisioningProfile, error) {
	base, err := w.tx.Profiles(w.org)
	if err != nil {
		return nil, err
	}
	return w.profiles.overlay(w, base, func(pbx.ProvisioningProfile) bool { return true }), nil
}

// profileByName finds a profile by its folded name; NotFound.
func (w *Work) profileByName(key string) (pbx.ProvisioningProfile, error) {
	all, err := w.profilesAll()
	if err != nil {
		return pbx.ProvisioningProfile{}, err
	}
	for _, p := range all {
		if p.NameKey() == key {
			return p, nil
		}
	}
	return pbx.ProvisioningProfile{}, pbx.Errorf(pbx.NotFound, "There is no such provisioning profile.")
}

// defaultProfile is the profile that always exists.
func (w *Work) defaultProfile() (pbx.ProvisioningProfile, error) {
	return w.profileByName(pbx.DefaultProfile)
}

// hasProfile complains about a field that names a profile that is not there; 0 is none.
func (w *Work) hasProfile(id pbx.ProfileID) error {
	if id == 0 {
		return nil
	}
	if _, err := w.Profile(id); err != nil {
		return fieldError("provisioningProfileId", "There is no such provisioning profile.")
	}
	return nil
}

// ListProfiles lists the provisioning profiles with how many use each, by id.
func (s *Service) ListProfiles(ctx context.Context, a Actor) ([]ProfileRow, error) {
	var out []ProfileRow
	err := s.view(ctx, a, ProfileList, func(w *Work) error {
		all, err := w.profilesAll()
		if err != nil {
			return err
		}
		for _, p := range all {
			row, err := w.profileRow(p)
			if err != nil {
				return err
			}
			out = append(out, row)
		}
		return nil
	})
	return out, err
}

// Profile returns one provisioning profile; NotFound.
func (s *Service) Profile(ctx context.Context, a Actor, id pbx.ProfileID) (ProfileRow, error) {
	var v ProfileRow
	err := s.view(ctx, a, ProfileList, func(w *Work) error {
		p, err := w.Profile(id)
		if err != nil {
			return err
		}
		v, err = w.profileRow(p)
		return err
	})
	return v, err
}

func (w *Work) profileRow(p pbx.ProvisioningProfile) (ProfileRow, error) {
	v := ProfileRow{ProvisioningProfile: p}
	if _, ok := w.actor.scoped(); ok {
		v.Text = "" // he knows the names, to show which his group has
		return v, nil
	}
	refs, err := w.stillMentioning(p.Ref())
	for _, r := range refs {
		switch r.From.Kind { //nolint:exhaustive // no others have one
		case pbx.KindGroup:
			v.Groups++
		case pbx.KindUser:
			v.Users++
		case pbx.KindDevice:
			v.Devices++
		}
	}
	return v, err
}

// CreateProfile makes a provisioning profile; Invalid, also for a name that exists.
func (s *Service) CreateProfile(
	ctx context.Context, a Actor, p ProfilePatch, wr Write,
) (ProfileRow, pbx.ChangeSet, error) {
	return s.writeProfile(ctx, a, Intent{ProfileCreate, wr}, 0, p)
}

// UpdateProfile changes a provisioning profile; NotFound, Invalid, Stale.
func (s *Service) UpdateProfile(
	ctx context.Context, a Actor, id pbx.ProfileID, p ProfilePatch, wr Write,
) (ProfileRow, pbx.ChangeSet, error) {
	return s.writeProfile(ctx, a, Intent{ProfileUpdate, wr}, id, p)
}

func (s *Service) writeProfile(
	ctx context.Context, a Actor, in Intent, id pbx.ProfileID, patch ProfilePatch,
) (ProfileRow, pbx.ChangeSet, error) {
	var v ProfileRow
	cs, err := s.Do(ctx, a, in, func(w *Work) error {
		p, what := pbx.ProvisioningProfile{Organization: w.org}, "Provisioning profile changed: "
		if id == 0 {
			n, err := w.ids(pbx.KindProfile, 1)
			if err != nil {
				return err
			}
			p.ID, what = pbx.ProfileID(n), "Provisioning profile created: "
		} else {
			var err error
			if p, err = w.Profile(id); err != nil {
				return err
			}
			if err = w.fresh(p.Ref(), p.Version, in.IfMatch, patch); err != nil {
				return err
			}
			if p.IsDefault() && patch.Name != nil && pbx.Fold(clean(*patch.Name)) != pbx.DefaultProfile {
				return fieldError("name", "This profile always exists under its name.")
			}
		}
		set(&p.Name, patch.Name)
		set(&p.Text, patch.Text)
		p.Name = clean(p.Name)
		w.describe(p.Ref(), what+p.Name)
		if err := w.profiles.put(w, p); err != nil {
			return err
		}
		var err error
		if p, err = w.Profile(p.ID); err != nil {
			return err
		}
		v, err = w.profileRow(p)
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.Profile(ctx, a, pbx.ProfileID(cs.Subject.ID))
	}
	return v, cs, err
}

// ProfileDeletion shows who has a profile (U7); NotFound.
func (s *Service) ProfileDeletion(ctx context.Context, a Actor, id pbx.ProfileID) (Deletion, error) {
	var d Deletion
	err := s.view(ctx, a, ProfileDelete, func(w *Work) error {
		p, err := w.Profile(id)
		if err != nil {
			return err
		}
		m, err := w.removing(nil, p.Ref())
		if err != nil {
			return err
		}
		d, err = m.deletion()
		return err
	})
	return d, err
}

// DeleteProfile deletes a provisioning profile; Conflict with Detail *Deletion while somebody has it and the resolution
// does not say which one takes its place, and for the one that always exists; NotFound, Stale.
func (s *Service) DeleteProfile(
	ctx context.Context, a Actor, id pbx.ProfileID, r *Resolution, wr Write,
) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{ProfileDelete, wr}, func(w *Work) error {
		p, err := w.Profile(id)
		if err != nil {
			return err
		}
		if err = w.fresh(p.Ref(), p.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		if p.IsDefault() {
			return pbx.Errorf(pbx.Conflict, "The profile default always exists.")
		}
		m, err := w.removing(r, p.Ref())
		if err != nil {
			return err
		}
		if err = m.decide(m.deletion); err != nil {
			return err
		}
		w.describe(p.Ref(), "Provisioning profile deleted: "+p.Name)
		if err = w.dropSettings(pbx.LevelProfile, int64(id)); err != nil {
			return err
		}
		return w.profiles.delete(w, id)
	})
}
