package config

import (
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ringfence.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaultsAreThoseOfTheInterfaces(t *testing.T) {
	got, err := Load(Sources{Environ: []string{"STATE_DIRECTORY=/state"}})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Data: "/state", HTTP: ":8443", SIPTLS: ":5061", SIPTCP: ":5060", SIPUDP: ":5060",
		RTPPorts: PortRange{20000, 29999}, LogLevel: slog.LevelInfo,
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Error(diff)
	}
}

func TestPrecedence(t *testing.T) {
	file := write(t, "sip-tls = \":1\"\nsip-tcp = \":1\"\nsip-udp = \":1\"\nlog-level = \"debug\"\n")
	got, err := Load(Sources{
		File:    file,
		Environ: []string{"RINGFENCE_SIP_TCP=:2", "RINGFENCE_SIP_UDP=:2"},
		Flags:   map[string]string{"sip-udp": "off"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.SIPTLS != ":1" || got.SIPTCP != ":2" || !got.SIPUDP.Off() || got.LogLevel != slog.LevelDebug {
		t.Errorf("file < environment < flags does not hold: %v", got)
	}
}

func TestMistakesSayWhatIsWrong(t *testing.T) {
	tests := []struct {
		name string
		src  func(t *testing.T) Sources
		want string
	}{
		{
			"a misspelt key in the file", func(t *testing.T) Sources { return Sources{File: write(t, `sip-tsl = ":1"`)} },
			`unknown key "sip-tsl"; did you mean sip-tls?`,
		},
		{
			"a misspelt variable", func(*testing.T) Sources { return Sources{Environ: []string{"RINGFENCE_DAT=x"}} },
			"unknown environment variable RINGFENCE_DAT; did you mean RINGFENCE_DATA?",
		},
		{"a broken file", func(t *testing.T) Sources { return Sources{File: write(t, "a = \n")} }, "line 1"},
		{"a missing file", func(*testing.T) Sources { return Sources{File: "/nowhere/x"} }, "does not exist"},
		{
			"a table in the file", func(t *testing.T) Sources { return Sources{File: write(t, "[http]\na=1")} },
			"takes one value",
		},
		{"an address without port", func(*testing.T) Sources { return flag("http", "example.org") }, "--http: "},
		{"a port out of range", func(*testing.T) Sources { return flag("http", ":70000") }, "0 to 65535"},
		{"a page that is off", func(*testing.T) Sources { return flag("http", "off") }, "cannot be off"},
		{"a level nobody knows", func(*testing.T) Sources { return flag("log-level", "loud") }, "--log-level: "},
		{"media ports upside down", func(*testing.T) Sources { return flag("rtp-ports", "30000-20000") }, "at least"},
		{"a certificate without key", func(*testing.T) Sources { return flag("tls-cert", "x") }, "belong together"},
		{"a database of another kind", func(*testing.T) Sources { return flag("database", "mysql://x") }, "postgres://"},
		{"a domain with a port", func(*testing.T) Sources { return flag("domain", "a:5061") }, "not a host name"},
		{"an address to advertise that is none", func(*testing.T) Sources { return flag("advertise", "x") }, "--advertise"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(tt.src(t))
			var usage *UsageError
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want a usage error with %q", err, tt.want)
			}
		})
	}
}

func flag(name, value string) Sources { return Sources{Flags: map[string]string{name: value}} }

func TestVariablesOfOthersAreLeftAlone(t *testing.T) {
	if _, err := Load(Sources{Environ: []string{"RINGFENCE_SERVICE_HOST=10.0.0.1", "RINGFENCE_BINARY=x"}}); err != nil {
		t.Error(err)
	}
}

func TestStringHidesTheDatabasePassword(t *testing.T) {
	c, err := Load(flag("database", "postgres://rf:hunter2@db/rf?password=hunter2"))
	if err != nil {
		t.Fatal(err)
	}
	if s := c.String(); strings.Contains(s, "hunter2") || !strings.Contains(s, "@db/rf") {
		t.Error(s)
	}
}

func TestReferenceNamesEveryKey(t *testing.T) {
	var b strings.Builder
	if err := WriteReference(&b); err != nil {
		t.Fatal(err)
	}
	for _, k := range Keys() {
		if k.Help == "" || !strings.Contains(b.String(), "--"+k.Name) || !strings.Contains(b.String(), EnvName(k.Name)) {
			t.Errorf("%s is not documented", k.Name)
		}
	}
}
