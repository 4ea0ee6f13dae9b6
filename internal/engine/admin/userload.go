package admin

import (
	"context"
	"errors"
	"strconv"

	"ringfence/internal/pbx"
)

// MostLoaded is how many users one load makes: its work and its change set are held in memory.
const MostLoaded = 1000

// LoadUsers makes many users in one change set, all or none. It hashes nothing: portal passwords and PINs stay unset until
// somebody resets them, and SIP passwords are made and shown to nobody. Invalid names the field as users[3].number.
func (s *Service) LoadUsers(ctx context.Context, a Actor, users []UserPatch, wr Write) (pbx.ChangeSet, error) {
	if len(users) > MostLoaded {
		return pbx.ChangeSet{}, pbx.Errorf(pbx.Invalid, "At most "+strconv.Itoa(MostLoaded)+" users are loaded at once.")
	}
	return s.Do(ctx, a, Intent{UserLoad, wr}, func(w *Work) error {
		if err := w.room(len(users)); err != nil {
			return err
		}
		for i, p := range users {
			u, err := s.loadUser(w, p)
			if err != nil {
				return ofRow(err, i)
			}
			w.describe(u.Ref(), strconv.Itoa(len(users))+" accounts created, the last of them "+u.Shown())
		}
		return nil
	})
}

func (s *Service) loadUser(w *Work, p UserPatch) (pbx.User, error) {
	if !p.PortalPassword.IsZero() || !p.VoicemailPIN.IsZero() {
		return pbx.User{}, fieldError("secrets", "A load sets no portal passwords and PINs.")
	}
	u, err := w.newUser(p)
	if err != nil {
		return u, err
	}
	if err = w.putUser(nil, u, 0); err != nil {
		return u, err
	}
	if err = w.setParts(u, p); err != nil || !u.Kind.MayRegister() {
		return u, err
	}
	_, err = s.addByHand(w, u, p.SIPPassword)
	return u, err
}

// ofRow says of which user of a load an error speaks.
func ofRow(err error, i int) error {
	e, ok := errors.AsType[*pbx.Error](err)
	if !ok {
		return err
	}
	at := *e
	at.Fields = nil
	for _, f := range e.Fields {
		at.Fields = append(at.Fields, pbx.FieldError{Field: "users[" + strconv.Itoa(i) + "]." + f.Field, Message: f.Message})
	}
	return &at
}
