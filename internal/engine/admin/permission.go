package admin

import (
	"cmp"
	"context"
	"slices"

	"ringfence/internal/pbx"
)

// maxPermissions is how many custom permissions an organization may have.
const maxPermissions = 100

func checkPermission(w *Work, p pbx.CustomPermission) error {
	if err := p.Validate(); err != nil {
		return err
	}
	all, err := w.permissionsAll()
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.ID != p.ID && o.Key == p.Key {
			return fieldError("key", "There is already a permission with this key.")
		}
	}
	if len(all) > maxPermissions {
		return fieldError("key", "There are at most 100 permissions of your own.")
	}
	return nil
}

// permissionsAll gives the custom permissions, by id.
func (w *Work) permissionsAll() ([]pbx.CustomPermission, error) {
	base, err := w.tx.CustomPermissions(w.org)
	if err != nil {
		return nil, err
	}
	out := w.perms.overlay(w, base, func(pbx.CustomPermission) bool { return true })
	slices.SortFunc(out, func(a, b pbx.CustomPermission) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// permissionByKey finds a custom permission; NotFound.
func (w *Work) permissionByKey(key string) (pbx.CustomPermission, error) {
	all, err := w.permissionsAll()
	if err != nil {
		return pbx.CustomPermission{}, err
	}
	i := slices.IndexFunc(all, func(p pbx.CustomPermission) bool { return p.Key == key })
	if i < 0 {
		return pbx.CustomPermission{}, pbx.Errorf(pbx.NotFound, "There is no such permission.")
	}
	return all[i], nil
}

// ListPermissions lists the permissions that users can have, those of the catalogue first (S3).
func (s *Service) ListPermissions(ctx context.Context, a Actor) ([]PermissionView, error) {
	var out []PermissionView
	err := s.view(ctx, a, SettingList, func(w *Work) error {
		for _, spec := range pbx.Catalogue() {
			if spec.Key.IsPermission() {
				out = append(out, PermissionView{Spec: spec})
			}
		}
		custom, err := w.permissionsAll()
		for _, p := range custom {
			out = append(out, PermissionView{Spec: p.Spec(), Custom: &p})
		}
		return err
	})
	return out, err
}

// Permission returns one custom permission; NotFound.
func (s *Service) Permission(ctx context.Context, a Actor, id pbx.PermissionID) (pbx.CustomPermission, error) {
	var p pbx.CustomPermission
	err := s.view(ctx, a, SettingList, func(w *Work) (err error) {
		p, err = w.perms.get(w, id)
		return err
	})
	return p, err
}

// CreatePermission makes a custom permission; Invalid, also for a key that exists.
func (s *Service) CreatePermission(
	ctx context.Context, a Actor, p PermissionPatch, wr Write,
) (pbx.CustomPermission, pbx.ChangeSet, error) {
	return s.writePermission(ctx, a, Intent{PermissionCreate, wr}, 0, p)
}

// UpdatePermission changes a custom permission, but for its key; NotFound, Invalid, Stale.
func (s *Service) UpdatePermission(
	ctx context.Context, a Actor, id pbx.PermissionID, p PermissionPatch, wr Write,
) (pbx.CustomPermission, pbx.ChangeSet, error) {
	return s.writePermission(ctx, a, Intent{PermissionUpdate, wr}, id, p)
}

func (s *Service) writePermission(
	ctx context.Context, a Actor, in Intent, id pbx.PermissionID, patch PermissionPatch,
) (pbx.CustomPermission, pbx.ChangeSet, error) {
	var p pbx.CustomPermission
	cs, err := s.Do(ctx, a, in, func(w *Work) error {
		p = pbx.CustomPermission{Organization: w.org}
		what := "Permission changed: "
		if id == 0 {
			n, err := w.ids(pbx.KindPermission, 1)
			if err != nil {
				return err
			}
			p.ID, what = pbx.PermissionID(n), "Permission created: "
			set(&p.Key, patch.Key)
		} else {
			var err error
			if p, err = w.perms.get(w, id); err != nil {
				return err
			}
			if err = w.fresh(p.Ref(), p.Version, in.IfMatch, patch); err != nil {
				return err
			}
			if patch.Key != nil && *patch.Key != p.Key {
				return fieldError("key", "The key stays: what is granted is kept under it.")
			}
		}
		set(&p.Label, patch.Label)
		set(&p.Help, patch.Help)
		set(&p.Default, patch.Default)
		cleanAll(&p.Label, &p.Help)
		w.describe(p.Ref(), what+p.Label)
		if err := w.perms.put(w, p); err != nil {
			return err
		}
		var err error
		p, err = w.perms.get(w, p.ID)
		return err
	})
	if err == nil && cs.Replayed {
		p, err = s.Permission(ctx, a, pbx.PermissionID(cs.Subject.ID))
	}
	return p, cs, err
}

// DeletePermission deletes a custom permission and where it is granted or refused; NotFound, Stale.
func (s *Service) DeletePermission(
	ctx context.Context, a Actor, id pbx.PermissionID, wr Write,
) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{PermissionDelete, wr}, func(w *Work) error {
		p, err := w.perms.get(w, id)
		if err != nil {
			return err
		}
		if err = w.fresh(p.Ref(), p.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		w.describe(p.Ref(), "Permission deleted: "+p.Label)
		if err = w.dropKey(p.Setting()); err != nil {
			return err
		}
		return w.perms.delete(w, id)
	})
}
