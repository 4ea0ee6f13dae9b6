package prompt

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ringfence/internal/wire/audio"
)

func TestEachLanguageSaysTheSameThings(t *testing.T) {
	ids := func(lang string) (out []string) {
		texts, err := Texts(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range texts {
			out = append(out, x.ID)
		}
		return out
	}
	want := ids("en")
	for _, lang := range Languages() {
		if got := ids(lang); !slices.Equal(got, want) {
			t.Errorf("%s says other things than en", lang)
		}
	}
}

func TestEachTextHasItsSound(t *testing.T) {
	voices := New("")
	for _, lang := range Languages() {
		v := voices.In(lang)
		spoken := map[string]string{}
		for _, f := range v.archive.File {
			spoken[f.Name] = f.Comment
		}
		texts, err := Texts(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range texts {
			if spoken[x.ID] != x.Words {
				t.Errorf("%s %s: the sound says %q, the text %q: run go run ./tools/prompts", lang, x.ID, spoken[x.ID], x.Words)
			}
			if s := v.Sound(ID(x.ID)); len(s) < 800 || len(s) > 25*8000 {
				t.Errorf("%s %s: %d samples", lang, x.ID, len(s))
			}
		}
		if len(spoken) != len(texts) {
			t.Errorf("%s: %d sounds of %d texts", lang, len(spoken), len(texts))
		}
	}
}

func TestSentences(t *testing.T) {
	zone := time.FixedZone("", 3600)
	now := time.Date(2026, 3, 4, 0, 10, 0, 0, zone) // a Wednesday
	ago := func(d time.Duration) []ID { return When(now.Add(-d), now) }
	for name, c := range map[string]struct{ got, want []ID }{
		"none":            {Count(0, "none", "one", "many"), []ID{"none"}},
		"one":             {Count(1, "none", "one", "many"), []ID{"one"}},
		"two":             {Count(2, "none", "one", "many"), []ID{"n_2", "many"}},
		"a hundred":       {Count(100, "none", "one", "many"), []ID{"n_100", "many"}},
		"very many":       {Count(101, "none", "one", "many"), []ID{"more_than", "n_100", "many"}},
		"the seventh":     {Number(7), []ID{"n_7"}},
		"the thousandth":  {Number(1000), []ID{"more_than", "n_100"}},
		"an extension":    {Digits("201"), []ID{"n_2", "n_0", "n_1"}},
		"outside":         {Digits("+49 (30) 9"), []ID{"plus", "n_4", "n_9", "n_3", "n_0", "n_9"}},
		"a name":          {Digits("anna*"), []ID{"star"}},
		"much too long":   {Digits("1234567890123456789012345")[19:], []ID{"n_0"}},
		"just now":        {ago(0), []ID{"today", "at", "n_0", "clock_and", "n_10"}},
		"before midnight": {ago(15 * time.Minute), []ID{"yesterday", "at", "n_23", "clock_and", "n_55"}},
		"this week":       {ago(48*time.Hour + 10*time.Minute), []ID{"weekday_1", "at", "n_0", "clock"}},
		"last week":       {ago(7 * 24 * time.Hour), []ID{"day_25", "month_2", "at", "n_0", "clock_and", "n_10"}},
		"from the future": {ago(-25 * time.Hour), []ID{"day_5", "month_3", "at", "n_1", "clock_and", "n_10"}},
		"joined":          {And([]ID{"a"}, []ID{"b"}), []ID{"a", "and", "b"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

func TestWhatIsSaidIsJoinedAndOnesOwn(t *testing.T) {
	v := New("").In("de-AT")
	if v.language != "de" {
		t.Errorf("de-AT is spoken in %s", v.language)
	}
	one, two := v.Sound("today"), v.Sound("n_7")
	said := v.Say("today", "n_7")
	if len(said) != len(one)+pause+len(two) {
		t.Errorf("%d samples", len(said))
	}
	said[0]++
	if v.Sound("today")[0] == said[0] {
		t.Error("what was said is not the caller's own")
	}
	if s := v.Say("no such prompt"); len(s) != 0 {
		t.Errorf("something unknown is %d samples", len(s))
	}
	if fallback := New("").In("fi"); fallback.language != "en" {
		t.Errorf("Finnish is spoken in %s", fallback.language)
	}
}

func TestAnOperatorsRecordingTakesThePlace(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "it"), 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, "it", name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var own bytes.Buffer
	if err := audio.WriteWAV(&own, 16_000, make([]int16, 16_000)); err != nil {
		t.Fatal(err)
	}
	write("goodbye.wav", own.Bytes())
	write("today.wav", []byte("no sound at all"))
	v, made := New(dir).In("it"), New("").In("it")
	if got := len(v.Sound("goodbye")); got != 8000 {
		t.Errorf("the operator's second is %d samples", got)
	}
	if !slices.Equal(v.Sound("today"), made.Sound("today")) {
		t.Error("a file that is no sound took the place of ours")
	}
}
