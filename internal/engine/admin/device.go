package admin

import (
	"cmp"
	"context"
	"slices"

	"ringfence/internal/pbx"
)

func checkDevice(w *Work, d pbx.Device) error {
	if err := d.Validate(); err != nil {
		return err
	}
	if err := w.hasLocation("emergencyLocationId", d.EmergencyLocation); err != nil {
		return err
	}
	if err := w.hasProfile(d.Profile); err != nil || d.User == 0 {
		return err
	}
	u, err := w.User(d.User)
	if err != nil {
		return fieldError("userId", "There is no such user.")
	}
	if !u.Kind.MayRegister() {
		return fieldError("userId", "Such a user has no devices.")
	}
	return nil
}

// ListDevices lists devices with their lines.
func (s *Service) ListDevices(ctx context.Context, a Actor, q DeviceQuery) (Page[DeviceView], error) {
	var out Page[DeviceView]
	if err := q.normalize(q.Sorts()); err != nil {
		return out, err
	}
	if own, ok := a.scoped(); ok {
		q.Home = own
	}
	err := s.view(ctx, a, DeviceList, func(w *Work) error {
		p, err := w.tx.ListDevices(w.org, q)
		if err != nil {
			return err
		}
		out = Page[DeviceView]{Items: []DeviceView{}, Next: p.Next, Total: p.Total, TotalMore: p.TotalMore}
		for _, d := range p.Items {
			v, err := w.deviceView(d)
			if err != nil {
				return err
			}
			out.Items = append(out.Items, v)
		}
		return nil
	})
	return out, err
}

// Device returns one device; NotFound.
func (s *Service) Device(ctx context.Context, a Actor, id pbx.DeviceID) (DeviceView, error) {
	var v DeviceView
	err := s.view(ctx, a, DeviceRead, func(w *Work) error {
		d, err := w.visibleDevice(id)
		if err != nil {
			return err
		}
		v, err = w.deviceView(d)
		return err
	})
	return v, err
}

// DeviceToLetIn is the device whose slowed registrations the actor lifts (F4); NotFound, Forbidden.
func (s *Service) DeviceToLetIn(ctx context.Context, a Actor, id pbx.DeviceID) (DeviceView, error) {
	var v DeviceView
	err := s.view(ctx, a, DeviceLetIn, func(w *Work) error {
		d, err := w.visibleDevice(id)
		if err == nil && d.User != 0 {
			_, err = w.mine(d.User)
		}
		if err == nil {
			v, err = w.deviceView(d)
		}
		return err
	})
	return v, err
}

// visibleDevice is the device if the actor may know of it.
func (w *Work) visibleDevice(id pbx.DeviceID) (pbx.Device, error) {
	d, err := w.Device(id)
	if err != nil {
		return d, err
	}
	if _, ok := w.actor.scoped(); !ok {
		return d, nil
	}
	if d.User == 0 {
		return pbx.Device{}, noSuch(pbx.KindDevice)
	}
	if _, err := w.visible(d.User); err != nil {
		return pbx.Device{}, noSuch(pbx.KindDevice)
	}
	return d, nil
}

func (w *Work) deviceView(d pbx.Device) (DeviceView, error) {
	v := DeviceView{Device: d}
	var u pbx.User
	var err error
	if v.Lines, err = w.linesOfDevice(d.ID); err != nil {
		return v, err
	}
	slices.SortFunc(v.Lines, func(a, b pbx.Line) int { return cmp.Compare(a.Position, b.Position) })
	if d.User != 0 {
		if u, err = w.User(d.User); err != nil {
			return v, err
		}
		v.UserName = u.Shown()
	}
	if v.Emergency, err = w.emergencyView(pbx.EmergencyPlaceOf(d, u)); err != nil {
		return v, err
	}
	p, err := w.Profile(d.Profile)
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return v, err
	}
	v.ProfileName = p.Name
	path, err := w.layering().device(d)
	if err != nil {
		return v, err
	}
	if own, ok := ownOf(path, pbx.LevelDevice, int64(d.ID), pbx.SettingSecurity); ok {
		v.Security = pbx.Security(own.Value)
	}
	v.EffectiveSecurity = securityOf(path)
	return v, nil
}

// UpdateDevice changes a device; NotFound, Invalid, Stale, Forbidden.
func (s *Service) UpdateDevice(
	ctx context.Context, a Actor, id pbx.DeviceID, p DevicePatch, wr Write,
) (DeviceView, pbx.ChangeSet, error) {
	var v DeviceView
	cs, err := s.Do(ctx, a, Intent{DeviceUpdate, wr}, func(w *Work) error {
		d, err := w.visibleDevice(id)
		if err != nil {
			return err
		}
		if d.User != 0 {
			if _, err = w.mine(d.User); err != nil {
				return err
			}
		}
		if err = w.fresh(d.Ref(), d.Version, wr.IfMatch, p); err != nil {
			return err
		}
		set(&d.Name, p.Name)
		set(&d.Enabled, p.Enabled)
		set(&d.Profile, p.Profile)
		set(&d.EmergencyLocation, p.EmergencyLocation)
		set(&d.EmergencyAddress, p.EmergencyAddress)
		cleanAll(&d.Name, &d.EmergencyAddress)
		w.describe(d.Ref(), "Device changed: "+d.Name)
		if err = w.devices.put(w, d); err != nil {
			return err
		}
		if p.Security != nil {
			err = w.setSecurity(pbx.LevelDevice, int64(id), *p.Security, func(from, to any) error {
				return w.devices.touch(w, id, "security", from, to)
			})
			if err != nil {
				return err
			}
		}
		if d, err = w.Device(id); err != nil {
			return err
		}
		v, err = w.deviceView(d)
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.Device(ctx, a, id)
	}
	return v, cs, err
}
