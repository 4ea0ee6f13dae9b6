package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	"ringfence/internal/pbx"
)

// RenameInput gives a user another name; nil fields stay.
type RenameInput struct {
	FirstName   *string `json:"firstName,omitempty"`
	LastName    *string `json:"lastName,omitempty"`
	DisplayName *string `json:"displayName,omitempty"`
	Username    *string `json:"username,omitempty"`
	Email       *string `json:"email,omitempty"`
	Alias       *string `json:"alias,omitempty"`      // one more
	FormerDays  *int    `json:"formerDays,omitempty"` // how long the old username signs in; nil: FormerUsernameDays
}

// Renaming is what a new name brings with it, and what is offered beside.
type Renaming struct {
	User     UserView
	Follows  []Follows
	Username string // offered; empty: the old one fits
	Email    string
	Alias    string
}

// Follows is a field that another name changes by itself.
type Follows struct{ Field, Old, New string }

// HandOverInput is the person to whom an account goes.
type HandOverInput struct {
	FirstName, LastName, DisplayName, Username, Email string
}

// FormerUsernameDays is how long a former username still signs in (U8).
const FormerUsernameDays = 90

// Rename gives a user another name (U8). What follows by itself, the shown and the caller's name, is the user's own field;
// a new username, e-mail address and alias are offered in Renaming and taken when given. The old username signs in for
// ninety days. NotFound, Invalid, Stale, Forbidden.
func (s *Service) Rename(
	ctx context.Context, a Actor, id pbx.UserID, in RenameInput, wr Write,
) (Renaming, pbx.ChangeSet, error) {
	var out Renaming
	cs, err := s.Do(ctx, a, Intent{UserRename, wr}, func(w *Work) error {
		before, err := w.mine(id)
		if err != nil {
			return err
		}
		if err = w.fresh(before.Ref(), before.Version, wr.IfMatch, in); err != nil {
			return err
		}
		u := before
		applyUser(&u, UserPatch{
			FirstName: in.FirstName, LastName: in.LastName, DisplayName: in.DisplayName, Username: in.Username,
			Email: in.Email,
		})
		if out, err = w.renaming(before, u); err != nil {
			return err
		}
		if err = w.checkChange(before, &u); err != nil {
			return err
		}
		if err = w.pendEmail(before, &u, false); err != nil {
			return err
		}
		w.describe(u.Ref(), "Renamed")
		if err = w.putUser(&before, u, 0); err != nil {
			return err
		}
		if err = w.keepUsername(before, u, in.FormerDays); err != nil {
			return err
		}
		if in.Alias != nil && *in.Alias != "" {
			var aliases []string
			if aliases, err = w.aliases(id); err != nil {
				return err
			}
			if err = w.setAliases(u, append(aliases, *in.Alias)); err != nil {
				return err
			}
		}
		var r UserResult
		err = w.userResult(id, &r)
		out.User = r.User
		return err
	})
	if err == nil && cs.Replayed {
		out.User, err = s.User(ctx, a, id)
	}
	return out, cs, err
}

// keepUsername lets the old username sign in for a time.
func (w *Work) keepUsername(before, u pbx.User, days *int) error {
	keep := FormerUsernameDays
	if days != nil {
		keep = *days
	}
	if keep < 0 || keep > 3650 {
		return fieldError("formerDays", "Choose at most 3650 days, or 0 to end it at once.")
	}
	if before.Username == "" || pbx.Fold(before.Username) == pbx.Fold(u.Username) || keep == 0 {
		return nil
	}
	return w.dials.put(w, pbx.DialString{
		Organization: w.org, Value: pbx.Fold(before.Username), Kind: pbx.DialFormer, Owner: u.Ref(),
		Until: w.now.AddDate(0, 0, keep),
	})
}

// keepFormer ends the former usernames that are not among those given (U8).
func (w *Work) keepFormer(u pbx.User, given []string) error {
	before, err := w.namesOf(u.ID, pbx.DialFormer)
	if err != nil {
		return err
	}
	stay := []string{}
	for _, v := range given {
		v = pbx.Fold(clean(v))
		if !slices.Contains(before, v) {
			return fieldError("formerUsernames", v+": A former username comes by renaming.")
		}
		stay = append(stay, v)
	}
	for _, v := range before {
		if !slices.Contains(stay, v) {
			if err := w.release(v, pbx.DialFormer, u.Ref()); err != nil {
				return err
			}
		}
	}
	slices.Sort(stay)
	if stay = slices.Compact(stay); len(stay) == len(before) {
		return nil
	}
	return w.users.touch(w, u.ID, "formerUsernames", before, stay)
}

