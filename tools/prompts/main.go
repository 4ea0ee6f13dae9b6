// Command prompts makes what the server says to callers from internal/engine/prompt/text, in each language, by the speech
// synthesizer espeak-ng, which must be installed: one archive for a language, of µ-law at 8 kHz.
package main

import (
	"archive/zip"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"ringfence/internal/engine/prompt"
	"ringfence/internal/wire/audio"
)

// voices are the synthesizer's, by language.
var voices = map[string]string{"en": "en-us", "de": "de", "it": "it"}

func main() {
	dir := flag.String("dir", "internal/engine/prompt/voice", "where the archives go")
	flag.Parse()
	if err := run(context.Background(), *dir); err != nil {
		fmt.Fprintln(os.Stderr, "prompts:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	for _, lang := range prompt.Languages() {
		texts, err := prompt.Texts(lang)
		if err != nil {
			return err
		}
		var archive bytes.Buffer
		if err := speakAll(ctx, &archive, voices[lang], texts); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, lang+".zip"), archive.Bytes(), 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d prompts, %d KiB\n", lang, len(texts), archive.Len()/1024)
	}
	return nil
}

// speakAll writes an archive of all texts. Beside each sound stands what it says, so that a test finds those that are old.
func speakAll(ctx context.Context, to io.Writer, voice string, texts []prompt.Text) error {
	z := zip.NewWriter(to)
	for _, t := range texts {
		samples, err := speak(ctx, voice, t.Words)
		if err != nil {
			return fmt.Errorf("%s: %w", t.ID, err)
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: t.ID, Comment: t.Words, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := f.Write(audio.EncodePCMU(nil, samples)); err != nil {
			return err
		}
	}
	return z.Close()
}

// speak gives a text as samples at 8 kHz: without the silence around it, and as loud as all others.
func speak(ctx context.Context, voice, words string) ([]int16, error) {
	cmd := exec.CommandContext(ctx, "espeak-ng", "-v", voice, "-s", "150", "-p", "42", "-g", "2", "--stdout", "--", words)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("espeak-ng: %w", err)
	}
	// A pipe has no length to write into the header: whatever follows it is sound.
	const header, rate = 44, 22_050
	if len(out) < header {
		return nil, audio.ErrNoWAV
	}
	samples := make([]int16, 0, len(out)/2)
	for b := out[header:]; len(b) >= 2; b = b[2:] {
		samples = append(samples, int16(uint16(b[0])|uint16(b[1])<<8))
	}
	return level(trim(audio.Resample(samples, rate, 8000))), nil
}

// trim cuts what is silent, but for a short breath.
func trim(samples []int16) []int16 {
	const quiet, before, behind = 200, 8 * 20, 8 * 60
	loud := func(s int16) bool { return s > quiet || s < -quiet }
	first, last := len(samples), 0
	for i, s := range samples {
		if loud(s) {
			first, last = min(first, i), i
		}
	}
	if first > last {
		return nil
	}
	return samples[max(0, first-before):min(len(samples), last+behind)]
}

// level makes the highest sample half of the highest possible.
func level(samples []int16) []int16 {
	peak := 1
	for _, s := range samples {
		peak = max(peak, max(int(s), -int(s)))
	}
	for i, s := range samples {
		samples[i] = int16(int(s) * 16_000 / peak)
	}
	return samples
}
