package callflow_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ringfence/internal/engine/callflow"
	"ringfence/internal/pbx"
)

// visit lets somebody into a mailbox.
func (o *office) visit(v callflow.Visit, script ...turn) {
	o.Helper()
	_ = o.through(script, func(ctx context.Context, l callflow.Line) error { return o.Mailbox(ctx, l, v) })
}

var own = callflow.Visit{Caller: anna, Box: anna}

const empty = "you_have no_new_messages and no_saved_messages menu_main"

func TestTheMailboxAsksForThePIN(t *testing.T) {
	inOffice(t, func(o *office) {
		o.visit(own, turn{"enter_pin", "493817#"}, turn{empty, "*"}, turn{"goodbye", ""})
		o.visit(own, turn{"enter_pin", "493817"}, turn{empty, "hangs up"}) // without # after a while
		o.visit(own, turn{"enter_pin", "1#"}, turn{"pin_wrong enter_pin", "493817#"}, turn{empty, "hangs up"})
		o.visit(own, turn{"enter_pin", "1#"}, turn{"pin_wrong enter_pin", "2#"}, turn{"pin_wrong enter_pin", "3#"},
			turn{"pin_wrong goodbye", ""})
		<-time.After(time.Hour)
		o.settings[pbx.SettingVoicemailAskPIN] = "false"
		o.visit(own, turn{empty, ""}, turn{"menu_main", ""}, turn{"menu_main", ""}, turn{"goodbye", ""})
		o.visit(callflow.Visit{Caller: ben, Box: anna}, turn{"enter_pin", "hangs up"}) // another's phone is asked all the same
	})
}

func TestAnyMailboxFromAnyPhone(t *testing.T) {
	inOffice(t, func(o *office) {
		any := callflow.Visit{Caller: ben}
		o.visit(any, turn{"enter_number", "101#"}, turn{"enter_pin", "493817#"}, turn{empty, "*"}, turn{"goodbye", ""})
		for _, number := range []string{"301#", "999#", "#"} { // without a mailbox, nobody's, none
			o.visit(any, turn{"enter_number", number}, turn{"enter_pin", "493817#"}, turn{"pin_wrong enter_pin", "hangs up"})
		}
		o.visit(callflow.Visit{Caller: cleo, Box: cleo}, turn{"no_mailbox goodbye", ""})
		// from the greeting
		_ = o.deposit(false, turn{away, "*"}, turn{"enter_pin", "493817#"}, turn{empty, "hangs up"})
	})
}

// TestAThousandGuessesOpenNoMailbox guesses PINs over many calls; the owner still gets in (V2).
func TestAThousandGuessesOpenNoMailbox(t *testing.T) {
	inOffice(t, func(o *office) {
		guesses, heard := 0, 0
		for guesses < 1000 {
			p := &guesser{pin: 400_000 + guesses}
			_ = o.Mailbox(t.Context(), p, callflow.Visit{Caller: ben, Box: anna})
			guesses, heard = guesses+p.tried, heard+p.wrong
			if p.in {
				t.Fatal("it is open")
			}
			<-time.After(10 * time.Second)
		}
		if heard > 60 {
			t.Errorf("%d of %d guesses were heard", heard, guesses)
		}
		o.visit(own, turn{"enter_pin", "493817#"}, turn{empty, "hangs up"})
	})
}

// guesser presses one PIN after the other.
type guesser struct {
	pin, tried, wrong int
	in                bool
	keys              string
}

// Play implements callflow.Line.
func (g *guesser) Play(_ context.Context, samples []int16, _ string) (byte, error) {
	for _, w := range words(samples) {
		switch w {
		case "enter_pin":
			g.keys = fmt.Sprintf("%06d#", g.pin)
			g.pin++
			g.tried++
		case "pin_wrong":
			g.wrong++
		case "you_have":
			g.in = true
		case "pin_slowed":
			return 0, callflow.ErrGone
		}
	}
	return 0, nil
}

// Key implements callflow.Line.
func (g *guesser) Key(context.Context, time.Duration) (byte, error) {
	if g.keys == "" {
		return 0, callflow.ErrGone
	}
	k := g.keys[0]
	g.keys = g.keys[1:]
	return k, nil
}

// Record implements callflow.Line.
func (g *guesser) Record(context.Context, string, time.Duration, func([]int16) bool) (byte, error) {
	return 0, callflow.ErrGone
}

