package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// dataDir is the directory that holds everything a server keeps.
type dataDir struct{ root string }

func (d dataDir) keys() string      { return filepath.Join(d.root, "keys") }
func (d dataDir) run() string       { return filepath.Join(d.root, "run") }
func (d dataDir) blobs() string     { return filepath.Join(d.root, "blobs") }
func (d dataDir) prompts() string   { return filepath.Join(d.root, "prompts") }
func (d dataDir) masterKey() string { return filepath.Join(d.keys(), "master.key") }
func (d dataDir) caKey() string     { return filepath.Join(d.keys(), "ca.key") }
func (d dataDir) caCert() string    { return filepath.Join(d.root, "ca.pem") }
func (d dataDir) key() string       { return filepath.Join(d.keys(), "server.key") }
func (d dataDir) cert() string      { return filepath.Join(d.keys(), "server.pem") }
func (d dataDir) lockFile() string  { return filepath.Join(d.run(), "lock") }
func (d dataDir) readyFile() string { return filepath.Join(d.run(), "ready.json") }
func (d dataDir) socket() string    { return filepath.Join(d.run(), "admin.sock") }

// openDataDir makes the directory if needed and sees that it can be written to.
func openDataDir(root string) (dataDir, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return dataDir{}, fmt.Errorf("data directory %s: %w", root, err)
	}
	d := dataDir{abs}
	for _, dir := range []string{d.root, d.keys(), d.run()} {
		if err = os.MkdirAll(dir, 0o700); err != nil {
			return d, d.complain(err)
		}
	}
	probe, err := os.CreateTemp(d.run(), ".probe-*")
	if err != nil {
		return d, d.complain(err)
	}
	_, err = probe.Write([]byte("writable\n"))
	err = errors.Join(err, probe.Close(), os.Remove(probe.Name()))
	if err != nil {
		return d, d.complain(err)
	}
	return d, nil
}

// complain says what to do about a directory that cannot be used.
func (d dataDir) complain(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("data directory %s cannot be written to: give it to the user who runs the server, "+
			"or choose another with --data: %w", d.root, err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the disk of data directory %s is full: make room and start again: %w", d.root, err)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("data directory %s is, or lies under, a file: choose another with --data: %w", d.root, err)
	default:
		return fmt.Errorf("data directory %s: %w", d.root, err)
	}
}

// errLocked says that another process works in the data directory.
var errLocked = errors.New("another ringfence works in this data directory")

// lock takes the directory for this process alone, until the returned function is called or the process ends.
func (d dataDir) lock() (release func(), err error) {
	f, err := os.OpenFile(d.lockFile(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, d.complain(err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close() // nothing was written
		if errors.Is(err, errLocked) {
			return nil, fmt.Errorf("%w: %s; stop it, or choose another with --data", errLocked, d.root)
		}
		return nil, d.complain(err)
	}
	return func() { _ = f.Close() }, nil // closing releases the lock
}

// Ready is the content of DATA/run/ready.json: where the server listens.
type Ready struct {
	PID    int    `json:"pid"`
	HTTP   string `json:"http"`
	SIPTLS string `json:"sipTLS,omitempty"`
	SIPTCP string `json:"sipTCP,omitempty"`
	SIPUDP string `json:"sipUDP,omitempty"`
}

// announce writes ready.json whole or not at all.
func (d dataDir) announce(r Ready) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write ready.json: %w", err)
	}
	next := d.readyFile() + ".next"
	if err := os.WriteFile(next, append(b, '\n'), 0o600); err != nil {
		return d.complain(err)
	}
	if err := os.Rename(next, d.readyFile()); err != nil {
		return d.complain(err)
	}
	return nil
}

// ready reads ready.json of a running server.
func (d dataDir) ready() (Ready, error) {
	var r Ready
	b, err := os.ReadFile(d.readyFile())
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		return r, fmt.Errorf("read ready.json: %w", err)
	}
	return r, nil
}

// retire removes what only a running server has.
func (d dataDir) retire() {
	_ = os.Remove(d.readyFile()) // gone already is as good
	_ = os.Remove(d.socket())
}
