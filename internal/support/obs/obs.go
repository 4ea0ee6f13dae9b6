// Package obs is what makes a running process observable: the structured log, request ids, and metrics collected from
// the counters that packages keep anyway. It knows no protocol and no product.
//
// Everything in it is safe for concurrent use.
package obs

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"io"
	"log/slog"
	"strings"
)

// Redacted stands in the log where a secret would have stood.
const Redacted = "[redacted]"

// NewLogger gives a logger that writes one line of key=value pairs per event. Attributes whose key names a secret are
// blanked, a second line of defence behind types that redact themselves; line breaks and control characters in values
// are quoted by the handler, so text from outside cannot forge a line.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(requestHandler{slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: blank})})
}

func blank(_ []string, a slog.Attr) slog.Attr {
	if secretKey(a.Key) {
		return slog.String(a.Key, Redacted)
	}
	return a
}

func secretKey(key string) bool {
	k := strings.ToLower(key)
	for _, word := range []string{"password", "secret", "token", "authorization", "cookie", "pin", "ha1", "private"} {
		if k == word || strings.HasSuffix(k, word) && len(word) > 3 {
			return true
		}
	}
	return false
}

type requestKey struct{}

// NewRequestID gives an id that a person can read out: 16 letters and digits, 80 random bits.
func NewRequestID() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails: it ends the process instead
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// WithRequestID marks a context, so that every log line written with it carries the id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestID gives the id of the request that a context belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// requestHandler adds the request's id to lines that are logged with its context.
type requestHandler struct{ slog.Handler }

// Handle adds the id and passes the record on.
func (h requestHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the wrapping.
func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the wrapping.
func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}
