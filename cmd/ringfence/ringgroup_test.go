package main

import (
	"strings"
	"testing"
)

func TestRingGroupsOnTheCommandLine(t *testing.T) {
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
	run(0, "user", "create", "--group", "1", "--first-name", "Ben", "--number", "202")
	run(0, "ring-group", "create", "--name", "Night")
	out := run(0, "ring-group", "create", "--name", "Front desk", "--number", "210", "--strategy", "inTurn", "--members", "2,1",
		"--ring-seconds", "15", "--skip-busy=false", "--then-ring-group", "1")
	for _, want := range []string{"210", "Ben, Anna", "then.name    Night", "skipBusy     no"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	run(0, "number", "create", "--value", "+4533736501", "--ring-group", "2")
	if out = run(0, "number", "list"); !strings.Contains(out, "Front desk  210") {
		t.Error(out)
	}
	if out = run(0, "ring-group", "list", "--search", "front"); !strings.Contains(out, "2   210     Front desk  inTurn    15       Ben, Anna  Night") {
		t.Error(out)
	}
	if out = run(0, "ring-group", "update", "2", "--then-user", "0", "--members", ""); strings.Contains(out, "Night") || strings.Contains(out, "Ben") {
		t.Error(out)
	}
	run(2, "ring-group", "update", "2", "--then-user", "1", "--then-ring-group", "1")
	run(2, "ring-group", "update", "2", "--members", "anna")
	if out = run(1, "ring-group", "delete", "2"); !strings.Contains(out, "refer to it") {
		t.Error(out)
	}
	if out = run(0, "ring-group", "delete", "2", "--move-to", "1"); !strings.Contains(out, "Deleted: ring group 2") {
		t.Error(out)
	}
	if out = run(0, "number", "list"); !strings.Contains(out, "Night") {
		t.Error(out)
	}
}
