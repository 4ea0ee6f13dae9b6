// Package prompt is what the server says to callers: words recorded once in each language, put together into sentences.
//
// The words stand in text/, one line each; tools/prompts makes the sounds in voice/ of them. An operator's own recordings
// take their place: a WAV file in a folder of the language, named as the line. A Voice is safe for concurrent use.
package prompt

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ringfence/internal/wire/audio"
)

//go:embed text voice
var files embed.FS

// Languages lists the languages that the server speaks, the one it falls back to first.
func Languages() []string { return []string{"en", "de", "it"} }

// ID names a prompt.
type ID string

// Text is what a prompt says.
type Text struct {
	ID    string
	Words string
}

// maxNumber is the highest number that is spoken as one word.
const maxNumber = 100

// Texts lists what is said in a language.
func Texts(language string) ([]Text, error) {
	b, err := files.ReadFile("text/" + language + ".txt")
	if err != nil {
		return nil, err
	}
	var out []Text
	for line := range strings.Lines(string(b)) {
		id, words, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			return nil, fmt.Errorf("text/%s.txt: no words in %q", language, line)
		}
		out = append(out, Text{id, words})
	}
	for n := range maxNumber + 1 {
		out = append(out, Text{string(number(n)), strconv.Itoa(n)})
	}
	return out, nil
}

func number(n int) ID { return ID("n_" + strconv.Itoa(n)) }

// Voices are the voices of all languages.
type Voices struct {
	own string // a folder of the operator's recordings, may be missing

	mu     sync.Mutex
	voices map[string]*Voice // guarded by mu
}

// New makes the voices. own is where an operator may put recordings of his, as own/de/goodbye.wav.
func New(own string) *Voices { return &Voices{own: own, voices: make(map[string]*Voice)} }

// In gives the voice for a language such as de-AT, English for those that the server does not speak.
func (v *Voices) In(language string) *Voice {
	base, _, _ := strings.Cut(language, "-")
	if !slices.Contains(Languages(), base) {
		base = Languages()[0]
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.voices[base] == nil {
		v.voices[base] = newVoice(base, v.own)
	}
	return v.voices[base]
}

// Voice says things in one language.
type Voice struct {
	language string
	own      string
	archive  *zip.Reader

	mu     sync.Mutex
	sounds map[ID][]int16 // guarded by mu
}

func newVoice(language, own string) *Voice {
	v := &Voice{language: language, sounds: make(map[ID][]int16)}
	if own != "" {
		v.own = filepath.Join(own, language)
	}
	b, err := files.ReadFile("voice/" + language + ".zip")
	if err != nil {
		panic("prompt: no voice for " + language) // a test builds each
	}
	if v.archive, err = zip.NewReader(bytes.NewReader(b), int64(len(b))); err != nil {
		panic("prompt: the voice for " + language + " cannot be read")
	}
	return v
}

// Sound gives a prompt's samples at 8 kHz; they must not be changed. What can't be read is silent.
func (v *Voice) Sound(id ID) []int16 {
	v.mu.Lock()
	s, ok := v.sounds[id]
	v.mu.Unlock()
	if ok {
		return s
	}
	if s, ok = v.recorded(id); !ok {
		s = v.made(id)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sounds[id] = s
	return s
}

// maxOwn bounds an operator's recording, in octets.
const maxOwn = 4 << 20

// recorded reads the operator's own recording, if there is one.
func (v *Voice) recorded(id ID) ([]int16, bool) {
	if v.own == "" {
		return nil, false
	}
	f, err := os.Open(filepath.Join(v.own, string(id)+".wav"))
	if err != nil {
		return nil, false
	}
	defer func() { _ = f.Close() }() // it was only read
	sound, err := audio.ReadWAV(f, audio.WAVLimits{Octets: maxOwn, Length: time.Minute})
	if err != nil {
		return nil, false
	}
	return audio.Resample(sound.Samples, sound.Rate, 8000), true
}

func (v *Voice) made(id ID) []int16 {
	f, err := v.archive.Open(string(id))
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(f)
	if err != nil {
		return nil
	}
	return audio.DecodePCMU(nil, b)
}
