package transaction_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

func replace(s, old, new string) string { return strings.ReplaceAll(s, old, new) }

func count(s, what string) int {
	if strings.Contains(s, what) {
		return 1
	}
	return 0
}

func TestCancelAfterAProvisional(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		c := s.send(sip.INVITE, "z9hG4bKa")
		s.respond(0, 180)
		for range 2 {
			if err := c.Cancel(); err != nil { // the second does nothing
				t.Fatal(err)
			}
		}
		s.wait(0)
		s.respond(0, 487)
		s.wait(40 * time.Second)
		s.alice.expectSeen("200 CANCEL", 1)
		s.alice.expectNotes("0s response 100 INVITE", "0s response 180 INVITE", "0s response 487 INVITE",
			"32s client done: <nil>")
		s.bob.expectNotes("0s request INVITE", "0s cancelled", "5s server done: <nil>")
		s.alice.expectEmpty()
		s.bob.expectEmpty()
	})
}

func TestCancelWaitsForAProvisional(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.drop(bobAddr, "100 Trying")
		c := s.send(sip.INVITE, "z9hG4bKa")
		if err := c.CancelBecause(`SIP;cause=200;text="Call completed elsewhere"`); err != nil {
			t.Fatal(err)
		}
		s.wait(100 * time.Millisecond)
		s.bob.expectSeen("CANCEL", 0)
		s.net.SetFilter(nil)
		s.wait(time.Second) // the INVITE is repeated at 0.5 s and gets its 100
		s.bob.expectSeen("CANCEL", 1)
		s.bob.expectNotes("0s request INVITE", "500ms cancelled")
	})
}

func TestCancelAfterTheAnswerDoesNothing(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		c := s.send(sip.INVITE, "z9hG4bKa")
		s.respond(0, 200)
		if err := c.Cancel(); err != nil {
			t.Fatal(err)
		}
		s.wait(time.Second)
		s.bob.expectSeen("CANCEL", 0)
	})
}

func TestCancelThatMeetsTheAnswerIsAnsweredAndNoMore(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.drop(bobAddr, "200 OK")
		c := s.send(sip.INVITE, "z9hG4bKa")
		s.respond(0, 200)
		if err := c.Cancel(); err != nil {
			t.Fatal(err)
		}
		s.net.SetFilter(nil)
		s.wait(time.Second)
		s.alice.expectSeen("200 CANCEL", 1)
		s.bob.expectNotes("0s request INVITE")
	})
}

func TestCancelledInviteNobodyEndsTimesOut(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		c := s.send(sip.INVITE, "z9hG4bKa")
		s.net.Cut(aliceAddr.Addr(), bobAddr.Addr())
		if err := c.Cancel(); err != nil {
			t.Fatal(err)
		}
		s.wait(33 * time.Second)
		// RFC 3261 §9.1: after 64*T1 the client may give the INVITE up.
		s.alice.expectNotes("0s response 100 INVITE", "32s client done: transaction timed out")
		s.alice.expectEmpty()
	})
}

func TestCancelFromAnotherAddressIsNotBelieved(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.send(sip.INVITE, "z9hG4bKa")
		mallory := netip.MustParseAddrPort("192.0.2.66:5060")
		pc, err := s.net.Host(mallory.Addr()).ListenPacket(mallory)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pc.WriteToUDPAddrPort(request(sip.CANCEL, "z9hG4bKa"), bobAddr); err != nil {
			t.Fatal(err)
		}
		s.wait(0)
		s.bob.expectNotes("0s request INVITE", "0s request CANCEL") // the user answers 481
	})
}

func TestCancelIsForInvitesOnly(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		if err := s.send(sip.OPTIONS, "z9hG4bKa").Cancel(); !errors.Is(err, transaction.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	})
}

