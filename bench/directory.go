package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"ringfence/internal/app/client"
)

// directory is the whole server with many made-up users, asked over HTTP as the page asks it.
type directory struct {
	b        *bench
	binary   string
	data     string
	database string // of PostgreSQL, empty for SQLite
	users    int
	first    int // the lowest number

	cmd   *exec.Cmd
	ready struct{ HTTP, SIPUDP string }
	api   *client.Client
	http  *http.Client
}

// directories measures the server with as many users as wanted on each database, and adds the lines of its own table.
func (b *bench) directories(only []string) error {
	names := slices.DeleteFunc([]string{"SQLite", "PostgreSQL"}, func(name string) bool {
		return b.directoryUsers == 0 || !wanted("directory "+name, only)
	})
	if len(names) == 0 {
		return nil
	}
	binary := filepath.Join(os.TempDir(), fmt.Sprintf("bench-whole-%d", os.Getpid()))
	defer func() { _ = os.Remove(binary) }() // best effort
	if out, err := exec.CommandContext(b.ctx, "go", "build", "-o", binary, "./cmd/ringfence").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	for _, name := range names {
		d := &directory{b: b, binary: binary, users: b.directoryUsers}
		if name == "PostgreSQL" {
			var err error
			if d.database, err = b.database(); err != nil {
				return err
			}
		}
		lines, err := d.run(name)
		if err != nil {
			return fmt.Errorf("directory, %s: %w", name, err)
		}
		b.directoryLines = append(b.directoryLines, lines...)
	}
	return nil
}

func (d *directory) run(name string) ([]string, error) {
	filled, err := d.fill()
	if err != nil {
		return nil, err
	}
	if !d.kept() {
		defer func() { _ = os.RemoveAll(d.data) }() // best effort
	}
	began := time.Now()
	if err := d.start(); err != nil {
		return nil, err
	}
	defer d.stop()
	up, memory := time.Since(began), pssMiB(d.cmd.Process.Pid)
	lines := []string{fmt.Sprintf("| %s | %d users made in %v; start-up %v, %.0f MiB | | | | |", name, d.users,
		filled.Round(time.Second), up.Round(10*time.Millisecond), memory)}
	for _, o := range d.operations() {
		line, err := d.measure(name, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.name, err)
		}
		fmt.Fprintln(os.Stderr, line)
		lines = append(lines, line)
	}
	took, err := d.settingTakesEffect()
	if err != nil {
		return nil, fmt.Errorf("a group's setting: %w", err)
	}
	return append(lines, fmt.Sprintf("| %s | a group's setting, until the SIP plane acts by it | %s | %s | | |", name,
		millis(took[len(took)/2]), millis(took[len(took)-1]))), nil
}

// kept tells whether the data directory was given and stays.
func (d *directory) kept() bool { return d.database == "" && d.b.directoryData != "" }

// fill makes the users, unless they are there already in a data directory that was given.
func (d *directory) fill() (time.Duration, error) {
	var err error
	if d.kept() {
		d.data = d.b.directoryData
		if _, err = os.Stat(filepath.Join(d.data, "ringfence.db")); err == nil {
			return 0, nil
		}
	} else if d.data, err = os.MkdirTemp("", "bench-directory-"); err != nil {
		return 0, err
	}
	began := time.Now()
	err = d.command("demo", "--users", strconv.Itoa(d.users))
	took := time.Since(began)
	if err == nil && d.database != "" {
		err = d.settle()
	}
	return took, err
}

// settle does at once what PostgreSQL does by itself within minutes of a load.
func (d *directory) settle() error {
	conn, err := pgx.Connect(d.b.ctx, d.database)
	if err != nil {
		return err
	}
	for _, text := range []string{"VACUUM (ANALYZE)", "CHECKPOINT"} {
		if _, err = conn.Exec(d.b.ctx, text); err != nil {
			break
		}
	}
	return errors.Join(err, conn.Close(d.b.ctx))
}

