package transaction_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

func TestInviteNobodyAnswersRepeatsOnTimerAAndEndsOnTimerB(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.bob.begin = false
		s.send(sip.INVITE, "z9hG4bKa")
		// RFC 3261 §17.1.1.2: at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s.
		for _, step := range []struct {
			after time.Duration
			n     int
		}{
			{0, 1},
			{490 * time.Millisecond, 1},
			{20 * time.Millisecond, 2},
			{1000 * time.Millisecond, 3},
			{2 * time.Second, 4},
			{4 * time.Second, 5},
			{8 * time.Second, 6},
			{16 * time.Second, 7},
		} {
			s.wait(step.after)
			s.bob.expectSeen("INVITE", step.n)
		}
		s.wait(time.Second)
		s.alice.expectNotes("32s client done: transaction timed out")
		s.alice.expectEmpty()
	})
}

func TestRequestNobodyAnswersRepeatsOnTimerEAndEndsOnTimerF(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.bob.begin = false
		s.send(sip.OPTIONS, "z9hG4bKa")
		// RFC 3261 §17.1.2.2: at 0, 0.5, 1.5, 3.5, 7.5, then every 4 s.
		s.wait(7510 * time.Millisecond)
		s.bob.expectSeen("OPTIONS", 5)
		s.wait(4 * time.Second)
		s.bob.expectSeen("OPTIONS", 6)
		s.wait(25 * time.Second)
		s.bob.expectSeen("OPTIONS", 11)
		s.alice.expectNotes("32s client done: transaction timed out")
		s.alice.expectEmpty()
	})
}

func TestProvisionalSlowsTimerE(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.send(sip.OPTIONS, "z9hG4bKa")
		s.respond(0, 180)
		s.wait(510 * time.Millisecond) // timer E was running: one more, then every T2
		s.bob.expectSeen("OPTIONS", 2)
		s.wait(3900 * time.Millisecond)
		s.bob.expectSeen("OPTIONS", 2)
		s.wait(200 * time.Millisecond)
		s.bob.expectSeen("OPTIONS", 3)
		s.alice.expectSeen("180 OPTIONS", 3) // bob's machine repeats the last response
	})
}

func TestNonInviteIsAnsweredOnceAndRepeatedByTheLayer(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.drop(bobAddr, "200 OK")
		s.send(sip.OPTIONS, "z9hG4bKa")
		s.respond(0, 200)
		if err := s.bob.respond(0, 500); !errors.Is(err, transaction.ErrTerminated) {
			t.Errorf("second final response: %v", err)
		}
		s.wait(3 * time.Second) // repeats at 0.5 and 1.5 s are answered and lost
		s.bob.expectSeen("OPTIONS", 3)
		s.net.SetFilter(nil)
		s.wait(time.Second) // 3.5 s
		s.alice.expectSeen("200 OPTIONS", 1)
		s.wait(40 * time.Second)
		// Timer K ends the client 5 s after the response, timer J the server 32 s after it sent it.
		s.alice.expectNotes("3.5s response 200 OPTIONS", "8.5s client done: <nil>")
		s.bob.expectNotes("0s request OPTIONS", "32s server done: <nil>")
		s.alice.expectEmpty()
		s.bob.expectEmpty()
	})
}

func TestInviteIsAnswered100AtOnce(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.send(sip.INVITE, "z9hG4bKa")
		s.wait(5 * time.Second)
		s.alice.expectNotes("0s response 100 INVITE")
		s.bob.expectSeen("INVITE", 1)
	})
}

func TestRepeatedInviteGetsTheLastProvisional(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.drop(bobAddr, "100 Trying")
		s.send(sip.INVITE, "z9hG4bKa")
		s.drop(bobAddr, "180 Ringing")
		s.respond(0, 180)
		s.net.SetFilter(nil)
		s.wait(time.Second)
		s.alice.expectNotes("500ms response 180 INVITE")
		s.bob.expectNotes("0s request INVITE")
	})
}

