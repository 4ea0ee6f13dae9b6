package presence_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/presence"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/event"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// Who asks is answered at once, however slow the store is.
func TestASlowMailboxHoldsNobodyUp(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		w.put(1, 1, 0)
		w.mailboxes.behave(3*time.Second, nil)
		p := w.phone(10, transport.UDP)
		s := p.subscribe("sip:" + domain)
		s.accepted()
		s.quiet()
		w.mailboxes.behave(0, nil)
		w.phone(20, transport.UDP).subscribed()

		// What changes while it is read is told by another reading.
		w.put(1, 2, 0)
		second := w.phone(11, transport.UDP).subscribe("sip:" + domain)
		second.accepted()
		second.quiet()
		w.wait(3 * time.Second)
		w.wantNotify(s.take("NOTIFY"), active(time.Hour-3*time.Second), "1/0")
		w.wantNotify(second.take("NOTIFY"), active(time.Hour-3*time.Second), "2/0")
		w.wait(time.Second)
		w.wantNotify(s.take("NOTIFY"), active(time.Hour-4*time.Second), "2/0")
		w.wait(time.Minute)
		s.quiet()
		second.quiet()
	})
}

func TestAMailboxIsReadOnceForAllItsPhones(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		var list []*subscription
		for device := range pbx.DeviceID(10) {
			list = append(list, w.phone(10+device, transport.UDP).subscribed())
		}
		w.wait(time.Minute)
		before := w.mailboxes.times()
		w.put(1, 1, 0)
		for _, s := range list {
			w.wantNotify(s.take("NOTIFY"), active(time.Hour-time.Minute), "1/0")
		}
		if n := w.mailboxes.times() - before; n > 2 {
			t.Errorf("it was read %d times", n)
		}
	})
}

func TestAMailboxThatCannotBeRead(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		w.mailboxes.behave(0, errors.New("the store is down"))
		poll := w.phone(11, transport.UDP).subscribe("sip:"+domain, "Expires: 0")
		poll.accepted()
		w.wantNotify(poll.take("NOTIFY"), over(event.Timeout), "")
		s := w.phone(10, transport.UDP).subscribe("sip:" + domain)
		s.accepted()
		w.wait(4 * time.Second)
		s.quiet()
		w.mailboxes.behave(0, nil)
		w.wait(time.Second)
		w.wantNotify(s.take("NOTIFY"), active(time.Hour-5*time.Second), "0/0")
		w.wantCount(1)

		// It ends in time although nothing can be read.
		w.mailboxes.behave(0, errors.New("the store is down"))
		w.put(1, 1, 0)
		w.wait(time.Hour)
		w.wantNotify(s.take("NOTIFY"), over(event.Timeout), "")
		w.wantCount(0)
	})
}

// The end of a subscription does not wait for the store.
func TestTheEndWhileTheMailboxIsRead(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		w.mailboxes.behave(5*time.Second, nil)
		s := w.phone(10, transport.UDP).subscribe("sip:"+domain, "Expires: 60")
		s.accepted()
		w.wait(time.Second)
		w.manager.EndForUser(1, event.Rejected)
		w.wantNotify(s.take("NOTIFY"), over(event.Rejected), "")
		w.wantCount(0)
		w.wait(time.Minute)
		s.quiet()

		w.mailboxes.behave(0, errors.New("the store is down"))
		s = s.subscribe("sip:"+domain, "Expires: 61")
		s.accepted()
		w.wait(61 * time.Second)
		w.wantNotify(s.take("NOTIFY"), over(event.Timeout), "")
		w.wantCount(0)
	})
}

func TestAMailboxThatIsGone(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.UDP).subscribed()
		w.wait(10 * time.Second)
		w.mailboxes.behave(0, pbx.Errorf(pbx.NotFound, "There is no mailbox."))
		w.manager.MailboxChanged(1)
		w.wantNotify(s.take("NOTIFY"), over(event.NoResource), "")
		w.wantCount(0)

		poll := w.phone(11, transport.UDP).subscribe("sip:"+domain, "Expires: 0")
		poll.accepted()
		w.wantNotify(poll.take("NOTIFY"), over(event.Timeout), "")
		w.wantCount(0)
	})
}

