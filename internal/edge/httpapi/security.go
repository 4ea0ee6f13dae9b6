package httpapi

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"ringfence/internal/support/obs"
)

const (
	maxBody        = 1 << 20
	headerDeadline = 10 * time.Second
	bodyDeadline   = 30 * time.Second
	writeDeadline  = 60 * time.Second
	idleDeadline   = 120 * time.Second
	maxHeader      = 64 << 10
)

// Server gives an HTTP server with the limits that strangers are held to. The caller sets TLS and serves.
func (a *API) Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerDeadline, ReadTimeout: bodyDeadline, WriteTimeout: writeDeadline,
		IdleTimeout: idleDeadline, MaxHeaderBytes: maxHeader, ErrorLog: nil,
	}
}

// guard is what every request passes: an id, a log line, security headers, a bound on its body, and the answer to a
// page of another site that tries to write with a person's cookie.
func (a *API) guard(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := obs.NewRequestID()
		ctx := obs.WithRequestID(r.Context(), id)
		r = r.WithContext(ctx)
		started := time.Now()
		rec := &recorder{ResponseWriter: w}
		a.headers(rec.Header(), id)
		defer func() {
			if fault := recover(); fault != nil {
				a.panicked(ctx, rec, fault)
			}
			a.counters.requests.Add(1)
			a.log.DebugContext(ctx, "http", "method", r.Method, "path", r.URL.Path, "status", rec.status,
				"took", time.Since(started).Round(time.Microsecond), "remote", r.RemoteAddr)
		}()
		// A bearer token is never sent by a browser on its own; everything else is held to its origin.
		if r.Header.Get("Authorization") == "" && crossOrigin.Check(r) != nil {
			a.counters.crossOrigin.Add(1)
			a.refuse(ctx, rec, http.StatusForbidden, "This came from a page of another site and was refused.")
			return
		}
		r.Body = http.MaxBytesReader(rec, r.Body, bodyLimit(r))
		next.ServeHTTP(rec, r)
	})
}

// bodyLimit is how much a request may bring along.
func bodyLimit(r *http.Request) int64 {
	if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, Prefix+greetingPath) {
		return maxGreetingBody
	}
	return maxBody
}

// headers go with every answer. Strict-Transport-Security is not among them: with a certificate of the own authority it
// would lock out whoever has not installed that yet.
func (a *API) headers(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), payment=(), usb=()")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
}

func (a *API) panicked(ctx context.Context, w *recorder, fault any) {
	if fault == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
		panic(fault)
	}
	a.counters.panics.Add(1)
	a.log.ErrorContext(ctx, "request panicked", "panic", fault, "stack", string(debug.Stack()))
	if w.status == 0 {
		a.refuse(ctx, w, http.StatusInternalServerError,
			"Something went wrong here. The request id finds it in the server's log.")
	}
}

// refuse answers outside of an operation.
func (a *API) refuse(ctx context.Context, w http.ResponseWriter, status int, detail string) {
	writeJSON(w, status, "application/problem+json", &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, RequestID: obs.RequestID(ctx),
	})
}

// recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 || r.status < 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write notes an implied 200.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b) //nolint:wrapcheck // an io.Writer's error as it is
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// remote gives the address a request came from; the zero address on a Unix socket.
func remote(addr string) netip.Addr {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.Addr{}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return ip.Unmap().WithZone("")
}
