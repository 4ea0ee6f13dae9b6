package interop

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

func TestGroupsInTheBrowserAndWhatTheirDeletionDoesToPhones(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, map[string]any{"security": "any"})
	b := startBrowser(t, "groups.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
	})
	var created struct {
		ID int64 `json:"id"`
	}
	b.await(t, 180*time.Second, "CREATED", &created)
	var groups struct {
		Items []struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
		} `json:"items"`
	}
	s.Must(t, "GET", "/groups?q=Empty", nil, &groups)
	if len(groups.Items) != 1 || groups.Items[0].ID != created.ID {
		t.Errorf("the page says id %d, the API %+v", created.ID, groups.Items)
	}
	b.await(t, 180*time.Second, "DELETED", nil)
	for _, acc := range []peer.Account{anna, ben} {
		r := peer.StartSIPp(t, peer.SIPpConfig{
			Scenario: "register_unknown.xml", Target: s.Ready.SIPUDP, Transport: "u1", Keys: keys(acc),
		})
		r.Succeeds(t, 20*time.Second)
	}
	call := peer.StartSIPp(t, peer.SIPpConfig{
		Scenario: "call_unknown.xml", Target: s.Ready.SIPUDP, Transport: "u1", Keys: keys(anna, "callee", "*43"),
	})
	call.Succeeds(t, 20*time.Second)
	b.answer(t, "refused")
	b.await(t, 180*time.Second, "RESTORED", nil)
	for _, acc := range []peer.Account{anna, ben} { // with the same secrets
		r := peer.StartSIPp(t, peer.SIPpConfig{
			Scenario: "register_ok.xml", Target: s.Ready.SIPUDP, Transport: "u1", Keys: keys(acc),
		})
		r.Succeeds(t, 20*time.Second)
	}
	b.ends(t, 240*time.Second)
}

func TestAtTheLimitCreationIsRefusedAndEditIsNot(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, _ := two(t, s, nil)
	var org struct {
		UserCount int `json:"userCount"`
	}
	s.Must(t, "GET", "/organization", nil, &org)
	s.Must(t, "PATCH", "/organization", map[string]any{"userLimit": org.UserCount}, nil)
	var problem map[string]any
	body := map[string]any{"firstName": "One", "lastName": "Toomany", "groupId": 1}
	if code := s.Call(t, "POST", "/users", body, &problem); code/100 != 4 {
		t.Errorf("creation at the limit: %d %v", code, problem)
	}
	s.Must(t, "PATCH", fmt.Sprintf("/users/%d", anna.ID), map[string]any{"jobTitle": "Director"}, nil)
}

// Secrets of every kind are made, used and changed; then nothing on disk may hold them.
func TestSecretsAreFoundNowhere(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, map[string]any{"security": "any"})
	given := map[string]any{
		"security": "any", "portalPassword": "a password of my own, long", "voicemailPin": "847261",
		"sipPassword": "GivenSipSecretOfTwentyXy",
	}
	carl := s.NewUser(t, 1, "Carl", "Dahl", given)
	accounts := []peer.Account{anna, ben, carl}
	for _, acc := range accounts {
		secret := acc.Secrets.SIPPassword
		if secret == "" {
			secret = given["sipPassword"].(string)
		}
		k := keys(acc)
		k["password"] = secret
		r := peer.StartSIPp(t, peer.SIPpConfig{Scenario: "register_ok.xml", Target: s.Ready.SIPUDP, Transport: "u1", Keys: k})
		r.Succeeds(t, 20*time.Second)
	}
	var reset peer.Account
	s.Must(t, "POST", fmt.Sprintf("/users/%d/reset", ben.ID), map[string]any{
		"secrets": []string{"sipPassword", "portalPassword", "voicemailPin"},
	}, &reset)
	accounts = append(accounts, reset)
	s.Must(t, "DELETE", fmt.Sprintf("/users/%d", anna.ID), nil, nil)

	secrets := []string{s.Token(), peer.OwnerPassword}
	for _, v := range []string{"portalPassword", "voicemailPin", "sipPassword"} {
		secrets = append(secrets, given[v].(string))
	}
	for _, acc := range accounts {
		secrets = append(secrets, acc.Secrets.PortalPassword, acc.Secrets.VoicemailPIN, acc.Secrets.SIPPassword)
	}
	places := map[string][]byte{"log": []byte(s.Out.String())}
	err := filepath.WalkDir(s.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		places[path] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/audit?limit=200", "/deleted", "/users", "/devices", "/registrations", "/tokens"} {
		var raw rawBody
		s.Must(t, "GET", path, nil, &raw)
		places[path] = raw
	}
	if dump := dumpDatabase(t, s); dump != nil {
		places["database dump"] = dump
	}
	checked := 0
	for _, secret := range secrets {
		if len(secret) < 6 {
			continue // not one that was shown
		}
		checked++
		for where, text := range places {
			if len(secret) > 8 && bytes.Contains(text, []byte(secret)) {
				t.Errorf("a secret of %d characters stands in %s", len(secret), where)
			}
			if len(secret) <= 8 && standsAlone(text, secret) {
				t.Errorf("a PIN stands in %s", where)
			}
		}
	}
	if checked < 12 {
		t.Errorf("only %d secrets were known", checked)
	}
}

// rawBody keeps an answer as it came.
type rawBody []byte

// UnmarshalJSON keeps the text.
func (r *rawBody) UnmarshalJSON(b []byte) error {
	*r = bytes.Clone(b)
	return nil
}

// standsAlone tells whether digits stand in a text with no digit beside them: a PIN's six may occur in a longer number.
func standsAlone(text []byte, pin string) bool {
	digit := func(i int) bool { return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' }
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(pin))
		if i < 0 {
			return false
		}
		at := from + i
		if !digit(at-1) && !digit(at+len(pin)) {
			return true
		}
		from = at + 1
	}
}

func TestAWrongPasswordThreeTimesSlowsThatSourceOnly(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	two(t, s, nil)
	login := func(password string, from [4]byte) int {
		return s.Login(t, "owner", password, from)
	}
	for range 3 {
		if code := login("not the password", [4]byte{127, 0, 0, 1}); code != 401 {
			t.Errorf("a wrong password gives %d", code)
		}
	}
	if code := login(peer.OwnerPassword, [4]byte{127, 0, 0, 1}); code != 429 {
		t.Errorf("the slowed source gets %d", code)
	}
	if code := login(peer.OwnerPassword, [4]byte{127, 0, 0, 2}); code != 200 {
		t.Errorf("another address gets %d", code)
	}
}
