package httpapi

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
	"ringfence/internal/support/obs"
)

// Problem is what every error looks like (RFC 9457).
type Problem struct {
	Type      string           `json:"type" doc:"The kind of error, for programs" example:"urn:ringfence:conflict"`
	Title     string           `json:"title" doc:"The status in words"`
	Status    int              `json:"status"`
	Detail    string           `json:"detail" doc:"What is wrong and what to do, for people"`
	RequestID string           `json:"requestId" doc:"Names this request in the server's log"`
	Errors    []FieldProblem   `json:"errors,omitempty" doc:"Complaints about single fields"`
	Fields    []StaleFieldView `json:"fields,omitempty" doc:"With 412: what somebody else changed meanwhile"`
	Version   int64            `json:"version,omitempty" doc:"With 412: the version that is stored now"`
	Deletion  any              `json:"deletion,omitempty" doc:"With 409 on DELETE: what would go, and what must be answered"`
	Taken     []TakenNumber    `json:"taken,omitempty" doc:"With 409 on restoring: numbers that are taken, and what is free instead"`

	retryAfter time.Duration
}

// TakenNumber is a number that a user had before he was deleted, and the one that is free for him now.
type TakenNumber struct {
	User   UserName `json:"user"`
	Number string   `json:"number"`
	By     string   `json:"by" doc:"Who has it, in words"`
	Next   string   `json:"next"`
}

// FieldProblem is a complaint about one field.
type FieldProblem struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// StaleFieldView is a field that somebody else changed since it was read.
type StaleFieldView struct {
	Field     string `json:"field"`
	Theirs    any    `json:"theirs"`
	Yours     any    `json:"yours,omitempty"`
	ChangedBy string `json:"changedBy"`
}

// Error gives the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is RFC 9457's.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders adds Retry-After where waiting helps, and the challenge that a 401 must carry.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer") // RFC 9110 §11.6.1: a 401 names a scheme
	}
	return h
}

// status is the one table from the kind of an error to its HTTP status.
func status(kind pbx.ErrorKind) int {
	switch kind {
	case pbx.Invalid:
		return http.StatusUnprocessableEntity
	case pbx.NotFound:
		return http.StatusNotFound
	case pbx.Conflict:
		return http.StatusConflict
	case pbx.Stale:
		return http.StatusPreconditionFailed
	case pbx.Unauthenticated:
		return http.StatusUnauthorized
	case pbx.Forbidden:
		return http.StatusForbidden
	case pbx.Exhausted:
		return http.StatusTooManyRequests
	case pbx.Unavailable:
		return http.StatusServiceUnavailable
	case pbx.Internal:
		return http.StatusInternalServerError
	}
	return http.StatusInternalServerError
}

// attach adds what a page needs to go on: the deletion that must be answered, the fields that differ.
func (p *Problem) attach(detail any) {
	switch d := detail.(type) {
	case *admin.Deletion:
		p.Deletion = deletionView(*d)
	case *admin.RestoreProposal:
		for _, n := range d.Taken {
			p.Taken = append(p.Taken, TakenNumber{User: userName(n.User), Number: n.Number, By: n.By, Next: n.Next})
		}
	case *pbx.StaleDetail:
		p.Version = d.Version
		for _, f := range d.Fields {
			p.Fields = append(p.Fields, StaleFieldView{
				Field: f.Field, Theirs: f.Theirs, Yours: f.Yours, ChangedBy: f.ChangedBy,
			})
		}
	}
}

// problem turns an error of the engine into what the caller may see. Causes are logged here and never sent.
func (a *API) problem(ctx context.Context, err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	kind := pbx.KindOf(err)
	p := &Problem{
		Type: "urn:ringfence:" + string(kind), Status: status(kind), Title: http.StatusText(status(kind)),
		RequestID: obs.RequestID(ctx),
	}
	e, ok := errors.AsType[*pbx.Error](err)
	if !ok {
		e = &pbx.Error{Kind: pbx.Internal, Cause: err}
	}
	p.Detail, p.retryAfter = e.Text, e.RetryAfter
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, FieldProblem(f))
	}
	if p.Detail == "" {
		p.Detail = "Something went wrong here. The request id finds it in the server's log."
	}
	p.attach(e.Detail)
	switch {
	case kind == pbx.Internal && (errors.Is(err, context.Canceled) || errors.Is(ctx.Err(), context.Canceled)): // a database says so in its own words
		a.log.DebugContext(ctx, "request given up by its client")
	case kind == pbx.Internal || kind == pbx.Unavailable:
		a.log.ErrorContext(ctx, "request failed", "error", err)
	}
	return p
}

// fromLibrary words the complaints of the JSON and parameter reader the way ours are worded. The values it quotes are
// left out: one of them may be a password.
func fromLibrary(ctx context.Context, m *huma.ErrorModel) *Problem {
	kind := "invalid"
	if m.Status != http.StatusUnprocessableEntity {
		kind = strings.ReplaceAll(strings.ToLower(http.StatusText(m.Status)), " ", "_")
	}
	p := &Problem{
		Type: "urn:ringfence:" + kind, Title: http.StatusText(m.Status), Status: m.Status, RequestID: obs.RequestID(ctx),
		Detail: strings.ToUpper(m.Detail[:min(1, len(m.Detail))]) + m.Detail[min(1, len(m.Detail)):] + ".",
	}
	for _, d := range m.Errors {
		field := d.Location
		for _, part := range []string{"body.", "query.", "path.", "header."} {
			field = strings.TrimPrefix(field, part)
		}
		p.Errors = append(p.Errors, FieldProblem{Field: field, Message: d.Message})
	}
	return p
}
