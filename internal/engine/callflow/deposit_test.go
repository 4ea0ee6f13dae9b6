package callflow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ringfence/internal/engine/callflow"
	"ringfence/internal/pbx"
)

// deposit lets a caller leave a message for Anna.
func (o *office) deposit(busy bool, script ...turn) error {
	o.Helper()
	return o.through(script, func(ctx context.Context, l callflow.Line) error {
		return o.Deposit(ctx, l, callflow.Left{For: anna, Busy: busy, Caller: ben, Number: "201", Name: "Ben", Call: 7})
	})
}

const (
	away = "person_at n_1 n_0 n_1 not_available leave_message"
	busy = "person_at n_1 n_0 n_1 on_phone leave_message"
)

func TestAMessageIsLeft(t *testing.T) {
	for _, c := range []struct {
		name   string
		busy   bool
		script []turn
		holds  string
		err    error
	}{
		{"he hangs up", false, []turn{{away, ""}, {"tone", "speaks, hangs up"}, {"message_sent goodbye", ""}}, "new:201", nil},
		{"and nobody is there to hear that it was sent", true, []turn{
			{busy, ""}, {"tone", "speaks"}, {"message_sent goodbye", ""},
		}, "new:201", nil},
		{"he does not wait for the end of the greeting", false, []turn{
			{away, "#"}, {"tone", "speaks"}, {"message_sent goodbye", ""},
		}, "new:201", nil},
		{"he presses a key and sends it", false, []turn{
			{away, ""}, {"tone", "speaks#"}, {"menu_kept", "1"}, {"message_sent goodbye", ""},
		}, "new:201", nil},
		{"he presses a key and another that means nothing", false, []turn{
			{away, ""}, {"tone", "speaks#"}, {"menu_kept", "9"}, {"not_understood menu_kept", "1"}, {"message_sent goodbye", ""},
		}, "new:201", nil},
		{"he presses a key and goes away", false, []turn{
			{away, ""}, {"tone", "speaks#"}, {"menu_kept", ""}, {"menu_kept", ""}, {"menu_kept", ""}, {"message_sent goodbye", ""},
		}, "new:201", nil},
		{"he presses a key and hangs up", false, []turn{
			{away, ""}, {"tone", "speaks#"}, {"menu_kept", "hangs up"},
		}, "new:201", callflow.ErrGone},
		{"he speaks twice", false, []turn{
			{away, ""}, {"tone", "speaks#"}, {"menu_kept", "2"}, {"tone", "speaks"}, {"message_sent goodbye", ""},
		}, "new:201", nil},
		{"he says nothing", false, []turn{{away, ""}, {"tone", "silent"}, {"nothing_recorded goodbye", ""}}, "", nil},
		{"he hangs up during the greeting", false, []turn{{away, "hangs up"}}, "", callflow.ErrGone},
		{"he hangs up after the tone", false, []turn{{away, ""}, {"tone", "hangs up"}}, "", callflow.ErrGone},
	} {
		t.Run(c.name, func(t *testing.T) {
			inOffice(t, func(o *office) {
				o.T = t
				if c.name == "he hangs up" {
					c.script, c.err = c.script[:2], callflow.ErrGone
				}
				if err := o.deposit(c.busy, c.script...); !errors.Is(err, c.err) {
					t.Errorf("the step ended with %v", err)
				}
				o.holds(anna, c.holds)
			})
		})
	}
}

func TestWhatIsKeptOfAMessage(t *testing.T) {
	inOffice(t, func(o *office) {
		start := time.Now()
		_ = o.deposit(false, turn{away, ""}, turn{"tone", "speaks"}, turn{"message_sent goodbye", ""})
		list, err := o.boxes.Messages(t.Context(), anna, pbx.MessageNew)
		o.ok(err)
		m := list[0]
		if m.Caller != ben || m.Name != "Ben" || m.Number != "201" || m.Call != 7 || m.LeftAt.Before(start) {
			t.Errorf("%+v", m)
		}
		if m.Duration != 2*time.Second {
			t.Errorf("it is %v long: the silence at its end belongs to nobody", m.Duration)
		}
		samples, err := o.boxes.Samples(t.Context(), m)
		o.ok(err)
		if len(samples) != 16_000 || samples[100] != speech(1)[100] {
			t.Errorf("%d samples", len(samples))
		}
	})
}

func TestAMessageEndsByItsLength(t *testing.T) {
	inOffice(t, func(o *office) {
		o.settings[pbx.SettingVoicemailLength] = "1s"
		_ = o.deposit(false, turn{away, ""}, turn{"tone", "speaks"}, turn{"message_sent goodbye", ""})
		list, err := o.boxes.Messages(t.Context(), anna, pbx.MessageNew)
		o.ok(err)
		if len(list) != 1 || list[0].Duration != time.Second {
			t.Errorf("%+v", list)
		}
	})
}

func TestCallersAreToldWhyNoMessageIsTaken(t *testing.T) {
	inOffice(t, func(o *office) {
		o.settings[pbx.SettingVoicemailMessages] = "1"
		o.leave(anna, "201", 1)
		o.ok(o.deposit(false, turn{away, ""}, turn{"mailbox_full", ""}))
		o.settings[pbx.SettingVoicemailMessages] = "9"
		o.full = true
		o.ok(o.deposit(false, turn{away, ""}, turn{"cannot_store", ""}))
		o.full = false
		o.settings[pbx.PermissionVoicemail] = "false"
		o.ok(o.deposit(false)) // it went while the phones rang
		o.holds(anna, "new:201")
	})
}

func TestCallersHearTheGreetingThatFits(t *testing.T) {
	inOffice(t, func(o *office) {
		o.ok(o.boxes.RecordGreeting(t.Context(), anna, pbx.GreetingStandard, speech(1)))
		_ = o.deposit(false, turn{"speech", "hangs up"})
		_ = o.deposit(true, turn{"speech", "hangs up"})
		o.ok(o.boxes.DeleteGreeting(t.Context(), anna, pbx.GreetingStandard))
		o.ok(o.boxes.RecordGreeting(t.Context(), anna, pbx.GreetingBusy, speech(1)))
		_ = o.deposit(false, turn{away, "hangs up"})
		_ = o.deposit(true, turn{"speech", "hangs up"})
	})
}
