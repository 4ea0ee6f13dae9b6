// Package notify tells people things by mail: it decides what is sent to whom and when, in the receiver's language, keeps it
// in the outbox until a mail server took it, and says what a server answered. How a mail travels is edge/mail's.
//
// A mail that holds a one-time link keeps it sealed until it is sent; the database has only its hash and what the master key
// protects. A Service is safe for concurrent use; Run owns the two runners.
package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/auth"
	"ringfence/internal/engine/job"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// The queues.
const (
	Queue       = "mail"
	forgotQueue = "forgot" // login names that somebody forgot the password of, not looked up yet
)

// Limits.
const (
	maxWaiting    = 5000 // mails of an organization in the outbox
	perHour       = 1000 // mails of an organization
	perAddress    = 10   // mails an hour to one address
	perForgetful  = 3    // of them about forgotten passwords
	perMailbox    = 60   // mails an hour about voice messages, to one user
	perSource     = 10   // forgotten passwords an hour from one source
	testsPerHour  = 20   // of an organization
	maxForgot     = 1000 // forgotten passwords that wait to be looked up
	patience      = 48 * time.Hour
	keptFailed    = 30 * 24 * time.Hour
	testTime      = time.Minute
	afterTrouble  = 5 * time.Second // before the rest of a batch goes over another connection
	notSetUpAgain = 15 * time.Minute
)

// The kinds of mail.
const (
	Invitation   = "invitation"
	Reset        = "reset"
	EmailConfirm = "email_confirm"
	EmailPending = "email_pending" // to the address in use: another is to replace it
	EmailChanged = "email_changed" // to the address that was in use
	VoiceMessage = "voice_message"
)

// Jobs keeps what is to be sent.
type Jobs interface {
	job.Queue
	job.Outbox
}

// Config is what a Service is made from.
type Config struct {
	Admin     *admin.Service
	Auth      *auth.Service
	Vault     *vault.Vault
	Jobs      Jobs
	Mailboxes Mailboxes
	Post      Post
	Page      func() string // where the page is, for links; without a slash at its end
	Log       *slog.Logger
	Now       func() time.Time // nil: the clock
}

// Service sends mail. Make one with New.
type Service struct {
	cfg    Config
	log    *slog.Logger
	clock  func() time.Time
	mail   *job.Runner
	forgot *job.Runner

	toAddress, toForgetful, toMailbox, fromSource, ofOrganization, tests *window
	counters                                                             Counters
}

// Counters counts mail.
type Counters struct{ Sent, Refused, Ended, Forgotten, Dropped atomic.Uint64 }

// Each gives every counter with its name and help.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("mail_sent_total", "Mails that a mail server took.", c.Sent.Load())
	fn("mail_refused_total", "Tries that a mail server refused, or that did not reach one.", c.Refused.Load())
	fn("mail_ended_total", "Mails that were not sent because their link or user is no more.", c.Ended.Load())
	fn("mail_forgotten_total", "Forgotten passwords that somebody told of.", c.Forgotten.Load())
	fn("mail_dropped_total", "Forgotten passwords beyond the limits.", c.Dropped.Load())
}

// New makes the service.
func New(cfg Config) *Service {
	s := &Service{
		cfg: cfg, log: cfg.Log, clock: cfg.Now, toAddress: newWindow(perAddress),
		toForgetful: newWindow(perForgetful), toMailbox: newWindow(perMailbox), fromSource: newWindow(perSource),
		ofOrganization: newWindow(perHour), tests: newWindow(testsPerHour),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	s.mail = job.NewRunner(job.Config{Queue: Queue, Jobs: cfg.Jobs, Worker: sending{s}, Log: s.log, OnGiven: s.gaveUp})
	s.forgot = job.NewRunner(job.Config{Queue: forgotQueue, Jobs: cfg.Jobs, Worker: looking{s}, Log: s.log})
	return s
}

// Counters returns the service's counters; those of the runner that sends are its own.
func (s *Service) Counters() *Counters { return &s.counters }

// Runner returns the runner that sends, for its counters.
func (s *Service) Runner() *job.Runner { return s.mail }

// Run sends what waits until ctx is done.
func (s *Service) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { s.mail.Run(ctx) })
	wg.Go(func() { s.forgot.Run(ctx) })
	wg.Wait()
}

