package admin

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"ringfence/internal/pbx"
)

// gapChunk is how many taken numbers of a pool are read at once while a free one is looked for.
const gapChunk = 500

func checkPool(w *Work, p pbx.ExtensionPool) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if p.Group != 0 {
		if _, err := w.Group(p.Group); err != nil {
			return fieldError("groupId", "There is no such group.")
		}
	}
	if err := w.hasLocation("locationId", p.Location); err != nil {
		return err
	}
	pools, err := w.poolsAll()
	if err != nil {
		return err
	}
	for _, o := range pools {
		switch {
		case o.ID == p.ID:
		case pbx.Fold(o.Name) == pbx.Fold(p.Name):
			return fieldError("name", "There is already a pool "+strconv.Quote(o.Name)+".")
		case len(o.First) == len(p.First) && o.First <= p.Last && p.First <= o.Last:
			return fieldError("first", "The range overlaps that of "+strconv.Quote(o.Name)+" ("+o.First+" to "+o.Last+").")
		}
	}
	return nil
}

// ListPools lists the extension pools with what is free in each.
func (s *Service) ListPools(ctx context.Context, a Actor) ([]PoolView, error) {
	var out []PoolView
	err := s.view(ctx, a, PoolList, func(w *Work) error {
		pools, err := w.poolsAll()
		if err != nil {
			return err
		}
		for _, p := range pools {
			if !w.seesPool(p) {
				continue
			}
			v, err := w.poolView(p)
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// Pool returns one extension pool; NotFound.
func (s *Service) Pool(ctx context.Context, a Actor, id pbx.PoolID) (PoolView, error) {
	var v PoolView
	err := s.view(ctx, a, PoolList, func(w *Work) error {
		p, err := w.pools.get(w, id)
		if err == nil && !w.seesPool(p) {
			err = noSuch(pbx.KindPool)
		}
		if err != nil {
			return err
		}
		v, err = w.poolView(p)
		return err
	})
	return v, err
}

func (w *Work) poolView(p pbx.ExtensionPool) (PoolView, error) {
	n, err := w.tx.CountNumbersBetween(w.org, p.First, p.Last)
	if err != nil {
		return PoolView{}, err
	}
	v := PoolView{ExtensionPool: p, Free: max(0, p.Size()-n-w.reservedIn(p.First, p.Last))}
	if p.Group != 0 {
		g, err := w.Group(p.Group)
		if err != nil && pbx.KindOf(err) != pbx.NotFound {
			return PoolView{}, err
		}
		v.GroupName = g.Name
	}
	if p.Location != 0 {
		l, err := w.Location(p.Location)
		if err != nil && pbx.KindOf(err) != pbx.NotFound {
			return PoolView{}, err
		}
		v.LocationName = l.Name
	}
	return v, nil
}

// CreatePool makes an extension pool; Invalid, also when its range overlaps another's.
func (s *Service) CreatePool(ctx context.Context, a Actor, p PoolPatch, wr Write) (PoolView, pbx.ChangeSet, error) {
	return s.writePool(ctx, a, Intent{PoolCreate, wr}, 0, p)
}

// UpdatePool changes an extension pool; NotFound, Invalid, Stale.
func (s *Service) UpdatePool(
	ctx context.Context, a Actor, id pbx.PoolID, p PoolPatch, wr Write,
) (PoolView, pbx.ChangeSet, error) {
	return s.writePool(ctx, a, Intent{PoolUpdate, wr}, id, p)
}

func (s *Service) writePool(
	ctx context.Context, a Actor, in Intent, id pbx.PoolID, p PoolPatch,
) (PoolView, pbx.ChangeSet, error) {
	var v PoolView
	cs, err := s.Do(ctx, a, in, func(w *Work) error {
		pool := pbx.ExtensionPool{Organization: w.org, Enabled: true}
		if id == 0 {
			n, err := w.ids(pbx.KindPool, 1)
			if err != nil {
				return err
			}
			pool.ID = pbx.PoolID(n)
			w.describe(pool.Ref(), "Extension pool created")
		} else {
			var err error
			if pool, err = w.pools.get(w, id); err != nil {
				return err
			}
			if err := w.fresh(pool.Ref(), pool.Version, in.IfMatch, p); err != nil {
				return err
			}
			w.describe(pool.Ref(), "Extension pool changed")
		}
		set(&pool.Name, p.Name)
		set(&pool.First, p.First)
		set(&pool.Last, p.Last)
		set(&pool.Enabled, p.Enabled)
		set(&pool.Group, p.Group)
		set(&pool.Location, p.Location)
		pool.Name = clean(pool.Name)
		if pool.Name == "" && pool.First != "" {
			pool.Name = pool.First + " to " + pool.Last
		}
		if err := w.pools.put(w, pool); err != nil {
			return err
		}
		if err := checkPool(w, pool); err != nil { // before its numbers are counted
			return err
		}
		var err error
		pool, err = w.pools.get(w, pool.ID)
		if err != nil {
			return err
		}
		v, err = w.poolView(pool)
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.Pool(ctx, a, pbx.PoolID(cs.Subject.ID))
	}
	return v, cs, err
}

// DeletePool deletes an extension pool; its numbers stay with whoever has them. NotFound, Stale.
func (s *Service) DeletePool(ctx context.Context, a Actor, id pbx.PoolID, wr Write) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{PoolDelete, wr}, func(w *Work) error {
		p, err := w.pools.get(w, id)
		if err != nil {
			return err
		}
		if err := w.fresh(p.Ref(), p.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		w.describe(p.Ref(), "Extension pool "+p.Name+" deleted")
		return w.pools.delete(w, id)
	})
}

// poolsFor gives the pools that serve a group and location, in the order in which they are asked: the group's, then the
// location's, then those for everybody (X1).
func (w *Work) poolsFor(g pbx.GroupID, l pbx.LocationID) ([]pbx.ExtensionPool, error) {
	pools, err := w.poolsAll()
	if err != nil {
		return nil, err
	}
	pools = slices.DeleteFunc(pools, func(p pbx.ExtensionPool) bool {
		return !p.Enabled || !w.seesPool(p) || p.Group != 0 && p.Group != g || p.Location != 0 && p.Location != l
	})
	slices.SortStableFunc(pools, func(a, b pbx.ExtensionPool) int {
		own := func(p pbx.ExtensionPool) int {
			switch {
			case p.Group != 0:
				return 0
			case p.Location != 0:
				return 1
			}
			return 2
		}
		return cmp.Or(own(a)-own(b), int(a.ID-b.ID))
	})
	return pools, nil
}

// nextFree finds the next free number for a group and location (X1); Conflict when no pool has room.
func (w *Work) nextFree(g pbx.GroupID, l pbx.LocationID) (string, pbx.PoolID, error) {
	pools, err := w.poolsFor(g, l)
	if err != nil {
		return "", 0, err
	}
	if len(pools) == 0 {
		return "", 0, pbx.Errorf(pbx.Conflict, "There is no extension pool for this group: type a number, or make a pool.")
	}
	for _, p := range pools {
		n, ok, err := w.gap(p)
		if err != nil {
			return "", 0, err
		}
		if ok {
			return n, p.ID, nil
		}
	}
	return "", 0, pbx.Errorf(pbx.Conflict, "No number is free: the pool "+strconv.Quote(pools[len(pools)-1].Name)+
		" is full. Make it larger, or type a number outside it.")
}

// gap finds the first number of a pool that nothing holds. Where many are taken from the first on, it steps over the
// blocks that are full.
func (w *Work) gap(p pbx.ExtensionPool) (string, bool, error) {
	n := p.First
	var full map[string]bool
	for {
		rows, err := w.tx.DialStringsBetween(w.org, n, p.Last, gapChunk)
		if err != nil {
			return "", false, err
		}
		end := p.Last
		if len(rows) == gapChunk {
			end = rows[len(rows)-1].Value
		}
		if found, ok := w.freeAmong(n, end, rows); ok {
			return found, true, nil
		}
		if end == p.Last {
			return "", false, nil
		}
		if n, _ = pbx.NextNumber(end); full == nil {
			if full, err = w.fullBlocks(n, p.Last); err != nil {
				return "", false, err
			}
		}
		for full[BlockOf(n)] {
			last := BlockOf(n) + "999"
			if last >= p.Last {
				return "", false, nil
			}
			n, _ = pbx.NextNumber(last)
		}
	}
}

// freeAmong finds the first free number from first to last, of which rows are those that are taken.
func (w *Work) freeAmong(first, last string, rows []pbx.DialString) (string, bool) {
	taken := make(map[string]pbx.DialString, len(rows))
	for _, d := range rows {
		taken[d.Value] = d
	}
	for n := first; ; n, _ = pbx.NextNumber(n) {
		if w.isFree(n, taken) {
			return n, true
		}
		if n == last {
			return "", false
		}
	}
}

// blockSize is how many numbers differ only in their last three digits.
const blockSize = 1000

// BlockOf is what numbers of a block have in common: all digits but the last three. Shorter numbers are in none.
func BlockOf(n string) string { return n[:max(len(n)-3, 0)] }

// fullBlocks tells in which blocks of a range every number is taken for good: not by a hold, which lapses.
func (w *Work) fullBlocks(first, last string) (map[string]bool, error) {
	full := map[string]bool{}
	if BlockOf(first) == "" {
		return full, nil
	}
	blocks, err := w.tx.DialBlocks(w.org, first, last)
	for block, taken := range blocks {
		full[block] = taken >= blockSize
	}
	for value, e := range w.dials.rows { // what this work itself freed
		if len(value) == len(first) && e.before != nil && (e.now == nil || e.now.Kind == pbx.DialHold) {
			delete(full, BlockOf(value))
		}
	}
	return full, err
}

// isFree decides over rows that were read for the range of n.
func (w *Work) isFree(n string, taken map[string]pbx.DialString) bool {
	if w.reserved(n) != "" {
		return false
	}
	if e, ok := w.dials.rows[n]; ok && (e.now != nil || e.before != nil) {
		return e.now == nil
	}
	d, ok := taken[n]
	return !ok || d.Kind == pbx.DialHold && !d.Until.After(w.now)
}
