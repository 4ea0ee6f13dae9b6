package peer

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// SIPp is one run of a scenario.
type SIPp struct {
	*Process
	Port int
	dir  string
}

// SIPpConfig is what a scenario is run with. Keys are replaced in the scenario as [name].
type SIPpConfig struct {
	Scenario  string // file below test/interop/scenarios
	Target    string // host:port
	Transport string // u1, t1
	Calls     int
	Rate      int
	Keys      map[string]string
	Port      int // 0: a free one
}

// StartSIPp runs a scenario.
func StartSIPp(tb testing.TB, cfg SIPpConfig) *SIPp {
	tb.Helper()
	s := &SIPp{Port: cfg.Port, dir: tb.TempDir()}
	if s.Port == 0 {
		s.Port = FreePorts(tb, 8)
	}
	file := filepath.Join(Root(), "test", "interop", "scenarios", cfg.Scenario)
	media := FreePorts(tb, 4)
	args := []string{
		cfg.Target, "-sf", file, "-i", "127.0.0.1", "-p", strconv.Itoa(s.Port), "-mi", "127.0.0.1", "-mp", strconv.Itoa(media),
		"-t", cfg.Transport, "-m", strconv.Itoa(max(cfg.Calls, 1)), "-r", strconv.Itoa(max(cfg.Rate, 1)), "-nostdin",
		"-timeout", "60s", "-timeout_error", "-trace_err", "-trace_msg",
	}
	for k, v := range cfg.Keys {
		args = append(args, "-key", k, v)
	}
	if user, ok := cfg.Keys["user"]; ok {
		uri := cfg.Keys["domain"] // what the digest is made over: the request's own URI, without its scheme
		if callee, ok := cfg.Keys["callee"]; ok {
			uri = callee + "@" + cfg.Keys["domain"]
		}
		args = append(args, "-s", user, "-au", user, "-ap", cfg.Keys["password"], "-auth_uri", uri)
	}
	s.Process = Start(tb, "sipp-"+strings.TrimSuffix(cfg.Scenario, ".xml"), "", s.dir, nil, "sipp", args...)
	tb.Cleanup(func() {
		if tb.Failed() {
			s.keepLogs(tb)
		}
	})
	return s
}

// Succeeds waits for the run to end well.
func (s *SIPp) Succeeds(tb testing.TB, d time.Duration) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), d)
	defer cancel()
	if err := s.Wait(ctx); err != nil {
		tb.Fatalf("%s: %v", s.Name, err)
	}
}

func (s *SIPp) keepLogs(tb testing.TB) {
	files, _ := filepath.Glob(filepath.Join(s.dir, "*.log")) // a bad pattern is impossible
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil {
			keep(tb, s.Name+"-"+filepath.Base(f), string(text))
		}
	}
}
