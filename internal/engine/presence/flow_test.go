package presence_test

import (
	"testing"
	"time"

	"ringfence/internal/engine/presence"
	"ringfence/internal/wire/sip/event"
	"ringfence/internal/wire/sip/transport"
)

// Signalling 4: a phone whose connection was lost is told on the one with which it registers next.
func TestAPhoneThatComesBackIsTold(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.TCP).register().subscribed("Expires: 600")
		w.wait(10 * time.Second)
		s.flow.Close("test")
		w.put(1, 1, 0)
		w.put(1, 2, 0)
		w.wait(100 * time.Second)
		s.quiet()
		s.connect()
		s.register()
		w.wantNotify(s.take("NOTIFY"), active(490*time.Second), "2/0")
		w.wait(time.Minute)
		s.quiet()
		if n := w.flows.watchers(); n != 0 {
			t.Errorf("%d watches are left", n)
		}
		w.put(1, 3, 0)
		w.wantNotify(s.take("NOTIFY"), active(430*time.Second), "3/0")
	})
}

func TestAPhoneThatIsBackAlreadyIsToldThere(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.TCP).subscribed()
		old := s.flow
		s.connect()
		s.register()
		old.Close("test")
		w.wait(10 * time.Second)
		w.put(1, 1, 0)
		w.wantNotify(s.take("NOTIFY"), active(time.Hour-10*time.Second), "1/0")
		s.again() // and refreshes there
		s.accepted()
		w.wantNotify(s.take("NOTIFY"), active(time.Hour), "1/0")
	})
}

// The NOTIFY is out when the connection is lost.
func TestANotifyThatWasLostIsSentAgain(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.TCP).register().subscribed()
		w.wait(10 * time.Second)
		s.answers(0)
		w.put(1, 1, 0)
		s.take("NOTIFY")
		s.flow.Close("test")
		w.wait(5 * time.Second)
		s.answers(200)
		s.connect()
		s.register()
		w.wantNotify(s.take("NOTIFY"), active(time.Hour-15*time.Second), "1/0")
		w.wait(time.Minute)
		s.quiet()
		w.wantCount(1)
	})
}

func TestAPhoneThatDoesNotComeBackIsForgotten(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.TCP).register().subscribed("Expires: 600")
		s.flow.Close("test")
		w.put(1, 1, 0)
		w.wait(9 * time.Minute)
		w.wantCount(1)
		w.wait(time.Minute)
		w.wantCount(0)
		if n := w.flows.watchers(); n != 0 {
			t.Errorf("%d watches are left", n)
		}
		s.quiet()
	})
}

// A refresh over a new connection frees what waited, also without a registration.
func TestARefreshOnANewConnection(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.TCP).subscribed()
		s.flow.Close("test")
		w.wait(10 * time.Second)
		w.put(1, 1, 0)
		s.connect()
		s.again()
		s.accepted()
		w.wantNotify(s.take("NOTIFY"), active(time.Hour), "1/0")
		w.put(1, 2, 0)
		w.wait(time.Second)
		w.wantNotify(s.take("NOTIFY"), active(time.Hour-time.Second), "2/0")
	})
}

// Over UDP nothing tells that a phone has moved but its silence: the NOTIFY is sent once more where it registered since.
func TestAPhoneThatMovedOverUDP(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.UDP).register().subscribed()
		w.wait(10 * time.Second)
		s.answers(0)
		moved := w.phone(10, transport.UDP).register()
		w.put(1, 1, 0)
		w.wait(31 * time.Second)
		moved.quiet()
		w.wait(time.Second)
		w.wantNotify(moved.take("NOTIFY"), active(time.Hour-42*time.Second), "1/0")
		w.wait(time.Minute)
		moved.quiet()
		w.wantCount(1)
		s.count()

		// Nor does it answer there: that is the end.
		moved.answers(0)
		s.register()
		w.put(1, 2, 0)
		w.wait(65 * time.Second)
		w.wantCount(0)
	})
}

func TestTheEndOfAPhoneThatIsAway(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.TCP).register().subscribed()
		s.flow.Close("test")
		w.wait(time.Second)
		w.manager.EndForDevice(10, event.Rejected)
		w.wantCount(0)

		s.connect()
		s = s.register().subscribed()
		s.flow.Close("test")
		w.put(1, 1, 0)
		w.wait(time.Second)
		w.manager.EndForDevice(10, event.Rejected)
		w.wantCount(0)
	})
}