// Tidy removes mails that were given up long ago.
func (s *Service) Tidy(ctx context.Context) error {
	_, err := s.cfg.Jobs.Tidy(ctx, s.now().Add(-keptFailed))
	return err
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

func (s *Service) gaveUp(j pbx.Job) {
	s.log.Warn("a mail could not be sent", "mail", int64(j.ID), "kind", j.Kind, "tries", j.Attempts, "answer", j.LastAnswer)
}

// parcel is what a job about a mail holds besides its receiver. It has no secrets.
type parcel struct {
	Other   string             `json:"other,omitempty"` // the other address, of those about a changed one
	Message pbx.VoiceMessageID `json:"voiceMessage,omitempty"`
	Audio   bool               `json:"audio,omitempty"` // what was said goes with it
}

// order is a mail to be sent.
type order struct {
	kind    string
	key     string // empty: made up
	user    pbx.User
	to, by  string
	parcel  parcel
	purpose pbx.LinkPurpose // of the link it holds; empty: none
}

// enqueue puts a mail into the outbox; Exhausted at the limits, Conflict when it was put there before.
func (s *Service) enqueue(ctx context.Context, o order) error {
	n, err := s.cfg.Jobs.Count(ctx, o.user.Organization, Queue, pbx.JobWaiting)
	if err != nil {
		return err
	}
	if n >= maxWaiting {
		return pbx.Errorf(pbx.Exhausted, "Too many mails wait to be sent: see what keeps them under Settings, Mail.")
	}
	if o.parcel.Message == 0 && !s.toAddress.take(pbx.Fold(o.to), s.now()) { // voice messages have a limit of their own
		return &pbx.Error{
			Kind: pbx.Exhausted, Text: "This address was sent many mails within the hour: wait a while.", RetryAfter: time.Hour,
		}
	}
	now := s.now()
	j := pbx.Job{
		Organization: o.user.Organization, Queue: Queue, Kind: o.kind, Key: o.key, User: o.user.ID, To: o.to, By: o.by,
		State: pbx.JobWaiting, CreatedAt: now, DueAt: now, GiveUpAt: now.Add(patience),
	}
	if j.Key == "" {
		j.Key = o.kind + "/" + vault.NewToken("").Reveal()
	}
	data, err := json.Marshal(o.parcel)
	if err != nil {
		return fmt.Errorf("encode mail: %w", err)
	}
	j.Data = string(data)
	if o.purpose != "" {
		token, link, err := s.cfg.Auth.NewLink(ctx, o.user, o.purpose, o.to)
		if err != nil {
			return err
		}
		j.Secret = s.cfg.Vault.Seal(vault.JobRow(j.Key), []byte(token.Reveal()))
		j.GiveUpAt = earlier(j.GiveUpAt, link.ExpiresAt)
	}
	if _, err := s.cfg.Jobs.Add(ctx, j); err != nil {
		return err
	}
	s.mail.Wake()
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Invite sends a user the link to choose his first password, or another one; the one before ends (U9).
func (s *Service) Invite(ctx context.Context, a admin.Actor, id pbx.UserID) error {
	u, err := s.cfg.Admin.Invitee(ctx, a, id)
	if err != nil {
		return err
	}
	return s.enqueue(ctx, order{kind: Invitation, user: u, to: u.Email, by: a.Name, purpose: pbx.LinkInvitation})
}

// AskAgain sends the link that confirms a changed e-mail address once more; the one before ends (U11).
func (s *Service) AskAgain(ctx context.Context, a admin.Actor, id pbx.UserID) error {
	u, err := s.cfg.Admin.Unconfirmed(ctx, a, id)
	if err != nil {
		return err
	}
	return s.enqueue(ctx, order{
		kind: EmailConfirm, user: u, to: u.EmailPending, by: a.Name, parcel: parcel{Other: u.Email}, purpose: pbx.LinkEmail,
	})
}

// Outbox lists an organization's mails that are not sent, the newest first.
func (s *Service) Outbox(ctx context.Context, a admin.Actor, limit, offset int) (admin.Page[pbx.Job], error) {
	if err := admin.Allow(a, admin.MailOutbox); err != nil {
		return admin.Page[pbx.Job]{}, err
	}
	list, total, err := s.cfg.Jobs.List(ctx, a.Organization, Queue, limit, offset)
	return admin.Page[pbx.Job]{Items: list, Total: total}, err
}

// Failed counts an organization's mails that were given up.
func (s *Service) Failed(ctx context.Context, a admin.Actor) (int, error) {
	if err := admin.Allow(a, admin.MailOutbox); err != nil {
		return 0, err
	}
	return s.cfg.Jobs.Count(ctx, a.Organization, Queue, pbx.JobFailed)
}

// TryAgain sends a mail now that waits or was given up; NotFound, Conflict when its link is over.
func (s *Service) TryAgain(ctx context.Context, a admin.Actor, id pbx.JobID) error {
	if err := admin.Allow(a, admin.MailMend); err != nil {
		return err
	}
	j, err := s.mailOf(ctx, a.Organization, id)
	if err != nil {
		return err
	}
	now := s.now()
	giveUp := now.Add(patience)
	if len(j.Secret) > 0 {
		h, err := s.linkIn(ctx, j)
		if err != nil {
			if pbx.KindOf(err) == pbx.NotFound {
				return pbx.Errorf(pbx.Conflict, "The link in this mail is over: drop it, and send a new one.")
			}
			return err
		}
		giveUp = earlier(giveUp, h.ExpiresAt)
	}
	if err := s.cfg.Jobs.Again(ctx, a.Organization, id, now, giveUp); err != nil {
		return err
	}
	s.mail.Wake()
	return nil
}

// mailOf finds a mail of the outbox; NotFound.
func (s *Service) mailOf(ctx context.Context, org pbx.OrganizationID, id pbx.JobID) (pbx.Job, error) {
	const page = 500
	for offset := 0; ; offset += page {
		list, _, err := s.cfg.Jobs.List(ctx, org, Queue, page, offset)
		if err != nil {
			return pbx.Job{}, err
		}
		for _, j := range list {
			if j.ID == id {
				return j, nil
			}
		}
		if len(list) < page {
			return pbx.Job{}, pbx.Errorf(pbx.NotFound, "There is no such mail.")
		}
	}
}

// Drop forgets a mail, and ends the link it holds; NotFound.
func (s *Service) Drop(ctx context.Context, a admin.Actor, id pbx.JobID) error {
	if err := admin.Allow(a, admin.MailMend); err != nil {
		return err
	}
	j, err := s.mailOf(ctx, a.Organization, id)
	if err != nil {
		return err
	}
	if len(j.Secret) > 0 {
		h, err := s.linkIn(ctx, j)
		switch {
		case err == nil:
			err = s.cfg.Auth.EndLinks(ctx, h.User, h.Purpose)
		case pbx.KindOf(err) == pbx.NotFound: // over already
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return s.cfg.Jobs.Drop(ctx, a.Organization, id)
}

// linkIn opens the link that a mail holds; NotFound when it is over.
func (s *Service) linkIn(ctx context.Context, j pbx.Job) (auth.LinkHolder, error) {
	_, h, err := s.openLink(ctx, j)
	return h, err
}

func (s *Service) openLink(ctx context.Context, j pbx.Job) (pbx.Secret, auth.LinkHolder, error) {
	plain, err := s.cfg.Vault.Open(vault.JobRow(j.Key), j.Secret)
	if err != nil {
		return pbx.Secret{}, auth.LinkHolder{}, fmt.Errorf("open mail %d: %w", j.ID, err)
	}
	token := pbx.NewSecret(string(plain))
	h, err := s.cfg.Auth.LinkOf(ctx, token)
	return token, h, err
}
