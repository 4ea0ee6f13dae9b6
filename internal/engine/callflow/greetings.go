package callflow

import (
	"context"
	"strings"

	"ringfence/internal/engine/prompt"
	"ringfence/internal/pbx"
)

// greetings is the menu of what callers hear.
func (g *guest) greetings(ctx context.Context) error {
	for {
		key, err := g.choose(ctx, "menu_greetings", "123*")
		if err != nil {
			return err
		}
		i := strings.IndexByte("123", key)
		if key == 0 || i < 0 {
			return nil
		}
		if err = g.oneGreeting(ctx, pbx.GreetingKinds()[i]); err != nil {
			return err
		}
	}
}

// oneGreeting records, plays or takes away a greeting.
func (g *guest) oneGreeting(ctx context.Context, kind pbx.GreetingKind) error {
	for {
		key, err := g.choose(ctx, "menu_greeting", "123*")
		if err != nil {
			return err
		}
		switch key {
		case '1':
			err = g.recordGreeting(ctx, kind)
		case '2':
			err = g.playGreeting(ctx, kind)
		case '3':
			err = g.removeGreeting(ctx, kind)
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (g *guest) playGreeting(ctx context.Context, kind pbx.GreetingKind) error {
	samples, ok, err := g.boxes.GreetingSamples(ctx, g.visit.Box, kind)
	switch {
	case err != nil:
		return g.failed(ctx, "greeting not read", err)
	case !ok:
		return g.say(ctx, "no_greeting")
	}
	_, err = g.line.Play(ctx, samples, allKeys)
	return err
}

func (g *guest) removeGreeting(ctx context.Context, kind pbx.GreetingKind) error {
	err := g.boxes.DeleteGreeting(ctx, g.visit.Box, kind)
	switch {
	case err == nil:
		return g.say(ctx, "greeting_removed")
	case pbx.KindOf(err) == pbx.NotFound:
		return g.say(ctx, "no_greeting")
	}
	return g.failed(ctx, "greeting not removed", err)
}

// recordGreeting records a greeting until the guest likes it. What was there before stays until then.
func (g *guest) recordGreeting(ctx context.Context, kind pbx.GreetingKind) error {
	for {
		if err := g.say(ctx, "speak_now"); err != nil {
			return err
		}
		var samples []int16
		r, err := record(ctx, g.line, pbx.MaxGreeting, func(piece []int16) error {
			samples = append(samples, piece...)
			return nil
		})
		switch {
		case err != nil:
			return err
		case r.gone:
			return ErrGone
		case r.heard < shortest:
			return g.say(ctx, "nothing_recorded")
		}
		again, err := g.judge(ctx, kind, samples)
		if err != nil || !again {
			return err
		}
	}
}

// judge asks what to do with a recording, and reports whether it is to be made again.
func (g *guest) judge(ctx context.Context, kind pbx.GreetingKind, samples []int16) (again bool, err error) {
	for {
		key, err := g.choose(ctx, "menu_recorded", "123*")
		if err != nil {
			return false, err
		}
		switch key {
		case '1':
			say := prompt.ID("greeting_stored")
			if err = g.boxes.RecordGreeting(ctx, g.visit.Box, kind, samples); err != nil {
				return false, g.failed(ctx, "greeting not stored", err)
			}
			return false, g.say(ctx, say)
		case '2':
			if _, err = g.line.Play(ctx, samples, allKeys); err != nil {
				return false, err
			}
		case '3':
			return true, nil
		default:
			return false, nil
		}
	}
}
