package pbx

import "testing"

func TestPasswordProblem(t *testing.T) {
	own := []string{"anna.berg", "201", "Anna", "Berg", "AnnaBerg", ""}
	tests := []struct {
		password string
		ok       bool
	}{
		{"correct-horse-x7-gate", true},
		{"mein Hund frisst Kuchen", true},
		{"7Fq2-mmZx-09aB", true},
		{"eleven char", false},
		{"Password1234", false},
		{"P@ssw0rd1234", false},
		{"passwordpassword", false},
		{"123456789012", false},
		{"qwertyuiop123", false},
		{"qwertyuiopasdfghjkl", false},
		{"aaaaaaaaaaaaaaaa", false},
		{"abcabcabcabcabc", false},
		{"Welcome2024!!", false},
		{"iloveyou12345", false},
		{"administrator1", false},
		{"letmeinplease9x", true},
		{"Summer2026Summer", false},
		{"anna.berg.anna.berg", false},
		{"AnnaBerg201201", false},
		{"annaannaanna", false},
		{"AnnaBerg1234567", false},
		{"correcthorsebatterystaple", false},
		{string(make([]byte, 300)), false},
		{"\xff\xfe valid? not at all", false},
	}
	for _, tt := range tests {
		if m := PasswordProblem(tt.password, own...); (m == "") != tt.ok {
			t.Errorf("%q: %q", tt.password, m)
		}
	}
}

func TestPINProblem(t *testing.T) {
	tests := []struct {
		pin string
		ok  bool
	}{
		{"830274", true},
		{"83027461", true},
		{"123456", false},
		{"654321", false},
		{"890123", false},
		{"111111", false},
		{"121212", false},
		{"123123", false},
		{"112211", false},
		{"159357", false},
		{"201201", false},
		{"24051987", false},
		{"19870524", false},
		{"83027", false},
		{"8302746183027", false},
		{"83o274", false},
	}
	for _, tt := range tests {
		if m := PINProblem(tt.pin, "201"); (m == "") != tt.ok {
			t.Errorf("%s: %q", tt.pin, m)
		}
	}
}
