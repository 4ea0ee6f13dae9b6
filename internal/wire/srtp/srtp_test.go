package srtp

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ringfence/internal/wire/srtp/srtptest"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func independent(k Key) srtptest.Key {
	master, salt := k.master()
	return srtptest.New(master, salt, k.suite == AEADAES128)
}

// packet makes an RTP packet with room behind it.
func packet(seq uint16, ssrc uint32, payload string) []byte {
	b := make([]byte, 12, 256)
	b[0], b[1] = 0x80, 8
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], uint32(seq)*160)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	return append(b, payload...)
}

func TestEverySuiteAgreesWithASecondImplementation(t *testing.T) {
	for _, suite := range Suites() {
		t.Run(suite.String(), func(t *testing.T) {
			key := NewKey(suite)
			sender, err := NewSender(key)
			if err != nil {
				t.Fatal(err)
			}
			receiver, err := NewReceiver(key)
			if err != nil {
				t.Fatal(err)
			}
			other := srtptest.Stream{Key: independent(key)}
			roc := uint32(0)
			// Two wraps, in steps below a wrap's half.
			for i, seq := 0, uint16(30000); i < 150; i++ {
				plain := packet(seq, 0x1234, fmt.Sprint("speech ", i))
				sealed, err := sender.ProtectRTP(append(make([]byte, 0, 256), plain...))
				if err != nil {
					t.Fatal(err)
				}
				if opened, err := other.Open(sealed); err != nil || !bytes.Equal(opened, plain) {
					t.Fatalf("packet %d: the other implementation: %v", seq, err)
				}
				if want := independent(key).Seal(plain, roc); !bytes.Equal(want, sealed) {
					t.Fatalf("packet %d is sealed differently", seq)
				}
				if opened, err := receiver.UnprotectRTP(sealed, start); err != nil || !bytes.Equal(opened, plain) {
					t.Fatalf("packet %d: %v", seq, err)
				}
				if seq+1000 < seq {
					roc++
				}
				seq += 1000
			}
			if other.ROC() != 2 {
				t.Errorf("%d wraps", other.ROC())
			}
		})
	}
}

func TestReplayedForgedAndForeignPacketsChangeNothing(t *testing.T) {
	for _, suite := range Suites() {
		key := NewKey(suite)
		sender, _ := NewSender(key)
		receiver, _ := NewReceiver(key)
		sealed, _ := sender.ProtectRTP(packet(1, 7, "one"))
		first := bytes.Clone(sealed)
		if _, err := receiver.UnprotectRTP(bytes.Clone(first), start); err != nil {
			t.Fatal(err)
		}
		if _, err := receiver.UnprotectRTP(bytes.Clone(first), start); err == nil {
			t.Errorf("%v: a replay passed", suite)
		}
		// A forged packet far ahead must not move the window or the roll-over counter.
		for i := range 200 {
			forged := append(packet(uint16(20000+300*i), uint32(7+i%2), "forged"), make([]byte, 16)...)
			if _, err := receiver.UnprotectRTP(forged, start); err == nil {
				t.Fatalf("%v: a forged packet passed", suite)
			}
		}
		if receiver.current.known != 1 {
			t.Errorf("%v: %d sources known", suite, receiver.current.known)
		}
		second, _ := sender.ProtectRTP(packet(2, 7, "two"))
		if opened, err := receiver.UnprotectRTP(second, start); err != nil || string(opened[12:]) != "two" {
			t.Errorf("%v: after forgeries: %v", suite, err)
		}
		if _, err := receiver.UnprotectRTP([]byte{0x80, 0, 0}, start); !errors.Is(err, ErrTooShort) {
			t.Errorf("short: %v", err)
		}
	}
}

func TestAPeerCannotUseSourcesWithoutEnd(t *testing.T) {
	key := NewKey(AESCM128)
	sender, _ := NewSender(key)
	receiver, _ := NewReceiver(key)
	for i := range maxSources {
		sealed, _ := sender.ProtectRTP(packet(1, uint32(i), "x"))
		if _, err := receiver.UnprotectRTP(sealed, start); err != nil {
			t.Fatalf("source %d: %v", i, err)
		}
	}
	sealed, _ := sender.ProtectRTP(packet(1, 1000, "x"))
	if _, err := receiver.UnprotectRTP(sealed, start); !errors.Is(err, ErrTooManySources) {
		t.Errorf("one too many: %v", err)
	}
	sealed, _ = sender.ProtectRTP(packet(2, 3, "x"))
	if _, err := receiver.UnprotectRTP(sealed, start); err != nil {
		t.Errorf("a known one: %v", err)
	}
}

