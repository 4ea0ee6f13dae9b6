package callflow

import (
	"context"

	"ringfence/internal/engine/prompt"
	"ringfence/internal/pbx"
)

// listen plays the messages of a state, one after the other.
func (g *guest) listen(ctx context.Context, state pbx.VoiceMessageState) error {
	list, err := g.boxes.Messages(ctx, g.visit.Box, state)
	if err != nil {
		return g.failed(ctx, "mailbox not read", err)
	}
	for i := 0; i < len(list); {
		step, err := g.message(ctx, &list[i], i+1)
		if err != nil || step == 0 {
			return err
		}
		i = max(0, i+step)
	}
	return g.say(ctx, "no_more_messages")
}

// message plays one message and does what the guest wants with it. It returns how far to go on in the list, 0 for the main
// menu.
func (g *guest) message(ctx context.Context, m *pbx.VoiceMessage, place int) (step int, err error) {
	const keys = "123456*"
	key, err := g.line.Play(ctx, g.voice.Say(g.about(m, place)...), keys)
	for err == nil {
		if key == 0 || key == '1' {
			if key, err = g.hear(ctx, m, keys); err != nil {
				return 0, err
			}
		}
		if key == 0 {
			if key, err = g.choose(ctx, "menu_message", keys); err != nil {
				return 0, err
			}
		}
		switch key {
		case '1':
			continue
		case '2':
			if err = g.boxes.Save(ctx, g.visit.Box, m.ID); err == nil {
				return 1, g.say(ctx, "message_saved")
			}
			return 1, g.failed(ctx, "message not saved", err)
		case '3':
			if err = g.boxes.Delete(ctx, g.visit.Box, m.ID); err == nil {
				return 1, g.say(ctx, "message_deleted")
			}
			return 1, g.failed(ctx, "message not deleted", err)
		case '4':
			err = g.forward(ctx, m)
			key = 0
			if err == nil {
				key, err = g.choose(ctx, "menu_message", keys)
			}
			if err == nil && key == 0 {
				return 0, nil
			}
		case '5':
			return -1, nil
		case '6':
			return 1, nil
		default:
			return 0, nil
		}
	}
	return 0, err
}

// hear plays the message. Once it was heard to its end it is new no more.
func (g *guest) hear(ctx context.Context, m *pbx.VoiceMessage, keys string) (byte, error) {
	samples, err := g.boxes.Samples(ctx, *m)
	if err != nil {
		return 0, g.failed(ctx, "message not read", err)
	}
	key, err := g.line.Play(ctx, samples, keys)
	if err == nil && key == 0 && m.State == pbx.MessageNew {
		if failure := g.boxes.Save(ctx, g.visit.Box, m.ID); failure != nil {
			g.warn(ctx, "message not saved", g.visit.Box, failure)
		}
		m.State = pbx.MessageSaved
	}
	return key, err
}

// about says which message it is, from whom, and when it was left.
func (g *guest) about(m *pbx.VoiceMessage, place int) []prompt.ID {
	out := append([]prompt.ID{"message"}, prompt.Number(place)...)
	if number := prompt.Digits(m.Number); len(number) > 0 {
		out = append(append(out, "from"), number...)
	} else {
		out = append(out, "from_unknown")
	}
	return append(out, prompt.When(m.LeftAt.In(g.box.TimeZone), g.now().In(g.box.TimeZone))...)
}

// forward gives a copy to somebody else.
func (g *guest) forward(ctx context.Context, m *pbx.VoiceMessage) error {
	number, err := digits(ctx, g.line, g.voice.Sound("enter_forward"), maxNumber)
	if err != nil || number == "" {
		return err
	}
	to, ok := g.boxes.Dialled(number)
	if !ok {
		return g.say(ctx, "no_mailbox")
	}
	switch err = g.boxes.Forward(ctx, g.visit.Box, m.ID, []pbx.UserID{to}); pbx.KindOf(err) {
	case pbx.Exhausted:
		return g.say(ctx, "mailbox_full")
	default:
		if err != nil {
			return g.failed(ctx, "message not forwarded", err)
		}
	}
	return g.say(ctx, "forwarded")
}
