package peer

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// InNamespace runs f on a thread of its own that lives in the named network namespace.
func InNamespace(ns string, f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, so it is reused by nobody
		file, err := os.Open("/run/netns/" + ns)
		if err != nil {
			done <- err
			return
		}
		defer file.Close()
		if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- fmt.Errorf("enter namespace %s: %w", ns, err)
			return
		}
		done <- f()
	}()
	return <-done
}

func dialNamespace(ns, addr string) (conn net.Conn, err error) {
	err = InNamespace(ns, func() (err error) {
		conn, err = net.DialTimeout("tcp", addr, time.Second)
		return err
	})
	return conn, err
}

// Namespaces makes network namespaces with a prefix of this process and removes them with the test.
func Namespaces(tb testing.TB, names ...string) map[string]string {
	tb.Helper()
	out := map[string]string{}
	for _, n := range names {
		ns := fmt.Sprintf("rf%d%s", os.Getpid()%100000, n)
		Run(tb, "ip", "netns", "add", ns)
		tb.Cleanup(func() { _ = exec.Command("ip", "netns", "del", ns).Run() }) // what is left goes with the machine
		Run(tb, "ip", "-n", ns, "link", "set", "lo", "up")
		out[n] = ns
	}
	return out
}

// Run runs a command that must succeed.
func Run(tb testing.TB, command string, args ...string) {
	tb.Helper()
	if out, err := exec.Command(command, args...).CombinedOutput(); err != nil {
		tb.Fatalf("%s %s: %v\n%s", command, strings.Join(args, " "), err, out)
	}
}