// command runs one of the program's commands to its end.
func (d *directory) command(args ...string) error {
	c := d.program(args...)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	return c.Run()
}

func (d *directory) program(args ...string) *exec.Cmd {
	args = append(args, "--data", d.data)
	if d.database != "" {
		args = append(args, "--database", d.database)
	}
	c := exec.CommandContext(d.b.ctx, d.binary, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return c
}

// start starts the server and waits until it is ready.
func (d *directory) start() error {
	d.cmd = d.program("serve", "--http", "127.0.0.1:0", "--sip-tls", "127.0.0.1:0", "--sip-tcp", "off",
		"--sip-udp", "127.0.0.1:0", "--log-level", "warn")
	d.cmd.Stderr = os.Stderr
	if err := d.cmd.Start(); err != nil {
		return err
	}
	file := filepath.Join(d.data, "run", "ready.json")
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if text, err := os.ReadFile(file); err == nil {
			if err := json.Unmarshal(text, &d.ready); err != nil {
				return err
			}
			break
		}
		if time.Since(began) > 2*time.Minute {
			return errors.New("the server is not ready after two minutes")
		}
	}
	return d.signIn()
}

// signIn makes an owner and a token for it.
func (d *directory) signIn() error {
	owner := d.program("owner", "create", "--username", "bench-owner", "--password-stdin")
	owner.Stdin = strings.NewReader(password + "\n")
	// A directory that is kept has one.
	if out, err := owner.CombinedOutput(); err != nil && !strings.Contains(string(out), "There is an owner already") {
		return fmt.Errorf("%w: %s", err, out)
	}
	token, err := d.program("token", "create", "--username", "bench-owner").Output()
	if err != nil {
		return err
	}
	authority, err := os.ReadFile(filepath.Join(d.data, "ca.pem"))
	if err != nil {
		return err
	}
	if d.api, err = client.Remote(d.ready.HTTP, strings.TrimSpace(string(token)), authority); err != nil {
		return err
	}
	lowest, err := d.someone("limit=1&sort=number&enabled=true")
	if err == nil {
		d.first, err = strconv.Atoi(lowest.Number)
	}
	return err
}

// person is what is needed of a user.
type person struct {
	ID      int64
	GroupID int64
	Number  string
}

// someone is the first user of a list.
func (d *directory) someone(query string) (person, error) {
	var list struct{ Items []person }
	raw, err := d.api.Call(d.b.ctx, http.MethodGet, "/users?"+query, nil)
	if err == nil {
		err = json.Unmarshal(raw, &list)
	}
	if err == nil && len(list.Items) == 0 {
		err = errors.New("no user")
	}
	if err != nil {
		return person{}, err
	}
	return list.Items[0], nil
}

func (d *directory) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	_ = d.cmd.Wait()                          // ended by a signal
}

// operation is one request, made many times with other values.
type operation struct {
	name string
	do   func(i int) error
}

