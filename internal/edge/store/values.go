package store

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"ringfence/internal/pbx"
)

// millis is a time as it is stored: milliseconds of UTC, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// moment reads a stored time.
type moment struct{ t *time.Time }

// Scan implements sql.Scanner.
func (m moment) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T", v)
	}
	*m.t = time.Time{}
	if n != 0 {
		*m.t = time.UnixMilli(n).UTC()
	}
	return nil
}

// jsonText is a value as it is stored in JSON.
func jsonText(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// fromJSON reads a stored JSON text into what to points to.
type fromJSON struct{ to any }

// Scan implements sql.Scanner.
func (j fromJSON) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return json.Unmarshal([]byte(v), j.to)
	case []byte:
		return json.Unmarshal(v, j.to)
	default:
		return fmt.Errorf("JSON is stored as %T", v)
	}
}

// addrPort reads a stored address with port, empty for none.
type addrPort struct{ a *netip.AddrPort }

// Scan implements sql.Scanner.
func (p addrPort) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("an address is stored as %T", v)
	}
	*p.a = netip.AddrPort{}
	if s == "" {
		return nil
	}
	a, err := netip.ParseAddrPort(s)
	*p.a = a
	return err
}

func addrText(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// fixedBytes reads a stored blob into all of an array.
type fixedBytes struct{ to []byte }

// Scan implements sql.Scanner.
func (f fixedBytes) Scan(v any) error {
	b, ok := v.([]byte)
	if !ok || len(b) != len(f.to) {
		return fmt.Errorf("%d bytes are stored as %T of %d", len(f.to), v, len(b))
	}
	copy(f.to, b)
	return nil
}

// blob stores no bytes as an empty blob, never as NULL.
func blob[B ~[]byte](b B) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// sealed reads a stored secret, nil for an empty blob.
type sealed struct{ to *pbx.Sealed }

// Scan implements sql.Scanner.
func (s sealed) Scan(v any) error {
	b, ok := v.([]byte)
	if !ok && v != nil {
		return fmt.Errorf("bytes are stored as %T", v)
	}
	*s.to = nil
	if len(b) > 0 {
		*s.to = slices.Clone(b)
	}
	return nil
}
