package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Chromium walks through one's own mailbox, in which a baresip leaves a message meanwhile, and its greetings.
func TestPeopleHearTheirVoicemailInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	s.NewUser(t, 1, "Cleo", "Dahl", nil)
	for _, u := range []peer.Account{anna, ben} {
		password := "the first one of " + map[int64]string{anna.ID: "Anna", ben.ID: "Ben"}[u.ID]
		s.Must(t, "PATCH", fmt.Sprintf("/users/%d", u.ID), map[string]any{"portalPassword": password}, nil)
	}
	s.Must(t, "PATCH", fmt.Sprintf("/settings?level=user&owner=%d", anna.ID), map[string]any{
		"values": []any{map[string]any{"key": "voicemail.maxMessages", "value": "1"}},
	}, nil)
	dir := t.TempDir()
	greeting, noGreeting := filepath.Join(dir, "greeting.wav"), filepath.Join(dir, "letter.wav")
	peer.WriteTone(t, greeting, 16000, 1, 700, 4*time.Second)
	if err := os.WriteFile(noGreeting, []byte("Dear callers, I am away."), 0o600); err != nil {
		t.Fatal(err)
	}
	a := peer.StartBaresip(t, peer.BaresipConfig{
		User: anna.SIPUsername, Password: anna.Secrets.SIPPassword, Domain: anna.Domain,
		Outbound: "sip:" + s.Ready.SIPTLS + ";transport=tls", Transport: "tls", MediaEnc: "srtp-mand",
		Codecs: "pcma", Hz: 440, CAFile: s.CAFile(), DNS: peer.ServeDNS(t, [4]byte{127, 0, 0, 1}),
	})
	a.Registered(t)
	b := startBrowser(t, "voicemail.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
		"GREETING": greeting, "NO_GREETING": noGreeting,
	})
	b.await(t, 90*time.Second, "LOOKING", nil)
	a.Command(t, "dial", "sip:"+ben.Number+"@"+domain)
	a.Await(t, 15*time.Second, "CALL_ESTABLISHED")
	<-time.After(time.Second)
	a.Command(t, "sndcode", "#") // not all of the greeting
	<-time.After(6 * time.Second)
	a.Command(t, "hangup", "")
	a.Await(t, 10*time.Second, "CALL_CLOSED")
	b.answer(t, "left")
	b.await(t, 300*time.Second, "DONE", nil)
	b.ends(t, 60*time.Second)

	var boxes struct {
		Items []struct {
			User       struct{ DisplayName string }
			New, Saved int
		}
	}
	s.Must(t, "GET", "/voicemail?sort=number", nil, &boxes)
	got := map[string][2]int{}
	for _, box := range boxes.Items {
		got[box.User.DisplayName] = [2]int{box.New, box.Saved}
	}
	for name, want := range map[string][2]int{"Anna Berg": {1, 0}, "Ben Carlsen": {0, 1}, "Cleo Dahl": {1, 0}} {
		if got[name] != want {
			t.Errorf("%s has %v new and saved messages, not %v", name, got[name], want)
		}
	}
}
