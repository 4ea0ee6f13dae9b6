package admin

import (
	"context"

	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// errNoMail says that what was asked for needs mail; the access card does it without.
func errNoMail() error {
	return pbx.Errorf(pbx.Conflict, "Mail is not set up: hand the access card over instead, or set up mail under Settings.")
}

// Invitee is the user if the actor may send him an invitation (U9): NotFound, Forbidden, Invalid, Conflict when mail is
// not set up.
func (s *Service) Invitee(ctx context.Context, a Actor, id pbx.UserID) (pbx.User, error) {
	var u pbx.User
	err := s.view(ctx, a, UserInvite, func(w *Work) (err error) {
		if u, err = w.mine(id); err != nil {
			return err
		}
		return w.invitable(u)
	})
	return u, err
}

func (w *Work) invitable(u pbx.User) error {
	switch {
	case !u.Kind.MayLogIn():
		return fieldError("invite", "Such a user does not sign in.")
	case !u.Enabled:
		return fieldError("invite", "This user is disabled.")
	case u.Email == "":
		return fieldError("invite", "An invitation needs an e-mail address.")
	}
	ok, err := w.mailSetUp()
	if err == nil && !ok {
		return errNoMail()
	}
	return err
}

// Unconfirmed is the user if he has a changed e-mail address that is not confirmed yet, and the actor may change him.
func (s *Service) Unconfirmed(ctx context.Context, a Actor, id pbx.UserID) (pbx.User, error) {
	var u pbx.User
	err := s.view(ctx, a, UserInvite, func(w *Work) (err error) {
		if u, err = w.mine(id); err != nil {
			return err
		}
		if u.EmailPending == "" {
			return pbx.Errorf(pbx.Conflict, "There is no address that waits to be confirmed.")
		}
		ok, err := w.mailSetUp()
		if err == nil && !ok {
			return errNoMail()
		}
		return err
	})
	return u, err
}

// pendEmail holds a changed e-mail address back until its link is opened, whoever changed it (U11). It counts at once when an
// administrator says that he confirmed it, and without mail. Confirming the address that is in use ends the waiting.
func (w *Work) pendEmail(before pbx.User, u *pbx.User, confirmed bool) error {
	if u.Email == before.Email {
		if confirmed {
			u.EmailPending = ""
		}
		return nil
	}
	u.EmailPending = ""
	if u.Email == "" || confirmed {
		return nil
	}
	ok, err := w.mailSetUp()
	if err != nil || !ok {
		return err
	}
	u.Email, u.EmailPending = before.Email, u.Email
	return nil
}

// changedInWords is how the log of changes calls the change of a user.
func (w *Work) changedInWords(before, after pbx.User, confirmed bool) string {
	if confirmed && after.Email != "" && (after.Email != before.Email || before.EmailPending != "") {
		return "Account changed; the e-mail address was confirmed by " + w.actor.Name
	}
	return "Account changed"
}

// ConfirmEmail makes a changed e-mail address the one in use; the actor is the user. Conflict when another was entered
// meanwhile.
func (s *Service) ConfirmEmail(ctx context.Context, a Actor, address string) (pbx.User, pbx.ChangeSet, error) {
	var u pbx.User
	cs, err := s.Do(ctx, a, Intent{UseCase: EmailConfirm}, func(w *Work) (err error) {
		if u, err = w.User(a.User); err != nil {
			return err
		}
		if u.EmailPending == "" || u.EmailPending != address {
			return pbx.Errorf(pbx.Conflict, "This address is no longer the one to be confirmed.")
		}
		u.Email, u.EmailPending = address, ""
		w.describe(u.Ref(), "E-mail address confirmed")
		return w.putUser(&u, u, 0)
	})
	return u, cs, err
}

// PasswordAllowed is Invalid when the actor can't have the password.
func (s *Service) PasswordAllowed(ctx context.Context, a Actor, password pbx.Secret) error {
	return s.view(ctx, a, Self, func(w *Work) error {
		u, err := w.User(a.User)
		if err != nil {
			return err
		}
		return passwordFits(u, password)
	})
}

func passwordFits(u pbx.User, password pbx.Secret) error {
	if m := pbx.PasswordProblem(password.Reveal(), ownTexts(u)...); m != "" {
		return fieldError("password", m)
	}
	return nil
}

// ChoosePIN gives the actor the voicemail PIN that he chose; Invalid.
func (s *Service) ChoosePIN(ctx context.Context, a Actor, pin pbx.Secret) (pbx.ChangeSet, error) {
	if m := pbx.PINProblem(pin.Reveal()); m != "" {
		return pbx.ChangeSet{}, fieldError("voicemailPin", m)
	}
	return s.Do(ctx, a, Intent{UseCase: PINChoose}, func(w *Work) error {
		u, err := w.User(a.User)
		if err != nil {
			return err
		}
		if u.Kind == pbx.Space || u.Kind == pbx.Operator {
			return fieldError("voicemailPin", "Such a user has no voicemail.")
		}
		w.describe(u.Ref(), "Own voicemail PIN changed")
		return s.givenSecrets(w, u, UserPatch{VoicemailPIN: pin}, nil, &UserSecrets{})
	})
}

// ChoosePINByPhone gives whoever is in his mailbox the PIN that he chose there. NotFound, Invalid.
func (s *Service) ChoosePINByPhone(ctx context.Context, org pbx.OrganizationID, id pbx.UserID, pin pbx.Secret) error {
	a, err := s.byPhone(ctx, org, id)
	if err != nil {
		return err
	}
	_, err = s.ChoosePIN(ctx, a, pin)
	return err
}

// ChoosePassword gives the actor the portal password that he chose; Invalid.
func (s *Service) ChoosePassword(
	ctx context.Context, a Actor, password pbx.Secret, summary string,
) (pbx.User, pbx.ChangeSet, error) {
	if m := pbx.PasswordProblem(password.Reveal()); m != "" {
		return pbx.User{}, pbx.ChangeSet{}, fieldError("password", m)
	}
	chosen, err := s.vault.Stretch(ctx, password)
	if err != nil {
		return pbx.User{}, pbx.ChangeSet{}, err
	}
	var u pbx.User
	cs, err := s.Do(ctx, a, Intent{UseCase: PasswordChoose}, func(w *Work) (err error) {
		if u, err = w.User(a.User); err != nil {
			return err
		}
		if !u.Kind.MayLogIn() {
			return fieldError("password", "Such a user does not sign in.")
		}
		if err = passwordFits(u, password); err != nil {
			return err
		}
		w.describe(u.Ref(), summary)
		sealed := s.vault.SealStretched(vault.SecretRow(u.ID, pbx.PortalPassword), chosen)
		return w.putSecret(u, pbx.PortalPassword, pbx.SchemeArgon2, sealed)
	})
	return u, cs, err
}
