package admin_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

func TestAUserIsMadeFromANameAndAGroup(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u := r.user("Zoë", "Müller-Nußbaum", g.ID)
	v := u.User
	if v.Number != "200" || v.Username != "zoe.muller.nussbaum" || v.SIPUsername != "200" || v.GroupName != "Sales" ||
		v.Kind != pbx.Person || !v.Enabled || v.Role != pbx.RoleUser || v.EffectiveSecurity != pbx.Secure {
		t.Errorf("made %+v", v)
	}
	s := u.Secrets
	if len(s.SIPPassword.Reveal()) != 20 || len(s.PortalPassword.Reveal()) != 27 || len(s.VoicemailPIN.Reveal()) != 6 {
		t.Error("the secrets have other lengths")
	}
	again := r.user("Zoë", "Müller-Nußbaum", g.ID)
	if again.User.Username != "zoe.muller.nussbaum2" || again.User.Number != "201" {
		t.Errorf("the second of that name is %s, %s", again.User.Username, again.User.Number)
	}
}

func TestSecretsAreStoredOnlyHashedOrSealed(t *testing.T) {
	r := newRig(t)
	u := r.user("Anna", "Berg", r.group("Sales").ID)
	s := u.Secrets
	err := r.store.View(t.Context(), func(tx admin.ReadTx) error {
		pw, err := tx.UserSecret(u.User.ID, pbx.PortalPassword)
		r.ok(err)
		row := vault.SecretRow(u.User.ID, pbx.PortalPassword)
		if right, e := r.vault.Verify(t.Context(), row, pw.Scheme, pw.Value, s.PortalPassword); e != nil || !right {
			t.Errorf("the portal password does not verify: %v", e)
		}
		lines, err := tx.LinesOfUser(u.User.ID)
		r.ok(err)
		c, err := tx.Credential(lines[0].ID)
		r.ok(err)
		m, h, err := r.vault.OpenCredential(c)
		r.ok(err)
		wantM, wantH := vault.HA1("200", "pbx.example.com", s.SIPPassword)
		if m != wantM || h != wantH {
			t.Error("HA1 is not that of the shown password")
		}
		sets, err := tx.ChangeSetsAfter(0, 100)
		r.ok(err)
		text := jsonText(sets)
		for _, x := range []pbx.Secret{s.PortalPassword, s.SIPPassword, s.VoicemailPIN} {
			if strings.Contains(text, x.Reveal()) {
				t.Error("a secret stands in a change set")
			}
		}
		return nil
	})
	r.ok(err)
}

