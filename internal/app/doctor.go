package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ringfence/internal/config"
	"ringfence/internal/edge/mail"
	"ringfence/internal/edge/store"
	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/notify"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
	"ringfence/internal/support/masterkey"
	"ringfence/internal/support/pki"
)

// Finding is one thing that doctor looked at.
type Finding struct {
	Check string `json:"check"`
	State string `json:"state"` // well, warning, wrong
	Text  string `json:"text"`
}

// The states of a finding.
const (
	well    = "well"
	warning = "warning"
	wrong   = "wrong"
)

// errUnwell is doctor's verdict when something is wrong.
var errUnwell = errors.New("something needs mending: see the lines marked wrong")

// doctor gathers findings.
type doctor struct {
	cfg      config.Config
	dir      dataDir
	running  bool
	findings []Finding
}

// Doctor checks ports, names, certificates, database and NAT, and says in words what it found. It changes nothing; it
// fails when something is wrong.
func Doctor(ctx context.Context, cfg config.Config, out io.Writer, asJSON bool) error {
	d := &doctor{cfg: cfg}
	if d.directory() {
		d.database(ctx)
		d.certificate(ctx)
	}
	d.ports(ctx)
	d.names(ctx)
	d.nat(ctx)
	if err := d.write(out, asJSON); err != nil {
		return err
	}
	for _, f := range d.findings {
		if f.State == wrong {
			return errUnwell
		}
	}
	return nil
}

func (d *doctor) say(check, state, format string, args ...any) {
	text := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	d.findings = append(d.findings, Finding{check, state, text})
}

func (d *doctor) write(out io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"items": d.findings, "total": len(d.findings)})
	}
	for _, f := range d.findings {
		if _, err := fmt.Fprintf(out, "%-8s %-12s %s\n", f.State, f.Check, f.Text); err != nil {
			return err
		}
	}
	return nil
}

// directory looks whether the data directory can be used, and whether a server works in it.
func (d *doctor) directory() bool {
	if _, err := os.Stat(d.cfg.Data); errors.Is(err, fs.ErrNotExist) {
		d.say("data", well, "%s does not exist yet: made at the first start, with keys and certificates", d.cfg.Data)
		return false
	}
	dir, err := openDataDir(d.cfg.Data)
	if err != nil {
		d.say("data", wrong, "%v", err)
		return false
	}
	d.dir = dir
	unlock, err := dir.lock()
	switch {
	case errors.Is(err, errLocked):
		d.running = true
		d.say("data", well, "%s can be written to; a server is running in it", dir.root)
	case err != nil:
		d.say("data", wrong, "%v", err)
		return false
	default:
		unlock()
		d.say("data", well, "%s can be written to; no server is running in it", dir.root)
	}
	return true
}

// database reads all of it, and sees that the key that belongs to it is there.
func (d *doctor) database(ctx context.Context) {
	if _, err := os.Stat(filepath.Join(d.dir.root, "ringfence.db")); d.cfg.Database == "" && err != nil {
		d.say("database", well, "made at the first start")
		return
	}
	s, err := store.Open(ctx, store.Options{Dir: d.dir.root, URL: d.cfg.Database})
	if err != nil {
		d.say("database", wrong, "%v", err)
		return
	}
	defer func() { _ = s.Close() }() // it was only read
	if err = s.Check(ctx); err != nil {
		d.say("database", wrong, "%v", err)
		return
	}
	d.say("database", well, "%s answers and is whole", s.Engine())
	advice, err := s.Advice(ctx)
	switch {
	case err != nil:
		d.say("database", wrong, "%v", err)
	case advice != "":
		d.say("database", warning, "%s", advice)
	}
	inUse := false
	err = s.Admin().View(ctx, func(tx admin.ReadTx) error {
		list, failed := tx.Organizations()
		inUse = len(list) > 0
		return failed
	})
	if err != nil {
		d.say("database", wrong, "%v", err)
		return
	}
	if !inUse {
		d.say("master key", well, "made at the first start")
		return
	}
	key, err := masterkey.Open(d.dir.masterKey(), true)
	if err != nil {
		d.say("master key", wrong, "%v", err)
		return
	}
	d.say("master key", well, "%s belongs in every backup", d.dir.masterKey())
	d.mail(ctx, s, key)
}

// mail logs in to the mail server of each organization, without sending anything, and looks what could not be sent.
func (d *doctor) mail(ctx context.Context, s *store.Store, key [32]byte) {
	v, err := vault.New(key)
	if err != nil {
		d.say("mail", wrong, "%v", err)
		return
	}
	var orgs []pbx.Organization
	err = s.Admin().View(ctx, func(tx admin.ReadTx) (err error) {
		orgs, err = tx.Organizations()
		return err
	})
	if err != nil {
		d.say("mail", wrong, "%v", err)
		return
	}
	n := notify.New(notify.Config{
		Admin: admin.New(admin.Config{Store: s.Admin(), Vault: v}), Vault: v, Jobs: s.Jobs(), Post: mail.New(),
	})
	for _, o := range orgs {
		server, err := n.Reachable(ctx, o.ID)
		switch {
		case err != nil && server.Host == "":
			d.say("mail", warning, "not set up: invitations and forgotten passwords need it; see Settings, Mail")
			continue
		case err != nil:
			d.say("mail", wrong, "%s port %d: %v", server.Host, server.Port, err)
		default:
			d.say("mail", well, "%s port %d lets this server in", server.Host, server.Port)
		}
		failed, err := s.Jobs().Count(ctx, o.ID, notify.Queue, pbx.JobFailed)
		if err == nil && failed > 0 {
			d.say("mail", warning, "%d mails could not be sent; ringfence mail outbox says why", failed)
		}
	}
}

