package call_test

import (
	"testing"
	"time"

	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/transport"
)

func TestATriedCallIsTheCallThatWouldBeMade(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := pair(w, 2, transport.UDP)
		w.dir.user(3, "Carl", 1).Enabled = false
		for dialled, want := range map[string]int{"202": 180, "203": 480, "999": 404} {
			tried, ok := w.calls.Try(1, 1, dialled)
			plan, steps := tried.Plan, tried.Steps
			if !ok || len(steps) < 2 || (plan.Kind == route.Ring) != (want == 180) {
				t.Errorf("%s: %+v, %+v", dialled, plan, steps)
			}
			for _, p := range append(bobs, alice) {
				p.quiet()
			}
			a := alice.dial(dialled, session(alice, "8", ""))
			if want != 180 {
				a.learn(alice.take(map[int]string{480: "480 INVITE", 404: "404 INVITE"}[want]))
				a.ack("")
				continue
			}
			if len(plan.Targets) != len(bobs) || tried.For != time.Minute {
				t.Errorf("%d phones ring for %s", len(plan.Targets), tried.For)
			}
			for _, p := range bobs {
				p.ringing().respond(486, "")
				p.take("ACK")
			}
			a.learn(alice.take("486 INVITE"))
			a.ack("")
		}
		if x, ok := w.calls.Try(1, 3, "202"); !ok || x.Plan.Kind != route.Refuse || x.Plan.Reason != pbx.EndForbidden {
			t.Errorf("a disabled caller: %+v", x.Plan)
		}
		if _, ok := w.calls.Try(1, 99, "202"); ok {
			t.Error("a caller whom nobody knows")
		}
		if _, ok := w.calls.Try(2, 1, "202"); ok {
			t.Error("another organization's caller")
		}
	})
}
