package phone

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"time"
)

func (p *Phone) patience() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), p.cfg.Patience)
}

// must fails the test if there is an error.
func (p *Phone) must(err error, what string) {
	p.report.Helper()
	if err != nil {
		p.fail("%s: %v", what, err)
	}
}

// fail fails the test and shows what the phone heard.
func (p *Phone) fail(format string, args ...any) {
	p.report.Helper()
	p.report.Fatalf("%s: "+format+"\n%s", append(append([]any{p.cfg.Name}, args...), p.story())...)
}

// story is the titles of all messages, in order.
func (p *Phone) story() string {
	var b strings.Builder
	for _, m := range p.Messages() {
		b.WriteString("  " + m.String() + "\n")
	}
	return b.String()
}

// update changes the phone's state and wakes who waits for it.
func (p *Phone) update(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	close(p.changed)
	p.changed = make(chan struct{})
}

// await waits until a condition holds, and fails the test if it does not within the phone's patience.
func (p *Phone) await(what string, holds func() bool) {
	p.report.Helper()
	if !p.within(p.cfg.Patience, holds) {
		p.fail("waited %s in vain for %s", p.cfg.Patience, what)
	}
}

// within says whether a condition comes to hold within a time.
func (p *Phone) within(d time.Duration, holds func() bool) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		p.mu.Lock()
		ok, changed := holds(), p.changed
		p.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-timer.C:
			return false
		}
	}
}

// Dial implements netx.Network.
func (d *dialer) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	c, err := d.Network.Dial(ctx, addr)
	if err == nil {
		d.mu.Lock()
		d.last = c
		d.mu.Unlock()
	}
	return c, err
}
