package callflow

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"ringfence/internal/engine/prompt"
	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
)

// PINs changes the PIN of a mailbox. It fails with Invalid if the policy does not allow it.
type PINs interface {
	ChangePIN(ctx context.Context, u pbx.UserID, pin pbx.Secret) error
}

// Config is what a Voicemail is made of.
type Config struct {
	Boxes  *voicemail.Service
	Voices *prompt.Voices
	PINs   PINs
	Log    *slog.Logger     // silent if nil
	Now    func() time.Time // time.Now if nil
}

// Voicemail takes messages and lets people hear them.
type Voicemail struct {
	boxes  *voicemail.Service
	voices *prompt.Voices
	pins   PINs
	log    *slog.Logger
	now    func() time.Time
}

// NewVoicemail makes the steps of mailboxes.
func NewVoicemail(cfg Config) *Voicemail {
	v := &Voicemail{boxes: cfg.Boxes, voices: cfg.Voices, pins: cfg.PINs, log: cfg.Log, now: cfg.Now}
	if v.log == nil {
		v.log = slog.New(slog.DiscardHandler)
	}
	if v.now == nil {
		v.now = time.Now
	}
	return v
}

func (v *Voicemail) warn(ctx context.Context, what string, u pbx.UserID, err error) {
	v.log.LogAttrs(ctx, slog.LevelWarn, "a mailbox did not do what was asked of it", slog.String("what", what),
		slog.Int64("user", int64(u)), slog.Any("error", err))
}

// Visit is somebody who calls a mailbox.
type Visit struct {
	Caller pbx.UserID // 0: nobody of ours
	Box    pbx.UserID // whose mailbox it is; 0: he presses its number
}

// own tells whether the phone is one of the mailbox's owner.
func (v Visit) own() bool { return v.Caller != 0 && v.Caller == v.Box }

// guest is somebody in a mailbox.
type guest struct {
	*Voicemail
	line  Line
	visit Visit
	box   voicemail.Box
	voice *prompt.Voice
}

// Mailbox lets somebody hear the messages of a mailbox, once he has shown that he may.
func (v *Voicemail) Mailbox(ctx context.Context, l Line, visit Visit) error {
	g := &guest{Voicemail: v, line: l, visit: visit, voice: v.voices.In("")}
	for _, u := range []pbx.UserID{visit.Caller, visit.Box} {
		if b, ok := v.boxes.Box(u); ok {
			g.voice = v.voices.In(b.Language)
			break
		}
	}
	if visit.Box == 0 {
		number, err := digits(ctx, l, g.voice.Say("enter_number"), maxNumber)
		if err != nil {
			return err
		}
		g.visit.Box, _ = v.boxes.Dialled(number) // nobody's: it is asked for a PIN all the same
	}
	box, ok := v.boxes.Box(g.visit.Box)
	if !ok && g.visit.own() {
		return g.say(ctx, "no_mailbox", "goodbye")
	}
	g.box = box
	if !ok || !g.visit.own() || box.AskPIN {
		in, err := g.admit(ctx, ok)
		if err != nil || !in {
			return err
		}
	}
	g.voice = v.voices.In(box.Language)
	return g.inside(ctx)
}

const (
	maxNumber = 32 // digits
	maxPIN    = 12
)

// admit asks for the PIN, and reports whether it was right. there: such a mailbox exists; that it does not is not told.
func (g *guest) admit(ctx context.Context, there bool) (bool, error) {
	for range askings {
		pin, err := digits(ctx, g.line, g.voice.Say("enter_pin"), maxPIN)
		if err != nil {
			return false, err
		}
		err = pbx.Errorf(pbx.Unauthenticated, "There is no such mailbox.")
		if there {
			err = g.boxes.CheckPIN(ctx, g.visit.Box, pbx.NewSecret(pin), g.visit.own(), g.source())
		}
		switch pbx.KindOf(err) {
		case pbx.Exhausted:
			return false, g.say(ctx, "pin_slowed", "goodbye")
		case pbx.Unauthenticated, pbx.Invalid, pbx.NotFound:
			err = g.say(ctx, "pin_wrong")
		default:
			if err == nil {
				return true, nil
			}
			g.warn(ctx, "PIN not checked", g.visit.Box, err)
			return false, g.say(ctx, "try_later", "goodbye")
		}
		if err != nil {
			return false, err
		}
	}
	return false, g.say(ctx, "goodbye")
}

// source is who tries a PIN, for the log.
func (g *guest) source() string {
	if g.visit.Caller == 0 {
		return "outside"
	}
	return "user " + strconv.FormatInt(int64(g.visit.Caller), 10)
}

// say speaks, and goes on at any key.
func (g *guest) say(ctx context.Context, ids ...prompt.ID) error {
	_, err := g.line.Play(ctx, g.voice.Say(ids...), "")
	return err
}

// choose reads out a menu.
func (g *guest) choose(ctx context.Context, menu prompt.ID, keys string) (byte, error) {
	return choose(ctx, g.line, g.voice.Sound(menu), g.voice.Sound("not_understood"), keys)
}

// failed tells that something did not go, and why to the log.
func (g *guest) failed(ctx context.Context, what string, err error) error {
	g.warn(ctx, what, g.visit.Box, err)
	return g.say(ctx, "try_later")
}

// inside is the main menu.
func (g *guest) inside(ctx context.Context) error {
	if err := g.summary(ctx); err != nil {
		return err
	}
	for {
		key, err := g.choose(ctx, "menu_main", "1234*")
		if err != nil {
			return err
		}
		switch key {
		case '1':
			err = g.listen(ctx, pbx.MessageNew)
		case '2':
			err = g.listen(ctx, pbx.MessageSaved)
		case '3':
			err = g.greetings(ctx)
		case '4':
			err = g.changePIN(ctx)
		default: // he is done, or has put the phone aside
			return g.say(ctx, "goodbye")
		}
		if err != nil {
			return err
		}
	}
}

// summary says how many messages there are.
func (g *guest) summary(ctx context.Context) error {
	w, err := g.boxes.Waiting(ctx, g.visit.Box)
	if err != nil {
		return g.failed(ctx, "mailbox not read", err)
	}
	return g.say(ctx, append([]prompt.ID{"you_have"}, prompt.And(
		prompt.Count(w.New, "no_new_messages", "one_new_message", "new_messages"),
		prompt.Count(w.Saved, "no_saved_messages", "one_saved_message", "saved_messages"),
	)...)...)
}

// changePIN asks for another PIN, twice.
func (g *guest) changePIN(ctx context.Context) error {
	if !g.box.ChangePIN {
		return g.say(ctx, "not_allowed")
	}
	for range askings {
		pin, err := digits(ctx, g.line, g.voice.Sound("enter_new_pin"), maxPIN)
		if err != nil || pin == "" {
			return err
		}
		again, err := digits(ctx, g.line, g.voice.Sound("repeat_new_pin"), maxPIN)
		if err != nil {
			return err
		}
		say := prompt.ID("pins_differ")
		if pin == again {
			err = g.pins.ChangePIN(ctx, g.visit.Box, pbx.NewSecret(pin))
			if err == nil {
				return g.say(ctx, "pin_changed")
			}
			if pbx.KindOf(err) != pbx.Invalid {
				return g.failed(ctx, "PIN not changed", err)
			}
			say = "pin_not_allowed"
		}
		if err = g.say(ctx, say); err != nil {
			return err
		}
	}
	return nil
}
