package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/job"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// sending hands the mails of one organization to its mail server, over one connection.
type sending struct{ *Service }

// Work implements job.Worker.
func (s sending) Work(ctx context.Context, jobs []pbx.Job) []job.Outcome {
	out := make([]job.Outcome, len(jobs))
	server, o, err := s.server(ctx, jobs[0].Organization)
	if err != nil {
		return all(out, troubled(err))
	}
	b := &batch{sending: s, server: server, org: o}
	defer b.close()
	for i, j := range jobs {
		out[i] = b.one(ctx, j)
	}
	return out
}

func all(out []job.Outcome, o job.Outcome) []job.Outcome {
	for i := range out {
		out[i] = o
	}
	return out
}

// troubled is the outcome of a mail that did not reach its server. Only what is meant for people is kept as the answer.
func troubled(err error) job.Outcome {
	if pbx.KindOf(err) == pbx.Conflict {
		return job.Outcome{Verdict: job.Retry, Answer: err.Error(), After: notSetUpAgain}
	}
	return job.Outcome{Verdict: job.Retry, Answer: "A fault of this server; its log says more."}
}

// server reads through which mail server an organization sends; Conflict when none is set up.
func (s *Service) server(ctx context.Context, org pbx.OrganizationID) (Server, pbx.Organization, error) {
	var server Server
	var o pbx.Organization
	var password pbx.MailPassword
	err := s.cfg.Admin.View(ctx, func(tx admin.ReadTx) (err error) {
		if o, err = tx.Organization(org); err != nil {
			return err
		}
		if server.MailServer, err = tx.MailServer(org); err != nil {
			return err
		}
		if server.Username != "" {
			password, err = tx.MailPassword(org)
		}
		return err
	})
	switch {
	case err != nil && pbx.KindOf(err) == pbx.NotFound && server.Host != "":
		return server, o, pbx.Errorf(pbx.Conflict, "The password of the mail server is missing: type it again.")
	case err != nil && pbx.KindOf(err) == pbx.NotFound:
		return server, o, pbx.Errorf(pbx.Conflict, "Mail is not set up.")
	case err != nil:
		s.log.ErrorContext(ctx, "mail server can't be read", "error", err)
		return server, o, err
	case server.Username != "":
		plain, err := s.cfg.Vault.Open(vault.MailPasswordRow(org, server.Host), password.Value)
		if err != nil {
			return server, o, pbx.Errorf(pbx.Conflict, "The password was typed for another mail server: type it again.")
		}
		server.Password = pbx.NewSecret(string(plain))
	}
	return server, o, nil
}

// batch is a run of mails over one connection, which is opened with the first.
type batch struct {
	sending
	server     Server
	org        pbx.Organization
	connection Connection
	trouble    *job.Outcome // of the server: what comes after it waits for another connection
}

func (b *batch) close() {
	if b.connection != nil {
		b.connection.Close()
	}
}

func (b *batch) one(ctx context.Context, j pbx.Job) job.Outcome {
	if b.trouble != nil {
		return *b.trouble
	}
	letter, err := b.letter(ctx, j, true)
	switch {
	case err != nil && pbx.KindOf(err) == pbx.NotFound: // its user or its link is no more
		b.counters.Ended.Add(1)
		return job.Outcome{Verdict: job.Done}
	case err != nil:
		b.log.ErrorContext(ctx, "a mail can't be written", "mail", int64(j.ID), "error", err)
		return troubled(err)
	}
	if wait := b.ofOrganization.wait(strconv.FormatInt(int64(j.Organization), 10), b.now()); wait > 0 {
		return job.Outcome{Verdict: job.Wait, After: wait}
	}
	if b.connection == nil {
		if b.connection, err = b.cfg.Post.Open(ctx, b.server); err != nil {
			o := b.refused(err)
			b.trouble = &o // nobody else will be let in either
			return o
		}
	}
	_, err = b.connection.Send(ctx, letter)
	if err != nil && refusal(err).TooLarge && len(letter.Attached) > 0 {
		if letter, err = b.letter(ctx, j, false); err != nil {
			return troubled(err)
		}
		_, err = b.connection.Send(ctx, letter)
	}
	if err != nil {
		o := b.refused(err)
		if refusal(err).OfServer {
			b.trouble = &job.Outcome{Verdict: job.Wait, After: afterTrouble}
		}
		return o
	}
	b.counters.Sent.Add(1)
	return job.Outcome{Verdict: job.Done}
}

