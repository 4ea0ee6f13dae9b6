package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"

	"ringfence/internal/edge/httpapi"
	"ringfence/internal/engine/call"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
	"ringfence/internal/support/fanout"
)

// eventBacklog is how far the open pages may lag behind the SIP plane before they are told to read again.
const eventBacklog = 1024

// sipTLS asks phones for a certificate without wanting one, so that a trusted system can show who it is (signalling 6).
func (s *server) sipTLS() *tls.Config {
	c := s.certificate.Config()
	c.ClientAuth = tls.RequestClientCert
	// Quirk: Linphone 5.1: a TLS 1.2 handshake in which a certificate is asked for stops at the session ticket. Only
	// clients that speak TLS 1.3 are given tickets.
	old := c.Clone()
	old.SessionTicketsDisabled = true
	c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.Contains(hello.SupportedVersions, tls.VersionTLS13) {
			return nil, nil //nolint:nilnil // as crypto/tls wants it: go on with this configuration
		}
		return old, nil
	}
	return c
}

// followers are what each change set goes through, in order.
func (s *server) followers() []func(context.Context, pbx.ChangeSet) error {
	t := s.telephone
	revoke := &revoker{
		registrar: t.registrar, calls: t.calls, subscriptions: t.subscriptions, auth: s.core.auth, roster: t.roster, log: s.log,
	}
	return []func(context.Context, pbx.ChangeSet) error{
		t.roster.Apply,
		revoke.apply,
		func(ctx context.Context, cs pbx.ChangeSet) error {
			// A certificate that cannot be written now is tried again every minute; nobody waits for it.
			if slices.ContainsFunc(cs.Items, func(i pbx.ChangeItem) bool { return i.Ref.Kind == pbx.KindOrganization }) {
				if err := s.recertify(ctx); err != nil {
					s.log.ErrorContext(ctx, "certificate not issued for the new names", "error", err)
				}
			}
			return nil
		},
		func(ctx context.Context, cs pbx.ChangeSet) error {
			s.core.mail.Follow(ctx, cs)
			return nil
		},
		tellPages(s.api.Publish),
	}
}

// pump tells open pages what phones and calls do.
func (s *server) pump(ctx context.Context) {
	t := s.telephone
	pumpEvents(ctx, s, &t.registrar.Events, func(e registrar.Event) httpapi.Event {
		return httpapi.Event{
			Organization: e.Binding.Organization, Name: "registration", Needs: pbx.PermUsersRead, User: e.User,
			Data: httpapi.RegistrationEvent{UserID: int64(e.User), DeviceID: int64(e.Binding.Device), Online: e.Online},
		}
	})
	pumpEvents(ctx, s, &t.calls.Events, func(e call.Event) httpapi.Event {
		return httpapi.Event{
			Organization: e.Call.Organization, Name: "call", Needs: pbx.PermCallsRead,
			Data: httpapi.CallEvent{ID: int64(e.Call.ID), State: e.Call.State},
		}
	})
	pumpEvents(ctx, s, &s.core.boxes.Changed, func(c voicemail.Change) httpapi.Event {
		return httpapi.Event{
			Organization: c.Organization, Name: "voicemail", Needs: pbx.PermSelf, For: c.User,
			Data: httpapi.VoicemailEvent{UserID: int64(c.User)},
		}
	})
}

// light tells phones what waits in the mailboxes that they watch.
func (s *server) light(ctx context.Context) {
	sub := s.core.boxes.Changed.Subscribe(eventBacklog)
	defer sub.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-sub.C:
			s.telephone.subscriptions.MailboxChanged(c.User)
		}
		if sub.Lost() {
			s.telephone.subscriptions.MailboxesChanged()
		}
	}
}

// announce mails of voice messages as they come; what can't be put into the outbox now waits for the next minute.
func (s *server) announce(ctx context.Context) {
	sub := s.core.boxes.Changed.Subscribe(1)
	defer sub.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sub.C:
		}
		if err := s.core.announce(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "mail about a voice message can't be put into the outbox, trying again", "error", err)
		}
	}
}

// pumpEvents translates the events of one hub; what was lost on the way is told as an overflow.
func pumpEvents[T any](ctx context.Context, s *server, hub *fanout.Hub[T], translate func(T) httpapi.Event) {
	sub := hub.Subscribe(eventBacklog)
	s.run(func() {
		defer sub.Close()
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-sub.C:
				out := translate(e)
				s.api.Publish(out)
				if sub.Lost() {
					s.api.Publish(httpapi.Event{
						Organization: out.Organization, Name: "overflow", Needs: pbx.PermSelf, Data: struct{}{},
					})
				}
			}
		}
	})
}

// product names us in SIP.
func product() string { return "Ringfence/" + release }

// greet tells whoever started the server where it is and what to do next.
func (s *server) greet(ctx context.Context, at Ready) error {
	page := s.machine.page(&at)
	link, err := s.core.setupLink(ctx, page)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Ringfence %s is ready.\n\n", release)
	if link != "" {
		fmt.Fprintf(&b, "  Set up        %s\n", link)
		fmt.Fprintf(&b, "                The link works once, within 24 hours; another: ringfence owner link --data %s\n", s.dir.root)
	} else {
		fmt.Fprintf(&b, "  Page          %s\n", page)
	}
	fmt.Fprintf(&b, "  Certificate   SHA-256 %s\n", s.certificate.Fingerprint())
	if s.certificate.Own() {
		fmt.Fprintf(&b, "                Issued by the own authority, %s (SHA-256 %s):\n"+
			"                compare the first with what the browser shows when it warns.\n",
			s.dir.caCert(), s.machine.authority.Fingerprint())
	}
	fmt.Fprintf(&b, "  Phones        %s\n", phonePorts(s.machine.host, at))
	fmt.Fprintf(&b, "  Data          %s\n\n", s.dir.root)
	if link != "" {
		b.WriteString("Next: open the link, make a group and two accounts, and put what the page shows into two phones.\n")
	} else {
		b.WriteString("Next: open the page and sign in. Ctrl-C ends calls properly and stops.\n")
	}
	if _, err := fmt.Fprint(s.out, b.String()); err != nil {
		s.log.WarnContext(ctx, "could not greet", "error", err)
	}
	return nil
}

func phonePorts(host string, at Ready) string {
	var parts []string
	for _, l := range []struct{ name, at string }{{"TLS", at.SIPTLS}, {"TCP", at.SIPTCP}, {"UDP", at.SIPUDP}} {
		if l.at != "" {
			parts = append(parts, fmt.Sprintf("%s port %d", l.name, port(l.at)))
		}
	}
	return host + ": " + strings.Join(parts, ", ")
}
