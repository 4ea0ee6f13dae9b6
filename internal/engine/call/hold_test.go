package call_test

import (
	"testing"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// withMusic is a server that plays 500 Hz to whoever is on hold.
func withMusic() options {
	return options{config: func(c *call.Config) { c.Music = samples(500, time.Second) }}
}

// holding sets up a call between Alice and Bob, both of whom talk, where each may put the other on hold.
func holding(w *world) (a, b *dialog, alice, bob *talker) {
	w.Helper()
	one, two := pair(w, 1, transport.UDP)
	w.dir.users[1].HoldMusic, w.dir.users[2].HoldMusic = true, true
	a = one.dial("202", session(one, "8", ""))
	b = two[0].ringing()
	invite := b.invite
	b.respond(200, session(two[0], "8", ""))
	two[0].take("ACK")
	ok := a.learn(one.take("200 INVITE"))
	a.ack("")
	alice, bob = one.talker(ok), two[0].talker(invite)
	alice.speaks(440, time.Second)
	bob.speaks(620, time.Second)
	bob.hears(440)
	alice.hears(620)
	return a, b, alice, bob
}

// changes has a phone change its session, and checks the answer.
func (d *dialog) changes(version int, direction, answer string) {
	w := d.p.w
	w.Helper()
	d.request(sip.INVITE, sessionVersion(d.p, version, "8", direction))
	w.wantMedia(d.p.take("200 INVITE"), "8", answer)
	d.ack("")
	w.wait(20 * time.Millisecond)
}

func TestWhoIsPutOnHoldHearsMusic(t *testing.T) {
	for _, direction := range []string{"sendonly", "inactive"} {
		t.Run(direction, func(t *testing.T) {
			run(t, withMusic(), func(w *world) {
				a, b, alice, bob := holding(w)
				defer alice.close()
				defer bob.close()
				a.changes(2, direction, map[string]string{"sendonly": "recvonly", "inactive": "inactive"}[direction])
				b.p.quiet() // his session stays as it is
				bob.forget()
				bob.speaks(620, 3*time.Second)
				bob.hears(500) // longer than the music is: again and again
				alice.silent()

				a.changes(3, "sendrecv", "sendrecv")
				b.p.quiet()
				bob.forget()
				alice.speaks(440, time.Second)
				bob.speaks(620, time.Second)
				bob.hears(440)
				alice.hears(620)
				finish(w, a, b)
			})
		})
	}
}

func TestTheCallerIsHeldToo(t *testing.T) {
	run(t, withMusic(), func(w *world) {
		a, b, alice, bob := holding(w)
		defer alice.close()
		defer bob.close()
		b.seq = 50
		b.changes(2, "sendonly", "recvonly")
		a.p.quiet()
		alice.forget()
		w.wait(2 * time.Second)
		alice.hears(500)

		a.changes(2, "sendonly", "inactive") // she holds him as well: nobody hears anything
		m := b.p.take("INVITE")
		w.wantMedia(m, "8", "sendonly")
		b.respondTo(m, 200, sessionVersion(b.p, 3, "8", "inactive"))
		b.p.take("ACK")
		alice.forget()
		bob.forget()
		w.wait(time.Second)
		alice.silent()
		bob.silent()
		finish(w, a, b)
	})
}

func TestWithoutMusicHoldIsPassedOn(t *testing.T) {
	run(t, withMusic(), func(w *world) {
		alice, bobs := pair(w, 1, transport.UDP) // neither has it
		a, b := talk(w, alice, bobs[0])
		a.request(sip.INVITE, sessionVersion(a.p, 2, "8", "sendonly"))
		a.p.take("200 INVITE")
		a.ack("")
		m := b.p.take("INVITE")
		w.wantMedia(m, "8", "sendonly")
		b.respondTo(m, 200, sessionVersion(b.p, 2, "8", "recvonly"))
		b.p.take("ACK")
		finish(w, a, b)
	})
}
