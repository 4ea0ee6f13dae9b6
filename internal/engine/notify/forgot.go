package notify

import (
	"context"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/job"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
	"ringfence/internal/support/throttle"
)

// maxLogin bounds what a stranger may give as login name or organization.
const maxLogin = 254

// Forgot takes note that somebody forgot the password of a login name (P4). Whatever the name, the same is done: it is
// written down, and looked up later by a job, so that neither the answer nor its time tells anything. Exhausted when the
// source asked too often.
func (s *Service) Forgot(ctx context.Context, login, account string, from netip.Addr) error {
	now := s.now()
	if wait := s.fromSource.wait(throttle.Prefix(from).String(), now); wait > 0 {
		return &pbx.Error{Kind: pbx.Exhausted, Text: "That was often: wait a while.", RetryAfter: wait}
	}
	s.counters.Forgotten.Add(1)
	if len(login) > maxLogin || len(account) > maxLogin {
		login, account = "", ""
	}
	n, err := s.cfg.Jobs.Count(ctx, 0, forgotQueue, pbx.JobWaiting)
	if err != nil {
		return err
	}
	if n >= maxForgot {
		s.counters.Dropped.Add(1)
		return nil
	}
	j := pbx.Job{
		Queue: forgotQueue, Kind: Reset, Key: "forgot/" + vault.NewToken("").Reveal(), Data: "{}", State: pbx.JobWaiting,
		CreatedAt: now, DueAt: now, GiveUpAt: now.Add(patience / 48),
	}
	// What was typed may be anything, also a password in the wrong field.
	j.Secret = s.cfg.Vault.Seal(vault.JobRow(j.Key), []byte(account+"\x00"+login))
	if _, err := s.cfg.Jobs.Add(ctx, j); err != nil {
		return err
	}
	s.forgot.Wake()
	return nil
}

// Available reports whether a forgotten password can be helped by mail at all: some organization has mail set up.
func (s *Service) Available(ctx context.Context) (bool, error) {
	found := false
	err := s.cfg.Admin.View(ctx, func(tx admin.ReadTx) error {
		list, err := tx.Organizations()
		for _, o := range list {
			_, e := tx.MailServer(o.ID)
			found = found || e == nil
		}
		return err
	})
	return found, err
}

// looking finds out who forgot his password, and mails him.
type looking struct{ *Service }

// Work implements job.Worker.
func (s looking) Work(ctx context.Context, jobs []pbx.Job) []job.Outcome {
	out := make([]job.Outcome, len(jobs))
	for i, j := range jobs {
		if err := s.remind(ctx, j); err != nil {
			s.log.ErrorContext(ctx, "a forgotten password can't be looked up, trying again", "error", err)
			out[i] = job.Outcome{Verdict: job.Retry}
		}
	}
	return out
}

// remind sends the link if there is somebody to get it. Its errors are faults; that there is nobody is none.
func (s looking) remind(ctx context.Context, j pbx.Job) error {
	plain, err := s.cfg.Vault.Open(vault.JobRow(j.Key), j.Secret)
	if err != nil {
		return err
	}
	account, login, _ := strings.Cut(string(plain), "\x00")
	u, err := s.cfg.Auth.Forgetful(ctx, login, account)
	if err != nil {
		if pbx.KindOf(err) == pbx.NotFound {
			return nil
		}
		return err
	}
	if _, _, err = s.server(ctx, u.Organization); err != nil && pbx.KindOf(err) == pbx.Conflict {
		return nil // without mail there is nothing to do
	}
	if !s.toForgetful.take(strconv.FormatInt(int64(u.ID), 10), s.now()) {
		s.counters.Dropped.Add(1)
		return nil
	}
	err = s.enqueue(ctx, order{kind: Reset, user: u, to: u.Email, purpose: pbx.LinkReset})
	if pbx.KindOf(err) == pbx.Exhausted {
		s.counters.Dropped.Add(1)
		return nil
	}
	return err
}

// Follow mails what a change set makes to be told: that a changed e-mail address is to be confirmed, and to the one in use that
// another is to replace it, whoever changed it (U11). It never fails: what can't be put into the outbox is logged, and
// can be asked for again.
func (s *Service) Follow(ctx context.Context, cs pbx.ChangeSet) {
	for _, it := range cs.Items {
		if it.Ref.Kind != pbx.KindUser {
			continue
		}
		var err error
		switch it.Action {
		case pbx.Deleted:
			err = s.cfg.Jobs.DropOf(ctx, Queue, pbx.UserID(it.Ref.ID))
		case pbx.Updated:
			err = s.followEmail(ctx, cs, it)
		case pbx.Created:
		}
		if err != nil && pbx.KindOf(err) != pbx.Conflict && pbx.KindOf(err) != pbx.NotFound {
			s.log.ErrorContext(ctx, "mail about a change could not be put into the outbox", "changeSet", int64(cs.ID),
				"user", it.Ref.ID, "error", err)
		}
	}
}

func (s *Service) followEmail(ctx context.Context, cs pbx.ChangeSet, it pbx.ChangeItem) error {
	var before, after struct{ Email, EmailPending *string }
	_ = json.Unmarshal(it.Before, &before) // what is no object has no fields
	_ = json.Unmarshal(it.After, &after)
	asked := after.EmailPending != nil && *after.EmailPending != ""
	replaced := before.Email != nil && *before.Email != "" && after.Email != nil && cs.Intent != string(admin.EmailConfirm)
	if !asked && !replaced {
		return nil
	}
	var u pbx.User
	err := s.cfg.Admin.View(ctx, func(tx admin.ReadTx) (err error) {
		if u, err = tx.User(pbx.UserID(it.Ref.ID)); err != nil {
			return err
		}
		_, err = tx.MailServer(u.Organization)
		return err
	})
	if err != nil {
		return err
	}
	about := "/" + strconv.FormatInt(int64(cs.ID), 10) + "/" + strconv.FormatInt(it.Ref.ID, 10)
	if replaced {
		return s.enqueue(ctx, order{
			kind: EmailChanged, key: EmailChanged + about, user: u, to: *before.Email, by: cs.ActorName,
			parcel: parcel{Other: *after.Email},
		})
	}
	if u.EmailPending != *after.EmailPending {
		return nil // changed again since; that change is followed too
	}
	err = s.enqueue(ctx, order{
		kind: EmailConfirm, key: EmailConfirm + about, user: u, to: u.EmailPending, by: cs.ActorName, parcel: parcel{Other: u.Email},
		purpose: pbx.LinkEmail,
	})
	if err != nil || u.Email == "" {
		return err
	}
	return s.enqueue(ctx, order{
		kind: EmailPending, key: EmailPending + about, user: u, to: u.Email, by: cs.ActorName,
		parcel: parcel{Other: u.EmailPending},
	})
}
