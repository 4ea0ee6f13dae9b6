// Package diagram draws a state machine's own table as a picture for the documentation, and holds the picture to the
// table: run the package's tests with -diagrams to draw it again.
package diagram

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var redraw = flag.Bool("diagrams", false, "draw the diagrams again")

// Machine is a table as it is drawn. Next is asked for every state and event; an empty note is a transition without
// anything to do, and a step that stays where it is and does nothing is left out.
type Machine struct {
	Title  string
	Start  string
	States []string
	Events []string
	Next   func(state, event int) (to int, note string)
}

// Current compares docs/rfc/states/NAME.md with the machines, or writes it.
func Current(t *testing.T, name, intro string, machines ...Machine) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nDrawn from the tables in the code by its tests; not edited by hand.\n", intro)
	for _, m := range machines {
		m.draw(&b)
	}
	path := filepath.Join(root(), "docs", "rfc", "states", name+".md")
	if *redraw {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != b.String() {
		t.Errorf("docs/rfc/states/%s.md is not what the tables say (%v): run the tests of this package with -diagrams", name, err)
	}
}

func (m Machine) draw(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n```mermaid\nstateDiagram-v2\n    [*] --> %s\n", m.Title, m.Start)
	for s, from := range m.States {
		var targets []int
		labels := map[int][]string{}
		for e, event := range m.Events {
			to, note := m.Next(s, e)
			if to < 0 || to == s && note == "" {
				continue
			}
			if note != "" {
				event += ": " + note
			}
			if !slices.Contains(targets, to) {
				targets = append(targets, to)
			}
			labels[to] = append(labels[to], event)
		}
		for _, to := range targets {
			fmt.Fprintf(b, "    %s --> %s : %s\n", from, m.States[to], strings.Join(labels[to], "<br>"))
		}
	}
	b.WriteString("```\n")
}

// root is the project's folder, found from this file.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}
