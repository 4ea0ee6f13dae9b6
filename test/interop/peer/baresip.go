package peer

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// BaresipConfig is one baresip with one account.
type BaresipConfig struct {
	User, Password, Domain string
	Outbound               string // "sip:127.0.0.1:5061;transport=tls"
	Transport              string // tls, tcp, udp
	MediaEnc               string // srtp-mand, srtp-mandf, "" for plain
	Codecs                 string // "opus/48000/2,pcma"
	Hz                     int    // the tone it sends
	CAFile                 string
	DNS                    string // a server from ServeDNS, empty: none
	Manual                 bool   // calls are answered by Answer, not at once
	Expires                int    // seconds; 120 if zero
	KeepsFlow              bool   // RFC 5626: notices a lost connection and registers anew
	MWI                    bool   // RFC 3842: asks what waits, once it has registered, and prints it
	Namespace              string // network namespace, with Address inside it
	Address                string // 127.0.0.1 if empty
}

// Baresip is a running baresip, steered over its control port.
type Baresip struct {
	*Process
	cfg  BaresipConfig
	dir  string
	conn net.Conn

	mu      sync.Mutex
	events  []BaresipEvent
	changed chan struct{}
}

// BaresipEvent is what baresip says happened.
type BaresipEvent struct {
	Event     bool   `json:"event"`
	Type      string `json:"type"`
	Class     string `json:"class"`
	PeerURI   string `json:"peeruri"`
	Direction string `json:"direction"`
	Param     string `json:"param"`
	Response  bool   `json:"response"`
	OK        bool   `json:"ok"`
	Data      string `json:"data"`
}

const baresipConfig = `poll_method epoll
sip_listen %[1]s:%[2]d
sip_cafile %[3]s
call_local_timeout 60
call_max_calls 4
audio_path /usr/share/baresip
audio_source aufile,%[4]s
audio_player aubridge,nil
audio_alert aubridge,alert
ausrc_srate 48000
auplay_srate 48000
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
rtp_ports %[5]d-%[6]d
rtcp_mux no
jitter_buffer_delay 5-10
rtp_stats yes
net_interface %[1]s
%[7]s
module_path /usr/lib/baresip/modules
module stdio.so
module opus.so
module g722.so
module g711.so
module sndfile.so
module aufile.so
module aubridge.so
module srtp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app debug_cmd.so
module_app ctrl_tcp.so
%[10]s
ctrl_tcp_listen %[1]s:%[8]d
snd_path %[9]s
ringback_disabled yes
`

// StartBaresip runs baresip and waits until its control port answers. It does not wait for the registration.
func StartBaresip(tb testing.TB, cfg BaresipConfig) *Baresip {
	tb.Helper()
	if cfg.Address == "" {
		cfg.Address = "127.0.0.1"
	}
	if cfg.Expires == 0 {
		cfg.Expires = 120
	}
	b := &Baresip{cfg: cfg, dir: tb.TempDir()}
	port := FreePorts(tb, 16)
	ctrl := port + 3
	rec := filepath.Join(b.dir, "rec")
	must(tb, os.Mkdir(rec, 0o755))
	channels := 1
	if strings.HasPrefix(cfg.Codecs, "opus") { // its file source mixes neither up nor down
		channels = 2
	}
	tone := WriteTone(tb, filepath.Join(b.dir, "tone.wav"), 48000, channels, cfg.Hz, 100*time.Second)
	dns := ""
	if cfg.DNS != "" {
		dns = "dns_server " + cfg.DNS
	}
	mwi := ""
	if cfg.MWI {
		mwi = "module_app mwi.so"
	}
	text := fmt.Sprintf(baresipConfig, cfg.Address, port, cfg.CAFile, tone, port+4, port+14, dns, ctrl, rec, mwi)
	must(tb, os.WriteFile(filepath.Join(b.dir, "config"), []byte(text), 0o600))
	must(tb, os.WriteFile(filepath.Join(b.dir, "accounts"), []byte(b.account()), 0o600))
	must(tb, os.WriteFile(filepath.Join(b.dir, "uuid"), []byte(UUID()), 0o600))
	must(tb, os.WriteFile(filepath.Join(b.dir, "contacts"), nil, 0o600))
	b.Process = Start(tb, "baresip-"+cfg.User, cfg.Namespace, b.dir, nil, "baresip", "-4", "-f", b.dir, "-s")
	b.connect(tb, fmt.Sprintf("%s:%d", cfg.Address, ctrl))
	return b
}

