// Phones keeps scripted telephones registered with a running server: each answers after two seconds and sends a tone of
// its own, so that there is somebody to call while developing.
//
//	phones --server 127.0.0.1:5061 --domain pbx.example.org --ca ca.pem 201abc:secret 202def:secret
package main

import (
	"context"
	"crypto/x509"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"ringfence/internal/wire/sip/transport"
	"ringfence/test/phone"
)

func main() {
	server := flag.String("server", "127.0.0.1:5061", "address and port of the server's TLS listener")
	domain := flag.String("domain", "localhost", "the organization's SIP domain, which the certificate names")
	ca := flag.String("ca", "", "file with the certificate authority, as the server's /ca.pem gives it")
	flag.Parse()
	if err := run(*server, *domain, *ca, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "phones:", err)
		os.Exit(1)
	}
}

func run(server, domain, ca string, accounts []string) error {
	addr, err := netip.ParseAddrPort(server)
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return fmt.Errorf("no certificate in %s", ca)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var tasks sync.WaitGroup
	for i, account := range accounts {
		name, secret, ok := strings.Cut(account, ":")
		if !ok {
			return fmt.Errorf("%q is not SIP user name and secret with a colon between", account)
		}
		p := phone.New(console{name}, phone.Config{
			Username: name, Password: secret, Domain: domain, ServerName: domain, Server: addr,
			Transport: transport.TLS, Roots: roots, Tone: 400 + 200*float64(i),
		})
		defer p.Close()
		p.AutoAnswer(2 * time.Second)
		tasks.Go(func() { keep(ctx, p) })
	}
	<-ctx.Done()
	tasks.Wait()
	return nil
}

// keep registers the phone again and again.
func keep(ctx context.Context, p *phone.Phone) {
	for {
		wait := 5 * time.Second // the server may be starting again
		if code := p.TryRegister(); code == 200 {
			wait = p.Granted() / 2
		}
		p.Forget() // nobody reads what it heard
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}

// console reports what phones say.
type console struct{ name string }

func (console) Helper() {}

func (c console) Logf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, c.name+": "+format+"\n", args...)
}

// Fatalf ends the program: a phone that cannot work is of no use to anybody.
func (c console) Fatalf(format string, args ...any) {
	c.Logf(format, args...)
	os.Exit(1)
}
