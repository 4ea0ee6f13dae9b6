package auth

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// LoginRequest is what the login form holds.
type LoginRequest struct {
	Login        string // username, number, e-mail, or auth account name where that is switched on (U6)
	Password     pbx.Secret
	Organization string // account name; empty with one organization
	Source       netip.Addr
	UserAgent    string
}

// Login checks a password and opens a session; the secret is what the cookie holds. Unauthenticated when anything is
// wrong, always after the same work; Exhausted with RetryAfter when the source must wait.
func (s *Service) Login(ctx context.Context, r LoginRequest) (pbx.Secret, admin.Actor, error) {
	u, err := s.check(ctx, r)
	if err != nil {
		return pbx.Secret{}, admin.Actor{}, err
	}
	cookie, err := s.open(ctx, u, r.Source, r.UserAgent)
	if err != nil {
		return pbx.Secret{}, admin.Actor{}, err
	}
	s.counters.Logins.Add(1)
	s.log.Info("signed in", "user", int64(u.ID), "source", r.Source)
	return cookie, admin.ActorFor(u, source("page", r.Source)), nil
}

// found is what a login name leads to; the zero value is nobody.
type found struct {
	user   pbx.User
	secret pbx.UserSecret
}

func (s *Service) check(ctx context.Context, r LoginRequest) (pbx.User, error) {
	login := pbx.Fold(r.Login)
	if login == "" || len(login) > maxLoginText || utf8.RuneCountInString(r.Password.Reveal()) > pbx.MaxPassword {
		return pbx.User{}, errWrong()
	}
	credential := []byte(pbx.Fold(r.Organization) + "/" + login)
	if wait := s.slow.Wait(r.Source, credential); wait > 0 {
		s.counters.SlowedLogins.Add(1)
		return pbx.User{}, errWait(wait)
	}
	// The name is looked up and one argon2id is computed whether or not there is such a user.
	f, err := s.find(ctx, login, pbx.Fold(r.Organization))
	if err != nil {
		return pbx.User{}, err
	}
	right, err := s.verify(ctx, f, r.Password)
	if err != nil {
		return pbx.User{}, err
	}
	if !right {
		s.counters.WrongLogins.Add(1)
		s.slow.Fail(r.Source, credential)
		s.log.Info("a login was refused", "source", r.Source)
		return pbx.User{}, errWrong()
	}
	s.slow.Succeed(r.Source, credential)
	return f.user, nil
}

// verify tells whether the password is the found user's and he may enter; its time tells nothing.
func (s *Service) verify(ctx context.Context, f found, password pbx.Secret) (bool, error) {
	row := vault.SecretRow(f.user.ID, pbx.PortalPassword)
	right, err := s.vault.Verify(ctx, row, f.secret.Scheme, f.secret.Value, password)
	return right && f.user.ID != 0 && mayEnter(f.user), err
}

// find looks a login name up: username, number, e-mail while only one has it, auth account name if switched on (U6).
func (s *Service) find(ctx context.Context, login, account string) (found, error) {
	var f found
	err := s.store.View(ctx, func(tx admin.ReadTx) error {
		f = found{}
		org, err := organization(tx, account)
		if err != nil {
			return err
		}
		// Whatever is missing on the way, the same is asked: nobody is user 0.
		id, err := userFor(tx, org, login)
		if err != nil {
			return err
		}
		if f.user, err = tx.User(id); err != nil && pbx.KindOf(err) != pbx.NotFound {
			return err
		}
		if f.secret, err = tx.UserSecret(id, pbx.PortalPassword); err != nil && pbx.KindOf(err) != pbx.NotFound {
			return err
		}
		return nil
	})
	return f, err
}

// organization returns 0 when the account name leads to none, or is needed and not given.
func organization(tx admin.ReadTx, account string) (pbx.OrganizationID, error) {
	if account != "" {
		o, err := tx.OrganizationByAccount(account)
		if err != nil && pbx.KindOf(err) == pbx.NotFound {
			return 0, nil
		}
		return o.ID, err
	}
	all, err := tx.Organizations()
	if err != nil || len(all) != 1 {
		return 0, err
	}
	return all[0].ID, nil
}

// userFor returns 0 when the name leads to nobody.
func userFor(tx admin.ReadTx, org pbx.OrganizationID, login string) (pbx.UserID, error) {
	if strings.Contains(login, "@") {
		users, err := tx.UsersWithEmail(org, login, 2)
		if err != nil || len(users) != 1 {
			return 0, err
		}
		return users[0].ID, nil
	}
	d, err := tx.DialString(org, login)
	if err != nil {
		if pbx.KindOf(err) == pbx.NotFound {
			return 0, nil
		}
		return 0, err
	}
	switch d.Kind {
	case pbx.DialExtension, pbx.DialUsername, pbx.DialFormer:
	case pbx.DialAuthName:
		allowed, err := authNames(tx, org)
		if err != nil || !allowed {
			return 0, err
		}
	case pbx.DialAlias, pbx.DialOutside, pbx.DialRingGroup, pbx.DialFeature, pbx.DialHold, pbx.DialHeld:
		return 0, nil
	}
	if d.Owner.Kind != pbx.KindUser {
		return 0, nil
	}
	return pbx.UserID(d.Owner.ID), nil
}

// authNames reports whether the organization signs in by auth account name too.
func authNames(tx admin.ReadTx, org pbx.OrganizationID) (bool, error) {
	spec, err := pbx.Spec(pbx.SettingAuthNameSign)
	if err != nil {
		return false, err
	}
	var path []pbx.Layer
	for _, at := range []struct {
		org   pbx.OrganizationID
		place pbx.Place
	}{{org, pbx.Place{Level: pbx.LevelOrganization, Owner: int64(org)}}, {0, pbx.Place{Level: pbx.LevelSystem}}} {
		sets, err := tx.SettingsAt(at.org, at.place.Level, at.place.Owner)
		if err != nil {
			return false, err
		}
		for _, s := range sets {
			path = append(path, pbx.Layer{Setting: s, At: at.place})
		}
	}
	return strconv.ParseBool(pbx.EffectiveValue(spec, path).Value)
}