func TestFailureIsRepeatedUntilTheAck(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.drop(aliceAddr, "ACK ")
		s.send(sip.INVITE, "z9hG4bKa")
		s.respond(0, 486)
		// Timer G: at 0, 0.5, 1.5, 3.5, then every 4 s. Each is acknowledged, each ACK is lost.
		s.wait(8 * time.Second)
		s.alice.expectSeen("486 INVITE", 5)
		s.net.SetFilter(nil)
		s.wait(4 * time.Second) // 11.5 s: acknowledged at last
		s.alice.expectSeen("486 INVITE", 6)
		s.bob.expectSeen("ACK", 1)
		s.wait(40 * time.Second)
		s.alice.expectSeen("486 INVITE", 6)
		// Timer I ends the server 5 s after the ACK, timer D the client 32 s after the first failure.
		s.alice.expectNotes("0s response 100 INVITE", "0s response 486 INVITE", "32s client done: <nil>")
		s.bob.expectNotes("0s request INVITE", "16.5s server done: <nil>")
		s.alice.expectEmpty()
		s.bob.expectEmpty()
	})
}

func TestFailureNobodyAcknowledgesEndsOnTimerH(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.drop(aliceAddr, "ACK ")
		s.send(sip.INVITE, "z9hG4bKa")
		s.respond(0, 503)
		s.wait(33 * time.Second)
		s.bob.expectNotes("0s request INVITE", "32s server done: transaction timed out")
		s.bob.expectEmpty()
	})
}

func TestAckOfAFailureFollowsTheInvite(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		acks := make(chan string, 1)
		s.net.SetFilter(func(p netx.Packet) netx.Fate {
			if p.From == aliceAddr && string(p.Data[:4]) == "ACK " {
				acks <- string(p.Data)
			}
			return netx.Fate{}
		})
		msg := request(sip.INVITE, "z9hG4bKa", "Route: <sip:proxy.example.org;lr>", "Route: <sip:second.example.org;lr>")
		if _, err := s.alice.layer.Send(s.flow, sip.INVITE, msg, client{s.alice}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s.respond(0, 404)
		want := "ACK sip:bob@example.org SIP/2.0\r\n" +
			"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport\r\n" +
			"Route: <sip:proxy.example.org;lr>\r\nRoute: <sip:second.example.org;lr>\r\n" +
			"Max-Forwards: 70\r\nFrom: <sip:alice@example.org>;tag=a1\r\nTo: <sip:bob@example.org>;tag=bob\r\n" +
			"Call-ID: call-z9hG4bKa\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n"
		if got := <-acks; got != want {
			t.Errorf("ACK\n%s\nwant\n%s", got, want)
		}
	})
}

func TestEvery2xxReachesTheUser(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.send(sip.INVITE, "z9hG4bKa")
		s.respond(0, 200)
		s.wait(500 * time.Millisecond)
		s.respond(0, 200) // the user repeats it: RFC 3261 §13.3.1.4
		if err := s.bob.respond(0, 486); !errors.Is(err, transaction.ErrTerminated) {
			t.Errorf("failure after success: %v", err)
		}
		s.wait(40 * time.Second)
		// Timer M ends the client, timer L the server.
		s.alice.expectNotes("0s response 100 INVITE", "0s response 200 INVITE", "500ms response 200 INVITE",
			"32s client done: <nil>")
		s.bob.expectNotes("0s request INVITE", "32s server done: <nil>")
		s.alice.expectEmpty()
		s.bob.expectEmpty()
	})
}

func TestRepeatedInviteIsAbsorbedAfterThe2xx(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.drop(bobAddr, "SIP/2.0 ")
		s.send(sip.INVITE, "z9hG4bKa")
		if err := s.bob.respond(0, 200); err != nil {
			t.Fatal(err)
		}
		s.wait(4 * time.Second)
		s.bob.expectSeen("INVITE", 4)
		s.bob.expectNotes("0s request INVITE")
		s.net.SetFilter(nil)
		s.wait(5 * time.Second)
		s.alice.expectSeen("200 INVITE", 0) // RFC 6026 §7.1: the layer itself repeats nothing
	})
}

