package interop

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

func keys(a peer.Account, more ...string) map[string]string {
	m := map[string]string{"user": a.SIPUsername, "password": a.Secrets.SIPPassword, "domain": domain, "contact": "5060"}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i]] = more[i+1]
	}
	return m
}

func TestSIPpRegistersAndCallsOverUDPAndTCP(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, map[string]any{"security": "any"})
	for i, tr := range []struct{ name, mode, target string }{
		{"UDP", "u1", s.Ready.SIPUDP}, {"TCP", "t1", s.Ready.SIPTCP},
	} {
		t.Run(tr.name, func(t *testing.T) {
			for _, acc := range []peer.Account{anna, ben} {
				r := peer.StartSIPp(t, peer.SIPpConfig{
					Scenario: "register_ok.xml", Target: tr.target, Transport: tr.mode, Keys: keys(acc),
				})
				r.Succeeds(t, 20*time.Second)
			}
			port := peer.FreePorts(t, 8)
			reg := peer.StartSIPp(t, peer.SIPpConfig{
				Scenario: "register_ok.xml", Target: s.Ready.SIPUDP, Transport: "u1", Port: port,
				Keys: keys(ben, "contact", strconv.Itoa(port)),
			})
			reg.Succeeds(t, 20*time.Second)
			answer := peer.StartSIPp(t, peer.SIPpConfig{
				Scenario: "answer.xml", Target: s.Ready.SIPUDP, Transport: "u1", Port: port,
			})
			call := peer.StartSIPp(t, peer.SIPpConfig{
				Scenario: "call.xml", Target: tr.target, Transport: tr.mode, Keys: keys(anna, "callee", ben.Number),
			})
			call.Succeeds(t, 30*time.Second)
			answer.Succeeds(t, 30*time.Second)
			r := s.AwaitRecords(t, i+1)[0]
			if r.EndReason != "completed_caller" || r.Security.Caller != "none" || r.Security.Callee != "none" {
				t.Errorf("record: %+v", r)
			}
		})
	}
}

func TestAPlainCallerIsRefusedAndAPlainRegistrationOfASecureDevice(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	refused := peer.StartSIPp(t, peer.SIPpConfig{
		Scenario: "register_refused.xml", Target: s.Ready.SIPUDP, Transport: "u1", Keys: keys(anna),
	})
	refused.Succeeds(t, 20*time.Second)

	// A phone that signals securely, but offers plain media.
	plain := peer.StartBaresip(t, peer.BaresipConfig{
		User: ben.SIPUsername, Password: ben.Secrets.SIPPassword, Domain: domain, Codecs: "pcma", Hz: 440,
		Outbound: "sip:" + s.Ready.SIPTLS + ";transport=tls", Transport: "tls", CAFile: s.CAFile(),
		DNS: peer.ServeDNS(t, [4]byte{127, 0, 0, 1}),
	})
	plain.Registered(t)
	plain.Command(t, "dial", "sip:*43@"+domain)
	closed := plain.Await(t, 15*time.Second, "CALL_CLOSED")
	if !strings.Contains(closed.Param, "488") {
		t.Errorf("the plain offer was closed with %q", closed.Param)
	}
	if r := s.AwaitRecords(t, 1)[0]; r.EndReason != "not_acceptable" || r.SIPStatus != 488 {
		t.Errorf("record: %+v", r)
	}
}
