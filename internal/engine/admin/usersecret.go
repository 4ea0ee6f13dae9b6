package admin

import (
	"context"
	"strings"

	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// stretch checks what a person chose and hashes the password, before any transaction is open. A dry run hashes nothing.
func (s *Service) stretch(ctx context.Context, p UserPatch, wr Write) (vault.Stretched, error) {
	var f pbx.FieldErrors
	for _, c := range []struct {
		field  string
		secret pbx.Secret
	}{{"portalPassword", p.PortalPassword}, {"sipPassword", p.SIPPassword}} {
		if !c.secret.IsZero() {
			if m := pbx.PasswordProblem(c.secret.Reveal()); m != "" {
				f.Add(c.field, m)
			}
		}
	}
	if !p.VoicemailPIN.IsZero() {
		if m := pbx.PINProblem(p.VoicemailPIN.Reveal()); m != "" {
			f.Add("voicemailPin", m)
		}
	}
	if err := f.Err(); err != nil || wr.DryRun || p.PortalPassword.IsZero() {
		return nil, err
	}
	return s.vault.Stretch(ctx, p.PortalPassword)
}

// ownTexts are what no password of the user may be.
func ownTexts(u pbx.User) []string {
	return []string{u.Username, u.Number, u.FirstName, u.LastName, u.FirstName + u.LastName, u.DisplayName, u.Email}
}

// firstSecrets gives a new user its portal password and PIN, those its kind has use for.
func (s *Service) firstSecrets(w *Work, u pbx.User, p UserPatch, chosen vault.Stretched, out *UserSecrets) error {
	if u.Kind.MayLogIn() && p.PortalPassword.IsZero() && !p.Invite { // who is invited chooses it himself (U9)
		if err := s.generatePortal(w, u, out); err != nil {
			return err
		}
	}
	if u.Kind != pbx.Space && u.Kind != pbx.Operator && p.VoicemailPIN.IsZero() {
		if err := s.generatePIN(w, u, out); err != nil {
			return err
		}
	}
	p.SIPPassword = pbx.Secret{} // the device has it already
	return s.givenSecrets(w, u, p, chosen, out)
}

// givenSecrets stores the secrets that came with a patch.
func (s *Service) givenSecrets(w *Work, u pbx.User, p UserPatch, chosen vault.Stretched, out *UserSecrets) error {
	if !p.PortalPassword.IsZero() {
		if !u.Kind.MayLogIn() {
			return fieldError("portalPassword", "Such a user does not sign in.")
		}
		if m := pbx.PasswordProblem(p.PortalPassword.Reveal(), ownTexts(u)...); m != "" {
			return fieldError("portalPassword", m)
		}
		out.PortalPassword = p.PortalPassword
		var sealed pbx.Sealed
		if !w.dry {
			sealed = s.vault.SealStretched(vault.SecretRow(u.ID, pbx.PortalPassword), chosen)
		}
		if err := w.putSecret(u, pbx.PortalPassword, pbx.SchemeArgon2, sealed); err != nil {
			return err
		}
	}
	if !p.VoicemailPIN.IsZero() {
		if m := pbx.PINProblem(p.VoicemailPIN.Reveal(), u.Number); m != "" {
			return fieldError("voicemailPin", m)
		}
		out.VoicemailPIN = p.VoicemailPIN
		sealed := s.vault.MAC(vault.SecretRow(u.ID, pbx.VoicemailPIN), p.VoicemailPIN)
		if err := w.putSecret(u, pbx.VoicemailPIN, pbx.SchemeHMAC, sealed); err != nil {
			return err
		}
	}
	if p.SIPPassword.IsZero() {
		return nil
	}
	out.SIPPassword = p.SIPPassword
	return s.setSIPPassword(w, u, p.SIPPassword)
}

func (s *Service) generatePortal(w *Work, u pbx.User, out *UserSecrets) error {
	if w.dry {
		return w.putSecret(u, pbx.PortalPassword, pbx.SchemeHMAC, nil)
	}
	out.PortalPassword = vault.NewPortalPassword()
	sealed := s.vault.MAC(vault.SecretRow(u.ID, pbx.PortalPassword), out.PortalPassword)
	return w.putSecret(u, pbx.PortalPassword, pbx.SchemeHMAC, sealed)
}

func (s *Service) generatePIN(w *Work, u pbx.User, out *UserSecrets) error {
	if w.dry {
		return w.putSecret(u, pbx.VoicemailPIN, pbx.SchemeHMAC, nil)
	}
	out.VoicemailPIN = vault.NewPIN(u.Number)
	sealed := s.vault.MAC(vault.SecretRow(u.ID, pbx.VoicemailPIN), out.VoicemailPIN)
	return w.putSecret(u, pbx.VoicemailPIN, pbx.SchemeHMAC, sealed)
}

func (w *Work) putSecret(u pbx.User, name pbx.SecretName, scheme pbx.SecretScheme, value pbx.Sealed) error {
	return w.secrets.put(w, pbx.UserSecret{User: u.ID, Organization: w.org, Name: name, Scheme: scheme, Value: value})
}

// setSIPPassword gives the line of the device Set up by hand a new secret.
func (s *Service) setSIPPassword(w *Work, u pbx.User, password pbx.Secret) error {
	l, err := w.lineByHand(u.ID)
	if err != nil {
		if pbx.KindOf(err) == pbx.NotFound {
			return fieldError("sipPassword", "Such a user has no devices.")
		}
		return err
	}
	if m := pbx.PasswordProblem(password.Reveal(), append(ownTexts(u), l.SIPUsername)...); m != "" {
		return fieldError("sipPassword", m)
	}
	return s.putCredential(w, l, password)
}

func (s *Service) putCredential(w *Work, l pbx.Line, password pbx.Secret) error {
	c := pbx.Credential{Line: l.ID, Organization: w.org}
	if !w.dry {
		o, err := w.Organization()
		if err != nil {
			return err
		}
		c = s.vault.NewCredential(l, o.Realm, password)
	}
	return w.creds.put(w, c)
}

// addByHand makes the device Set up by hand, whose SIP user name is the number at creation (D1), and returns its secret.
func (s *Service) addByHand(w *Work, u pbx.User, password pbx.Secret) (pbx.Secret, error) {
	device, err := w.ids(pbx.KindDevice, 1)
	if err != nil {
		return password, err
	}
	line, err := w.ids(pbx.KindLine, 1)
	if err != nil {
		return password, err
	}
	d := pbx.Device{
		ID: pbx.DeviceID(device), Organization: w.org, Kind: pbx.ByHand, Name: "Set up by hand", User: u.ID, Enabled: true,
	}
	if err = w.devices.put(w, d); err != nil {
		return password, err
	}
	l := pbx.Line{ID: pbx.LineID(line), Organization: w.org, Device: d.ID, Position: 1, User: u.ID}
	if l.SIPUsername, err = w.newSIPUsername(u.Number, l.ID); err != nil {
		return password, err
	}
	if err := w.lines.put(w, l); err != nil {
		return password, err
	}
	if password.IsZero() && !w.dry {
		password = vault.NewSIPPassword()
	} else if !password.IsZero() {
		if m := pbx.PasswordProblem(password.Reveal(), append(ownTexts(u), l.SIPUsername)...); m != "" {
			return password, fieldError("sipPassword", m)
		}
	}
	return password, s.putCredential(w, l, password)
}

// newSIPUsername reserves a SIP user name that nobody ever had: the number, else the number and four letters.
func (w *Work) newSIPUsername(number string, line pbx.LineID) (string, error) {
	name := number
	for {
		_, taken := w.sipNames[name]
		if !taken {
			_, err := w.tx.SIPUsername(w.org, name)
			switch {
			case err == nil:
				taken = true
			case pbx.KindOf(err) != pbx.NotFound:
				return "", err
			}
		}
		if !taken {
			w.sipNames[name] = line
			return name, nil
		}
		name = number + "-" + vault.Letters(4)
	}
}

// changeKind gives or takes what a user's new kind has or has not (U4).
func (s *Service) changeKind(w *Work, u pbx.User, out *UserSecrets, p UserPatch) error {
	devices, err := w.devicesOf(u.ID)
	if err != nil {
		return err
	}
	if u.Kind.MayRegister() && len(devices) == 0 {
		if err = w.users.put(w, u); err != nil { // the device belongs to the user as it will be
			return err
		}
		if out.SIPPassword, err = s.addByHand(w, u, p.SIPPassword); err != nil {
			return err
		}
	}
	if !u.Kind.MayRegister() {
		for _, d := range devices {
			if err := w.removeDevice(d); err != nil {
				return err
			}
		}
	}
	return s.changeSecrets(w, u, out, p)
}

// changeSecrets gives or takes the secrets that a user's new kind has use for or has not.
func (s *Service) changeSecrets(w *Work, u pbx.User, out *UserSecrets, p UserPatch) error {
	secrets, err := w.userSecrets(u.ID)
	if err != nil {
		return err
	}
	has := map[pbx.SecretName]bool{}
	for _, x := range secrets {
		has[x.Name] = true
		if x.Name == pbx.PortalPassword && !u.Kind.MayLogIn() {
			if err = w.secrets.delete(w, secretKey{u.ID, x.Name}); err != nil {
				return err
			}
		}
	}
	if !has[pbx.PortalPassword] && u.Kind.MayLogIn() && p.PortalPassword.IsZero() {
		if err := s.generatePortal(w, u, out); err != nil {
			return err
		}
	}
	if !has[pbx.VoicemailPIN] && u.Kind != pbx.Space && p.VoicemailPIN.IsZero() {
		return s.generatePIN(w, u, out)
	}
	return nil
}

// freshSecrets makes every secret of a user anew.
func (s *Service) freshSecrets(w *Work, u pbx.User, out *UserSecrets) error {
	if err := s.generatePortal(w, u, out); err != nil {
		return err
	}
	if err := s.generatePIN(w, u, out); err != nil {
		return err
	}
	if !w.dry {
		out.SIPPassword = vault.NewSIPPassword()
	}
	l, err := w.lineByHand(u.ID)
	if err != nil {
		return ignoreMissing(err)
	}
	return s.putCredential(w, l, out.SIPPassword)
}

// ResetUser makes chosen secrets of a user anew and shows them once; NotFound, Invalid, Forbidden.
func (s *Service) ResetUser(
	ctx context.Context, a Actor, id pbx.UserID, c ResetChoice, wr Write,
) (UserResult, pbx.ChangeSet, error) {
	if c == (ResetChoice{}) {
		return UserResult{}, pbx.ChangeSet{}, fieldError("secrets", "Choose what to reset.")
	}
	var r UserResult
	cs, err := s.Do(ctx, a, Intent{UserReset, wr}, func(w *Work) error {
		r = UserResult{}
		u, err := w.mine(id)
		if err != nil {
			return err
		}
		if err := w.fresh(u.Ref(), u.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		var names []string
		if c.PortalPassword {
			if !u.Kind.MayLogIn() {
				return fieldError("secrets", "Such a user does not sign in.")
			}
			names = append(names, "portal password")
			if err := s.generatePortal(w, u, &r.Secrets); err != nil {
				return err
			}
		}
		if c.VoicemailPIN {
			names = append(names, "PIN")
			if err := s.generatePIN(w, u, &r.Secrets); err != nil {
				return err
			}
		}
		if c.SIPPassword {
			names = append(names, "SIP password")
			if !w.dry {
				r.Secrets.SIPPassword = vault.NewSIPPassword()
			} else {
				r.Secrets.SIPPassword = pbx.Secret{}
			}
			l, err := w.lineByHand(id)
			if err != nil {
				return fieldError("secrets", "Such a user has no devices.")
			}
			if err := s.putCredential(w, l, r.Secrets.SIPPassword); err != nil {
				return err
			}
		}
		w.describe(u.Ref(), "Reset: "+strings.Join(names, ", "))
		return w.userResult(id, &r)
	})
	return s.answerUser(ctx, a, r, cs, err)
}
