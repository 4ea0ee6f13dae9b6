package app

import (
	"context"
	"log/slog"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/callflow"
	"ringfence/internal/engine/prompt"
	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
)

// mailboxSteps is what calls do with mailboxes.
func (c *core) mailboxSteps(people *roster.Directory, log *slog.Logger) *callflow.Voicemail {
	return callflow.NewVoicemail(callflow.Config{
		Boxes: c.boxes, Voices: prompt.New(c.dir.prompts()), PINs: pins{c.admin, people}, Log: log.With("area", "voicemail"),
		Now: c.around.Now,
	})
}

// pins stores the PINs that people choose in their mailboxes.
type pins struct {
	admin  *admin.Service
	roster *roster.Directory
}

// ChangePIN gives a user another PIN.
func (p pins) ChangePIN(ctx context.Context, u pbx.UserID, pin pbx.Secret) error {
	who, ok := p.roster.User(u)
	if !ok {
		return pbx.Errorf(pbx.NotFound, "There is no such user.")
	}
	return p.admin.ChoosePINByPhone(ctx, who.Organization, u, pin)
}
