package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// browser is a scenario that runs in Chromium and speaks with the test over its standard streams.
type browser struct {
	*peer.Process
}

// installBrowserPackages installs what drives the browser, once, also when several test processes ask at once.
var installBrowserPackages = sync.OnceValue(func() error {
	dir, err := os.Open(filepath.Join(peer.Root(), "test", "interop", "browser"))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // which ends the lock
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", dir.Name(), err)
	}
	// npm writes this file last.
	if _, err := os.Stat(filepath.Join(dir.Name(), "node_modules", ".package-lock.json")); err == nil {
		return nil
	}
	return peer.Install(dir.Name(), "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
})

// startBrowser runs a scenario of test/interop/browser with arguments in its environment.
func startBrowser(t *testing.T, scenario string, env map[string]string) *browser {
	t.Helper()
	if err := installBrowserPackages(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(peer.Root(), "test", "interop", "browser")
	var list []string
	for k, v := range env {
		list = append(list, k+"="+v)
	}
	return &browser{peer.Start(t, "browser-"+strings.TrimSuffix(scenario, ".mjs"), "", dir, list, "node", scenario)}
}

// patience is how much longer than on an idle machine a scenario may take: walks stand back for whatever else runs.
const patience = 4

// await waits for an event of the scenario and decodes what it says; d is the time it has on an idle machine.
func (b *browser) await(t *testing.T, d time.Duration, event string, into any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience*d)
	defer cancel()
	m, err := b.Out.Await(ctx, regexp.MustCompile(`(?m)^(?:`+event+` (.*)|FAILED (?s:.*))$`))
	if err != nil {
		t.Fatalf("%s: %v\n%s", b.Name, err, b.Out.String())
	}
	if strings.HasPrefix(m[0], "FAILED") {
		t.Fatalf("%s: %s", b.Name, m[0])
	}
	if into != nil {
		if err := json.Unmarshal([]byte(m[1]), into); err != nil {
			t.Fatalf("%s: %s: %v", b.Name, m[0], err)
		}
	}
}

// answer lets the scenario go on.
func (b *browser) answer(t *testing.T, line string) {
	t.Helper()
	if _, err := fmt.Fprintln(b.In, line); err != nil {
		t.Fatal(err)
	}
}

// ends wants the scenario to end well.
func (b *browser) ends(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience*d)
	defer cancel()
	if err := b.Wait(ctx); err != nil {
		t.Fatalf("%s: %v\n%s", b.Name, err, b.Out.String())
	}
}

// card is what the page shows once after an account was made, word for word.
type card struct {
	Number, User, Password, Domain, Proxy, Port, Transport, CA string
}

func TestFromTheSetUpLinkToACallBetweenTwoPhonesInTwelveActions(t *testing.T) {
	t.Parallel()
	s := &peer.Server{}
	link := s.StartNew(t, peer.ServerConfig{Database: database(t)})
	b := startBrowser(t, "first-call.mjs", map[string]string{
		"LINK": link, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
	})
	var cards [2]card
	b.await(t, 180*time.Second, "FIRST", &cards[0])
	b.await(t, 180*time.Second, "SECOND", &cards[1])

	var phones [2]*peer.Baresip
	for i, c := range cards {
		ca := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(ca, []byte(c.CA), 0o600); err != nil {
			t.Fatal(err)
		}
		phones[i] = peer.StartBaresip(t, peer.BaresipConfig{
			User: c.User, Password: c.Password, Domain: c.Domain, Transport: strings.ToLower(c.Transport),
			Outbound: fmt.Sprintf("sip:%s:%s;transport=%s", c.Proxy, c.Port, strings.ToLower(c.Transport)),
			MediaEnc: "srtp-mand", Codecs: "opus/48000/2,pcma", Hz: 440 + 560*i, CAFile: ca,
			DNS: peer.ServeDNS(t, [4]byte{127, 0, 0, 1}),
		})
	}
	phones[0].Registered(t)
	phones[1].Registered(t)
	b.answer(t, "registered")
	b.await(t, 90*time.Second, "ONLINE", nil)
	phones[0].Command(t, "dial", "sip:"+cards[1].Number+"@"+cards[1].Domain)
	phones[0].Await(t, 15*time.Second, "CALL_ESTABLISHED")
	b.answer(t, "talking")
	b.await(t, 90*time.Second, "LIVE", nil)
	<-time.After(3 * time.Second)
	phones[0].Command(t, "hangup", "")
	phones[1].Await(t, 10*time.Second, "CALL_CLOSED")
	b.answer(t, "ended")
	var done struct {
		Actions []string `json:"actions"`
		Row     string   `json:"row"`
	}
	b.await(t, 90*time.Second, "DONE", &done)
	b.ends(t, 20*time.Second)
	t.Logf("%d actions: %s", len(done.Actions), strings.Join(done.Actions, "; "))
	t.Logf("call record: %s", done.Row)
	if len(done.Actions) > 12 {
		t.Errorf("%d page actions, at most 12", len(done.Actions))
	}
	wantTone(t, "the caller", phones[0].Heard(t), 1000, 440)
	wantTone(t, "the callee", phones[1].Heard(t), 440, 1000)
}
