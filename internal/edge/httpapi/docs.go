package httpapi

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ringfence/internal/pbx"
)

// docsPage is plain HTML, so that it needs no script and nothing from other hosts.
const docsPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ringfence API</title></head><body>
<h1>Ringfence API</h1>
<p>Everything is under <code>{{.Prefix}}</code>; the machine-readable document is <a href="openapi.json">openapi.json</a>.
Send <code>Authorization: Bearer TOKEN</code>, with a token from <code>ringfence token create</code>.
Errors are <code>application/problem+json</code> with a <code>requestId</code>.</p>
{{range .Tags}}<h2>{{.Name}}</h2>
{{range .Operations}}<details><summary><code>{{.Method}} {{.Path}}</code> {{.Summary}}</summary>
<p>Permission: <code>{{.Permission}}</code></p>
{{if .Parameters}}<table><caption>Parameters</caption><tr><th>Name</th><th>In</th><th>Type</th><th></th></tr>
{{range .Parameters}}<tr><td><code>{{.Name}}</code></td><td>{{.In}}</td><td>{{.Type}}</td><td>{{.Text}}</td></tr>{{end}}
</table>{{end}}
{{if .Body}}<p>Body: <a href="#{{.Body}}">{{.Body}}</a></p>{{end}}
{{if .Answer}}<p>Answer: <a href="#{{.Answer}}">{{.Answer}}</a></p>{{end}}
</details>
{{end}}{{end}}
<h2>Shapes</h2>
{{range .Shapes}}<h3 id="{{.Name}}">{{.Name}}</h3>
<table><tr><th>Field</th><th>Type</th><th></th></tr>
{{range .Fields}}<tr><td><code>{{.Name}}</code></td><td>{{.Type}}</td><td>{{.Text}}</td></tr>{{end}}
</table>{{end}}
</body></html>`

type docTag struct {
	Name       string
	Operations []docOperation
}

type docOperation struct {
	Method, Path, Summary, Body, Answer string
	Permission                          pbx.Permission
	Parameters                          []docField
}

type docField struct{ Name, In, Type, Text string }

type docShape struct {
	Name   string
	Fields []docField
}

// docs writes the document for people.
func (a *API) docs(w http.ResponseWriter, r *http.Request) {
	t, err := template.New("docs").Parse(docsPage)
	if err == nil {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		err = t.Execute(w, map[string]any{"Prefix": Prefix, "Tags": a.docTags(), "Shapes": a.docShapes()})
	}
	if err != nil {
		a.log.ErrorContext(r.Context(), "write API documentation", "error", err)
	}
}

func (a *API) docTags() []docTag {
	var tags []docTag
	for _, op := range a.operations {
		i := slices.IndexFunc(tags, func(t docTag) bool { return t.Name == op.tag })
		if i < 0 {
			i, tags = len(tags), append(tags, docTag{Name: op.tag})
		}
		tags[i].Operations = append(tags[i].Operations, a.docOperation(op))
	}
	return tags
}

func (a *API) docOperation(op operation) docOperation {
	d := docOperation{Method: op.method, Path: op.path, Summary: op.summary, Permission: op.permission}
	described := operationOf(a.huma.OpenAPI().Paths[op.path], op.method)
	if described == nil {
		return d
	}
	for _, p := range described.Parameters {
		d.Parameters = append(d.Parameters, docField{p.Name, p.In, typeName(p.Schema), p.Description})
	}
	if described.RequestBody != nil {
		d.Body = shapeName(described.RequestBody.Content)
	}
	for code, response := range described.Responses {
		if code[0] == '2' {
			d.Answer = shapeName(response.Content)
		}
	}
	return d
}

func (a *API) docShapes() []docShape {
	var shapes []docShape
	for name, s := range a.huma.OpenAPI().Components.Schemas.Map() {
		shape := docShape{Name: name}
		for field, fs := range s.Properties {
			shape.Fields = append(shape.Fields, docField{Name: field, Type: typeName(fs), Text: fs.Description})
		}
		slices.SortFunc(shape.Fields, func(x, y docField) int { return strings.Compare(x.Name, y.Name) })
		shapes = append(shapes, shape)
	}
	slices.SortFunc(shapes, func(x, y docShape) int { return strings.Compare(x.Name, y.Name) })
	return shapes
}

func operationOf(item *huma.PathItem, method string) *huma.Operation {
	if item == nil {
		return nil
	}
	switch method {
	case http.MethodGet:
		return item.Get
	case http.MethodPut:
		return item.Put
	case http.MethodPost:
		return item.Post
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return nil
}

func shapeName(content map[string]*huma.MediaType) string {
	for _, m := range content {
		if m.Schema != nil && m.Schema.Ref != "" {
			return refName(m.Schema.Ref)
		}
	}
	return ""
}

func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func typeName(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return refName(s.Ref)
	case s.Type == huma.TypeArray:
		return "list of " + typeName(s.Items)
	case len(s.Enum) > 0:
		return strings.Trim(strings.ReplaceAll(fmt.Sprint(s.Enum...), " ", ", "), "[]")
	case s.Format != "":
		return s.Format
	default:
		return s.Type
	}
}
