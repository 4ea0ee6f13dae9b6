package callflow

import (
	"context"
	"errors"
	"time"

	"ringfence/internal/engine/prompt"
	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
)

// Left is a caller who leaves a message, and for whom.
type Left struct {
	For    pbx.UserID
	Busy   bool       // the user is on the phone, or wants no calls
	Caller pbx.UserID // 0: nobody of ours
	Number string
	Name   string
	Call   pbx.CallID
}

// keepTime is how long it may take to store a message of a caller who has hung up.
const keepTime = 10 * time.Second

// Deposit takes a message for a user who could not take the call.
func (v *Voicemail) Deposit(ctx context.Context, l Line, left Left) error {
	box, ok := v.boxes.Box(left.For)
	if !ok { // it went while the phones rang
		return nil
	}
	voice := v.voices.In(box.Language)
	key, err := l.Play(ctx, v.greeting(ctx, box, left, voice), "#*")
	if err != nil {
		return err
	}
	if key == '*' { // whose mailbox it is may call from anywhere
		return v.Mailbox(ctx, l, Visit{Box: left.For})
	}
	for again := true; again; {
		if again, err = v.deposit(ctx, l, box, left, voice); err != nil {
			return err
		}
	}
	return nil
}

// greeting is what callers of a mailbox hear first.
func (v *Voicemail) greeting(ctx context.Context, box voicemail.Box, left Left, voice *prompt.Voice) []int16 {
	own, ok, err := v.boxes.GreetingFor(ctx, left.For, left.Busy)
	if err != nil {
		v.warn(ctx, "greeting not read", left.For, err)
	}
	if ok && err == nil {
		return own
	}
	state := prompt.ID("not_available")
	if left.Busy {
		state = "on_phone"
	}
	words := append([]prompt.ID{"person_at"}, prompt.Digits(box.Number)...)
	return voice.Say(append(words, state, "leave_message")...)
}

// deposit records one attempt, and reports whether the caller wants another.
func (v *Voicemail) deposit(
	ctx context.Context, l Line, box voicemail.Box, left Left, voice *prompt.Voice,
) (again bool, err error) {
	d, err := v.boxes.Begin(ctx, voicemail.Left{
		User: left.For, Caller: left.Caller, Number: left.Number, Name: left.Name, Call: left.Call,
	})
	if err != nil {
		return false, v.refuse(ctx, l, left.For, voice, err)
	}
	defer d.Discard() // means nothing once it is committed
	r, err := record(ctx, l, box.MaxLength, d.Write)
	switch {
	case errors.Is(err, ErrGone):
		return false, err
	case err != nil:
		return false, v.refuse(ctx, l, left.For, voice, err)
	case r.heard < shortest && !r.gone:
		_, err = l.Play(ctx, voice.Say("nothing_recorded", "goodbye"), "")
		return false, err
	case r.heard < shortest:
		return false, ErrGone
	}
	if r.key != 0 && !r.gone {
		key, gone := choose(ctx, l, voice.Say("menu_kept"), voice.Say("not_understood"), "12")
		if gone == nil && key == '2' {
			return true, nil
		}
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	if _, err = d.Commit(keep); err != nil {
		return false, v.refuse(ctx, l, left.For, voice, err)
	}
	_, err = l.Play(ctx, voice.Say("message_sent", "goodbye"), allKeys)
	return false, err
}

// refuse tells the caller why no message can be taken.
func (v *Voicemail) refuse(ctx context.Context, l Line, u pbx.UserID, voice *prompt.Voice, err error) error {
	say := prompt.ID("cannot_store")
	if pbx.KindOf(err) == pbx.Exhausted {
		say = "mailbox_full"
	} else {
		v.warn(ctx, "voice message not stored", u, err)
	}
	_, err = l.Play(ctx, voice.Sound(say), "")
	return err
}
