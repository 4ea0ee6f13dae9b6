// Package storetest is what every implementation of the engine's storage ports must pass: the SQL store on both of its
// engines and the memory stores that tests in virtual time use.
//
// Each exported function runs the tests of one port. It is given a function that makes an empty store; tests don't share
// stores.
package storetest

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// org is the organization that most tests have.
const org pbx.OrganizationID = 1

// start is when things in tests begin. Stores keep milliseconds.
func start() time.Time { return time.Date(2026, 5, 3, 9, 30, 15, 123_000_000, time.UTC) }

func later(d time.Duration) time.Time { return start().Add(d) }

// same compares whole values; an empty list is as good as none.
func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.AddrPort{}, netip.Addr{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, what string, err error, kind pbx.ErrorKind) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, want %s", what, kind)
	} else if pbx.KindOf(err) != kind {
		t.Errorf("%s: %s (%v), want %s", what, pbx.KindOf(err), err, kind)
	}
}

// got fails the test unless err is nil, and returns the value.
func got[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// fixture is a store with an organization in it.
type fixture struct {
	t *testing.T
	s admin.Store
}

func newFixture(t *testing.T, open func(*testing.T) admin.Store) fixture {
	t.Helper()
	f := fixture{t, open(t)}
	must(t, f.s.Update(t.Context(), 0, func(tx admin.Tx) error { return tx.PutOrganization(organization(org)) }))
	return f
}

func (f fixture) update(fn func(tx admin.Tx) error) {
	f.t.Helper()
	must(f.t, f.s.Update(f.t.Context(), org, fn))
}

func (f fixture) view(fn func(tx admin.ReadTx)) {
	f.t.Helper()
	must(f.t, f.s.View(f.t.Context(), func(tx admin.ReadTx) error { fn(tx); return nil }))
}

// put stores things of any kind.
func (f fixture) put(things ...any) {
	f.t.Helper()
	f.update(func(tx admin.Tx) error {
		for _, thing := range things {
			if err := put(tx, thing); err != nil {
				return fmt.Errorf("put %T: %w", thing, err)
			}
		}
		return nil
	})
}

func put(tx admin.Tx, thing any) error {
	switch v := thing.(type) {
	case pbx.Organization:
		return tx.PutOrganization(v)
	case pbx.Location:
		return tx.PutLocation(v)
	case pbx.ProvisioningProfile:
		return tx.PutProfile(v)
	case pbx.CustomPermission:
		return tx.PutCustomPermission(v)
	case pbx.Group:
		return tx.PutGroup(v)
	case pbx.User:
		return tx.PutUser(v)
	case pbx.Leave:
		return tx.PutLeave(v)
	case pbx.Forwarding:
		return tx.PutForwarding(v)
	case pbx.UserSecret:
		return tx.PutUserSecret(v)
	case pbx.Device:
		return tx.PutDevice(v)
	case pbx.Line:
		return tx.PutLine(v)
	case pbx.Credential:
		return tx.PutCredential(v)
	case pbx.DialString:
		return tx.PutDialString(v)
	case pbx.RingGroup:
		return tx.PutRingGroup(v)
	case pbx.OutsideNumber:
		return tx.PutOutsideNumber(v)
	case pbx.ExtensionPool:
		return tx.PutPool(v)
	case pbx.Setting:
		return tx.PutSetting(v)
	case pbx.Token:
		return tx.PutToken(v)
	case pbx.MailServer:
		return tx.PutMailServer(v)
	case pbx.MailPassword:
		return tx.PutMailPassword(v)
	}
	return errors.New("the test suite does not know how to put this")
}

func organization(id pbx.OrganizationID) pbx.Organization {
	return pbx.Organization{
		ID: id, Name: fmt.Sprintf("Organization %d", id), AccountName: fmt.Sprintf("org%d", id), SIPDomain: "example.test",
		Realm: "example", Country: "IT", Language: "it", TimeZone: "Europe/Rome", UserLimit: 2000, Version: 1,
		CreatedAt: start(), UpdatedAt: later(time.Second),
	}
}

// location has every field filled.
func location(id pbx.LocationID, name string) pbx.Location {
	return pbx.Location{
		ID: id, Organization: org, Name: name, StreetAddress: "Via Roma 1", City: "Torino", State: "TO", ZIPCode: "10121",
		Country: "IT", Phone: "+39 011 1", Fax: "+39 011 2", Language: "it", TimeZone: "Europe/Rome",
		Networks: []string{"192.0.2.0/24", "2001:db8::/48"}, EmergencyNumber: "+390111", EmergencyAddress: "Via Roma 1, Torino",
		EmergencyNote: "second floor", Version: 3, CreatedAt: start(), UpdatedAt: later(time.Minute),
	}
}

func group(id pbx.GroupID, name string) pbx.Group {
	return pbx.Group{
		ID: id, Organization: org, Name: name, Position: int(id),
		StreetAddress: "Via Roma 1", City: "Torino", State: "TO", ZIPCode: "10121", Country: "IT", ContactSurname: "Rossi",
		ContactName: "Ada", ContactRole: "IT", Phone: "+39 011 1", Mobile: "+39 333 1", Fax: "+39 011 2",
		ITEmail: fmt.Sprintf("it%d@example.test", id), Version: 3, CreatedAt: start(), UpdatedAt: later(time.Minute),
	}
}

// user has every field filled.
func user(id pbx.UserID, home pbx.GroupID, first, last string) pbx.User {
	return pbx.User{
		ID: id, Organization: org, Kind: pbx.Person, HomeGroup: home, Number: fmt.Sprint(200 + id),
		Username: fmt.Sprintf("user%d", id), FirstName: first, LastName: last, Email: fmt.Sprintf("U%d@Example.test", id),
		EmailPending: "new@example.test", Enabled: true, Role: pbx.RoleUser, AuthAccountName: fmt.Sprintf("auth%d", id),
		ExternalID: "x", Language: "de", TimeZone: "Europe/Berlin", JobTitle: "Engineer", Department: "R&D", Mobile: "+49 1",
		Fax: "+49 2", Custom1: "a", Custom2: "b", Custom3: "c",
		StreetAddress: "Via Roma 1", City: "Torino", State: "TO", ZIPCode: "10100", Country: "Italia", Photo: "beef",
		ManagedBy: "", Version: 2, CreatedAt: later(time.Duration(id) * time.Hour),
		UpdatedAt: later(time.Minute),
	}
}

func dial(value string, kind pbx.DialKind, owner pbx.UserID) pbx.DialString {
	return pbx.DialString{Organization: org, Value: value, Kind: kind, Owner: pbx.Ref{Kind: pbx.KindUser, ID: int64(owner)}}
}

func device(id pbx.DeviceID, owner pbx.UserID, name string) pbx.Device {
	return pbx.Device{
		ID: id, Organization: org, Kind: pbx.ByHand, Name: name, User: owner, Enabled: true, Version: 1,
		CreatedAt: start(), UpdatedAt: start(),
	}
}
