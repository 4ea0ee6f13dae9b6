package storetest

import (
	"maps"
	"math/rand/v2"
	"strconv"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func devices(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi"))
	hand, spare := device(1, 1, "Set up by hand"), device(2, 0, "Spare phone")
	spare.Enabled = false
	line := pbx.Line{
		ID: 1, Organization: org, Device: 1, Position: 1, User: 1, Label: "201", SIPUsername: "201", Version: 1,
	}
	second := pbx.Line{ID: 2, Organization: org, Device: 1, Position: 0, SIPUsername: "201-abcd", Version: 1}
	credential := pbx.Credential{
		Line: 1, Organization: org, HA1MD5: pbx.Sealed{0, 1, 2}, HA1SHA256: pbx.Sealed("sha256"), ChangedAt: start(),
		Version: 5,
	}
	clear := credential
	clear.Line, clear.Clear = 2, pbx.Sealed("clear")
	f.put(hand, spare, line, second, credential, clear)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "device", got[pbx.Device](f.t)(tx.Device(1)), hand)
		same(f.t, "spare device", got[pbx.Device](f.t)(tx.Device(2)), spare)
		same(f.t, "devices of a user", got[[]pbx.Device](f.t)(tx.DevicesOf(1)), []pbx.Device{hand})
		same(f.t, "line", got[pbx.Line](f.t)(tx.Line(1)), line)
		same(f.t, "lines by position", got[[]pbx.Line](f.t)(tx.LinesOfDevice(1)), []pbx.Line{second, line})
		same(f.t, "lines of a user", got[[]pbx.Line](f.t)(tx.LinesOfUser(1)), []pbx.Line{line})
		same(f.t, "credential", got[pbx.Credential](f.t)(tx.Credential(1)), credential)
		same(f.t, "credential in clear", got[pbx.Credential](f.t)(tx.Credential(2)), clear)
		list := func(q admin.DeviceQuery) []pbx.Device {
			q.Limit = 10
			return got[admin.Page[pbx.Device]](f.t)(tx.ListDevices(org, q)).Items
		}
		same(f.t, "by name", list(admin.DeviceQuery{Query: admin.Query{Sort: "name", Desc: true}}),
			[]pbx.Device{spare, hand})
		same(f.t, "of a user", list(admin.DeviceQuery{Query: admin.Query{Sort: "id"}, User: 1}), []pbx.Device{hand})
		same(f.t, "of a home group", list(admin.DeviceQuery{Query: admin.Query{Sort: "id"}, Home: 1}), []pbx.Device{hand})
		same(f.t, "of an empty home group", list(admin.DeviceQuery{Query: admin.Query{Sort: "id"}, Home: 2}), nil)
		same(f.t, "searched", list(admin.DeviceQuery{Query: admin.Query{Sort: "id", Search: "spare"}}),
			[]pbx.Device{spare})
		same(f.t, "searched by user", list(admin.DeviceQuery{Query: admin.Query{Sort: "id", Search: "ada rossi"}}),
			[]pbx.Device{hand})
		_, err := tx.Device(3)
		wantKind(f.t, "device 3", err, pbx.NotFound)
		_, err = tx.Line(3)
		wantKind(f.t, "line 3", err, pbx.NotFound)
		_, err = tx.Credential(3)
		wantKind(f.t, "credential 3", err, pbx.NotFound)
	})
	f.update(func(tx admin.Tx) error {
		must(f.t, tx.DeleteCredential(1))
		must(f.t, tx.DeleteCredential(2))
		must(f.t, tx.DeleteLine(1))
		must(f.t, tx.DeleteLine(2))
		return tx.DeleteDevice(1)
	})
	for name, again := range map[string]func(tx admin.Tx) error{
		"credential": func(tx admin.Tx) error { return tx.DeleteCredential(1) },
		"line":       func(tx admin.Tx) error { return tx.DeleteLine(1) },
		"device":     func(tx admin.Tx) error { return tx.DeleteDevice(1) },
	} {
		wantKind(f.t, name+" deleted twice", f.s.Update(f.t.Context(), org, again), pbx.NotFound)
	}
}

func sipUsernames(f fixture) {
	f.update(func(tx admin.Tx) error { return tx.ReserveSIPUsername(org, "201", 1) })
	f.update(func(tx admin.Tx) error { return tx.ReserveSIPUsername(org, "201", 1) })
	wantKind(f.t, "given to another line", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.ReserveSIPUsername(org, "201", 2)
	}), pbx.Conflict)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "line", got[pbx.LineID](f.t)(tx.SIPUsername(org, "201")), pbx.LineID(1))
		_, err := tx.SIPUsername(org, "202")
		wantKind(f.t, "never given", err, pbx.NotFound)
	})
}

