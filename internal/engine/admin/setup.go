package admin

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// Default range of the first extension pool.
const (
	defaultPoolFirst = "200"
	defaultPoolLast  = "899"
)

// Bootstrap makes sure that the default organization exists, with its feature codes and an extension pool, and returns
// it. It changes nothing once there is an organization.
func (s *Service) Bootstrap(ctx context.Context, d Defaults) (pbx.Organization, error) {
	o, err := s.firstOf(ctx)
	if err != nil || o.ID != 0 {
		return o, err
	}
	err = s.store.Update(ctx, 0, func(tx Tx) error {
		all, e := tx.Organizations()
		if e != nil {
			return e
		}
		if len(all) > 0 { // somebody else was quicker
			o = all[0]
			return nil
		}
		o, e = s.makeFirst(tx, d)
		return e
	})
	return o, err
}

// firstOf returns the first organization, the zero value when there is none.
func (s *Service) firstOf(ctx context.Context) (pbx.Organization, error) {
	var o pbx.Organization
	err := s.store.View(ctx, func(tx ReadTx) error {
		all, err := tx.Organizations()
		if len(all) > 0 {
			o = all[0]
		}
		return err
	})
	return o, err
}

func (s *Service) makeFirst(tx Tx, d Defaults) (pbx.Organization, error) {
	id, err := tx.NextIDs(pbx.KindOrganization, 1)
	if err != nil {
		return pbx.Organization{}, err
	}
	org := pbx.OrganizationID(id)
	w := newWork(tx, org, System(org, "set-up"), s.now())
	w.ids = tx.NextIDs
	o, err := w.firstOrganization(d)
	if err != nil {
		return o, err
	}
	cs, trash, err := w.finish(Intent{UseCase: Bootstrapping})
	if err != nil {
		return o, err
	}
	if err = w.flush(tx); err != nil {
		return o, err
	}
	_, err = tx.AppendChangeSet(cs, trash)
	return o, err
}

func (w *Work) firstOrganization(d Defaults) (pbx.Organization, error) {
	domain := strings.ToLower(cmp.Or(d.SIPDomain, "localhost"))
	o := pbx.Organization{
		ID: w.org, Name: cmp.Or(d.Name, "My organization"), AccountName: "default", SIPDomain: domain, Realm: domain,
		Country: cmp.Or(strings.ToUpper(d.Country), "US"), Language: cmp.Or(d.Language, "en"),
		TimeZone: cmp.Or(d.TimeZone, "UTC"), UserLimit: pbx.DefaultUserLimit,
	}
	w.describe(o.Ref(), "Organization created: "+o.Name)
	if err := w.orgs.put(w, o); err != nil {
		return o, err
	}
	codes := pbx.FeatureCodes()
	values := make([]string, 0, len(codes))
	for v := range codes {
		values = append(values, v)
	}
	slices.Sort(values)
	for _, v := range values {
		err := w.dials.put(w, pbx.DialString{Organization: w.org, Value: v, Kind: pbx.DialFeature, Feature: codes[v]})
		if err != nil {
			return o, err
		}
	}
	profile, err := w.ids(pbx.KindProfile, 1)
	if err != nil {
		return o, err
	}
	err = w.profiles.put(w, pbx.ProvisioningProfile{
		ID: pbx.ProfileID(profile), Organization: w.org, Name: pbx.DefaultProfile,
	})
	if err != nil {
		return o, err
	}
	id, err := w.ids(pbx.KindPool, 1)
	if err != nil {
		return o, err
	}
	err = w.pools.put(w, pbx.ExtensionPool{
		ID: pbx.PoolID(id), Organization: w.org, Name: "Extensions", Enabled: true,
		First: cmp.Or(d.PoolFirst, defaultPoolFirst), Last: cmp.Or(d.PoolLast, defaultPoolLast),
	})
	if err != nil {
		return o, err
	}
	return w.Organization()
}

// OwnerExists reports whether somebody can administer the organization.
func (s *Service) OwnerExists(ctx context.Context, org pbx.OrganizationID) (bool, error) {
	exists := false
	err := s.store.View(ctx, func(tx ReadTx) error {
		owners, err := tx.UsersWithRole(org, pbx.RoleOwner)
		exists = slices.ContainsFunc(owners, func(u pbx.User) bool { return u.Enabled })
		return err
	})
	return exists, err
}

// SetUp makes the first owner and names the organization; Conflict once an owner exists, Invalid with fields.
func (s *Service) SetUp(
	ctx context.Context, org pbx.OrganizationID, in SetUpInput, source string,
) (pbx.User, pbx.ChangeSet, error) {
	var u pbx.User
	if m := pbx.PasswordProblem(in.Password.Reveal(), in.Username, in.FirstName, in.LastName, in.Email); m != "" {
		return u, pbx.ChangeSet{}, fieldError("password", m)
	}
	hash, hashErr := s.vault.Stretch(ctx, in.Password)
	if hashErr != nil {
		return u, pbx.ChangeSet{}, hashErr
	}
	cs, err := s.Do(ctx, System(org, source), Intent{UseCase: SetUpRun}, func(w *Work) error {
		owners, err := w.usersWithRole(pbx.RoleOwner)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(owners, func(u pbx.User) bool { return u.Enabled }) {
			return pbx.Errorf(pbx.Conflict, "There is an owner already: sign in.")
		}
		if err = w.nameOrganization(in); err != nil {
			return err
		}
		if u, err = w.firstOwner(in); err != nil {
			return err
		}
		w.describe(u.Ref(), "Set-up")
		sealed := s.vault.SealStretched(vault.SecretRow(u.ID, pbx.PortalPassword), hash)
		return w.putSecret(u, pbx.PortalPassword, pbx.SchemeArgon2, sealed)
	})
	return u, cs, err
}

func (w *Work) nameOrganization(in SetUpInput) error {
	o, err := w.Organization()
	if err != nil {
		return err
	}
	o.Name = cmp.Or(clean(in.OrganizationName), o.Name)
	o.Country = cmp.Or(strings.ToUpper(clean(in.Country)), o.Country)
	o.Language = cmp.Or(clean(in.Language), o.Language)
	o.TimeZone = cmp.Or(clean(in.TimeZone), o.TimeZone)
	if d := strings.ToLower(clean(in.SIPDomain)); d != "" && d != o.SIPDomain {
		o.SIPDomain = d
		n, err := w.countUsers()
		if err != nil {
			return err
		}
		if n == 0 {
			o.Realm = d // no HA1 depends on it yet
		}
	}
	return w.orgs.put(w, o)
}

func (w *Work) firstOwner(in SetUpInput) (pbx.User, error) {
	o, err := w.Organization()
	if err != nil {
		return pbx.User{}, err
	}
	u := pbx.User{
		Organization: w.org, Kind: pbx.Operator, Enabled: true, Role: pbx.RoleOwner, FirstName: clean(in.FirstName),
		LastName: clean(in.LastName), Username: strings.ToLower(clean(in.Username)), Email: clean(in.Email),
	}
	if u.FirstName == "" && u.LastName == "" {
		u.LastName = u.Username
	}
	if u.Username == "" {
		if u.Username, err = w.newUsername(u, o.Language); err != nil {
			return u, err
		}
	}
	if err = u.Validate(); err != nil {
		return u, err
	}
	id, err := w.ids(pbx.KindUser, 1)
	if err != nil {
		return u, err
	}
	u.ID = pbx.UserID(id)
	return u, w.putUser(nil, u, 0)
}
