// Package voicemail is what may happen to mailboxes: messages are left, heard, kept, forwarded and deleted, greetings
// recorded, PINs asked for. Sounds are blobs beside the rows that name them; both are 8 kHz, one channel, 16 bits.
//
// A message is whole or not there: its sound is complete on the disk before its row is written, and what no row names is
// swept. Nothing here is part of a change set (docs/adr/0012). Who may ask is settled by the edges: every method that names
// a user acts for him, and what is in another's mailbox is pbx.NotFound. How a caller gets here is not this package's.
//
// A Service is safe for concurrent use; a Deposit belongs to one goroutine at a time.
package voicemail

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
	"ringfence/internal/support/fanout"
	"ringfence/internal/support/throttle"
)

// Rate is how many samples a second of every sound here has.
const Rate = 8000

// Config is what a Service is made from. Log and Now may be left out.
type Config struct {
	Store     Store
	Blobs     Blobs
	Directory Directory
	People    People
	Vault     *vault.Vault
	Log       *slog.Logger
	Now       func() time.Time // nil: the clock
}

// Change tells that something in a mailbox is no longer as it was.
type Change struct {
	Organization pbx.OrganizationID
	User         pbx.UserID // whose mailbox
}

// Service is the mailboxes. Make one with New.
type Service struct {
	// Changed is told of each change of a mailbox after it is stored.
	Changed fanout.Hub[Change]

	cfg      Config
	log      *slog.Logger
	clock    func() time.Time
	counters Counters

	pinMu     sync.Mutex // makes one step of asking whether a guess may be heard, and counting it
	own, away *throttle.Table

	convert chan struct{} // bounds the memory that conversions take

	tidyMu sync.Mutex // one tidies
	swept  time.Time  // guarded by tidyMu
	tellMu sync.Mutex // one tells
}

// Counters counts what happened to messages.
type Counters struct {
	Left, Refused, Given, WrongPINs, SlowedPINs, Swept atomic.Uint64
}

// Each gives every counter with its name and help.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("voicemail_messages_total", "Messages that were left.", c.Left.Load())
	fn("voicemail_full_total", "Messages that were refused because the mailbox was full.", c.Refused.Load())
	fn("voicemail_discarded_total", "Messages that were begun and given up.", c.Given.Load())
	fn("voicemail_pins_wrong_total", "Wrong voicemail PINs.", c.WrongPINs.Load())
	fn("voicemail_pins_slowed_total", "Voicemail PINs that were not heard because of wrong ones before.", c.SlowedPINs.Load())
	fn("voicemail_blobs_swept_total", "Recordings that nothing named any more.", c.Swept.Load())
}

// conversionsAtOnce bounds how many uploaded greetings are converted at the same time.
const conversionsAtOnce = 2

// New makes the service.
func New(cfg Config) *Service {
	s := &Service{
		cfg: cfg, log: cfg.Log, clock: cfg.Now, own: throttle.New(throttle.Config{}), away: throttle.New(throttle.Config{
			Base: awayBase, Max: awayMax, Forget: awayForget,
		}), convert: make(chan struct{}, conversionsAtOnce),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	return s
}

// Counters returns the service's counters.
func (s *Service) Counters() *Counters { return &s.counters }

// now is the time as it is stored: UTC, whole milliseconds.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

func (s *Service) changed(org pbx.OrganizationID, u pbx.UserID) { s.Changed.Publish(Change{org, u}) }

// forget removes a blob that no row names any more. What can't be removed now is swept later.
func (s *Service) forget(ctx context.Context, blob string) {
	if blob == "" {
		return
	}
	if err := s.cfg.Blobs.Remove(blob); err != nil {
		s.log.WarnContext(ctx, "a recording can't be removed now, it is tried again later", "error", err)
	}
}

// forgetUnnamed removes a blob whose row may not have been stored. While that is not certain it stays for the sweep.
func (s *Service) forgetUnnamed(ctx context.Context, blob string) {
	ctx = context.WithoutCancel(ctx)
	if named, err := s.cfg.Store.Blobs(ctx, blob[:prefixLen]); err == nil && !named[blob] {
		s.forget(ctx, blob)
	}
}

// prefixLen is how much of a blob's name tells its folder.
const prefixLen = 2
