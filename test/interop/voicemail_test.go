package interop

import (
	"fmt"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// box is what an administrator sees of a mailbox.
type box struct {
	User struct {
		ID int64 `json:"id"`
	} `json:"user"`
	New   int `json:"new"`
	Saved int `json:"saved"`
}

// awaitBox waits until a mailbox holds so many messages.
func awaitBox(t *testing.T, s *peer.Server, user int64, fresh, saved int) {
	t.Helper()
	var got box
	peer.Eventually(t, 15*time.Second, fmt.Sprintf("%d new and %d saved messages", fresh, saved), func() bool {
		var list struct {
			Items []box `json:"items"`
		}
		s.Must(t, "GET", "/voicemail", nil, &list)
		for _, b := range list.Items {
			if b.User.ID == user {
				got = b
			}
		}
		return got.New == fresh && got.Saved == saved
	})
}

// heardTone looks for so much of a tone anywhere in what was heard. What was recorded once and played again has the gaps of
// both on a machine that is busy.
func heardTone(t *testing.T, who string, s peer.Sound, hz int, length time.Duration) {
	t.Helper()
	if at, share := s.Clearest(hz, length); share < 0.8 {
		t.Errorf("%s did not hear %v of %d Hz in %v: %.1f %% at %v are the most", who, length, hz, s.Duration(), 100*share, at)
	}
}

// deskphone is a baresip that speaks one of the server's own codecs first.
func deskphone(t *testing.T, s *peer.Server, u peer.Account, hz int) *peer.Baresip {
	t.Helper()
	return peer.StartBaresip(t, peer.BaresipConfig{
		User: u.SIPUsername, Password: u.Secrets.SIPPassword, Domain: u.Domain,
		Outbound: "sip:" + s.Ready.SIPTLS + ";transport=tls", Transport: "tls", MediaEnc: "srtp-mand", Codecs: "pcma", Hz: hz,
		CAFile: s.CAFile(), DNS: peer.ServeDNS(t, [4]byte{127, 0, 0, 1}), MWI: true,
	})
}

// Real phones: a baresip leaves a message for somebody without a phone, who hears it by a Linphone, and the other way
// round, encrypted; the keys are those that people press, and the light of the one with a light goes on and off.
func TestMessagesAreLeftAndHeardByPhonesOfTwoMakes(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	a := deskphone(t, s, anna, 440)
	a.Registered(t)

	a.Command(t, "dial", "sip:"+ben.Number+"@"+domain) // he has no phone yet
	a.Await(t, 15*time.Second, "CALL_ESTABLISHED")
	<-time.After(time.Second)
	a.Command(t, "sndcode", "#") // not all of the greeting
	<-time.After(4 * time.Second)
	a.Command(t, "hangup", "")
	a.Await(t, 10*time.Second, "CALL_CLOSED")
	heardTone(t, "Anna", a.Heard(t), 1000, 200*time.Millisecond) // what one speaks after
	awaitBox(t, s, ben.ID, 1, 0)
	if r := s.AwaitRecords(t, 1)[0]; r.Callee.Number != ben.Number || r.AnsweredBy != "mailbox" || r.Security.Caller != "sdes" {
		t.Errorf("record: %+v", r)
	}

	b := linphone(t, s, ben, "srtp", 1300)
	b.Registered(t)
	b.Say(t, "call sip:*97@"+domain)
	b.Await(t, 15*time.Second, "to LinphoneCallStreamsRunning")
	b.Talk(t)
	<-time.After(time.Second)
	b.Press(t, ben.Secrets.VoicemailPIN+"#")
	<-time.After(time.Second)
	b.Press(t, "11") // the new messages, at once
	<-time.After(6 * time.Second)
	b.Say(t, "terminate")
	heardTone(t, "Ben", b.Heard(t), 440, 300*time.Millisecond)
	awaitBox(t, s, ben.ID, 0, 1)

	// Ben calls Anna, who does not want to be disturbed.
	s.Must(t, "PATCH", fmt.Sprintf("/users/%d/forwarding", anna.ID), map[string]any{"doNotDisturb": true}, nil)
	s.AwaitRecords(t, 2)
	b.Say(t, "call sip:"+anna.Number+"@"+domain)
	<-time.After(2 * time.Second)
	b.Talk(t)
	b.Press(t, "#")
	<-time.After(4 * time.Second)
	b.Press(t, "#1")
	awaitBox(t, s, anna.ID, 1, 0)
	s.AwaitRecords(t, 3)
	again := deskphone(t, s, anna, 440) // with a recording of its own
	again.Registered(t)
	again.Waiting(t, 1, 0) // its light is on
	again.Command(t, "dial", "sip:*97@"+domain)
	again.Await(t, 15*time.Second, "CALL_ESTABLISHED")
	<-time.After(time.Second)
	for _, key := range anna.Secrets.VoicemailPIN + "#11" {
		again.Command(t, "sndcode", string(key))
		<-time.After(200 * time.Millisecond)
	}
	<-time.After(10 * time.Second)
	again.Command(t, "hangup", "")
	again.Await(t, 10*time.Second, "CALL_CLOSED")
	heardTone(t, "Anna", again.Heard(t), 1300, 300*time.Millisecond)
	awaitBox(t, s, anna.ID, 0, 1)
	again.Waiting(t, 0, 1)
}
