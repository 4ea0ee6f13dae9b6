// Package peer runs real phones and the server under test as child processes, each in a folder of its own, on free
// loopback ports. Every process is ended by its pid when the test ends. It is test tooling: nothing of it ships.
package peer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Process is a child with its output kept.
type Process struct {
	Name string
	Cmd  *exec.Cmd
	In   io.WriteCloser
	Out  *Output

	done chan struct{}
	err  error
}

// Output keeps what a process wrote and lets others wait for a line of it.
type Output struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	changed chan struct{}
}

// Write appends to the output.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf.Write(p)
	if o.changed != nil {
		close(o.changed)
		o.changed = nil
	}
	return len(p), nil
}

// String returns all that was written.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// Await waits until the output matches, and returns the match with its groups.
func (o *Output) Await(ctx context.Context, re *regexp.Regexp) ([]string, error) {
	for {
		o.mu.Lock()
		m := re.FindStringSubmatch(o.buf.String())
		if m == nil && o.changed == nil {
			o.changed = make(chan struct{})
		}
		ch := o.changed
		o.mu.Unlock()
		if m != nil {
			return m, nil
		}
		select {
		case <-ch:
		case <-ctx.Done():
			return nil, fmt.Errorf("no %q in the output: %w", re, ctx.Err())
		}
	}
}

// Start runs a command in dir and ends it with the test. ns, if not empty, is the network namespace to run it in.
func Start(tb testing.TB, name, ns, dir string, env []string, command string, args ...string) *Process {
	tb.Helper()
	if ns != "" {
		args = append([]string{"netns", "exec", ns, command}, args...)
		command = "ip"
	}
	p := &Process{Name: name, Out: &Output{}, done: make(chan struct{})}
	p.Cmd = exec.Command(command, args...)
	p.Cmd.Dir = dir
	p.Cmd.Env = append(os.Environ(), env...)
	p.Cmd.Stdout, p.Cmd.Stderr = p.Out, p.Out
	p.Cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	in, err := p.Cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	p.In = in
	begun := make(chan error)
	go func() {
		// The death signal follows the thread that started the process: it waits here, used by nobody else, to the end.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.Cmd.Start()
		begun <- err
		if err == nil {
			p.err = p.Cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-begun; err != nil {
		tb.Fatalf("start %s: %v", name, err)
	}
	tb.Cleanup(func() {
		p.Kill()
		if tb.Failed() {
			keep(tb, name, p.Out.String())
		}
	})
	return p
}

// Install runs a command that fetches what a test needs.
func Install(dir, command string, args ...string) error {
	cmd := exec.Command(command, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", command, args, err, out)
	}
	return nil
}

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.done }

// Wait waits for the process to end by itself and returns its error.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Signal sends a signal to the process.
func (p *Process) Signal(s os.Signal) error { return p.Cmd.Process.Signal(s) }

// Kill ends the process at once and waits for it.
func (p *Process) Kill() {
	select {
	case <-p.done:
		return
	default:
	}
	_ = p.Cmd.Process.Kill() // it may just have ended
	<-p.done
}

// keep writes a failed test's output where a person can read it.
func keep(tb testing.TB, name, text string) {
	dir := filepath.Join(Root(), "test", "interop", "artifacts", strings.ReplaceAll(tb.Name(), "/", "_"))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.Log(err)
		return
	}
	file := filepath.Join(dir, name+".log")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		tb.Log(err)
		return
	}
	tail := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if n := len(tail); n > 25 {
		tail = tail[n-25:]
	}
	tb.Logf("%s (whole: %s):\n%s", name, file, strings.Join(tail, "\n"))
}

// Root is the repository's root folder.
func Root() string {
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	panic("not inside the repository")
}

// nextPort is where FreePorts goes on: no port is given twice by one process, and two that run at once begin elsewhere.
var nextPort = struct {
	sync.Mutex
	port int
}{port: 20000 + rand.IntN(6000)*2}

// FreePorts returns the first of n consecutive loopback ports, an even one, that are free for UDP and TCP.
func FreePorts(tb testing.TB, n int) int {
	tb.Helper()
	nextPort.Lock()
	defer nextPort.Unlock()
	for range 2000 {
		base := nextPort.port
		if base+n > 60000 {
			base = 20000
		}
		nextPort.port = base + n + n%2
		if allFree(base, n) {
			return base
		}
	}
	tb.Fatal("no free ports")
	return 0
}

func allFree(base, n int) bool {
	for port := base; port < base+n; port++ {
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return false
		}
		l.Close()
		u, err := net.ListenPacket("udp", addr)
		if err != nil {
			return false
		}
		u.Close()
	}
	return true
}

// Eventually asks until ok, and fails the test when d has passed.
func Eventually(tb testing.TB, d time.Duration, what string, ok func() bool) {
	tb.Helper()
	end := time.Now().Add(d)
	for {
		if ok() {
			return
		}
		if time.Now().After(end) {
			tb.Fatalf("not within %v: %s", d, what)
		}
		<-time.After(20 * time.Millisecond)
	}
}
