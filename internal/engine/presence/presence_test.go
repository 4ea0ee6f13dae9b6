package presence_test

import (
	"fmt"
	"testing"
	"time"

	"ringfence/internal/engine/presence"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/event"
	"ringfence/internal/wire/sip/transport"
)

func TestAPhoneIsToldWhatWaits(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		p := w.phone(10, transport.UDP)
		w.put(1, 2, 3)
		s := p.subscribe("sip:201@"+domain, "Event: message-summary;id=7")
		m := s.accepted()
		if string(m.Get(sip.Expires)) != "3600" || string(m.Get(sip.Server)) != "Ringfence" {
			t.Errorf("%s", m.Raw())
		}
		n := p.take("NOTIFY")
		w.wantNotify(n, active(time.Hour), "2/3")
		if string(n.Get(sip.Event)) != "message-summary;id=7" || string(n.CallID()) != s.callID ||
			string(n.FromTag()) != string(m.ToTag()) || string(n.RequestURI()) != "sip:phone@"+p.addr.String() ||
			string(n.Get(sip.Contact)) != "<sip:192.0.2.1:5060>" || string(n.Get(sip.UserAgent)) != "Ringfence" {
			t.Errorf("%s", n.Raw())
		}
		want := "Messages-Waiting: yes\r\nMessage-Account: sip:*97@pbx.test\r\nVoice-Message: 2/3 (0/0)\r\n"
		if string(n.Body()) != want {
			t.Errorf("%q", n.Body())
		}
		w.wait(10 * time.Second)
		p.quiet()
		w.wantCount(1)
	})
}

func TestEveryNameOfTheOwnMailbox(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		p := w.phone(10, transport.UDP)
		for uri, code := range map[string]int{
			"sip:" + domain: 200, "sip:192.0.2.1": 200, "sip:201@" + domain: 200, "sip:sip10@" + domain: 200, "sip:SIP10@" + domain: 200,
			"sip:anna@" + domain: 200, "sip:*97@" + domain: 200, "sip:%2A97@" + domain: 200, "sip:201;phone-context=x@" + domain: 200,
			"tel:201": 200, "sip:202@" + domain: 403, "sip:*43@" + domain: 403, "sip:nobody@" + domain: 404, "tel:999": 404,
			"sip:*98@" + domain: 404, "sip:" + fmt.Sprintf("%0200d", 1) + "@" + domain: 404,
		} {
			s := p.subscribe(uri, "Expires: 0")
			p.take(fmt.Sprintf("%d SUBSCRIBE", code))
			if code == 200 {
				p.take("NOTIFY")
			}
			s.quiet()
		}
		w.wantCount(0)
	})
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers []string
		code    int
		header  sip.HeaderID
		value   string
	}{
		{"a package that there is not", []string{"Event: dialog"}, 489, sip.AllowEvents, "message-summary"},
		{"no package", []string{"Event:"}, 489, sip.AllowEvents, "message-summary"},
		{"a package in other letters", []string{"Event: Message-Summary"}, 489, sip.AllowEvents, "message-summary"},
		{"a malformed Event", []string{"Event: message summary"}, 400, sip.Server, "Ringfence"},
		{"a malformed id", []string{"Event: message-summary;id="}, 400, sip.Server, "Ringfence"},
		{"an interval too brief", []string{"Expires: 59"}, 423, sip.MinExpires, "60"},
		{"a body of another kind", []string{"Accept: application/pidf+xml"}, 406, sip.Accept, event.SummaryType},
		{"no Contact", []string{"Contact:"}, 400, sip.Server, "Ringfence"},
		{"a Contact that is no SIP URI", []string{"Contact: <tel:201>"}, 400, sip.Server, "Ringfence"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, presence.Limits{}, func(w *world) {
				p := w.phone(10, transport.UDP)
				p.subscribe("sip:"+domain, c.headers...)
				if m := p.take(fmt.Sprintf("%d SUBSCRIBE", c.code)); string(m.Get(c.header)) != c.value {
					t.Errorf("%s", m.Raw())
				}
				p.quiet()
				w.wantCount(0)
			})
		})
	}
}

