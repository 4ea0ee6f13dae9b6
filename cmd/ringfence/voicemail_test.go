package main

import (
	"strings"
	"testing"
)

func TestMailboxesOnTheCommandLine(t *testing.T) {
	data := t.TempDir()
	server(t, data)
	run := func(want int, args ...string) string {
		t.Helper()
		code, out, errs := program(t, "", append(args, "--data", data)...)
		if code != want {
			t.Fatalf("%v: %d %s %s", args, code, out, errs)
		}
		return out + errs
	}
	run(0, "group", "create", "--name", "Sales")
	run(0, "group", "create", "--name", "Night")
	run(0, "user", "create", "--group", "1", "--first-name", "Anna", "--number", "201")
	run(0, "user", "create", "--group", "2", "--first-name", "Ben", "--number", "202")
	out := run(0, "voicemail", "list")
	for _, want := range []string{"ID  NUMBER  NAME  NEW  SAVED  DELETED  BYTES  NEWEST  FULL", "1   201     Anna  0    0      0        0              no"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if out = run(0, "voicemail", "list", "--group", "2"); strings.Contains(out, "Anna") || !strings.Contains(out, "Ben") {
		t.Error(out)
	}
	if out = run(0, "voicemail", "list", "--search", "anna", "--json"); !strings.Contains(out, `"maxMessages": 100`) || strings.Contains(out, "Ben") {
		t.Error(out)
	}
	run(2, "voicemail", "listen")
}
