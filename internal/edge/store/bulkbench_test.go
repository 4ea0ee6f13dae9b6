package store

import (
	"fmt"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// BenchmarkBulk changes, deletes and brings back 10,000 users at once, each in one change set, and reports the time of
// each step.
func BenchmarkBulk(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchBulk(b, Options{Dir: b.TempDir()}) })
	b.Run("PostgreSQL", func(b *testing.B) {
		_, o := durable(b)
		benchBulk(b, o)
	})
}

func benchBulk(b *testing.B, o Options) {
	s, err := Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	v, err := vault.New([32]byte{1})
	if err != nil {
		b.Fatal(err)
	}
	a := admin.New(admin.Config{Store: s.Admin(), Vault: v})
	org, err := a.Bootstrap(b.Context(), admin.Defaults{SIPDomain: "pbx.example.com"})
	if err != nil {
		b.Fatal(err)
	}
	who := admin.System(org.ID, "bench")
	ids := crowdOf(b, a, who, admin.MaxUsersAtOnce)
	took := map[string]time.Duration{}
	step := func(name string, do func() (pbx.ChangeSet, error)) pbx.ChangeSetID {
		began := time.Now()
		cs, err := do()
		took[name] += time.Since(began)
		if err != nil {
			b.Fatalf("%s: %v", name, err)
		}
		return cs.ID
	}
	n := 0
	for b.Loop() {
		n++
		department := fmt.Sprintf("Field %d", n)
		step("edit", func() (pbx.ChangeSet, error) {
			_, cs, err := a.BulkUsers(b.Context(), who, admin.BulkEdit{
				Users: ids, Patch: admin.UserPatch{Department: &department},
			}, admin.Write{})
			return cs, err
		})
		gone := step("delete", func() (pbx.ChangeSet, error) {
			return a.DeleteUsers(b.Context(), who, ids, nil, admin.Write{})
		})
		step("restore", func() (pbx.ChangeSet, error) {
			_, cs, err := a.Restore(b.Context(), who, gone, admin.AskNumbers, admin.Write{})
			return cs, err
		})
	}
	for name, d := range took {
		b.ReportMetric(d.Seconds()/float64(b.N), name+"-s/op")
	}
}

// crowdOf makes so many users through the administration.
func crowdOf(b *testing.B, a *admin.Service, who admin.Actor, n int) []pbx.UserID {
	b.Helper()
	limit := 2 * n
	if _, _, err := a.UpdateOrganization(b.Context(), who, admin.OrganizationPatch{UserLimit: &limit}, admin.Write{}); err != nil {
		b.Fatal(err)
	}
	g, _, err := a.CreateGroup(b.Context(), who, admin.GroupPatch{Name: new("Sales")}, admin.Write{})
	if err != nil {
		b.Fatal(err)
	}
	var ids []pbx.UserID
	for from := 0; from < n; from += admin.MostLoaded {
		var users []admin.UserPatch
		for i := from; i < from+admin.MostLoaded; i++ {
			users = append(users, admin.UserPatch{
				FirstName: new("Anna"), LastName: new(fmt.Sprintf("Rossi %d", i)), HomeGroup: &g.ID,
				Number: new(fmt.Sprintf("7%05d", i)), Username: new(fmt.Sprintf("anna%d", i)),
				Aliases: &[]string{fmt.Sprintf("desk%d", i)},
			})
		}
		cs, err := a.LoadUsers(b.Context(), who, users, admin.Write{})
		if err != nil {
			b.Fatal(err)
		}
		for _, it := range cs.Items {
			if it.Ref.Kind == pbx.KindUser {
				ids = append(ids, pbx.UserID(it.Ref.ID))
			}
		}
	}
	if len(ids) != n {
		b.Fatalf("%d users, not %d", len(ids), n)
	}
	return ids
}
