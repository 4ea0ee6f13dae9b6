package srtp

import (
	"errors"
	"strings"
	"testing"
)

const (
	inline30 = "inline:QVpYVmNSZ0w3T2I0dGxBUHN3M0hqUUV5TjJrS0Zu"                         // 30 bytes
	inline28 = "inline:QVpYVmNSZ0w3T2I0dGxBUHN3M0hqUUV5TjJrSw=="                         // 28 bytes
	inline46 = "inline:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpbXF1eX2BhYmNkZWZnaGlqa2xtbg==" // 46 bytes
)

func TestCryptoLinesThatAreUsed(t *testing.T) {
	for name, c := range map[string]struct {
		line  string
		tag   int
		suite Suite
	}{
		"the usual":                  {"1 AES_CM_128_HMAC_SHA1_80 " + inline30, 1, AESCM128},
		"a large tag":                {"999999999 AES_CM_128_HMAC_SHA1_80 " + inline30, 999999999, AESCM128},
		"GCM":                        {"2 AEAD_AES_128_GCM " + inline28, 2, AEADAES128},
		"GCM without padding":        {"2 AEAD_AES_128_GCM " + strings.TrimRight(inline28, "="), 2, AEADAES128},
		"256 bits":                   {"3 AES_256_CM_HMAC_SHA1_80 " + inline46, 3, AESCM256},
		"a lifetime as a power":      {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + "|2^31", 1, AESCM128},
		"a lifetime in full":         {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + "|1048576", 1, AESCM128},
		"lifetime and MKI":           {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + "|2^20|1:4", 1, AESCM128},
		"MKI alone":                  {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + "|1:1", 1, AESCM128},
		"window size hint":           {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + " WSH=128", 1, AESCM128},
		"a parameter one may ignore": {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + " -x=1", 1, AESCM128},
	} {
		got, err := ParseCrypto(c.line)
		if err != nil || got.Tag != c.tag || got.Key.Suite() != c.suite {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestCryptoLinesThatAreNot(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		want error
	}{
		"short tag of the 32-bit suite": {"1 AES_CM_128_HMAC_SHA1_32 " + inline30, ErrUnsupported},
		"no encryption":                 {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + " UNENCRYPTED_SRTP", ErrUnsupported},
		"no RTCP encryption":            {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + " UNENCRYPTED_SRTCP", ErrUnsupported},
		"no authentication":             {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + " UNAUTHENTICATED_SRTP", ErrUnsupported},
		"key derivation rate":           {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + " KDR=1", ErrUnsupported},
		"forward error correction":      {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + " FEC_ORDER=FEC_SRTP", ErrUnsupported},
		"two keys":                      {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + "|1:1;" + inline30 + "|2:1", ErrUnsupported},
		"another method":                {"1 AES_CM_128_HMAC_SHA1_80 uri:https://x", ErrUnsupported},
		"an MKI that is too long":       {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + "|1:128", ErrUnsupported},
		"no key":                        {"1 AES_CM_128_HMAC_SHA1_80", ErrSyntax},
		"a tag of ten digits":           {"1234567890 AES_CM_128_HMAC_SHA1_80 " + inline30, ErrSyntax},
		"a tag of letters":              {"x AES_CM_128_HMAC_SHA1_80 " + inline30, ErrSyntax},
		"a key that is too short":       {"1 AES_CM_128_HMAC_SHA1_80 inline:QUJD", ErrSyntax},
		"a key for another suite":       {"1 AES_CM_128_HMAC_SHA1_80 " + inline46, ErrSyntax},
		"no base64":                     {"1 AES_CM_128_HMAC_SHA1_80 inline:!!!!", ErrSyntax},
		"an MKI that does not fit":      {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + "|256:1", ErrSyntax},
		"a lifetime after the MKI":      {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + "|1:1|2^20", ErrSyntax},
		"too long":                      {"1 AES_CM_128_HMAC_SHA1_80 " + inline30 + strings.Repeat(" -x", 200), ErrSyntax},
	} {
		if _, err := ParseCrypto(c.line); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheFirstUsableLineWinsAndMKIComesLast(t *testing.T) {
	cm, gcm := "4 AES_CM_128_HMAC_SHA1_80 "+inline30, "5 AEAD_AES_128_GCM "+inline28
	identified := "1 AES_CM_128_HMAC_SHA1_80 " + inline30 + "|1:1"
	for name, c := range map[string]struct {
		lines []string
		tag   int
	}{
		"offerer's order":          {[]string{gcm, cm}, 5},
		"unusable lines before":    {[]string{"1 F8_128_HMAC_SHA1_80 " + inline30, "rubbish", cm, gcm}, 4},
		"MKI only if none other":   {[]string{identified, gcm}, 5},
		"MKI if there is no other": {[]string{identified}, 1},
	} {
		if got, ok := Choose(c.lines); !ok || got.Tag != c.tag {
			t.Errorf("%s: %d", name, got.Tag)
		}
	}
	if _, ok := Choose([]string{"1 F8_128_HMAC_SHA1_80 " + inline30}); ok {
		t.Error("something was chosen of nothing")
	}
}

func FuzzParseCrypto(f *testing.F) {
	f.Add("1 AES_CM_128_HMAC_SHA1_80 " + inline30 + "|2^20|1:4 WSH=64")
	f.Add("2 AEAD_AES_128_GCM " + inline28)
	f.Add("3 AES_256_CM_HMAC_SHA1_80 " + inline46 + "|4294967295:16")
	f.Add("1 AES_CM_128_HMAC_SHA1_80 inline:;|:")
	f.Fuzz(func(t *testing.T, line string) {
		c, err := ParseCrypto(line)
		if err != nil {
			return
		}
		again, err := ParseCrypto(c.String())
		if err != nil || again.Tag != c.Tag || !again.Key.Equal(c.Key) {
			t.Fatalf("%q became %q: %v", line, c.String(), err)
		}
		if _, err := NewSender(c.Key); err != nil {
			t.Fatalf("a parsed key does not work: %v", err)
		}
	})
}
