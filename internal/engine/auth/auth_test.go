package auth_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/admin"
	adminmem "ringfence/internal/engine/admin/memstore"
	"ringfence/internal/engine/auth"
	"ringfence/internal/engine/auth/memstore"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

var (
	here  = netip.MustParseAddr("192.0.2.1")
	there = netip.MustParseAddr("192.0.2.2")
)

const ownerPassword = "a long enough sentence"

// rig is a server after its start, in virtual time.
type rig struct {
	*testing.T
	*auth.Service

	admin    *admin.Service
	sessions *memstore.Store
	org      pbx.OrganizationID
	owner    admin.Actor
}

// inTime runs a test in a bubble, over a server that is not set up yet.
func inTime(t *testing.T, test func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		v, err := vault.New([32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		store := adminmem.New()
		r := &rig{T: t, sessions: &memstore.Store{}, admin: admin.New(admin.Config{Store: store, Vault: v})}
		r.Service = auth.New(auth.Config{Admin: r.admin, Store: store, Sessions: r.sessions, Setup: r.sessions, Vault: v})
		o, err := r.admin.Bootstrap(t.Context(), admin.Defaults{SIPDomain: "pbx.example.com"})
		if err != nil {
			t.Fatal(err)
		}
		r.org = o.ID
		test(r)
	})
}

// setUp is inTime with an owner, olga.
func setUp(t *testing.T, test func(r *rig)) {
	t.Helper()
	inTime(t, func(r *rig) {
		u, err := r.CreateOwner(r.Context(), admin.SetUpInput{
			FirstName: "Olga", Username: "olga", Password: pbx.NewSecret(ownerPassword), Email: "olga@example.com",
		})
		r.ok(err)
		r.owner = admin.ActorFor(u, "test")
		test(r)
	})
}

func p[T any](v T) *T { return &v }

// wait lets the bubble's clock go on.
func wait(d time.Duration) { <-time.After(d) }

func (r *rig) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *rig) refused(err error, kind pbx.ErrorKind) {
	r.Helper()
	if err == nil || pbx.KindOf(err) != kind {
		r.Fatalf("got %v, want %s", err, kind)
	}
}

func (r *rig) login(name, password string, from netip.Addr) (pbx.Secret, error) {
	r.Helper()
	cookie, _, err := r.Login(r.Context(), auth.LoginRequest{
		Login: name, Password: pbx.NewSecret(password), Source: from, UserAgent: "Test\x00 browser",
	})
	return cookie, err
}

func (r *rig) user(patch admin.UserPatch) admin.UserResult {
	r.Helper()
	g, _, err := r.admin.CreateGroup(r.Context(), r.owner, admin.GroupPatch{Name: p("g" + *patch.FirstName)}, admin.Write{})
	r.ok(err)
	patch.HomeGroup = &g.ID
	u, _, err := r.admin.CreateUser(r.Context(), r.owner, patch, admin.Write{})
	r.ok(err)
	return u
}

func TestOneSignsInByNameNumberAndEmailWhileOnlyOneHasIt(t *testing.T) {
	setUp(t, func(r *rig) {
		u := r.user(admin.UserPatch{FirstName: p("Anna"), Email: p("Anna@Example.com"), AuthAccountName: p("ab42")})
		password := u.Secrets.PortalPassword.Reveal()
		for _, name := range []string{"anna", " ANNA ", "200", "anna@example.COM"} {
			if _, err := r.login(name, password, here); err != nil {
				r.Errorf("by %q: %v", name, err)
			}
		}
		_, err := r.login("ab42", password, here)
		r.refused(err, pbx.Unauthenticated)
		_, _, err = r.admin.PutSetting(r.Context(), r.owner, pbx.Setting{
			Level: pbx.LevelOrganization, Key: pbx.SettingAuthNameSign, Value: "true",
		}, admin.Write{})
		r.ok(err)
		_, err = r.login("ab42", password, here)
		r.ok(err)
		r.user(admin.UserPatch{FirstName: p("Other"), Email: p("anna@example.com")})
		_, err = r.login("anna@example.com", password, here)
		r.refused(err, pbx.Unauthenticated)
	})
}

