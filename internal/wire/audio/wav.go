package audio

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"time"
)

// Errors of ReadWAV.
var (
	ErrNoWAV    = errors.New("not a WAV file")
	ErrWAVKind  = errors.New("a WAV file of another kind than PCM of 16 bits, A-law or μ-law, mono or stereo, 8 to 48 kHz")
	ErrTooLarge = errors.New("the WAV file is too large")
	ErrTooLong  = errors.New("the WAV file lasts too long")
)

// WAVHeaderSize is how many octets stand before the samples in a file that begins with AppendWAVHeader.
const WAVHeaderSize = 44

// The rates that ReadWAV takes, in hertz.
const (
	minWAVRate = 8000
	maxWAVRate = 48000
)

// What a WAV file's samples are coded in.
const (
	wavPCM        = 1
	wavPCMA       = 6
	wavPCMU       = 7
	wavExtensible = 0xfffe // the coding stands further behind
)

// AppendWAVHeader appends the header of a file of 16-bit mono PCM with so many samples. It is written once more when a
// file that is made piece by piece is whole.
func AppendWAVHeader(dst []byte, rate, samples int) []byte {
	n := uint32(2 * samples)
	dst = append(dst, "RIFF"...)
	dst = binary.LittleEndian.AppendUint32(dst, WAVHeaderSize-8+n)
	dst = append(dst, "WAVEfmt "...)
	dst = binary.LittleEndian.AppendUint32(dst, 16)
	dst = binary.LittleEndian.AppendUint16(dst, wavPCM)
	dst = binary.LittleEndian.AppendUint16(dst, 1) // one channel
	dst = binary.LittleEndian.AppendUint32(dst, uint32(rate))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(2*rate))
	dst = binary.LittleEndian.AppendUint16(dst, 2)
	dst = binary.LittleEndian.AppendUint16(dst, 16)
	dst = append(dst, "data"...)
	return binary.LittleEndian.AppendUint32(dst, n)
}

// AppendPCM appends samples as they stand in such a file.
func AppendPCM(dst []byte, samples []int16) []byte {
	for _, s := range samples {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(s))
	}
	return dst
}

// WriteWAV writes 16-bit mono PCM.
func WriteWAV(w io.Writer, rate int, samples []int16) error {
	b := make([]byte, 0, WAVHeaderSize+2*len(samples))
	_, err := w.Write(AppendPCM(AppendWAVHeader(b, rate, len(samples)), samples))
	return err
}

// WAVLimits bound what ReadWAV reads.
type WAVLimits struct {
	Octets int64
	Length time.Duration
}

// Sound is one channel of samples.
type Sound struct {
	Rate    int // hertz
	Samples []int16
}

// ReadWAV reads a WAV file; of two channels it takes the middle. What follows the samples is not read. It fails with
// ErrNoWAV, ErrWAVKind, ErrTooLarge, ErrTooLong or what the reader said.
func ReadWAV(r io.Reader, l WAVLimits) (Sound, error) {
	w := wavReader{left: l.Octets}
	w.r = bufio.NewReader(&w)
	w.source = r
	return w.read(l.Length)
}

// wavReader goes through the chunks of a file.
type wavReader struct {
	source io.Reader
	left   int64 // octets that may still be read
	r      *bufio.Reader
	format wavFormat
}

type wavFormat struct{ coding, channels, rate, bits int }

// Read bounds the source.
func (w *wavReader) Read(b []byte) (int, error) {
	n, err := w.source.Read(b)
	if w.left -= int64(n); w.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

func (w *wavReader) read(most time.Duration) (Sound, error) {
	var head [12]byte
	if err := w.fill(head[:]); err != nil {
		return Sound{}, err
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return Sound{}, ErrNoWAV
	}
	for {
		var chunk [8]byte
		if err := w.fill(chunk[:]); err != nil {
			return Sound{}, err
		}
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "fmt ":
			if err := w.readFormat(size); err != nil {
				return Sound{}, err
			}
		case "data":
			if w.format.rate == 0 {
				return Sound{}, ErrWAVKind
			}
			return w.samples(size, most)
		default:
			if err := w.skip(size + size&1); err != nil {
				return Sound{}, err
			}
		}
	}
}

// fill reads all of b; a file that ends before is none.
func (w *wavReader) fill(b []byte) error {
	_, err := io.ReadFull(w.r, b)
	return early(err)
}

func (w *wavReader) skip(n int64) error {
	_, err := io.CopyN(io.Discard, w.r, n)
	return early(err)
}

func early(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrNoWAV
	}
	return err
}

func (w *wavReader) readFormat(size int64) error {
	var b [40]byte
	if size < 16 {
		return ErrWAVKind
	}
	known := b[:min(size, int64(len(b)))]
	if err := w.fill(known); err != nil {
		return err
	}
	if err := w.skip(size + size&1 - int64(len(known))); err != nil {
		return err
	}
	f := wavFormat{
		coding: int(binary.LittleEndian.Uint16(b[0:])), channels: int(binary.LittleEndian.Uint16(b[2:])),
		rate: int(binary.LittleEndian.Uint32(b[4:])), bits: int(binary.LittleEndian.Uint16(b[14:])),
	}
	if f.coding == wavExtensible && len(known) == len(b) {
		f.coding = int(binary.LittleEndian.Uint16(b[24:]))
	}
	right := f.bits == 16
	if f.coding == wavPCMA || f.coding == wavPCMU {
		right = f.bits == 8
	} else if f.coding != wavPCM {
		right = false
	}
	if !right || f.channels < 1 || f.channels > 2 || f.rate < minWAVRate || f.rate > maxWAVRate {
		return ErrWAVKind
	}
	w.format = f
	return nil
}

// samples reads what a data chunk holds. One that was cut short, or whose size was never filled in, ends with the file.
func (w *wavReader) samples(size int64, most time.Duration) (Sound, error) {
	f := w.format
	frame := f.channels * f.bits / 8
	limit := int(most.Seconds() * float64(f.rate))
	var r io.Reader = w.r
	if size != 0 && size != 1<<32-1 {
		r = io.LimitReader(w.r, size)
	}
	out := Sound{Rate: f.rate}
	buf, decoded := make([]byte, 4096*frame), make([]int16, 0, 4096*f.channels)
	for {
		n, err := io.ReadFull(r, buf)
		decoded = f.decode(decoded[:0], buf[:n-n%frame])
		out.Samples = appendMiddle(out.Samples, decoded, f.channels)
		switch {
		case len(out.Samples) > limit:
			return Sound{}, ErrTooLong
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return out, nil
		case err != nil:
			return Sound{}, err
		}
	}
}

func (f wavFormat) decode(dst []int16, octets []byte) []int16 {
	switch f.coding {
	case wavPCMA:
		return DecodePCMA(dst, octets)
	case wavPCMU:
		return DecodePCMU(dst, octets)
	}
	for ; len(octets) >= 2; octets = octets[2:] {
		dst = append(dst, int16(binary.LittleEndian.Uint16(octets)))
	}
	return dst
}

// appendMiddle appends one sample for each frame.
func appendMiddle(dst, samples []int16, channels int) []int16 {
	if channels == 1 {
		return append(dst, samples...)
	}
	for ; len(samples) >= 2; samples = samples[2:] {
		dst = append(dst, int16((int32(samples[0])+int32(samples[1]))/2))
	}
	return dst
}
