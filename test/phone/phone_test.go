package phone_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
	"ringfence/test/phone"
)

var (
	aliceAddr = netip.MustParseAddr("192.0.2.1")
	bobAddr   = netip.MustParseAddr("192.0.2.2")
)

// pair is two phones that call each other without a server, over UDP and in virtual time.
func pair(t *testing.T, change func(alice, bob *phone.Config), play func(m *netx.Memory, alice, bob *phone.Phone)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMemory(1, netx.Link{Delay: 5 * time.Millisecond})
		b := phone.Config{
			Name: "bob", Username: "bob", Domain: "example.org", Network: fixed{m.Host(bobAddr)}, Local: bobAddr,
			Transport: transport.UDP, Server: netip.AddrPortFrom(aliceAddr, 5060), Patience: time.Minute,
		}
		a := b
		a.Name, a.Username, a.Network, a.Local = "alice", "alice", fixed{m.Host(aliceAddr)}, aliceAddr
		a.Server = netip.AddrPortFrom(bobAddr, 5060)
		if change != nil {
			change(&a, &b)
		}
		alice, bob := phone.New(t, a), phone.New(t, b)
		play(m, alice, bob)
		alice.Close()
		bob.Close()
	})
}

// fixed gives the first socket, which is that of SIP, the usual port.
type fixed struct{ netx.Network }

func (f fixed) ListenPacket(a netip.AddrPort) (netx.PacketConn, error) {
	if c, err := f.Network.ListenPacket(netip.AddrPortFrom(a.Addr(), 5060)); err == nil {
		return c, nil
	}
	return f.Network.ListenPacket(a)
}

func TestCallIsAnsweredAndHeard(t *testing.T) {
	for name, security := range map[string]phone.Security{
		"SDES": phone.SDES, "offered SDES": phone.OfferedSDES, "plain": phone.Plain,
	} {
		t.Run(name, func(t *testing.T) {
			pair(t, func(a, b *phone.Config) { a.Security, b.Security = security, security },
				func(_ *netx.Memory, alice, bob *phone.Phone) {
					call := alice.Invite("bob")
					ringing := bob.Incoming()
					ringing.Ring()
					call.WaitRinging()
					ringing.Answer()
					call.WaitAnswered()
					ringing.WaitAnswered()
					call.SendTone(440)
					ringing.SendTone(1000)
					ringing.WaitHears(440)
					call.WaitHears(1000)
					if call.Hears(440) || call.Secure() != (security != phone.Plain) || call.Secure() != ringing.Secure() {
						t.Error("alice hears herself, or the call is protected otherwise than wanted")
					}
					call.Hangup()
					if end := ringing.WaitEnded(); end.By != "them" || end.Code != 200 {
						t.Errorf("bob's end: %+v", end)
					}
					if n := ringing.Stats().Rejected + call.Stats().Gaps; n != 0 {
						t.Errorf("%d packets rejected or missing", n)
					}
				})
		})
	}
}

func TestCallThatIsNotAnswered(t *testing.T) {
	tests := []struct {
		name       string
		play       func(call, ringing *phone.Call)
		alice, bob phone.End
	}{
		{
			"rejected", func(_, ringing *phone.Call) { ringing.Reject(486) },
			phone.End{Code: 486, By: "them"},
			phone.End{Code: 486, By: "me"},
		},
		{"cancelled", func(call, ringing *phone.Call) {
			ringing.Ring()
			call.WaitRinging()
			call.Cancel()
		}, phone.End{Code: 487, By: "them"}, phone.End{Code: 487, By: "them"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			pair(t, nil, func(_ *netx.Memory, alice, bob *phone.Phone) {
				call := alice.Invite("bob")
				ringing := bob.Incoming()
				test.play(call, ringing)
				if end := call.WaitEnded(); end != test.alice {
					t.Errorf("alice's end: %+v", end)
				}
				if end := ringing.WaitEnded(); end != test.bob {
					t.Errorf("bob's end: %+v", end)
				}
			})
		})
	}
}

func TestHoldAndResume(t *testing.T) {
	pair(t, nil, func(_ *netx.Memory, alice, bob *phone.Phone) {
		bob.AutoAnswer(time.Second)
		call := alice.Invite("bob")
		call.WaitAnswered()
		far := bob.Incoming()
		far.SendTone(440)
		call.WaitHears(440)
		call.Hold()
		far.WaitHeld(true)
		time.Sleep(time.Second)
		if call.Hears(440) {
			t.Error("alice hears bob while he is on hold")
		}
		call.Resume()
		far.WaitHeld(false)
		call.WaitHears(440)
		if code := far.Update(phone.WithNewKey()).Wait(); code != 200 {
			t.Errorf("UPDATE was answered %d", code)
		}
		if code := far.ReInvite(phone.WithNewPort(), phone.WithNewKey()).Wait(); code != 200 {
			t.Errorf("re-INVITE was answered %d", code)
		}
		call.SendTone(1000)
		far.WaitHears(1000)
		call.WaitHears(440)
		call.RefuseReInvites(491)
		if code := far.ReInvite().Wait(); code != 491 {
			t.Errorf("re-INVITE was answered %d", code)
		}
		far.Hangup()
		call.WaitEnded()
	})
}

