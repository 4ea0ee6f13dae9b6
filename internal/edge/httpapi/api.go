// Package httpapi is the JSON API under /api/v1, and what stands beside it on the same port: health, metrics, the
// authority's certificate. It decodes, asks engine/admin or engine/auth, and encodes; rules and permissions are theirs.
//
// One file holds one resource. Every operation declares the permission it needs; operations without a person behind
// them declare Public. Errors are problems (RFC 9457) from one table in problem.go. An API is safe for concurrent use.
package httpapi

//go:generate sh -c "go run ringfence/tools/openapi > ../../../web/openapi.json"

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/auth"
	"ringfence/internal/engine/notify"
	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
	"ringfence/internal/support/fanout"
)

// Prefix is where the API lives.
const Prefix = "/api/v1"

// Config is what the API is made of.
type Config struct {
	Admin    *admin.Service
	Auth     *auth.Service
	Phones   Phones
	Calls    Calls
	Records  Records
	Mail     *notify.Service
	Machine  Machine
	Page     http.Handler // the embedded page; nil without
	Metrics  http.Handler
	Defaults admin.Defaults     // suggested at set-up
	Home     pbx.OrganizationID // whom the server's own command line speaks for
	Version  string
	Log      *slog.Logger

	Voicemail *voicemail.Service

	// InForce returns when a change set has reached everything that keeps something in memory. A write is answered then,
	// so that whoever was told "done" sees it done. Nil: nothing keeps anything.
	InForce func(ctx context.Context, id pbx.ChangeSetID) error
}

// API answers requests. Make one with New.
type API struct {
	// Fixed after construction.
	cfg        Config
	log        *slog.Logger
	mux        *http.ServeMux
	huma       huma.API
	document   func() ([]byte, error)
	operations []operation

	events   fanout.Hub[Event]
	counters Counters
}

// Counters count what the API did.
type Counters struct{ requests, crossOrigin, panics, unauthenticated, streams atomic.Uint64 }

// Each calls fn for every counter.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	fn("requests", "HTTP requests answered.", c.requests.Load())
	fn("cross_origin", "Requests refused because a page of another site made them.", c.crossOrigin.Load())
	fn("panics", "Requests that ended in a fault of the server.", c.panics.Load())
	fn("unauthenticated", "Requests without a valid session or token.", c.unauthenticated.Load())
	fn("streams", "Event streams opened.", c.streams.Load())
}

// New registers every operation. The API's document is made when it is asked for first.
func New(cfg Config) *API {
	a := &API{cfg: cfg, log: cfg.Log, mux: http.NewServeMux()}
	a.huma = humago.NewWithPrefix(a.mux, Prefix, a.library())
	a.huma.UseMiddleware(a.authenticate)
	a.register()
	a.shapeErrors()
	a.document = sync.OnceValues(a.writeDocument)
	a.plain()
	return a
}

// Counters gives the API's counters.
func (a *API) Counters() *Counters { return &a.counters }

// Document gives the OpenAPI document without a running server.
func Document() ([]byte, error) {
	return New(Config{Log: slog.New(slog.DiscardHandler)}).document()
}

// library configures the operation library: JSON only, its own documentation pages off (they load from other hosts),
// and errors worded like ours.
func (a *API) library() huma.Config {
	cfg := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Ringfence", Version: "1",
				Description: "Everything the page and the command line do. Ids are integers; times are RFC 3339 in UTC. " +
					"Sign in with a bearer token, or with the session cookie that POST /session sets.",
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token":   {Type: "http", Scheme: "bearer", Description: "An API token"},
					"session": {Type: "apiKey", In: "cookie", Name: cookieName, Description: "A session of the page"},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": jsonFormat(), "json": jsonFormat()},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
	cfg.Transformers = []huma.Transformer{func(ctx huma.Context, _ string, v any) (any, error) {
		if m, ok := v.(*huma.ErrorModel); ok {
			return fromLibrary(ctx.Context(), m), nil
		}
		return v, nil
	}}
	return cfg
}

func jsonFormat() huma.Format { return huma.DefaultJSONFormat }

// Handler gives what the public port serves.
func (a *API) Handler() http.Handler { return a.guard(a.mux) }

// Local gives what the server's own command line reaches over its socket: the API, acting as the server itself.
func (a *API) Local() http.Handler { return a.guard(a.asServer(a.local())) }

func writeJSON(w http.ResponseWriter, status int, contentType string, body any) {
	b, err := json.Marshal(body)
	if err != nil { // only a programmer's mistake: every body here is a plain struct
		status, b = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client is gone: nobody to tell
}