func dialStrings(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi"))
	extension, alias := dial("201", pbx.DialExtension, 1), dial("ada.rossi", pbx.DialAlias, 1)
	feature := pbx.DialString{Organization: org, Value: "*43", Kind: pbx.DialFeature, Feature: pbx.FeatureEcho}
	held := pbx.DialString{
		Organization: org, Value: "202", Kind: pbx.DialHeld, Owner: pbx.Ref{Kind: pbx.KindUser, ID: 9},
		Was: pbx.DialExtension, Until: later(time.Hour),
	}
	f.put(extension, alias, feature, held, dial("203", pbx.DialExtension, 2))
	f.view(func(tx admin.ReadTx) {
		for _, want := range []pbx.DialString{extension, alias, feature, held} {
			same(f.t, want.Value, got[pbx.DialString](f.t)(tx.DialString(org, want.Value)), want)
		}
		same(f.t, "of an owner", got[[]pbx.DialString](f.t)(tx.DialStringsOf(org, pbx.Ref{Kind: pbx.KindUser, ID: 1})),
			[]pbx.DialString{extension, alias})
		same(f.t, "of many owners",
			got[[]pbx.DialString](f.t)(tx.DialStringsOfAll(org, pbx.KindUser, []int64{9, 2, 1})),
			[]pbx.DialString{extension, alias, dial("203", pbx.DialExtension, 2), held})
		same(f.t, "of no owners", got[[]pbx.DialString](f.t)(tx.DialStringsOfAll(org, pbx.KindUser, nil)),
			[]pbx.DialString(nil))
		_, err := tx.DialString(org, "204")
		wantKind(f.t, "free value", err, pbx.NotFound)
		_, err = tx.DialString(2, "201")
		wantKind(f.t, "in another organization", err, pbx.NotFound)
	})
	f.put(dial("201", pbx.DialExtension, 2))
	f.view(func(tx admin.ReadTx) {
		same(f.t, "replaced", got[pbx.DialString](f.t)(tx.DialString(org, "201")), dial("201", pbx.DialExtension, 2))
	})
	f.update(func(tx admin.Tx) error { return tx.DeleteDialString(org, "201") })
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.DeleteDialString(org, "201")
	}), pbx.NotFound)
}

func dialRange(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"))
	for _, value := range []string{"20", "200", "201", "203", "2011", "0201", "20a", "300", "*43"} {
		f.put(dial(value, pbx.DialAlias, 1))
	}
	f.view(func(tx admin.ReadTx) {
		values := func(first, last string, limit int) []string {
			var values []string
			for _, d := range got[[]pbx.DialString](f.t)(tx.DialStringsBetween(org, first, last, limit)) {
				values = append(values, d.Value)
			}
			return values
		}
		same(f.t, "200 to 299", values("200", "299", 10), []string{"200", "201", "203", "20a"})
		same(f.t, "the first two", values("200", "299", 2), []string{"200", "201"})
		same(f.t, "0200 to 0299", values("0200", "0299", 10), []string{"0201"})
		same(f.t, "count", got[int](f.t)(tx.CountNumbersBetween(org, "200", "300")), 4)
	})
}

