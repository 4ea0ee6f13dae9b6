package interop

import (
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// Real phones: who is put on hold by a baresip hears music by a Linphone, and each other again afterwards.
func TestALinphoneOnHoldHearsMusic(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, nil)
	a := deskphone(t, s, anna, 440)
	b := linphone(t, s, ben, "srtp", 1000)
	a.Registered(t)
	b.Registered(t)
	a.Command(t, "dial", "sip:"+ben.Number+"@"+domain)
	a.Await(t, 15*time.Second, "CALL_ESTABLISHED")
	b.Talk(t)
	<-time.After(4 * time.Second)
	a.Command(t, "hold", "")
	<-time.After(6 * time.Second)
	a.Command(t, "resume", "")
	<-time.After(4 * time.Second)
	a.Command(t, "hangup", "")
	a.Await(t, 10*time.Second, "CALL_CLOSED")
	heard := b.Heard(t)
	wantTone(t, "Ben", heard, 440, 1000)
	// The music's chords begin with A3 and E4: something that is neither silence nor Anna.
	music := 0
	for at := time.Duration(0); at+250*time.Millisecond <= heard.Duration(); at += 250 * time.Millisecond {
		if heard.Share(440, at, at+250*time.Millisecond) < 0.5 && heard.RMS(at, at+250*time.Millisecond) > 200 {
			music++
		}
	}
	if music < 16 {
		t.Errorf("Ben heard %d quarters of a second of music in %v", music, heard.Duration())
	}
	last := peer.Sound{Rate: heard.Rate, Samples: heard.Samples[max(0, len(heard.Samples)-4*heard.Rate):]}
	if at, share := last.Clearest(440, 500*time.Millisecond); share < 0.9 {
		t.Errorf("Ben does not hear Anna again: %.1f %% at %v are the most", 100*share, at)
	}
	wantTone(t, "Anna", a.Heard(t), 1000, 440)
}
