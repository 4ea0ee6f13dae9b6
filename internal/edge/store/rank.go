package store

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const (
	rankFrom  = 500 // rows that are passed over without being remembered
	ranksMost = 200 // of one list
	rankLists = 50
)

// rank is a row of a list: how many come before and with it, and where it is.
type rank struct {
	passed int
	at     cursor
}

// ranks remember rows of lists that only change sets change, so that a page far from the beginning, asked for by its
// number, does not pass over all that is before it each time. The next change set ends what they know. They are safe for
// concurrent use.
type ranks struct {
	mu   sync.Mutex
	last pbx.ChangeSetID
	of   map[string][]rank // by list, ascending
}

// upTo gives the last known row of a list that comes before so many rows; zero if there is none.
func (r *ranks) upTo(last pbx.ChangeSetID, list string, rows int) rank {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != last {
		return rank{}
	}
	known := r.of[list]
	i, found := slices.BinarySearchFunc(known, rows, byPassed)
	switch {
	case found:
		return known[i]
	case i > 0:
		return known[i-1]
	}
	return rank{}
}

// keep remembers a row of a list as it is after a change set.
func (r *ranks) keep(last pbx.ChangeSetID, list string, row rank) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last < r.last { // an old snapshot
		return
	}
	if last > r.last || len(r.of) == rankLists && r.of[list] == nil {
		r.last, r.of = last, nil
	}
	if r.of == nil {
		r.of = make(map[string][]rank)
	}
	known := r.of[list]
	i, found := slices.BinarySearchFunc(known, row.passed, byPassed)
	if !found && len(known) < ranksMost {
		r.of[list] = slices.Insert(known, i, row)
	}
}

func byPassed(r rank, passed int) int { return cmp.Compare(r.passed, passed) }

// place is where a page begins: after a row, or at the beginning, and then so many rows further on.
type place struct {
	after *cursor
	skip  int

	last pbx.ChangeSetID
	list string // empty: nothing is remembered
}

// place finds out where the page of a query begins.
func (l listing[T]) place(t *tx, q admin.Query) (place, error) {
	if q.Cursor != "" {
		c, err := parseCursor(q)
		return place{after: &c}, err
	}
	p := place{skip: max(q.Page-1, 0) * q.Limit}
	if !l.lasts || t.writes || p.skip < rankFrom {
		return p, nil
	}
	var err error
	if p.last, err = t.LastChangeSet(); err != nil {
		return p, err
	}
	p.list = fmt.Sprintf("%s %t %q %v", l.sort, q.Desc, l.where.text, l.where.args)
	if from := t.s.ranks.upTo(p.last, p.list, p.skip); from.passed > 0 {
		p.after, p.skip = &from.at, p.skip-from.passed
	}
	return p, nil
}

// keep remembers the last row of a page.
func (p place) keep(t *tx, q admin.Query, at cursor) {
	if p.list != "" {
		t.s.ranks.keep(p.last, p.list, rank{q.Page * q.Limit, at})
	}
}
