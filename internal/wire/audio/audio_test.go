package audio

import (
	"math"
	"testing"
)

func TestG711KeepsATone(t *testing.T) {
	pcm := make([]int16, 1600)
	Sine(pcm, 8000, 440, 12000, 0)
	for name, back := range map[string][]int16{
		"PCMU": DecodePCMU(nil, EncodePCMU(nil, pcm)), "PCMA": DecodePCMA(nil, EncodePCMA(nil, pcm)),
	} {
		if r := snr(pcm, back); r < 33 {
			t.Errorf("%s: signal to noise %.1f dB", name, r)
		}
	}
}

func TestG711KnownCodes(t *testing.T) {
	for _, c := range []struct {
		name    string
		sample  int16
		mu, a   byte
		muBack  int16
		aDecode int16
	}{
		{"silence", 0, 0xff, 0xd5, 0, 8},
		{"loudest", 32767, 0x80, 0xaa, 32124, 32256},
		{"quietest", -32768, 0x00, 0x2a, -32124, -32256},
		{"a thousand", 1000, 0xce, 0xfa, 988, 1008},
	} {
		if got := EncodePCMU(nil, []int16{c.sample})[0]; got != c.mu {
			t.Errorf("%s: μ-law %#x, want %#x", c.name, got, c.mu)
		}
		if got := EncodePCMA(nil, []int16{c.sample})[0]; got != c.a {
			t.Errorf("%s: A-law %#x, want %#x", c.name, got, c.a)
		}
		if got := DecodePCMU(nil, []byte{c.mu})[0]; got != c.muBack {
			t.Errorf("%s: μ-law back %d, want %d", c.name, got, c.muBack)
		}
		if got := DecodePCMA(nil, []byte{c.a})[0]; got != c.aDecode {
			t.Errorf("%s: A-law back %d, want %d", c.name, got, c.aDecode)
		}
	}
}

func TestEveryG711CodeSurvivesARoundTrip(t *testing.T) {
	for i := range 256 {
		b := byte(i)
		if got := EncodePCMA(nil, DecodePCMA(nil, []byte{b}))[0]; got != b {
			t.Errorf("A-law %#x becomes %#x", b, got)
		}
		if got := EncodePCMU(nil, DecodePCMU(nil, []byte{b}))[0]; got != b && b != 0x7f { // both zeros are one
			t.Errorf("μ-law %#x becomes %#x", b, got)
		}
	}
}

func TestG722KeepsTonesOfBothBands(t *testing.T) {
	for _, hz := range []float64{300, 1000, 3400, 5000, 6500} {
		pcm := make([]int16, 16000)
		Sine(pcm, 16000, hz, 10000, 0)
		back := NewG722Decoder().Decode(nil, NewG722Encoder().Encode(nil, pcm))
		if len(back) != len(pcm) {
			t.Fatalf("%d samples", len(back))
		}
		settled := back[4000:]
		if share := Goertzel(settled, 16000, hz); share < 0.98 {
			t.Errorf("%v Hz: %.1f %% of the power", hz, 100*share)
		}
		if l := level(settled) / level(pcm[4000:]); l < 0.9 || l > 1.1 {
			t.Errorf("%v Hz: level %.2f", hz, l)
		}
	}
}

func TestG722SurvivesAnything(t *testing.T) {
	loud := make([]int16, 1000)
	for i := range loud {
		loud[i] = []int16{math.MaxInt16, math.MinInt16}[i/7%2]
	}
	enc, dec := NewG722Encoder(), NewG722Decoder()
	dec.Decode(nil, enc.Encode(nil, loud))
	all := make([]byte, 4096)
	for i := range all {
		all[i] = byte(i * 37)
	}
	if n := len(dec.Decode(nil, all)); n != 8192 {
		t.Errorf("%d samples", n)
	}
}

func TestResamplingKeepsSpeechAndRefusesAliases(t *testing.T) {
	narrow := make([]int16, 8000)
	Sine(narrow, 8000, 1000, 10000, 0)
	wide := new(Upsampler).Up(nil, narrow)
	if share := Goertzel(wide[1000:], 16000, 1000); share < 0.999 {
		t.Errorf("up: %.2f %%", 100*share)
	}
	back := new(Downsampler).Down(nil, wide)
	if share, l := Goertzel(back[1000:], 8000, 1000), level(back[1000:])/level(narrow); share < 0.999 || l < 0.97 || l > 1.03 {
		t.Errorf("down: %.2f %%, level %.2f", 100*share, l)
	}
	high := make([]int16, 16000)
	Sine(high, 16000, 6000, 10000, 0)
	if l := level(new(Downsampler).Down(nil, high)[1000:]) / level(high); l > 0.01 {
		t.Errorf("6 kHz leaves %.3f of its level as an alias", l)
	}
}

func TestCodecsAllocateNothingOnceSetUp(t *testing.T) {
	pcm, octets := make([]int16, 320), make([]byte, 0, 320)
	out := make([]int16, 0, 640)
	enc, dec, up, down := NewG722Encoder(), NewG722Decoder(), new(Upsampler), new(Downsampler)
	n := testing.AllocsPerRun(50, func() {
		o := enc.Encode(octets[:0], pcm)
		s := dec.Decode(out[:0], o)
		o = EncodePCMA(octets[:0], down.Down(s[:0], s))
		up.Up(out[:0], DecodePCMA(pcm[:0:160], o))
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func level(samples []int16) float64 {
	var sum float64
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(len(samples)))
}

func snr(want, got []int16) float64 {
	var signal, noise float64
	for i := range want {
		d := float64(want[i]) - float64(got[i])
		signal += float64(want[i]) * float64(want[i])
		noise += d * d
	}
	return 10 * math.Log10(signal/noise)
}
