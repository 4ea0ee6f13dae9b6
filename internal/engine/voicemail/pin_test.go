package voicemail_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/pbx"
)

func (r *rig) guess(pin string, own bool) error {
	return r.CheckPIN(r.Context(), anna, pbx.NewSecret(pin), own, "sip:202@192.0.2.1")
}

func TestThePINOpensTheMailbox(t *testing.T) {
	r := newRig(t)
	for _, own := range []bool{true, false} {
		must(t, r.guess("904713", own))
		wantKind(t, "another", r.guess("904714", own), pbx.Unauthenticated)
		must(t, r.guess("904713", own))
	}
	wantKind(t, "who has none", r.CheckPIN(t.Context(), ben, pbx.NewSecret(""), true, ""), pbx.Unauthenticated)
	wantKind(t, "who is not there", r.CheckPIN(t.Context(), 99, pbx.NewSecret("904713"), true, ""), pbx.Unauthenticated)
	r.directory.set(anna, pbx.PermissionVoicemail, "false")
	wantKind(t, "without a mailbox", r.guess("904713", true), pbx.Unauthenticated)
}

func TestGuessesFromElsewhereAreHardlyHeardAndKeepNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		heard := 0
		var longest time.Duration
		for n := range 1000 { // a call every half minute, over eight hours
			err := r.guess(fmt.Sprintf("1%05d", n), false)
			switch pbx.KindOf(err) {
			case pbx.Unauthenticated:
				heard++
			case pbx.Exhausted:
				if e, ok := errors.AsType[*pbx.Error](err); ok {
					longest = max(longest, e.RetryAfter)
				}
			default:
				t.Fatal(err)
			}
			time.Sleep(30 * time.Second) //nolint:forbidigo // virtual time
		}
		if heard > 30 || longest < 5*time.Minute {
			t.Errorf("%d of 1000 guesses were heard, the longest wait was %v", heard, longest)
		}
		t.Logf("%d of 1000 guesses were heard, the longest wait was %v", heard, longest)
		wantKind(t, "the right one from elsewhere", r.guess("904713", false), pbx.Exhausted)
		must(t, r.guess("904713", true)) // at his own phone
		time.Sleep(longest)              //nolint:forbidigo // virtual time
		must(t, r.guess("904713", false))
		must(t, r.guess("904713", false))
	})
}

func TestWrongPINsSlowDownAtTheOwnPhoneToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		for range 3 {
			wantKind(t, "wrong", r.guess("111222", true), pbx.Unauthenticated)
		}
		err := r.guess("904713", true)
		e, ok := errors.AsType[*pbx.Error](err)
		if !ok || e.Kind != pbx.Exhausted || e.RetryAfter != 2*time.Second || e.Text != "Too many wrong PINs: wait 2 seconds." {
			t.Errorf("%v", err)
		}
		must(t, r.guess("904713", false)) // elsewhere is counted by itself
		time.Sleep(2 * time.Second)       //nolint:forbidigo // virtual time
		must(t, r.guess("904713", true))
		wantKind(t, "it begins anew", r.guess("111222", true), pbx.Unauthenticated)
	})
}

func TestGuessesAtOnceAreNoMoreThanOneAfterTheOther(t *testing.T) {
	r := newRig(t)
	var heard atomic.Int64
	var wg sync.WaitGroup
	for n := range 200 {
		wg.Go(func() {
			err := r.CheckPIN(context.Background(), anna, pbx.NewSecret(fmt.Sprintf("1%05d", n)), false, "")
			if pbx.KindOf(err) == pbx.Unauthenticated {
				heard.Add(1)
			}
		})
	}
	wg.Wait()
	if heard.Load() != 3 {
		t.Errorf("%d guesses were heard", heard.Load())
	}
}