func TestHowLongASubscriptionLasts(t *testing.T) {
	for _, c := range []struct{ headers, granted string }{
		{"Expires: 60", "60"},
		{"Expires: 7200", "7200"},
		{"Expires: 604800", "7200"},
		{"Expires: 99999999999", "7200"},
		{"Expires: soon", "3600"},
		{"X: y", "3600"},
	} {
		run(t, presence.Limits{}, func(w *world) {
			s := w.phone(10, transport.TCP).subscribe("sip:"+domain, c.headers, "Accept: text/plain, application/*;q=0.5")
			if m := s.accepted(); string(m.Get(sip.Expires)) != c.granted {
				t.Errorf("%s: %s", c.headers, m.Get(sip.Expires))
			}
			n := s.take("NOTIFY")
			if string(n.Get(sip.SubscriptionState)) != "active;expires="+c.granted || string(n.Get(sip.Contact)) != "<sip:192.0.2.1:5060;transport=tcp>" {
				t.Errorf("%s: %s", c.headers, n.Raw())
			}
		})
	}
}

func TestARefreshIsToldTheStateAgain(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.UDP).subscribed("Expires: 60")
		for range 5 {
			w.wait(50 * time.Second)
			s.again("Expires: 60")
			s.accepted()
			w.wantNotify(s.take("NOTIFY"), active(time.Minute), "0/0")
		}
		s.quiet()
		w.wantCount(1)
		s.again("Expires: 10")
		if m := s.take("423 SUBSCRIBE"); string(m.Get(sip.MinExpires)) != "60" {
			t.Errorf("%s", m.Raw())
		}
		s.again("Expires: 60", "Event: message-summary;id=2")
		s.take("481 SUBSCRIBE")
		s.again("Expires: 60", "Event: dialog")
		s.take("489 SUBSCRIBE")
		s.seq -= 3
		s.again("Expires: 60")
		s.take("500 SUBSCRIBE")
		w.wantCount(1)
	})
}

func TestWithoutRefreshItEnds(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.UDP).subscribed("Expires: 60")
		w.wait(59 * time.Second)
		s.quiet()
		w.wait(time.Second)
		w.wantNotify(s.take("NOTIFY"), over(event.Timeout), "")
		w.wantCount(0)
		s.again()
		s.take("481 SUBSCRIBE")
		w.put(1, 1, 0)
		w.wait(time.Minute)
		s.quiet()
	})
}

func TestAPhoneEndsItsSubscription(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		w.put(1, 1, 0)
		s := w.phone(10, transport.UDP).subscribed()
		s.again("Expires: 0")
		if m := s.accepted(); string(m.Get(sip.Expires)) != "0" {
			t.Errorf("%s", m.Raw())
		}
		w.wantNotify(s.take("NOTIFY"), over(event.Timeout), "1/0")
		w.wantCount(0)
		s.again()
		s.take("481 SUBSCRIBE")
	})
}

// RFC 6665 §4.4.3: who asks for no time at all is told once.
func TestAPoll(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		w.put(1, 0, 4)
		s := w.phone(10, transport.UDP).subscribe("sip:"+domain, "Expires: 0")
		s.accepted()
		w.wantNotify(s.take("NOTIFY"), over(event.Timeout), "0/4")
		w.wantCount(0)
		w.put(1, 1, 4)
		w.wait(time.Minute)
		s.quiet()
	})
}

func TestChangesAreToldOnceASecond(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.UDP).subscribed()
		other := w.phone(20, transport.UDP).subscribed()
		w.wait(10 * time.Second)
		w.put(1, 1, 0)
		w.wantNotify(s.take("NOTIFY"), active(time.Hour-10*time.Second), "1/0")
		for n := range 20 {
			w.put(1, n, 20)
			w.wait(10 * time.Millisecond)
		}
		s.quiet()
		w.wait(time.Second)
		w.wantNotify(s.take("NOTIFY"), active(time.Hour-11*time.Second), "19/20") // the last state wins
		w.wait(time.Minute)
		s.quiet()
		other.quiet()

		w.manager.MailboxChanged(1) // not in what is told
		w.wait(time.Minute)
		s.quiet()
		if n := w.counters.Unchanged.Load(); n != 1 {
			t.Errorf("%d changes were none", n)
		}
		// There and back within the second is no news either.
		w.put(1, 5, 5)
		w.wantNotify(s.take("NOTIFY"), active(time.Hour-131*time.Second), "5/5")
		w.put(1, 6, 5)
		w.put(1, 5, 5)
		w.wait(time.Minute)
		s.quiet()
	})
}

