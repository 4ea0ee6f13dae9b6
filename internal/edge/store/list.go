package store

import (
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// conditions gathers a WHERE clause. Each condition holds a question mark for each of its arguments; they are numbered
// when the statement is complete, so that numbers come in the order of their first use.
type conditions struct {
	text []string
	args []any
}

func (c *conditions) add(text string, args ...any) {
	c.text = append(c.text, text)
	c.args = append(c.args, args...)
}

func (c conditions) and(text string, args ...any) conditions {
	return conditions{
		text: append(append([]string(nil), c.text...), text),
		args: append(append([]any(nil), c.args...), args...),
	}
}

func (c conditions) String() string { return strings.Join(c.text, " AND ") }

func (c conditions) or() string { return strings.Join(c.text, " OR ") }

// in writes the list of an IN and its arguments.
func in[I ~int64](ids []I) (string, []any) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = int64(id)
	}
	return places(len(ids)), args
}

func places(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")" }

// numbered replaces question marks by $1, $2 and so on.
func numbered(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "?") {
		if i > 0 {
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	return b.String()
}

// listing is a list as one statement: what is read from where, and by which column it is sorted. Rows that are equal
// there are in the order of tie.
type listing[T any] struct {
	columns string
	from    string
	where   conditions
	sort    string
	tie     string
	fields  func(*T) []any
	many    bool // there are known to be more rows than totals are exact for
	lasts   bool // only change sets change it
	first   *first
}

// first says that the rows are among few that a statement names, which from and where join under the name first. They
// are read once, to be counted and sorted; columns is then one column. If it names more than few, there are no rows.
type first struct {
	source string
	args   []any
}

// cursor is where a page ended: the sort key and the tie of its last row.
type cursor struct {
	Sort string `json:"s"`
	Desc bool   `json:"d,omitempty"`
	Key  mark   `json:"k"`
	Tie  mark   `json:"t"`
}

// mark is one value of a cursor, which keeps its type.
type mark struct {
	Text   *string `json:"t,omitempty"`
	Number *int64  `json:"n,omitempty"`
	Bytes  []byte  `json:"b,omitempty"`
}

// Scan implements sql.Scanner.
func (m *mark) Scan(v any) error {
	*m = mark{}
	switch v := v.(type) {
	case string:
		m.Text = &v
	case int64:
		m.Number = &v
	case []byte:
		m.Bytes = append([]byte{}, v...)
	default:
		return fmt.Errorf("a list is sorted by %T", v)
	}
	return nil
}

// Value implements driver.Valuer.
func (m mark) Value() (driver.Value, error) {
	switch {
	case m.Text != nil:
		return *m.Text, nil
	case m.Number != nil:
		return *m.Number, nil
	default:
		return blob(m.Bytes), nil
	}
}

// page reads one page of a list, its total and where the next begins.
func page[T any](t *tx, q admin.Query, l listing[T]) (admin.Page[T], error) {
	var p admin.Page[T]
	from, err := l.place(t, q)
	if err != nil {
		return p, err
	}
	text, args := l.text(q, from)
	type ended struct {
		item T
		at   cursor
	}
	counted := int64(-1)
	rows, err := collect(t, func(r *ended) []any {
		fields := append(l.fields(&r.item), &r.at.Key, &r.at.Tie)
		if l.first != nil {
			fields = append(fields, &counted)
		}
		return fields
	}, text, args...)
	if err != nil {
		return p, err
	}
	if len(rows) > q.Limit {
		rows = rows[:q.Limit]
		from.keep(t, q, rows[q.Limit-1].at)
		if p.Next, err = rows[q.Limit-1].at.text(q); err != nil {
			return p, err
		}
	}
	for _, r := range rows {
		p.Items = append(p.Items, r.item)
	}
	switch {
	case l.many, len(rows) > 0 && (q.Page-1)*q.Limit >= admin.MaxCountedTotal: // as many were passed over
		p.Total, p.TotalMore = admin.MaxCountedTotal, true
	case len(rows) == 0 && q.Cursor == "" && q.Page <= 1: // none at all
	case counted >= 0:
		p.Total, p.TotalMore = exactly(counted)
	case l.first != nil: // beyond the end: the first page tells how many there are
		q.Cursor, q.Page, q.Limit = "", 1, 1
		var head admin.Page[T]
		head, err = page(t, q, l)
		p.Total, p.TotalMore = head.Total, head.TotalMore
	default:
		p.Total, p.TotalMore, err = t.total(l.from, l.where)
	}
	return p, err
}

// text writes the statement of the page that begins at a place, with its arguments: a row more than the page, to know
// whether there is another.
func (l listing[T]) text(q admin.Query, begin place) (string, []any) {
	before, from, columns, sort, tie, where := "", l.from, l.columns, l.sort, l.tie, l.where
	if l.first != nil {
		before = "WITH first AS MATERIALIZED (" + l.first.source + " LIMIT " + strconv.Itoa(few+1) + "), " +
			"few AS MATERIALIZED (SELECT " + columns + " AS item, " + sort + " AS sort, " + tie + " AS tie FROM " +
			from + " WHERE " + where.String() + ") "
		from, columns, sort, tie = "few", "item", "sort", "tie"
		where.text, where.args = []string{"true"}, slices.Concat(l.first.args, where.args)
	}
	direction, beyond := "", ">"
	if q.Desc {
		direction, beyond = " DESC", "<"
	}
	switch c := begin.after; {
	case c == nil:
	case l.sort == l.tie:
		where = where.and(sort+" "+beyond+" ?", c.Key)
	default:
		where = where.and("("+sort+", "+tie+") "+beyond+" (?, ?)", c.Key, c.Tie)
	}
	text := before + "SELECT " + columns + ", " + sort + ", " + tie
	if l.first != nil {
		text += ", (SELECT count(*) FROM few)"
	}
	text += " FROM " + from + " WHERE " + where.String() + " ORDER BY " + sort + direction
	if l.sort != l.tie { // one that says the same twice keeps SQLite from reading a text index in its order
		text += ", " + tie + direction
	}
	return numbered(text + " LIMIT ? OFFSET ?"), append(where.args[:len(where.args):len(where.args)], q.Limit+1, begin.skip)
}

// total counts exactly up to what lists promise.
func (t *tx) total(from string, where conditions) (int, bool, error) {
	text := "SELECT count(*) FROM (SELECT 1 FROM " + from + " WHERE " + where.String() + " LIMIT ?) AS counted"
	n, err := t.number(numbered(text), append(where.args[:len(where.args):len(where.args)], admin.MaxCountedTotal+1)...)
	total, more := exactly(n)
	return total, more, err
}

// exactly is a total as lists promise it, and whether there are more.
func exactly(n int64) (int, bool) {
	if n > admin.MaxCountedTotal {
		return admin.MaxCountedTotal, true
	}
	return int(n), false
}

func (c cursor) text(q admin.Query) (string, error) {
	c.Sort, c.Desc = q.Sort, q.Desc
	b, err := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// parseCursor reads a cursor back; Invalid when it is not one of this list in this order.
func parseCursor(q admin.Query) (cursor, error) {
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || c.Sort != q.Sort || c.Desc != q.Desc {
		return c, &pbx.Error{
			Kind: pbx.Invalid, Text: "This place in the list is not known any more; begin anew.",
			Fields: []pbx.FieldError{{Field: "cursor", Message: "It belongs to another list or order."}}, Cause: err,
		}
	}
	return c, nil
}
