package e164

import "testing"

func TestParse(t *testing.T) {
	tests := []struct {
		name, typed, country, want string
	}{
		{"international", "+4533736506", "DE", "+4533736506"},
		{"with separators", "+45 33 73 65 06", "", "+4533736506"},
		{"brackets and strokes", "(030) 9018-20", "DE", "+4930901820"},
		{"national", "33 73 65 06", "DK", "+4533736506"},
		{"trunk prefix", "030 901820", "DE", "+4930901820"},
		{"international prefix", "00 45 33 73 65 06", "DE", "+4533736506"},
		{"prefix of North America", "011 45 33736506", "US", "+4533736506"},
		{"Italy keeps its zero", "06 6982", "IT", "+39066982"},
		{"zero of the trunk in brackets", "+49 (0)30 901820", "DE", "+4930901820"},
		{"country in small letters", "33736506", "dk", "+4533736506"},
		{"an extension is none", "201", "DK", ""},
		{"an emergency number is none", "112", "DE", ""},
		{"no such area", "+1 000 000 0000", "", ""},
		{"too short", "+45 3373", "", ""},
		{"no country", "33736506", "", ""},
		{"a word", "+45 3373 HELP", "", ""},
		{"with extension", "+4533736506;ext=5", "", ""},
		{"plus inside", "45+33736506", "DK", ""},
		{"nothing", " ", "DK", ""},
		{"much", "+4533736506                                                                ", "", "+4533736506"},
		{"too much", "+45------------------------------------------------------------------33736506", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Parse(tt.typed, tt.country)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("Parse(%q, %q) = %q, %v; want %q", tt.typed, tt.country, got, ok, tt.want)
			}
		})
	}
}

func TestPlausibleTakesNumbersNewerThanTheTables(t *testing.T) {
	if _, ok := Parse("+4510000000", ""); ok {
		t.Fatal("pick another number: the tables know this one")
	}
	if got, ok := Plausible("+45 10 00 00 00", ""); !ok || got != "+4510000000" {
		t.Errorf("got %q, %v", got, ok)
	}
	for _, s := range []string{"10000000", "+45100", "+999 1234567", "+45 call me"} {
		if got, ok := Plausible(s, "DK"); ok && s != "10000000" {
			t.Errorf("Plausible(%q) = %q", s, got)
		}
	}
	if got, ok := Plausible("10000000", "DK"); ok {
		t.Errorf("without + only what the tables know is a number, not %q", got)
	}
}

func TestShown(t *testing.T) {
	for value, want := range map[string]string{
		"+4533736506": "+45 33 73 65 06", "+4930901820": "+49 30 901820", "+12125550123": "+1 212-555-0123", "anna": "anna",
	} {
		if got := Shown(value); got != want {
			t.Errorf("Shown(%q) = %q, want %q", value, got, want)
		}
	}
}

func FuzzParseGivesE164(f *testing.F) {
	for _, s := range []string{"+4533736506", "030 901820", "00 45", "+", "(((", "+49 (0)30"} {
		f.Add(s, "DE")
	}
	f.Fuzz(func(t *testing.T, typed, country string) {
		value, ok := Plausible(typed, country)
		if !ok {
			return
		}
		if again, ok := Plausible(value, ""); !ok || again != value {
			t.Errorf("%q gives %q, which gives %q", typed, value, again)
		}
		if len(value) < 4 || len(value) > 18 || value[0] != '+' {
			t.Errorf("%q gives %q", typed, value)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Parse("030901820", "DE")
	}
}
