package audio

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
)

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

// Errors of ReadWAV.
var (
	ErrNoWAV    = errors.New("not a WAV file")
	ErrWAVKind  = errors.New("a WAV file that is not 16-bit PCM")
	ErrTooLarge = errors.New("the WAV file is too large")
)

// WriteWAV writes 16-bit mono PCM.
func WriteWAV(w io.Writer, rate int, samples []int16) error {
	n := uint32(2 * len(samples))
	b := make([]byte, 0, 44+int(n))
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, 36+n)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 1) // one channel
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*rate))
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, n)
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	_, err := w.Write(b)
	return err
}

// ReadWAV reads the first channel of 16-bit PCM, of at most limit octets. It fails with ErrNoWAV, ErrWAVKind or ErrTooLarge.
func ReadWAV(r io.Reader, limit int64) (samples []int16, rate int, err error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, 0, err
	case int64(len(b)) > limit:
		return nil, 0, ErrTooLarge
	case len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE":
		return nil, 0, ErrNoWAV
	}
	channels := 0
	for b = b[12:]; len(b) >= 8; {
		id, n := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
		b = b[8:]
		body := b[:min(n, int64(len(b)))]
		switch id {
		case "fmt ":
			if len(body) < 16 || binary.LittleEndian.Uint16(body) != 1 || binary.LittleEndian.Uint16(body[14:]) != 16 {
				return nil, 0, ErrWAVKind
			}
			channels, rate = int(binary.LittleEndian.Uint16(body[2:])), int(binary.LittleEndian.Uint32(body[4:]))
		case "data":
			if channels == 0 || rate == 0 {
				return nil, 0, ErrWAVKind
			}
			for i := 0; i+2*channels <= len(body); i += 2 * channels {
				samples = append(samples, int16(binary.LittleEndian.Uint16(body[i:])))
			}
			return samples, rate, nil
		}
		b = b[min(n+n&1, int64(len(b))):]
	}
	return nil, 0, ErrNoWAV
}
