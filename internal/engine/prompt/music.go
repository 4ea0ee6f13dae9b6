package prompt

import (
	"math"
	"os"
	"path/filepath"
	"time"

	"ringfence/internal/wire/audio"
)

// Music is what people hear while they are on hold: an operator's own hold.wav, of at most ten minutes, else a slow
// sequence of chords that the server makes itself and that nobody holds rights in. It is at 8 kHz, and may be played again
// and again.
func Music(own string) []int16 {
	f, err := os.Open(filepath.Join(own, "hold.wav"))
	if err != nil {
		return compose()
	}
	defer func() { _ = f.Close() }() // it was only read
	sound, err := audio.ReadWAV(f, audio.WAVLimits{Octets: 64 << 20, Length: 10 * time.Minute})
	if err != nil {
		return compose()
	}
	return audio.Resample(sound.Samples, sound.Rate, 8000)
}

// chords are semitones above A3, each for a bar of four seconds: they end where they begin.
var chords = [][4]float64{{0, 4, 7, 12}, {-3, 4, 9, 12}, {-7, 0, 5, 9}, {-5, 2, 7, 11}, {0, 4, 7, 16}, {-3, 0, 4, 9}, {2, 5, 9, 14}, {-5, -1, 2, 7}}

// compose plays each chord note by note, each note fading while the next begins.
func compose() []int16 {
	const (
		rate    = 8000
		beat    = rate / 2 // samples
		beats   = 8        // in a bar
		rings   = 3 * rate // of a note
		loudest = 5000.0
	)
	whole := len(chords) * beats * beat
	mix := make([]float64, whole)
	for bar, chord := range chords {
		for b := range beats {
			hertz := 220 * math.Pow(2, chord[[beats]int{0, 1, 2, 3, 2, 1, 3, 2}[b]]/12)
			start := (bar*beats + b) * beat
			for i := range rings {
				at := float64(i) / rate
				attack := math.Min(1, at/0.02)
				tone := math.Sin(2*math.Pi*hertz*at) + 0.3*math.Sin(4*math.Pi*hertz*at)
				mix[(start+i)%whole] += attack * math.Exp(-2*at) * tone // what rings over the end is heard at the beginning
			}
		}
	}
	peak := 1.0
	for _, v := range mix {
		peak = max(peak, math.Abs(v))
	}
	out := make([]int16, whole)
	for i, v := range mix {
		out[i] = int16(v / peak * loudest)
	}
	return out
}
