// Package pgtest starts a throwaway PostgreSQL cluster for tests and makes databases in it.
//
// A test binary keeps one Cluster and stops it when its tests have run. The cluster listens on a socket in a
// temporary directory only, so that any number of test binaries run side by side. It writes without fsync: nothing in
// it is meant to last. A machine without PostgreSQL fails the test; it never skips it.
//
// A Cluster may be used by parallel tests.
package pgtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	startWithin = 60 * time.Second
	stopWithin  = 20 * time.Second
	pollEvery   = 20 * time.Millisecond
	superuser   = "ringfence"
)

// Cluster is one PostgreSQL server. The zero value is ready; the server starts with the first Database.
type Cluster struct {
	// Settings are further server settings, name=value, for tests that want another than the fast defaults.
	Settings []string
	// Locale is what databases are made with; empty is C, in which trigrams know only the letters A to Z.
	Locale string

	mu      sync.Mutex
	started bool
	err     error
	dir     string
	server  *exec.Cmd
	exited  chan error
	next    int
}

// Database makes an empty database, starts the cluster if need be, and returns the database's URL. The database is
// dropped when the test ends.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	return c.database(t, "")
}

// Copy is Database with everything in it that the database at another URL of the cluster holds, which nobody may have
// open meanwhile.
func (c *Cluster) Copy(t testing.TB, of string) string {
	t.Helper()
	from, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	return c.database(t, " TEMPLATE "+strings.TrimPrefix(from.Path, "/"))
}

func (c *Cluster) database(t testing.TB, how string) string {
	t.Helper()
	name, err := c.create(t.Context(), how)
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
		defer cancel()
		if err := c.exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop test database %s: %v", name, err)
		}
	})
	return c.url(name)
}

// Create makes an empty database that stays until Stop, for programs that measure, and returns its URL.
func (c *Cluster) Create(ctx context.Context) (string, error) {
	name, err := c.create(ctx, "")
	if err != nil {
		return "", err
	}
	return c.url(name), nil
}

// PID is the process id of the server, 0 while none runs. Its children carry the load of the sessions.
func (c *Cluster) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		return 0
	}
	return c.server.Process.Pid
}

// Stop ends the server and removes its files. A cluster that never started is left alone.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		return nil
	}
	err := stopServer(c.server, c.exited)
	c.server, c.started = nil, false
	return errors.Join(err, os.RemoveAll(c.dir))
}

// stopServer asks for an immediate shutdown, which needs no checkpoint, and kills a server that does not obey.
func stopServer(server *exec.Cmd, exited <-chan error) error {
	if err := server.Process.Signal(syscall.SIGQUIT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	select {
	case <-exited:
		return nil
	case <-time.After(stopWithin):
		_ = server.Process.Kill() // it may have ended this very moment
		<-exited
		return errors.New("PostgreSQL did not stop and was killed")
	}
}

func (c *Cluster) create(ctx context.Context, how string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.started {
		c.started = true
		c.err = c.start(ctx)
	}
	if c.err != nil {
		return "", c.err
	}
	c.next++
	name := "t" + strconv.Itoa(c.next)
	if err := c.exec(ctx, "CREATE DATABASE "+name+how); err != nil {
		return "", fmt.Errorf("create database: %w", err)
	}
	return name, nil
}

func (c *Cluster) url(database string) string {
	q := url.Values{"host": {c.dir}, "port": {"5432"}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}

func (c *Cluster) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }() // the statement's own result is what counts
	_, err = conn.Exec(ctx, sql)
	return err
}

// start makes the cluster's files and runs the server until it accepts a connection.
func (c *Cluster) start(ctx context.Context) (err error) {
	bin, err := findBinaries()
	if err != nil {
		return err
	}
	c.dir, err = os.MkdirTemp("", "ringfence-pg")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(c.dir))
		}
	}()
	owner, err := unprivileged(c.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(c.dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", superuser, "-A", "trust",
		"-E", "UTF8", "--locale="+cmp.Or(c.Locale, "C"), "--no-sync")
	initdb.SysProcAttr = owner
	initdb.Dir = c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return c.run(ctx, filepath.Join(bin, "postgres"), data, owner)
}

func (c *Cluster) run(ctx context.Context, postgres, data string, owner *syscall.SysProcAttr) error {
	log, err := os.Create(filepath.Join(c.dir, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has its own descriptor
	args := []string{
		"-D", data, "-k", c.dir, "-c", "listen_addresses=", "-c", "port=5432",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=200",
	}
	for _, s := range c.Settings {
		args = append(args, "-c", s)
	}
	c.server = exec.Command(postgres, args...)
	c.server.Dir, c.server.Stdout, c.server.Stderr = c.dir, log, log
	c.server.SysProcAttr = dieWithParent(owner)
	c.exited = make(chan error, 1)
	server, exited, begun := c.server, c.exited, make(chan error)
	go func() {
		// The death signal follows the thread that started the process, so that thread waits here for its end.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := server.Start()
		begun <- err
		if err == nil {
			exited <- server.Wait()
		}
	}()
	if err := <-begun; err != nil {
		c.server = nil
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := c.ready(ctx); err != nil {
		text, _ := os.ReadFile(log.Name()) // only to enrich the error
		err = errors.Join(err, stopServer(c.server, c.exited))
		c.server = nil
		return fmt.Errorf("%w: %s", err, text)
	}
	return nil
}

func (c *Cluster) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		err := c.exec(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-poll.C:
		case end := <-c.exited:
			c.exited <- end
			return fmt.Errorf("PostgreSQL ended at once: %w", end)
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		}
	}
}

// findBinaries looks where Debian, Fedora and Homebrew put the server, then in PATH.
func findBinaries() (string, error) {
	var found []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"} {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		for _, dir := range dirs {
			if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil {
				found = append(found, dir)
			}
		}
	}
	if len(found) > 0 {
		sort.Strings(found)
		return found[len(found)-1], nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("no PostgreSQL server on this machine: install the package postgresql")
	}
	return filepath.Dir(path), nil
}
