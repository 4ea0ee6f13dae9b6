package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
	"ringfence/test/phone"
)

// standing is the Subscription-State of a NOTIFY, without its numbers.
func standing(m phone.Message) string {
	s, _, _ := strings.Cut(m.Header(sip.SubscriptionState), "expires=")
	s, _, _ = strings.Cut(s, ";retry-after=")
	return strings.TrimSuffix(s, ";")
}

func TestAPhoneIsToldWhatWaitsForIt(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna, ben := b.account(group, "Anna", nil), b.account(group, "Ben", nil)
	alice, bob := b.phone(anna), b.phone(ben)
	alice.Register()
	bob.Register()
	for n, to := range []string{"", anna.number, "*97"} {
		s := alice.Subscribe("message-summary", to, time.Hour)
		m := alice.WaitHeard("NOTIFY", 3*n+1)
		if standing(m) != "active" || !strings.Contains(m.Body(), "Voice-Message: 0/0") ||
			!strings.Contains(m.Body(), "Message-Account: sip:*97@"+anna.domain+"\r\n") {
			t.Errorf("%s", m.Raw)
		}
		if code := s.Refresh(2 * time.Minute); code != 200 {
			t.Errorf("a refresh was answered %d", code)
		}
		alice.WaitHeard("NOTIFY", 3*n+2)
		if code := s.Refresh(0); code != 200 {
			t.Errorf("the end was answered %d", code)
		}
		if m := alice.WaitHeard("NOTIFY", 3*n+3); standing(m) != "terminated;reason=timeout" {
			t.Errorf("%s", m.Raw)
		}
	}
	if code := alice.Request(sip.SUBSCRIBE, ben.number, phone.Header{Name: "Event", Value: "message-summary"}); code != 403 {
		t.Errorf("somebody else's mailbox: %d", code)
	}
	alice.Forget()

	// Whoever may no longer do so is told within a second.
	alice.Subscribe("message-summary", "", time.Hour)
	alice.WaitHeard("NOTIFY", 1)
	began := time.Now()
	b.want(200, "PATCH", fmt.Sprintf("/users/%d", anna.id), object{"enabled": false})
	if m := alice.WaitHeard("NOTIFY", 2); standing(m) != "terminated;reason=rejected" || time.Since(began) > time.Second {
		t.Errorf("after %v: %s", time.Since(began), m.Raw)
	}

	// A server that stops says when to come again.
	bob.Subscribe("message-summary", "", time.Hour)
	bob.WaitHeard("NOTIFY", 1)
	r.stop()
	if m := bob.WaitHeard("NOTIFY", 2); standing(m) != "terminated;reason=probation" {
		t.Errorf("%s", m.Raw)
	}
}

// Over UDP, where no connection says who it is: each SUBSCRIBE shows its digest, and a new secret ends what the old one
// began.
func TestANewSecretEndsSubscriptions(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna, ben := b.account(group, "Anna", object{"security": "any"}), b.account(group, "Ben", object{"security": "any"})
	anna.transport, ben.transport = transport.UDP, transport.UDP
	alice, bob := b.phone(anna), b.phone(ben)
	alice.Register()
	s := alice.Subscribe("message-summary", anna.number, time.Hour)
	alice.WaitHeard("NOTIFY", 1)
	b.want(200, "POST", fmt.Sprintf("/users/%d/reset", anna.id), object{"secrets": []string{"sipPassword"}})
	if m := alice.WaitHeard("NOTIFY", 2); standing(m) != "terminated;reason=deactivated" {
		t.Errorf("%s", m.Raw)
	}
	if code := s.Refresh(time.Hour); code != 481 { // known to be over before its digest is
		t.Errorf("a refresh afterwards was answered %d", code)
	}

	// So does a policy that wants TLS.
	bob.Register()
	bob.Subscribe("message-summary", ben.number, time.Hour)
	bob.WaitHeard("NOTIFY", 1)
	b.want(200, "PATCH", fmt.Sprintf("/users/%d", ben.id), object{"security": "secure"})
	if m := bob.WaitHeard("NOTIFY", 2); standing(m) != "terminated;reason=deactivated" {
		t.Errorf("%s", m.Raw)
	}
}
