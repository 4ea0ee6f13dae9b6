package voicemail_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
)

// wav is a file of a tone of 440 Hz.
func wav(t *testing.T, rate int, d time.Duration) *bytes.Buffer {
	t.Helper()
	samples := make([]int16, int(d.Seconds()*float64(rate)))
	audio.Sine(samples, rate, 440, 8000, 0)
	var b bytes.Buffer
	must(t, audio.WriteWAV(&b, rate, samples))
	return &b
}

func TestTheRightGreetingIsHeard(t *testing.T) {
	r := newRig(t)
	heard := func(busy bool) time.Duration { // each greeting has another length
		t.Helper()
		samples, ok, err := r.GreetingFor(t.Context(), anna, busy)
		if err != nil || ok != (len(samples) > 0) {
			t.Fatalf("%v, %v", ok, err)
		}
		return time.Duration(len(samples)) * time.Second / voicemail.Rate
	}
	want := func(what string, free, busy time.Duration) {
		t.Helper()
		if f, b := heard(false), heard(true); f != free || b != busy {
			t.Errorf("%s: %v when free, %v when busy", what, f, b)
		}
	}
	const standard, busy, away = time.Second, 2 * time.Second, 3 * time.Second
	want("without any", 0, 0)
	must(t, r.RecordGreeting(t.Context(), anna, pbx.GreetingBusy, tone(busy)))
	want("that for being busy", 0, busy)
	must(t, r.RecordGreeting(t.Context(), anna, pbx.GreetingStandard, tone(standard)))
	want("both", standard, busy)
	must(t, r.RecordGreeting(t.Context(), anna, pbx.GreetingAway, tone(away)))
	want("that for being away", away, away)
	must(t, r.DeleteGreeting(t.Context(), anna, pbx.GreetingAway))
	want("without it", standard, busy)
	g, ok, err := r.Greeting(t.Context(), anna, pbx.GreetingBusy)
	if err != nil || !ok || g.Duration != busy || g.Size != 32044 || g.RecordedAt.IsZero() {
		t.Errorf("%+v, %v, %v", g, ok, err)
	}
	must(t, r.blobs.Remove(g.Blob)) // a disk that lost it
	want("when one is lost", standard, standard)
	if _, ok, err = r.Greeting(t.Context(), anna, pbx.GreetingAway); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	wantKind(t, "deleting what is not there", r.DeleteGreeting(t.Context(), anna, pbx.GreetingAway), pbx.NotFound)
	_, _, err = r.GreetingSound(t.Context(), anna, pbx.GreetingAway)
	wantKind(t, "hearing it", err, pbx.NotFound)
}

func TestAGreetingReplacesTheOneBefore(t *testing.T) {
	r := newRig(t)
	must(t, r.RecordGreeting(t.Context(), anna, pbx.GreetingStandard, tone(time.Second)))
	must(t, r.RecordGreeting(t.Context(), anna, pbx.GreetingStandard, tone(2*time.Second)))
	if names := r.blobs.Names(); len(names) != 1 {
		t.Errorf("left: %v", names)
	}
	wantKind(t, "silence", r.RecordGreeting(t.Context(), anna, pbx.GreetingStandard, nil), pbx.Invalid)
	wantKind(t, "a speech", r.RecordGreeting(t.Context(), anna, pbx.GreetingStandard, tone(pbx.MaxGreeting+time.Second)), pbx.Invalid)
	wantKind(t, "another kind", r.RecordGreeting(t.Context(), anna, "birthday", tone(time.Second)), pbx.NotFound)
	r.directory.set(ben, pbx.PermissionVoicemail, "false")
	wantKind(t, "without a mailbox", r.RecordGreeting(t.Context(), ben, pbx.GreetingStandard, tone(time.Second)), pbx.NotFound)
	if g, _, _ := r.Greeting(t.Context(), anna, pbx.GreetingStandard); g.Duration != 2*time.Second {
		t.Errorf("%+v", g)
	}
}

func TestUploadedGreetingsAreConverted(t *testing.T) {
	r := newRig(t)
	for _, rate := range []int{8000, 16000, 44100, 48000} {
		must(t, r.UploadGreeting(t.Context(), anna, pbx.GreetingStandard, wav(t, rate, 3*time.Second)))
		samples, _, err := r.GreetingFor(t.Context(), anna, false)
		must(t, err)
		if len(samples) < 23990 || len(samples) > 24010 {
			t.Errorf("from %d Hz: %d samples", rate, len(samples))
		}
		if share := audio.Goertzel(samples[1000:23000], 8000, 440); share < 0.99 {
			t.Errorf("from %d Hz: the tone has %.3f of the sound", rate, share)
		}
	}
	text := func(err error) string {
		if err == nil {
			return "no error"
		}
		return err.Error()
	}
	kind := wav(t, 8000, time.Second).Bytes()
	kind[20] = 3
	for _, test := range []struct{ name, file, want string }{
		{"another file", "OggS and what else is in it", "This is not a WAV file."},
		{"another kind", string(kind), "This kind of WAV file can't be used"},
		{"too long", wav(t, 8000, pbx.MaxGreeting+time.Second).String(), "A greeting is at most two minutes long."},
		{"too large", wav(t, 8000, time.Second).String()[:12] + "LIST\x00\x00\xff\x7f" + strings.Repeat("x", voicemail.MaxUpload), "The file is larger than 30 MB."},
		{"silent", wav(t, 8000, 0).String(), "Nothing was recorded."},
	} {
		err := r.UploadGreeting(t.Context(), anna, pbx.GreetingStandard, strings.NewReader(test.file))
		wantKind(t, test.name, err, pbx.Invalid)
		if !strings.HasPrefix(text(err), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	wantKind(t, "no mailbox", r.UploadGreeting(t.Context(), 99, pbx.GreetingStandard, wav(t, 8000, time.Second)), pbx.NotFound)
	if names := r.blobs.Names(); len(names) != 1 {
		t.Errorf("left: %v", names)
	}
}
