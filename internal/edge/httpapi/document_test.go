package httpapi

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ringfence/internal/pbx"
)

func documented(t *testing.T) *API {
	t.Helper()
	return New(Config{Log: slog.New(slog.DiscardHandler), Version: "test"})
}

// Handlers are reached only through add, which refuses an operation without permission; this looks at what the library
// really registered, so that nothing goes around it.
func TestEveryOperationDeclaresAPermission(t *testing.T) {
	a := documented(t)
	known := append(pbx.Permissions(), Public)
	seen := 0
	for path, item := range a.huma.OpenAPI().Paths {
		for _, method := range []string{"GET", "PUT", "POST", "PATCH", "DELETE"} {
			op := operationOf(item, method)
			if op == nil {
				continue
			}
			seen++
			p, ok := op.Metadata["permission"].(pbx.Permission)
			if !ok || p == "" || !contains(known, p) {
				t.Errorf("%s %s declares no permission", method, path)
			}
			if p == Public && !strings.HasPrefix(path, "/session") && path != "/setup" {
				t.Errorf("%s %s is public", method, path)
			}
			if p != Public && len(op.Security) == 0 {
				t.Errorf("%s %s does not say how to sign in", method, path)
			}
			if op.Summary == "" || op.OperationID == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s is not described", method, path)
			}
			if method != "GET" && p != Public && p == pbx.PermSelf {
				t.Errorf("%s %s writes with the permission everybody has", method, path)
			}
		}
	}
	if seen != len(a.operations) {
		t.Errorf("%d operations are registered, %d through add", seen, len(a.operations))
	}
}

func contains(list []pbx.Permission, p pbx.Permission) bool {
	for _, l := range list {
		if l == p {
			return true
		}
	}
	return false
}

func TestStrangersReachOnlyPublicOperations(t *testing.T) {
	a := documented(t)
	for _, op := range a.operations {
		if op.permission == Public {
			continue
		}
		path := Prefix + strings.NewReplacer("{id}", "1", "{key}", "x", "{value}", "x").Replace(op.path)
		r := httptest.NewRequestWithContext(t.Context(), op.method, path, strings.NewReader("{}"))
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s %s: %d", op.method, op.path, w.Code)
		}
	}
}

func TestDocumentIsOneThatProgramsRead(t *testing.T) {
	var doc struct {
		OpenAPI    string
		Paths      map[string]any
		Components struct{ Schemas map[string]any }
	}
	a := documented(t)
	raw, err := a.document()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || len(doc.Paths) < 20 || doc.Components.Schemas["Problem"] == nil {
		t.Errorf("%s, %d paths", doc.OpenAPI, len(doc.Paths))
	}
	if doc.Components.Schemas["ErrorModel"] != nil {
		t.Error("the library's own error is in the document")
	}
	for _, ref := range strings.Split(string(raw), `"$ref": "#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(ref, `"`)
		if doc.Components.Schemas[name] == nil {
			t.Errorf("%s is referred to and not described", name)
		}
	}
}

func TestDocumentationLoadsNothingFromOtherHosts(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, Prefix+"/docs", nil)
	documented(t).Handler().ServeHTTP(w, r)
	body := w.Body.String()
	if w.Code != http.StatusOK || strings.Contains(body, "<script") || strings.Contains(body, "://") ||
		!strings.Contains(body, "/users/{id}") {
		t.Errorf("%d %.200s", w.Code, body)
	}
}