func (b *batch) refused(err error) job.Outcome {
	b.counters.Refused.Add(1)
	r := refusal(err)
	if r.Permanent {
		return job.Outcome{Verdict: job.Fail, Answer: r.Answer}
	}
	return job.Outcome{Verdict: job.Retry, Answer: r.Answer}
}

// letter writes a mail, with what is to be attached or without; NotFound when it is no longer to be sent.
func (b *batch) letter(ctx context.Context, j pbx.Job, attach bool) (Letter, error) {
	var p parcel
	if err := json.Unmarshal([]byte(j.Data), &p); err != nil {
		return Letter{}, fmt.Errorf("decode mail: %w", err)
	}
	var u pbx.User
	err := b.cfg.Admin.View(ctx, func(tx admin.ReadTx) (err error) {
		u, err = tx.User(j.User)
		return err
	})
	if err != nil {
		return Letter{}, err
	}
	to, err := b.cfg.Admin.Me(ctx, admin.ActorFor(u, "mail"))
	if err != nil {
		return Letter{}, err
	}
	m := message{
		kind: j.Kind, user: u, org: b.org, to: j.To, by: j.By, other: p.Other, page: b.page(b.server.MailServer),
		language: to.EffectiveLanguage, timeZone: to.EffectiveTimeZone,
	}
	if len(j.Secret) > 0 {
		token, h, err := b.openLink(ctx, j)
		if err != nil {
			return Letter{}, err
		}
		m.link, m.until = linkPath(h.Purpose)+"#"+token.Reveal(), h.ExpiresAt
	}
	if p.Message != 0 {
		if err := b.addVoice(ctx, &m, j.User, p, attach); err != nil {
			return Letter{}, err
		}
	}
	return m.letter(j.Key, b.now(), b.server.MailServer)
}

// page is where links lead to.
func (s *Service) page(m pbx.MailServer) string {
	if m.PageURL != "" {
		return m.PageURL
	}
	return s.cfg.Page()
}

// linkPath is the page that a link opens. What it carries stands behind a #, so that no log of a server ever holds it.
func linkPath(p pbx.LinkPurpose) string {
	switch p {
	case pbx.LinkInvitation:
		return "/welcome"
	case pbx.LinkReset:
		return "/reset"
	case pbx.LinkEmail:
		return "/confirm"
	}
	return "/welcome"
}

// Test sends a test mail at once, past the outbox, and returns what the server said: its answer when it took the mail, and
// its own words, as *Refusal, when it did not. Invalid, Conflict when mail is not set up, Exhausted.
func (s *Service) Test(ctx context.Context, a admin.Actor, to string) (string, error) {
	if err := admin.Allow(a, admin.MailTest); err != nil {
		return "", err
	}
	if !pbx.ValidEmail(to) {
		return "", &pbx.Error{
			Kind: pbx.Invalid, Text: "Some fields need another value.",
			Fields: []pbx.FieldError{{Field: "to", Message: "This is not an e-mail address."}},
		}
	}
	server, o, err := s.server(ctx, a.Organization)
	if err != nil {
		return "", err
	}
	if wait := s.tests.wait(strconv.FormatInt(int64(a.Organization), 10), s.now()); wait > 0 {
		return "", &pbx.Error{Kind: pbx.Exhausted, Text: "That were many tests: wait a while.", RetryAfter: wait}
	}
	m := message{
		kind: "test", user: pbx.User{DisplayName: a.Name}, org: o, to: to, page: s.page(server.MailServer),
		language: o.Language, timeZone: o.TimeZone,
	}
	l, err := m.letter("test/"+vault.NewToken("").Reveal(), s.now(), server.MailServer)
	if err != nil {
		return "", err
	}
	within, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	answer, err := s.sendOne(within, server, l)
	s.log.InfoContext(ctx, "test mail", "sent", err == nil)
	return answer, err
}

func (s *Service) sendOne(ctx context.Context, server Server, l Letter) (string, error) {
	c, err := s.cfg.Post.Open(ctx, server)
	if err != nil {
		return "", refusal(err)
	}
	defer c.Close()
	answer, err := c.Send(ctx, l)
	if err != nil {
		return "", refusal(err)
	}
	return answer, nil
}

// Reachable tries to connect and log in to an organization's mail server, for doctor. It sends nothing.
func (s *Service) Reachable(ctx context.Context, org pbx.OrganizationID) (pbx.MailServer, error) {
	server, _, err := s.server(ctx, org)
	if err != nil {
		return server.MailServer, err
	}
	within, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	c, err := s.cfg.Post.Open(within, server)
	if err != nil {
		return server.MailServer, refusal(err)
	}
	c.Close()
	return server.MailServer, nil
}
