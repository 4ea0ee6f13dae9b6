package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// kamailioConfig registers whoever knows the one password, as the peer of every REGISTER row. @MODE@ is usrloc's
// db_mode: 0 memory only, 1 written before the answer.
const kamailioConfig = `#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=2
auto_aliases=no
dns=no
rev_dns=no
dns_try_ipv6=no
disable_tcp=@NOTCP@
listen=udp:@UDP@
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
@LOAD@
modparam("usrloc", "db_mode", @MODE@)
modparam("usrloc", "hash_size", 14)
modparam("usrloc", "timer_interval", 60)
modparam("registrar", "default_expires", 3600)
modparam("auth", "nonce_count", @NC@)
modparam("auth", "qop", "auth")
request_route {
	if (is_method("REGISTER")) {
		if (!pv_www_authenticate("@REALM@", "@PASSWORD@", "0")) {
			www_challenge("@REALM@", "1");
			exit;
		}
		if (!save("location")) sl_reply_error();
		exit;
	}
	sl_send_reply("405", "Method Not Allowed");
}
`

// kamailio is a running peer.
type kamailio struct {
	cmd   *exec.Cmd
	addr  string
	dir   string
	done  chan struct{}
	extra []int // of the database
}

type kamailioOptions struct {
	databaseURL string // usrloc in PostgreSQL, written through; empty: memory
	nonceCount  bool
}

func startKamailio(ctx context.Context, o kamailioOptions) (*kamailio, error) {
	dir, err := os.MkdirTemp("", "bench-kamailio-")
	if err != nil {
		return nil, err
	}
	k := &kamailio{dir: dir, addr: freeAddr(), done: make(chan struct{})}
	replace := []string{
		"@UDP@", k.addr, "@REALM@", realm, "@PASSWORD@", password, "@MODE@", "0", "@LOAD@", "", "@NC@", "0",
		"@NOTCP@", "yes",
	}
	if o.nonceCount {
		replace[11] = "1"
	}
	if o.databaseURL != "" {
		replace[7] = "1"
		replace[9] = fmt.Sprintf("loadmodule \"db_postgres.so\"\nmodparam(\"usrloc\", \"db_url\", %q)", o.databaseURL)
	}
	config := filepath.Join(dir, "kamailio.cfg")
	text := strings.NewReplacer(replace...).Replace(kamailioConfig)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	k.cmd = exec.CommandContext(ctx, "kamailio", "-DD", "-E", "-f", config, "-m", "512", "-M", "16", "-Y", dir,
		"-P", filepath.Join(dir, "pid"))
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	k.cmd.Stdout, k.cmd.Stderr = log, log
	k.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := k.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = k.cmd.Wait() // ended by stop
		close(k.done)
	}()
	if err := answers(ctx, k.addr); err != nil {
		out, _ := os.ReadFile(filepath.Join(dir, "log")) // the better half of the message, if there
		k.stop()
		return nil, fmt.Errorf("kamailio: %w\n%s", err, out)
	}
	return k, nil
}

func (k *kamailio) address() string { return k.addr }

func (k *kamailio) pids() []int { return append([]int{k.cmd.Process.Pid}, k.extra...) }

func (k *kamailio) stop() {
	_ = k.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-k.done:
	case <-time.After(10 * time.Second):
		_ = k.cmd.Process.Kill() // as above
		<-k.done
	}
	os.RemoveAll(k.dir)
}

// answers waits until a server answers an unauthenticated REGISTER.
func answers(ctx context.Context, addr string) error {
	l := load{target: addr, realm: realm}
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); {
		p, err := l.dial(ctx)
		if err != nil {
			return err
		}
		p.build(realm, "probe", fmt.Sprint(time.Now().UnixNano()), 1, nil)
		_, err = p.conn.Write(p.out)
		if err == nil {
			_ = p.conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)) // fails only on a closed socket
			_, err = p.conn.Read(p.in)
		}
		p.conn.Close()
		if err == nil {
			return nil
		}
		<-time.After(50 * time.Millisecond)
	}
	return fmt.Errorf("no answer at %s", addr)
}

// freeAddr is a loopback UDP address that is free now.
func freeAddr() string {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:25060"
	}
	defer c.Close()
	return c.LocalAddr().String()
}
