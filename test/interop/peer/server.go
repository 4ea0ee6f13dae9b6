package peer

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// ServerConfig is how the server under test is started.
type ServerConfig struct {
	Domain    string   // --domain
	Database  string   // --database; empty: SQLite in the data directory
	Namespace string   // network namespace
	Address   string   // to listen on; 127.0.0.1 if empty
	Flags     []string // more of them
}

// Server is a running Ringfence, with a token to speak to its API.
type Server struct {
	*Process
	Data  string
	Ready Ready
	cfg   ServerConfig
	token string
	http  *http.Client
}

// Ready is DATA/run/ready.json.
type Ready struct {
	PID    int    `json:"pid"`
	HTTP   string `json:"http"`
	SIPTLS string `json:"sipTLS"`
	SIPTCP string `json:"sipTCP"`
	SIPUDP string `json:"sipUDP"`
}

// OwnerPassword is that of the owner that StartServer makes.
const OwnerPassword = "violet harbour 42 lanterns"

var program = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("RINGFENCE_BINARY"); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "ringfence-interop-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "ringfence")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/ringfence")
	cmd.Dir = Root()
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return path, nil
})

// Binary is the server's program: RINGFENCE_BINARY, or one that is built once.
func Binary(tb testing.TB) string {
	tb.Helper()
	path, err := program()
	must(tb, err)
	return path
}

// StartServer starts a server in an empty data directory, makes its owner and a token.
func StartServer(tb testing.TB, cfg ServerConfig) *Server {
	tb.Helper()
	if cfg.Address == "" {
		cfg.Address = "127.0.0.1"
	}
	s := &Server{Data: tb.TempDir(), cfg: cfg}
	s.Start(tb)
	s.CLI(tb, OwnerPassword+"\n", "owner", "create", "--username", "owner", "--password-stdin")
	s.token = strings.TrimSpace(s.CLI(tb, "", "token", "create", "--username", "owner"))
	if i := strings.LastIndexAny(s.token, " \n"); i >= 0 {
		s.token = s.token[i+1:]
	}
	return s
}

// StartNew starts a server in an empty data directory without an owner, and returns the set-up link it prints.
func (s *Server) StartNew(tb testing.TB, cfg ServerConfig) string {
	tb.Helper()
	cfg.Address = "127.0.0.1"
	s.cfg, s.Data = cfg, tb.TempDir()
	s.Start(tb)
	ctx, cancel := context.WithTimeout(tb.Context(), 10*time.Second)
	defer cancel()
	m, err := s.Out.Await(ctx, regexp.MustCompile(`https://\S+/setup#\S+`))
	must(tb, err)
	return m[0]
}

// Start starts the process (again) on the same data directory, on the addresses it had before, and waits until it is
// ready.
func (s *Server) Start(tb testing.TB) {
	tb.Helper()
	addr := func(old string) string {
		if old != "" {
			return old
		}
		return net.JoinHostPort(s.cfg.Address, "0")
	}
	web := strings.TrimPrefix(s.Ready.HTTP, "https://")
	rtp := FreePorts(tb, 400)
	args := []string{
		"serve", "--data", s.Data, "--http", addr(web), "--sip-tls", addr(s.Ready.SIPTLS), "--sip-tcp",
		addr(s.Ready.SIPTCP), "--sip-udp", addr(s.Ready.SIPUDP), "--rtp-ports", fmt.Sprintf("%d-%d", rtp, rtp+399),
		"--log-level", "debug",
	}
	if s.cfg.Domain != "" {
		args = append(args, "--domain", s.cfg.Domain)
	}
	if s.cfg.Database != "" {
		args = append(args, "--database", s.cfg.Database)
	}
	args = append(args, s.cfg.Flags...)
	_ = os.Remove(s.readyFile()) // left over after a kill -9
	s.Process = Start(tb, "server", s.cfg.Namespace, s.Data, nil, Binary(tb), args...)
	s.await(tb)
}

func (s *Server) readyFile() string { return filepath.Join(s.Data, "run", "ready.json") }

