package config

import (
	"os"
	"path/filepath"
	"runtime"
)

// StateDir is the platform's directory for a service's state, used when --data is not given: what the service manager
// says (STATE_DIRECTORY), else /var/lib/ringfence for root, else the user's own state directory.
func StateDir(env map[string]string) string {
	if d := env["STATE_DIRECTORY"]; filepath.IsAbs(d) {
		return d
	}
	home := env["HOME"]
	switch runtime.GOOS {
	case "windows":
		if d := env["LOCALAPPDATA"]; d != "" {
			return filepath.Join(d, "Ringfence")
		}
	case "darwin":
		if os.Geteuid() != 0 && home != "" {
			return filepath.Join(home, "Library", "Application Support", "Ringfence")
		}
	}
	if os.Geteuid() == 0 {
		return "/var/lib/ringfence"
	}
	if d := env["XDG_STATE_HOME"]; filepath.IsAbs(d) {
		return filepath.Join(d, "ringfence")
	}
	if home != "" {
		return filepath.Join(home, ".local", "state", "ringfence")
	}
	return "ringfence-data"
}
