package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"ringfence/internal/config"
	"ringfence/internal/edge/store"
)

const ownerPassword = "violet harbour 42 lanterns"

// running is a whole server on free ports, in an own data directory.
type running struct {
	t     *testing.T
	cfg   config.Config
	ready Ready
	link  string // the set-up token
	log   *syncBuffer
	end   context.CancelFunc
	done  chan error
}

// syncBuffer is a buffer that a test may read while the server writes. It tells when the server has greeted.
type syncBuffer struct {
	mu      sync.Mutex
	b       bytes.Buffer
	greeted chan struct{}
	once    sync.Once
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.b.Write(p)
	if bytes.Contains(s.b.Bytes(), []byte("Next: ")) && s.greeted != nil {
		s.once.Do(func() { close(s.greeted) })
	}
	return n, err
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func testConfig(t *testing.T, flags map[string]string) config.Config {
	t.Helper()
	from := freePorts(t, 40)
	all := map[string]string{
		"http": "127.0.0.1:0", "sip-tls": "127.0.0.1:0", "sip-tcp": "127.0.0.1:0", "sip-udp": "127.0.0.1:0",
		"rtp-ports": fmt.Sprintf("%d-%d", from, from+39), "log-level": "debug",
	}
	for k, v := range flags {
		all[k] = v
	}
	if all["data"] == "" {
		all["data"] = withTables(t)
	}
	cfg, err := config.Load(config.Sources{Flags: all})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

var tablesIn string // where the files of tables are

// tables are SQLite files that were migrated once, to be copied: migrations take long with the race detector.
var tables = sync.OnceValue(func() fs.FS {
	dir, err := os.MkdirTemp("", "ringfence-app")
	if err != nil {
		panic(err)
	}
	tablesIn = dir
	s, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		panic(err)
	}
	return os.DirFS(dir)
})

// withTables is a data directory as a start leaves it that ended once the database had its tables.
func withTables(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, tables()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// freePorts finds n UDP ports in a row that nobody has now.
func freePorts(t *testing.T, n int) int {
	t.Helper()
	for range 100 {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		from := c.LocalAddr().(*net.UDPAddr).Port
		held := []net.PacketConn{c}
		for p := from + 1; p < from+n && p < 65536; p++ {
			more, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", p))
			if err != nil {
				break
			}
			held = append(held, more)
		}
		for _, h := range held {
			_ = h.Close()
		}
		if len(held) == n {
			return from
		}
	}
	t.Fatal("no free ports in a row")
	return 0
}

func start(t *testing.T, cfg config.Config) *running {
	t.Helper()
	return startWith(t, cfg, Serve)
}

// startWith runs a server by another function than Serve.
func startWith(t *testing.T, cfg config.Config, serve func(context.Context, config.Config, Surroundings) error) *running {
	t.Helper()
	ctx, end := context.WithCancel(context.Background())
	r := &running{t: t, cfg: cfg, log: &syncBuffer{}, end: end, done: make(chan error, 1)}
	out := &syncBuffer{greeted: make(chan struct{})}
	go func() { r.done <- serve(ctx, cfg, Surroundings{Out: out, Err: r.log}) }()
	select {
	case <-out.greeted:
	case err := <-r.done:
		t.Fatalf("the server ended: %v\n%s", err, r.log)
	case <-time.After(30 * time.Second):
		t.Fatalf("the server did not become ready\n%s", r.log)
	}
	t.Cleanup(r.stop)
	var err error
	if r.ready, err = (dataDir{cfg.Data}).ready(); err != nil {
		t.Fatal(err)
	}
	if _, token, ok := strings.Cut(out.String(), "#token="); ok {
		r.link = strings.Fields(token)[0]
	}
	return r
}

// stop drains the server; it must end without an error.
func (r *running) stop() {
	r.end()
	select {
	case err := <-r.done:
		r.done <- nil
		if err != nil {
			r.t.Errorf("the server did not end well: %v", err)
		}
	case <-time.After(30 * time.Second):
		r.t.Error("the server does not end")
	}
}

// browser is a client that keeps cookies and trusts the server's authority only.
type browser struct {
	*running
	http  *http.Client
	token string
}

func (r *running) browser() *browser {
	r.t.Helper()
	pem, err := os.ReadFile((dataDir{r.cfg.Data}).caCert())
	if err != nil {
		r.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	r.t.Cleanup(transport.CloseIdleConnections)
	return &browser{running: r, http: &http.Client{Jar: jar, Transport: transport, Timeout: 20 * time.Second}}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	raw    string
}

// do sends JSON. Further arguments are header names and values.
func (b *browser) do(method, path string, in any, header ...string) answer {
	b.t.Helper()
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			b.t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	if !strings.HasPrefix(path, "/healthz") && !strings.HasPrefix(path, "/readyz") && path != "/metrics" && path != "/ca.pem" {
		path = "/api/v1" + path
	}
	rq, err := http.NewRequestWithContext(b.t.Context(), method, b.ready.HTTP+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if in != nil {
		rq.Header.Set("Content-Type", "application/json")
	}
	if b.token != "" {
		rq.Header.Set("Authorization", "Bearer "+b.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		rq.Header.Set(header[i], header[i+1])
	}
	return b.carry(rq)
}

// carry sends a request and reads its answer.
func (b *browser) carry(rq *http.Request) answer {
	b.t.Helper()
	rs, err := b.http.Do(rq)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rs.Body.Close()
	raw, err := io.ReadAll(rs.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{status: rs.StatusCode, header: rs.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body) // not every answer is an object
	if rs.StatusCode >= 500 {
		b.t.Errorf("%s %s: %d %s\n%s", rq.Method, rq.URL.Path, rs.StatusCode, raw, b.log)
	}
	return a
}

// want is do that insists on a status.
func (b *browser) want(status int, method, path string, in any, header ...string) answer {
	b.t.Helper()
	a := b.do(method, path, in, header...)
	if a.status != status {
		b.t.Fatalf("%s %s: %d, want %d: %s", method, path, a.status, status, a.raw)
	}
	return a
}

func (a answer) num(name string) int64 {
	n, _ := a.body[name].(float64)
	return int64(n)
}

func (a answer) str(name string) string {
	s, _ := a.body[name].(string)
	return s
}

type object = map[string]any

// owner sets the server up by its link and gives the browser that is signed in.
func (r *running) owner() *browser {
	r.t.Helper()
	b := r.browser()
	b.want(http.StatusCreated, "POST", "/setup", object{
		"token": r.link, "firstName": "Olga", "lastName": "Owner", "username": "olga", "password": ownerPassword,
		"organizationName": "Acme", "country": "DE", "language": "de", "timeZone": "Europe/Berlin",
	})
	return b
}
