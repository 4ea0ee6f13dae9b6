package auth

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// open makes a session for a user who has proved himself.
func (s *Service) open(ctx context.Context, u pbx.User, from netip.Addr, agent string) (pbx.Secret, error) {
	have, err := s.sessions.SessionsOf(ctx, u.ID)
	if err != nil {
		return pbx.Secret{}, err
	}
	for i := maxSessions - 1; i < len(have); i++ {
		if err = s.sessions.DeleteSession(ctx, have[i].Hash); err != nil {
			return pbx.Secret{}, err
		}
	}
	cookie, now := vault.NewToken(""), s.now()
	err = s.sessions.PutSession(ctx, pbx.Session{
		Hash: vault.TokenHash(cookie), User: u.ID, Organization: u.Organization, CreatedAt: now, SeenAt: now,
		ExpiresAt: now.Add(sessionLife), AuthenticatedAt: now, Remote: from.Unmap(), UserAgent: shortened(agent),
	})
	if err != nil || s.signIns == nil {
		return cookie, err
	}
	if err := s.signIns.PutSignIn(ctx, u.ID, now); err != nil { // it keeps nobody out
		s.log.Warn("a sign-in was not noted", "user", int64(u.ID), "error", err)
	}
	return cookie, nil
}

// shortened is text from a stranger as it may be stored and shown.
func shortened(agent string) string {
	agent = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(agent, ""))
	const most = 200
	if len(agent) > most {
		agent = strings.ToValidUTF8(agent[:most], "")
	}
	return agent
}

// Session finds who a cookie belongs to; Unauthenticated when its session has ended, or its user may no longer enter.
func (s *Service) Session(ctx context.Context, cookie pbx.Secret, from netip.Addr) (admin.Actor, pbx.Session, error) {
	sess, err := s.live(ctx, cookie)
	if err != nil {
		return admin.Actor{}, pbx.Session{}, err
	}
	u, err := s.user(ctx, sess.User)
	switch {
	case err != nil && pbx.KindOf(err) != pbx.NotFound:
		return admin.Actor{}, pbx.Session{}, err
	case err != nil || !mayEnter(u) || u.Organization != sess.Organization:
		if err := s.sessions.DeleteSession(ctx, sess.Hash); err != nil {
			return admin.Actor{}, pbx.Session{}, err
		}
		return admin.Actor{}, pbx.Session{}, errSignIn()
	}
	if now := s.now(); now.Sub(sess.SeenAt) >= seenEvery {
		sess.SeenAt, sess.Remote = now, from.Unmap()
		if err := s.sessions.PutSession(ctx, sess); err != nil {
			return admin.Actor{}, pbx.Session{}, err
		}
	}
	return admin.ActorFor(u, source("page", from)), sess, nil
}

// live reads a session that has not ended.
func (s *Service) live(ctx context.Context, cookie pbx.Secret) (pbx.Session, error) {
	if cookie.IsZero() || len(cookie.Reveal()) > 100 {
		return pbx.Session{}, errSignIn()
	}
	sess, err := s.sessions.Session(ctx, vault.TokenHash(cookie))
	if err != nil {
		if pbx.KindOf(err) == pbx.NotFound {
			return pbx.Session{}, errSignIn()
		}
		return pbx.Session{}, err
	}
	now := s.now()
	if !sess.ExpiresAt.After(now) || now.Sub(sess.SeenAt) >= sessionIdle {
		if err := s.sessions.DeleteSession(ctx, sess.Hash); err != nil {
			return pbx.Session{}, err
		}
		return pbx.Session{}, errSignIn()
	}
	return sess, nil
}

// Fresh reports whether the session's password was asked just now, as something grave wants it.
func (s *Service) Fresh(sess pbx.Session) bool { return s.now().Sub(sess.AuthenticatedAt) < freshFor }

// Logout ends a session; one that has ended is no error.
func (s *Service) Logout(ctx context.Context, cookie pbx.Secret) error {
	return s.sessions.DeleteSession(ctx, vault.TokenHash(cookie))
}

