// Package demo fills a system with made-up people, to look at or to load: groups, pools, locations, users of several
// languages with numbers, aliases and the device Set up by hand. The same numbers of users are the same people. It speaks
// to the server as the command line does, in parts, so that memory stays bounded; nobody gets a portal password.
package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ringfence/internal/app/client"
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// MostUsers is how many users may be made up.
const MostUsers = 1_000_000

// part is how many users go into one change set.
const part = 500

// ErrInUse says that there are users already.
var ErrInUse = errors.New("there are users in this database already: choose another with --data or --database, " +
	"or give --add to add the made-up ones to them")

// Options say what to make.
type Options struct {
	Users int
	Add   bool      // also when there are users already
	Out   io.Writer // progress
}

// data is what was made before the users.
type data struct {
	client    *client.Client
	groups    []group
	locations []pbx.LocationID
	first     int // the first number
	digits    int
}

type group struct {
	id               pbx.GroupID
	name, department string
}

// Run makes the data.
func Run(ctx context.Context, c *client.Client, o Options) error {
	if o.Users < 1 || o.Users > MostUsers {
		return fmt.Errorf("make from 1 to %d users", MostUsers)
	}
	d := &data{client: c}
	already, err := d.count(ctx)
	if err != nil {
		return err
	}
	if already > 0 && !o.Add {
		return ErrInUse
	}
	if err := errors.Join(d.raiseLimit(ctx, already+o.Users), d.makeLocations(ctx), d.makeGroups(ctx, o.Users)); err != nil {
		return err
	}
	if err := d.makePool(ctx, already+o.Users); err != nil {
		return err
	}
	return d.makeUsers(ctx, already, o)
}

// makeUsers loads them part by part. Those who are there are counted as if they had been made up, so that numbers go on.
func (d *data) makeUsers(ctx context.Context, already int, o Options) error {
	began := time.Now()
	for from := 0; from < o.Users; from += part {
		var in struct {
			Users []admin.UserPatch `json:"users"`
		}
		for i := from; i < min(from+part, o.Users); i++ {
			in.Users = append(in.Users, d.person(already+i))
		}
		if err := d.client.Local(ctx, http.MethodPost, "/users", in, nil); err != nil {
			return fmt.Errorf("after %d users: %w", from, err)
		}
		if done := from + len(in.Users); done%10_000 == 0 || done == o.Users {
			_, _ = fmt.Fprintf(o.Out, "%d of %d users, %s\n", done, o.Users, time.Since(began).Round(time.Second/10)) // progress only
		}
	}
	return nil
}

// number is the i-th number of the pool.
func (d *data) number(i int) string { return strconv.Itoa(d.first + i) }

// raiseLimit makes room for so many users.
func (d *data) raiseLimit(ctx context.Context, users int) error {
	var o struct {
		UserLimit int `json:"userLimit"`
	}
	if err := d.call(ctx, http.MethodGet, "/organization", nil, &o); err != nil || o.UserLimit >= users {
		return err
	}
	return d.call(ctx, http.MethodPatch, "/organization", map[string]any{"userLimit": users}, nil)
}

// makePool makes a pool with a fifth more numbers than there are users, of four digits or more. Numbers
// that begin with 4 or 5 are nowhere those of emergencies.
func (d *data) makePool(ctx context.Context, users int) error {
	most := users + users/5 + 20
	d.first, d.digits = 4000, 4
	for d.first/2 < most {
		d.first, d.digits = d.first*10, d.digits+1
	}
	first, last := d.number(0), d.number(most-1)
	id, known, err := d.named(ctx, "/extension-pools", "Demo "+strconv.Itoa(d.digits))
	if err != nil {
		return err
	}
	body := map[string]any{"name": "Demo " + strconv.Itoa(d.digits), "first": first, "last": last}
	if known {
		return d.call(ctx, http.MethodPatch, fmt.Sprintf("/extension-pools/%d", id), body, nil)
	}
	return d.call(ctx, http.MethodPost, "/extension-pools", body, nil)
}

func (d *data) makeLocations(ctx context.Context) error {
	for _, l := range []struct{ city, country, zone string }{
		{"Berlin", "DE", "Europe/Berlin"},
		{"Bologna", "IT", "Europe/Rome"},
		{"Bristol", "GB", "Europe/London"},
		{"Lyon", "FR", "Europe/Paris"},
		{"Aarhus", "DK", "Europe/Copenhagen"},
	} {
		id, known, err := d.named(ctx, "/locations", l.city)
		if err == nil && !known {
			var made struct {
				ID int64 `json:"id"`
			}
			err = d.call(ctx, http.MethodPost, "/locations", map[string]any{
				"name": l.city, "city": l.city, "country": l.country, "timeZone": l.zone,
			}, &made)
			id = made.ID
		}
		if err != nil {
			return err
		}
		d.locations = append(d.locations, pbx.LocationID(id))
	}
	return nil
}

// makeGroups makes a group for every 25 users, at most 500.
func (d *data) makeGroups(ctx context.Context, users int) error {
	departments := []string{
		"Sales", "Support", "Finance", "Purchasing", "Production", "Logistics", "Research", "Legal", "Facilities", "Marketing",
	}
	for i := range min(max(users/25, 1), 500) {
		g := group{department: departments[i%len(departments)]}
		g.name = g.department
		if i >= len(departments) {
			g.name += " " + strconv.Itoa(i/len(departments)+1)
		}
		id, known, err := d.named(ctx, "/groups", g.name)
		if err == nil && !known {
			var made struct {
				ID int64 `json:"id"`
			}
			err = d.call(ctx, http.MethodPost, "/groups", map[string]any{
				"name": g.name, "itEmail": fmt.Sprintf("it%d@example.org", i+1),
			}, &made)
			id = made.ID
		}
		if err != nil {
			return err
		}
		g.id = pbx.GroupID(id)
		d.groups = append(d.groups, g)
	}
	return nil
}

// named finds what has exactly this name in a list.
func (d *data) named(ctx context.Context, path, name string) (int64, bool, error) {
	var list struct {
		Items []struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
		} `json:"items"`
	}
	err := d.call(ctx, http.MethodGet, path+"?limit=200&q="+url.QueryEscape(name), nil, &list)
	for _, item := range list.Items {
		if item.Name == name {
			return item.ID, true, err
		}
	}
	return 0, false, err
}

// count is how many users there are.
func (d *data) count(ctx context.Context) (int, error) {
	var o struct {
		UserCount int `json:"userCount"`
	}
	err := d.call(ctx, http.MethodGet, "/organization", nil, &o)
	return o.UserCount, err
}

func (d *data) call(ctx context.Context, method, path string, body, into any) error {
	raw, err := d.client.Call(ctx, method, path, body)
	if err != nil || into == nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}