func TestEveryRefusalLooksAlike(t *testing.T) {
	setUp(t, func(r *rig) {
		off := r.user(admin.UserPatch{FirstName: p("Off")})
		_, _, err := r.admin.UpdateUser(r.Context(), r.owner, off.User.ID, admin.UserPatch{Enabled: p(false)}, admin.Write{})
		r.ok(err)
		r.user(admin.UserPatch{FirstName: p("Lobby"), DisplayName: p("Lobby"), Kind: p(pbx.Space)})
		var texts []string
		for name, password := range map[string]string{
			"olga": "wrong", "nobody": "wrong", "off": off.Secrets.PortalPassword.Reveal(), "lobby": "", "*43": "x", "": "x",
			"nobody@example.com": "x", strings.Repeat("x", 5000): "x", "olga2": strings.Repeat("y", 5000),
		} {
			_, err := r.login(name, password, here)
			r.refused(err, pbx.Unauthenticated)
			texts = append(texts, err.Error())
		}
		for _, text := range texts {
			if text != texts[0] {
				r.Errorf("%q and %q", text, texts[0])
			}
		}
	})
}

func TestWrongPasswordsSlowTheGuiltyPairOnly(t *testing.T) {
	setUp(t, func(r *rig) {
		for range 3 {
			_, err := r.login("olga", "wrong", here)
			r.refused(err, pbx.Unauthenticated)
		}
		_, err := r.login("olga", ownerPassword, here)
		r.refused(err, pbx.Exhausted)
		e, _ := errors.AsType[*pbx.Error](err)
		if e.RetryAfter <= 0 {
			r.Error("it does not say when again")
		}
		_, err = r.login("olga", ownerPassword, there)
		r.ok(err)
		wait(e.RetryAfter)
		_, err = r.login("olga", ownerPassword, here)
		r.ok(err)
	})
}

func TestASessionEndsByIdlenessByAgeAndByRevocation(t *testing.T) {
	setUp(t, func(r *rig) {
		open := func() pbx.Secret {
			c, err := r.login("olga", ownerPassword, here)
			r.ok(err)
			return c
		}
		alive := func(c pbx.Secret) bool {
			a, s, err := r.Session(r.Context(), c, here)
			if err == nil && (a.User != r.owner.User || a.Role != pbx.RoleOwner || s.UserAgent != "Test browser") {
				r.Errorf("actor %+v, session %+v", a, s)
			}
			return err == nil
		}
		idle := open()
		wait(119 * time.Minute)
		if !alive(idle) {
			r.Error("ended too early")
		}
		wait(2 * time.Hour)
		if alive(idle) {
			r.Error("two idle hours don't end it")
		}
		old := open()
		for range 12 {
			wait(59 * time.Minute)
			if !alive(old) {
				r.Fatal("ended while in use")
			}
		}
		wait(13 * time.Minute)
		if alive(old) {
			r.Error("twelve hours don't end it")
		}
		a, b := open(), open()
		r.ok(r.Logout(r.Context(), a))
		if alive(a) || !alive(b) {
			r.Error("logging out ended another session, or not its own")
		}
		r.ok(r.LogoutAll(r.Context(), r.owner.User))
		if alive(b) || alive(pbx.NewSecret("")) || alive(pbx.NewSecret("made up")) {
			r.Error("a session that is none")
		}
		for i := range byte(25) {
			r.ok(r.sessions.PutSession(r.Context(), pbx.Session{
				Hash: [32]byte{i + 1}, User: r.owner.User, SeenAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour),
			}))
		}
		open()
		have, err := r.sessions.SessionsOf(r.Context(), r.owner.User)
		r.ok(err)
		if len(have) != 20 {
			r.Errorf("one user has %d sessions", len(have))
		}
		wait(13 * time.Hour)
		if n, err := r.Tidy(r.Context()); n != 20 || err != nil {
			r.Errorf("tidied %d, %v", n, err)
		}
	})
}