func TestWhatAUserIsRefused(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	r.user("Anna", "Berg", g.ID)
	tests := []struct {
		name  string
		patch admin.UserPatch
		field string
		words string
	}{
		{"no group", admin.UserPatch{FirstName: p("A")}, "groupId", "home group"},
		{"a group that is not there", admin.UserPatch{FirstName: p("A"), HomeGroup: p(pbx.GroupID(99))}, "groupId", "no such"},
		{"no name", admin.UserPatch{}, "lastName", "first or last name"},
		{"a phantom without display name", admin.UserPatch{Kind: p(pbx.Phantom), FirstName: p("A")}, "displayName", ""},
		{"a taken number", admin.UserPatch{FirstName: p("A"), Number: p("200")}, "number", "of Anna Berg"},
		{"a taken username", admin.UserPatch{FirstName: p("A"), Username: p("Anna.Berg")}, "username", "of Anna Berg"},
		{"an alias that is a number", admin.UserPatch{FirstName: p("A"), Aliases: &[]string{"200"}}, "aliases", "of Anna Berg"},
		{
			"an auth account name that is a username",
			admin.UserPatch{FirstName: p("A"), AuthAccountName: p("anna.berg")},
			"authAccountName", "of Anna Berg",
		},
		{"letters as number", admin.UserPatch{FirstName: p("A"), Number: p("2a")}, "number", "digits"},
		{"an emergency number", admin.UserPatch{FirstName: p("A"), Number: p("112")}, "number", "emergency"},
		{"what begins like one", admin.UserPatch{FirstName: p("A"), Number: p("1185")}, "number", "emergency number 118"},
		{"a short password", admin.UserPatch{FirstName: p("A"), PortalPassword: pbx.NewSecret("short")}, "portalPassword", "12"},
		{
			"a common password",
			admin.UserPatch{FirstName: p("A"), PortalPassword: pbx.NewSecret("Password123456")},
			"portalPassword", "guessed",
		},
		{
			"the own name as password",
			admin.UserPatch{FirstName: p("Maximiliane"), PortalPassword: pbx.NewSecret("maximiliane!maximiliane")},
			"portalPassword", "",
		},
		{"a trivial PIN", admin.UserPatch{FirstName: p("A"), VoicemailPIN: pbx.NewSecret("123456")}, "voicemailPin", "easy"},
		{"a short PIN", admin.UserPatch{FirstName: p("A"), VoicemailPIN: pbx.NewSecret("2580")}, "voicemailPin", "6 to 12"},
		{"an e-mail for a space", admin.UserPatch{Kind: p(pbx.Space), DisplayName: p("Lobby"), Email: p("a@b.com")}, "email", ""},
		{"a portal password for a space", admin.UserPatch{
			Kind: p(pbx.Space), DisplayName: p("Lobby"), PortalPassword: pbx.NewSecret("correct-horse-x7-gate"),
		}, "portalPassword", "sign in"},
		{"a SIP password for a phantom", admin.UserPatch{
			Kind: p(pbx.Phantom), DisplayName: p("Info"), SIPPassword: pbx.NewSecret("correct-horse-x7-gate"),
		}, "sipPassword", "no devices"},
		{"an operator", admin.UserPatch{Kind: p(pbx.Operator), FirstName: p("A")}, "kind", ""},
		{"control characters", admin.UserPatch{FirstName: p("A\x07")}, "firstName", "Control"},
		{"a wrong security", admin.UserPatch{FirstName: p("A"), Security: p(pbx.Security("none"))}, "security", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.patch.HomeGroup == nil && tt.name != "no group" {
				tt.patch.HomeGroup = &g.ID
			}
			before := r.lastChange().ID
			_, _, err := r.CreateUser(t.Context(), r.owner, tt.patch, admin.Write{})
			r.onField(err, tt.field, tt.words)
			if r.lastChange().ID != before {
				t.Error("something was written")
			}
		})
	}
}

func TestKindsHaveWhatTheyHaveUseFor(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	tests := []struct {
		kind             pbx.UserKind
		portal, pin, sip bool
	}{
		{pbx.Person, true, true, true},
		{pbx.Phantom, false, true, false},
		{pbx.Space, false, false, true},
	}
	for _, tt := range tests {
		u, _, err := r.CreateUser(t.Context(), r.owner,
			admin.UserPatch{Kind: &tt.kind, LastName: p("X"), DisplayName: p("X"), HomeGroup: &g.ID}, admin.Write{})
		r.ok(err)
		s := u.Secrets
		if s.PortalPassword.IsZero() == tt.portal || s.VoicemailPIN.IsZero() == tt.pin || s.SIPPassword.IsZero() == tt.sip {
			t.Errorf("%s: portal %v, pin %v, sip %v", tt.kind, s.PortalPassword, s.VoicemailPIN, s.SIPPassword)
		}
		if (u.User.SIPUsername != "") != tt.sip {
			t.Errorf("%s: SIP user name %q", tt.kind, u.User.SIPUsername)
		}
	}
}

func TestBecomingAPhantomTakesTheDevicesAndBackGivesOne(t *testing.T) {
	r := newRig(t)
	u := r.user("Anna", "Berg", r.group("Sales").ID)
	id := u.User.ID
	v, _, err := r.UpdateUser(t.Context(), r.owner, id, admin.UserPatch{Kind: p(pbx.Phantom), DisplayName: p("Info")}, admin.Write{})
	r.ok(err)
	if v.User.SIPUsername != "" {
		t.Errorf("still has %q", v.User.SIPUsername)
	}
	v, _, err = r.UpdateUser(t.Context(), r.owner, id, admin.UserPatch{Kind: p(pbx.Person)}, admin.Write{})
	r.ok(err)
	if !strings.HasPrefix(v.User.SIPUsername, "200-") || v.Secrets.SIPPassword.IsZero() || v.Secrets.PortalPassword.IsZero() {
		t.Errorf("got SIP user name %q: the old one is never used again", v.User.SIPUsername)
	}
}

