package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/config"
	"ringfence/internal/edge/store"
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip/transport"
	"ringfence/test/phone"
)

const officeDomain = "pbx.example.com"

var officeServer = netip.MustParseAddrPort("192.0.2.1:5061")

// office is a whole server but for its page, in virtual time and on a network in memory, with a phone on every desk.
type office struct {
	*testing.T
	*server

	follow *follower
	net    *netx.Memory
	roots  *x509.CertPool
	ahead  time.Duration // how far the administration's clock is ahead of the phones'
	owner  admin.Actor
	desks  map[string]*desk // by first name
	ever   map[string]bool  // whatever stood in the plan when it was called
}

// desk is somebody with a phone.
type desk struct {
	id    pbx.UserID
	phone *phone.Phone
}

// inOffice plays a story in an office.
func inOffice(t *testing.T, cfg config.Config, play func(o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, cfg)
		defer o.close()
		play(o)
	})
}

// officeConfig is made outside of virtual time, where sockets may be asked for.
func officeConfig(t *testing.T) config.Config {
	t.Helper()
	return testConfig(t, map[string]string{
		"domain": officeDomain, "sip-tls": officeServer.String(), "sip-tcp": "off", "sip-udp": "off",
		"rtp-ports": "20000-29999",
	})
}

func openOffice(t *testing.T, cfg config.Config) *office {
	t.Helper()
	ctx := t.Context()
	o := &office{
		T: t, net: netx.NewMemory(1, netx.Link{Delay: time.Millisecond}), desks: map[string]*desk{}, ever: map[string]bool{},
		server: &server{cfg: cfg, log: slog.New(slog.DiscardHandler)},
	}
	running, end := context.WithCancel(context.Background())
	o.end = end
	var err error
	o.dir, err = openDataDir(withTables(t))
	o.ok(err)
	o.node = "one"
	o.core, err = openCore(ctx, cfg, o.dir, o.log, Surroundings{
		Network: o.net.Host(officeServer.Addr()), Now: func() time.Time { return time.Now().Add(o.ahead) },
	})
	o.ok(err)
	o.ok(o.certify(ctx))
	o.follow = &follower{admin: o.core.admin, log: o.log}
	o.ok(o.follow.start(ctx))
	o.telephone, err = newTelephone(ctx, o.core, o.sipTLS(), o.node)
	o.ok(err)
	o.ok(o.buildAPI(o.follow))
	o.follow.apply = o.followers()
	o.run(func() { o.follow.run(running) })
	o.pump(running)
	_, err = o.telephone.listen(ctx, cfg)
	o.ok(err)
	pem, err := os.ReadFile(o.dir.caCert())
	o.ok(err)
	o.roots = x509.NewCertPool()
	o.roots.AppendCertsFromPEM(pem)
	u, _, err := o.core.admin.SetUp(ctx, o.core.home, admin.SetUpInput{
		FirstName: "Olga", Username: "olga", Password: pbx.NewSecret(ownerPassword), Country: "DK",
	}, "set-up")
	o.ok(err)
	o.owner = admin.ActorFor(u, "test")
	return o
}

