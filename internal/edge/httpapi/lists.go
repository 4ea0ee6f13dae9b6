package httpapi

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// ListInput is what every list takes.
type ListInput struct {
	Q      string `query:"q" maxLength:"200" doc:"Search text"`
	Limit  int    `query:"limit" minimum:"0" maximum:"500" doc:"Items on a page, 50 unless told"`
	Page   int    `query:"page" minimum:"0" doc:"Page number from 1; or use cursor"`
	Cursor string `query:"cursor" maxLength:"2000" doc:"What next said on the page before"`
	Sort   string `query:"sort" maxLength:"50" doc:"Field to sort by; a minus before it turns the order round"`
}

func (l ListInput) query() admin.Query {
	return admin.Query{Search: l.Q, Sort: l.Sort, Limit: l.Limit, Page: l.Page, Cursor: l.Cursor}
}

// List is one page of things.
type List[T any] struct {
	Items     []T    `json:"items" nullable:"false"`
	Total     int    `json:"total" doc:"How many there are on all pages"`
	TotalMore bool   `json:"totalMore,omitempty" doc:"There are more than total; it was not counted further"`
	Next      string `json:"next,omitempty" doc:"Cursor of the next page"`
}

type listOutput[T any] struct{ Body List[T] }

// page turns a page of the engine's things into what is sent.
func page[T, V any](p admin.Page[T], view func(T) V) *listOutput[V] {
	out := &listOutput[V]{Body: List[V]{
		Items: make([]V, len(p.Items)), Total: p.Total, TotalMore: p.TotalMore, Next: p.Next,
	}}
	for i, item := range p.Items {
		out.Body.Items[i] = view(item)
	}
	return out
}

// short is a list that is short by nature and kept whole; limit and page cut it, and without them it comes in one piece.
func short[T, V any](in ListInput, items []T, view func(T) V) *listOutput[V] {
	total := len(items)
	if in.Limit > 0 {
		from := min(max(in.Page-1, 0)*in.Limit, total)
		items = items[from:min(from+in.Limit, total)]
	}
	return page(admin.Page[T]{Items: items, Total: total}, view)
}

func itself[T any](v T) T { return v }

// IDInput names one thing by its number.
type IDInput struct {
	ID int64 `path:"id" minimum:"1"`
}

// WriteInput is what every write takes.
type WriteInput struct {
	DryRun bool `query:"dryRun" doc:"Answer as if it were done, and change nothing"`
}

// CreateInput is what a POST that makes something takes.
type CreateInput struct {
	WriteInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"The same key again is not carried out again"`
}

// write gives the engine what stands beside the body. The fingerprint keeps a key from answering for another request;
// the caller leaves secrets out of the body, since a stored hash of one could be guessed at.
func (c CreateInput) write(resource string, body any) admin.Write {
	w := admin.Write{DryRun: c.DryRun, IdempotencyKey: c.IdempotencyKey}
	if c.IdempotencyKey != "" {
		b, _ := json.Marshal(body) // a body that was read from JSON can be written again
		sum := sha256.Sum256(append([]byte(resource+"\n"), b...))
		w.Fingerprint = hex.EncodeToString(sum[:])
	}
	return w
}

// ChangeInput is what PATCH and DELETE of one thing take.
type ChangeInput struct {
	IDInput
	WriteInput
	IfMatch string `header:"If-Match" maxLength:"50" doc:"The ETag as it was read; 412 when somebody changed it since"`
}

func (c ChangeInput) write() (admin.Write, error) {
	v, err := ifMatch(c.IfMatch)
	return admin.Write{DryRun: c.DryRun, IfMatch: v}, err
}

func ifMatch(header string) (int64, error) {
	tag := strings.Trim(strings.TrimPrefix(strings.TrimSpace(header), "W/"), `"`)
	if tag == "" || tag == "*" {
		return 0, nil
	}
	v, err := strconv.ParseInt(tag, 10, 64)
	if err != nil || v < 1 {
		return 0, &pbx.Error{Kind: pbx.Invalid, Text: "If-Match does not hold an ETag of this thing.", Cause: err}
	}
	return v, nil
}

// oneOutput is a thing as it is read.
type oneOutput[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

func one[T any](version int64, body T) *oneOutput[T] {
	return &oneOutput[T]{ETag: etag(version), Body: body}
}

// Changed carries the number of the change set that a write made.
type Changed struct {
	ChangeSet string `header:"Ringfence-Change-Set" doc:"Number of the change set; none in a dry run"`

	id pbx.ChangeSetID
}

func changedBy(cs pbx.ChangeSet) Changed {
	if cs.ID == 0 {
		return Changed{}
	}
	return Changed{ChangeSet: strconv.FormatInt(int64(cs.ID), 10), id: cs.ID}
}

func (c Changed) changed() pbx.ChangeSetID { return c.id }

// writtenOutput is a thing after a write.
type writtenOutput[T any] struct {
	Changed
	ETag string `header:"ETag"`
	Body T
}

func written[T any](cs pbx.ChangeSet, version int64, body T) *writtenOutput[T] {
	return &writtenOutput[T]{Changed: changedBy(cs), ETag: etag(version), Body: body}
}

// doneOutput is the answer to a write that is no single thing.
type doneOutput[T any] struct {
	Changed
	Body T
}

// goneOutput is the answer to a DELETE.
type goneOutput struct{ Changed }

func gone(cs pbx.ChangeSet) *goneOutput { return &goneOutput{changedBy(cs)} }

// etag names a version; what was never set has none.
func etag(version int64) string {
	if version == 0 {
		return ""
	}
	return `"` + strconv.FormatInt(version, 10) + `"`
}

// Time is a moment in UTC with milliseconds; the zero time is left out where a field says omitzero.
type Time struct{ time.Time }

// Schema describes it to the document.
func (Time) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}

// MarshalJSON writes RFC 3339 with milliseconds.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format("2006-01-02T15:04:05.000Z") + `"`), nil
}
