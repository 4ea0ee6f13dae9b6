package audio

import (
	"math"
	"time"
)

// Tone is a cadence of sine signals, repeated for ever.
type Tone struct {
	Name  string
	Steps []Step
}

// Step is one part of a tone's cadence: up to two frequencies in hertz, none for silence.
type Step struct {
	Hertz [2]float64
	For   time.Duration
}

// Steady is one frequency without end.
func Steady(hertz float64) Tone {
	return Tone{Name: "steady", Steps: []Step{{Hertz: [2]float64{hertz}, For: time.Second}}}
}

// Ringback is what a caller hears while the other side rings (ETSI TR 101 041-2: 425 Hz, one second in five).
func Ringback() Tone {
	return Tone{Name: "ringback", Steps: []Step{
		{Hertz: [2]float64{425}, For: time.Second},
		{For: 4 * time.Second},
	}}
}

// Busy is what a caller hears when the other side is engaged.
func Busy() Tone {
	return Tone{Name: "busy", Steps: []Step{
		{Hertz: [2]float64{425}, For: 500 * time.Millisecond},
		{For: 500 * time.Millisecond},
	}}
}

// Congestion is what a caller hears when a call cannot be made.
func Congestion() Tone {
	return Tone{Name: "congestion", Steps: []Step{
		{Hertz: [2]float64{425}, For: 250 * time.Millisecond},
		{For: 250 * time.Millisecond},
	}}
}

// toneLevel is the peak of one frequency: about -13 dBm0, as networks send their tones.
const toneLevel = 5000

// Generator makes the samples of a tone.
type Generator struct {
	tone  Tone
	rate  int
	step  int
	left  int // samples of the step
	phase [2]float64
}

// NewGenerator makes a generator of samples at the rate.
func NewGenerator(t Tone, rate int) *Generator {
	g := &Generator{tone: t, rate: rate}
	g.begin(0)
	return g
}

func (g *Generator) begin(step int) {
	g.step = step
	if len(g.tone.Steps) > 0 {
		// A step lasts a sample at least, so that a tone of empty steps cannot hold the caller for ever.
		g.left = max(1, int(g.tone.Steps[step].For*time.Duration(g.rate)/time.Second))
	}
}

// Fill overwrites the samples with what comes next.
func (g *Generator) Fill(samples []int16) {
	if len(g.tone.Steps) == 0 {
		clear(samples)
		return
	}
	for i := range samples {
		if g.left == 0 {
			g.begin((g.step + 1) % len(g.tone.Steps))
		}
		g.left--
		samples[i] = g.sample(g.tone.Steps[g.step].Hertz)
	}
}

func (g *Generator) sample(hertz [2]float64) int16 {
	var v float64
	for i, f := range hertz {
		if f <= 0 {
			continue
		}
		v += toneLevel * math.Sin(g.phase[i])
		g.phase[i] += 2 * math.Pi * f / float64(g.rate)
		if g.phase[i] > 2*math.Pi {
			g.phase[i] -= 2 * math.Pi
		}
	}
	return int16(v)
}

// Samples are the first so many of a tone at 8 kHz.
func Samples(t Tone, length time.Duration) []int16 {
	const rate = 8000
	samples := make([]int16, int(length*rate/time.Second))
	NewGenerator(t, rate).Fill(samples)
	return samples
}
