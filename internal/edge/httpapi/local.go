package httpapi

import (
	"encoding/json"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// OwnerInput makes the first owner from the server's own command line.
type OwnerInput struct {
	Username  string `json:"username"`
	Password  string `json:"password"`
	FirstName string `json:"firstName,omitempty"`
	LastName  string `json:"lastName,omitempty"`
	Email     string `json:"email,omitempty"`
}

// LocalTokenInput makes an API token for a user by name.
type LocalTokenInput struct {
	Username string   `json:"username"`
	Name     string   `json:"name,omitempty"`
	Scopes   []string `json:"scopes,omitempty"`
}

// LoadInput makes many users at once, without portal passwords and PINs.
type LoadInput struct {
	Users []admin.UserPatch `json:"users"`
}

// Loaded is what a load made.
type Loaded struct {
	ChangeSet int64 `json:"changeSet"`
}

// local adds what only the server's own socket offers: whoever can open it is the server's own user or root.
func (a *API) local() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", a.mux)
	mux.HandleFunc("POST /local/owner", a.localOwner)
	mux.HandleFunc("POST /local/owner/link", a.localLink)
	mux.HandleFunc("POST /local/token", a.localToken)
	mux.HandleFunc("POST /local/users", a.localLoad)
	return mux
}

func (a *API) localOwner(w http.ResponseWriter, r *http.Request) {
	var in OwnerInput
	if !a.read(w, r, &in) {
		return
	}
	if in.FirstName == "" && in.LastName == "" {
		in.LastName = in.Username
	}
	u, err := a.cfg.Auth.CreateOwner(r.Context(), admin.SetUpInput{
		Username: in.Username, Password: pbx.NewSecret(in.Password), FirstName: in.FirstName, LastName: in.LastName,
		Email: in.Email,
	})
	if err != nil {
		a.answer(r.Context(), w, err)
		return
	}
	writeJSON(w, http.StatusCreated, "application/json", map[string]any{"id": int64(u.ID), "username": u.Username})
}

func (a *API) localLink(w http.ResponseWriter, r *http.Request) {
	token, err := a.cfg.Auth.NewSetupToken(r.Context())
	if err != nil {
		a.answer(r.Context(), w, err)
		return
	}
	writeJSON(w, http.StatusCreated, "application/json", map[string]string{"token": token.Reveal()})
}

func (a *API) localToken(w http.ResponseWriter, r *http.Request) {
	var in LocalTokenInput
	if !a.read(w, r, &in) {
		return
	}
	server := admin.System(a.cfg.Home, localAccess)
	held, err := a.cfg.Admin.Occupancy(r.Context(), server, in.Username, 0)
	if err == nil && held.Holder.Kind != pbx.KindUser {
		err = &pbx.Error{Kind: pbx.NotFound, Text: "There is no user " + in.Username + "."}
	}
	if err != nil {
		a.answer(r.Context(), w, err)
		return
	}
	token := admin.TokenInput{Name: in.Name, User: pbx.UserID(held.Holder.ID)}
	if token.Name == "" {
		token.Name = "Made on the command line"
	}
	for _, s := range in.Scopes {
		token.Scopes = append(token.Scopes, pbx.Permission(s))
	}
	t, secret, _, err := a.cfg.Admin.CreateToken(r.Context(), server, token, admin.Write{})
	if err != nil {
		a.answer(r.Context(), w, err)
		return
	}
	writeJSON(w, http.StatusCreated, "application/json", NewToken{Token: tokenView(t), Secret: secret.Reveal()})
}

func (a *API) localLoad(w http.ResponseWriter, r *http.Request) {
	var in LoadInput
	if !a.read(w, r, &in) {
		return
	}
	cs, err := a.cfg.Admin.LoadUsers(r.Context(), admin.System(a.cfg.Home, localAccess), in.Users, admin.Write{})
	if err != nil {
		a.answer(r.Context(), w, err)
		return
	}
	writeJSON(w, http.StatusCreated, "application/json", Loaded{ChangeSet: int64(cs.ID)})
}

func (a *API) read(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		a.answer(r.Context(), w, &pbx.Error{Kind: pbx.Invalid, Text: "The request is not readable.", Cause: err})
		return false
	}
	return true
}
