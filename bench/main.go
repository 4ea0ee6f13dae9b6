// Command bench measures Ringfence beside its peers in one run, interleaved, and writes one table.
//
// The figure that counts is the CPU time of the server's processes per operation, user and system, with that of its
// database: on a machine whose cores the load shares, wall time says little. A pair in which anything was
// retransmitted or failed is thrown out and made again.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"ringfence/internal/edge/store/pgtest"
)

const (
	realm    = "bench.test"
	password = "bench-password-of-twenty-and-more"
)

func main() {
	pairs := flag.Int("pairs", 5, "interleaved pairs for each row")
	total := flag.Int("n", 20000, "registrations in one run")
	users := flag.Int("users", 10000, "different users")
	workers := flag.Int("c", 64, "registrations at a time")
	only := flag.String("rows", "", "rows to run, by the beginnings of their names, separated by commas")
	directory := flag.Int("directory-users", 100000, "users of the rows named directory; 0: none of them")
	data := flag.String("directory-data", "", "data directory of SQLite's rows, kept and used again")
	out := flag.String("out", "bench/out/register.md", "where the table is written; it is printed too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := &bench{
		ctx: ctx, pairs: *pairs, total: *total, users: *users, workers: *workers, directoryUsers: *directory,
		directoryData: *data,
	}
	err := b.run(strings.Split(*only, ","))
	if stopErr := b.cluster.Stop(); err == nil {
		err = stopErr
	}
	if err == nil {
		err = b.write(*out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run of the rows.
type bench struct {
	ctx                          context.Context
	pairs, total, users, workers int
	cluster                      pgtest.Cluster
	clusterAddr                  string // a loopback address of its own
	lines                        []string
	directoryUsers               int
	directoryData                string
	directoryLines               []string
}

// side is one server of a pair.
type side struct {
	name  string
	start func() (server, error)
}

// server is a running server under load.
type server interface {
	address() string
	pids() []int // its processes and its database's
	stop()
}

// sample is what one run of one side cost.
type sample struct {
	cpu    float64 // seconds for 10,000 registrations
	rate   float64
	memory float64 // MiB afterwards
	p99    time.Duration
}

// row compares sides; the first is the one the others are measured against.
type row struct {
	name  string
	sides []side
	total int
	users int
}

func (b *bench) run(only []string) error {
	for _, r := range b.rows() {
		if !wanted(r.name, only) {
			continue
		}
		if err := b.compare(r); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return b.directories(only)
}

func wanted(name string, only []string) bool {
	return slices.ContainsFunc(only, func(p string) bool { return strings.HasPrefix(name, strings.TrimSpace(p)) })
}

// compare runs the sides of a row in turn, as many times as pairs are wanted, and adds the row's lines.
func (b *bench) compare(r row) error {
	samples := make([][]sample, len(r.sides))
	for n := 0; len(samples[0]) < b.pairs; n++ {
		if n > 3*b.pairs {
			return fmt.Errorf("%d of %d pairs had retransmissions or failures", n-len(samples[0]), n)
		}
		turn, clean := make([]sample, len(r.sides)), true
		for i, s := range r.sides {
			one, ok, err := b.measure(r, s)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			turn[i], clean = one, clean && ok
			fmt.Fprintf(os.Stderr, "%s, %s: %.2f s per 10,000, %.0f/s, %.0f MiB, p99 %v, clean %v\n", r.name, s.name,
				one.cpu, one.rate, one.memory, one.p99.Round(100*time.Microsecond), ok)
		}
		if !clean {
			continue
		}
		for i := range turn {
			samples[i] = append(samples[i], turn[i])
		}
	}
	b.report(r, samples)
	return nil
}

func (b *bench) measure(r row, s side) (sample, bool, error) {
	srv, err := s.start()
	if err != nil {
		return sample{}, false, err
	}
	defer srv.stop()
	before := cpuSeconds(srv.pids()...)
	l := load{
		target: srv.address(), realm: realm, workers: b.workers, total: r.total, users: r.users, deadline: 5 * time.Minute,
		user: func(i int) (string, string) { return userName(i), password },
	}
	res, err := l.run(b.ctx)
	if err != nil {
		return sample{}, false, err
	}
	cpu := cpuSeconds(srv.pids()...) - before
	return sample{
		cpu: cpu / float64(r.total) * 10000, rate: res.rate(), memory: pssMiB(srv.pids()...), p99: res.P99,
	}, res.Failed == 0 && res.Retransmissions == 0, nil
}

func (b *bench) report(r row, samples [][]sample) {
	for i, s := range r.sides {
		cpu := spread(samples[i], func(v sample) float64 { return v.cpu })
		rate := spread(samples[i], func(v sample) float64 { return v.rate })
		mem := spread(samples[i], func(v sample) float64 { return v.memory })
		ratio := "1"
		if i > 0 {
			ratios := make([]float64, len(samples[i]))
			for k := range ratios {
				ratios[k] = samples[i][k].cpu / samples[0][k].cpu
			}
			slices.Sort(ratios)
			ratio = fmt.Sprintf("**%.2f** (%.2f-%.2f)", median(ratios), ratios[0], ratios[len(ratios)-1])
		}
		b.lines = append(b.lines, fmt.Sprintf("| %s | %s | %.2f (%.2f-%.2f) | %s | %.0f | %.0f |", r.name, s.name,
			cpu[1], cpu[0], cpu[2], ratio, rate[1], mem[1]))
	}
}

// spread is least, median and most of a figure.
func spread(samples []sample, of func(sample) float64) [3]float64 {
	v := make([]float64, len(samples))
	for i, s := range samples {
		v[i] = of(s)
	}
	slices.Sort(v)
	return [3]float64{v[0], median(v), v[len(v)-1]}
}

func median(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

func (b *bench) write(path string) error {
	head := fmt.Sprintf("%d pairs, %d registrations a run, %d users, %d at a time, UDP on loopback, load on the same "+
		"machine.\nMedian (least-most); a ratio is ours to the first line of its row, pair by pair.\n\n"+
		"| row | server | CPU s per 10,000 | ratio | per second | MiB |\n|---|---|---|---|---|---|\n",
		b.pairs, b.total, b.users, b.workers)
	text := ""
	if len(b.lines) > 0 {
		text = head + strings.Join(b.lines, "\n") + "\n"
	}
	if len(b.directoryLines) > 0 {
		text += "\nThe whole server over HTTPS, one request at a time.\n\n" +
			"| database | operation | p50 ms | p99 ms | CPU ms | KiB garbage |\n|---|---|---|---|---|---|\n" +
			strings.Join(b.directoryLines, "\n") + "\n"
	}
	fmt.Fprint(os.Stdout, text)
	if err := os.MkdirAll("bench/out", 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
