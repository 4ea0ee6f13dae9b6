package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPeopleOnTheCommandLine(t *testing.T) {
	data := t.TempDir()
	server(t, data)
	run := func(stdin string, want int, args ...string) string {
		t.Helper()
		code, out, errs := program(t, stdin, append(args, "--data", data)...)
		if code != want {
			t.Fatalf("%v: %d %s %s", args, code, out, errs)
		}
		return out + errs
	}
	run("", 0, "group", "create", "--name", "Sales")
	run("", 0, "user", "create", "--group", "1", "--first-name", "Anna", "--groups", "Night shift,1", "--city", "Torino")
	out := run("", 0, "user", "show", "1", "--json")
	if !strings.Contains(out, `"Night shift"`) || !strings.Contains(out, `"Torino"`) {
		t.Error(out)
	}
	lines := "Ben Carl ben@example.org\nDahl, Carla\n"
	if out = run(lines, 0, "user", "several", "-", "--group", "1", "--dry-run"); !strings.Contains(out, "carla.dahl") {
		t.Error(out)
	}
	out = run(lines, 0, "user", "several", "-", "--group", "1")
	if !strings.Contains(out, "Carla Dahl") || len(strings.Fields(strings.Split(out, "\n")[1])) < 8 {
		t.Error(out)
	}
	if out = run("Ben Carl nonsense@\n", 1, "user", "several", "-", "--group", "1"); !strings.Contains(out, "e-mail") {
		t.Error(out)
	}
	out = run("", 0, "user", "bulk", "1", "2", "--department", "Field", "--add-groups", "Away", "--dry-run")
	if !strings.Contains(out, "department:  -> Field") || !strings.Contains(out, "2 of 2 changed") {
		t.Error(out)
	}
	run("", 0, "user", "bulk", "1", "2", "--enabled=false")
	if out = run("", 0, "user", "list", "--enabled", "false", "--signed-in", "false"); strings.Count(out, "\n") != 3 {
		t.Error(out)
	}
	run("", 0, "user", "administrator", "3", "on")
	if out = run("", 0, "user", "list", "--role", "administrator"); !strings.Contains(out, "Carla Dahl") {
		t.Error(out)
	}
	run("", 2, "user", "administrator", "3", "perhaps")
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 30))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "anna.png")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run("", 0, "user", "photo", "1", file)
	if out = run("", 0, "user", "show", "1", "--json"); strings.Contains(out, `"photo":""`) {
		t.Error(out)
	}
	run("", 0, "user", "photo", "1", "")
	run("", 2, "user", "bulk", "1")
}
