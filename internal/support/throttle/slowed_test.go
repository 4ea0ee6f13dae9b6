package throttle

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhoIsSlowedIsToldAndLetIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := New(Config{})
		office, away := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::7")
		anna, ben := []byte("201"), []byte("202")
		for range 5 {
			table.Fail(office, anna)
		}
		for range 3 {
			table.Fail(away, anna)
			table.Fail(office, ben)
		}
		table.Fail(netip.MustParseAddr("192.0.2.9"), anna) // once is nothing
		got := table.Slowed(anna)
		if len(got) != 2 || got[0].Source != Prefix(office) || got[0].Failures != 5 || got[1].Source != Prefix(away) ||
			!got[0].Until.Equal(time.Now().Add(8*time.Second)) {
			t.Errorf("%+v", got)
		}
		<-time.After(3 * time.Second) // virtual
		if got = table.Slowed(anna); len(got) != 1 {
			t.Errorf("after three seconds: %+v", got)
		}
		table.Forgive(anna)
		if len(table.Slowed(anna)) != 0 || table.Wait(office, anna) != 0 {
			t.Error("it was not let in")
		}
		if table.Fail(office, ben) == 0 || table.Wait(office, ben) == 0 {
			t.Error("another was let in, too")
		}
	})
}
