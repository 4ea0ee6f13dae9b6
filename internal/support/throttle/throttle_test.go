package throttle

import (
	"net/netip"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

var (
	here  = netip.MustParseAddr("192.0.2.1")
	there = netip.MustParseAddr("192.0.2.2")
	alice = []byte("alice")
)

func TestThreeFailuresSlowTheGuiltyPairOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tb := New(Config{})
		for i := range 3 {
			if w := tb.Wait(here, alice); w != 0 {
				t.Fatalf("slowed after %d failures: %v", i, w)
			}
			tb.Fail(here, alice)
		}
		if w := tb.Wait(here, alice); w != 2*time.Second {
			t.Errorf("wait after three failures: %v", w)
		}
		if w := tb.Wait(there, alice); w != 0 {
			t.Errorf("another source waits %v", w)
		}
		if w := tb.Wait(here, []byte("bob")); w != 0 {
			t.Errorf("another credential waits %v", w)
		}
		time.Sleep(2 * time.Second) //nolint:forbidigo // virtual time
		if w := tb.Wait(here, alice); w != 0 {
			t.Errorf("still waits %v", w)
		}
		if w := tb.Fail(here, alice); w != 4*time.Second {
			t.Errorf("the fourth failure costs %v", w)
		}
	})
}

func TestSuccessAndTimeForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tb := New(Config{Free: 1, Forget: time.Hour})
		tb.Fail(here, alice)
		tb.Succeed(here, alice)
		if tb.Wait(here, alice) != 0 || tb.Len() != 0 {
			t.Error("success does not forget")
		}
		for range 40 {
			tb.Fail(here, alice)
		}
		if w := tb.Wait(here, alice); w != 5*time.Minute {
			t.Errorf("the longest wait is %v", w)
		}
		time.Sleep(time.Hour) //nolint:forbidigo // virtual time
		if w := tb.Fail(here, alice); w != 2*time.Second {
			t.Errorf("after an hour a failure costs %v", w)
		}
	})
}

func TestTheTableIsBounded(t *testing.T) {
	tb := New(Config{Entries: 10})
	for i := range 100 {
		tb.Fail(here, []byte(strconv.Itoa(i)))
	}
	if tb.Len() != 10 {
		t.Errorf("%d entries", tb.Len())
	}
}

func TestOneSubscriberIsOneSource(t *testing.T) {
	same := Prefix(netip.MustParseAddr("2001:db8::1")) == Prefix(netip.MustParseAddr("2001:db8::ffff"))
	mapped := Prefix(netip.MustParseAddr("::ffff:192.0.2.1")) == Prefix(here)
	if !same || !mapped {
		t.Errorf("same /64: %v, mapped IPv4: %v", same, mapped)
	}
}

func TestWaitDoesNotAllocate(t *testing.T) {
	tb := New(Config{})
	tb.Fail(here, alice)
	if n := testing.AllocsPerRun(100, func() { tb.Wait(here, alice) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
