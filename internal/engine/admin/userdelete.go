package admin

import (
	"context"
	"strconv"

	"ringfence/internal/pbx"
)

// holding says of a number or name of a user that goes whether it is kept for thirty days (G7), or free at once because
// the user was never meant to have it.
type holding func(pbx.DialString) bool

func holdNames(pbx.DialString) bool { return true }

// MaxUsersAtOnce is how many users one change set deletes, renumbers or moves.
const MaxUsersAtOnce = 10_000

// UserDeletion shows what deleting a user would do (U7); NotFound.
func (s *Service) UserDeletion(ctx context.Context, a Actor, id pbx.UserID) (Deletion, error) {
	return s.UsersDeletion(ctx, a, []pbx.UserID{id})
}

// UsersDeletion shows what deleting users would do (U7); NotFound.
func (s *Service) UsersDeletion(ctx context.Context, a Actor, ids []pbx.UserID) (Deletion, error) {
	var d Deletion
	err := s.view(ctx, a, UserDelete, func(w *Work) error {
		users, err := w.chosen(ids, w.visible)
		if err != nil {
			return err
		}
		m, err := w.removing(nil, refsOf(users)...)
		if err != nil {
			return err
		}
		d, err = w.usersDeletion(users, m)
		return err
	})
	return d, err
}

func (w *Work) usersDeletion(users []pbx.User, m *removal) (Deletion, error) {
	d, err := w.usersGoing(users)
	if err != nil {
		return d, err
	}
	if len(users) == 1 {
		name := userName(users[0])
		d.User = &name
		if d.Removed[pbx.KindUser]--; d.Removed[pbx.KindUser] == 0 {
			delete(d.Removed, pbx.KindUser)
		}
	}
	return d, m.show(&d)
}

// chosen finds the users with some ids, each once; NotFound when one is missing, Invalid when there are too many.
func (w *Work) chosen(ids []pbx.UserID, find func(pbx.UserID) (pbx.User, error)) ([]pbx.User, error) {
	if len(ids) == 0 || len(ids) > MaxUsersAtOnce {
		return nil, fieldError("ids", "Choose 1 to "+strconv.Itoa(MaxUsersAtOnce)+" accounts.")
	}
	users := make([]pbx.User, 0, len(ids))
	seen := make(map[pbx.UserID]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		u, err := find(id)
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	return users, nil
}

func refsOf(users []pbx.User) []pbx.Ref {
	out := make([]pbx.Ref, len(users))
	for i, u := range users {
		out[i] = u.Ref()
	}
	return out
}

// DeleteUser deletes a user with what belongs to it; its numbers and names stay held for thirty days. NotFound, Stale,
// Forbidden; Conflict for the last owner, and with Detail *Deletion when something refers to the user and the resolution
// does not say what becomes of it (U7).
func (s *Service) DeleteUser(
	ctx context.Context, a Actor, id pbx.UserID, r *Resolution, wr Write,
) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{UserDelete, wr}, func(w *Work) error {
		u, err := w.mine(id)
		if err != nil {
			return err
		}
		if err := w.fresh(u.Ref(), u.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		w.describe(u.Ref(), "Account deleted")
		return w.removeUsers([]pbx.User{u}, r)
	})
}

// DeleteUsers deletes many users in one change set, all or none; as DeleteUser.
func (s *Service) DeleteUsers(
	ctx context.Context, a Actor, ids []pbx.UserID, r *Resolution, wr Write,
) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{UserDelete, wr}, func(w *Work) error {
		users, err := w.chosen(ids, w.mine)
		if err != nil {
			return err
		}
		summary := "Account deleted"
		if len(users) > 1 {
			summary = "Accounts deleted: " + strconv.Itoa(len(users))
		}
		w.describe(users[0].Ref(), summary)
		return w.removeUsers(users, r)
	})
}

// removeUsers deletes users, with what was decided about whatever mentions them.
func (w *Work) removeUsers(users []pbx.User, r *Resolution) error {
	m, err := w.removing(r, refsOf(users)...)
	if err != nil {
		return err
	}
	if err := m.decide(func() (Deletion, error) { return w.usersDeletion(users, m) }); err != nil {
		return err
	}
	for _, u := range users {
		if err := w.removeUser(u, holdNames); err != nil {
			return err
		}
	}
	return nil
}

