package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Device is a device as the API shows it.
type Device struct {
	ID                    int64          `json:"id"`
	Kind                  string         `json:"kind" enum:"byHand"`
	Name                  string         `json:"name"`
	UserID                int64          `json:"userId"`
	UserName              string         `json:"userName"`
	Security              string         `json:"security" doc:"Its own choice; empty is inherited"`
	EffectiveSecurity     string         `json:"effectiveSecurity" enum:"secure,any"`
	Enabled               bool           `json:"enabled"`
	ProvisioningProfileID int64          `json:"provisioningProfileId" doc:"Of its own; 0: those of the user and groups"`
	ProvisioningProfile   string         `json:"provisioningProfile" doc:"Its name"`
	EmergencyLocationID   int64          `json:"emergencyLocationId" doc:"Where the emergency service is sent; 0: an address, or as for its user"`
	EmergencyAddress      string         `json:"emergencyAddress" doc:"A private address that the emergency service is sent to"`
	EffectiveEmergency    EmergencyPlace `json:"effectiveEmergency"`
	Lines                 []Line         `json:"lines" nullable:"false"`
	Online                bool           `json:"online"`
	Bindings              int            `json:"bindings"`
	LastSeenAt            Time           `json:"lastSeenAt,omitzero"`
	Notice                string         `json:"notice,omitempty" doc:"What is amiss, in words"`
	Slowed                []Slowed       `json:"slowed,omitempty" doc:"Where wrong passwords came from; only when one device is read"`
	Version               int64          `json:"version"`
	CreatedAt             Time           `json:"createdAt"`
	UpdatedAt             Time           `json:"updatedAt"`
}

// Slowed is a source whose registrations wait, because wrong passwords came from there.
type Slowed struct {
	SIPUsername string `json:"sipUsername"`
	Source      string `json:"source" doc:"An IPv4 address, or the network of an IPv6 address"`
	Failures    int    `json:"failures"`
	Until       Time   `json:"until"`
}

// Line is one address on a device.
type Line struct {
	ID          int64  `json:"id"`
	SIPUsername string `json:"sipUsername"`
	Label       string `json:"label"`
	Position    int    `json:"position"`
}

func (a *API) deviceView(d admin.DeviceView) Device {
	v := Device{
		ID: int64(d.ID), Kind: string(d.Kind), Name: d.Name, UserID: int64(d.User), UserName: d.UserName,
		Security: string(d.Security), EffectiveSecurity: string(d.EffectiveSecurity), Enabled: d.Enabled,
		ProvisioningProfileID: int64(d.Profile), ProvisioningProfile: d.ProfileName,
		EmergencyLocationID: int64(d.EmergencyLocation), EmergencyAddress: d.EmergencyAddress,
		EffectiveEmergency: emergencyPlace(d.Emergency), Lines: make([]Line, 0, len(d.Lines)), Version: d.Version,
		CreatedAt: Time{d.CreatedAt}, UpdatedAt: Time{d.UpdatedAt}, Notice: a.cfg.Phones.Notice(d.ID),
	}
	for _, l := range d.Lines {
		v.Lines = append(v.Lines, Line{
			ID: int64(l.ID), SIPUsername: l.SIPUsername, Label: l.Label, Position: l.Position,
		})
	}
	v.Online, v.Bindings, v.LastSeenAt = presence(a.cfg.Phones.Of(d.User), &d.ID)
	return v
}

func (a *API) devices() {
	add(a, operation{
		id: "listDevices", method: http.MethodGet, path: "/devices", tag: "Devices",
		summary: "List devices", permission: pbx.PermDevicesRead,
	}, a.listDevices)
	add(a, operation{
		id: "getDevice", method: http.MethodGet, path: "/devices/{id}", tag: "Devices",
		summary: "Read a device", permission: pbx.PermDevicesRead,
	}, a.getDevice)
	add(a, operation{
		id: "updateDevice", method: http.MethodPatch, path: "/devices/{id}", tag: "Devices",
		summary: "Change a device; what is left out stays", permission: pbx.PermDevicesWrite,
	}, a.updateDevice)
	add(a, operation{
		id: "letDeviceIn", method: http.MethodPost, path: "/devices/{id}/let-in", tag: "Devices",
		summary:    "Hear a device again at once that wrong passwords have slowed",
		permission: pbx.PermDevicesWrite, status: http.StatusNoContent,
	}, a.letDeviceIn)
}

func (a *API) listDevices(ctx context.Context, who caller, in *struct {
	ListInput
	User int64 `query:"user"`
},
) (*listOutput[Device], error) {
	p, err := a.cfg.Admin.ListDevices(ctx, who.Actor, admin.DeviceQuery{Query: in.query(), User: pbx.UserID(in.User)})
	if err != nil {
		return nil, err
	}
	return page(p, a.deviceView), nil
}

func (a *API) getDevice(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[Device], error) {
	d, err := a.cfg.Admin.Device(ctx, who.Actor, pbx.DeviceID(in.ID))
	if err != nil {
		return nil, err
	}
	v := a.deviceView(d)
	for _, l := range d.Lines {
		for _, s := range a.cfg.Phones.Slowed(l.SIPUsername) {
			source := s.Source.String()
			if s.Source.IsSingleIP() {
				source = s.Source.Addr().String()
			}
			v.Slowed = append(v.Slowed, Slowed{l.SIPUsername, source, s.Failures, Time{s.Until}})
		}
	}
	return one(d.Version, v), nil
}

func (a *API) letDeviceIn(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{}, error) {
	d, err := a.cfg.Admin.DeviceToLetIn(ctx, who.Actor, pbx.DeviceID(in.ID))
	if err != nil {
		return nil, err
	}
	for _, l := range d.Lines {
		a.cfg.Phones.LetIn(l.SIPUsername)
	}
	a.log.InfoContext(ctx, "a slowed device was let in", "device", in.ID, "actor", who.Name)
	return nil, nil //nolint:nilnil // nothing to say
}

func (a *API) updateDevice(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body DeviceInput
},
) (*writtenOutput[Device], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	d, cs, err := a.cfg.Admin.UpdateDevice(ctx, who.Actor, pbx.DeviceID(in.ID), in.Body.DevicePatch, w)
	if err != nil {
		return nil, err
	}
	return written(cs, d.Version, a.deviceView(d)), nil
}
