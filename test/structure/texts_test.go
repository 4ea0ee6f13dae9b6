package structure

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// saying are the functions whose last argument people read.
var saying = map[string]bool{"Errorf": true, "fieldError": true, "Add": true, "Check": true, "describe": true}

// TestWhatTheServerSaysIsTranslated looks up every text that use cases give to people in the page's list of them.
func TestWhatTheServerSaysIsTranslated(t *testing.T) {
	known := serverTexts(t)
	files := token.NewFileSet()
	for _, folder := range []string{"pbx", "engine/admin", "engine/auth", "engine/notify", "engine/voicemail", "edge/httpapi"} {
		paths, err := filepath.Glob(filepath.Join("..", "..", "internal", folder, "*.go"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(paths), err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(files, path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if text, ok := said(n); ok && !translated(text, known) {
					t.Errorf("%s: %q is not in web/src/locale/en/server.ts", files.Position(n.Pos()), text)
				}
				return true
			})
		}
	}
}

// hole stands where a text holds what was put in.
const hole = "\x00"

// said is the text that a call says.
func said(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 2 {
		return "", false
	}
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	if !saying[name] || isInternal(call.Args[0]) {
		return "", false
	}
	text := written(call.Args[len(call.Args)-1])
	// What is put together of other texts has them looked up by themselves.
	return text, strings.Trim(text, hole+" .:") != ""
}

// isInternal tells of errors that are for the log: people read that something went wrong.
func isInternal(kind ast.Expr) bool {
	s, ok := kind.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "Internal"
}

func written(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return written(e.X) + written(e.Y)
	case *ast.ParenExpr:
		return written(e.X)
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	}
	return hole
}

// translated tells whether a known text has the same words and holes; one of several values may be named before it.
func translated(text string, known map[string]bool) bool {
	text = strings.ReplaceAll(text, hole+hole, hole)
	return known[text] || known[strings.TrimPrefix(text, hole+": ")]
}

var place = regexp.MustCompile(`"?\{\w+\}"?`)

// serverTexts reads the page's list of what the server says.
func serverTexts(t *testing.T) map[string]bool {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", "web", "src", "locale", "en", "server.ts"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(source)) {
		line = strings.TrimSuffix(strings.TrimSpace(line), ",")
		if len(line) < 2 || !strings.ContainsAny(line[:1], `'"`) || line[0] != line[len(line)-1] {
			continue
		}
		text := strings.ReplaceAll(line[1:len(line)-1], `\'`, `'`)
		known[place.ReplaceAllString(text, hole)] = true
	}
	return known
}
