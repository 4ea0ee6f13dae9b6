package store

import "testing"

func TestBatchNumbersParametersInOrderOfUse(t *testing.T) {
	b := batch{before: "INSERT INTO t (a, b) VALUES ", row: "(CAST(? AS BIGINT),?)", after: " ON CONFLICT DO NOTHING"}
	want := "INSERT INTO t (a, b) VALUES (CAST($1 AS BIGINT),$2),(CAST($3 AS BIGINT),$4) ON CONFLICT DO NOTHING"
	if got := b.text(2); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
