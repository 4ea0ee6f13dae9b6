package httpapi

import (
	"fmt"
	"net/http"
	"strings"

	"ringfence/internal/pbx"
)

// register is the list of everything the API does.
func (a *API) register() {
	a.session()
	a.myself()
	a.organization()
	a.groups()
	a.locations()
	a.ringGroups()
	a.users()
	a.leaves()
	a.forwardings()
	a.renumbering()
	a.manyUsers()
	a.photos()
	a.devices()
	a.numbers()
	a.registrations()
	a.calls()
	a.callTries()
	a.deleted()
	a.audit()
	a.tokens()
	a.settings()
	a.profiles()
	a.permissions()
	a.roles()
	a.stream()
	a.voicemail()
	a.greetings()
	a.mail()
	a.links()
}

// plain serves what stands beside the API and is no operation of it.
func (a *API) plain() {
	a.mux.HandleFunc("GET "+Prefix+"/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		doc, err := a.document()
		if err != nil {
			a.log.ErrorContext(r.Context(), "the API's document was not made", "error", err)
			a.refuse(r.Context(), w, http.StatusInternalServerError, "The document could not be made.")
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(doc) // the client is gone: nobody to tell
	})
	a.mux.HandleFunc("GET "+Prefix+"/docs", a.docs)
	a.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "alive", "version": a.cfg.Version})
	})
	a.mux.HandleFunc("GET /readyz", a.ready)
	a.mux.HandleFunc("GET /ca.pem", a.authority)
	a.mux.HandleFunc("GET /metrics", a.metrics)
	a.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		a.refuse(r.Context(), w, http.StatusNotFound, "There is nothing at this address; see "+Prefix+"/docs.")
	})
	if a.cfg.Page != nil {
		a.mux.Handle("/", a.cfg.Page)
	}
}

func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.cfg.Machine.Ready(r.Context()); err != nil {
		a.log.WarnContext(r.Context(), "not ready", "error", err)
		writeJSON(w, http.StatusServiceUnavailable, "application/json", map[string]string{"status": "not ready"})
		return
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ready"})
}

// authority gives the certificate of the own authority, for phones and browsers to install.
func (a *API) authority(w http.ResponseWriter, r *http.Request) {
	pem := a.cfg.Machine.Authority()
	if pem == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-x509-ca-cert")
	w.Header().Set("Content-Disposition", `attachment; filename="ringfence-ca.pem"`)
	_, _ = w.Write(pem) // the client is gone: nobody to tell
}

// metrics are for the machine itself, and for whoever has a token that may read the organization.
func (a *API) metrics(w http.ResponseWriter, r *http.Request) {
	if a.cfg.Metrics == nil {
		http.NotFound(w, r)
		return
	}
	if !remote(r.RemoteAddr).IsLoopback() {
		if _, err := a.whoAsks(r, pbx.PermOrganizationRead); err != nil {
			a.answer(r.Context(), w, err)
			return
		}
	}
	a.cfg.Metrics.ServeHTTP(w, r)
}

func bindingID(k pbx.BindingKey) string {
	return fmt.Sprintf("%d-%s-%d", k.Line, strings.ToLower(k.Instance), k.RegID)
}