func TestStreamsRepeatNothingAndEndAtOnce(t *testing.T) {
	run(t, transport.TCP, func(s *script) {
		s.send(sip.OPTIONS, "z9hG4bKa")
		s.send(sip.INVITE, "z9hG4bKb")
		s.wait(10 * time.Second)
		s.bob.expectSeen("OPTIONS", 1)
		s.bob.expectSeen("INVITE", 1)
		s.respond(0, 200) // timers J and K have no time to run
		s.respond(1, 486) // neither have D and I
		s.bob.expectSeen("ACK", 1)
		s.alice.expectNotes("0s response 100 INVITE", "10s response 200 OPTIONS", "10s client done: <nil>",
			"10s response 486 INVITE", "10s client done: <nil>")
		s.alice.expectEmpty()
		s.bob.expectEmpty()
	})
}

func TestClosedConnectionEndsItsClientTransactions(t *testing.T) {
	run(t, transport.TCP, func(s *script) {
		s.send(sip.OPTIONS, "z9hG4bKa")
		s.send(sip.INVITE, "z9hG4bKb")
		s.net.Reset(aliceAddr.Addr(), bobAddr.Addr())
		s.wait(0)
		s.alice.expectEmpty()
		if n := len(s.alice.notes); n != 4 || s.alice.notes[3] != "0s flow closed" {
			t.Errorf("notes %v", s.alice.notes)
		}
		if err := s.bob.respond(0, 200); !errors.Is(err, transaction.ErrTransport) {
			t.Errorf("response on a closed connection: %v", err)
		}
		if _, err := s.alice.layer.Send(s.flow, sip.OPTIONS, request(sip.OPTIONS, "z9hG4bKc"),
			client{s.alice}); !errors.Is(err, transaction.ErrTransport) {
			t.Errorf("request on a closed connection: %v", err)
		}
		s.alice.expectEmpty()
	})
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{T: t, net: newNetwork()}
		s.alice = newEnd(t, "alice", s.net.Host(aliceAddr.Addr()), aliceAddr, transaction.Limits{Clients: 3})
		s.bob = newEnd(t, "bob", s.net.Host(bobAddr.Addr()), bobAddr, transaction.Limits{PerSource: 2})
		s.flow, _ = s.alice.transport.UDPFlow(aliceAddr, bobAddr)
		for _, branch := range []string{"z9hG4bKa", "z9hG4bKb", "z9hG4bKc"} {
			s.send(sip.OPTIONS, branch)
		}
		s.bob.expectNotes("0s request OPTIONS", "0s request OPTIONS", "0s request OPTIONS", "0s begin: too many transactions")
		if _, err := s.alice.layer.Send(s.flow, sip.OPTIONS, request(sip.OPTIONS, "z9hG4bKd"),
			client{s.alice}); !errors.Is(err, transaction.ErrLimit) {
			t.Errorf("got %v", err)
		}
		s.respond(0, 200)
		s.wait(33 * time.Second)
		s.send(sip.OPTIONS, "z9hG4bKe") // there is room again
		s.wait(0)
		if len(s.bob.servers) != 3 {
			t.Errorf("%d server transactions began", len(s.bob.servers))
		}
	})
}

func TestStatelessAnswersKeepNothing(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.bob.reject = 401
		s.send(sip.OPTIONS, "z9hG4bKa")
		s.send(sip.INVITE, "z9hG4bKb")
		s.wait(0)
		s.bob.expectEmpty()
		s.alice.expectNotes("0s response 401 OPTIONS", "0s response 401 INVITE")
		s.bob.expectSeen("ACK", 1)
		s.bob.expectNotes("0s request OPTIONS", "0s request INVITE", "0s request ACK")
	})
}

func TestElementsOfRFC2543AreMatched(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		old := func(method sip.Method) []byte {
			return []byte(replace(string(request(method, "z9hG4bKa")), ";branch=z9hG4bKa", ""))
		}
		for range 2 {
			if err := s.flow.Send(old(sip.INVITE)); err != nil {
				t.Fatal(err)
			}
		}
		s.wait(0)
		s.respond(0, 486)
		if err := s.flow.Send(old(sip.ACK)); err != nil {
			t.Fatal(err)
		}
		s.wait(6 * time.Second)
		s.bob.expectNotes("0s request INVITE", "5s server done: <nil>")
	})
}
