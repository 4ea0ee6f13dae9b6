package admin

import (
	"context"

	"ringfence/internal/pbx"
)

// SetAdministrator is the one switch that gives a person the administration, or takes it (S4). NotFound, Forbidden;
// Conflict for owners, who are more than that, and for the last one who may do everything.
func (s *Service) SetAdministrator(
	ctx context.Context, a Actor, id pbx.UserID, on bool, wr Write,
) (UserView, pbx.ChangeSet, error) {
	var v UserView
	cs, err := s.Do(ctx, a, Intent{UserAdministrator, wr}, func(w *Work) error {
		before, err := w.mine(id)
		if err != nil {
			return err
		}
		if err = w.fresh(before.Ref(), before.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		u := before
		switch {
		case u.Role == pbx.RoleOwner:
			return pbx.Errorf(pbx.Conflict, "An owner administers everything; to change that, choose another role.")
		case !u.Kind.MayLogIn():
			return pbx.Errorf(pbx.Conflict, "Only a person can be an administrator.")
		case id == a.User && !on:
			return pbx.Errorf(pbx.Conflict, "You can't take the administration from yourself.")
		case on:
			u.Role = pbx.RoleAdministrator
			w.describe(u.Ref(), "Made an administrator: "+u.Shown())
		case u.Role == pbx.RoleAdministrator:
			u.Role = pbx.RoleUser
			w.describe(u.Ref(), "No administrator any more: "+u.Shown())
		}
		if err = w.mayGive(before, u); err != nil {
			return err
		}
		if err = w.users.put(w, u); err != nil {
			return err
		}
		if u, err = w.User(id); err != nil {
			return err
		}
		v, err = w.userView(u)
		return err
	})
	return v, cs, err
}