// dialBlocks writes, replaces and frees numbers at random; the counts stay those of the plan.
func dialBlocks(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"))
	dice := rand.New(rand.NewPCG(1, 1))
	kinds := []pbx.DialKind{pbx.DialExtension, pbx.DialAlias, pbx.DialHold, pbx.DialHeld}
	there := map[string]pbx.DialKind{"anna": pbx.DialAlias, "12a45": pbx.DialAlias, "200": pbx.DialAlias}
	f.update(func(tx admin.Tx) error {
		for value, kind := range there {
			if err := tx.PutDialString(dial(value, kind, 1)); err != nil {
				return err
			}
		}
		return nil
	})
	for range 30 {
		f.update(func(tx admin.Tx) error {
			for range 20 {
				value := strconv.Itoa(40_000 + dice.IntN(3)*1000 + dice.IntN(12))
				if _, ok := there[value]; ok && dice.IntN(3) == 0 {
					delete(there, value)
					if err := tx.DeleteDialString(org, value); err != nil {
						return err
					}
					continue
				}
				there[value] = kinds[dice.IntN(len(kinds))]
				if err := tx.PutDialString(dial(value, there[value], 1)); err != nil {
					return err
				}
			}
			return nil
		})
		want := map[string]int{}
		for value, kind := range there {
			if len(value) == 5 && value != "12a45" && kind != pbx.DialHold {
				want[value[:2]]++
			}
		}
		f.view(func(tx admin.ReadTx) {
			blocks := got[map[string]int](f.t)(tx.DialBlocks(org, "40005", "42011"))
			maps.DeleteFunc(blocks, func(_ string, taken int) bool { return taken == 0 })
			same(f.t, "blocks", blocks, want)
			delete(want, "40")
			delete(want, "42")
			blocks = got[map[string]int](f.t)(tx.DialBlocks(org, "41000", "41999"))
			maps.DeleteFunc(blocks, func(_ string, taken int) bool { return taken == 0 })
			same(f.t, "one block", blocks, want)
			for _, r := range [][2]string{
				{"40005", "42003"}, {"40000", "42999"}, {"40003", "40009"}, {"41000", "42000"}, {"12000", "41999"}, {"11000", "13000"},
			} {
				n := 0
				for value := range there {
					if len(value) == 5 && value != "12a45" && value >= r[0] && value <= r[1] {
						n++
					}
				}
				same(f.t, "numbers "+r[0]+" to "+r[1], got[int](f.t)(tx.CountNumbersBetween(org, r[0], r[1])), n)
			}
		})
	}
}

func holds(f fixture) {
	hold := func(value string, id pbx.HoldID, until time.Duration) pbx.DialString {
		return pbx.DialString{
			Organization: org, Value: value, Kind: pbx.DialHold, Hold: id, HeldFor: 7, Pool: 3, Until: later(until),
		}
	}
	f.put(hold("201", 1, time.Minute), hold("202", 2, 10*time.Minute), hold("203", 3, 2*time.Minute))
	f.view(func(tx admin.ReadTx) {
		same(f.t, "by number", got[pbx.DialString](f.t)(tx.Hold(org, 2)), hold("202", 2, 10*time.Minute))
		_, err := tx.Hold(org, 4)
		wantKind(f.t, "hold 4", err, pbx.NotFound)
		same(f.t, "lapsed", got[[]pbx.DialString](f.t)(tx.HoldsLapsed(org, later(5*time.Minute))),
			[]pbx.DialString{hold("201", 1, time.Minute), hold("203", 3, 2*time.Minute)})
		same(f.t, "not lapsed yet", got[[]pbx.DialString](f.t)(tx.HoldsLapsed(org, later(0))), []pbx.DialString(nil))
	})
}

func listDialStrings(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"), dial("201", pbx.DialExtension, 1), dial("2010", pbx.DialAlias, 1),
		dial("ada", pbx.DialAlias, 1), dial("202", pbx.DialExtension, 1), dial("ada.rossi", pbx.DialUsername, 1))
	f.view(func(tx admin.ReadTx) {
		list := func(q admin.DialQuery) []string {
			q.Sort, q.Limit = "value", 2
			var values []string
			for {
				p := got[admin.Page[pbx.DialString]](f.t)(tx.ListDialStrings(org, q))
				for _, d := range p.Items {
					values = append(values, d.Value)
				}
				if q.Cursor = p.Next; p.Next == "" {
					return values
				}
			}
		}
		same(f.t, "all", list(admin.DialQuery{}), []string{"201", "202", "2010", "ada", "ada.rossi"})
		same(f.t, "of a kind", list(admin.DialQuery{Kinds: []pbx.DialKind{pbx.DialExtension}}), []string{"201", "202"})
		same(f.t, "of two kinds, searched", list(admin.DialQuery{
			Query: admin.Query{Search: "201"}, Kinds: []pbx.DialKind{pbx.DialExtension, pbx.DialAlias},
		}), []string{"201", "2010"})
	})
}

func pools(f fixture) {
	f.put(location(3, "Torino"), group(4, "Sales"))
	first := pbx.ExtensionPool{
		ID: 1, Organization: org, Name: "Main", First: "0200", Last: "0299", Enabled: true, Version: 1, CreatedAt: start(),
		UpdatedAt: start(),
	}
	second := first
	second.ID, second.Group, second.Location, second.Enabled = 2, 4, 3, false
	f.put(second, first)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "one", got[pbx.ExtensionPool](f.t)(tx.Pool(2)), second)
		same(f.t, "all", got[[]pbx.ExtensionPool](f.t)(tx.Pools(org)), []pbx.ExtensionPool{first, second})
		same(f.t, "elsewhere", got[[]pbx.ExtensionPool](f.t)(tx.Pools(2)), []pbx.ExtensionPool(nil))
	})
	f.update(func(tx admin.Tx) error { return tx.DeletePool(2) })
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.DeletePool(2) }),
		pbx.NotFound)
}