func TestADisabledUsersSessionsAndTokensEndAtOnce(t *testing.T) {
	setUp(t, func(r *rig) {
		u := r.user(admin.UserPatch{FirstName: p("Anna"), Role: p(pbx.RoleAdministrator)})
		cookie, err := r.login("anna", u.Secrets.PortalPassword.Reveal(), here)
		r.ok(err)
		_, token, _, err := r.admin.CreateToken(r.Context(), r.owner, admin.TokenInput{
			Name: "script", User: u.User.ID, Scopes: []pbx.Permission{pbx.PermUsersRead}, ExpiresAt: time.Now().Add(time.Hour),
		}, admin.Write{})
		r.ok(err)
		a, err := r.Bearer(r.Context(), token, here)
		r.ok(err)
		if a.Kind != pbx.ActorToken || !a.May(pbx.PermUsersRead) || a.May(pbx.PermUsersWrite) || a.Name != "Anna (token script)" {
			r.Errorf("actor %+v", a)
		}
		enable := func(on bool) {
			_, _, e := r.admin.UpdateUser(r.Context(), r.owner, u.User.ID, admin.UserPatch{Enabled: &on}, admin.Write{})
			r.ok(e)
		}
		enable(false)
		_, _, err = r.Session(r.Context(), cookie, here)
		r.refused(err, pbx.Unauthenticated)
		_, err = r.Bearer(r.Context(), token, here)
		r.refused(err, pbx.Unauthenticated)
		enable(true)
		_, _, err = r.Session(r.Context(), cookie, here)
		r.refused(err, pbx.Unauthenticated)
		_, err = r.Bearer(r.Context(), token, here)
		r.ok(err)
		wait(time.Hour)
		_, err = r.Bearer(r.Context(), token, here)
		r.refused(err, pbx.Unauthenticated)
		for range 3 {
			_, err = r.Bearer(r.Context(), pbx.NewSecret("rf_dead"), here)
			r.refused(err, pbx.Unauthenticated)
		}
		_, err = r.Bearer(r.Context(), pbx.NewSecret("rf_dead"), here)
		r.refused(err, pbx.Exhausted)
	})
}

func TestThePasswordIsAskedAgain(t *testing.T) {
	setUp(t, func(r *rig) {
		cookie, err := r.login("olga", ownerPassword, here)
		r.ok(err)
		fresh := func() bool {
			_, s, err := r.Session(r.Context(), cookie, here)
			r.ok(err)
			return r.Fresh(s)
		}
		wait(11 * time.Minute)
		if fresh() {
			r.Error("still fresh after eleven minutes")
		}
		r.refused(r.Reauthenticate(r.Context(), cookie, pbx.NewSecret("wrong"), here), pbx.Unauthenticated)
		r.ok(r.Reauthenticate(r.Context(), cookie, pbx.NewSecret(ownerPassword), here))
		if !fresh() {
			r.Error("not fresh")
		}
		for range 3 {
			r.refused(r.Reauthenticate(r.Context(), cookie, pbx.NewSecret("wrong"), here), pbx.Unauthenticated)
		}
		r.refused(r.Reauthenticate(r.Context(), cookie, pbx.NewSecret(ownerPassword), here), pbx.Exhausted)
	})
}

func TestTheSetUpLinkWorksOnceWithinADay(t *testing.T) {
	inTime(t, func(r *rig) {
		in := admin.SetUpInput{
			FirstName: "Olga", LastName: "Owner", Username: "Olga", Password: pbx.NewSecret("short"),
			OrganizationName: "ACME", SIPDomain: "Phones.example", Country: "it", Language: "it", TimeZone: "Europe/Rome",
		}
		first, err := r.NewSetupToken(r.Context())
		r.ok(err)
		second, err := r.NewSetupToken(r.Context())
		r.ok(err)
		_, _, err = r.SetUp(r.Context(), first, in, here, "")
		r.refused(err, pbx.Unauthenticated)
		_, _, err = r.SetUp(r.Context(), second, in, here, "")
		r.refused(err, pbx.Invalid)
		in.Password = pbx.NewSecret(ownerPassword)
		wait(24 * time.Hour)
		_, _, err = r.SetUp(r.Context(), second, in, here, "")
		r.refused(err, pbx.Unauthenticated)
		third, err := r.NewSetupToken(r.Context())
		r.ok(err)
		cookie, a, err := r.SetUp(r.Context(), third, in, here, "")
		r.ok(err)
		if a.Role != pbx.RoleOwner || a.Name != "Olga Owner" {
			r.Errorf("actor %+v", a)
		}
		_, _, err = r.Session(r.Context(), cookie, here)
		r.ok(err)
		_, _, err = r.SetUp(r.Context(), third, in, here, "")
		r.refused(err, pbx.Unauthenticated)
		_, err = r.NewSetupToken(r.Context())
		r.refused(err, pbx.Conflict)
		_, err = r.CreateOwner(r.Context(), in)
		r.refused(err, pbx.Conflict)
		o, err := r.admin.Organization(r.Context(), a)
		r.ok(err)
		if o.Name != "ACME" || o.SIPDomain != "phones.example" || o.Realm != "phones.example" || o.Country != "IT" ||
			o.TimeZone != "Europe/Rome" || o.UserCount != 0 {
			r.Errorf("organization %+v", o)
		}
		if needed, e := r.SetupNeeded(r.Context()); needed || e != nil {
			r.Errorf("still needed: %v, %v", needed, e)
		}
		_, err = r.login("olga", ownerPassword, here)
		r.ok(err)
	})
}
