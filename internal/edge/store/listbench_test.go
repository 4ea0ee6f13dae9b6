package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/pbx"
)

// BenchmarkLoad writes 10,000 people in one transaction.
func BenchmarkLoad(b *testing.B) {
	load := func(b *testing.B, o Options, server int) {
		s, err := Open(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		own, theirs, first := ownCPU(), familyCPU(b, server), pbx.UserID(0)
		for b.Loop() {
			err := s.Admin().Update(b.Context(), 0, func(tx admin.Tx) error {
				err := tx.PutOrganization(pbx.Organization{ID: 1, AccountName: "one"})
				if err == nil {
					err = tx.PutGroup(pbx.Group{ID: 1, Organization: 1, Name: "Sales"})
				}
				var people []pbx.User
				for id := first + 1; id <= first+10_000; id++ {
					people = append(people, pbx.User{
						ID: id, Organization: 1, Kind: pbx.Person, HomeGroup: 1, Number: fmt.Sprint(id),
						Username: fmt.Sprintf("user%d", id), FirstName: "Anna", LastName: fmt.Sprintf("Rossi %d", id),
						Email: fmt.Sprintf("user%d@example.test", id), Role: pbx.RoleUser,
					})
				}
				return errors.Join(err, store(tx, people))
			})
			if err != nil {
				b.Fatal(err)
			}
			first += 10_000
		}
		b.ReportMetric((ownCPU()-own).Seconds()/float64(b.N), "own-CPU-s/op")
		b.ReportMetric((familyCPU(b, server)-theirs).Seconds()/float64(b.N), "server-CPU-s/op")
	}
	b.Run("SQLite", func(b *testing.B) { load(b, Options{Dir: b.TempDir()}, 0) })
	b.Run("PostgreSQL", func(b *testing.B) {
		c, o := durable(b)
		load(b, o, c.PID())
	})
}

// BenchmarkLists times lists of 100,000 users in 200 groups, a tenth of them online, and reports the slowest of a
// hundred.
func BenchmarkLists(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchLists(b, Options{Dir: b.TempDir()}) })
	b.Run("PostgreSQL", func(b *testing.B) {
		_, o := durable(b)
		benchLists(b, o)
	})
}

