package voicemail

import (
	"context"
	"net/netip"
	"strconv"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
	"ringfence/internal/support/throttle"
)

// From elsewhere a mailbox is guessed at by strangers who have all day: after a few wrong PINs some fifty a day are heard,
// whoever calls.
const (
	awayBase   = 4 * time.Second
	awayMax    = 30 * time.Minute
	awayForget = 24 * time.Hour
)

// CheckPIN tells whether a PIN is that of a mailbox. Own says that it comes from a phone of its owner, which is counted by
// itself: no guess from elsewhere keeps him from his messages (V2). Source is for the log. Unauthenticated when it is wrong,
// Exhausted with RetryAfter when it was not heard because of wrong ones before.
func (s *Service) CheckPIN(ctx context.Context, u pbx.UserID, pin pbx.Secret, own bool, source string) error {
	table, place := s.away, "away"
	if own {
		table, place = s.own, "own"
	}
	box := []byte(strconv.FormatInt(int64(u), 10))
	if wait := s.count(table, box); wait > 0 {
		s.counters.SlowedPINs.Add(1)
		return errWait(wait)
	}
	right, err := s.rightPIN(ctx, u, pin)
	if err != nil {
		return err
	}
	if !right {
		s.counters.WrongPINs.Add(1)
		s.log.InfoContext(ctx, "a voicemail PIN was refused", "user", int64(u), "from", place, "source", source)
		return pbx.Errorf(pbx.Unauthenticated, "The PIN is not right.")
	}
	table.Succeed(netip.Addr{}, box)
	return nil
}

// count gives how long a guess must wait, or counts it as a wrong one. It is taken back when it was right, so that of many
// guesses at once no more are heard than one after the other.
func (s *Service) count(table *throttle.Table, box []byte) time.Duration {
	s.pinMu.Lock()
	defer s.pinMu.Unlock()
	wait := table.Wait(netip.Addr{}, box)
	if wait == 0 {
		table.Fail(netip.Addr{}, box)
	}
	return wait
}

func (s *Service) rightPIN(ctx context.Context, u pbx.UserID, pin pbx.Secret) (bool, error) {
	if _, ok := s.Box(u); !ok {
		return false, nil
	}
	var stored pbx.UserSecret
	err := s.cfg.People.View(ctx, func(tx admin.ReadTx) (err error) {
		stored, err = tx.UserSecret(u, pbx.VoicemailPIN)
		return err
	})
	if err != nil {
		if pbx.KindOf(err) == pbx.NotFound {
			return false, nil // without a PIN none is right
		}
		return false, err
	}
	return stored.Scheme == pbx.SchemeHMAC && len(stored.Value) > 0 &&
		s.cfg.Vault.VerifyMAC(vault.SecretRow(u, pbx.VoicemailPIN), stored.Value, pin), nil
}

func errWait(d time.Duration) error {
	return &pbx.Error{
		Kind: pbx.Exhausted, Text: "Too many wrong PINs: wait " + inWords(d) + ".", RetryAfter: d,
	}
}

// inWords rounds up to what people say.
func inWords(d time.Duration) string {
	n, unit := int((d+time.Second-1)/time.Second), "second"
	if d > time.Minute {
		n, unit = int((d+time.Minute-1)/time.Minute), "minute"
	}
	if n == 1 {
		return "one " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}
