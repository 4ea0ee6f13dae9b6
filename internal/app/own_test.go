package app

import "testing"

// Whoever changes his password goes on where he sits, and is signed out everywhere else (P1).
func TestOnesOwnPasswordIsChangedAndOtherSessionsEnd(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	b.want(201, "POST", "/users", object{
		"firstName": "Anna", "lastName": "Berg", "groupId": group, "portalPassword": "the first one of hers",
	})
	here, there := r.browser(), r.browser()
	for _, one := range []*browser{here, there} {
		one.want(200, "POST", "/session", object{"login": "anna.berg", "password": "the first one of hers"})
	}
	if me := here.want(200, "GET", "/me", nil); me.str("kind") != "person" || me.str("number") == "" {
		t.Errorf("who she is: %s", me.raw)
	}
	token := here.want(201, "POST", "/tokens", object{"name": "Script"}).str("token")
	change := object{"password": "not the first one", "newPassword": "the second one of hers"}
	here.want(422, "PUT", "/me/password", change)
	change["password"] = "the first one of hers"
	done := here.want(204, "PUT", "/me/password", change)
	if done.header.Get("Ringfence-Change-Set") == "" {
		t.Error("the change is in no change set")
	}
	here.want(200, "GET", "/me", nil)
	there.want(401, "GET", "/me", nil)
	there.want(401, "POST", "/session", object{"login": "anna.berg", "password": "the first one of hers"})
	there.want(200, "POST", "/session", object{"login": "anna.berg", "password": "the second one of hers"})
	here.want(204, "PUT", "/me/voicemail-pin", object{"password": "the second one of hers", "voicemailPin": "904713"})

	// A script changes it too, and gets no session for it.
	script := r.browser()
	got := script.want(204, "PUT", "/me/password", object{
		"password": "the second one of hers", "newPassword": "the third one of hers",
	}, "Authorization", "Bearer "+token)
	if got.header.Get("Set-Cookie") != "" {
		t.Error("a token got a session")
	}
	here.want(401, "GET", "/me", nil)
}
