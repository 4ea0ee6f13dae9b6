package pbx

import "testing"

func TestNumberRules(t *testing.T) {
	for _, test := range []struct{ rule, number, want string }{
		{"2xx -> 52xx", "207", "5207"},
		{"2XX→3XX", "299", "399"},
		{" x0x > 9x1x ", "304", "9314"},
		{"00x=>01x", "007", "017"},
		{"201 -> 202", "201", "202"},
		{"2xx -> 52xx", "307", ""},
		{"2xx -> 52xx", "2077", ""},
		{"2xx -> 52xx", "2a7", ""},
	} {
		r, err := ParseNumberRule(test.rule)
		if err != nil {
			t.Errorf("%s: %v", test.rule, err)
			continue
		}
		if got, ok := r.Apply(test.number); got != test.want || ok != (test.want != "") {
			t.Errorf("%s of %s is %q, want %q", test.rule, test.number, got, test.want)
		}
	}
	for _, rule := range []string{"", "2xx", "2xx -> 5x", "-> 5", "2xx ->", "2y -> 3y", "*4x -> 4x", "+39x -> 1x"} {
		if r, err := ParseNumberRule(rule); err == nil {
			t.Errorf("%q is read as %+v", rule, r)
		}
	}
	if first, last := (NumberRule{From: "2x0x"}).Range(); first != "2000" || last != "2909" {
		t.Errorf("from %s to %s", first, last)
	}
}
