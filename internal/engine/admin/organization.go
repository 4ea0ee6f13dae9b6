package admin

import (
	"context"
	"strings"

	"ringfence/internal/pbx"
)

// Organization returns the actor's organization with its number of users.
func (s *Service) Organization(ctx context.Context, a Actor) (OrganizationView, error) {
	var v OrganizationView
	err := s.view(ctx, a, OrganizationRead, func(w *Work) (err error) {
		v, err = w.organizationView()
		return err
	})
	return v, err
}

// OwnOrganization returns the organization of everybody signed in.
func (s *Service) OwnOrganization(ctx context.Context, a Actor) (pbx.Organization, error) {
	var o pbx.Organization
	err := s.view(ctx, a, Self, func(w *Work) (err error) {
		o, err = w.Organization()
		return err
	})
	return o, err
}

// OwnOrganizationView adds what everybody signed in may know of his organization; it counts the users.
func (s *Service) OwnOrganizationView(ctx context.Context, a Actor) (OrganizationView, error) {
	var v OrganizationView
	err := s.view(ctx, a, Self, func(w *Work) (err error) {
		v, err = w.organizationView()
		return err
	})
	return v, err
}

func (w *Work) organizationView() (OrganizationView, error) {
	o, err := w.Organization()
	if err != nil {
		return OrganizationView{}, err
	}
	n, err := w.countUsers()
	if own, ok := w.actor.scoped(); ok && err == nil {
		var his []pbx.User
		his, err = w.usersHomedIn(own)
		n = len(his)
	}
	if err != nil {
		return OrganizationView{}, err
	}
	mail, err := w.mailSetUp()
	return OrganizationView{Organization: o, UserCount: n, MailSetUp: mail}, err
}

// UpdateOrganization changes the actor's organization; Invalid, Stale.
func (s *Service) UpdateOrganization(
	ctx context.Context, a Actor, p OrganizationPatch, wr Write,
) (OrganizationView, pbx.ChangeSet, error) {
	var v OrganizationView
	cs, err := s.Do(ctx, a, Intent{OrganizationUpdate, wr}, func(w *Work) error {
		o, err := w.Organization()
		if err != nil {
			return err
		}
		if err = w.fresh(o.Ref(), o.Version, wr.IfMatch, p); err != nil {
			return err
		}
		set(&o.Name, p.Name)
		set(&o.AccountName, p.AccountName)
		set(&o.SIPDomain, p.SIPDomain)
		set(&o.Country, p.Country)
		set(&o.Language, p.Language)
		set(&o.TimeZone, p.TimeZone)
		set(&o.UserLimit, p.UserLimit)
		cleanAll(&o.Name, &o.AccountName, &o.SIPDomain, &o.Country, &o.Language, &o.TimeZone)
		o.SIPDomain, o.Country = strings.ToLower(o.SIPDomain), strings.ToUpper(o.Country)
		w.describe(o.Ref(), "Organization changed")
		if err = w.checkAccountName(o); err != nil {
			return err
		}
		if err = w.checkCountry(o); err != nil {
			return err
		}
		if err = w.orgs.put(w, o); err != nil {
			return err
		}
		v, err = w.organizationView()
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.Organization(ctx, a)
	}
	return v, cs, err
}

func (w *Work) checkAccountName(o pbx.Organization) error {
	other, err := w.tx.OrganizationByAccount(o.AccountName)
	switch {
	case err == nil && other.ID != o.ID:
		return fieldError("accountName", "Another organization has this account name.")
	case err != nil && pbx.KindOf(err) != pbx.NotFound:
		return err
	}
	return nil
}
