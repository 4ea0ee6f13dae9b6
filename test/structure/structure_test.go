// Package structure holds the project to the shape that docs/architecture.md draws: who may import whom, which
// outside modules a ring may use, how long a file may be.
package structure

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "ringfence/"

// rings lists, from the inside out, what each ring may import of the project besides itself.
var rings = map[string][]string{
	"internal/pbx":     {},
	"internal/support": {},
	"internal/wire":    {"internal/support"},
	"internal/engine":  {"internal/support", "internal/wire", "internal/pbx"},
	"internal/edge":    {"internal/support", "internal/wire", "internal/pbx", "internal/engine"},
	"internal/config":  {"internal/support", "internal/pbx"},
	"internal/app":     {"internal"},
	"cmd":              {"internal"},
}

// outside lists the modules that a ring may use, by the first elements of their path.
var outside = map[string][]string{
	"internal/pbx":     {},
	"internal/support": {"github.com/prometheus/", "golang.org/x/"},
	// phonenumbers: which digits are a telephone number where, for wire/e164.
	"internal/wire":   {"github.com/pion/", "golang.org/x/", "github.com/nyaruka/phonenumbers"},
	"internal/engine": {"golang.org/x/"},
	"internal/edge": {
		"github.com/danielgtaylor/huma/", "github.com/jackc/pgx/", "github.com/pressly/goose/",
		"modernc.org/sqlite", "golang.org/x/", "github.com/prometheus/", "github.com/wneessen/go-mail",
	},
	"internal/config": {"github.com/BurntSushi/toml", "github.com/spf13/"},
	"internal/app":    {"golang.org/x/", "github.com/spf13/", "github.com/prometheus/"},
	"cmd":             {"github.com/spf13/", "golang.org/x/"},
}

// tooling stands in the tree for tests and benchmarks; it is no part of the server.
var tooling = []string{"test/", "bench", "tools/"}

type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

func TestRingsImportInwardsOnly(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		if hasPrefix(path, tooling) {
			continue
		}
		ring := ringOf(path)
		if ring == "" {
			t.Errorf("%s belongs to no ring", path)
			continue
		}
		for _, imp := range p.Imports {
			if in, ok := strings.CutPrefix(imp, module); ok {
				checkInside(t, path, ring, in)
			} else if strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") && !hasPrefix(imp, allowed(path, ring)) {
				t.Errorf("%s imports %s, which the ring %s may not", path, imp, ring)
			}
		}
	}
}

// allowed are the outside modules of a package; those that only tests import, storetest and its like, may compare values.
func allowed(path, ring string) []string {
	if strings.HasSuffix(path, "test") {
		return append([]string{"github.com/google/go-cmp/", "github.com/jackc/pgx/"}, outside[ring]...)
	}
	return outside[ring]
}

func checkInside(t *testing.T, path, ring, in string) {
	t.Helper()
	to := ringOf(in)
	switch {
	case ring == "internal/edge" && to == ring && edgeOf(path) != edgeOf(in):
		t.Errorf("%s imports %s: an edge never imports another", path, in)
	case to != ring && !hasPrefix(in, rings[ring]):
		t.Errorf("%s imports %s: outwards", path, in)
	}
}

func TestFilesHoldOneThing(t *testing.T) {
	const most = 600
	walk(t, func(path string, text []byte) {
		if n := bytes.Count(text, []byte("\n")); n > most && !bytes.Contains(text, []byte("Code generated")) {
			t.Errorf("%s has %d lines; at most %d", path, n, most)
		}
	}, ".go", ".ts", ".tsx")
}

func TestNothingIsSkipped(t *testing.T) {
	skip := []byte("t.Sk" + "ip(")
	walk(t, func(path string, text []byte) {
		if bytes.Contains(text, skip) {
			t.Errorf("%s skips a test: a missing peer is a failure", path)
		}
	}, "_test.go")
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Standard,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if len(list) < 10 {
		t.Fatalf("only %d packages found", len(list))
	}
	return list
}

func walk(t *testing.T, see func(path string, text []byte), suffixes ...string) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"node_modules", "dist", ".git", ".tools"}, d.Name()) {
			return filepath.SkipDir
		}
		if d.IsDir() || !slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(path, s) }) {
			return nil
		}
		if strings.HasSuffix(path, ".d.ts") || strings.Contains(path, ".gen.") || strings.Contains(path, "/locale/") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		see(path, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ringOf(path string) string {
	for ring := range rings {
		if path == ring || strings.HasPrefix(path, ring+"/") {
			return ring
		}
	}
	return ""
}

func edgeOf(path string) string {
	parts := strings.SplitN(path, "/", 4)
	if len(parts) < 3 {
		return ""
	}
	return parts[2]
}

func hasPrefix(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(path, p) })
}
