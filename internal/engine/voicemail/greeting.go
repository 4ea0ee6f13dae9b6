package voicemail

import (
	"context"
	"errors"
	"io"
	"slices"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
)

// MaxUpload is how many octets an uploaded greeting may have.
const MaxUpload = 30 << 20

// Greetings gives the greetings of a mailbox, those that are there.
func (s *Service) Greetings(ctx context.Context, u pbx.UserID) ([]pbx.Greeting, error) {
	return s.cfg.Store.Greetings(ctx, u)
}

// Greeting gives a greeting of a mailbox; false when there is none of the kind.
func (s *Service) Greeting(ctx context.Context, u pbx.UserID, kind pbx.GreetingKind) (pbx.Greeting, bool, error) {
	g, err := s.cfg.Store.Greeting(ctx, u, kind)
	if err != nil && pbx.KindOf(err) == pbx.NotFound {
		return pbx.Greeting{}, false, nil
	}
	return g, err == nil, err
}

// GreetingFor gives what a caller hears now: the greeting for being away before all others, then that for being busy if
// he is, then the usual one. False when there is none.
func (s *Service) GreetingFor(ctx context.Context, u pbx.UserID, busy bool) ([]int16, bool, error) {
	there, err := s.cfg.Store.Greetings(ctx, u)
	if err != nil {
		return nil, false, err
	}
	for _, kind := range []pbx.GreetingKind{pbx.GreetingAway, pbx.GreetingBusy, pbx.GreetingStandard} {
		if kind == pbx.GreetingBusy && !busy {
			continue
		}
		i := slices.IndexFunc(there, func(g pbx.Greeting) bool { return g.Kind == kind })
		if i < 0 {
			continue
		}
		samples, err := s.samples(there[i].Blob, 2*pbx.MaxGreeting)
		if err != nil { // a caller is better served with the next than with silence
			s.log.ErrorContext(ctx, "a greeting can't be read", "user", int64(u), "kind", string(kind), "error", err)
			continue
		}
		return samples, true, nil
	}
	return nil, false, nil
}

// GreetingSound opens a greeting, a WAV file, and tells its size; NotFound, Unavailable.
func (s *Service) GreetingSound(
	ctx context.Context, u pbx.UserID, kind pbx.GreetingKind,
) (io.ReadSeekCloser, int64, error) {
	g, err := s.cfg.Store.Greeting(ctx, u, kind)
	if err != nil {
		return nil, 0, noGreeting(err)
	}
	return s.cfg.Blobs.Open(g.Blob)
}

// GreetingSamples gives a greeting to be played; false when there is none of the kind.
func (s *Service) GreetingSamples(ctx context.Context, u pbx.UserID, kind pbx.GreetingKind) ([]int16, bool, error) {
	g, ok, err := s.Greeting(ctx, u, kind)
	if err != nil || !ok {
		return nil, false, err
	}
	samples, err := s.samples(g.Blob, 2*pbx.MaxGreeting)
	return samples, err == nil, err
}

// noGreeting gives what is not there its name.
func noGreeting(err error) error {
	if pbx.KindOf(err) == pbx.NotFound {
		return errNoGreeting()
	}
	return err
}

// RecordGreeting stores a greeting in place of the one before: samples of one channel at 8 kHz. NotFound when there is no
// such mailbox, Invalid when nothing was said or too much, Unavailable.
func (s *Service) RecordGreeting(ctx context.Context, u pbx.UserID, kind pbx.GreetingKind, samples []int16) error {
	b, ok := s.Box(u)
	switch {
	case !ok:
		return errNoBox()
	case !slices.Contains(pbx.GreetingKinds(), kind):
		return errNoGreeting()
	case len(samples) == 0:
		return pbx.Errorf(pbx.Invalid, "Nothing was recorded.")
	case length(len(samples)) > pbx.MaxGreeting:
		return errLongGreeting()
	}
	t, err := s.store(samples)
	if err != nil {
		return err
	}
	g := pbx.Greeting{
		User: u, Kind: kind, RecordedAt: s.now(), Duration: t.length(), Blob: t.blob.Name(), Size: t.size(),
	}
	replaced, err := s.cfg.Store.PutGreeting(ctx, b.Organization, g)
	if err != nil {
		s.forgetUnnamed(ctx, g.Blob)
		return err
	}
	s.forget(ctx, replaced)
	s.changed(b.Organization, u)
	return nil
}

// UploadGreeting stores a greeting from a WAV file: PCM of 16 bits, A-law or μ-law, mono or stereo, 8 to 48 kHz, at most
// MaxUpload octets. NotFound, Invalid, Exhausted while many are converted, Unavailable.
func (s *Service) UploadGreeting(ctx context.Context, u pbx.UserID, kind pbx.GreetingKind, wav io.Reader) error {
	if _, ok := s.Box(u); !ok {
		return errNoBox()
	}
	select {
	case s.convert <- struct{}{}:
	case <-ctx.Done():
		return &pbx.Error{Kind: pbx.Unavailable, Text: "The server is busy; try again.", Cause: ctx.Err()}
	}
	defer func() { <-s.convert }()
	sound, err := audio.ReadWAV(wav, audio.WAVLimits{Octets: MaxUpload, Length: pbx.MaxGreeting})
	if err != nil {
		return refusedWAV(err)
	}
	return s.RecordGreeting(ctx, u, kind, audio.Resample(sound.Samples, sound.Rate, Rate))
}

// refusedWAV says what is wrong with a file.
func refusedWAV(err error) error {
	switch {
	case errors.Is(err, audio.ErrNoWAV):
		return pbx.Errorf(pbx.Invalid, "This is not a WAV file.")
	case errors.Is(err, audio.ErrWAVKind):
		return pbx.Errorf(pbx.Invalid, "This kind of WAV file can't be used: save it with 16 bits, mono or stereo, at 8 to 48 kHz.")
	case errors.Is(err, audio.ErrTooLarge):
		return pbx.Errorf(pbx.Invalid, "The file is larger than 30 MB.")
	case errors.Is(err, audio.ErrTooLong):
		return errLongGreeting()
	}
	return &pbx.Error{Kind: pbx.Invalid, Text: "The file did not arrive whole.", Cause: err}
}

func errLongGreeting() error {
	return pbx.Errorf(pbx.Invalid, "A greeting is at most two minutes long.")
}

// DeleteGreeting removes a greeting; NotFound when there is none of the kind.
func (s *Service) DeleteGreeting(ctx context.Context, u pbx.UserID, kind pbx.GreetingKind) error {
	blob, err := s.cfg.Store.DropGreeting(ctx, u, kind)
	if err != nil {
		return noGreeting(err)
	}
	s.forget(ctx, blob)
	if user, ok := s.cfg.Directory.User(u); ok {
		s.changed(user.Organization, u)
	}
	return nil
}
