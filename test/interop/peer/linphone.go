package peer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// LinphoneConfig is one linphonec with one account over TLS.
type LinphoneConfig struct {
	User, Password, Domain, Realm string
	Proxy                         string // "127.0.0.1:5061"
	Encryption                    string // srtp, zrtp
	Hz                            int
	CAFile                        string
	Manual                        bool
	CheckName                     bool   // whether the certificate's name is checked
	Host                          string // a name that this phone alone resolves to 127.0.0.1
}

// Linphone is a running linphonec, steered over its standard input.
type Linphone struct {
	*Process
	dir  string
	tone string
	rec  string
	log  string
}

const linphoneConfig = `[sip]
sip_port=-1
sip_tcp_port=-1
sip_tls_port=-1
default_proxy=0
media_encryption=%[1]s
media_encryption_mandatory=1
verify_server_certs=1
verify_server_cn=%[2]d
guess_hostname=0
contact=sip:%[3]s@127.0.0.1
use_ipv6=0
register_only_when_network_is_up=0
auto_net_state_mon=0
root_ca=%[4]s
client_cert_chain=%[5]s/phone.pem
client_cert_key=%[5]s/phone.key
zrtp_cache_path=%[5]s/zrtp.db
inc_timeout=30
[rtp]
audio_rtp_port=%[6]d
[net]
firewall_policy=0
nat_policy_ref=
mtu=1300
[sound]
echocancellation=0
playback_dev_id=
remote_ring=
[misc]
log_collection_upload_server_url=
version_check_url_root=
config-uri=
[storage]
backend=sqlite3
uri=%[5]s/linphone.db
[lime]
enabled=0
[proxy_0]
reg_proxy=<sip:%[7]s;transport=tls>
reg_route=<sip:%[7]s;transport=tls;lr>
reg_identity=sip:%[3]s@%[8]s
reg_expires=120
reg_sendregister=1
publish=0
quality_reporting_enabled=0
[auth_info_0]
username=%[3]s
passwd=%[9]s
realm=%[10]s
domain=%[8]s
`

// StartLinphone runs linphonec; it registers by itself.
func StartLinphone(tb testing.TB, cfg LinphoneConfig) *Linphone {
	tb.Helper()
	l := &Linphone{dir: tb.TempDir()}
	l.rec, l.log = filepath.Join(l.dir, "heard.wav"), filepath.Join(l.dir, "log")
	l.tone = WriteTone(tb, filepath.Join(l.dir, "tone.wav"), 16000, 1, cfg.Hz, 40*time.Second)
	check := 0
	if cfg.CheckName {
		check = 1
	}
	text := fmt.Sprintf(linphoneConfig, cfg.Encryption, check, cfg.User, cfg.CAFile, l.dir, FreePorts(tb, 4),
		cfg.Proxy, cfg.Domain, cfg.Password, cfg.Realm)
	must(tb, os.WriteFile(filepath.Join(l.dir, "rc"), []byte(text), 0o600))
	writeFactoryCertificate(tb, filepath.Join(l.dir, "phone"))
	args := []string{"-c", filepath.Join(l.dir, "rc"), "-d", "5", "-l", l.log}
	if !cfg.Manual {
		args = append(args, "-a")
	}
	command := "linphonec"
	if cfg.Host != "" { // a hosts file of its own, in a mount namespace of its own
		hosts := filepath.Join(l.dir, "hosts")
		must(tb, os.WriteFile(hosts, []byte("127.0.0.1 localhost "+cfg.Host+"\n"), 0o644))
		script := `mount --bind "$0" /etc/hosts && exec "$@"`
		args = append([]string{"-m", "sh", "-c", script, hosts, command}, args...)
		command = "unshare"
	}
	l.Process = Start(tb, "linphone-"+cfg.User, "", l.dir, []string{"HOME=" + l.dir}, command, args...)
	tb.Cleanup(func() {
		if text, err := os.ReadFile(l.log); err == nil && tb.Failed() {
			keep(tb, l.Name+"-trace", string(text))
		}
	})
	l.Say(tb, "soundcard use files")
	return l
}

// Say types a line.
func (l *Linphone) Say(tb testing.TB, line string) {
	tb.Helper()
	if _, err := fmt.Fprintln(l.In, line); err != nil {
		tb.Fatalf("%s: %v", l.Name, err)
	}
}

// Await waits until the program's own log matches (its standard output is buffered).
func (l *Linphone) Await(tb testing.TB, d time.Duration, pattern string) []string {
	tb.Helper()
	re := regexp.MustCompile(pattern)
	var m []string
	Eventually(tb, d, l.Name+" logs "+pattern, func() bool {
		m = re.FindStringSubmatch(l.Trace())
		return m != nil
	})
	return m
}

// Registered waits for the registration.
func (l *Linphone) Registered(tb testing.TB) {
	tb.Helper()
	l.Await(tb, 20*time.Second, `to \[LinphoneRegistrationOk\]`)
}

// Talk plays the tone into the running call and records what is heard.
func (l *Linphone) Talk(tb testing.TB) {
	tb.Helper()
	l.Say(tb, "play "+l.tone)
	l.Say(tb, "record "+l.rec)
}

// Press presses keys in the running call, one after the other: the program takes one line a second.
func (l *Linphone) Press(tb testing.TB, keys string) {
	tb.Helper()
	for _, k := range keys {
		l.Say(tb, string(k))
		<-time.After(1100 * time.Millisecond)
	}
}

// Heard returns what was recorded, once the call has ended and the file is whole.
func (l *Linphone) Heard(tb testing.TB) Sound {
	tb.Helper()
	Eventually(tb, 10*time.Second, l.Name+" finished its recording", func() bool {
		raw, err := os.ReadFile(l.rec)
		return err == nil && len(raw) > 44 && string(raw[:4]) == "RIFF"
	})
	return ReadSound(tb, l.rec)
}

// Trace returns the program's own log.
func (l *Linphone) Trace() string {
	text, _ := os.ReadFile(l.log) // none yet is an empty trace
	return string(text)
}

// writeFactoryCertificate makes what desk phones have from their makers: a certificate that the server does not know. It
// writes base.pem and base.key. linphonec without one would ask for it at its prompt, in the midst of the handshake.
func writeFactoryCertificate(tb testing.TB, base string) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(tb, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "00:15:65:00:00:01"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(tb, err)
	private, err := x509.MarshalECPrivateKey(key)
	must(tb, err)
	write := func(ending, kind string, raw []byte) {
		must(tb, os.WriteFile(base+ending, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}), 0o600))
	}
	write(".pem", "CERTIFICATE", der)
	write(".key", "EC PRIVATE KEY", private)
}
