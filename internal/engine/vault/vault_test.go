package vault

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"ringfence/internal/pbx"
)

func testVault(t *testing.T, first byte) *Vault {
	t.Helper()
	v, err := New([32]byte{first})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealedValueOpensOnlyInItsRowWithItsKey(t *testing.T) {
	v, other := testVault(t, 1), testVault(t, 2)
	s := v.Seal("row/1", []byte("hello"))
	if got, err := v.Open("row/1", s); err != nil || string(got) != "hello" {
		t.Fatalf("open: %q, %v", got, err)
	}
	if bytes.Contains(s, []byte("hello")) {
		t.Error("the text is readable")
	}
	altered := bytes.Clone(s)
	altered[len(altered)-1] ^= 1
	for name, err := range map[string]error{
		"another row":  second(v.Open("row/2", s)),
		"another key":  second(other.Open("row/1", s)),
		"altered":      second(v.Open("row/1", altered)),
		"cut":          second(v.Open("row/1", s[:5])),
		"empty":        second(v.Open("row/1", nil)),
		"other format": second(v.Open("row/1", append([]byte{9}, s[1:]...))),
	} {
		if !errors.Is(err, errDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[A, B any](_ A, b B) B { return b }

func TestVerify(t *testing.T) {
	v := testVault(t, 1)
	ctx := t.Context()
	right, wrong := pbx.NewSecret("correct horse battery"), pbx.NewSecret("correct horse batterx")
	stretched, err := v.Stretch(ctx, right)
	if err != nil {
		t.Fatal(err)
	}
	hash := v.SealStretched("r", stretched)
	mac := v.MAC("r", right)
	tests := []struct {
		name   string
		row    string
		scheme pbx.SecretScheme
		stored pbx.Sealed
		secret pbx.Secret
		want   bool
		fails  bool
	}{
		{"chosen, right", "r", pbx.SchemeArgon2, hash, right, true, false},
		{"chosen, wrong", "r", pbx.SchemeArgon2, hash, wrong, false, false},
		{"chosen, copied to another row", "q", pbx.SchemeArgon2, hash, right, false, true},
		{"generated, right", "r", pbx.SchemeHMAC, mac, right, true, false},
		{"generated, wrong", "r", pbx.SchemeHMAC, mac, wrong, false, false},
		{"generated, copied to another row", "q", pbx.SchemeHMAC, mac, right, false, false},
		{"nobody there", "r", "", nil, right, false, false},
		{"password unset", "r", pbx.SchemeHMAC, nil, right, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := v.Verify(ctx, tt.row, tt.scheme, tt.stored, tt.secret)
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestHashingWaitsForItsTurnOnlyAsLongAsTheContext(t *testing.T) {
	v := testVault(t, 1)
	for range hashesAtOnce {
		v.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Stretch(ctx, pbx.NewSecret("x")); pbx.KindOf(err) != pbx.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestGeneratedSecretsFollowThePolicy(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		sip, portal, pin := NewSIPPassword().Reveal(), NewPortalPassword().Reveal(), NewPIN("201").Reveal()
		if len(sip) != 20 || len(portal) != 27 || len(pin) != 6 {
			t.Fatalf("lengths %d, %d, %d", len(sip), len(portal), len(pin))
		}
		if p := pbx.PasswordProblem(portal) + pbx.PasswordProblem(sip) + pbx.PINProblem(pin, "201"); p != "" {
			t.Fatal(p)
		}
		if seen[sip] || seen[portal] {
			t.Fatal("repeated")
		}
		seen[sip], seen[portal] = true, true
	}
}

func TestHA1IsWhatTheRFCsExampleSays(t *testing.T) {
	// RFC 7616 §3.9.1: Mufasa's credentials give these first hashes.
	m, s := HA1("Mufasa", "http-auth@example.org", pbx.NewSecret("Circle of Life"))
	v := testVault(t, 1)
	c := v.NewCredential(pbx.Line{ID: 7, SIPUsername: "Mufasa"}, "http-auth@example.org", pbx.NewSecret("Circle of Life"))
	gm, gs, err := v.OpenCredential(c)
	if err != nil || gm != m || gs != s {
		t.Fatalf("the credential does not open to its hashes: %v", err)
	}
	if want := [4]byte{0x3d, 0x78, 0x80, 0x7d}; [4]byte(m[:4]) != want {
		t.Errorf("MD5 HA1 begins with %x", m[:4])
	}
	c.Line = 8
	if _, _, err := v.OpenCredential(c); err == nil {
		t.Error("a credential opens on another line")
	}
}
