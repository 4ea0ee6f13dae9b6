package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Public is declared by operations that anybody may use: signing in, set-up, the document itself.
const Public pbx.Permission = "public"

const (
	cookieName  = "ringfence_session"
	maxCookie   = 200
	localAccess = "cli"

	settleTime = 2 * time.Second
)

// operation is what guards and document need to know of one operation.
type operation struct {
	id, method, path string
	tag, summary     string
	permission       pbx.Permission
	status           int    // of success; 200 unless told
	takes            string // media type of a body that the handler reads as it comes; empty: JSON, or none
	gives            string // media type of an answer that is no JSON
}

// caller is who asks, and how.
type caller struct {
	admin.Actor
	remote    netip.Addr
	userAgent string
	cookie    pbx.Secret // of a session; zero with a token or over the socket
	session   pbx.Session
}

type callerKey struct{}

// add registers an operation. Its handler gets the caller; whatever error it returns becomes a problem.
func add[I, O any](a *API, op operation, handle func(context.Context, caller, *I) (*O, error)) {
	if op.permission == "" {
		panic("operation " + op.id + " declares no permission")
	}
	a.operations = append(a.operations, op)
	huma.Register(a.huma, a.describe(op), func(ctx context.Context, in *I) (*O, error) {
		who, _ := ctx.Value(callerKey{}).(caller) // authenticate has put it there
		out, err := handle(ctx, who, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		if w, ok := any(out).(interface{ changed() pbx.ChangeSetID }); ok && out != nil {
			a.settle(ctx, w.changed())
		}
		return out, nil
	})
}

// settle waits a moment for a change to be in force; when that takes longer, the change stands all the same.
func (a *API) settle(ctx context.Context, id pbx.ChangeSetID) {
	if id == 0 || a.cfg.InForce == nil {
		return
	}
	within, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	if err := a.cfg.InForce(within, id); err != nil {
		a.log.WarnContext(ctx, "a change is stored and not in force yet", "changeSet", int64(id), "error", err)
	}
}

func (a *API) describe(op operation) huma.Operation {
	d := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Summary: op.summary, Tags: []string{op.tag},
		DefaultStatus: op.status, MaxBodyBytes: maxBody, BodyReadTimeout: bodyDeadline,
		Metadata:   map[string]any{"permission": op.permission},
		Extensions: map[string]any{"x-permission": string(op.permission)},
	}
	binary := func(mediaType string) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	}
	if op.takes != "" {
		d.RequestBody = &huma.RequestBody{Required: true, Content: binary(op.takes)}
	}
	if op.gives != "" {
		d.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: binary(op.gives)}}
	}
	if op.permission != Public {
		d.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	}
	return d
}

// authenticate finds out who asks before anything of the request's body is read.
func (a *API) authenticate(ctx huma.Context, next func(huma.Context)) {
	permission, _ := ctx.Operation().Metadata["permission"].(pbx.Permission)
	r, w := humago.Unwrap(ctx)
	who, err := a.whoAsks(r, permission)
	if err != nil {
		a.counters.unauthenticated.Add(1)
		a.answer(ctx.Context(), w, err)
		return
	}
	next(huma.WithValue(ctx, callerKey{}, who))
}

func (a *API) whoAsks(r *http.Request, permission pbx.Permission) (caller, error) {
	who := caller{remote: remote(r.RemoteAddr), userAgent: r.UserAgent()}
	if local, ok := r.Context().Value(callerKey{}).(caller); ok {
		return local, nil
	}
	if permission == Public {
		if c, err := r.Cookie(cookieName); err == nil && len(c.Value) <= maxCookie {
			who.cookie = pbx.NewSecret(c.Value)
		}
		return who, nil
	}
	var err error
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "bearer") {
		who.Actor, err = a.cfg.Auth.Bearer(r.Context(), pbx.NewSecret(token), who.remote)
	} else if c, cookieErr := r.Cookie(cookieName); cookieErr == nil && len(c.Value) <= maxCookie {
		who.cookie = pbx.NewSecret(c.Value)
		who.Actor, who.session, err = a.cfg.Auth.Session(r.Context(), who.cookie, who.remote)
	} else {
		err = pbx.Errorf(pbx.Unauthenticated, "Sign in first.")
	}
	if err != nil {
		return caller{}, err
	}
	who.Source = source(who)
	if !who.May(permission) {
		return caller{}, pbx.Errorf(pbx.Forbidden, "Your role or token does not allow this.")
	}
	return who, nil
}

// source is what the audit log says a change came by.
func source(who caller) string {
	by := "api"
	if !who.cookie.IsZero() {
		by = "page"
	}
	if who.remote.IsValid() {
		by += " " + who.remote.String()
	}
	return by
}

// asServer marks requests of the local socket: whoever can open it is the server's own user or root.
func (a *API) asServer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := caller{Actor: admin.System(a.cfg.Home, localAccess)}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
	})
}

// answer writes an error outside of an operation's handler.
func (a *API) answer(ctx context.Context, w http.ResponseWriter, err error) {
	p := a.problem(ctx, err)
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	writeJSON(w, p.Status, "application/problem+json", p)
}

// shapeErrors names our problem as the shape of every error.
func (a *API) shapeErrors() {
	doc := a.huma.OpenAPI()
	schemas := doc.Components.Schemas
	problem := schemas.Schema(typeOf[Problem](), true, "Problem")
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			if fallback := op.Responses["default"]; fallback != nil {
				fallback.Description = "Error"
				fallback.Content = map[string]*huma.MediaType{"application/problem+json": {Schema: problem}}
			}
		}
	}
	delete(schemas.Map(), "ErrorModel")
	delete(schemas.Map(), "ErrorDetail")
}

// writeDocument writes the OpenAPI document down.
func (a *API) writeDocument() ([]byte, error) {
	b, err := json.MarshalIndent(a.huma.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("make the API's document: %w", err)
	}
	return append(b, '\n'), nil
}