// renaming tells what follows another name, and offers what does not follow by itself.
func (w *Work) renaming(before, u pbx.User) (Renaming, error) {
	out := Renaming{Follows: []Follows{}}
	if before.Shown() != u.Shown() {
		out.Follows = append(out.Follows, Follows{"displayName", before.Shown(), u.Shown()},
			Follows{"callerName", before.Shown(), u.Shown()})
	}
	o, err := w.Organization()
	if err != nil {
		return out, err
	}
	named := pbx.User{FirstName: u.FirstName, LastName: u.LastName, DisplayName: u.DisplayName}
	old := Transliterate(strings.TrimSpace(before.FirstName+" "+before.LastName), o.Language)
	now := Transliterate(strings.TrimSpace(u.FirstName+" "+u.LastName), o.Language)
	if old == now || now == "" {
		return out, nil
	}
	if out.Username, err = w.newUsername(named, o.Language); err != nil {
		return out, err
	}
	if local, domain, ok := strings.Cut(before.Email, "@"); ok && strings.EqualFold(local, old) {
		out.Email = now + "@" + domain
	}
	aliases, err := w.aliases(u.ID)
	if err != nil {
		return out, err
	}
	for _, alias := range aliases {
		if alias == Transliterate(before.LastName, o.Language) {
			out.Alias = Transliterate(u.LastName, o.Language)
		}
	}
	return out, nil
}

// HandOver gives an account's number, devices and settings to another person (U8): his names and username, all secrets
// made anew and shown once, what the former one had open ended, his aliases by name and the role taken away. NotFound,
// Invalid, Stale, Forbidden; Conflict for oneself.
func (s *Service) HandOver(
	ctx context.Context, a Actor, id pbx.UserID, in HandOverInput, wr Write,
) (UserResult, pbx.ChangeSet, error) {
	var r UserResult
	cs, err := s.Do(ctx, a, Intent{UserHandOver, wr}, func(w *Work) error {
		r = UserResult{}
		before, err := w.mine(id)
		if err != nil {
			return err
		}
		if id == a.User {
			return pbx.Errorf(pbx.Conflict, "You can't hand over your own account.")
		}
		if before.Kind != pbx.Person {
			return fieldError("kind", "Only a person's account is handed over.")
		}
		if err = w.fresh(before.Ref(), before.Version, wr.IfMatch, in); err != nil {
			return err
		}
		u, err := w.successor(before, in)
		if err != nil {
			return err
		}
		w.describe(u.Ref(), "Handed over")
		if err = w.dropNames(before); err != nil {
			return err
		}
		if err = w.putUser(&before, u, 0); err != nil {
			return err
		}
		if err = w.leaves.delete(w, id); ignoreMissing(err) != nil {
			return err
		}
		if err = w.forwards.delete(w, id); ignoreMissing(err) != nil {
			return err
		}
		if err = w.endTokens(id); err != nil {
			return err
		}
		if err = s.freshSecrets(w, u, &r.Secrets); err != nil {
			return err
		}
		return w.userResult(id, &r)
	})
	return s.answerUser(ctx, a, r, cs, err)
}

// successor is the account with another person in it: what belongs to the post stays, what to the person does not.
func (w *Work) successor(before pbx.User, in HandOverInput) (pbx.User, error) {
	u := before
	u.FirstName, u.LastName, u.DisplayName, u.Username, u.Email, u.EmailPending = "", "", "", "", "", ""
	u.AuthAccountName, u.ExternalID, u.Language, u.Mobile, u.Fax = "", "", "", "", ""
	u.Role, u.Enabled, u.DisabledAt = pbx.RoleUser, true, time.Time{}
	applyUser(&u, UserPatch{
		FirstName: &in.FirstName, LastName: &in.LastName, DisplayName: &in.DisplayName, Username: &in.Username,
		Email: &in.Email,
	})
	if err := w.mayGive(before, u); err != nil {
		return u, err
	}
	if u.Username == "" {
		o, err := w.Organization()
		if err != nil {
			return u, err
		}
		if u.Username, err = w.newUsername(u, o.Language); err != nil {
			return u, err
		}
	}
	return u, u.Validate()
}

// dropNames takes away the names by which the former person was reached: aliases with letters, former usernames.
func (w *Work) dropNames(u pbx.User) error {
	return w.withAliases(u.ID, func() error {
		dials, err := w.dialStringsOf(u.Ref())
		if err != nil {
			return err
		}
		for _, d := range dials {
			if !keptAside(d.Kind) || d.Kind == pbx.DialAlias && strings.Trim(d.Value, "+0123456789") == "" {
				continue
			}
			if err := w.dials.delete(w, d.Value); err != nil {
				return err
			}
		}
		return nil
	})
}
