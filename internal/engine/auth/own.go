package auth

import (
	"context"
	"errors"
	"net/netip"
	"strconv"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// OwnChange is who changes a secret of his own, and how he proves that it is he (P1).
type OwnChange struct {
	Actor     admin.Actor
	Password  pbx.Secret // the one he has
	Source    netip.Addr
	UserAgent string
	AtPage    bool // in a session, which goes on
}

// ChangePassword gives the actor another portal password. All his sessions end; whoever sits at a page gets
// the cookie of a new one. Invalid, Exhausted when the source must wait, NotFound for the server itself.
func (s *Service) ChangePassword(
	ctx context.Context, c OwnChange, password pbx.Secret,
) (pbx.Secret, pbx.ChangeSet, error) {
	if err := s.proveOwn(ctx, c); err != nil {
		return pbx.Secret{}, pbx.ChangeSet{}, err
	}
	if password.Reveal() == c.Password.Reveal() {
		return pbx.Secret{}, pbx.ChangeSet{}, beside("newPassword", "This is the password you have. Choose another one.")
	}
	if err := s.admin.PasswordAllowed(ctx, c.Actor, password); err != nil {
		return pbx.Secret{}, pbx.ChangeSet{}, besideNew(err)
	}
	u, cs, err := s.admin.ChoosePassword(ctx, c.Actor, password, "Own portal password changed")
	if err != nil || !c.AtPage {
		return pbx.Secret{}, cs, besideNew(err)
	}
	cookie, err := s.open(ctx, u, c.Source, c.UserAgent)
	return cookie, cs, err
}

// ChangePIN gives the actor another voicemail PIN. Invalid, Exhausted when the source must wait, NotFound for the server
// itself.
func (s *Service) ChangePIN(ctx context.Context, c OwnChange, pin pbx.Secret) (pbx.ChangeSet, error) {
	if err := s.proveOwn(ctx, c); err != nil {
		return pbx.ChangeSet{}, err
	}
	return s.admin.ChoosePIN(ctx, c.Actor, pin)
}

// proveOwn asks for the actor's password. A wrong one is Invalid: the session goes on.
func (s *Service) proveOwn(ctx context.Context, c OwnChange) error {
	if c.Actor.User == 0 {
		return pbx.Errorf(pbx.NotFound, "The server itself has no password.")
	}
	credential := []byte("own/" + strconv.FormatInt(int64(c.Actor.User), 10))
	err := s.prove(ctx, c.Actor.User, credential, c.Password, c.Source)
	if err != nil && pbx.KindOf(err) == pbx.Unauthenticated {
		return beside("password", "The password is not right.")
	}
	return err
}

func beside(field, text string) error {
	return &pbx.Error{Kind: pbx.Invalid, Text: text, Fields: []pbx.FieldError{{Field: field, Message: text}}}
}

// besideNew shows what is wrong with a password beside the new one.
func besideNew(err error) error {
	if e, ok := errors.AsType[*pbx.Error](err); ok && e.Kind == pbx.Invalid {
		return beside("newPassword", e.Text)
	}
	return err
}
