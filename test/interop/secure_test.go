package interop

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

func TestTwoBaresipTalkEncryptedByNameAndByAddress(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	port := peer.Port(t, s.Ready.SIPTLS)
	for name, host := range map[string]string{"by name": domain, "by address": "127.0.0.1"} {
		t.Run(name, func(t *testing.T) {
			a := baresip(t, s, anna, fmt.Sprintf("%s:%d", host, port), 440)
			b := baresip(t, s, ben, fmt.Sprintf("%s:%d", host, port), 1000)
			a.Registered(t)
			b.Registered(t)
			before := len(s.Records(t))
			a.Command(t, "dial", "sip:"+ben.Number+"@"+domain)
			menc := a.Await(t, 15*time.Second, "CALL_MENC")
			a.Await(t, 15*time.Second, "CALL_ESTABLISHED")
			t.Logf("encryption: %s", menc.Param)
			<-time.After(4 * time.Second)
			a.Command(t, "hangup", "")
			b.Await(t, 10*time.Second, "CALL_CLOSED")
			r := s.AwaitRecords(t, before+1)[0]
			if r.EndReason != "completed_caller" || r.Security.Caller != "sdes" || r.Security.Callee != "sdes" {
				t.Errorf("record: %+v", r)
			}
			if r.Caller.Number != anna.Number || r.Callee.Number != ben.Number {
				t.Errorf("record names %+v and %+v", r.Caller, r.Callee)
			}
			wantTone(t, "Anna", a.Heard(t), 1000, 440)
			wantTone(t, "Ben", b.Heard(t), 440, 1000)
			a.Kill()
			b.Kill()
		})
	}
}

// baresip starts one with the account, over TLS with SRTP mandatory.
func baresip(t *testing.T, s *peer.Server, acc peer.Account, proxy string, hz int) *peer.Baresip {
	t.Helper()
	return peer.StartBaresip(t, peer.BaresipConfig{
		User: acc.SIPUsername, Password: acc.Secrets.SIPPassword, Domain: acc.Domain,
		Outbound: "sip:" + proxy + ";transport=tls", Transport: "tls", MediaEnc: "srtp-mand",
		Codecs: "opus/48000/2,pcma", Hz: hz, CAFile: s.CAFile(), DNS: peer.ServeDNS(t, [4]byte{127, 0, 0, 1}),
	})
}

func TestBaresipAndLinphoneTalkEncrypted(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	a := baresip(t, s, anna, s.Ready.SIPTLS, 440)
	b := linphone(t, s, ben, "srtp", 1000)
	a.Registered(t)
	b.Registered(t)
	a.Command(t, "dial", "sip:"+ben.Number+"@"+domain)
	a.Await(t, 15*time.Second, "CALL_ESTABLISHED")
	b.Talk(t)
	<-time.After(5 * time.Second)
	b.Say(t, "terminate")
	a.Await(t, 10*time.Second, "CALL_CLOSED")
	r := s.AwaitRecords(t, 1)[0]
	if r.EndReason != "completed_callee" || r.Security.Caller != "sdes" || r.Security.Callee != "sdes" {
		t.Errorf("record: %+v", r)
	}
	wantTone(t, "Ben", b.Heard(t), 440, 1000)
	wantTone(t, "Anna", a.Heard(t), 1000, 440)
}

func TestTwoLinphonesTalkWithZRTPAndTheSameSAS(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	a, b := linphone(t, s, anna, "zrtp", 440), linphone(t, s, ben, "zrtp", 1000)
	a.Registered(t)
	b.Registered(t)
	a.Say(t, "call sip:"+ben.Number+"@"+domain)
	const encrypted = `Authentication token is (\w+)`
	sasA, sasB := a.Await(t, 20*time.Second, encrypted)[1], b.Await(t, 20*time.Second, encrypted)[1]
	t.Logf("authentication strings: %s and %s", sasA, sasB)
	if sasA != sasB {
		t.Errorf("the authentication strings differ: %s and %s", sasA, sasB)
	}
	a.Talk(t)
	b.Talk(t)
	<-time.After(5 * time.Second)
	a.Say(t, "terminate")
	r := s.AwaitRecords(t, 1)[0]
	if r.Security.Caller != "zrtp" || r.Security.Callee != "zrtp" {
		t.Errorf("record: %+v", r)
	}
	wantTone(t, "Anna", a.Heard(t), 1000, 440)
	wantTone(t, "Ben", b.Heard(t), 440, 1000)
}