func (d *directory) operations() []operation {
	get := func(path func(i int) string) func(int) error {
		return func(i int) error {
			_, err := d.api.Call(d.b.ctx, http.MethodGet, path(i), nil)
			return err
		}
	}
	names := []string{"müller", "rossi", "anna", "шев", "kowal", "obrien"}
	return []operation{
		{"users, first page", get(func(int) string { return "/users?limit=50&sort=lastName" })},
		{"users, a late page", get(func(i int) string {
			return fmt.Sprintf("/users?limit=50&sort=lastName&page=%d", max(d.users/50-1-i%100, 1))
		})},
		{"users, by number, backwards", get(func(int) string { return "/users?limit=50&sort=-number" })},
		{"users of a group", get(func(i int) string { return fmt.Sprintf("/users?limit=50&group=%d", i%10+1) })},
		{"users, disabled", get(func(int) string { return "/users?limit=50&enabled=false" })},
		{"users, online", get(func(int) string { return "/users?limit=50&online=true" })},
		{"search, a name", get(func(i int) string { return "/users?limit=50&q=" + names[i%len(names)] })},
		{"search, a number", get(func(i int) string { return fmt.Sprintf("/users?limit=50&q=%d", d.first+i*991%d.users) })},
		{"search, two letters", get(func(i int) string { return "/users?limit=50&q=" + []string{"an", "ro", "mü"}[i%3] })},
		{"search, nobody", get(func(i int) string { return fmt.Sprintf("/users?limit=50&q=nobody%d", i) })},
		{"the numbering plan", get(func(int) string { return "/numbers?limit=50" })},
		{"who holds a number", get(func(i int) string { return fmt.Sprintf("/numbers?value=%d", d.first+i*991%d.users) })},
		{"extension pools", get(func(int) string { return "/extension-pools" })},
		{"next free number, kept for a form", func(i int) error {
			_, err := d.api.Call(d.b.ctx, http.MethodPost, "/extension-pools/holds", map[string]any{"groupId": i%10 + 1})
			return err
		}},
		{"one edit", func(i int) error {
			_, err := d.api.Call(d.b.ctx, http.MethodPatch, fmt.Sprintf("/users/%d", 100+i*37%(d.users/2)),
				map[string]any{"jobTitle": fmt.Sprintf("Title %d", i)})
			return err
		}},
	}
}

// How often each operation is asked for before it is timed, and then.
const (
	warm     = 100
	requests = 300
)

// measure times an operation and tells what it cost the server and its database: CPU, and garbage in the server.
func (d *directory) measure(name string, o operation) (string, error) {
	for i := range warm { // the first ones read what is cold
		if err := o.do(i); err != nil {
			return "", err
		}
	}
	garbage, err := d.allocated()
	if err != nil {
		return "", err
	}
	server, database, times := cpuSeconds(d.cmd.Process.Pid), d.databaseSeconds(), make([]time.Duration, 0, requests)
	for i := range requests {
		began := time.Now()
		if err := o.do(warm + i); err != nil {
			return "", err
		}
		times = append(times, time.Since(began))
	}
	server, database = cpuSeconds(d.cmd.Process.Pid)-server, d.databaseSeconds()-database
	cpu := fmt.Sprintf("%.1f", server*1000/requests)
	if d.database != "" {
		cpu += fmt.Sprintf(" + %.1f", database*1000/requests)
	}
	after, err := d.allocated()
	slices.Sort(times)
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %.0f |", name, o.name, millis(times[requests/2]),
		millis(times[requests*99/100]), cpu, (after-garbage)/requests/1024), err
}

// databaseSeconds is the CPU time of a database of its own, 0 for one inside the server.
func (d *directory) databaseSeconds() float64 {
	if d.database == "" {
		return 0
	}
	return cpuSeconds(d.b.cluster.PID())
}

func millis(t time.Duration) string { return fmt.Sprintf("%.1f", float64(t.Microseconds())/1000) }

