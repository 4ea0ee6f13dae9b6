package admin

import (
	"context"

	"ringfence/internal/pbx"
)

// ForwardTo says who gets calls: a user by id, else whoever has a number, alias or username; neither is nobody.
type ForwardTo struct {
	ID     pbx.UserID
	Number string
}

// ForwardingPatch changes where calls to a user go on; nil fields stay.
type ForwardingPatch struct {
	DoNotDisturb *bool                         `json:"doNotDisturb,omitempty"`
	Paused       *bool                         `json:"paused,omitempty"`
	To           map[pbx.ForwardWhen]ForwardTo `json:"-"`
}

// ForwardingView is a forwarding with its people named. Hidden are the cases in which somebody gets the calls of whom the
// actor may not know.
type ForwardingView struct {
	pbx.Forwarding
	To         map[pbx.ForwardWhen]UserName
	Hidden     []pbx.ForwardWhen
	RingGroups []RingGroupName // of which he is a member
	Voicemail  bool            // his mailbox takes what nobody else does
}

func checkForwarding(w *Work, f pbx.Forwarding) error {
	if err := f.Validate(); err != nil {
		return err
	}
	if err := w.mustHave(pbx.User{ID: f.User}.Ref()); err != nil {
		return err
	}
	for _, when := range pbx.ForwardCases() {
		id := *f.Named(when)
		if id == 0 {
			continue
		}
		if u, err := w.User(id); err != nil || u.Kind == pbx.Operator {
			return fieldError(string(when), "There is no such account with a number.")
		}
	}
	return nil
}

// Forwarding returns where calls to a user go on, also when nothing is set; NotFound for no such user.
func (s *Service) Forwarding(ctx context.Context, a Actor, id pbx.UserID) (ForwardingView, error) {
	return s.forwarding(ctx, a, UserRead, id)
}

// MyForwarding returns where calls to the actor go on; NotFound for the server itself.
func (s *Service) MyForwarding(ctx context.Context, a Actor) (ForwardingView, error) {
	return s.forwarding(ctx, a, Self, a.User)
}

func (s *Service) forwarding(ctx context.Context, a Actor, uc UseCase, id pbx.UserID) (ForwardingView, error) {
	var v ForwardingView
	err := s.view(ctx, a, uc, func(w *Work) error {
		u, err := w.whose(id)
		if err != nil {
			return err
		}
		v, err = w.forwardingView(u)
		return err
	})
	return v, err
}

// whose is a user that the actor sees, or he himself.
func (w *Work) whose(id pbx.UserID) (pbx.User, error) {
	if id == w.actor.User {
		return w.User(id)
	}
	return w.visible(id)
}

func (w *Work) forwardingView(u pbx.User) (ForwardingView, error) {
	f, err := w.forwards.get(w, u.ID)
	if ignoreMissing(err) != nil {
		return ForwardingView{}, err
	}
	if err != nil {
		f = pbx.Forwarding{User: u.ID, Organization: w.org}
	}
	v := ForwardingView{Forwarding: f, To: map[pbx.ForwardWhen]UserName{}}
	if !w.actor.Scoped() || u.ID == w.actor.User {
		if v.RingGroups, err = w.ringGroupsOf(u.ID); err != nil {
			return v, err
		}
	}
	mailbox, err := w.effectiveOf([]pbx.User{u}, pbx.PermissionVoicemail)
	if err != nil {
		return v, err
	}
	v.Voicemail = u.Kind != pbx.Operator && mailbox[0].Value == "true"
	for _, when := range pbx.ForwardCases() {
		id := *f.Named(when)
		if id == 0 {
			continue
		}
		to, err := w.visible(id)
		if err != nil && u.ID == w.actor.User {
			to, err = w.User(id) // his own choice
		}
		if ignoreMissing(err) != nil {
			return v, err
		}
		if err != nil {
			v.Hidden = append(v.Hidden, when)
			continue
		}
		v.To[when] = userName(to)
	}
	return v, nil
}

