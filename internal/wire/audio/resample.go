package audio

import "math"

// resampleZeros is how many zero crossings of its sinc the filter of Resample reaches to each side: enough to keep
// speech whole and aliases some 60 dB below it.
const resampleZeros = 16

// passBand is the part of the slower rate's band that Resample keeps; its filter falls off in what is left.
const passBand = 0.92

// Resample gives a whole sound at another rate. It is for what is converted once, such as a file that somebody uploads;
// calls go through Upsampler and Downsampler.
func Resample(samples []int16, from, to int) []int16 {
	if from == to || len(samples) == 0 {
		return samples
	}
	g := gcd(from, to)
	phases, step := to/g, from/g
	filter := resampleFilter(phases, float64(to)/float64(from))
	taps := len(filter[0])
	out := make([]int16, 0, len(samples)*phases/step+1)
	for at, phase := 0, 0; at < len(samples); {
		first := at - taps/2 + 1
		var sum float32
		h := filter[phase]
		for i := max(0, -first); i < min(taps, len(samples)-first); i++ {
			sum += h[i] * float32(samples[first+i])
		}
		out = append(out, round(sum))
		phase += step
		at += phase / phases
		phase %= phases
	}
	return out
}

// resampleFilter makes a windowed sinc for each place between two samples that a result can lie at. Ratio is the new rate
// by the old one.
func resampleFilter(phases int, ratio float64) [][]float32 {
	corner := passBand * min(1, ratio) // of the old rate's band
	reach := int(math.Ceil(resampleZeros / min(1, ratio)))
	filter := make([][]float32, phases)
	for p := range filter {
		h := make([]float32, 2*reach)
		var sum float64
		for i := range h {
			x := float64(i-reach+1) - float64(p)/float64(phases) // distance from the result, in old samples
			w := x / float64(reach)
			window := 0.42 + 0.5*math.Cos(math.Pi*w) + 0.08*math.Cos(2*math.Pi*w)
			if w < -1 || w > 1 {
				window = 0
			}
			v := sinc(corner*x) * window
			h[i] = float32(v)
			sum += v
		}
		for i := range h { // a steady level stays as it is
			h[i] = float32(float64(h[i]) / sum)
		}
		filter[p] = h
	}
	return filter
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