func settings(f fixture) {
	setting := func(level pbx.Level, owner int64, key pbx.SettingKey, value string) pbx.Setting {
		return pbx.Setting{Organization: org, Level: level, Owner: owner, Key: key, Value: value, Version: 1}
	}
	system := setting(pbx.LevelSystem, 0, pbx.SettingDigest, "both")
	system.Organization = 0
	any1 := setting(pbx.LevelUser, 1, pbx.SettingSecurity, "any")
	ring := setting(pbx.LevelUser, 1, pbx.SettingRingTime, "30s")
	locked := setting(pbx.LevelOrganization, int64(org), pbx.SettingSecurity, "secure")
	locked.Locked = true
	any2 := setting(pbx.LevelUser, 2, pbx.SettingSecurity, "any")
	f.put(system, any2, any1, ring, locked)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "one", got[pbx.Setting](f.t)(tx.Setting(org, pbx.LevelOrganization, int64(org), pbx.SettingSecurity)),
			locked)
		same(f.t, "of the system", got[pbx.Setting](f.t)(tx.Setting(0, pbx.LevelSystem, 0, pbx.SettingDigest)), system)
		same(f.t, "at a user", got[[]pbx.Setting](f.t)(tx.SettingsAt(org, pbx.LevelUser, 1)), []pbx.Setting{ring, any1})
		users := []pbx.Place{{Level: pbx.LevelUser, Owner: 3}, {Level: pbx.LevelUser, Owner: 2}, {Level: pbx.LevelUser, Owner: 1}}
		same(f.t, "at many users", got[[]pbx.Setting](f.t)(tx.SettingsAtAll(org, users)), []pbx.Setting{ring, any1, any2})
		path := []pbx.Place{users[1], {Level: pbx.LevelSystem}, {Level: pbx.LevelOrganization, Owner: int64(org)}}
		same(f.t, "on a path", got[[]pbx.Setting](f.t)(tx.SettingsAtAll(org, path)), []pbx.Setting{locked, system, any2})
		same(f.t, "elsewhere", got[[]pbx.Setting](f.t)(tx.SettingsAtAll(2, path)), []pbx.Setting{system})
		same(f.t, "at nobody", got[[]pbx.Setting](f.t)(tx.SettingsAtAll(org, nil)), nil)
		same(f.t, "with a key", len(got[[]pbx.Setting](f.t)(tx.SettingsWith(org, pbx.SettingSecurity))), 3)
		_, err := tx.Setting(org, pbx.LevelUser, 3, pbx.SettingSecurity)
		wantKind(f.t, "not set", err, pbx.NotFound)
	})
	any1.Value, any1.Version = "secure", 2
	f.put(any1)
	f.update(func(tx admin.Tx) error { return tx.DeleteSetting(org, pbx.LevelUser, 1, pbx.SettingRingTime) })
	f.view(func(tx admin.ReadTx) {
		same(f.t, "changed", got[[]pbx.Setting](f.t)(tx.SettingsAt(org, pbx.LevelUser, 1)), []pbx.Setting{any1})
	})
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.DeleteSetting(org, pbx.LevelUser, 1, pbx.SettingRingTime)
	}), pbx.NotFound)
}