func TestMessagesAreHeardKeptDeletedAndForwarded(t *testing.T) {
	inOffice(t, func(o *office) {
		o.settings[pbx.SettingVoicemailAskPIN] = "false"
		for _, from := range []string{"201", "+4930", "", "202"} {
			o.leave(anna, from, 1)
			<-time.After(time.Minute)
		}
		const at = "today at n_1 clock" // the clock of the test begins at midnight UTC
		o.visit(own,
			turn{"you_have n_4 new_messages and no_saved_messages menu_main", "1"},
			turn{"message n_1 from n_2 n_0 n_1 " + at, ""},
			turn{"speech", ""},
			turn{"menu_message", "1"},
			turn{"speech", "3"},
			turn{"message_deleted message n_2 from plus n_4 n_9 n_3 n_0 " + at + "_and n_1", "2"},
			turn{"message_saved message n_3 from_unknown " + at + "_and n_2", "4"},
			turn{"enter_forward", "301#"},
			turn{"no_mailbox menu_message", "4"},
			turn{"enter_forward", "201#"},
			turn{"forwarded menu_message", "5"},
			turn{"message n_2 from plus n_4 n_9 n_3 n_0 " + at + "_and n_1", "6"},
			turn{"message n_3 from_unknown " + at + "_and n_2", "6"},
			turn{"message n_4 from n_2 n_0 n_2 " + at + "_and n_3", ""},
			turn{"speech", ""},
			turn{"menu_message", "6"},
			turn{"no_more_messages menu_main", "*"},
			turn{"goodbye", ""},
		)
		o.holds(anna, "deleted:201 saved:+4930 new: saved:202")
		o.holds(ben, "new:")
		o.visit(own, turn{"you_have one_new_message and n_2 saved_messages menu_main", "2"},
			turn{"message n_1 from plus n_4 n_9 n_3 n_0 " + at + "_and n_1", "*"}, turn{"menu_main", "hangs up"})
	})
}

func TestGreetingsAreRecordedHeardAndTakenAway(t *testing.T) {
	inOffice(t, func(o *office) {
		o.settings[pbx.SettingVoicemailAskPIN] = "false"
		o.visit(own,
			turn{empty, "3"},
			turn{"menu_greetings", "1"},
			turn{"menu_greeting", "2"},
			turn{"no_greeting menu_greeting", "1"},
			turn{"speak_now tone", "speaks#"},
			turn{"menu_recorded", "2"},
			turn{"speech", ""},
			turn{"menu_recorded", "3"},
			turn{"speak_now tone", "speaks"},
			turn{"menu_recorded", "1"},
			turn{"greeting_stored menu_greeting", "2"},
			turn{"speech", ""},
			turn{"menu_greeting", "*"},
			turn{"menu_greetings", "3"},
			turn{"menu_greeting", "1"},
			turn{"speak_now tone", "silent"},
			turn{"nothing_recorded menu_greeting", "1"},
			turn{"speak_now tone", "speaks#"},
			turn{"menu_recorded", "*"},
			turn{"menu_greeting", "3"},
			turn{"no_greeting menu_greeting", "*"},
			turn{"menu_greetings", "*"},
			turn{"menu_main", "*"},
			turn{"goodbye", ""},
		)
		list, err := o.boxes.Greetings(t.Context(), anna)
		o.ok(err)
		if len(list) != 1 || list[0].Kind != pbx.GreetingStandard || list[0].Duration != 2*time.Second {
			t.Errorf("greetings %+v", list)
		}
	})
}

func TestThePINIsChangedByPhone(t *testing.T) {
	inOffice(t, func(o *office) {
		o.settings[pbx.SettingVoicemailAskPIN] = "false"
		o.visit(own,
			turn{empty, "4"},
			turn{"enter_new_pin", "123456#"},
			turn{"repeat_new_pin", "123456#"},
			turn{"pin_not_allowed enter_new_pin", "738164#"},
			turn{"repeat_new_pin", "738165#"},
			turn{"pins_differ enter_new_pin", "738164#"},
			turn{"repeat_new_pin", "738164#"},
			turn{"pin_changed menu_main", "4"},
			turn{"enter_new_pin", "*"},
			turn{"menu_main", "*"},
			turn{"goodbye", ""},
		)
		if o.pins[anna] != "738164" {
			t.Errorf("the PIN is %s", o.pins[anna])
		}
		o.settings[pbx.PermissionChangePIN] = "false"
		o.visit(own, turn{empty, "4"}, turn{"not_allowed menu_main", "hangs up"})
	})
}
