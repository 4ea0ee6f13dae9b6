package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/call"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/pbx"
)

// killEnv tells a copy of this test binary to write into the database it names until it is killed.
const killEnv = "RINGFENCE_STORE_TEST_WRITER"

// writeUntilKilled commits to every kind of store, and says after each round that it is acknowledged.
func writeUntilKilled(target string) error {
	o := Options{Dir: target}
	if strings.HasPrefix(target, "postgres:") {
		o = Options{URL: target}
	}
	ctx := context.Background()
	s, err := Open(ctx, o)
	if err != nil {
		return err
	}
	var changes []registrar.BindingChange
	for n := int64(1); ; n++ {
		changes = changes[:0]
		for i := range int64(20) {
			b := benchBinding(pbx.LineID(n*20 + i))
			changes = append(changes, registrar.BindingChange{Key: b.Key, Put: &b})
		}
		if err := s.Bindings().Commit(ctx, changes); err != nil {
			return err
		}
		record := pbx.CallRecord{ID: pbx.CallID(n), Organization: 1, Node: "n", StartedAt: time.UnixMilli(n)}
		if err := s.Records().Commit(ctx, []call.RecordChange{{Record: record}}); err != nil {
			return err
		}
		if n%2 == 0 {
			record.EndedAt, record.EndReason = time.UnixMilli(2*n), pbx.EndCompletedCaller
			if err := s.Records().Commit(ctx, []call.RecordChange{{Record: record, Close: true}}); err != nil {
				return err
			}
		}
		err := s.Admin().Update(ctx, 0, func(tx admin.Tx) error {
			if err := tx.PutOrganization(pbx.Organization{ID: pbx.OrganizationID(n), AccountName: strconv.FormatInt(n, 10)}); err != nil {
				return err
			}
			_, err := tx.AppendChangeSet(pbx.ChangeSet{Organization: pbx.OrganizationID(n)}, nil)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprintln(os.Stdout, n) // everything up to here is acknowledged
	}
}

func TestKilledWriterLosesNothingItAcknowledged(t *testing.T) {
	engines(t, func(t *testing.T, o Options) {
		target := o.Dir + o.URL
		acknowledged := int64(0)
		for round := range 3 {
			n := killedWriter(t, target, 40+round*17, acknowledged)
			s := open(t, o)
			if err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			verify(t, s, n)
			acknowledged = max(acknowledged, n)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// killedWriter runs a writer, kills it after so many acknowledgements and returns the last one that arrived. The
// writer begins anew each time: what an earlier one wrote is written again.
func killedWriter(t *testing.T, target string, after int, before int64) int64 {
	t.Helper()
	writer := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	writer.Env = append(os.Environ(), killEnv+"="+target)
	writer.Stderr = os.Stderr
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	last := int64(0)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if last, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			t.Fatalf("the writer says %q", lines.Text())
		}
		if last == int64(after) {
			if err := writer.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := writer.Wait(); err == nil {
		t.Fatal("the writer was not killed")
	}
	if last < int64(after) {
		t.Fatalf("the writer ended by itself after %d", last)
	}
	return max(last, before)
}

// verify checks that all that was acknowledged is there, and nothing by halves.
func verify(t *testing.T, s *Store, acknowledged int64) {
	t.Helper()
	lines := make(map[int64]int)
	for b, err := range s.Bindings().Load(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		lines[int64(b.Key.Line)/20]++
	}
	records, err := allRecords(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	open := make(map[int64]bool)
	for _, r := range records {
		open[int64(r.ID)] = r.Open()
	}
	var last pbx.ChangeSetID
	err = s.Admin().View(t.Context(), func(tx admin.ReadTx) error {
		for n := int64(1); n <= acknowledged; n++ {
			if _, err := tx.Organization(pbx.OrganizationID(n)); err != nil {
				return err
			}
		}
		last, err = tx.LastChangeSet()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if int64(last) < acknowledged {
		t.Errorf("the last change set is %d, acknowledged were %d", last, acknowledged)
	}
	for n, count := range lines {
		if count != 20 {
			t.Errorf("commit %d left %d of 20 bindings", n, count)
		}
	}
	for n := int64(1); n <= acknowledged; n++ {
		wasOpen, there := open[n]
		if lines[n] != 20 || !there || wasOpen != (n%2 == 1) {
			t.Errorf("acknowledged %d: %d bindings, record %v, open %v", n, lines[n], there, wasOpen)
		}
	}
}
