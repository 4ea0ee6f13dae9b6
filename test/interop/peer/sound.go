package peer

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"os"
	"testing"
	"time"
)

// Sound is the first channel of a recording.
type Sound struct {
	Rate    int
	Samples []float64
}

// ReadSound reads a 16-bit WAV file. Lengths in headers are not believed: some programs write them at the end only.
func ReadSound(tb testing.TB, path string) Sound {
	tb.Helper()
	raw, err := os.ReadFile(path)
	must(tb, err)
	if len(raw) < 44 || string(raw[:4]) != "RIFF" {
		tb.Fatalf("%s is no WAV file (%d bytes)", path, len(raw))
	}
	channels, rate, data := 1, 8000, []byte(nil)
	for at := 12; at+8 <= len(raw); {
		id, n := string(raw[at:at+4]), int(binary.LittleEndian.Uint32(raw[at+4:]))
		body := raw[at+8:]
		if n < len(body) && id != "data" {
			body = body[:n]
		}
		if id == "fmt " {
			channels, rate = int(binary.LittleEndian.Uint16(body[2:])), int(binary.LittleEndian.Uint32(body[4:]))
		}
		if id == "data" {
			data = body
			break
		}
		at += 8 + n + n&1
	}
	s := Sound{Rate: rate}
	for i := 0; i+2*channels <= len(data); i += 2 * channels {
		s.Samples = append(s.Samples, float64(int16(binary.LittleEndian.Uint16(data[i:]))))
	}
	return s
}

// Duration is how long the recording lasts.
func (s Sound) Duration() time.Duration {
	return time.Duration(len(s.Samples)) * time.Second / time.Duration(max(s.Rate, 1))
}

// Share is the part of the power, 0 to 1, that lies at a frequency, between two moments of the recording.
func (s Sound) Share(hz int, from, to time.Duration) float64 {
	x := s.between(from, to)
	total, c, s1, s2 := 0.0, 2*math.Cos(2*math.Pi*float64(hz)/float64(s.Rate)), 0.0, 0.0
	for _, v := range x {
		s1, s2 = v+c*s1-s2, s1
		total += v * v
	}
	if total == 0 {
		return 0
	}
	n := float64(len(x))
	return (s1*s1 + s2*s2 - c*s1*s2) * 2 / n / total
}

// Clearest finds the window of a length that holds the greatest share of a frequency, and that share.
func (s Sound) Clearest(hz int, length time.Duration) (from time.Duration, share float64) {
	const step = 100 * time.Millisecond
	for at := time.Duration(0); at+length <= s.Duration(); at += step {
		if x := s.Share(hz, at, at+length); x > share {
			from, share = at, x
		}
	}
	return from, share
}

// RMS is the loudness between two moments.
func (s Sound) RMS(from, to time.Duration) float64 {
	x := s.between(from, to)
	total := 0.0
	for _, v := range x {
		total += v * v
	}
	return math.Sqrt(total / float64(max(len(x), 1)))
}

func (s Sound) between(from, to time.Duration) []float64 {
	at := func(d time.Duration) int { return min(int(d*time.Duration(s.Rate)/time.Second), len(s.Samples)) }
	return s.Samples[at(from):at(to)]
}

// WriteTone writes a WAV file with a sine, the same on all channels, and returns its path.
func WriteTone(tb testing.TB, path string, rate, channels, hz int, d time.Duration) string {
	tb.Helper()
	n := int(d*time.Duration(rate)/time.Second) * channels
	out := make([]byte, 44, 44+2*n)
	copy(out, "RIFF")
	binary.LittleEndian.PutUint32(out[4:], uint32(36+2*n))
	copy(out[8:], "WAVEfmt ")
	bytes := uint32(2 * rate * channels)
	for at, v := range map[int]uint32{16: 16, 24: uint32(rate), 28: bytes, 40: uint32(2 * n)} {
		binary.LittleEndian.PutUint32(out[at:], v)
	}
	for at, v := range map[int]uint16{20: 1, 22: uint16(channels), 32: uint16(2 * channels), 34: 16} {
		binary.LittleEndian.PutUint16(out[at:], v)
	}
	copy(out[36:], "data")
	for i := range n {
		v := int16(8000 * math.Sin(2*math.Pi*float64(hz)*float64(i/channels)/float64(rate)))
		out = binary.LittleEndian.AppendUint16(out, uint16(v))
	}
	must(tb, os.WriteFile(path, out, 0o600))
	return path
}

// UUID returns a random one.
func UUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// DialIn connects to a TCP address; inside a network namespace when ns is not empty.
func DialIn(ns, addr string) (net.Conn, error) {
	if ns == "" {
		return net.DialTimeout("tcp", addr, time.Second)
	}
	return dialNamespace(ns, addr)
}