func TestTheSameKeyKeepsItsCounterAndANewOneBeginsAtZero(t *testing.T) {
	for _, suite := range Suites() {
		old, fresh := NewKey(suite), NewKey(suite)
		receiver, _ := NewReceiver(old)
		take := func(what string, sealed []byte, now time.Time, ok bool) {
			t.Helper()
			if _, err := receiver.UnprotectRTP(sealed, now); (err == nil) != ok {
				t.Errorf("%v: %s: %v", suite, what, err)
			}
		}
		seal := func(k Key, seq uint16, roc uint32) []byte { return independent(k).Seal(packet(seq, 9, "x"), roc) }
		take("first", seal(old, 65000, 0), start, true)
		take("wrapped", seal(old, 10, 1), start, true)
		if err := receiver.Rekey(old, start); err != nil {
			t.Fatal(err)
		}
		take("same key after a re-INVITE", seal(old, 11, 1), start, true)
		if err := receiver.Rekey(fresh, start); err != nil {
			t.Fatal(err)
		}
		take("new key from zero", seal(fresh, 12, 0), start, true)
		take("late packet of the old key", seal(old, 12, 1), start.Add(Overlap-time.Millisecond), true)
		take("replay under the old key", seal(old, 11, 1), start.Add(Overlap-time.Millisecond), false)
		take("old key after its time", seal(old, 13, 1), start.Add(Overlap), false)
		take("new key goes on", seal(fresh, 13, 0), start.Add(Overlap), true)
	}
}

func TestRTCPBothWays(t *testing.T) {
	report := []byte{0x80, 201, 0, 1, 0, 0, 0, 5}
	for _, suite := range Suites() {
		key := NewKey(suite)
		sender, _ := NewSender(key)
		receiver, _ := NewReceiver(key)
		sealed, err := sender.ProtectRTCP(append(make([]byte, 0, 64), report...))
		if err != nil || bytes.Contains(sealed, report[:8]) == false && len(sealed) <= len(report) {
			t.Fatalf("%v: %v", suite, err)
		}
		again := bytes.Clone(sealed)
		opened, err := receiver.UnprotectRTCP(sealed, start)
		if err != nil || !bytes.Equal(opened, report) {
			t.Errorf("%v: %x, %v", suite, opened, err)
		}
		if _, err := receiver.UnprotectRTCP(again, start); err == nil {
			t.Errorf("%v: a replayed report passed", suite)
		}
	}
}

func TestKeyIdentifiersTravelInPackets(t *testing.T) {
	for _, suite := range Suites() {
		key := NewKey(suite)
		key.mki = "\x00\x07"
		sender, _ := NewSender(key)
		receiver, _ := NewReceiver(key)
		sealed, err := sender.ProtectRTP(packet(5, 5, "x"))
		if err != nil || !bytes.Contains(sealed[13:], []byte{0, 7}) {
			t.Fatalf("%v: %x %v", suite, sealed, err)
		}
		if opened, err := receiver.UnprotectRTP(sealed, start); err != nil || string(opened[12:]) != "x" {
			t.Errorf("%v: %v", suite, err)
		}
	}
}

func TestProtectingAllocatesNothing(t *testing.T) {
	for _, suite := range Suites() {
		key := NewKey(suite)
		sender, _ := NewSender(key)
		receiver, _ := NewReceiver(key)
		buffer := packet(0, 77, strings.Repeat("x", 160))
		plain := bytes.Clone(buffer)
		seq := uint16(0)
		n := testing.AllocsPerRun(500, func() {
			seq++
			b := buffer[:copy(buffer, plain)]
			binary.BigEndian.PutUint16(b[2:], seq)
			sealed, err := sender.ProtectRTP(b)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := receiver.UnprotectRTP(sealed, start); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 && !raceDetector {
			t.Errorf("%v: %v allocations", suite, n)
		}
	}
}

func TestKeysDoNotShow(t *testing.T) {
	key := NewKey(AESCM128)
	secret := base64.StdEncoding.EncodeToString([]byte(key.secret))
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", key, "crypto", Crypto{1, key}.Key)
	shown := log.String() + fmt.Sprintf("%v %+v %#v %s", key, key, key, key)
	if strings.Contains(shown, key.secret) || strings.Contains(shown, secret) {
		t.Errorf("shown: %s", shown)
	}
}

func BenchmarkProtectAndUnprotect(b *testing.B) {
	for _, suite := range Suites() {
		b.Run(suite.String(), func(b *testing.B) {
			key := NewKey(suite)
			sender, _ := NewSender(key)
			receiver, _ := NewReceiver(key)
			buffer := packet(0, 77, strings.Repeat("x", 160))
			plain := bytes.Clone(buffer)
			b.ReportAllocs()
			for i := range b.N {
				p := buffer[:copy(buffer, plain)]
				binary.BigEndian.PutUint16(p[2:], uint16(i))
				sealed, _ := sender.ProtectRTP(p)
				if _, err := receiver.UnprotectRTP(sealed, start); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
