package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asProgram makes the test's own binary behave as the program, so that tests see real processes.
const asProgram = "TEST_RUNS_RINGFENCE"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// program runs the program with arguments and gives exit code, output and errors.
func program(t *testing.T, stdin string, args ...string) (code int, out, errs string) {
	t.Helper()
	c := command(t.Context(), args...)
	c.Stdin = strings.NewReader(stdin)
	var o, e bytes.Buffer
	c.Stdout, c.Stderr = &o, &e
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), o.String(), e.String()
}

func command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, os.Args[0], args...)
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "RINGFENCE_") {
			c.Env = append(c.Env, kv)
		}
	}
	c.Env = append(c.Env, asProgram+"=1")
	return c
}

// server starts the program's server and waits until it has greeted.
func server(t *testing.T, data string, more ...string) *exec.Cmd {
	t.Helper()
	args := append([]string{
		"serve", "--data", data, "--http", "127.0.0.1:0", "--sip-tls", "127.0.0.1:0", "--sip-tcp", "127.0.0.1:0",
		"--sip-udp", "127.0.0.1:0", "--rtp-ports", "40000-40999",
	}, more...)
	c := command(context.Background(), args...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	c.Stderr = &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	greeted := make(chan bool, 1)
	go func() {
		var all []byte
		b := make([]byte, 4096)
		for {
			n, err := out.Read(b)
			all = append(all, b[:n]...)
			if bytes.Contains(all, []byte("Next: ")) {
				greeted <- true
				_, _ = io.Copy(io.Discard, out)
				return
			}
			if err != nil {
				greeted <- false
				return
			}
		}
	}()
	select {
	case ok := <-greeted:
		if !ok {
			_ = c.Wait()
			t.Fatalf("the server ended: %s", errs.String())
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the server did not greet")
	}
	return c
}

func ended(t *testing.T, c *exec.Cmd) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("the server does not end")
		return nil
	}
}

func TestWrongUseIsExitCodeTwoWithOneLine(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"an unknown command", []string{"serv"}, `unknown command "ringfence serv"; did you mean serve?`},
		{"an unknown flag", []string{"serve", "--prot", "1"}, "unknown flag: --prot"},
		{"a bad address", []string{"serve", "--http", "nonsense"}, "--http"},
		{"an unknown subcommand", []string{"group", "lst"}, "unknown command"},
		{"a missing id", []string{"group", "show"}, "takes the id"},
		{"an id that is none", []string{"group", "show", "x", "--data", "."}, "is not the id"},
		{"an owner without password", []string{"owner", "create", "--username", "x"}, "--password-stdin"},
		{"a change of nothing", []string{"user", "update", "1"}, "say what to change"},
		{"a missing configuration file", []string{"serve", "--config", "/nowhere.toml"}, "does not exist"},
		{"a server without token", []string{"user", "list", "--server", "https://x"}, "RINGFENCE_TOKEN"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errs := program(t, "", tt.args...)
			if code != 2 || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, tt.want) {
				t.Errorf("exit %d, out %q, errors %q", code, out, errs)
			}
		})
	}
}

func TestServerFromFirstStartToSigterm(t *testing.T) {
	data := filepath.Join(t.TempDir(), strings.Repeat("a-directory-with-a-long-name/", 5))
	s := server(t, data)
	if code, out, errs := program(t, "a password of the owner\n", "owner", "create", "--username", "boss",
		"--password-stdin", "--data", data); code != 0 || !strings.Contains(out, "boss") {
		t.Fatalf("%d %s %s", code, out, errs)
	}
	if code, _, errs := program(t, "a password of the owner\n", "owner", "create", "--username", "two",
		"--password-stdin", "--data", data); code != 1 || strings.Count(errs, "\n") != 1 {
		t.Errorf("a second first owner: %d %s", code, errs)
	}
	if code, _, errs := program(t, "", "owner", "link", "--data", data); code != 1 {
		t.Errorf("a link although an owner exists: %d %s", code, errs)
	}
	code, token, errs := program(t, "", "token", "create", "--username", "boss", "--scope", "groups:read", "--data", data)
	if code != 0 || len(strings.TrimSpace(token)) < 40 {
		t.Fatalf("%d %s %s", code, token, errs)
	}
	if code, _, errs := program(t, "", "token", "create", "--username", "nobody", "--data", data); code != 1 {
		t.Errorf("%d %s", code, errs)
	}
	checkResources(t, data)
	for file, mode := range map[string]os.FileMode{
		"keys/master.key": 0o600, "keys/ca.key": 0o600, "keys/server.key": 0o600, "run/admin.sock": 0o600, "run": 0o700,
	} {
		st, err := os.Stat(filepath.Join(data, file))
		if err != nil || st.Mode().Perm() != mode {
			t.Errorf("%s: %v %v", file, st, err)
		}
	}
	if code, _, errs := program(t, "", "serve", "--data", data, "--http", "127.0.0.1:0"); code != 1 ||
		!strings.Contains(errs, "another ringfence works") || strings.Count(errs, "\n") != 1 {
		t.Errorf("a second server: %d %s", code, errs)
	}
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := ended(t, s); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	for _, file := range []string{"run/ready.json", "run/admin.sock"} {
		if _, err := os.Stat(filepath.Join(data, file)); err == nil {
			t.Errorf("%s is left", file)
		}
	}
	// Without a server the same commands work under the directory's lock.
	if code, out, errs := program(t, "", "group", "list", "--json", "--data", data); code != 0 || !strings.Contains(out, "Sales") {
		t.Errorf("%d %s %s", code, out, errs)
	}
}

