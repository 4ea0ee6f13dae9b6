package auth

import (
	"context"
	"net/netip"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// LinkLife is how long a one-time link of a purpose works.
func LinkLife(p pbx.LinkPurpose) time.Duration {
	if p == pbx.LinkReset {
		return 30 * time.Minute // P4
	}
	return 7 * 24 * time.Hour // U9
}

// LinkHolder is who a link was sent to, and for what.
type LinkHolder struct {
	pbx.OneTimeLink
	Holder pbx.User
}

func errLink() error {
	return pbx.Errorf(pbx.Unauthenticated, "This link is over or was used. Ask for another one.")
}

// NewLink makes a link for a user, ends the one before of the purpose, and returns what it carries.
func (s *Service) NewLink(
	ctx context.Context, u pbx.User, p pbx.LinkPurpose, email string,
) (pbx.Secret, pbx.OneTimeLink, error) {
	token, now := vault.NewToken(""), s.now()
	l := pbx.OneTimeLink{
		Hash: vault.TokenHash(token), Purpose: p, User: u.ID, Organization: u.Organization, Email: email, CreatedAt: now,
		ExpiresAt: now.Add(LinkLife(p)),
	}
	return token, l, s.links.PutLink(ctx, l)
}

// LinkOf finds what a link stands for while it works; NotFound. It is for whoever sends it.
func (s *Service) LinkOf(ctx context.Context, token pbx.Secret) (LinkHolder, error) {
	l, err := s.links.Link(ctx, vault.TokenHash(token))
	if err != nil {
		return LinkHolder{}, err
	}
	u, err := s.user(ctx, l.User)
	if err != nil {
		return LinkHolder{}, err
	}
	if !l.ExpiresAt.After(s.now()) || !u.Enabled || u.Organization != l.Organization || !stillMeant(l, u) {
		return LinkHolder{}, pbx.Errorf(pbx.NotFound, "This link is over.")
	}
	return LinkHolder{OneTimeLink: l, Holder: u}, nil
}

// stillMeant tells whether a link still belongs to the address it was sent to.
func stillMeant(l pbx.OneTimeLink, u pbx.User) bool {
	if l.Purpose == pbx.LinkEmail {
		return l.Email == u.EmailPending
	}
	return l.Email == u.Email && u.Kind.MayLogIn()
}

// CheckLink tells what a link is for, without using it up; Unauthenticated, Exhausted.
func (s *Service) CheckLink(ctx context.Context, token pbx.Secret, from netip.Addr) (LinkHolder, error) {
	if token.IsZero() || len(token.Reveal()) > 100 {
		return LinkHolder{}, errLink()
	}
	hash := vault.TokenHash(token)
	// Nobody guesses 256 bits: what is slowed is the script that keeps sending a dead link.
	guess := append([]byte("link/"), hash[:]...)
	if wait := s.slow.Wait(from, guess); wait > 0 {
		return LinkHolder{}, errWait(wait)
	}
	h, err := s.LinkOf(ctx, token)
	switch {
	case err == nil:
		s.slow.Succeed(from, guess)
		return h, nil
	case pbx.KindOf(err) == pbx.NotFound:
		s.slow.Fail(from, guess)
		return LinkHolder{}, errLink()
	}
	return LinkHolder{}, err
}

// ChoosePassword gives the holder of an invitation or a reset the password that he chose, and uses the link up. The link
// still works after a password that is refused. Unauthenticated, Exhausted, Invalid.
func (s *Service) ChoosePassword(
	ctx context.Context, token, password pbx.Secret, from netip.Addr,
) (pbx.User, pbx.ChangeSet, error) {
	h, err := s.CheckLink(ctx, token, from)
	if err != nil {
		return pbx.User{}, pbx.ChangeSet{}, err
	}
	summary := "Portal password chosen by invitation"
	switch h.Purpose {
	case pbx.LinkInvitation:
	case pbx.LinkReset:
		summary = "Portal password chosen anew after a forgotten one"
	case pbx.LinkEmail:
		return pbx.User{}, pbx.ChangeSet{}, errLink()
	}
	actor := admin.ActorFor(h.Holder, source("link", from))
	if err = s.admin.PasswordAllowed(ctx, actor, password); err != nil {
		return pbx.User{}, pbx.ChangeSet{}, err
	}
	var u pbx.User
	var cs pbx.ChangeSet
	err = s.spend(ctx, h, func() (err error) {
		u, cs, err = s.admin.ChoosePassword(ctx, actor, password, summary)
		return err
	})
	if err == nil { // whichever of the two was used, the other is not needed any more
		err = s.EndLinks(ctx, u.ID, pbx.LinkInvitation, pbx.LinkReset)
	}
	return u, cs, err
}

// ConfirmEmail makes the address that a link was sent to the one in use. Unauthenticated, Exhausted, Conflict.
func (s *Service) ConfirmEmail(ctx context.Context, token pbx.Secret, from netip.Addr) (pbx.User, pbx.ChangeSet, error) {
	h, err := s.CheckLink(ctx, token, from)
	if err != nil {
		return pbx.User{}, pbx.ChangeSet{}, err
	}
	if h.Purpose != pbx.LinkEmail {
		return pbx.User{}, pbx.ChangeSet{}, errLink()
	}
	var u pbx.User
	var cs pbx.ChangeSet
	err = s.spend(ctx, h, func() (err error) {
		u, cs, err = s.admin.ConfirmEmail(ctx, admin.ActorFor(h.Holder, source("link", from)), h.Email)
		return err
	})
	return u, cs, err
}

// spend takes a link, which of many who try at once only one gets, and does what it is for. When that fails the link
// works again.
func (s *Service) spend(ctx context.Context, h LinkHolder, do func() error) error {
	if _, err := s.links.TakeLink(ctx, h.Hash); err != nil {
		if pbx.KindOf(err) == pbx.NotFound {
			return errLink()
		}
		return err
	}
	err := do()
	if err == nil {
		return nil
	}
	if back := s.links.PutLink(context.WithoutCancel(ctx), h.OneTimeLink); back != nil {
		s.log.WarnContext(ctx, "a link could not be given back", "user", int64(h.User), "error", back)
	}
	return err
}

// EndLinks ends links of a user; none named: all.
func (s *Service) EndLinks(ctx context.Context, user pbx.UserID, purposes ...pbx.LinkPurpose) error {
	return s.links.DeleteLinksOf(ctx, user, purposes...)
}

// Forgetful is the user that a login name leads to, if he can sign in with a password and mail reaches him; NotFound.
func (s *Service) Forgetful(ctx context.Context, login, account string) (pbx.User, error) {
	f, err := s.find(ctx, pbx.Fold(login), pbx.Fold(account))
	if err != nil {
		return pbx.User{}, err
	}
	if f.user.ID == 0 || !mayEnter(f.user) || f.user.Email == "" {
		return pbx.User{}, pbx.Errorf(pbx.NotFound, "There is nobody to be reminded.")
	}
	return f.user, nil
}
