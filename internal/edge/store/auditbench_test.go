package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// BenchmarkAudit times lists of 200,000 change sets with 1,000,000 items, and reports the slowest of a hundred.
func BenchmarkAudit(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchAudit(b, Options{Dir: b.TempDir()}) })
	b.Run("PostgreSQL", func(b *testing.B) {
		_, o := durable(b)
		benchAudit(b, o)
	})
}

func benchAudit(b *testing.B, o Options) {
	s, err := Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	began := time.Now()
	const sets, part = 200_000, 10_000
	start := time.UnixMilli(1_700_000_000_000)
	for from := 0; from < sets; from += part {
		err := s.Admin().Update(b.Context(), 0, func(tx admin.Tx) error {
			for n := from; n < from+part; n++ {
				if _, err := tx.AppendChangeSet(auditSample(n, start), nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("1,000,000 items written in %v", time.Since(began))
	middle := start.Add(sets / 2 * time.Minute)
	search := func(text string) admin.ChangeQuery { return admin.ChangeQuery{Query: admin.Query{Search: text}} }
	for name, q := range map[string]admin.ChangeQuery{
		"newest":           {},
		"second page":      {Query: admin.Query{Page: 2}},
		"page 1000":        {Query: admin.Query{Page: 1000}},
		"by an actor":      {Actor: 17},
		"by who did one":   {Actor: 500},
		"common kind":      {Kind: pbx.KindUser},
		"rare kind":        {Kind: pbx.KindPool},
		"kind and actor":   {Kind: pbx.KindPool, Actor: 17},
		"one user":         {Ref: pbx.Ref{Kind: pbx.KindUser, ID: 4242}},
		"use case":         {Intent: "user.update"},
		"rare use case":    {Intent: "pool.update"},
		"channel":          {Channel: "api"},
		"rare channel":     {Channel: "cli"},
		"an hour long ago": {From: middle, To: middle.Add(time.Hour)},
		"until long ago":   {To: middle},
		"kind, long ago":   {Kind: pbx.KindUser, From: middle, To: middle.Add(time.Hour)},
		"common text":      search("account changed"),
		"rare text":        search("berg 4242"),
		"two characters":   search("be"),
		"text and kind":    {Query: admin.Query{Search: "extension"}, Kind: pbx.KindPool},
	} {
		if q.Limit = 50; q.Sort == "" {
			q.Sort = "id"
		}
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				took = took[:0]
				for range 100 {
					began := time.Now()
					err := s.Admin().View(b.Context(), func(tx admin.ReadTx) error {
						p, err := tx.ListChangeSets(1, q)
						if err == nil && len(p.Items) == 0 {
							err = fmt.Errorf("%s finds nothing", name)
						}
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(began))
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[98].Microseconds())/1000, "p99-ms")
		})
	}
}

// auditSample is one of many change sets: five items, one in a thousand about a pool, one in ten thousand from the
// command line, one by an actor who did nothing else.
func auditSample(n int, start time.Time) pbx.ChangeSet {
	user := int64(n%20_000 + 1)
	ref := pbx.Ref{Kind: pbx.KindUser, ID: user}
	cs := pbx.ChangeSet{
		Organization: 1, At: start.Add(time.Duration(n) * time.Minute), ActorKind: pbx.ActorUser,
		ActorUser: pbx.UserID(n%40 + 1), ActorName: fmt.Sprintf("Administrator %d", n%40), Intent: "user.update",
		Summary: "Account changed", Source: "page 192.0.2.1", Subject: ref, Count: 5,
	}
	switch {
	case n%1000 == 16:
		cs.Intent, cs.Summary, ref = "pool.update", "Extension pool changed", pbx.Ref{Kind: pbx.KindPool, ID: 1}
	case n%10_000 == 3:
		cs.Source = "cli"
	case n == 77_777:
		cs.ActorUser = 500
	case n%3 == 0:
		cs.Source = "api 192.0.2.1"
	}
	for i := range 5 {
		it := pbx.ChangeItem{
			Ref: ref, Name: fmt.Sprintf("Anna Berg %d", user), Action: pbx.Updated, Version: int64(n),
			Before: []byte(`{"jobTitle":"Clerk"}`), After: []byte(`{"jobTitle":"Chief"}`),
		}
		if i > 0 {
			it.Ref = pbx.Ref{Kind: pbx.KindDialString, Key: fmt.Sprintf("%d-%d", user, i)}
		}
		cs.Items = append(cs.Items, it)
	}
	return cs
}
