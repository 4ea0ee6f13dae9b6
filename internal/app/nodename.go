package app

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// nodeName names this server in bindings and records: made once, so that after a restart it knows which calls were its
// own, whatever the machine is called by then.
func (d dataDir) nodeName() (string, error) {
	path := filepath.Join(d.keys(), "node")
	b, err := os.ReadFile(path)
	if name := strings.TrimSpace(string(b)); err == nil && name != "" {
		return name, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", d.complain(err)
	}
	var id [6]byte
	_, _ = rand.Read(id[:]) // crypto/rand never fails: it ends the process instead
	name := "n" + hex.EncodeToString(id[:])
	if err := os.WriteFile(path, []byte(name+"\n"), 0o600); err != nil {
		return "", d.complain(fmt.Errorf("write node name: %w", err))
	}
	return name, nil
}
