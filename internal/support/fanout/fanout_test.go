package fanout

import "testing"

func TestEverySubscriptionGetsEveryEvent(t *testing.T) {
	var h Hub[int]
	a, b := h.Subscribe(2), h.Subscribe(2)
	h.Publish(1)
	h.Publish(2)
	for _, s := range []*Subscription[int]{a, b} {
		if x, y := <-s.C, <-s.C; x != 1 || y != 2 || s.Lost() {
			t.Errorf("got %d, %d", x, y)
		}
	}
}

func TestASlowListenerIsMarkedOnceAndOthersAreNot(t *testing.T) {
	var h Hub[int]
	slow, quick := h.Subscribe(1), h.Subscribe(3)
	for i := range 3 {
		h.Publish(i)
	}
	if got := <-slow.C; got != 0 || !slow.Lost() || slow.Lost() {
		t.Errorf("slow listener: first event %d, or the mark is wrong", got)
	}
	if len(quick.C) != 3 || quick.Lost() {
		t.Error("the quick listener lost events")
	}
}

func TestAClosedSubscriptionGetsNothing(t *testing.T) {
	var h Hub[int]
	s := h.Subscribe(1)
	s.Close()
	h.Publish(1)
	if len(s.C) != 0 || h.Subscribers() != 0 {
		t.Error("a closed subscription was told")
	}
}