func checkResources(t *testing.T, data string) {
	t.Helper()
	code, out, errs := program(t, "", "group", "create", "--name", "Sales", "--it-email", "it@example.org", "--json", "--data", data)
	var group struct{ ID json.Number }
	if err := json.Unmarshal([]byte(out), &group); code != 0 || err != nil {
		t.Fatalf("%d %s %s", code, out, errs)
	}
	id := group.ID.String()
	code, out, errs = program(t, "", "user", "create", "--first-name", "Anna", "--last-name", "Berg", "--group", id, "--data", data)
	if code != 0 || !strings.Contains(out, "secrets.sipPassword") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	code, out, errs = program(t, "", "user", "list", "--data", data)
	if code != 0 || !strings.Contains(out, "Anna Berg") || !strings.Contains(out, "NUMBER") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if code, out, errs = program(t, "", "device", "list", "--data", data); code != 0 || !strings.Contains(out, "secure") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if code, out, errs = program(t, "", "group", "update", id, "--city", "Roma", "--data", data); code != 0 ||
		!strings.Contains(out, "Roma") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	code, _, errs = program(t, "", "group", "delete", id, "--data", data)
	if code != 1 || strings.Count(errs, "\n") != 1 {
		t.Errorf("a group with accounts is deleted: %d %s", code, errs)
	}
	if code, _, errs = program(t, "", "group", "show", "99", "--data", data); code != 1 || !strings.Contains(errs, "no such group") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestBusyPortSaysWhatToDo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, flag := range []string{"http", "sip-tls", "sip-tcp"} {
		args := []string{"serve", "--data", t.TempDir()}
		for _, f := range []string{"http", "sip-tls", "sip-tcp", "sip-udp"} {
			at := "127.0.0.1:0"
			if f == flag {
				at = l.Addr().String()
			}
			args = append(args, "--"+f, at)
		}
		code, out, errs := program(t, "", args...)
		line := lastLine(errs)
		if code != 1 || out != "" || !strings.Contains(line, "in use by another program") || !strings.Contains(line, "--"+flag) {
			t.Errorf("%s: %d %q", flag, code, errs)
		}
	}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

func TestUnusableDataDirectorySaysWhatToDo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := program(t, "", "serve", "--data", filepath.Join(file, "data"))
	if code != 1 || !strings.Contains(errs, "choose another with --data") || strings.Count(errs, "\n") != 1 {
		t.Errorf("%d %q", code, errs)
	}
}

func TestDamagedDatabaseIsNotTouched(t *testing.T) {
	data := t.TempDir()
	garbage := bytes.Repeat([]byte("this is no database. "), 500)
	path := filepath.Join(data, "ringfence.db")
	if err := os.WriteFile(path, garbage, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := program(t, "", "serve", "--data", data, "--http", "127.0.0.1:0")
	if code != 1 || !strings.Contains(errs, "damaged") || strings.Count(errs, "\n") != 1 {
		t.Errorf("%d %q", code, errs)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, garbage) {
		t.Error("the file was changed")
	}
}

func TestMissingMasterKeyBesideADatabase(t *testing.T) {
	data := t.TempDir()
	s := server(t, data)
	if err := s.Process.Signal(syscall.SIGTERM); err != nil || ended(t, s) != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(data, "keys", "master.key")); err != nil {
		t.Fatal(err)
	}
	code, _, errs := program(t, "", "serve", "--data", data, "--http", "127.0.0.1:0")
	if code != 1 || !strings.Contains(errs, "master key is missing") || !strings.Contains(errs, "backup") {
		t.Errorf("%d %q", code, errs)
	}
}

func TestKilledServerStartsAgain(t *testing.T) {
	data := t.TempDir()
	s := server(t, data)
	if code, _, errs := program(t, "", "group", "create", "--name", "Sales", "--data", data); code != 0 {
		t.Fatal(errs)
	}
	if err := s.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = ended(t, s) // killed
	again := server(t, data)
	code, out, errs := program(t, "", "group", "list", "--data", data)
	if code != 0 || !strings.Contains(out, "Sales") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if err := again.Process.Signal(syscall.SIGTERM); err != nil || ended(t, again) != nil {
		t.Error("the second one does not end well")
	}
}

func TestDoctorSpeaksInWords(t *testing.T) {
	data := filepath.Join(t.TempDir(), "none")
	args := []string{"doctor", "--data", data, "--http", "127.0.0.1:0", "--sip-tls", "127.0.0.1:0", "--sip-tcp", "off", "--sip-udp", "127.0.0.1:0"}
	code, out, errs := program(t, "", args...)
	if code != 0 || !strings.Contains(out, "made at the first start") || !strings.Contains(out, "NAT") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("doctor made the data directory")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	code, out, _ = program(t, "", append(args, "--json", "--http", l.Addr().String())...)
	if code != 1 || !strings.Contains(out, `"state": "wrong"`) || !strings.Contains(out, "in use") {
		t.Errorf("%d %s", code, out)
	}
}

func TestVersionAndDocument(t *testing.T) {
	if code, out, _ := program(t, "", "version"); code != 0 || !strings.HasPrefix(out, "ringfence ") {
		t.Error(code, out)
	}
	if code, out, _ := program(t, "", "openapi"); code != 0 || !json.Valid([]byte(out)) {
		t.Error(code)
	}
}
