package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ringfence/internal/config"
	"ringfence/internal/edge/blob"
	"ringfence/internal/edge/mail"
	"ringfence/internal/edge/store"
	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/auth"
	"ringfence/internal/engine/notify"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/vault"
	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
	"ringfence/internal/support/masterkey"
)

// core is what also the command line needs when no server runs: database, secrets, use cases.
type core struct {
	cfg      config.Config
	dir      dataDir
	log      *slog.Logger
	store    *store.Store
	vault    *vault.Vault
	admin    *admin.Service
	auth     *auth.Service
	mail     *notify.Service
	roster   *roster.Directory // loaded by a server only
	boxes    *voicemail.Service
	page     func() string // where the page is, for links
	defaults admin.Defaults
	home     pbx.OrganizationID // whom the command line speaks for
	host     string             // what this machine is reached by
	around   Surroundings
}

// openCore opens the database and the master key, and makes the default organization at the first start.
func openCore(ctx context.Context, cfg config.Config, dir dataDir, log *slog.Logger, around Surroundings) (*core, error) {
	if around.Now == nil {
		around.Now = time.Now
	}
	s, err := store.Open(ctx, store.Options{Dir: dir.root, URL: cfg.Database})
	if err != nil {
		return nil, err
	}
	c := &core{cfg: cfg, dir: dir, log: log, store: s, host: reachedBy(ctx, cfg), around: around}
	if err := c.build(ctx); err != nil {
		_ = s.Close() // the first error is the one that counts
		return nil, err
	}
	return c, nil
}

func (c *core) build(ctx context.Context) error {
	inUse := false
	err := c.store.Admin().View(ctx, func(tx admin.ReadTx) error {
		list, err := tx.Organizations()
		inUse = len(list) > 0
		return err
	})
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	key, err := masterkey.Open(c.dir.masterKey(), inUse)
	if err != nil {
		return err
	}
	if c.vault, err = vault.New(key); err != nil {
		return err
	}
	c.admin = admin.New(admin.Config{
		Store: c.store.Admin(), Vault: c.vault, Log: c.log.With("area", "admin"), Records: c.store.Records(),
		Now: c.around.Now,
	})
	c.auth = auth.New(auth.Config{
		Admin: c.admin, Store: c.store.Admin(), Sessions: c.store.Sessions(), Setup: c.store.Sessions(),
		SignIns: c.store.Sessions(), Links: c.store.Sessions(),
		Vault: c.vault, Log: c.log.With("area", "auth"), Now: c.around.Now,
	})
	c.roster = roster.New(roster.Config{Store: c.admin, Vault: c.vault, Log: c.log.With("area", "roster")})
	c.boxes = voicemail.New(voicemail.Config{
		Store: c.store.Mailboxes(), Blobs: newBlobs(c.dir), Directory: c.roster, People: c.admin, Vault: c.vault,
		Log: c.log.With("area", "voicemail"), Now: c.around.Now,
	})
	c.page = func() string { return (&machine{host: c.host}).page(&Ready{HTTP: "https://" + string(c.cfg.HTTP)}) }
	c.mail = notify.New(notify.Config{
		Admin: c.admin, Auth: c.auth, Vault: c.vault, Jobs: c.store.Jobs(), Mailboxes: c.boxes, Post: mail.New(),
		Page: func() string { return c.page() }, Log: c.log.With("area", "mail"), Now: c.around.Now,
	})
	locale := config.MachineLocale(c.around.Environ)
	c.defaults = admin.Defaults{
		SIPDomain: c.host, Country: locale.Country, Language: locale.Language, TimeZone: locale.TimeZone,
	}
	o, err := c.admin.Bootstrap(ctx, c.defaults)
	c.home = o.ID
	return err
}

// sipDomains are the domains of all organizations.
func (c *core) sipDomains(ctx context.Context) ([]string, error) {
	var out []string
	err := c.admin.View(ctx, func(tx admin.ReadTx) error {
		list, err := tx.Organizations()
		for _, o := range list {
			out = append(out, o.SIPDomain)
		}
		return err
	})
	return out, err
}

// setupLink gives a new one-time link while no owner exists, and "" afterwards.
func (c *core) setupLink(ctx context.Context, page string) (string, error) {
	needed, err := c.auth.SetupNeeded(ctx)
	if err != nil || !needed {
		return "", err
	}
	token, err := c.auth.NewSetupToken(ctx)
	if err != nil {
		return "", err
	}
	return page + "/setup#token=" + token.Reveal(), nil
}

// housekeeping removes what is over: sessions, links, unsent mail, voice messages that were deleted, holds, the trash after
// its time; and does what is due by its date.
func (c *core) housekeeping(ctx context.Context) error {
	if _, err := c.store.Sessions().DeleteSessionsExpired(ctx, c.around.Now()); err != nil {
		return err
	}
	if _, err := c.store.Sessions().DeleteLinksExpired(ctx, c.around.Now()); err != nil {
		return err
	}
	if err := c.mail.Tidy(ctx); err != nil {
		return err
	}
	boxes := errors.Join(c.boxes.Tidy(ctx), c.announce(ctx))
	var orgs []pbx.OrganizationID
	err := c.admin.View(ctx, func(tx admin.ReadTx) error {
		list, err := tx.Organizations()
		for _, o := range list {
			orgs = append(orgs, o.ID)
		}
		return err
	})
	err = errors.Join(boxes, err)
	for _, org := range orgs {
		_, purged := c.admin.PurgeDue(ctx, org)
		_, due := c.admin.CarryOut(ctx, org)
		err = errors.Join(err, purged, due)
	}
	return err
}

// newBlobs keeps recordings in the data directory.
func newBlobs(dir dataDir) *blob.Store { return blob.New(dir.blobs()) }

// announce mails of voice messages that nobody was told of yet.
func (c *core) announce(ctx context.Context) error {
	return c.boxes.Announce(ctx, func(ctx context.Context, b voicemail.Box, m pbx.VoiceMessage) error {
		return c.mail.VoiceMessage(ctx, m, b.Mail)
	})
}

func (c *core) close() error { return c.store.Close() }
