package httpapi

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const (
	// mostExported bounds the lines of one file; a narrower time gives the rest.
	mostExported = 250_000
	exportTime   = 10 * time.Minute
)

var errFull = errors.New("the file is full")

func (a *API) exportChanges(ctx context.Context, who caller, in *struct {
	Q string `query:"q" maxLength:"200" doc:"Search text"`
	ChangeFilter
},
) (*huma.StreamResponse, error) {
	q := in.changes(admin.Query{Search: in.Q})
	first := q
	first.Limit = 1 // what is wrong with the filter is told before the file begins
	if _, err := a.cfg.Admin.ListChanges(ctx, who.Actor, first); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) { //nolint:contextcheck // the library hands it over again
		r, w := humago.Unwrap(ctx)
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="ringfence-audit.csv"`)
		if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportTime)); err != nil {
			a.log.DebugContext(r.Context(), "export without a deadline of its own", "reason", err)
		}
		if err := a.writeChanges(r.Context(), w, who, q); err != nil {
			a.log.WarnContext(r.Context(), "export of the audit log ended early", "error", err)
			panic(http.ErrAbortHandler) // so that nobody takes half a file for a whole one
		}
	}}, nil
}

func (a *API) writeChanges(ctx context.Context, w io.Writer, who caller, q admin.ChangeQuery) error {
	out := csv.NewWriter(w)
	err := out.Write([]string{
		"change", "at", "actor", "actor_id", "by", "intent", "summary", "undoes", "undone_by", "kind", "id", "key", "name",
		"action", "field", "before", "after",
	})
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	lines := 0
	err = a.cfg.Admin.EachChange(ctx, who.Actor, q, func(cs pbx.ChangeSet) error {
		for _, row := range changeLines(cs) {
			if lines++; lines > mostExported {
				return errFull
			}
			if written := out.Write(row); written != nil {
				return fmt.Errorf("write: %w", written)
			}
		}
		return nil
	})
	if errors.Is(err, errFull) {
		err = out.Write([]string{"", "", "", "", "", "", "There are more: choose a narrower time."})
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

// changeLines are the lines of a change set: one for each field that changed, at least one.
func changeLines(cs pbx.ChangeSet) [][]string {
	head := []string{
		number(int64(cs.ID)), cs.At.UTC().Format(time.RFC3339), cs.ActorName, number(int64(cs.ActorUser)), cs.Source,
		cs.Intent, cs.Summary, number(int64(cs.Undoes)), number(int64(cs.UndoneBy)),
	}
	line := func(more ...string) []string {
		row := append(slices.Clone(head), more...)
		for len(row) < 17 {
			row = append(row, "")
		}
		for i, cell := range row {
			row[i] = harmless(cell)
		}
		return row
	}
	if len(cs.Items) == 0 {
		return [][]string{line()}
	}
	var out [][]string
	for _, it := range cs.Items {
		thing := []string{string(it.Ref.Kind), number(it.Ref.ID), it.Ref.Key, it.Name, string(it.Action)}
		before, after := object(it.Before), object(it.After)
		fields := slices.Compact(slices.Sorted(slices.Values(slices.AppendSeq(
			slices.Collect(maps.Keys(before)), maps.Keys(after)))))
		if len(fields) == 0 {
			out = append(out, line(thing...))
		}
		for _, f := range fields {
			out = append(out, line(append(slices.Clone(thing), f, cellText(before[f]), cellText(after[f]))...))
		}
	}
	return out
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, _ := json.Marshal(v) // it was read from JSON
	return string(b)
}

// harmless keeps a spreadsheet from taking a cell for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
