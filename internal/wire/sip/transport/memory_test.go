package transport_test

import (
	"crypto/tls"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// residentSet is this process's memory in bytes, 0 where the system does not tell.
func residentSet() int {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	pages, _ := strconv.Atoi(fields[1])
	return pages * os.Getpagesize()
}

// TestBudgetOfIdleTLSPhones keeps phones connected over TLS from another process and looks at the memory of this one.
// The goal is 32 KB each.
func TestBudgetOfIdleTLSPhones(t *testing.T) {
	if to := os.Getenv("TRANSPORT_TEST_PHONES"); to != "" { //nolint:forbidigo // says that this is the other process
		holdPhones(t, netip.MustParseAddrPort(to))
		return
	}
	if testing.Short() || raceDetector || residentSet() == 0 {
		t.Log("needs a second process, /proc and the memory of a real build")
		return
	}
	const phones = 400
	config, _ := certificate(t)
	seen, came := &recorder{}, make(chan struct{}, phones)
	seen.handle = func(transport.Flow, *sip.Message) { came <- struct{}{} }
	l := transport.New(transport.Config{
		Handler: seen, TLS: config, Limits: transport.Limits{Strangers: phones, PerSource: phones, SourceHandshakes: phones},
	})
	defer l.Close()
	addr, err := l.ListenTLS(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	settle := func() int {
		for range 3 { // each collection halves the stacks that the handshakes left large
			runtime.GC()
		}
		debug.FreeOSMemory()
		return residentSet()
	}
	before := settle()
	other := exec.Command(os.Args[0], "-test.run=^TestBudgetOfIdleTLSPhones$")
	other.Env = append(os.Environ(), "TRANSPORT_TEST_PHONES="+addr.String(), "TRANSPORT_TEST_COUNT="+strconv.Itoa(phones))
	stdin, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Wait() }()
	defer stdin.Close()
	for i, deadline := 0, time.After(time.Minute); i < phones; i++ {
		select {
		case <-came:
		case <-deadline:
			t.Fatalf("%d phones came", i)
		}
	}
	each := (settle() - before) / phones
	t.Logf("%d bytes of resident memory for each idle phone", each)
	if each > 32<<10 {
		t.Errorf("%d bytes for each idle phone", each)
	}
}

func holdPhones(t *testing.T, to netip.AddrPort) {
	n, _ := strconv.Atoi(os.Getenv("TRANSPORT_TEST_COUNT")) //nolint:forbidigo // see above
	for range n {
		c, err := tls.Dial("tcp", to.String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write(options("x", 500)); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = os.Stdin.Read(make([]byte, 1)) // until the parent has measured
}