// LogoutAll ends all sessions of a user.
func (s *Service) LogoutAll(ctx context.Context, user pbx.UserID) error {
	return s.sessions.DeleteSessionsOf(ctx, user)
}

// LogoutBefore ends the sessions that a user opened before a moment.
func (s *Service) LogoutBefore(ctx context.Context, user pbx.UserID, at time.Time) error {
	return s.sessions.DeleteSessionsBefore(ctx, user, at)
}

// Tidy removes sessions whose absolute end has passed.
func (s *Service) Tidy(ctx context.Context) (int, error) {
	return s.sessions.DeleteSessionsExpired(ctx, s.now())
}

// Reauthenticate asks the password again before something grave; the session then counts as fresh. Unauthenticated when
// it is wrong, Exhausted when the source must wait.
func (s *Service) Reauthenticate(ctx context.Context, cookie, password pbx.Secret, from netip.Addr) error {
	sess, err := s.live(ctx, cookie)
	if err != nil {
		return err
	}
	if err = s.prove(ctx, sess.User, []byte("session/"+string(sess.Hash[:])), password, from); err != nil {
		return err
	}
	sess.AuthenticatedAt = s.now()
	return s.sessions.PutSession(ctx, sess)
}

// prove is Unauthenticated unless the password is the user's, and Exhausted when the source must wait. The credential is what
// wrong ones are counted against.
func (s *Service) prove(
	ctx context.Context, user pbx.UserID, credential []byte, password pbx.Secret, from netip.Addr,
) error {
	if wait := s.slow.Wait(from, credential); wait > 0 {
		s.counters.SlowedLogins.Add(1)
		return errWait(wait)
	}
	var f found
	err := s.store.View(ctx, func(tx admin.ReadTx) (err error) {
		if f.user, err = tx.User(user); err != nil {
			return err
		}
		f.secret, err = tx.UserSecret(user, pbx.PortalPassword)
		return err
	})
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return err
	}
	right, err := s.verify(ctx, f, password)
	if err != nil {
		return err
	}
	if !right {
		s.counters.WrongLogins.Add(1)
		s.slow.Fail(from, credential)
		return pbx.Errorf(pbx.Unauthenticated, "The password is not right.")
	}
	s.slow.Succeed(from, credential)
	return nil
}

// Bearer finds who an API token acts for; Unauthenticated when it is unknown or over, or its user may no longer enter;
// Exhausted when it was tried too often.
func (s *Service) Bearer(ctx context.Context, token pbx.Secret, from netip.Addr) (admin.Actor, error) {
	text := token.Reveal()
	if !strings.HasPrefix(text, admin.TokenPrefix) || len(text) > 100 {
		return admin.Actor{}, errSignIn()
	}
	hash := vault.TokenHash(token)
	// Nobody guesses 256 bits: what is slowed is the script that keeps sending a dead token, not its neighbours.
	guess := append([]byte("token/"), hash[:]...)
	if wait := s.slow.Wait(from, guess); wait > 0 {
		s.counters.SlowedLogins.Add(1)
		return admin.Actor{}, errWait(wait)
	}
	var t pbx.Token
	var u pbx.User
	err := s.store.View(ctx, func(tx admin.ReadTx) (err error) {
		if t, err = tx.TokenByHash(hash[:]); err != nil {
			return err
		}
		u, err = tx.User(t.User)
		return err
	})
	switch {
	case err != nil && pbx.KindOf(err) != pbx.NotFound:
		return admin.Actor{}, err
	case err != nil:
		s.counters.WrongTokens.Add(1)
		s.slow.Fail(from, guess)
		return admin.Actor{}, errSignIn()
	case !mayEnter(u) || !t.ExpiresAt.IsZero() && !t.ExpiresAt.After(s.now()):
		return admin.Actor{}, errSignIn()
	}
	a := admin.ActorFor(u, source("api", from))
	a.Kind, a.Name = pbx.ActorToken, u.Shown()+" (token "+t.Name+")"
	if len(t.Scopes) > 0 {
		a.Scopes = t.Scopes
	}
	return a, nil
}

// SessionLife is how long a cookie may last.
func SessionLife() time.Duration { return sessionLife }
