// Package webui serves the embedded page: the built files of web/, which `make` puts into dist before it compiles. It
// talks to nothing; the page talks to the API. A Handler is safe for concurrent use.
package webui

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed all:dist
var embedded embed.FS

// Policy is the content security policy of the page: everything from this server, nothing inline.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; " +
	"img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// notBuilt is what stands in for a page that was not built into the binary.
const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Ringfence</title>` +
	`<h1>The page is not in this binary</h1><p>It was compiled without it: run <code>make build</code>. ` +
	`The API and the command line work.</p></html>`

type file struct {
	plain, gzip, brotli []byte
	contentType, tag    string
}

// Handler serves the page.
type Handler struct{ files map[string]*file }

// New reads the embedded page.
func New() (*Handler, error) {
	sub, err := fs.Sub(embedded, "dist")
	if err != nil {
		return nil, err
	}
	return load(sub)
}

func load(page fs.FS) (*Handler, error) {
	h := &Handler{files: map[string]*file{}}
	err := fs.WalkDir(page, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		b, err := fs.ReadFile(page, name)
		if err != nil {
			return err
		}
		h.add(name, b)
		return nil
	})
	if _, ok := h.files["index.html"]; !ok {
		h.add("index.html", []byte(notBuilt))
	}
	return h, err
}

func (h *Handler) add(name string, b []byte) {
	base, ext := name, ""
	if e := path.Ext(name); e == ".gz" || e == ".br" {
		base, ext = strings.TrimSuffix(name, e), e
	}
	f := h.files[base]
	if f == nil {
		f = &file{}
		h.files[base] = f
	}
	switch ext {
	case ".gz":
		f.gzip = b
	case ".br":
		f.brotli = b
	default:
		sum := sha256.Sum256(b)
		f.plain, f.tag, f.contentType = b, `"`+hex.EncodeToString(sum[:12])+`"`, contentType(base)
	}
}

// contentType does not ask the machine's own tables, so that every machine serves the same.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".html", ".css", ".js", ".mjs", ".svg", ".json", ".txt":
		known := map[string]string{
			".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript",
			".svg": "image/svg+xml", ".json": "application/json", ".txt": "text/plain",
		}
		return known[ext] + "; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

// ServeHTTP serves a file of the page, or the page itself for an address that the page's own router knows.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	f, ok := h.files[name]
	if !ok {
		if path.Ext(name) != "" || strings.HasPrefix(name, "assets/") {
			http.NotFound(w, r)
			return
		}
		name, f = "index.html", h.files["index.html"]
	}
	if f.plain == nil { // only compressed forms were built: not addressable
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Security-Policy", Policy)
	header.Set("Content-Type", f.contentType)
	header.Set("Cache-Control", caching(name))
	header.Set("Vary", "Accept-Encoding")
	body, coding := f.pick(r.Header.Get("Accept-Encoding"))
	tag := f.tag
	if coding != "" {
		header.Set("Content-Encoding", coding)
		tag = strings.TrimSuffix(tag, `"`) + "-" + coding + `"`
	}
	header.Set("ETag", tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// caching: a file under assets/ has its content's hash in its name and never changes.
func caching(name string) string {
	if strings.HasPrefix(name, "assets/") {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

func (f *file) pick(accept string) (body []byte, coding string) {
	switch {
	case f.brotli != nil && accepts(accept, "br"):
		return f.brotli, "br"
	case f.gzip != nil && accepts(accept, "gzip"):
		return f.gzip, "gzip"
	default:
		return f.plain, ""
	}
}

// accepts reads Accept-Encoding (RFC 9110 §12.5.3) as far as browsers use it: a coding is wanted unless q is zero.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q := strings.ReplaceAll(params, " ", "")
		return q != "q=0" && strings.TrimRight(q, "0") != "q=0."
	}
	return false
}
