// Package config is the static configuration of a Ringfence process: what must be known before the database is open
// and cannot change without a restart. Everything else is data and is changed through the API.
//
// One struct, Config, describes every value in its tags; command-line flags, RINGFENCE_* environment variables, the
// TOML file and the reference page in docs/ are derived from them. The order of precedence is default, file,
// environment, flag. A Config is not changed after Load.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"
	"strings"
)

// Config is the static configuration. Tags: `name` is the flag's and the file's key, `arg` the placeholder in help,
// `default` the default in the form a person would type it, `help` one sentence.
type Config struct {
	Data      string     `name:"data" arg:"DIR" help:"Directory of the database, keys, certificates and run files; by default the platform's state directory."`
	Database  string     `name:"database" arg:"URL" help:"Database: empty for SQLite in the data directory, or postgres://user:password@host/name."`
	Domain    string     `name:"domain" arg:"NAME" help:"Name that phones and browsers reach this machine by, put into its certificate; by default the machine's own names and addresses."`
	HTTP      Address    `name:"http" arg:"ADDR" default:":8443" help:"Address of the page and the API (HTTPS)."`
	SIPTLS    Address    `name:"sip-tls" arg:"ADDR" default:":5061" help:"Address for SIP over TLS."`
	SIPTCP    Address    `name:"sip-tcp" arg:"ADDR" default:":5060" help:"Address for SIP over TCP."`
	SIPUDP    Address    `name:"sip-udp" arg:"ADDR" default:":5060" help:"Address for SIP over UDP."`
	RTPPorts  PortRange  `name:"rtp-ports" arg:"FROM-TO" default:"20000-29999" help:"UDP ports for media, one per leg of a call."`
	Advertise netip.Addr `name:"advertise" arg:"IP" help:"Public address of this machine when it stands behind a NAT; given to peers outside the private networks."`
	TLSCert   string     `name:"tls-cert" arg:"FILE" help:"Server certificate with its chain (PEM), used instead of the own authority's; read again when the file changes."`
	TLSKey    string     `name:"tls-key" arg:"FILE" help:"Private key of --tls-cert (PEM)."`
	LogLevel  slog.Level `name:"log-level" arg:"L" default:"info" help:"Least level that is logged: debug, info, warn or error."`
}

// EnvPrefix begins the name of every environment variable that is read.
const EnvPrefix = "RINGFENCE_"

// EnvName gives the environment variable of a key: sip-tls is RINGFENCE_SIP_TLS.
func EnvName(key string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

// validate checks what no single value shows.
func (c *Config) validate() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key belong together: give both or neither")
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") &&
		!strings.HasPrefix(c.Database, "postgresql://") {
		return errors.New("--database takes postgres://user:password@host/name; leave it out for SQLite")
	}
	if c.HTTP.Off() {
		return errors.New("--http cannot be off: the page and the API live there")
	}
	if strings.ContainsAny(c.Domain, " \t/:@") {
		return fmt.Errorf("--domain %q is not a host name: give it without port, path or spaces", c.Domain)
	}
	return nil
}

// String is for logs and errors; the password inside a database URL never shows.
func (c Config) String() string {
	var b strings.Builder
	for _, k := range Keys() {
		fmt.Fprintf(&b, "%s=%s ", k.Name, redact(k.Name, c.text(k)))
	}
	return strings.TrimSpace(b.String())
}

// LogValue keeps secrets out of the log.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

func (c Config) text(k Key) string {
	f := reflect.ValueOf(c).Field(k.index)
	if s, ok := f.Interface().(fmt.Stringer); ok {
		if a, isAddr := s.(netip.Addr); isAddr && !a.IsValid() {
			return ""
		}
		return s.String()
	}
	return fmt.Sprint(f.Interface())
}

func redact(name, text string) string {
	if name != "database" || text == "" {
		return text
	}
	scheme, rest, _ := strings.Cut(text, "://")
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = "***" + rest[at:]
	}
	rest, _, _ = strings.Cut(rest, "?")
	return scheme + "://" + rest
}