func benchLists(b *testing.B, o Options) {
	s, err := Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	began := time.Now()
	crowd(b, s)
	b.Logf("100,000 users with device, line, credential and dial strings written in %v", time.Since(began))
	yes, no := true, false
	query := func(search, sort string) admin.Query { return admin.Query{Search: search, Sort: sort, Limit: 50} }
	deep := query("", "lastName")
	deep.Page = 1900
	for _, test := range []struct {
		name string
		next func(i int) admin.UserQuery
	}{
		{"first page by last name", func(int) admin.UserQuery { return admin.UserQuery{Query: query("", "lastName")} }},
		{"first page by number, backwards", func(int) admin.UserQuery {
			q := query("", "number")
			q.Desc = true
			return admin.UserQuery{Query: q}
		}},
		{"page 1900", func(int) admin.UserQuery { return admin.UserQuery{Query: deep} }},
		{"a group", func(i int) admin.UserQuery {
			return admin.UserQuery{Query: query("", "lastName"), Group: pbx.GroupID(i%200 + 1)}
		}},
		{"disabled", func(int) admin.UserQuery {
			return admin.UserQuery{Query: query("", "lastName"), Enabled: &no}
		}},
		{"online", func(int) admin.UserQuery { return admin.UserQuery{Query: query("", "lastName"), Online: &yes} }},
		{"offline", func(int) admin.UserQuery { return admin.UserQuery{Query: query("", "lastName"), Online: &no} }},
		{"search for one number", func(i int) admin.UserQuery {
			return admin.UserQuery{Query: query(fmt.Sprint(200000+i*997), "lastName")}
		}},
		{"search for a frequent name", func(i int) admin.UserQuery {
			return admin.UserQuery{Query: query([]string{"ross", "anna", "weber"}[i%3], "lastName")}
		}},
		{"search for what a few hundred have", func(i int) admin.UserQuery {
			return admin.UserQuery{Query: query(fmt.Sprintf("20%d9", i%100), "lastName")}
		}},
		{"search for what nearly all have", func(int) admin.UserQuery {
			return admin.UserQuery{Query: query("example.test", "lastName")}
		}},
		{"search for nobody", func(i int) admin.UserQuery {
			return admin.UserQuery{Query: query(fmt.Sprintf("nobody%d", i), "lastName")}
		}},
		{"search for two characters", func(i int) admin.UserQuery {
			return admin.UserQuery{Query: query([]string{"ro", "an", "20"}[i%3], "lastName")}
		}},
		{"search for two characters of nobody", func(int) admin.UserQuery {
			return admin.UserQuery{Query: query("zq", "lastName")}
		}},
		{"search for a frequent name in a group", func(i int) admin.UserQuery {
			return admin.UserQuery{Query: query("ross", "lastName"), Group: pbx.GroupID(i%200 + 1)}
		}},
		{"search for a frequent name, disabled", func(int) admin.UserQuery {
			return admin.UserQuery{Query: query("ross", "lastName"), Enabled: &no}
		}},
	} {
		b.Run(test.name, func(b *testing.B) {
			var times []time.Duration
			i, cpu := 0, ownCPU()
			for b.Loop() {
				at := time.Now()
				err := s.Admin().View(b.Context(), func(tx admin.ReadTx) error {
					_, err := tx.ListUsers(1, test.next(i))
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				times = append(times, time.Since(at))
				i++
			}
			b.ReportMetric((ownCPU()-cpu).Seconds()*1000/float64(i), "own-CPU-ms/op")
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

func crowd(b *testing.B, s *Store) {
	b.Helper()
	first := []string{"Anna", "Bruno", "Carla", "Dieter", "Émile", "Franca", "Giulia", "Hans", "Ines", "Jörg"}
	last := []string{"Rossi", "Verdi", "Bianchi", "Müller", "Weber", "Schmidt", "Ricci", "Greco", "Wagner", "Conti"}
	dice := rand.New(rand.NewPCG(1, 2))
	const users, groups, part = 100_000, 200, 10_000
	update := func(fn func(tx admin.Tx) error) {
		if err := s.Admin().Update(b.Context(), 0, fn); err != nil {
			b.Fatal(err)
		}
	}
	update(func(tx admin.Tx) error {
		err := tx.PutOrganization(pbx.Organization{ID: 1, AccountName: "one"})
		for id := pbx.GroupID(1); err == nil && id <= groups; id++ {
			err = tx.PutGroup(pbx.Group{ID: id, Organization: 1, Name: fmt.Sprintf("Group %d", id)})
		}
		return err
	})
	for from := 0; from < users; from += part {
		var people []pbx.User
		for i := from; i < from+part; i++ {
			people = append(people, pbx.User{
				ID: pbx.UserID(i + 1), Organization: 1, Kind: pbx.Person, HomeGroup: pbx.GroupID(i%groups + 1),
				Number: fmt.Sprint(200000 + i), Username: fmt.Sprintf("user%d", i), FirstName: first[dice.IntN(10)],
				LastName: fmt.Sprintf("%s %c", last[dice.IntN(10)], 'A'+rune(dice.IntN(26))), Enabled: i%50 != 0,
				Email: fmt.Sprintf("user%d@example.test", i), Role: pbx.RoleUser, CreatedAt: time.UnixMilli(int64(i)),
			})
		}
		update(func(tx admin.Tx) error { return store(tx, people) })
	}
	var changes []registrar.BindingChange
	for line := pbx.LineID(1); line <= users; line += 10 {
		v := benchBinding(line)
		changes = append(changes, registrar.BindingChange{Key: v.Key, Put: &v})
	}
	if err := s.Bindings().Commit(b.Context(), changes); err != nil {
		b.Fatal(err)
	}
}

// store writes users with what every person has from the start, kind after kind as a change set does.
func store(tx admin.Tx, people []pbx.User) error {
	for _, write := range []func(u pbx.User, id int64) error{
		func(u pbx.User, _ int64) error { return tx.PutUser(u) },
		func(u pbx.User, id int64) error {
			return tx.PutDevice(pbx.Device{
				ID: pbx.DeviceID(id), Organization: 1, Kind: pbx.ByHand, Name: "Set up by hand", User: u.ID,
			})
		},
		func(u pbx.User, id int64) error {
			return tx.PutLine(pbx.Line{
				ID: pbx.LineID(id), Organization: 1, Device: pbx.DeviceID(id), User: u.ID, SIPUsername: u.Number,
			})
		},
		func(_ pbx.User, id int64) error {
			return tx.PutCredential(pbx.Credential{
				Line: pbx.LineID(id), Organization: 1, HA1MD5: make(pbx.Sealed, 44), HA1SHA256: make(pbx.Sealed, 60),
			})
		},
		func(u pbx.User, _ int64) error {
			return errors.Join(
				tx.PutDialString(pbx.DialString{Organization: 1, Value: u.Number, Kind: pbx.DialExtension, Owner: u.Ref()}),
				tx.PutDialString(pbx.DialString{Organization: 1, Value: u.Username, Kind: pbx.DialUsername, Owner: u.Ref()}))
		},
	} {
		for _, u := range people {
			if err := write(u, int64(u.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}