func tokens(f fixture) {
	f.put(group(1, "Sales"), user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi"))
	token := func(id pbx.TokenID, owner pbx.UserID, hash string) pbx.Token {
		return pbx.Token{
			ID: id, Organization: org, User: owner, Name: "script", Hash: pbx.Sealed(hash),
			Scopes: []pbx.Permission{pbx.PermUsersRead}, CreatedAt: start(), ExpiresAt: later(time.Hour), Version: 1,
		}
	}
	first, second, third := token(1, 1, "a"), token(2, 2, "b"), token(3, 1, "c")
	third.Scopes, third.ExpiresAt = nil, time.Time{}
	f.put(first, second, third)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "one", got[pbx.Token](f.t)(tx.Token(1)), first)
		same(f.t, "by hash", got[pbx.Token](f.t)(tx.TokenByHash([]byte("b"))), second)
		same(f.t, "of a user", got[[]pbx.Token](f.t)(tx.TokensOf(1)), []pbx.Token{first, third})
		p := got[admin.Page[pbx.Token]](f.t)(tx.ListTokens(org, admin.Query{Sort: "id", Limit: 2}))
		same(f.t, "list", p.Items, []pbx.Token{first, second})
		if p.Total != 3 || p.Next == "" {
			f.t.Errorf("total %d, next %q", p.Total, p.Next)
		}
		_, err := tx.TokenByHash([]byte("d"))
		wantKind(f.t, "unknown hash", err, pbx.NotFound)
	})
	wantKind(f.t, "hash of another", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.PutToken(token(4, 1, "a"))
	}), pbx.Conflict)
	f.update(func(tx admin.Tx) error { return tx.DeleteToken(1) })
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.DeleteToken(1) }),
		pbx.NotFound)
}

func references(f fixture) {
	pool, sales, lab := pbx.Ref{Kind: pbx.KindPool, ID: 1}, pbx.Ref{Kind: pbx.KindGroup, ID: 1}, pbx.Ref{Kind: pbx.KindGroup, ID: 2}
	first := pbx.Reference{Organization: org, From: pool, Field: "groupId", To: sales}
	second := pbx.Reference{Organization: org, From: pbx.Ref{Kind: pbx.KindSetting, Key: "k"}, Field: "owner", To: sales}
	third := pbx.Reference{Organization: org, From: pool, Field: "other", To: lab}
	f.update(func(tx admin.Tx) error {
		must(f.t, tx.AddReferences([]pbx.Reference{first, second}))
		must(f.t, tx.AddReferences([]pbx.Reference{first, third}))
		return tx.AddReferences(nil)
	})
	f.view(func(tx admin.ReadTx) {
		same(f.t, "to", got[[]pbx.Reference](f.t)(tx.ReferencesTo(org, sales)), []pbx.Reference{first, second})
		same(f.t, "from", got[[]pbx.Reference](f.t)(tx.ReferencesFrom(org, pool)), []pbx.Reference{first, third})
		same(f.t, "elsewhere", got[[]pbx.Reference](f.t)(tx.ReferencesTo(2, sales)), []pbx.Reference(nil))
	})
	f.update(func(tx admin.Tx) error { return tx.RemoveReferences([]pbx.Reference{first, first}) })
	f.view(func(tx admin.ReadTx) {
		same(f.t, "after removal", got[[]pbx.Reference](f.t)(tx.ReferencesTo(org, sales)), []pbx.Reference{second})
	})
}

func mailServers(f fixture) {
	server := pbx.MailServer{
		Organization: org, Host: "smtp.example.test", Port: 587, TLS: pbx.MailSTARTTLS, AllowPlain: true, Authority: "PEM",
		Username: "box", Sender: "pbx@example.test", SenderName: "Telephone", ReplyTo: "it@example.test",
		PageURL: "https://phone.example.test", Version: 2, CreatedAt: start(), UpdatedAt: later(time.Minute),
	}
	password := pbx.MailPassword{Organization: org, Value: pbx.Sealed{0, 1, 255}, ChangedAt: start(), Version: 1}
	f.view(func(tx admin.ReadTx) {
		_, err := tx.MailServer(org)
		wantKind(f.t, "no server yet", err, pbx.NotFound)
		_, err = tx.MailPassword(org)
		wantKind(f.t, "no password yet", err, pbx.NotFound)
	})
	f.put(server, password)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "server", got[pbx.MailServer](f.t)(tx.MailServer(org)), server)
		same(f.t, "password", got[pbx.MailPassword](f.t)(tx.MailPassword(org)), password)
		_, err := tx.MailServer(org + 1)
		wantKind(f.t, "another organization's", err, pbx.NotFound)
	})
	server.Port, server.TLS, server.Version = 465, pbx.MailImplicit, 3
	password.Value, password.Version = pbx.Sealed("new"), 2
	f.put(server, password)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "changed server", got[pbx.MailServer](f.t)(tx.MailServer(org)), server)
		same(f.t, "changed password", got[pbx.MailPassword](f.t)(tx.MailPassword(org)), password)
	})
	f.update(func(tx admin.Tx) error {
		must(f.t, tx.DeleteMailPassword(org))
		return tx.DeleteMailServer(org)
	})
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.DeleteMailServer(org)
	}), pbx.NotFound)
}
