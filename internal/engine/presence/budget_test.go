//go:build !race

package presence_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/presence"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// What is kept of a subscription is its dialog and little else: as many as may be at one time take 150 MB at most.
func TestSubscriptionsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, presence.Limits{PerDevice: 100, PerUser: 1000}, transaction.Limits{PerSource: 100_000})
		defer w.close()
		const phones, each = 50, 100
		list := make([]*phone, phones)
		for i := range list {
			list[i] = w.phone(pbx.DeviceID(10+i), transport.TCP)
		}
		const most = 150_000_000 / 100_000 // octets each
		before := heap()
		for _, p := range list {
			for range each {
				p.subscribe("sip:" + domain)
			}
			p.count()
		}
		w.wait(2 * time.Minute) // transactions end
		w.wantCount(phones * each)
		grown := (heap() - before) / (phones * each)
		t.Logf("%d octets a subscription", grown)
		if grown > most {
			t.Errorf("a subscription takes %d octets", grown)
		}
	})
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