// removeUser deletes a user with its devices, secrets, settings and tokens.
func (w *Work) removeUser(u pbx.User, keep holding) error {
	if u.ID == w.actor.User && w.actor.Kind != pbx.ActorSystem {
		return pbx.Errorf(pbx.Conflict, "You can't delete yourself.")
	}
	if err := w.outranks(u.Role); err != nil {
		return err
	}
	devices, err := w.devicesOf(u.ID)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if err = w.removeDevice(d); err != nil {
			return err
		}
	}
	secrets, err := w.userSecrets(u.ID)
	if err != nil {
		return err
	}
	for _, x := range secrets {
		if err = w.secrets.delete(w, secretKey{u.ID, x.Name}); err != nil {
			return err
		}
	}
	tokens, err := w.tokensOf(u.ID)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if err := w.tokens.delete(w, t.ID); err != nil {
			return err
		}
	}
	if err := w.leaves.delete(w, u.ID); ignoreMissing(err) != nil {
		return err
	}
	if err := w.forwards.delete(w, u.ID); ignoreMissing(err) != nil {
		return err
	}
	if err := w.dropSettings(pbx.LevelUser, int64(u.ID)); err != nil {
		return err
	}
	if err := w.unassignOutside(u.Ref()); err != nil {
		return err
	}
	if err := w.giveUpNames(u, keep); err != nil {
		return err
	}
	return w.users.delete(w, u.ID)
}

// giveUpNames holds or frees everything the user had in the plan.
func (w *Work) giveUpNames(u pbx.User, keep holding) error {
	dials, err := w.dialStringsOf(u.Ref())
	if err != nil {
		return err
	}
	for _, d := range dials {
		if d.Kind == pbx.DialHeld {
			continue
		}
		if !keep(d) {
			if err := w.dials.delete(w, d.Value); err != nil {
				return err
			}
			continue
		}
		d.Was, d.Kind, d.Until = d.Kind, pbx.DialHeld, w.now.AddDate(0, 0, pbx.TrashDays)
		if err := w.dials.put(w, d); err != nil {
			return err
		}
	}
	return nil
}

// removeDevice deletes a device with its lines, credentials and settings.
func (w *Work) removeDevice(d pbx.Device) error {
	lines, err := w.linesOfDevice(d.ID)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if err := w.creds.delete(w, l.ID); err != nil && pbx.KindOf(err) != pbx.NotFound {
			return err
		}
		if err := w.lines.delete(w, l.ID); err != nil {
			return err
		}
	}
	if err := w.dropSettings(pbx.LevelDevice, int64(d.ID)); err != nil {
		return err
	}
	return w.devices.delete(w, d.ID)
}

// partsOf counts what would go with a user, by kind.
func (w *Work) partsOf(id pbx.UserID) (map[pbx.Kind]int, error) {
	refs, err := w.partRefs(id)
	if err != nil {
		return nil, err
	}
	out := map[pbx.Kind]int{}
	for r := range refs {
		out[r.Kind]++
	}
	return out, nil
}

// partRefs names the devices, lines, tokens and the leave that would go with a user.
func (w *Work) partRefs(id pbx.UserID) (map[pbx.Ref]bool, error) {
	out := map[pbx.Ref]bool{}
	devices, err := w.devicesOf(id)
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		out[d.Ref()] = true
		var lines []pbx.Line
		if lines, err = w.linesOfDevice(d.ID); err != nil {
			return nil, err
		}
		for _, l := range lines {
			out[l.Ref()] = true
		}
	}
	tokens, err := w.tokensOf(id)
	if err != nil {
		return nil, err
	}
	for _, t := range tokens {
		out[t.Ref()] = true
	}
	l, err := w.leaves.get(w, id)
	if err == nil {
		out[l.Ref()] = true
	}
	if ignoreMissing(err) != nil {
		return nil, err
	}
	f, err := w.forwards.get(w, id)
	if err == nil {
		out[f.Ref()] = true
	}
	return out, ignoreMissing(err)
}
