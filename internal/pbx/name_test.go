package pbx

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	tests := []struct {
		what  string
		value string
		ok    bool
	}{
		{"number", "200", true},
		{"number", "007", true},
		{"number", "2", false},
		{"number", "", false},
		{"number", "+39", false},
		{"number", "1234567890123456", false},
		{"username", "anna.berg", true},
		{"username", "a", true},
		{"username", "anna2", true},
		{"username", "2", false},
		{"username", "anna berg", false},
		{"username", ".anna", false},
		{"username", "anna-", false},
		{"username", "ännä", false},
		{"username", strings.Repeat("a", 65), false},
		{"alias", "777", true},
		{"alias", "front-desk", true},
		{"alias", "7", false},
		{"feature", "*43", true},
		{"feature", "#1*2", true},
		{"feature", "43", false},
		{"feature", "*", false},
		{"feature", "*4a", false},
		{"email", "anna@example.com", true},
		{"email", "anna@[192.0.2.1]", true},
		{"email", "Anna <anna@example.com>", false},
		{"email", "anna@", false},
		{"email", "anna", false},
		{"email", "anna@exa mple.com", false},
		{"email", "a@b.com\r\nBcc: x@y.com", false},
		{"host", "pbx.example.com", true},
		{"host", "192.0.2.1", true},
		{"host", "2001:db8::1", true},
		{"host", "localhost", true},
		{"host", "-x.example", false},
		{"host", "a..b", false},
		{"host", "", false},
		{"host", "exa_mple", false},
		{"zone", "Europe/Rome", true},
		{"zone", "Local", false},
		{"zone", "../etc/passwd", false},
		{"language", "de", true},
		{"language", "zh-Hant-TW", true},
		{"language", "d", false},
		{"language", "de--CH", false},
	}
	check := map[string]func(string) bool{
		"number":   func(s string) bool { return NumberProblem(s) == "" },
		"username": func(s string) bool { return UsernameProblem(s) == "" },
		"alias":    func(s string) bool { return AliasProblem(s) == "" },
		"feature":  func(s string) bool { return FeatureCodeProblem(s) == "" },
		"email":    ValidEmail,
		"host":     ValidHost,
		"zone":     ValidTimeZone,
		"language": ValidLanguage,
	}
	for _, tt := range tests {
		if got := check[tt.what](tt.value); got != tt.ok {
			t.Errorf("%s %q: %v", tt.what, tt.value, got)
		}
	}
}

func TestNextNumberKeepsLeadingZeros(t *testing.T) {
	for from, want := range map[string]string{"009": "010", "199": "200", "0": "1"} {
		if got, ok := NextNumber(from); !ok || got != want {
			t.Errorf("after %s comes %s, %v", from, got, ok)
		}
	}
	if got, ok := NextNumber("999"); ok {
		t.Errorf("after 999 comes %s", got)
	}
	pool := ExtensionPool{First: "0098", Last: "0102"}
	if pool.Size() != 5 || !pool.Contains("0100") || pool.Contains("100") {
		t.Error("a pool with leading zeros is counted wrongly")
	}
}

func TestNothingShowsASecret(t *testing.T) {
	s, sealed := NewSecret("hunter2hunter2"), Sealed("hunter2hunter2")
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", s, "sealed", sealed)
	b, err := json.Marshal(map[string]any{"secret": s, "sealed": sealed, "in": Credential{HA1MD5: sealed}})
	if err != nil {
		t.Fatal(err)
	}
	shown := log.String() + string(b) + fmt.Sprintf("%v %+v %#v %s %q %v %+v %#v %s", s, s, s, s, s, sealed, sealed, sealed, sealed)
	if strings.Contains(shown, "hunter2") || strings.Contains(shown, "104 117 110") {
		t.Errorf("shown: %s", shown)
	}
	var back Secret
	if err := json.Unmarshal([]byte(`"typed"`), &back); err != nil || back.Reveal() != "typed" {
		t.Errorf("%v", err)
	}
}

func TestErrorsAreFoundByKind(t *testing.T) {
	cause := errors.New("disk on fire")
	err := fmt.Errorf("save: %w", &Error{Kind: Conflict, Text: "Taken.", Cause: cause})
	if KindOf(err) != Conflict || !errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) || !errors.Is(err, cause) {
		t.Error("the kind or cause is lost")
	}
	if KindOf(cause) != Internal {
		t.Error("an unknown error is internal")
	}
	var f FieldErrors
	if f.Err() != nil {
		t.Error("no complaint is an error")
	}
	f.Check(false, "name", "missing")
	if e, ok := errors.AsType[*Error](f.Err()); !ok || e.Kind != Invalid || len(e.Fields) != 1 {
		t.Errorf("got %v", f.Err())
	}
}