// A phone that promises ZRTP and speaks plainly instead: whoever called it hears nothing of that and sends it nothing.
func TestAPhoneThatPromisesZRTPAndNeverSpeaksItIsNotHeard(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna := s.NewUser(t, s.NewGroup(t, "Sales"), "Anna", "Berg", nil)
	ben := s.NewUser(t, s.NewGroup(t, "Workshop"), "Ben", "Carlsen", map[string]any{"security": "any"})
	ear := peer.OpenPlainEar(t)
	port := peer.FreePorts(t, 8)
	peer.StartSIPp(t, peer.SIPpConfig{
		Scenario: "register_ok.xml", Target: s.Ready.SIPUDP, Transport: "u1", Port: port,
		Keys: keys(ben, "contact", strconv.Itoa(port)),
	}).Succeeds(t, 20*time.Second)
	silent := peer.StartSIPp(t, peer.SIPpConfig{
		Scenario: "answer_zrtp_silent.xml", Target: s.Ready.SIPUDP, Transport: "u1", Port: port,
		Keys: map[string]string{"media": strconv.Itoa(ear.Port)},
	})
	a := linphone(t, s, anna, "zrtp", 440)
	a.Registered(t)
	a.Say(t, "call sip:"+ben.Number+"@"+domain)
	port = silent.Offered(t, 20*time.Second)
	a.Await(t, 20*time.Second, `to LinphoneCallStreamsRunning`)
	a.Talk(t)
	ear.Speak(t, port, 8*time.Second)
	silent.Succeeds(t, 40*time.Second) // the server ends the call
	r := s.AwaitRecords(t, 1)[0]
	if r.EndReason != "zrtp_not_confirmed" || r.Security.Caller == "zrtp" || r.Security.Callee == "zrtp" {
		t.Errorf("record: %+v", r)
	}
	if ear.Audio() > 0 {
		t.Errorf("%d packets of speech reached a phone that never spoke ZRTP", ear.Audio())
	}
	heard := a.Heard(t)
	t.Logf("recorded %v, RMS %.1f", heard.Duration(), heard.RMS(0, heard.Duration()))
	if rms := heard.RMS(0, heard.Duration()); rms > 1 {
		t.Errorf("the caller heard something: RMS %.1f", rms)
	}
}

func linphone(t *testing.T, s *peer.Server, acc peer.Account, encryption string, hz int) *peer.Linphone {
	t.Helper()
	return peer.StartLinphone(t, peer.LinphoneConfig{
		User: acc.SIPUsername, Password: acc.Secrets.SIPPassword, Domain: acc.Domain, Realm: acc.Domain,
		Proxy: fmt.Sprintf("localhost:%d", peer.Port(t, s.Ready.SIPTLS)), Encryption: encryption, Hz: hz, CAFile: s.CAFile(), CheckName: true,
	})
}

// baresip 1.0.0 checks the authority but not the name, Linphone checks both: it stands for the phones that do.
func TestAPhoneThatReachesTheServerByAWrongNameRefusesTheCertificate(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{Domain: domain})
	anna, _ := two(t, s, nil)
	a := peer.StartLinphone(t, peer.LinphoneConfig{
		User: anna.SIPUsername, Password: anna.Secrets.SIPPassword, Domain: anna.Domain, Realm: anna.Domain,
		Proxy: fmt.Sprintf("other.example:%d", peer.Port(t, s.Ready.SIPTLS)), Encryption: "srtp", Hz: 440,
		CAFile: s.CAFile(), CheckName: true, Host: "other.example",
	})
	a.Await(t, 20*time.Second, `CN-mismatch`)
	a.Await(t, 20*time.Second, `LinphoneRegistrationFailed`)
}