// allocated is how many bytes the server has allocated since it started.
func (d *directory) allocated() (float64, error) {
	if d.http == nil {
		d.http = &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		}}
	}
	rq, err := http.NewRequestWithContext(d.b.ctx, http.MethodGet, d.ready.HTTP+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	rs, err := d.http.Do(rq)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rs.Body.Close() }() // all of it was read
	s := bufio.NewScanner(rs.Body)
	for s.Scan() {
		if value, ok := strings.CutPrefix(s.Text(), "go_memstats_alloc_bytes_total "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, errors.Join(s.Err(), errors.New("no such metric"))
}

// settingTakesEffect lets and forbids a group's phones to go unencrypted, and waits until a REGISTER over UDP is answered
// accordingly: 200 or 403.
func (d *directory) settingTakesEffect() ([]time.Duration, error) {
	user, err := d.someone("limit=1&kind=person&enabled=true")
	if err != nil {
		return nil, err
	}
	secret := map[string]any{"sipPassword": password, "security": ""}
	if _, err := d.api.Call(d.b.ctx, http.MethodPatch, fmt.Sprintf("/users/%d", user.ID), secret); err != nil {
		return nil, err
	}
	p, err := d.handset(user.Number)
	if err != nil {
		return nil, err
	}
	defer func() { _ = p.conn.Close() }() // nothing is waiting
	path := fmt.Sprintf("/settings/call.security?level=group&owner=%d", user.GroupID)
	var took []time.Duration
	for i := range 20 {
		value, want := "any", "200"
		if i%2 == 1 {
			value, want = "secure", "403"
		}
		began := time.Now()
		if _, err := d.api.Call(d.b.ctx, http.MethodPut, path, map[string]any{"value": value}); err != nil {
			return nil, err
		}
		if err := p.until(d.b.ctx, want); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took, nil
}

// handset registers over UDP, in the clear.
type handset struct {
	conn                net.Conn
	name, domain, realm string
	sent                int
	authorization       string // of the last challenge
}

func (d *directory) handset(name string) (*handset, error) {
	var o struct{ SIPDomain, Realm string }
	raw, err := d.api.Call(d.b.ctx, http.MethodGet, "/organization", nil)
	if err == nil {
		err = json.Unmarshal(raw, &o)
	}
	if err != nil {
		return nil, err
	}
	conn, err := new(net.Dialer).DialContext(d.b.ctx, "udp", d.ready.SIPUDP)
	return &handset{conn: conn, name: name, domain: o.SIPDomain, realm: o.Realm}, err
}

// until registers until it is answered with the status.
func (p *handset) until(ctx context.Context, status string) error {
	last := ""
	for n := 0; n < 1000 && ctx.Err() == nil; n++ {
		line, nonce, err := p.register()
		if err != nil {
			return err
		}
		switch last = line; {
		case strings.HasPrefix(line, "SIP/2.0 "+status):
			return nil
		case strings.HasPrefix(line, "SIP/2.0 401"):
			uri := "sip:" + p.domain
			response := md5hex(md5hex(p.name, p.realm, password), nonce, "00000001", "abcdef01", "auth", md5hex("REGISTER", uri))
			p.authorization = fmt.Sprintf(`Authorization: Digest username="%s",realm="%s",nonce="%s",uri="%s",qop=auth,`+
				`nc=00000001,cnonce="abcdef01",response="%s",algorithm=MD5`+"\r\n", p.name, p.realm, nonce, uri, response)
		default: // not yet
			p.authorization = ""
			time.Sleep(time.Millisecond)
		}
	}
	return fmt.Errorf("want %s, the last answer is %s", status, last)
}

// register sends one request and gives the answer's first line and the nonce of a challenge.
func (p *handset) register() (line, nonce string, err error) {
	p.sent++
	id := fmt.Sprintf("%x-%d", time.Now().UnixNano(), p.sent)
	_, err = fmt.Fprintf(p.conn, "REGISTER sip:%[4]s SIP/2.0\r\nVia: SIP/2.0/UDP %[3]s;branch=z9hG4bK%[1]s;rport\r\n"+
		"Max-Forwards: 70\r\nFrom: <sip:%[2]s@%[4]s>;tag=%[1]s\r\nTo: <sip:%[2]s@%[4]s>\r\nCall-ID: %[1]s\r\n"+
		"CSeq: %[5]d REGISTER\r\nContact: <sip:%[2]s@%[3]s>\r\nExpires: 60\r\n%[6]sContent-Length: 0\r\n\r\n",
		id, p.name, p.conn.LocalAddr(), p.domain, p.sent, p.authorization)
	if err == nil {
		err = p.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	}
	if err != nil {
		return "", "", err
	}
	answer := make([]byte, 65536)
	size, err := p.conn.Read(answer)
	if err != nil {
		return "", "", fmt.Errorf("no answer to REGISTER: %w", err)
	}
	text := string(answer[:size])
	line, _, _ = strings.Cut(text, "\r\n")
	_, rest, _ := strings.Cut(text, `nonce="`)
	nonce, _, _ = strings.Cut(rest, `"`)
	return line, nonce, nil
}
