package interop

import (
	"fmt"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Real phones: a ring group rings a baresip and a Linphone at once, and the one that answers is heard; then one after the
// other, where the first, whom nobody takes up, is given up.
func TestARingGroupRingsPhonesOfTwoMakes(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	cleo := s.NewUser(t, 1, "Cleo", "Dahl", nil)
	var group struct {
		ID int64 `json:"id"`
	}
	s.Must(t, "POST", "/ring-groups", map[string]any{
		"name": "Front desk", "number": "700", "memberIds": []int64{ben.ID, cleo.ID},
	}, &group)
	a := baresip(t, s, anna, s.Ready.SIPTLS, 440)
	b := peer.StartBaresip(t, peer.BaresipConfig{
		User: ben.SIPUsername, Password: ben.Secrets.SIPPassword, Domain: ben.Domain,
		Outbound: "sip:" + s.Ready.SIPTLS + ";transport=tls", Transport: "tls", MediaEnc: "srtp-mand",
		Codecs: "opus/48000/2,pcma", Hz: 620, CAFile: s.CAFile(), DNS: peer.ServeDNS(t, [4]byte{127, 0, 0, 1}), Manual: true,
	})
	c := linphone(t, s, cleo, "srtp", 1000)
	a.Registered(t)
	b.Registered(t)
	c.Registered(t)
	a.Command(t, "dial", "sip:700@"+domain)
	b.Await(t, 10*time.Second, "CALL_INCOMING")
	a.Await(t, 15*time.Second, "CALL_ESTABLISHED")
	b.Await(t, 10*time.Second, "CALL_CLOSED") // answered elsewhere
	c.Talk(t)
	<-time.After(5 * time.Second)
	c.Say(t, "terminate")
	a.Await(t, 10*time.Second, "CALL_CLOSED")
	wantTone(t, "Cleo", c.Heard(t), 440, 1000)
	wantTone(t, "Anna", a.Heard(t), 1000, 440)
	if r := s.AwaitRecords(t, 1)[0]; r.Dialled != "700" || r.Callee.Number != cleo.Number || r.Security.Callee != "sdes" {
		t.Errorf("record: %+v", r)
	}

	s.Must(t, "PATCH", fmt.Sprintf("/ring-groups/%d", group.ID), map[string]any{"strategy": "inTurn", "ringSeconds": 5}, nil)
	again := baresip(t, s, anna, s.Ready.SIPTLS, 440) // with a recording of its own
	again.Registered(t)
	began := time.Now()
	again.Command(t, "dial", "sip:700@"+domain)
	again.Await(t, 20*time.Second, "CALL_ESTABLISHED")
	if after := time.Since(began); after < 5*time.Second {
		t.Errorf("the second member answers %s after the call began", after)
	}
	c.Talk(t)
	<-time.After(4 * time.Second)
	again.Command(t, "hangup", "")
	again.Await(t, 10*time.Second, "CALL_CLOSED")
	wantTone(t, "Anna", again.Heard(t), 1000, 440)
	if r := s.AwaitRecords(t, 2)[0]; r.Callee.Number != cleo.Number {
		t.Errorf("record: %+v", r)
	}
}
