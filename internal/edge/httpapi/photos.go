package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/pbx"
)

func (a *API) photos() {
	add(a, operation{
		id: "storePhoto", method: http.MethodPost, path: "/photos", tag: "Users",
		summary:    "Make a photo of a JPEG, PNG or WebP picture; a user is then given it by the name that is answered",
		permission: pbx.PermUsersWrite, status: http.StatusCreated,
	}, a.storePhoto)
	add(a, operation{
		id: "getPhoto", method: http.MethodGet, path: "/users/{id}/photo", tag: "Users",
		summary: "Read a user's photo", permission: pbx.PermUsersRead,
	}, a.getPhoto)
}

// StoredPhoto names a photo.
type StoredPhoto struct {
	Photo string `json:"photo"`
}

func (a *API) storePhoto(ctx context.Context, who caller, in *struct {
	RawBody []byte `contentType:"application/octet-stream"`
},
) (*struct{ Body StoredPhoto }, error) {
	hash, err := a.cfg.Admin.StorePhoto(ctx, who.Actor, in.RawBody)
	return &struct{ Body StoredPhoto }{StoredPhoto{hash}}, err
}

type photoOutput struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag"`
	Body         []byte
}

func (a *API) getPhoto(ctx context.Context, who caller, in *struct {
	IDInput
	Photo string `query:"photo" maxLength:"64" doc:"The photo's name, so that a browser may keep it"`
},
) (*photoOutput, error) {
	photo, hash, err := a.cfg.Admin.Photo(ctx, who.Actor, pbx.UserID(in.ID))
	if err != nil {
		return nil, err
	}
	out := &photoOutput{ContentType: "image/jpeg", ETag: `"` + hash + `"`, CacheControl: "no-store", Body: photo}
	if in.Photo == hash { // this name always means this photo
		out.CacheControl = "private, max-age=86400, immutable"
	}
	return out, nil
}