func TestInviteWithoutOffer(t *testing.T) {
	pair(t, nil, func(_ *netx.Memory, alice, bob *phone.Phone) {
		call := alice.Invite("bob", phone.WithoutOffer())
		ringing := bob.Incoming()
		if ringing.INVITE().Body() != "" {
			t.Error("the INVITE carries a body")
		}
		ringing.Answer()
		call.WaitAnswered()
		ringing.WaitAnswered()
		call.SendTone(440)
		ringing.SendTone(1000)
		ringing.WaitHears(440)
		call.WaitHears(1000)
		if code := call.ReInvite(phone.WithoutOffer()).Wait(); code != 200 {
			t.Errorf("re-INVITE was answered %d", code)
		}
		call.Hangup()
	})
}

func TestReliableProvisionalAndEarlyMedia(t *testing.T) {
	pair(t, func(a, b *phone.Config) { a.Reliable, b.Reliable = true, true },
		func(m *netx.Memory, alice, bob *phone.Phone) {
			call := alice.Invite("bob")
			ringing := bob.Incoming()
			if !strings.Contains(ringing.INVITE().Header(sip.Supported), "100rel") &&
				!strings.Contains(ringing.INVITE().Raw, "100rel") {
				t.Error("alice does not say that she knows reliable responses")
			}
			ringing.SendTone(440)
			ringing.RingReliably(183, true)
			call.WaitHears(440)
			ringing.Answer()
			call.WaitAnswered()
			call.Hangup()
		})
}

func TestLostMessagesAreRepeated(t *testing.T) {
	pair(t, nil, func(m *netx.Memory, alice, bob *phone.Phone) {
		seen := map[string]int{}
		m.SetFilter(func(p netx.Packet) netx.Fate { // the first two of each kind are lost
			line, _, _ := strings.Cut(string(p.Data), " ")
			if p.From.Port() != 5060 {
				return netx.Fate{}
			}
			if line == "SIP/2.0" {
				line = string(p.Data[:11])
			}
			seen[line]++
			return netx.Fate{Drop: seen[line] <= 2}
		})
		bob.AutoAnswer(time.Second)
		call := alice.Invite("bob")
		call.WaitAnswered()
		far := bob.Incoming()
		far.WaitAnswered()
		call.Hangup()
		far.WaitEnded()
		if len(alice.Heard("200 INVITE")) < 2 || len(bob.Heard("INVITE")) < 1 {
			t.Errorf("alice heard %v", alice.Messages())
		}
	})
}

func TestSessionIsRefreshed(t *testing.T) {
	pair(t, func(a, _ *phone.Config) { a.Session = 90 * time.Second },
		func(_ *netx.Memory, alice, bob *phone.Phone) {
			bob.AutoAnswer(time.Second)
			call := alice.Invite("bob")
			call.WaitAnswered()
			time.Sleep(5 * time.Minute)
			if n := len(bob.Heard("INVITE")); n < 6 || n > 8 {
				t.Errorf("%d INVITEs in five minutes", n)
			}
			call.Hangup()
		})
}

func TestVanishedPhoneSaysNothing(t *testing.T) {
	pair(t, nil, func(_ *netx.Memory, alice, bob *phone.Phone) {
		bob.AutoAnswer(time.Second)
		call := alice.Invite("bob")
		call.WaitAnswered()
		far := bob.Incoming()
		far.SendTone(440)
		call.WaitHears(440)
		bob.Vanish()
		time.Sleep(time.Second)
		if call.Hears(440) {
			t.Error("a phone that has vanished is heard")
		}
		if code := call.Bye().Wait(); code != 408 {
			t.Errorf("BYE was answered %d", code)
		}
		bob.Reboot()
		bob.AutoReject(603)
		if end := alice.Invite("bob").WaitEnded(); end.Code != 603 {
			t.Errorf("after the reboot: %+v", end)
		}
	})
}

func TestCodecsAreChosenByTheCaller(t *testing.T) {
	pair(t, func(a, b *phone.Config) {
		a.Codecs = []audio.Codec{audio.G722, audio.PCMU, audio.PCMA}
		b.Codecs = []audio.Codec{audio.PCMA, audio.PCMU}
	}, func(_ *netx.Memory, alice, bob *phone.Phone) {
		bob.AutoAnswer(0)
		call := alice.Invite("bob")
		call.WaitAnswered()
		if !call.Codec().Same(audio.PCMU) {
			t.Errorf("they speak %s", call.Codec())
		}
		call.Hangup()
	})
}

func TestUnprotectedOfferIsRefused(t *testing.T) {
	pair(t, func(a, _ *phone.Config) { a.Security = phone.Plain },
		func(_ *netx.Memory, alice, bob *phone.Phone) {
			if end := alice.Invite("bob").WaitEnded(); end.Code != 488 {
				t.Errorf("got %+v", end)
			}
			if code := alice.Request(sip.OPTIONS, "bob"); code != 200 {
				t.Errorf("OPTIONS was answered %d", code)
			}
		})
}
