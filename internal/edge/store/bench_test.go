package store

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ringfence/internal/edge/store/pgtest"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/pbx"
)

// durable is a PostgreSQL that writes as one in use does.
func durable(b *testing.B) (*pgtest.Cluster, Options) {
	c := &pgtest.Cluster{Settings: []string{"fsync=on", "synchronous_commit=on", "full_page_writes=on"}}
	b.Cleanup(func() {
		if err := c.Stop(); err != nil {
			b.Error(err)
		}
	})
	return c, Options{URL: c.Database(b)}
}

// BenchmarkBindings commits durable bindings of 10,000 lines in batches, and reports the processor time of 10,000 rows
// in this process and in the database server.
func BenchmarkBindings(b *testing.B) {
	for _, rows := range []int{1, 16, 100, 256} {
		b.Run("SQLite/rows="+strconv.Itoa(rows), func(b *testing.B) {
			s, err := Open(b.Context(), Options{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			benchBindings(b, s, rows, 0)
		})
		b.Run("PostgreSQL/rows="+strconv.Itoa(rows), func(b *testing.B) {
			c, o := durable(b)
			s, err := Open(b.Context(), o)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			benchBindings(b, s, rows, c.PID())
		})
	}
}

func benchBindings(b *testing.B, s *Store, rows, server int) {
	const lines = 10_000
	store := s.Bindings()
	changes := make([]registrar.BindingChange, rows)
	next := 0
	commit := func() {
		for i := range changes {
			v := benchBinding(pbx.LineID(next%lines + 1))
			changes[i] = registrar.BindingChange{Key: v.Key, Put: &v}
			next++
		}
		if err := store.Commit(b.Context(), changes); err != nil {
			b.Fatal(err)
		}
	}
	for next < lines {
		commit()
	}
	b.ResetTimer()
	began, own, theirs := time.Now(), ownCPU(), familyCPU(b, server)
	for range b.N {
		commit()
	}
	per := 10_000 / float64(b.N*rows)
	b.ReportMetric(float64(b.N*rows)/time.Since(began).Seconds(), "rows/s")
	b.ReportMetric((ownCPU()-own).Seconds()*per, "own-CPU-s/10k")
	b.ReportMetric((familyCPU(b, server)-theirs).Seconds()*per, "server-CPU-s/10k")
}

func benchBinding(line pbx.LineID) pbx.Binding {
	now := time.Now()
	return pbx.Binding{
		Key:          pbx.BindingKey{Line: line, Instance: "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"},
		Organization: 1, User: pbx.UserID(line), Device: pbx.DeviceID(line), SIPUsername: strconv.Itoa(int(line)),
		Contact: fmt.Sprintf("sip:%d@192.0.2.77:40123;transport=udp", line), CallID: "a84b4c76e66710@192.0.2.77",
		CSeq: 4711, Q: 1000, UserAgent: "Phone/10.1.2.3 0015651234ab", Transport: "udp",
		Local: netip.MustParseAddrPort("192.0.2.1:5060"), Remote: netip.MustParseAddrPort("192.0.2.77:40123"),
		Node: "node1", RegisteredAt: now, UpdatedAt: now, ExpiresAt: now.Add(time.Hour),
	}
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// familyCPU is the processor time of a process and its children; the session processes of PostgreSQL are children.
func familyCPU(b *testing.B, pid int) time.Duration {
	if pid == 0 {
		return 0
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		b.Skip("needs /proc")
	}
	const tick = 10 * time.Millisecond
	var total time.Duration
	for _, e := range entries {
		text, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		f := strings.Fields(rest)
		if len(f) < 13 || e.Name() != strconv.Itoa(pid) && f[1] != strconv.Itoa(pid) {
			continue
		}
		user, _ := strconv.Atoi(f[11])
		system, _ := strconv.Atoi(f[12])
		total += time.Duration(user+system) * tick
	}
	return total
}