// SetForwarding changes where calls to a user go on (C2). NotFound, Invalid, Stale, Forbidden.
func (s *Service) SetForwarding(
	ctx context.Context, a Actor, id pbx.UserID, p ForwardingPatch, wr Write,
) (ForwardingView, pbx.ChangeSet, error) {
	return s.setForwarding(ctx, a, Intent{UserForward, wr}, id, p)
}

// SetMyForwarding changes where calls to the actor go on (P1); he may choose anybody of the organization.
func (s *Service) SetMyForwarding(
	ctx context.Context, a Actor, p ForwardingPatch, wr Write,
) (ForwardingView, pbx.ChangeSet, error) {
	return s.setForwarding(ctx, a, Intent{MeForward, wr}, a.User, p)
}

func (s *Service) setForwarding(
	ctx context.Context, a Actor, in Intent, id pbx.UserID, p ForwardingPatch,
) (ForwardingView, pbx.ChangeSet, error) {
	var v ForwardingView
	cs, err := s.Do(ctx, a, in, func(w *Work) error {
		whose := w.mine
		if id == a.User {
			whose = w.User
		}
		u, err := whose(id)
		if err != nil {
			return err
		}
		f, err := w.forwards.get(w, id)
		if ignoreMissing(err) != nil {
			return err
		}
		was := err == nil
		if !was {
			f = pbx.Forwarding{User: id, Organization: w.org}
		}
		if err = w.fresh(f.Ref(), f.Version, in.IfMatch, p); err != nil {
			return err
		}
		if err = w.forward(u, &f, p); err != nil {
			return err
		}
		w.describe(u.Ref(), "Forwarding changed")
		if was || !f.Idle() { // once there it stays, so that its version tells one from another
			if err = w.forwards.put(w, f); err != nil {
				return err
			}
		}
		v, err = w.forwardingView(u)
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.MyForwarding(ctx, a)
		if in.UseCase == UserForward {
			v, err = s.Forwarding(ctx, a, id)
		}
	}
	return v, cs, err
}

// forward applies a patch.
func (w *Work) forward(u pbx.User, f *pbx.Forwarding, p ForwardingPatch) error {
	set(&f.DoNotDisturb, p.DoNotDisturb)
	set(&f.Paused, p.Paused)
	for when, to := range p.To {
		id := to.ID
		if id != *f.Named(when) || id == 0 { // what he read he may send back, whether he sees who it is or not
			var err error
			if id, err = w.forwardTo(u, to); err != nil {
				return fieldError(string(when), "There is no such account with a number.")
			}
		}
		*f.Named(when) = id
	}
	if f.Always == 0 {
		f.Paused = false
	}
	return f.Validate()
}

// forwardTo finds who is meant. Anybody may send his own calls to whatever number he could dial.
func (w *Work) forwardTo(u pbx.User, to ForwardTo) (pbx.UserID, error) {
	if to.ID != 0 {
		_, err := w.visible(to.ID)
		return to.ID, err
	}
	if to.Number == "" {
		return 0, nil
	}
	d, ok, err := w.occupant(pbx.Fold(to.Number), 0)
	if err != nil {
		return 0, err
	}
	id := pbx.UserID(d.Owner.ID)
	if !ok || !d.Reaches() || d.Owner.Kind != pbx.KindUser {
		return 0, noSuch(pbx.KindUser)
	}
	if u.ID != w.actor.User {
		_, err = w.visible(id)
	}
	return id, err
}

// ForwardByPhone changes the forwarding of whoever dials a feature code on his phone. NotFound, Invalid, Forbidden.
func (s *Service) ForwardByPhone(ctx context.Context, org pbx.OrganizationID, id pbx.UserID, p ForwardingPatch) error {
	a, err := s.byPhone(ctx, org, id)
	if err != nil {
		return err
	}
	_, _, err = s.SetMyForwarding(ctx, a, p, Write{})
	return err
}

// byPhone is a user who does something on his phone, or in his mailbox from any.
func (s *Service) byPhone(ctx context.Context, org pbx.OrganizationID, id pbx.UserID) (a Actor, err error) {
	err = s.view(ctx, System(org, "phone"), UserRead, func(w *Work) error {
		u, missing := w.User(id)
		a = ActorFor(u, "phone")
		return missing
	})
	return a, err
}
