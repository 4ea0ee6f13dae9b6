package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Registration is one registered contact.
type Registration struct {
	ID           string `json:"id" doc:"Line, instance and flow number: stays while the contact does"`
	UserID       int64  `json:"userId"`
	DisplayName  string `json:"displayName"`
	Number       string `json:"number"`
	DeviceID     int64  `json:"deviceId"`
	SIPUsername  string `json:"sipUsername"`
	Contact      string `json:"contact"`
	Transport    string `json:"transport" enum:"udp,tcp,tls,ws,wss"`
	Encrypted    bool   `json:"encrypted"`
	Remote       string `json:"remote"`
	UserAgent    string `json:"userAgent"`
	RegisteredAt Time   `json:"registeredAt"`
	ExpiresAt    Time   `json:"expiresAt"`
	State        string `json:"state" enum:"live,dormant" doc:"dormant: its connection is gone, it is expected to return"`
}

func (a *API) registrations() {
	add(a, operation{
		id: "listRegistrations", method: http.MethodGet, path: "/registrations", tag: "Devices",
		summary: "List registered contacts", permission: pbx.PermDevicesRead,
	}, a.listRegistrations)
}

type registrationsInput struct {
	ListInput
	User   int64 `query:"user"`
	Device int64 `query:"device"`
}

func (a *API) listRegistrations(
	ctx context.Context, who caller, in *registrationsInput,
) (*listOutput[Registration], error) {
	phones, err := a.phones(ctx, who, in)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(phones, func(x, y Phone) int {
		return cmp.Or(cmp.Compare(x.SIPUsername, y.SIPUsername), cmp.Compare(x.Key.Instance, y.Key.Instance),
			cmp.Compare(x.Key.RegID, y.Key.RegID))
	})
	total := len(phones)
	limit := cmp.Or(in.Limit, admin.DefaultPageSize)
	from := min(max(in.Page-1, 0)*limit, total)
	phones = phones[from:min(from+limit, total)]
	out := &listOutput[Registration]{Body: List[Registration]{Items: make([]Registration, 0, len(phones)), Total: total}}
	ids := make([]pbx.UserID, 0, len(phones))
	for _, p := range phones {
		ids = append(ids, p.User)
	}
	if len(ids) == 0 {
		return out, nil
	}
	names, err := a.cfg.Admin.SeenUsers(ctx, who.Actor, ids...)
	if err != nil {
		return nil, err
	}
	for _, p := range phones {
		if u, ok := names[p.User]; ok { // else it was deleted this moment
			out.Body.Items = append(out.Body.Items, registrationView(p, u))
		}
	}
	return out, nil
}

// phones gives those that are asked for, of users that the caller sees.
func (a *API) phones(ctx context.Context, who caller, in *registrationsInput) ([]Phone, error) {
	var phones []Phone
	switch {
	case who.Scoped():
		own, err := a.cfg.Admin.SeenUsers(ctx, who.Actor)
		if err != nil {
			return nil, err
		}
		for id := range own {
			if in.User == 0 || id == pbx.UserID(in.User) {
				phones = append(phones, a.cfg.Phones.Of(id)...)
			}
		}
	case in.User != 0:
		phones = a.cfg.Phones.Of(pbx.UserID(in.User))
	default:
		phones = a.cfg.Phones.All(who.Organization)
	}
	search := strings.ToLower(in.Q)
	return slices.DeleteFunc(phones, func(p Phone) bool {
		return p.Organization != who.Organization || in.Device != 0 && p.Device != pbx.DeviceID(in.Device) ||
			search != "" && !strings.Contains(strings.ToLower(p.SIPUsername+" "+p.UserAgent+" "+p.Remote.String()), search)
	}), nil
}

func registrationView(p Phone, u admin.UserName) Registration {
	v := Registration{
		ID: bindingID(p.Key), UserID: int64(p.User), DisplayName: u.DisplayName, Number: u.Number, DeviceID: int64(p.Device),
		SIPUsername: p.SIPUsername, Contact: p.Contact, Transport: p.Transport, Remote: p.Remote.String(),
		Encrypted: p.Transport == "tls" || p.Transport == "wss", UserAgent: p.UserAgent,
		RegisteredAt: Time{p.RegisteredAt}, ExpiresAt: Time{p.ExpiresAt}, State: "dormant",
	}
	if p.Live {
		v.State = "live"
	}
	return v
}