func (d *doctor) certificate(ctx context.Context) {
	var c *pki.Certificate
	var err error
	if d.cfg.TLSCert != "" {
		c, err = pki.Load(d.cfg.TLSCert, d.cfg.TLSKey)
	} else {
		c, err = pki.Load(d.dir.cert(), d.dir.key())
	}
	if err != nil && d.cfg.TLSCert == "" && !d.running {
		d.say("certificate", well, "made at the first start")
		return
	}
	if err != nil {
		d.say("certificate", wrong, "%v", err)
		return
	}
	left := time.Until(c.Leaf().NotAfter)
	state := well
	if left < 14*24*time.Hour {
		state = warning
	}
	if left <= 0 {
		state = wrong
	}
	d.say("certificate", state, "valid until %s for %s; SHA-256 %s", c.Leaf().NotAfter.Format(time.DateOnly),
		strings.Join(c.Leaf().DNSNames, ", "), c.Fingerprint())
	if host := reachedBy(ctx, d.cfg); c.Leaf().VerifyHostname(host) != nil {
		d.say("certificate", wrong, "it does not name %s, which phones are told to use: start the server again, or "+
			"give a certificate that does with --tls-cert", host)
	}
}

// ports tries to listen where the server would; a running server holds them itself.
func (d *doctor) ports(ctx context.Context) {
	if d.running {
		d.say("ports", well, "held by the running server")
		return
	}
	for _, l := range []struct {
		flag, network string
		at            config.Address
	}{{"http", "tcp", d.cfg.HTTP}, {"sip-tls", "tcp", d.cfg.SIPTLS}, {"sip-tcp", "tcp", d.cfg.SIPTCP}, {"sip-udp", "udp", d.cfg.SIPUDP}} {
		if l.at.Off() {
			d.say(l.flag, well, "off")
			continue
		}
		at, err := resolve(ctx, l.flag, l.at)
		if err != nil {
			d.say(l.flag, wrong, "%v", err)
			continue
		}
		if err := tryListen(ctx, l.network, at); err != nil {
			d.say(l.flag, wrong, "%v", cannotListen(l.flag, at, err))
			continue
		}
		d.say(l.flag, well, "%s can be listened on", at)
	}
}

func tryListen(ctx context.Context, network string, at netip.AddrPort) error {
	lc := new(net.ListenConfig)
	if network == "udp" {
		c, err := lc.ListenPacket(ctx, network, at.String())
		if err != nil {
			return err
		}
		return c.Close()
	}
	l, err := lc.Listen(ctx, network, at.String())
	if err != nil {
		return err
	}
	return l.Close()
}

// names looks up what phones will look up.
func (d *doctor) names(ctx context.Context) {
	if d.cfg.Domain == "" {
		d.say("name", warning, "no --domain is given: phones are told the address %s, which must not change", reachedBy(ctx, d.cfg))
		return
	}
	within, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ips, err := net.DefaultResolver.LookupNetIP(within, "ip", d.cfg.Domain)
	if err != nil {
		d.say("name", wrong, "%s is not found in the DNS: phones cannot find this machine by it", d.cfg.Domain)
		return
	}
	own := pki.MachineNames().IPs
	for _, ip := range ips {
		for _, mine := range own {
			if ip.Unmap() == mine {
				d.say("name", well, "%s leads to %s, an address of this machine", d.cfg.Domain, ip.Unmap())
				return
			}
		}
		if ip.Unmap() == d.cfg.Advertise {
			d.say("name", well, "%s leads to the advertised address %s", d.cfg.Domain, ip.Unmap())
			return
		}
	}
	d.say("name", warning, "%s leads to %s, which is no address of this machine; right only behind a NAT, with --advertise",
		d.cfg.Domain, ips[0].Unmap())
}

func (d *doctor) nat(ctx context.Context) {
	out := outwardAddress(ctx)
	switch {
	case !out.IsValid():
		d.say("NAT", warning, "this machine has no way to the outside: only phones in its own network reach it")
	case !out.IsPrivate():
		d.say("NAT", well, "this machine has the public address %s", out)
	case d.cfg.Advertise.IsValid():
		d.say("NAT", well, "this machine has the private address %s and advertises %s; the router must pass the SIP ports and "+
			"UDP %s to it", out, d.cfg.Advertise, d.cfg.RTPPorts)
	default:
		d.say("NAT", warning, "this machine has the private address %s: for phones outside give --advertise with the public "+
			"address, and let the router pass the SIP ports and UDP %s to it", out, d.cfg.RTPPorts)
	}
}