func (s *Server) await(tb testing.TB) {
	tb.Helper()
	Eventually(tb, 30*time.Second, "the server is ready", func() bool {
		select {
		case <-s.Exited():
			tb.Fatalf("the server ended: %v\n%s", s.err, s.Out.String())
		default:
		}
		text, err := os.ReadFile(s.readyFile())
		return err == nil && json.Unmarshal(text, &s.Ready) == nil && s.Ready.PID != 0
	})
	pem, err := os.ReadFile(s.CAFile())
	must(tb, err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	s.http = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool},
		DialContext: func(_ context.Context, _, addr string) (net.Conn, error) {
			return DialIn(s.cfg.Namespace, addr)
		},
	}}
}

// CAFile is the certificate authority that phones must trust.
func (s *Server) CAFile() string { return filepath.Join(s.Data, "ca.pem") }

// Token is an API token of the owner.
func (s *Server) Token() string { return s.token }

// CLI runs one of the server's own commands and returns what it prints.
func (s *Server) CLI(tb testing.TB, stdin string, args ...string) string {
	tb.Helper()
	cmd := exec.Command(Binary(tb), append(args, "--data", s.Data)...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("ringfence %v: %v\n%s", args, err, stderr.String())
	}
	return string(out)
}

// Terminate drains the server by SIGTERM and wants exit code 0.
func (s *Server) Terminate(tb testing.TB) {
	tb.Helper()
	must(tb, s.Signal(syscall.SIGTERM))
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	if err := s.Wait(ctx); err != nil {
		tb.Fatalf("the server did not end well: %v", err)
	}
}

// Port returns the port of an address.
func Port(tb testing.TB, addr string) int {
	tb.Helper()
	_, p, err := net.SplitHostPort(addr)
	must(tb, err)
	n, err := strconv.Atoi(p)
	must(tb, err)
	return n
}

// Call sends a JSON request and decodes the answer into out (may be nil). It returns the status.
func (s *Server) Call(tb testing.TB, method, path string, in, out any) int {
	tb.Helper()
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		must(tb, err)
		body = bytes.NewReader(raw)
	}
	rq, err := http.NewRequestWithContext(tb.Context(), method, s.Ready.HTTP+"/api/v1"+path, body)
	must(tb, err)
	rq.Header.Set("Authorization", "Bearer "+s.token)
	if in != nil {
		rq.Header.Set("Content-Type", "application/json")
	}
	rs, err := s.http.Do(rq)
	must(tb, err)
	defer rs.Body.Close()
	raw, err := io.ReadAll(rs.Body)
	must(tb, err)
	if out != nil && len(raw) > 0 {
		if err := json.Unmarshal(raw, out); err != nil {
			tb.Fatalf("%s %s: %d %v\n%s", method, path, rs.StatusCode, err, raw)
		}
	}
	if rs.StatusCode >= 500 {
		tb.Errorf("%s %s: %d\n%s", method, path, rs.StatusCode, raw)
	}
	return rs.StatusCode
}

// Must is Call that wants a 2xx status.
func (s *Server) Must(tb testing.TB, method, path string, in, out any) {
	tb.Helper()
	var raw json.RawMessage
	if code := s.Call(tb, method, path, in, &raw); code/100 != 2 {
		tb.Fatalf("%s %s: %d %s", method, path, code, raw)
	}
	if out != nil && len(raw) > 0 {
		must(tb, json.Unmarshal(raw, out))
	}
}

// Account is a user with what its phone needs.
type Account struct {
	ID          int64  `json:"id"`
	Number      string `json:"number"`
	Username    string `json:"username"`
	DisplayName string `json:"displayName"`
	SIPUsername string `json:"sipUsername"`
	Secrets     struct {
		PortalPassword string `json:"portalPassword"`
		VoicemailPIN   string `json:"voicemailPin"`
		SIPPassword    string `json:"sipPassword"`
	} `json:"secrets"`
	Domain string `json:"-"`
}

