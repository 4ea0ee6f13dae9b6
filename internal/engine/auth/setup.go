package auth

import (
	"context"
	"crypto/subtle"
	"net/netip"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// defaultOrganization is the one that exists from the first start.
func (s *Service) defaultOrganization(ctx context.Context) (pbx.OrganizationID, error) {
	var org pbx.OrganizationID
	err := s.store.View(ctx, func(tx admin.ReadTx) error {
		all, err := tx.Organizations()
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return pbx.Errorf(pbx.Unavailable, "The server has not finished starting.")
		}
		org = all[0].ID
		return nil
	})
	return org, err
}

// SetupNeeded reports whether no owner exists yet.
func (s *Service) SetupNeeded(ctx context.Context) (bool, error) {
	org, err := s.defaultOrganization(ctx)
	if err != nil {
		return false, err
	}
	exists, err := s.admin.OwnerExists(ctx, org)
	return !exists, err
}

// NewSetupToken makes the one-time token for the set-up link, which lasts a day, and voids the one before; Conflict once
// an owner exists.
func (s *Service) NewSetupToken(ctx context.Context) (pbx.Secret, error) {
	needed, err := s.SetupNeeded(ctx)
	if err != nil {
		return pbx.Secret{}, err
	}
	if !needed {
		return pbx.Secret{}, pbx.Errorf(pbx.Conflict, "There is an owner already: sign in.")
	}
	token, now := vault.NewToken(""), s.now()
	return token, s.setup.PutSetupToken(ctx, pbx.SetupToken{
		Hash: vault.TokenHash(token), CreatedAt: now, ExpiresAt: now.Add(setupLife),
	})
}

// CheckSetupToken tells whether a set-up link still works, without using it up; Unauthenticated, Exhausted.
func (s *Service) CheckSetupToken(ctx context.Context, token pbx.Secret, from netip.Addr) error {
	hash := vault.TokenHash(token)
	guess := append([]byte("setup/"), hash[:]...)
	if wait := s.slow.Wait(from, guess); wait > 0 {
		return errWait(wait)
	}
	t, err := s.setup.SetupToken(ctx)
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return err
	}
	right := err == nil && t.ExpiresAt.After(s.now()) && subtle.ConstantTimeCompare(hash[:], t.Hash[:]) == 1
	if !right {
		s.slow.Fail(from, guess)
		return pbx.Errorf(pbx.Unauthenticated, "This link is over or was used. Make another with: ringfence owner link")
	}
	s.slow.Succeed(from, guess)
	return nil
}

// SetUp makes the first owner, names the organization, uses the token up, and signs the owner in. Unauthenticated for a
// wrong token, Conflict once an owner exists, Invalid with fields; the token still works after what is invalid.
func (s *Service) SetUp(
	ctx context.Context, token pbx.Secret, in admin.SetUpInput, from netip.Addr, userAgent string,
) (pbx.Secret, admin.Actor, error) {
	s.setupMu.Lock()
	defer s.setupMu.Unlock()
	if err := s.CheckSetupToken(ctx, token, from); err != nil {
		return pbx.Secret{}, admin.Actor{}, err
	}
	u, err := s.firstOwner(ctx, in, source("set-up", from))
	if err != nil {
		return pbx.Secret{}, admin.Actor{}, err
	}
	cookie, err := s.open(ctx, u, from, userAgent)
	if err != nil {
		return pbx.Secret{}, admin.Actor{}, err
	}
	return cookie, admin.ActorFor(u, source("page", from)), nil
}

// CreateOwner makes the first owner from the server's own command line; Conflict once one exists, Invalid with fields.
func (s *Service) CreateOwner(ctx context.Context, in admin.SetUpInput) (pbx.User, error) {
	s.setupMu.Lock()
	defer s.setupMu.Unlock()
	return s.firstOwner(ctx, in, "cli")
}

func (s *Service) firstOwner(ctx context.Context, in admin.SetUpInput, by string) (pbx.User, error) {
	org, err := s.defaultOrganization(ctx)
	if err != nil {
		return pbx.User{}, err
	}
	u, _, err := s.admin.SetUp(ctx, org, in, by)
	if err != nil {
		return pbx.User{}, err
	}
	return u, s.setup.DeleteSetupToken(ctx)
}
