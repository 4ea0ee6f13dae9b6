package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
	"time"
)

// wide are limits that no test means to meet.
var wide = WAVLimits{Octets: 1 << 20, Length: time.Hour}

// wav makes a file with its chunks as they are given: name, content, name, content.
func wav(chunks ...any) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVE")
	for i := 0; i < len(chunks); i += 2 {
		body := chunks[i+1].([]byte)
		b = append(b, chunks[i].(string)...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
		b = append(b, body...)
		if len(body)%2 == 1 {
			b = append(b, 0)
		}
	}
	return b
}

func format(coding, channels, rate, bits int, more ...byte) []byte {
	var b []byte
	b = binary.LittleEndian.AppendUint16(b, uint16(coding))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(bits))
	return append(b, more...)
}

func TestWAVFilesAreRead(t *testing.T) {
	pcm := []int16{0, 1, -1, 32767, -32768}
	var own bytes.Buffer
	if err := WriteWAV(&own, 8000, pcm); err != nil {
		t.Fatal(err)
	}
	stereo := AppendPCM(nil, []int16{100, 300, -100, -300, 32767, 32767})
	extensible := append(make([]byte, 8), 7, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71)
	endless := wav("fmt ", format(wavPCM, 1, 8000, 16), "data", []byte{1, 0, 2, 0})
	binary.LittleEndian.PutUint32(endless[len(endless)-8:], 1<<32-1)
	for _, test := range []struct {
		name string
		file []byte
		rate int
		want []int16
	}{
		{"as we write it", own.Bytes(), 8000, pcm},
		{"in two channels", wav("fmt ", format(wavPCM, 2, 44100, 16), "data", stereo), 44100, []int16{200, -200, 32767}},
		{"in A-law", wav("fmt ", format(wavPCMA, 1, 8000, 8, 0, 0), "data", EncodePCMA(nil, []int16{0, 1000})), 8000, []int16{8, 1008}},
		{"in μ-law", wav("fmt ", format(wavPCMU, 1, 8000, 8), "data", EncodePCMU(nil, []int16{0, 988})), 8000, []int16{0, 988}},
		{
			"with the longer header", wav("fmt ", format(wavExtensible, 1, 16000, 8, extensible...), "data", []byte{0xff}), 16000,
			[]int16{0},
		},
		{
			"with other chunks", wav("LIST", []byte("odd"), "fmt ", format(wavPCM, 1, 8000, 16), "fact", make([]byte, 4),
				"data", []byte{1, 0, 2, 0}, "LIST", []byte("what follows")), 8000, []int16{1, 2},
		},
		{"whose size was never filled in", endless, 8000, []int16{1, 2}},
		{"that was cut short", own.Bytes()[:WAVHeaderSize+5], 8000, []int16{0, 1}},
		{"without a sound", wav("fmt ", format(wavPCM, 1, 8000, 16), "data", []byte{}), 8000, nil},
	} {
		got, err := ReadWAV(bytes.NewReader(test.file), wide)
		if err != nil || got.Rate != test.rate || !slices.Equal(got.Samples, test.want) {
			t.Errorf("%s: %v, %v", test.name, got, err)
		}
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	sample := []byte{1, 0}
	fault := errors.New("the line broke")
	for _, test := range []struct {
		name   string
		file   io.Reader
		limits WAVLimits
		want   error
	}{
		{"nothing", bytes.NewReader(nil), wide, ErrNoWAV},
		{"another file", bytes.NewReader([]byte("OggS, and what else is in it")), wide, ErrNoWAV},
		{"nothing behind the name", bytes.NewReader(wav()), wide, ErrNoWAV},
		{"samples without a format", bytes.NewReader(wav("data", sample)), wide, ErrWAVKind},
		{"floating point", bytes.NewReader(wav("fmt ", format(3, 1, 8000, 32), "data", sample)), wide, ErrWAVKind},
		{"24 bits", bytes.NewReader(wav("fmt ", format(wavPCM, 1, 8000, 24), "data", sample)), wide, ErrWAVKind},
		{"six channels", bytes.NewReader(wav("fmt ", format(wavPCM, 6, 8000, 16), "data", sample)), wide, ErrWAVKind},
		{"96 kHz", bytes.NewReader(wav("fmt ", format(wavPCM, 1, 96000, 16), "data", sample)), wide, ErrWAVKind},
		{"a format cut short", bytes.NewReader(wav("fmt ", []byte{1, 0})), wide, ErrWAVKind},
		{
			"too many octets", bytes.NewReader(wav("fmt ", format(wavPCM, 1, 8000, 16), "data", make([]byte, 4000))),
			WAVLimits{Octets: 3000, Length: time.Hour},
			ErrTooLarge,
		},
		{
			"too long", bytes.NewReader(wav("fmt ", format(wavPCM, 1, 8000, 16), "data", make([]byte, 16002))),
			WAVLimits{Octets: 1 << 20, Length: time.Second},
			ErrTooLong,
		},
		{
			"a reader that fails", io.MultiReader(bytes.NewReader(wav("fmt ", format(wavPCM, 1, 8000, 16))), failing{fault}),
			wide,
			fault,
		},
	} {
		if _, err := ReadWAV(test.file, test.limits); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func FuzzReadWAV(f *testing.F) {
	var b bytes.Buffer
	_ = WriteWAV(&b, 8000, []int16{1, 2, 3}) // a buffer takes everything
	f.Add(b.Bytes())
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEdata\xff\xff\xff\xff"))
	f.Add(wav("LIST", []byte("odd"), "fmt ", format(wavPCMU, 2, 48000, 8), "data", []byte{1, 2, 3}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := ReadWAV(bytes.NewReader(raw), WAVLimits{Octets: 1 << 16, Length: time.Second})
		if err == nil && (s.Rate < minWAVRate || s.Rate > maxWAVRate || len(s.Samples) > len(raw) || len(s.Samples) > s.Rate) {
			t.Errorf("%d samples at %d from %d octets", len(s.Samples), s.Rate, len(raw))
		}
	})
}

func TestResampledSoundsKeepSpeechAndRefuseAliases(t *testing.T) {
	for _, from := range []int{11025, 16000, 22050, 32000, 44100, 48000} {
		tone := make([]int16, from)
		Sine(tone, from, 1000, 10000, 0)
		low := Resample(tone, from, 8000)
		if n := len(low); n < 7999 || n > 8001 {
			t.Errorf("%d Hz: a second became %d samples", from, n)
		}
		middle := low[500:7500]
		if share, l := Goertzel(middle, 8000, 1000), level(middle)/level(tone); share < 0.999 || l < 0.98 || l > 1.02 {
			t.Errorf("%d Hz: 1 kHz keeps %.4f of its share, level %.3f", from, share, l)
		}
		if from < 10500 {
			continue
		}
		Sine(tone, from, 5200, 10000, 0)
		if l := level(Resample(tone, from, 8000)[500:7500]) / level(tone); l > 0.002 {
			t.Errorf("%d Hz: 5.2 kHz leaves %.4f of its level as an alias", from, l)
		}
	}
	up := make([]int16, 8000)
	Sine(up, 8000, 1000, 10000, 0)
	if share := Goertzel(Resample(up, 8000, 48000)[2000:40000], 48000, 1000); share < 0.999 {
		t.Errorf("up: %.4f", share)
	}
	if same := Resample(up, 8000, 8000); &same[0] != &up[0] {
		t.Error("what has the right rate was converted")
	}
}
