package auth_test

import (
	"errors"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/auth"
	"ringfence/internal/pbx"
)

// fieldOf is the field that an error is shown beside.
func fieldOf(err error) string {
	if e, ok := errors.AsType[*pbx.Error](err); ok && len(e.Fields) > 0 {
		return e.Fields[0].Field
	}
	return ""
}

func TestSomebodyChangesHisOwnPasswordWithTheOldOne(t *testing.T) {
	const better = "another sentence of hers"
	setUp(t, func(r *rig) {
		u := r.user(admin.UserPatch{FirstName: p("Anna")})
		old := u.Secrets.PortalPassword
		c := auth.OwnChange{Actor: admin.ActorFor(u.User.User, "test"), Password: old, Source: here, AtPage: true}
		for _, wrong := range []struct {
			old, to, field string
		}{
			{"not her password", better, "password"},
			{old.Reveal(), "short", "newPassword"},
			{old.Reveal(), old.Reveal(), "newPassword"},
		} {
			try := c
			try.Password = pbx.NewSecret(wrong.old)
			_, _, err := r.ChangePassword(r.Context(), try, pbx.NewSecret(wrong.to))
			r.refused(err, pbx.Invalid)
			if got := fieldOf(err); got != wrong.field {
				r.Errorf("%s to %s is complained about beside %q", wrong.old, wrong.to, got)
			}
		}
		wait(time.Hour)
		cookie, cs, err := r.ChangePassword(r.Context(), c, pbx.NewSecret(better))
		r.ok(err)
		if _, _, err = r.Session(r.Context(), cookie, here); err != nil {
			r.Errorf("the session does not go on: %v", err)
		}
		if cs.Summary != "Own portal password changed" || cs.ActorUser != u.User.ID {
			r.Errorf("the change is logged as %q by %d", cs.Summary, cs.ActorUser)
		}
		_, err = r.login("anna", old.Reveal(), here)
		r.refused(err, pbx.Unauthenticated)
		if _, err = r.login("anna", better, here); err != nil {
			r.Errorf("with the new password: %v", err)
		}
	})
}

func TestSomebodyChangesHisOwnPIN(t *testing.T) {
	setUp(t, func(r *rig) {
		u := r.user(admin.UserPatch{FirstName: p("Anna")})
		c := auth.OwnChange{Actor: admin.ActorFor(u.User.User, "test"), Password: u.Secrets.PortalPassword, Source: here}
		for _, weak := range []string{"", "1", "111111", "123456"} {
			_, err := r.ChangePIN(r.Context(), c, pbx.NewSecret(weak))
			r.refused(err, pbx.Invalid)
			if got := fieldOf(err); got != "voicemailPin" {
				r.Errorf("%q is complained about beside %q", weak, got)
			}
		}
		cs, err := r.ChangePIN(r.Context(), c, pbx.NewSecret("904713"))
		r.ok(err)
		if len(cs.Items) == 0 {
			r.Error("nothing changed")
		}
		c.Actor, c.Password = r.owner, pbx.NewSecret(ownerPassword)
		_, err = r.ChangePIN(r.Context(), c, pbx.NewSecret("904713"))
		r.refused(err, pbx.Invalid) // who only administers has no voicemail
	})
}

func TestWrongOwnPasswordsAreSlowed(t *testing.T) {
	setUp(t, func(r *rig) {
		u := r.user(admin.UserPatch{FirstName: p("Anna")})
		c := auth.OwnChange{Actor: admin.ActorFor(u.User.User, "test"), Password: pbx.NewSecret("guessed guessed"), Source: here}
		for range 20 {
			_, err := r.ChangePIN(r.Context(), c, pbx.NewSecret("904713"))
			if pbx.KindOf(err) == pbx.Exhausted {
				return
			}
			r.refused(err, pbx.Invalid)
		}
		r.Error("one may guess on and on")
	})
}
