package main

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// rows are the comparisons, in the order in which they are run.
func (b *bench) rows() []row {
	memory := side{"Kamailio, memory", func() (server, error) { return startKamailio(b.ctx, kamailioOptions{}) }}
	return []row{
		{
			name: "memory", total: b.total, users: b.users,
			sides: []side{
				memory,
				{"Kamailio, memory, nonce count", func() (server, error) {
					return startKamailio(b.ctx, kamailioOptions{nonceCount: true})
				}},
				{"Ringfence, memory", func() (server, error) { return b.startOurs() }},
			},
		},
		{
			name: "sqlite", total: b.total, users: b.users,
			sides: []side{memory, {"Ringfence, SQLite, durable", func() (server, error) { return b.startOurs("sqlite") }}},
		},
		{
			name: "postgres", total: b.total / 5, users: b.users,
			sides: []side{
				{"Kamailio, PostgreSQL, written through", func() (server, error) { return b.startKamailioPostgres() }},
				{"Ringfence, PostgreSQL, durable", func() (server, error) { return b.startOurs("postgres") }},
			},
		},
		{
			name: "100k bindings", total: 100000, users: 100000,
			sides: []side{memory, {"Ringfence, memory", func() (server, error) { return b.startOurs() }}},
		},
	}
}

// durable makes the cluster write as a real one does: a commit is on disk before it is told.
var durable = []string{"fsync=on", "synchronous_commit=on", "full_page_writes=on"}

var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("bench-registrard-%d", os.Getpid()))
	out, err := exec.Command("go", "build", "-o", path, "./bench/registrard").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

// ours is a running registrard.
type ours struct {
	cmd   *exec.Cmd
	addr  string
	dir   string
	extra []int
	done  chan struct{}
}

// startOurs starts the registrar; kept names its store, memory without one.
func (b *bench) startOurs(kept ...string) (server, error) {
	path, err := build()
	if err != nil {
		return nil, err
	}
	users := max(b.users, 100000)
	if b.total <= b.users {
		users = b.users
	}
	args := []string{"-realm", realm, "-password", password, "-users", fmt.Sprint(users)}
	if p := os.Getenv("BENCH_CPUPROFILE"); p != "" {
		args = append(args, "-cpuprofile", p)
	}
	o := &ours{done: make(chan struct{})}
	switch strings.Join(kept, "") {
	case "sqlite":
		if o.dir, err = os.MkdirTemp("", "bench-sqlite-"); err != nil {
			return nil, err
		}
		args = append(args, "-sqlite", o.dir)
	case "postgres":
		database, err := b.database()
		if err != nil {
			return nil, err
		}
		args = append(args, "-postgres", database)
		o.extra = []int{b.cluster.PID()}
	}
	o.cmd = exec.CommandContext(b.ctx, path, args...)
	o.cmd.Stderr = os.Stderr
	o.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := o.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		_ = o.cmd.Wait() // ended by stop
		close(o.done)
	}()
	if err != nil {
		o.stop()
		return nil, fmt.Errorf("registrard did not start: %w", err)
	}
	o.addr = strings.TrimSpace(line)
	return o, answers(b.ctx, o.addr)
}

func (o *ours) address() string { return o.addr }
func (o *ours) pids() []int     { return append([]int{o.cmd.Process.Pid}, o.extra...) }

func (o *ours) stop() {
	_ = o.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-o.done:
	case <-time.After(10 * time.Second):
		_ = o.cmd.Process.Kill() // as above
		<-o.done
	}
	if o.dir != "" {
		os.RemoveAll(o.dir)
	}
}

func (b *bench) database() (string, error) {
	if b.cluster.PID() == 0 {
		b.clusterAddr = fmt.Sprintf("127.%d.%d.1", 64+os.Getpid()/250%128, os.Getpid()%250)
		b.cluster.Locale = "C.UTF-8" // as installations have it
		b.cluster.Settings = append(durable, "listen_addresses="+b.clusterAddr)
	}
	return b.cluster.Create(b.ctx)
}

// startKamailioPostgres starts the peer with usrloc written to PostgreSQL before it answers, in the schema that its own
// package brings.
func (b *bench) startKamailioPostgres() (server, error) {
	database, err := b.database()
	if err != nil {
		return nil, err
	}
	if err := kamailioSchema(b.ctx, database); err != nil {
		return nil, err
	}
	k, err := startKamailio(b.ctx, kamailioOptions{databaseURL: b.kamailioURL(database)})
	if err != nil {
		return nil, err
	}
	k.extra = []int{b.cluster.PID()}
	return k, nil
}

func kamailioSchema(ctx context.Context, database string) error {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, file := range []string{"standard-create.sql", "usrloc-create.sql"} {
		text, err := os.ReadFile("/usr/share/kamailio/postgres/" + file)
		if err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, string(text)); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// kamailioURL is the database's URL in the form that Kamailio reads: it speaks to no socket in a folder.
func (b *bench) kamailioURL(database string) string {
	u, err := url.Parse(database)
	if err != nil {
		return database
	}
	return fmt.Sprintf("postgres://%s:none@%s%s", u.User.Username(), b.clusterAddr, u.Path)
}
