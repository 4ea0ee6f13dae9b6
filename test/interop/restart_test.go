package interop

import (
	"strings"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// fifty is how many calls are up when the server is killed.
const fifty = 50

func TestKilledWithFiftyCallsUpLeavesFiftyClosedRecords(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	g := s.NewGroup(t, "Sales")
	ben := s.NewUser(t, g, "Ben", "Carlsen", map[string]any{"security": "any"})
	caller := s.NewUser(t, g, "Anna", "Berg", map[string]any{"security": "any"})

	// Fifty echo calls: each is one call with one record.
	calls := peer.StartSIPp(t, peer.SIPpConfig{
		Scenario: "hold.xml", Target: s.Ready.SIPUDP, Transport: "u1", Calls: fifty, Rate: 25,
		Keys: keys(caller, "callee", "*43"),
	})
	peer.Eventually(t, 30*time.Second, "fifty calls are up", func() bool { return len(live(t, s)) == fifty })

	// A UDP phone and two phones on TLS, registered before the crash.
	port := peer.FreePorts(t, 8)
	reg := peer.StartSIPp(t, peer.SIPpConfig{
		Scenario: "register_ok.xml", Target: s.Ready.SIPUDP, Transport: "u1", Port: port, Keys: keys(ben),
	})
	reg.Succeeds(t, 20*time.Second)
	carl := s.NewUser(t, g, "Carl", "Dahl", nil)
	dora := s.NewUser(t, g, "Dora", "Eng", nil)
	c := peer.StartBaresip(t, peer.BaresipConfig{
		User: carl.SIPUsername, Password: carl.Secrets.SIPPassword, Domain: carl.Domain, Transport: "tls", KeepsFlow: true,
		Outbound: "sip:" + s.Ready.SIPTLS + ";transport=tls", MediaEnc: "srtp-mand", Codecs: "pcma", Hz: 440,
		CAFile: s.CAFile(), DNS: peer.ServeDNS(t, [4]byte{127, 0, 0, 1}),
	})
	c.Registered(t)
	d := linphone(t, s, dora, "srtp", 1000)
	d.Registered(t)

	s.Kill()
	calls.Kill()
	s.Start(t)
	restarted := time.Now()

	answer := peer.StartSIPp(t, peer.SIPpConfig{
		Scenario: "answer.xml", Target: s.Ready.SIPUDP, Transport: "u1", Port: port,
	})
	call := peer.StartSIPp(t, peer.SIPpConfig{
		Scenario: "call.xml", Target: s.Ready.SIPUDP, Transport: "u1", Keys: keys(caller, "callee", ben.Number),
	})
	call.Succeeds(t, 20*time.Second)
	answer.Succeeds(t, 20*time.Second)

	for name, acc := range map[string]peer.Account{"baresip": carl, "Linphone": dora} {
		reachable := peer.StartSIPp(t, peer.SIPpConfig{
			Scenario: "call.xml", Target: s.Ready.SIPUDP, Transport: "u1", Keys: keys(caller, "callee", acc.Number),
		})
		// The call may come while the phone reconnects; one that gave up is made again, as a person would.
		for reachable.Wait(t.Context()) != nil {
			if time.Since(restarted) > 2*time.Minute {
				t.Fatalf("%s is not reachable two minutes after the restart", name)
			}
			reachable = peer.StartSIPp(t, peer.SIPpConfig{
				Scenario: "call.xml", Target: s.Ready.SIPUDP, Transport: "u1", Keys: keys(caller, "callee", acc.Number),
			})
		}
		t.Logf("%s over TLS was reached %.1f s after the restart", name, time.Since(restarted).Seconds())
	}

	// The last call has just ended; its record is closed in the next commit.
	killed, ids := 0, map[int64]bool{}
	for _, r := range s.AwaitRecords(t, len(s.Records(t))) {
		if ids[r.ID] {
			t.Errorf("record %d stands twice", r.ID)
		}
		ids[r.ID] = true
		if r.EndReason == "server_restart" {
			killed++
		}
		if r.Open {
			t.Errorf("record %d is open", r.ID)
		}
	}
	if killed != fifty {
		t.Errorf("%d records were closed by the restart, want %d", killed, fifty)
	}
}

type liveCall struct {
	ID    int64  `json:"id"`
	State string `json:"state"`
}

func live(t *testing.T, s *peer.Server) []liveCall {
	t.Helper()
	var list struct {
		Items []liveCall `json:"items"`
	}
	s.Must(t, "GET", "/calls", nil, &list)
	return list.Items
}

func TestAPhoneWhoseConnectionIsResetInACallKeepsTheCall(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	cut := peer.NewCutter(t, s.Ready.SIPTLS)
	a := baresip(t, s, anna, s.Ready.SIPTLS, 440)
	b := peer.StartBaresip(t, peer.BaresipConfig{
		User: ben.SIPUsername, Password: ben.Secrets.SIPPassword, Domain: ben.Domain, Transport: "tls", KeepsFlow: true,
		Outbound: "sip:" + cut.Addr() + ";transport=tls", MediaEnc: "srtp-mand", Codecs: "opus/48000/2,pcma", Hz: 1000,
		CAFile: s.CAFile(), DNS: peer.ServeDNS(t, [4]byte{127, 0, 0, 1}),
	})
	a.Registered(t)
	b.Registered(t)
	a.Command(t, "dial", "sip:"+ben.Number+"@"+domain)
	a.Await(t, 15*time.Second, "CALL_ESTABLISHED")
	<-time.After(2 * time.Second)
	mark := b.Mark()
	cut.Reset()
	s.Online(t, ben.ID, 0)
	b.AwaitAfter(t, mark, 70*time.Second, "REGISTER_OK") // baresip tries again after a while
	<-time.After(2 * time.Second)
	a.Command(t, "hangup", "")
	closed := b.AwaitAfter(t, mark, 10*time.Second, "CALL_CLOSED")
	t.Logf("Ben's call was closed: %s", closed.Param)
	heard := b.Heard(t)
	if heard.Duration() < 4*time.Second {
		t.Errorf("Ben heard only %v", heard.Duration())
	}
	for at := time.Second; at+time.Second < heard.Duration(); at += time.Second {
		if share := heard.Share(440, at, at+time.Second); share < 0.9 {
			t.Errorf("media paused: second %v holds %.0f %% of the tone", at, 100*share)
		}
	}
	if r := s.AwaitRecords(t, 1)[0]; r.EndReason != "completed_caller" {
		t.Errorf("record: %+v", r)
	}
	if strings.Contains(b.Out.String(), "SIP/2.0 481") { // the digits alone stand in ids and ports too
		t.Error("the phone did not know the dialog")
	}
}