func TestTheLimitRefusesCreationAndNotEdits(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	_, _, err := r.UpdateOrganization(t.Context(), r.owner, admin.OrganizationPatch{UserLimit: p(2)}, admin.Write{})
	r.ok(err)
	a := r.user("A", "A", g.ID)
	r.user("B", "B", g.ID)
	patch := admin.UserPatch{FirstName: p("C"), HomeGroup: &g.ID}
	_, _, err = r.CreateUser(t.Context(), r.owner, patch, admin.Write{})
	r.refused(err, pbx.Conflict, "limit of 2 users")
	_, _, err = r.UpdateUser(t.Context(), r.owner, a.User.ID, admin.UserPatch{FirstName: p("Aa")}, admin.Write{})
	r.ok(err)
	cs, err := r.DeleteUser(t.Context(), r.owner, a.User.ID, nil, admin.Write{})
	r.ok(err)
	_, _, err = r.CreateUser(t.Context(), r.owner, patch, admin.Write{})
	r.ok(err)
	_, _, err = r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{})
	r.refused(err, pbx.Conflict, "limit of 2 users")
	o, err := r.Organization(t.Context(), r.owner)
	r.ok(err)
	if o.UserCount != 2 {
		t.Errorf("%d users", o.UserCount)
	}
}

func TestADeletedUsersNamesAreHeldUntilReleased(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Anna"), LastName: p("Berg"), HomeGroup: &g.ID, Aliases: &[]string{"front", "777"},
	}, admin.Write{})
	r.ok(err)
	cs, err := r.DeleteUser(t.Context(), r.owner, u.User.ID, nil, admin.Write{})
	r.ok(err)
	for _, v := range []string{"200", "anna.berg", "front", "777"} {
		o := r.occupancy(v)
		if o.State != admin.NumberHeld || !strings.Contains(o.Reason, "held for Anna Berg, deleted 3 May 2026") {
			t.Errorf("%s: %+v", v, o)
		}
	}
	if next := r.user("B", "B", g.ID); next.User.Number != "201" {
		t.Errorf("a held number was offered: %s", next.User.Number)
	}
	for _, v := range []string{"200", "777"} {
		_, err = r.ReleaseNumber(t.Context(), r.owner, v, admin.Write{})
		r.ok(err)
	}
	c := r.user("C", "C", g.ID)
	if c.User.Number != "200" || !strings.HasPrefix(c.User.SIPUsername, "200-") {
		t.Errorf("released number went to %s with SIP user name %s", c.User.Number, c.User.SIPUsername)
	}
	back, _, err := r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	if len(back.Notes) != 1 || !strings.Contains(back.Notes[0], "200 is taken now: Anna Berg has 202") {
		t.Errorf("notes %q", back.Notes)
	}
	v, err := r.User(t.Context(), r.owner, u.User.ID)
	r.ok(err)
	if v.Number != "202" || v.Username != "anna.berg" || v.SIPUsername != "200" || strings.Join(v.Aliases, " ") != "777 front" {
		t.Errorf("came back as %+v", v)
	}
}

func TestRestoreBringsTheSameSecretsBack(t *testing.T) {
	r := newRig(t)
	u := r.user("Anna", "Berg", r.group("Sales").ID)
	secrets := func() (out []pbx.Sealed) {
		r.ok(r.store.View(t.Context(), func(tx admin.ReadTx) error {
			all, err := tx.UserSecrets(u.User.ID)
			r.ok(err)
			for _, s := range all {
				out = append(out, s.Value)
			}
			lines, err := tx.LinesOfUser(u.User.ID)
			r.ok(err)
			for _, l := range lines {
				c, err := tx.Credential(l.ID)
				r.ok(err)
				out = append(out, c.HA1MD5, c.HA1SHA256)
			}
			return nil
		}))
		return out
	}
	before := secrets()
	cs, err := r.DeleteUser(t.Context(), r.owner, u.User.ID, nil, admin.Write{})
	r.ok(err)
	if len(secrets()) != 0 {
		t.Error("secrets stayed")
	}
	_, _, err = r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	after := secrets()
	if len(after) != 4 {
		t.Fatalf("%d secrets came back", len(after))
	}
	for i := range before {
		if string(before[i]) != string(after[i]) {
			t.Errorf("secret %d differs", i)
		}
	}
}

