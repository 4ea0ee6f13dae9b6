package webui

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func page(t *testing.T) *Handler {
	t.Helper()
	h, err := load(fstest.MapFS{
		"index.html":            {Data: []byte("<html>page</html>")},
		"assets/app-1a2b.js":    {Data: []byte("plain script")},
		"assets/app-1a2b.js.br": {Data: []byte("brotli")},
		"assets/app-1a2b.js.gz": {Data: []byte("gzip")},
		".keep":                 {Data: nil},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(t *testing.T, h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestServes(t *testing.T) {
	tests := []struct {
		name, target, accept string
		status               int
		body, coding, cache  string
	}{
		{"the page at the root", "/", "", 200, "<html>page</html>", "", "no-cache"},
		{"the page at an address of its router", "/groups/3", "", 200, "<html>page</html>", "", "no-cache"},
		{"an asset for ever", "/assets/app-1a2b.js", "", 200, "plain script", "", "public, max-age=31536000, immutable"},
		{"an asset in brotli", "/assets/app-1a2b.js", "gzip, br;q=0.9", 200, "brotli", "br", "public, max-age=31536000, immutable"},
		{"an asset in gzip when brotli is refused", "/assets/app-1a2b.js", "br;q=0, gzip", 200, "gzip", "gzip", "public, max-age=31536000, immutable"},
		{"no page for an asset of an old build", "/assets/app-old.js", "", 404, "404 page not found\n", "", ""},
		{"no hidden file", "/.keep", "", 404, "404 page not found\n", "", ""},
		{"nothing above the page", "/../../etc/passwd", "", 200, "<html>page</html>", "", "no-cache"},
	}
	h := page(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := get(t, h, tt.target, "Accept-Encoding", tt.accept)
			if w.Code != tt.status || w.Body.String() != tt.body || w.Header().Get("Content-Encoding") != tt.coding ||
				w.Header().Get("Cache-Control") != tt.cache {
				t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
			}
		})
	}
}

func TestPageIsNotSentTwice(t *testing.T) {
	h := page(t)
	tag := get(t, h, "/").Header().Get("ETag")
	if w := get(t, h, "/", "If-None-Match", tag); w.Code != http.StatusNotModified {
		t.Error(w.Code)
	}
}

func TestPolicyAllowsNothingInline(t *testing.T) {
	if p := get(t, page(t), "/").Header().Get("Content-Security-Policy"); strings.Contains(p, "unsafe") ||
		!strings.Contains(p, "default-src 'none'") {
		t.Error(p)
	}
}

func TestBinaryWithoutPageSaysSo(t *testing.T) {
	h, err := load(fstest.MapFS{".keep": {}})
	if err != nil {
		t.Fatal(err)
	}
	if w := get(t, h, "/"); w.Code != 200 || !strings.Contains(w.Body.String(), "make build") {
		t.Error(w.Code, w.Body)
	}
}