func TestOneNotifyAtATime(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.TCP).subscribed()
		w.wait(10 * time.Second)
		s.answers(0)
		w.put(1, 1, 0)
		first := s.take("NOTIFY")
		w.put(1, 2, 0)
		w.wait(5 * time.Second)
		w.put(1, 3, 0)
		w.wait(5 * time.Second)
		s.quiet()
		s.answers(200)
		s.reply(s.flow, first, 200)
		w.wait(time.Second)
		second := s.take("NOTIFY")
		w.wantNotify(second, active(time.Hour-21*time.Second), "3/0")
		a, _ := first.CSeq()
		b, _ := second.CSeq()
		if b != a+1 {
			t.Errorf("CSeq %d after %d", b, a)
		}
		s.quiet()
	})
}

// A refresh crosses a NOTIFY: both are answered, and what the refresh asks for is told after it.
func TestSubscribeAndNotifyCross(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.TCP).subscribed()
		w.wait(10 * time.Second)
		s.answers(0)
		w.put(1, 1, 0)
		first := s.take("NOTIFY")
		s.again()
		s.accepted()
		s.quiet()
		s.answers(200)
		s.reply(s.flow, first, 200)
		w.wantNotify(s.take("NOTIFY"), active(time.Hour), "1/0")
		w.wait(time.Minute)
		s.quiet()

		// The same with the end: the last NOTIFY comes after the one that is out.
		s.answers(0)
		w.put(1, 2, 0)
		first = s.take("NOTIFY")
		s.again("Expires: 0")
		s.accepted()
		s.quiet()
		s.answers(200)
		s.reply(s.flow, first, 200)
		w.wantNotify(s.take("NOTIFY"), over(event.Timeout), "2/0")
		w.wantCount(0)
	})
}

func TestWhatEndsASubscription(t *testing.T) {
	for _, c := range []struct{ code, left int }{
		{481, 0}, {408, 0}, {404, 0}, {489, 0}, {501, 0}, {500, 1}, {401, 1}, {503, 1}, {0, 0},
	} {
		run(t, presence.Limits{}, func(w *world) {
			s := w.phone(10, transport.UDP).subscribed()
			w.wait(10 * time.Second)
			s.answers(c.code)
			w.put(1, 1, 0)
			if c.code == 0 {
				w.wait(31 * time.Second)
				w.wantCount(1)
			}
			w.wait(2 * time.Second)
			w.wantCount(c.left)
			s.count()
			s.answers(200)
			w.put(1, 2, 0)
			w.wait(time.Minute)
			if n := s.count(); n != c.left {
				t.Errorf("%d: %d NOTIFYs afterwards", c.code, n)
			}
		})
	}
}

// A SUBSCRIBE that comes again gets the same answer, and makes nothing new.
func TestARepeatedSubscribe(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.UDP).subscribe("sip:" + domain)
		a := s.accepted()
		s.take("NOTIFY")
		for range 3 {
			s.send(s.last)
			if b := s.take("200 SUBSCRIBE"); string(a.Raw()) != string(b.Raw()) {
				t.Errorf("%s\nbefore: %s", b.Raw(), a.Raw())
			}
		}
		s.quiet()
		w.wantCount(1)
		s.again()
		s.accepted()
		s.take("NOTIFY")
		s.send(s.last)
		s.take("200 SUBSCRIBE")
		s.quiet()
	})
}