// close takes every phone and the server away.
func (o *office) close() {
	for _, d := range o.desks {
		if d.phone != nil {
			d.phone.Close()
		}
	}
	if err := o.stop(context.Background()); err != nil {
		o.Errorf("the server did not end well: %v", err)
	}
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// did waits until a change is in force.
func (o *office) did(cs pbx.ChangeSet, err error) pbx.ChangeSet {
	o.Helper()
	o.ok(err)
	o.ok(o.follow.wait(o.Context(), cs.ID))
	return cs
}

func (o *office) group(name string) pbx.GroupID {
	o.Helper()
	g, cs, err := o.core.admin.CreateGroup(o.Context(), o.owner, admin.GroupPatch{Name: &name}, admin.Write{})
	o.did(cs, err)
	return g.ID
}

// hire makes a user, and puts a phone on the desk.
func (o *office) hire(first string, p admin.UserPatch) pbx.UserID {
	o.Helper()
	p.FirstName = &first
	r, cs, err := o.core.admin.CreateUser(o.Context(), o.owner, p, admin.Write{})
	o.did(cs, err)
	addr := netip.AddrFrom4([4]byte{198, 51, 100, byte(len(o.desks) + 1)})
	d := &desk{id: r.User.ID, phone: phone.New(o, phone.Config{
		Name: first, Network: o.net.Host(addr), Local: addr, Server: officeServer, Transport: transport.TLS,
		ServerName: officeDomain, Roots: o.roots, Domain: officeDomain, Username: r.User.SIPUsername,
		Password: r.Secrets.SIPPassword.Reveal(), Expires: time.Hour, Patience: time.Minute,
	})}
	d.phone.AutoRing()
	o.desks[first] = d
	return d.id
}

// phantom makes a user who has no phone.
func (o *office) phantom(name string, p admin.UserPatch) {
	o.Helper()
	kind := pbx.Phantom
	p.Kind, p.DisplayName = &kind, &name
	r, cs, err := o.core.admin.CreateUser(o.Context(), o.owner, p, admin.Write{})
	o.did(cs, err)
	o.desks[name] = &desk{id: r.User.ID}
}

// plan is everything that stands in the numbering plan now.
func (o *office) plan() []pbx.DialString {
	o.Helper()
	var out []pbx.DialString
	o.ok(o.core.admin.View(o.Context(), func(tx admin.ReadTx) error {
		return tx.EachDialString(func(d pbx.DialString) error {
			out = append(out, d)
			return nil
		})
	}))
	return out
}

// callAll lets somebody call everything that stands in the plan and all that ever stood there, and says of each value
// where the call ended: whose phone rang, who answered, or what the caller was told and why.
func (o *office) callAll(caller string) map[string]string {
	o.Helper()
	for _, d := range o.plan() {
		o.ever[d.Value] = true
	}
	o.atWork()
	out := map[string]string{}
	for _, value := range slices.Sorted(maps.Keys(o.ever)) {
		out[value] = o.call(caller, value)
	}
	return out
}

// atWork registers the phones of all who may register. Those of the others are off.
func (o *office) atWork() {
	o.Helper()
	for _, d := range o.desks {
		u, err := o.core.admin.User(o.Context(), o.owner, d.id)
		if err == nil && u.Enabled && d.phone != nil {
			d.phone.Register()
			d.phone.Forget()
		} else if err != nil && pbx.KindOf(err) != pbx.NotFound {
			o.Fatal(err)
		}
	}
}

// call calls a value and says where the call ended.
func (o *office) call(caller, value string) string {
	o.Helper()
	call := o.desks[caller].phone.Invite(value)
	o.pass(time.Second)
	var rang []string
	for name, d := range o.desks {
		if d.phone != nil && len(d.phone.Heard("INVITE")) > 0 {
			rang = append(rang, name)
		}
	}
	slices.Sort(rang)
	end := ""
	switch {
	case !call.Ended() && len(rang) > 0:
		call.WaitRinging()
		call.Cancel()
		call.WaitEnded()
		end = "rings " + strings.Join(rang, " and ")
	case !call.Ended():
		call.WaitAnswered()
		call.Hangup()
		end = "is answered by the server"
	default:
		end = fmt.Sprint(call.WaitEnded().Code)
	}
	o.pass(time.Second)
	if r := o.lastRecord(); r.Dialled != value || r.Open() {
		o.Fatalf("the record of the call to %s is %+v", value, r)
	} else if !strings.HasPrefix(end, "rings") && r.AnsweredAt.IsZero() {
		end += " " + string(r.EndReason)
	} else if r.AnsweredBy == pbx.AnsweredByMailbox {
		end = "reaches the mailbox of " + r.Callee.Name
	}
	for _, d := range o.desks {
		if d.phone != nil {
			d.phone.Forget()
		}
	}
	return end
}

func (o *office) lastRecord() pbx.CallRecord {
	o.Helper()
	page, err := o.core.store.Records().List(o.Context(), o.core.home, store.RecordQuery{Query: admin.Query{Limit: 1}})
	o.ok(err)
	if len(page.Items) == 0 {
		o.Fatal("the call left no record")
	}
	return page.Items[0]
}

// pass lets time pass and everything settle.
func (o *office) pass(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // virtual time
	synctest.Wait()
}

// later moves the administration's clock on and does what is due by then. Phones notice nothing of it.
func (o *office) later(days int) {
	o.Helper()
	o.ahead += time.Duration(days) * 24 * time.Hour
	o.ok(o.core.housekeeping(o.Context()))
	var last pbx.ChangeSetID
	o.ok(o.core.admin.View(o.Context(), func(tx admin.ReadTx) (err error) {
		last, err = tx.LastChangeSet()
		return err
	}))
	o.ok(o.follow.wait(o.Context(), last))
}

// asked is what a deletion that was refused asks.
func (o *office) asked(err error) admin.Deletion {
	o.Helper()
	e, ok := errors.AsType[*pbx.Error](err)
	if !ok || e.Kind != pbx.Conflict {
		o.Fatalf("%v, want a conflict", err)
	}
	d, ok := e.Detail.(*admin.Deletion)
	if !ok {
		o.Fatalf("%v does not say what refers", err)
	}
	return *d
}