func TestPurgeIsFinalAndBlanksWhatWasPersonal(t *testing.T) {
	r := newRig(t)
	u := r.user("Annabella", "Bergström", r.group("Sales").ID)
	cs, err := r.DeleteUser(t.Context(), r.owner, u.User.ID, nil, admin.Write{})
	r.ok(err)
	r.now = r.now.Add(30*24*time.Hour - time.Second)
	if n, e := r.PurgeDue(t.Context(), r.org); n != 0 || e != nil {
		t.Fatalf("purged %d too early, %v", n, e)
	}
	r.now = r.now.Add(time.Second)
	if n, e := r.PurgeDue(t.Context(), r.org); n != 1 || e != nil {
		t.Fatalf("purged %d, %v", n, e)
	}
	_, _, err = r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{})
	r.refused(err, pbx.NotFound, "")
	if o := r.occupancy("200"); o.State != admin.NumberFree {
		t.Errorf("the number is %s", o.State)
	}
	r.ok(r.store.View(t.Context(), func(tx admin.ReadTx) error {
		sets, err := tx.ChangeSetsAfter(0, 100)
		for _, s := range sets {
			if text := jsonText(s.Items); strings.Contains(text, "Bergström") || strings.Contains(text, "bergstrom") {
				t.Errorf("change set %d still names the user: %s", s.ID, text)
			}
		}
		return err
	}))
}

func TestOwnersAreProtected(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	role := func(who pbx.Role, first string) admin.Actor {
		u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{FirstName: &first, HomeGroup: &g.ID, Role: &who}, admin.Write{})
		r.ok(err)
		return admin.ActorFor(u.User.User, "test")
	}
	adm, plain := role(pbx.RoleAdministrator, "Adam"), role(pbx.RoleUser, "Paul")
	_, _, err := r.UpdateUser(t.Context(), r.owner, r.owner.User, admin.UserPatch{Role: p(pbx.RoleAdministrator)}, admin.Write{})
	r.refused(err, pbx.Conflict, "last owner")
	_, err = r.DeleteUser(t.Context(), r.owner, r.owner.User, nil, admin.Write{})
	r.refused(err, pbx.Conflict, "yourself")
	_, _, err = r.ResetUser(t.Context(), adm, r.owner.User, admin.ResetChoice{PortalPassword: true}, admin.Write{})
	r.refused(err, pbx.Forbidden, "owner")
	_, err = r.DeleteUser(t.Context(), adm, r.owner.User, nil, admin.Write{})
	r.refused(err, pbx.Forbidden, "owner")
	_, _, err = r.UpdateUser(t.Context(), adm, adm.User, admin.UserPatch{Role: p(pbx.RoleOwner)}, admin.Write{})
	r.refused(err, pbx.Forbidden, "owner")
	_, err = r.ListUsers(t.Context(), plain, admin.UserQuery{})
	r.refused(err, pbx.Forbidden, "")
	if me, err := r.Me(t.Context(), plain); err != nil || me.FirstName != "Paul" {
		t.Errorf("me: %+v, %v", me, err)
	}
}

func TestAGroupAdministratorSeesOnlyHisGroup(t *testing.T) {
	r := newRig(t)
	mine, other := r.group("Mine"), r.group("Other")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Gina"), HomeGroup: &mine.ID, Role: p(pbx.RoleGroupAdmin),
	}, admin.Write{})
	r.ok(err)
	gina := admin.ActorFor(u.User.User, "test")
	stranger := r.user("Otto", "Other", other.ID)
	made, _, err := r.CreateUser(t.Context(), gina, admin.UserPatch{FirstName: p("Max")}, admin.Write{})
	r.ok(err)
	if made.User.HomeGroup != mine.ID {
		t.Errorf("made in group %d", made.User.HomeGroup)
	}
	list, err := r.ListUsers(t.Context(), gina, admin.UserQuery{})
	r.ok(err)
	if len(list.Items) != 2 {
		t.Errorf("sees %d users", len(list.Items))
	}
	_, err = r.User(t.Context(), gina, stranger.User.ID)
	r.refused(err, pbx.NotFound, "")
	_, _, err = r.UpdateUser(t.Context(), gina, made.User.ID, admin.UserPatch{HomeGroup: &other.ID}, admin.Write{})
	r.onField(err, "groupId", "own group")
	_, _, err = r.UpdateUser(t.Context(), gina, made.User.ID, admin.UserPatch{Role: p(pbx.RoleGroupAdmin)}, admin.Write{})
	r.refused(err, pbx.Forbidden, "roles")
	_, _, err = r.CreateUser(t.Context(), gina, admin.UserPatch{FirstName: p("X"), Number: p("1234567")}, admin.Write{})
	r.onField(err, "number", "pool of your group")
	_, _, err = r.CreateGroup(t.Context(), gina, admin.GroupPatch{Name: p("New")}, admin.Write{})
	r.refused(err, pbx.Forbidden, "")
	groups, err := r.ListGroups(t.Context(), gina, admin.GroupQuery{})
	r.ok(err)
	if len(groups.Items) != 1 {
		t.Errorf("sees %d groups", len(groups.Items))
	}
}