func TestAckOfA2xxIsARequestOfItsOwn(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.send(sip.INVITE, "z9hG4bKa")
		s.respond(0, 200)
		for _, branch := range []string{"z9hG4bKother", "z9hG4bKa"} { // the second as an element of RFC 2543 does
			if err := s.flow.Send(request(sip.ACK, branch)); err != nil {
				t.Fatal(err)
			}
		}
		s.wait(0)
		s.bob.expectNotes("0s request INVITE", "0s request ACK", "0s request ACK")
	})
}

func TestStrayResponsesAreDropped(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.send(sip.OPTIONS, "z9hG4bKa")
		s.respond(0, 200)
		s.wait(10 * time.Second) // timer K has passed
		back, _ := s.bob.transport.UDPFlow(bobAddr, aliceAddr)
		m := sip.Acquire()
		defer m.Release()
		if err := m.Parse(request(sip.OPTIONS, "z9hG4bKa")); err != nil {
			t.Fatal(err)
		}
		var b sip.Builder
		b.ResponseTo(m, 200, "", "x", aliceAddr)
		b.End()
		if err := back.Send(b.Bytes()); err != nil {
			t.Fatal(err)
		}
		s.wait(0)
		s.alice.expectNotes("0s response 200 OPTIONS", "5s client done: <nil>")
		if n := s.alice.layer.Counters().Stray.Load(); n != 1 {
			t.Errorf("%d stray responses counted", n)
		}
	})
}

func TestMergedRequestGets482(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.send(sip.INVITE, "z9hG4bKa")
		// The same request by another way has another branch and the same Call-ID, From tag and CSeq.
		again := request(sip.INVITE, "z9hG4bKb")
		again = []byte(replace(string(again), "call-z9hG4bKb", "call-z9hG4bKa"))
		if _, err := s.alice.layer.Send(s.flow, sip.INVITE, again, client{s.alice}); err != nil {
			t.Fatal(err)
		}
		s.wait(0)
		s.alice.expectNotes("0s response 100 INVITE", "0s response 482 INVITE")
		register := []byte(replace(string(request(sip.REGISTER, "z9hG4bKc")), "call-z9hG4bKc", "call-x"))
		again = []byte(replace(string(request(sip.REGISTER, "z9hG4bKd")), "call-z9hG4bKd", "call-x"))
		for _, msg := range [][]byte{register, again} {
			if err := s.flow.Send(msg); err != nil {
				t.Fatal(err)
			}
		}
		s.wait(0)
		s.bob.expectNotes("0s request INVITE", "0s request ACK", // the 482 had no transaction, so its ACK has none
			"0s request REGISTER", "0s request REGISTER") // the registrar judges these itself
	})
}

func TestLossyNetworkDeliversEachRequestOnce(t *testing.T) {
	run(t, transport.UDP, func(s *script) {
		s.net.SetLink(aliceAddr.Addr(), bobAddr.Addr(), netx.Link{
			Delay: 20 * time.Millisecond, Jitter: 30 * time.Millisecond, Loss: 0.3, Duplicate: 0.2, Reorder: 0.2,
		})
		s.bob.onBegin = func(server *transaction.Server, m *sip.Message) {
			var b sip.Builder
			code := 200
			if server.Method() == sip.INVITE {
				code = 480
			}
			b.ResponseTo(m, code, "", "bob", server.Flow().Remote())
			b.End()
			if err := server.Respond(code, b.Bytes()); err != nil {
				t.Error(err)
			}
		}
		const n = 200
		for i := range n {
			method := sip.OPTIONS
			if i%2 == 0 {
				method = sip.INVITE
			}
			if _, err := s.alice.layer.Send(s.flow, method, request(method, sip.NewBranch()), client{s.alice}); err != nil {
				t.Fatal(err)
			}
		}
		s.wait(2 * time.Minute)
		finals, done := 0, 0
		for _, note := range s.alice.notes {
			finals += count(note, "response 480 INVITE") + count(note, "response 200 OPTIONS")
			done += count(note, "client done: <nil>")
		}
		if finals != n || done != n || len(s.bob.servers) != n {
			t.Errorf("%d finals, %d ends, %d server transactions, want %d of each", finals, done, len(s.bob.servers), n)
		}
		s.alice.expectEmpty()
		s.bob.expectEmpty()
	})
}
