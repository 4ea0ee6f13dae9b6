package phone

import (
	"strconv"
	"time"

	"ringfence/internal/wire/sip"
)

// registration is what the phone's REGISTERs have in common.
type registration struct {
	callID, tag string
	seq         uint32
	granted     time.Duration
}

// Register registers the phone and fails the test if that is refused.
func (p *Phone) Register() {
	p.report.Helper()
	if code := p.TryRegister(); code != 200 {
		p.fail("REGISTER was answered %d", code)
	}
}

// TryRegister registers the phone and returns the code of the final response, 503 if there is no connection to be had.
func (p *Phone) TryRegister() int {
	p.report.Helper()
	return p.registerFor(p.cfg.Expires)
}

// Unregister takes the registration back.
func (p *Phone) Unregister() {
	p.report.Helper()
	if code := p.registerFor(0); code != 200 {
		p.fail("REGISTER with expires 0 was answered %d", code)
	}
}

func (p *Phone) registerFor(expires time.Duration) int {
	p.report.Helper()
	f, err := p.connect()
	if err != nil {
		p.report.Logf("%s: connect to the server: %v", p.cfg.Name, err)
		return 503
	}
	address := "<sip:" + p.cfg.User + "@" + p.cfg.Domain + ">"
	r := &request{
		method: sip.REGISTER, uri: "sip:" + p.cfg.Domain, from: address + ";tag=" + p.register.tag, to: address,
		callID: p.register.callID, seq: &p.register.seq, contact: p.contact() + p.cfg.ContactParams,
		headers: []Header{
			{"Expires", strconv.Itoa(int(expires / time.Second))}, {"Supported", "path, outbound, gruu"}, {"Allow", allow},
		},
	}
	return p.send(f, r, p.registered).Wait()
}

// registered notes how long the registration lasts.
func (p *Phone) registered(m *sip.Message) {
	if m.StatusCode() != 200 {
		return
	}
	granted, _ := m.Uint(sip.Expires, 1<<31)
	for v := range m.All(sip.Contact) {
		a, err := sip.ParseAddress(v)
		if err != nil || "<"+string(a.RawURI)+">" != p.contact() {
			continue
		}
		if value, ok := a.Param("expires"); ok {
			granted, _ = sip.ParseUint(value, 1<<31)
		}
	}
	p.update(func() { p.register.granted = time.Duration(granted) * time.Second })
}

// Granted is how long the server lets the registration last.
func (p *Phone) Granted() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.register.granted
}
