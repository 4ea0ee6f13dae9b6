package audio

import "math"

// half holds one side of the symmetric low-pass that both directions of resampling share: a windowed sinc of 32 taps with
// its corner just below 4 kHz at a rate of 16 kHz; every second tap of the other phase is zero but the middle.
var half = halfBand()

const halfTaps = 16

func halfBand() *[halfTaps]float32 {
	var h [halfTaps]float32
	for i := range h {
		x := float64(2*i+1) / 2 // distance from the middle, in samples of the slower rate
		window := 0.42 + 0.5*math.Cos(math.Pi*x/halfTaps) + 0.08*math.Cos(2*math.Pi*x/halfTaps)
		h[i] = float32(math.Sin(math.Pi*x) / (math.Pi * x) * window)
	}
	return &h
}

// Upsampler turns 8 kHz into 16 kHz. The zero value is ready; it delays by 16 samples of the slower rate.
type Upsampler struct {
	history [2 * halfTaps]float32
}

// Up appends two samples for each one.
func (u *Upsampler) Up(dst, samples []int16) []int16 {
	for _, s := range samples {
		copy(u.history[:], u.history[1:])
		u.history[len(u.history)-1] = float32(s)
		var sum float32
		for i, c := range half {
			sum += c * (u.history[halfTaps-1-i] + u.history[halfTaps+i])
		}
		dst = append(dst, int16(u.history[halfTaps-1]), round(sum))
	}
	return dst
}

// Downsampler turns 16 kHz into 8 kHz. The zero value is ready.
type Downsampler struct {
	even [2 * halfTaps]float32
	odd  [2 * halfTaps]float32
}

// Down appends one sample for each two; an odd last one is left out.
func (d *Downsampler) Down(dst, samples []int16) []int16 {
	for ; len(samples) >= 2; samples = samples[2:] {
		copy(d.even[:], d.even[1:])
		copy(d.odd[:], d.odd[1:])
		d.even[len(d.even)-1], d.odd[len(d.odd)-1] = float32(samples[0]), float32(samples[1])
		var sum float32
		for i, c := range half {
			sum += c * (d.odd[halfTaps-1-i] + d.odd[halfTaps+i])
		}
		dst = append(dst, round((d.even[halfTaps]+sum)/2))
	}
	return dst
}

func round(v float32) int16 {
	return int16(min(max(math.Round(float64(v)), math.MinInt16), math.MaxInt16))
}

// Goertzel returns the part of the samples' power, 0 to 1, that lies at one frequency.
func Goertzel(samples []int16, rate int, hertz float64) float64 {
	var s1, s2, total float64
	c := 2 * math.Cos(2*math.Pi*hertz/float64(rate))
	for _, v := range samples {
		x := float64(v)
		s1, s2 = x+c*s1-s2, s1
		total += x * x
	}
	if total == 0 {
		return 0
	}
	return (s1*s1 + s2*s2 - c*s1*s2) * 2 / float64(len(samples)) / total
}

// Sine fills samples with a tone, from a phase in radians, and returns the phase after them.
func Sine(samples []int16, rate int, hertz, amplitude, phase float64) float64 {
	step := 2 * math.Pi * hertz / float64(rate)
	for i := range samples {
		samples[i] = int16(amplitude * math.Sin(phase))
		phase += step
	}
	return math.Mod(phase, 2*math.Pi)
}
