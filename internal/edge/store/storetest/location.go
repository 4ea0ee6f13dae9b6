package storetest

import (
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func locations(f fixture) {
	torino, bare := location(1, "Torino"), pbx.Location{ID: 2, Organization: org, Name: "Ädelsfors", Version: 1}
	f.put(torino, bare, group(1, "Sales"))
	ada, bob := user(1, 1, "Ada", "Rossi"), user(2, 1, "Bob", "Verdi")
	ada.Location, ada.EmergencyLocation = 1, 2
	bob.Location, bob.EmergencyAddress = 1, "Via Po 3, Torino"
	f.put(ada, bob)
	desk, home := device(1, 1, "Desk"), device(2, 2, "Home")
	desk.EmergencyLocation, home.EmergencyAddress = 2, "Via Po 3, Torino"
	f.put(desk, home)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "by id", got[pbx.Location](f.t)(tx.Location(1)), torino)
		same(f.t, "without anything", got[pbx.Location](f.t)(tx.Location(2)), bare)
		same(f.t, "by name", got[pbx.Location](f.t)(tx.LocationByName(org, torino.NameKey())), torino)
		same(f.t, "all", got[[]pbx.Location](f.t)(tx.Locations(org)), []pbx.Location{torino, bare})
		same(f.t, "elsewhere", got[[]pbx.Location](f.t)(tx.Locations(2)), nil)
		same(f.t, "user", got[pbx.User](f.t)(tx.User(1)), ada)
		same(f.t, "a device at a location", got[pbx.Device](f.t)(tx.Device(1)), desk)
		same(f.t, "a device at an address", got[pbx.Device](f.t)(tx.Device(2)), home)
		same(f.t, "other user", got[pbx.User](f.t)(tx.User(2)), bob)
		rows := func(q admin.Query) []admin.LocationRow {
			q.Limit = 10
			return got[admin.Page[admin.LocationRow]](f.t)(tx.ListLocations(org, q)).Items
		}
		same(f.t, "list by name", rows(admin.Query{Sort: "name"}), []admin.LocationRow{{Location: bare}, {Location: torino, Users: 2}})
		same(f.t, "list by users", rows(admin.Query{Sort: "users", Desc: true})[0].ID, 1)
		same(f.t, "searched", rows(admin.Query{Sort: "id", Search: "via roma"}), []admin.LocationRow{{Location: torino, Users: 2}})
		p := got[admin.Page[pbx.User]](f.t)(tx.ListUsers(org, admin.UserQuery{
			Query: admin.Query{Sort: "id", Limit: 10}, Location: 1,
		}))
		same(f.t, "users at a location", p.Items, []pbx.User{ada, bob})
		p = got[admin.Page[pbx.User]](f.t)(tx.ListUsers(org, admin.UserQuery{
			Query: admin.Query{Sort: "id", Limit: 10}, Location: 2,
		}))
		same(f.t, "users at an empty location", p.Items, nil)
		_, err := tx.Location(3)
		wantKind(f.t, "location 3", err, pbx.NotFound)
		_, err = tx.LocationByName(org, "nowhere")
		wantKind(f.t, "nowhere", err, pbx.NotFound)
	})
	again := location(4, "TORINO")
	wantKind(f.t, "a name twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.PutLocation(again) }),
		pbx.Conflict)
	ada.Location, ada.EmergencyLocation = 0, 0
	f.update(func(tx admin.Tx) error {
		must(f.t, tx.DeleteLocation(2))
		desk.EmergencyLocation = 0
		must(f.t, tx.PutDevice(desk))
		return tx.PutUser(ada) // what mentions it goes in the same transaction
	})
	f.view(func(tx admin.ReadTx) { same(f.t, "moved away", got[pbx.User](f.t)(tx.User(1)), ada) })
	nobody := user(3, 1, "C", "C")
	nobody.Location = 77
	wantKind(f.t, "nowhere to be", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.PutUser(nobody) }),
		pbx.Conflict)
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.DeleteLocation(2) }),
		pbx.NotFound)
}