func TestAnOperatorCanBecomeAPersonWithAPhone(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	_, _, err := r.UpdateUser(t.Context(), r.owner, r.owner.User, admin.UserPatch{Kind: p(pbx.Person)}, admin.Write{})
	r.onField(err, "groupId", "home group")
	v, _, err := r.UpdateUser(t.Context(), r.owner, r.owner.User,
		admin.UserPatch{Kind: p(pbx.Person), HomeGroup: &g.ID}, admin.Write{})
	r.ok(err)
	if v.User.Number != "200" || v.User.SIPUsername != "200" || v.Secrets.SIPPassword.IsZero() ||
		!v.Secrets.PortalPassword.IsZero() || v.User.Role != pbx.RoleOwner {
		t.Errorf("became %+v", v.User)
	}
	if o, err := r.Organization(t.Context(), r.owner); err != nil || o.UserCount != 1 {
		t.Errorf("%d users, %v", o.UserCount, err)
	}
}

func TestResetShowsOnlyWhatWasMadeAnew(t *testing.T) {
	r := newRig(t)
	u := r.user("Anna", "Berg", r.group("Sales").ID)
	v, cs, err := r.ResetUser(t.Context(), r.owner, u.User.ID, admin.ResetChoice{SIPPassword: true}, admin.Write{})
	r.ok(err)
	if v.Secrets.SIPPassword.IsZero() || v.Secrets.SIPPassword == u.Secrets.SIPPassword ||
		!v.Secrets.PortalPassword.IsZero() || !v.Secrets.VoicemailPIN.IsZero() {
		t.Error("not exactly the SIP password was made anew")
	}
	if len(cs.Items) != 1 || cs.Items[0].Ref.Kind != pbx.KindCredential {
		t.Errorf("items %+v", cs.Items)
	}
	out, _, err := r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	if len(out.Notes) != 1 || !strings.Contains(out.Notes[0], "stay as they are") {
		t.Errorf("notes %q", out.Notes)
	}
}

func TestADryRunOfAUserShowsTheNumberAndNoSecrets(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	u, cs, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Anna"), HomeGroup: &g.ID, PortalPassword: pbx.NewSecret("correct-horse-x7-gate"),
	}, admin.Write{DryRun: true})
	r.ok(err)
	if u.User.Number != "200" || !u.Secrets.SIPPassword.IsZero() || !u.Secrets.VoicemailPIN.IsZero() || len(cs.Items) == 0 {
		t.Errorf("dry run %+v", u)
	}
}

func TestAliasesAndSecurityGiveTheUserANewVersion(t *testing.T) {
	r := newRig(t)
	u := r.user("Anna", "Berg", r.group("Sales").ID)
	patch := admin.UserPatch{Aliases: &[]string{"Front Desk"}}
	_, _, err := r.UpdateUser(t.Context(), r.owner, u.User.ID, patch, admin.Write{})
	r.onField(err, "aliases", "letters, digits")
	patch = admin.UserPatch{Aliases: &[]string{"Front", "0500"}, Security: p(pbx.AnySecurity)}
	v, cs, err := r.UpdateUser(t.Context(), r.owner, u.User.ID, patch, admin.Write{IfMatch: 1})
	r.ok(err)
	if v.User.Version != 2 || v.User.EffectiveSecurity != pbx.AnySecurity || strings.Join(v.User.Aliases, " ") != "0500 front" {
		t.Errorf("got %+v", v.User)
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.User.ID, admin.UserPatch{Aliases: &[]string{}}, admin.Write{IfMatch: 1})
	r.refused(err, pbx.Stale, "")
	e, _ := errors.AsType[*pbx.Error](err)
	if text := jsonText(e.Detail); !strings.Contains(text, `"field":"aliases","theirs":["0500","front"],"yours":[]`) {
		t.Errorf("detail %s", text)
	}
	_, _, err = r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	if back, err := r.User(t.Context(), r.owner, u.User.ID); err != nil || len(back.Aliases) != 0 || back.Security != "" {
		t.Errorf("after undo %+v, %v", back, err)
	}
}
