package main

import (
	"strings"
	"testing"
)

func TestACallIsTriedOnTheCommandLine(t *testing.T) {
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
	run(0, "user", "create", "--group", "1", "--first-name", "Anna", "--number", "201")
	out := run(0, "call", "try", "201", "--caller", "1")
	for _, want := range []string{"The call fails: unreachable.", "dialled: 201", "the extension of Anna", "no phone of Anna is registered"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if out = run(0, "call", "try", "*43"); !strings.Contains(out, "The server answers itself: echo.") {
		t.Error(out)
	}
	if out = run(0, "call", "try", "999", "--json"); !strings.Contains(out, `"kind":"nobody"`) {
		t.Error(out)
	}
	if out = run(1, "call", "try", "201", "--caller", "77"); !strings.Contains(out, "There is no such user") {
		t.Error(out)
	}
	run(0, "user", "create", "--group", "1", "--first-name", "Ben", "--number", "202")
	if out = run(0, "user", "forward", "1"); !strings.Contains(out, "go nowhere else") {
		t.Error(out)
	}
	out = run(0, "user", "forward", "1", "--always", "202", "--busy", "ben", "--paused", "--do-not-disturb")
	for _, want := range []string{
		"do not disturb", "all calls                    go to Ben 202 (paused)", "when busy                    go to Ben 202",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	out = run(0, "call", "try", "201")
	if !strings.Contains(out, "Anna does not want to be disturbed") || !strings.Contains(out, "Anna has calls sent on when busy") {
		t.Error(out)
	}
	if out = run(1, "user", "forward", "1", "--offline", "999"); !strings.Contains(out, "no such account") {
		t.Error(out)
	}
	if out = run(0, "user", "forward", "1", "--busy", "none", "--json"); strings.Contains(out, `"busy"`) {
		t.Error(out)
	}
	run(2, "user", "forward", "anna")
}