func (b *Baresip) account() string {
	c := b.cfg
	mode := "auto"
	if c.Manual {
		mode = "manual"
	}
	mwi := "no"
	if c.MWI {
		mwi = "yes"
	}
	line := fmt.Sprintf(`"%s" <sip:%s@%s;transport=%s>;auth_user=%s;auth_pass=%s;outbound="%s";answermode=%s;`+
		`audio_codecs=%s;regint=%d;mwi=%s`, c.User, c.User, c.Domain, c.Transport, c.User, c.Password, c.Outbound, mode,
		c.Codecs, c.Expires, mwi)
	if c.MediaEnc != "" {
		line += ";mediaenc=" + c.MediaEnc
	}
	if c.KeepsFlow {
		line += ";sipnat=outbound"
	}
	return line + "\n"
}

func (b *Baresip) connect(tb testing.TB, addr string) {
	tb.Helper()
	Eventually(tb, 10*time.Second, "baresip's control port", func() bool {
		c, err := DialIn(b.cfg.Namespace, addr)
		b.conn = c
		return err == nil
	})
	tb.Cleanup(func() { b.conn.Close() })
	go b.read(bufio.NewReader(b.conn))
}

// read takes netstrings of JSON from the control connection.
func (b *Baresip) read(r *bufio.Reader) {
	for {
		head, err := r.ReadString(':')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSuffix(head, ":"))
		if err != nil || n > 1<<20 {
			return
		}
		body := make([]byte, n+1)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		var e BaresipEvent
		if json.Unmarshal(body[:n], &e) != nil {
			continue
		}
		b.mu.Lock()
		b.events = append(b.events, e)
		if b.changed != nil {
			close(b.changed)
			b.changed = nil
		}
		b.mu.Unlock()
	}
}

// Command sends one of baresip's commands: "dial", "hangup", "accept", "hold", "resume", "reginfo"...
func (b *Baresip) Command(tb testing.TB, command, params string) {
	tb.Helper()
	m, err := json.Marshal(map[string]string{"command": command, "params": params, "token": command})
	must(tb, err)
	if _, err := fmt.Fprintf(b.conn, "%d:%s,", len(m), m); err != nil {
		tb.Fatalf("%s: %v", b.Name, err)
	}
}

// Mark returns the number of events so far, for AwaitAfter.
func (b *Baresip) Mark() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.events)
}

// Await waits for the first event of one of the types since the start.
func (b *Baresip) Await(tb testing.TB, d time.Duration, types ...string) BaresipEvent {
	tb.Helper()
	return b.AwaitAfter(tb, 0, d, types...)
}

// AwaitAfter waits for the first event of one of the types after the mark.
func (b *Baresip) AwaitAfter(tb testing.TB, mark int, d time.Duration, types ...string) BaresipEvent {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), d)
	defer cancel()
	for {
		b.mu.Lock()
		for _, e := range b.events[mark:] {
			for _, t := range types {
				if e.Type == t {
					b.mu.Unlock()
					return e
				}
			}
		}
		if b.changed == nil {
			b.changed = make(chan struct{})
		}
		ch, seen := b.changed, b.events[mark:]
		b.mu.Unlock()
		select {
		case <-ch:
		case <-ctx.Done():
			tb.Fatalf("%s: no %v within %v; events: %+v", b.Name, types, d, seen)
		}
	}
}

// Registered waits for the first registration, which may be over before the control port is connected.
func (b *Baresip) Registered(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 15*time.Second)
	defer cancel()
	if _, err := b.Out.Await(ctx, regexp.MustCompile(`registered successfully`)); err != nil {
		tb.Fatalf("%s did not register: %v", b.Name, err)
	}
}

// Waiting waits until baresip has printed that so many messages wait for it.
func (b *Baresip) Waiting(tb testing.TB, fresh, old int) {
	tb.Helper()
	status := "no"
	if fresh > 0 {
		status = "yes"
	}
	ctx, cancel := context.WithTimeout(tb.Context(), 15*time.Second)
	defer cancel()
	re := fmt.Sprintf(`MWI for \S+ -+\s+Messages-Waiting: %s\s+Message-Account: \S+\s+Voice-Message: %d/%d \(0/0\)`, status, fresh, old)
	if _, err := b.Out.Await(ctx, regexp.MustCompile(re)); err != nil {
		tb.Fatalf("%s was not told of %d new and %d old messages: %v", b.Name, fresh, old, err)
	}
}

// Heard returns the recording of what was heard, complete only after the call ended.
func (b *Baresip) Heard(tb testing.TB) Sound {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(b.dir, "rec", "*dec.wav"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("%s recorded nothing (%v)", b.Name, err)
	}
	return ReadSound(tb, files[len(files)-1])
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