// NewGroup makes a group.
func (s *Server) NewGroup(tb testing.TB, name string) int64 {
	tb.Helper()
	var g struct {
		ID int64 `json:"id"`
	}
	s.Must(tb, "POST", "/groups", map[string]any{"name": name}, &g)
	return g.ID
}

// NewUser makes a user with nothing but a name, in a group; more sets further fields.
func (s *Server) NewUser(tb testing.TB, group int64, first, last string, more map[string]any) Account {
	tb.Helper()
	in := map[string]any{"firstName": first, "lastName": last, "groupId": group}
	for k, v := range more {
		in[k] = v
	}
	var a Account
	s.Must(tb, "POST", "/users", in, &a)
	var org struct {
		SIPDomain string `json:"sipDomain"`
	}
	s.Must(tb, "GET", "/organization", nil, &org)
	a.Domain = org.SIPDomain
	return a
}

// Record is a call record as the API tells it.
type Record struct {
	ID         int64      `json:"id"`
	StartedAt  time.Time  `json:"startedAt"`
	AnsweredAt *time.Time `json:"answeredAt"`
	AnsweredBy string     `json:"answeredBy"`
	EndedAt    *time.Time `json:"endedAt"`
	EndReason  string     `json:"endReason"`
	SIPStatus  int        `json:"sipStatus"`
	Open       bool       `json:"open"`
	Dialled    string     `json:"dialled"`
	Caller     Party      `json:"caller"`
	Callee     Party      `json:"callee"`
	Security   struct {
		Caller string `json:"caller"`
		Callee string `json:"callee"`
		Mode   string `json:"mode"`
	} `json:"security"`
}

// Party is one side of a record.
type Party struct {
	UserID int64  `json:"userId"`
	Number string `json:"number"`
	Name   string `json:"name"`
}

// Records returns the newest call records.
func (s *Server) Records(tb testing.TB) []Record {
	tb.Helper()
	var list struct {
		Items []Record `json:"items"`
	}
	s.Must(tb, "GET", "/call-records?limit=200", nil, &list)
	return list.Items
}

// AwaitRecords waits until there are n closed records, and returns all.
func (s *Server) AwaitRecords(tb testing.TB, n int) []Record {
	tb.Helper()
	var list []Record
	Eventually(tb, 20*time.Second, fmt.Sprintf("%d closed call records", n), func() bool {
		list = s.Records(tb)
		closed := 0
		for _, r := range list {
			if !r.Open {
				closed++
			}
		}
		return closed >= n
	})
	return list
}

// Online waits until the user has n live registrations.
func (s *Server) Online(tb testing.TB, user int64, n int) {
	tb.Helper()
	Eventually(tb, 20*time.Second, fmt.Sprintf("user %d has %d registrations", user, n), func() bool {
		var list struct {
			Items []struct {
				UserID int64  `json:"userId"`
				State  string `json:"state"`
			} `json:"items"`
		}
		s.Must(tb, "GET", fmt.Sprintf("/registrations?user=%d", user), nil, &list)
		live := 0
		for _, r := range list.Items {
			if r.UserID == user && r.State == "live" {
				live++
			}
		}
		return live >= n
	})
}

// Login signs in to the page from a loopback address and returns the status.
func (s *Server) Login(tb testing.TB, login, password string, from [4]byte) int {
	tb.Helper()
	raw, err := json.Marshal(map[string]string{"login": login, "password": password})
	must(tb, err)
	transport := s.http.Transport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: from[:]}}).DialContext
	defer transport.CloseIdleConnections()
	rq, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, s.Ready.HTTP+"/api/v1/session", bytes.NewReader(raw))
	must(tb, err)
	rq.Header.Set("Content-Type", "application/json")
	rq.Header.Set("Origin", s.Ready.HTTP)
	rs, err := transport.RoundTrip(rq)
	must(tb, err)
	rs.Body.Close()
	return rs.StatusCode
}

// Database is the URL of the server's PostgreSQL database; empty for SQLite.
func (s *Server) Database() string { return s.cfg.Database }