// Who knows the dialog's tags and is somebody else, or has a wrong one, gets nowhere.
func TestAForgedRefresh(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		s := w.phone(10, transport.UDP).subscribed()
		mallory := w.phone(20, transport.UDP)
		mallory.send(mallory.request(sip.SUBSCRIBE, s.uri, s.to, s.from, s.callID, 50, "Expires: 0"))
		mallory.take("403 SUBSCRIBE")
		mallory.send(mallory.request(sip.SUBSCRIBE, s.uri, s.to+"x", s.from, s.callID, 50, "Expires: 0"))
		mallory.take("481 SUBSCRIBE")
		mallory.send(mallory.request(sip.SUBSCRIBE, s.uri, s.to, s.from, s.callID+"x", 50, "Expires: 0"))
		mallory.take("481 SUBSCRIBE")
		s.send(s.request(sip.SUBSCRIBE, s.uri, s.to, s.from+"x", s.callID, 50, "Expires: 0"))
		s.take("481 SUBSCRIBE")
		w.wantCount(1)
		s.again() // its number is not used up
		s.accepted()
		s.take("NOTIFY")
		mallory.quiet()
	})
}

func TestLimits(t *testing.T) {
	run(t, presence.Limits{Subscriptions: 4, PerUser: 3, PerDevice: 2}, func(w *world) {
		p, q := w.phone(10, transport.UDP), w.phone(11, transport.UDP)
		first := p.subscribed()
		p.subscribed()
		p.subscribe("sip:" + domain)
		if m := p.take("503 SUBSCRIBE"); !m.Has(sip.RetryAfter) {
			t.Errorf("%s", m.Raw())
		}
		q.subscribed()
		q.subscribe("sip:" + domain)
		q.take("503 SUBSCRIBE")
		w.phone(20, transport.UDP).subscribed()
		third := w.phone(30, transport.UDP)
		third.subscribe("sip:" + domain)
		third.take("503 SUBSCRIBE")
		w.wantCount(4)
		if n := w.counters.Limited.Load(); n != 3 {
			t.Errorf("%d limited", n)
		}
		first.again("Expires: 0")
		first.accepted()
		first.take("NOTIFY")
		third.subscribed()
	})
}

func TestWhatIsTakenBack(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		a, b, c := w.phone(10, transport.UDP).subscribed(), w.phone(11, transport.TCP).subscribed(), w.phone(20, transport.UDP).subscribed()
		d := w.phone(30, transport.UDP).subscribed()
		began := time.Now()
		w.manager.EndForUser(1, event.Rejected)
		w.wantNotify(a.take("NOTIFY"), over(event.Rejected), "")
		w.wantNotify(b.take("NOTIFY"), over(event.Rejected), "")
		c.quiet()
		w.manager.EndForDevice(20, event.Rejected)
		w.wantNotify(c.take("NOTIFY"), over(event.Rejected), "")
		w.manager.EndWhere(func(s presence.Subscriber, secure bool) bool {
			return s.Line == 30 && s.User == 3 && !secure
		}, event.Deactivated)
		w.wantNotify(d.take("NOTIFY"), over(event.Deactivated), "")
		w.wantCount(0)
		if d := time.Since(began); d != 0 {
			t.Errorf("it took %v", d)
		}
		w.manager.EndForUser(77, event.Rejected)
	})
}

func TestTheServerSaysGoodbye(t *testing.T) {
	run(t, presence.Limits{}, func(w *world) {
		a, b := w.phone(10, transport.UDP).subscribed(), w.phone(20, transport.TCP).subscribed()
		b.answers(0)
		began := time.Now()
		w.manager.Drain(w.Context())
		if d := time.Since(began); d > time.Second {
			t.Errorf("it took %v", d)
		}
		goodbye := event.SubscriptionState{Substate: event.SubstateTerminated, Reason: event.Probation, RetryAfter: time.Second}
		w.wantNotify(a.take("NOTIFY"), goodbye, "")
		w.wantNotify(b.take("NOTIFY"), goodbye, "")
		a.subscribe("sip:" + domain)
		a.take("503 SUBSCRIBE")
		w.manager.MailboxChanged(1)
		w.manager.EndForUser(1, event.Rejected)
	})
}