// Without a port for mailboxes nobody has a message.
func TestNoMailboxes(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		m := presence.New(presence.Config{Transactions: w.layer, Flows: w.flows, Directory: directory{}})
		defer m.Drain(context.Background())
		w.manager.Drain(context.Background())
		w.manager = m
		s := w.phone(10, transport.UDP).subscribe("sip:" + domain)
		s.accepted()
		n := s.take("NOTIFY")
		w.wantNotify(n, active(time.Hour), "0/0")
		if n.Has(sip.UserAgent) {
			t.Errorf("%s", n.Raw())
		}
	})
}

func TestAPanicEndsNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, presence.Limits{}, transaction.Limits{})
		defer w.close()
		w.mailboxes.panics = true
		s := w.phone(10, transport.UDP).subscribe("sip:" + domain)
		s.accepted()
		synctest.Wait()
		w.mailboxes.mu.Lock()
		w.mailboxes.panics = false
		w.mailboxes.mu.Unlock()
		w.phone(20, transport.UDP).subscribed()
		w.wait(5 * time.Second)
		w.wantNotify(s.take("NOTIFY"), active(time.Hour-5*time.Second), "0/0")
		if n := w.counters.Panics.Load(); n != 1 {
			t.Errorf("%d panics", n)
		}
	})
}

func TestAPanicOfOurOwnEndsOneSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, presence.Limits{}, transaction.Limits{})
		defer w.close()
		a, b := w.phone(10, transport.TCP).subscribed(), w.phone(20, transport.TCP).subscribed()
		w.wait(10 * time.Second)
		a.flow.Close("test")
		w.flows.mu.Lock()
		w.flows.panic = true
		w.flows.mu.Unlock()
		w.put(1, 1, 0)
		w.put(2, 2, 0)
		w.wantNotify(b.take("NOTIFY"), active(time.Hour-10*time.Second), "2/0")
		w.wantCount(1)
		if n := w.counters.Panics.Load(); n != 1 {
			t.Errorf("%d panics", n)
		}
	})
}

// Where there is no room for a transaction, the NOTIFY waits until there is.
func TestNoRoomForANotify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, presence.Limits{}, transaction.Limits{Clients: 1})
		defer w.close()
		a := w.phone(10, transport.TCP)
		a.answers(0)
		busy := a.subscribe("sip:" + domain)
		busy.accepted()
		n := a.take("NOTIFY")
		b := w.phone(20, transport.TCP).subscribe("sip:" + domain)
		b.accepted()
		poll := w.phone(21, transport.TCP).subscribe("sip:"+domain, "Expires: 0")
		poll.accepted()
		w.wait(5 * time.Second)
		b.quiet()
		w.wantCount(2) // the last word of the poll is not waited for
		a.reply(a.flow, n, 200)
		w.wait(time.Second)
		w.wantNotify(b.take("NOTIFY"), active(time.Hour-6*time.Second), "0/0")
	})
}

// Where there is no room for the transaction of a SUBSCRIBE, nothing is made of it.
func TestNoRoomForASubscribe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, presence.Limits{}, transaction.Limits{PerSource: 1})
		defer w.close()
		s := w.phone(10, transport.UDP).subscribed()
		s.subscribe("sip:" + domain)
		if m := s.take("503 SUBSCRIBE"); !m.Has(sip.RetryAfter) {
			t.Errorf("%s", m.Raw())
		}
		s.again()
		s.take("503 SUBSCRIBE")
		w.wantCount(1)
		w.wait(time.Minute)
		s.again()
		s.accepted()
		s.take("NOTIFY")
	})
}

func TestTheCountersHaveNames(t *testing.T) {
	seen := map[string]bool{}
	new(presence.Counters).Each(func(name, help string, _ uint64) {
		if seen[name] || name == "" || help == "" {
			t.Errorf("%q %q", name, help)
		}
		seen[name] = true
	})
}
