// Command registrard is Ringfence's registrar with its SIP plane as the server builds it, but with users that are made up
// at the start instead of administered: the benchmarks need ten thousand of them, and bindings kept in memory only for
// the row that compares with a peer that keeps them so.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"runtime/pprof"
	"strconv"
	"syscall"

	"ringfence/internal/edge/sipserver"
	"ringfence/internal/edge/store"
	"ringfence/internal/engine/call"
	"ringfence/internal/engine/presence"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

func main() {
	udp := flag.String("udp", "127.0.0.1:0", "address to listen on; it is printed")
	users := flag.Int("users", 10000, "users u0, u1, ...")
	realm := flag.String("realm", "", "realm and domain")
	password := flag.String("password", "", "everybody's password")
	data := flag.String("sqlite", "", "keep bindings in SQLite in this folder")
	url := flag.String("postgres", "", "keep bindings in PostgreSQL at this URL")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	if *profile != "" {
		file, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(file)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "registrard:", err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	if err := run(*udp, *realm, *password, *users, store.Options{Dir: *data, URL: *url}); err != nil {
		fmt.Fprintln(os.Stderr, "registrard:", err)
		pprof.StopCPUProfile()
		os.Exit(1)
	}
}

func run(udp, realm, password string, users int, o store.Options) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	var bindings registrar.BindingStore
	if o.Dir != "" || o.URL != "" {
		s, err := store.Open(ctx, o)
		if err != nil {
			return err
		}
		defer s.Close()
		bindings = s.Bindings()
	}
	user := &transactionUser{}
	transactions := transaction.New(transaction.Config{TU: user})
	flows := transport.New(transport.Config{Handler: transactions})
	reg := registrar.New(registrar.Config{Store: bindings, Flows: flows, Node: "bench"})
	if err := reg.Load(ctx); err != nil {
		return err
	}
	user.server = sipserver.New(sipserver.Config{
		Calls: noCalls{}, Registrar: reg, Subscriptions: noSubscriptions{},
		Directory: newDirectory(realm, password, users), Product: "Ringfence",
	})
	at, err := netip.ParseAddrPort(udp)
	if err != nil {
		return err
	}
	bound, err := flows.ListenUDP(at)
	if err != nil {
		return err
	}
	fmt.Println(bound)
	<-ctx.Done()
	return reg.Close(context.Background())
}

type transactionUser struct{ server *sipserver.Server }

func (t *transactionUser) Request(rq *transaction.Incoming) { t.server.Request(rq) }
func (t *transactionUser) FlowClosed(f transport.Flow)      { t.server.FlowClosed(f) }

// noCalls has none.
type noCalls struct{}

func (noCalls) NewCall(call.Incoming) {}
func (noCalls) Deliver(*transaction.Incoming, pbx.DeviceID) call.Delivery {
	return call.NoDialog
}
func (noCalls) FlowClosed(transport.Flow) {}

// noSubscriptions has none.
type noSubscriptions struct{}

func (noSubscriptions) Subscribe(presence.Incoming)             {}
func (noSubscriptions) Owner(*sip.Message) (pbx.DeviceID, bool) { return 0, false }
func (noSubscriptions) Renew(*transaction.Incoming)             {}

// directory holds the made-up users.
type directory struct {
	organization roster.Organization
	lines        map[string]*roster.Line
	users        map[pbx.UserID]*roster.User
}

func newDirectory(realm, password string, n int) *directory {
	d := &directory{
		organization: roster.Organization{ID: 1, SIPDomain: realm, Realm: realm, Digest: "md5"},
		lines:        make(map[string]*roster.Line, n), users: make(map[pbx.UserID]*roster.User, n),
	}
	for i := range n {
		name, id := "u"+strconv.Itoa(i), int64(i+1)
		ha1 := digest.NewHA1(name, realm, password)
		d.lines[name] = &roster.Line{
			ID: pbx.LineID(id), Organization: 1, Device: pbx.DeviceID(id), User: pbx.UserID(id), SIPUsername: name,
			HA1MD5: ha1.MD5, HA1SHA256: ha1.SHA256, Security: pbx.AnySecurity, MaxBindings: 5, Enabled: true,
		}
		d.users[pbx.UserID(id)] = &roster.User{ID: pbx.UserID(id), Organization: 1, Number: name, Enabled: true}
	}
	return d
}

func (d *directory) Line(name []byte) (*roster.Line, bool) {
	l, ok := d.lines[string(name)]
	return l, ok
}

func (d *directory) User(id pbx.UserID) (*roster.User, bool) {
	u, ok := d.users[id]
	return u, ok
}

func (d *directory) Organization() *roster.Organization { return &d.organization }
