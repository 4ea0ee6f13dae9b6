package interop

import (
	"fmt"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Real phones: a call goes on to a Linphone as the callee has no phone, and to another baresip as the callee said on his
// own phone by *72; both sides hear each other, encrypted.
func TestACallGoesOnToPhonesOfTwoMakes(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	cleo := s.NewUser(t, 1, "Cleo", "Dahl", nil)
	a := baresip(t, s, anna, s.Ready.SIPTLS, 440)
	c := linphone(t, s, cleo, "srtp", 1000)
	a.Registered(t)
	c.Registered(t)
	s.Must(t, "PATCH", fmt.Sprintf("/users/%d/forwarding", ben.ID), map[string]any{
		"offline": map[string]any{"number": cleo.Number},
	}, nil)
	a.Command(t, "dial", "sip:"+ben.Number+"@"+domain)
	a.Await(t, 15*time.Second, "CALL_ESTABLISHED")
	c.Talk(t)
	<-time.After(5 * time.Second)
	c.Say(t, "terminate")
	a.Await(t, 10*time.Second, "CALL_CLOSED")
	wantTone(t, "Cleo", c.Heard(t), 440, 1000)
	wantTone(t, "Anna", a.Heard(t), 1000, 440)
	if r := s.AwaitRecords(t, 1)[0]; r.Callee.Number != cleo.Number || r.Security.Callee != "sdes" {
		t.Errorf("record: %+v", r)
	}

	// Cleo has her calls sent to Ben, who has come with a phone.
	b := baresip(t, s, ben, s.Ready.SIPTLS, 620)
	b.Registered(t)
	c.Say(t, "call sip:*72"+ben.Number+"@"+domain)
	var f struct {
		Always struct {
			Number string `json:"number"`
		} `json:"always"`
		Paused bool `json:"paused"`
	}
	peer.Eventually(t, 10*time.Second, "the forward that Cleo dialled", func() bool {
		s.Must(t, "GET", fmt.Sprintf("/users/%d/forwarding", cleo.ID), nil, &f)
		return f.Always.Number == ben.Number && !f.Paused
	})
	s.AwaitRecords(t, 2)
	again := baresip(t, s, anna, s.Ready.SIPTLS, 440) // with a recording of its own
	again.Registered(t)
	again.Command(t, "dial", "sip:"+cleo.Number+"@"+domain)
	again.Await(t, 15*time.Second, "CALL_ESTABLISHED")
	<-time.After(4 * time.Second)
	again.Command(t, "hangup", "")
	b.Await(t, 10*time.Second, "CALL_CLOSED")
	wantTone(t, "Ben", b.Heard(t), 440, 620)
	wantTone(t, "Anna", again.Heard(t), 620, 440)
	if r := s.AwaitRecords(t, 3)[0]; r.Callee.Number != ben.Number {
		t.Errorf("record: %+v", r)
	}
}
