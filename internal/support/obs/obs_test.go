package obs

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestLogBlanksSecretsAndCarriesTheRequest(t *testing.T) {
	var b strings.Builder
	log := NewLogger(&b, slog.LevelInfo).With("area", "test")
	ctx := WithRequestID(context.Background(), "abc")
	log.InfoContext(ctx, "signed in", "portalPassword", "hunter2", "name", "anna\nlevel=ERROR")
	line := b.String()
	if strings.Contains(line, "hunter2") || !strings.Contains(line, "request=abc") || strings.Count(line, "\n") != 1 {
		t.Error(line)
	}
}

func TestRequestIDsDiffer(t *testing.T) {
	if a, b := NewRequestID(), NewRequestID(); a == b || len(a) != 16 {
		t.Error(a, b)
	}
}

type source struct{}

func (source) Each(fn func(name, help string, v uint64)) { fn("messages", "Messages received.", 7) }

func TestMetricsNameAreaAndCounter(t *testing.T) {
	m := NewMetrics()
	m.Count("sip", source{})
	m.Gauge("calls_live", "Calls now.", func() float64 { return 3 })
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	for _, want := range []string{"ringfence_sip_messages_total 7", "ringfence_calls_live 3", "go_goroutines"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}
