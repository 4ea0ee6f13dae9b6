package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"ringfence/internal/app/client"
	"ringfence/internal/config"
	"ringfence/internal/edge/httpapi"
)

// Connect gives a client of the server that works in the data directory: over its socket, or, when none runs, of the
// use cases in this process under the directory's lock. The returned function ends it.
func Connect(ctx context.Context, cfg config.Config, environ []string) (*client.Client, func() error, error) {
	dir, err := openDataDir(cfg.Data)
	if err != nil {
		return nil, nil, err
	}
	short, done, err := shortPath(dir.socket())
	if err != nil {
		return nil, nil, err
	}
	if probe, refused := new(net.Dialer).DialContext(ctx, "unix", short); refused == nil {
		_ = probe.Close() // it was only asked whether somebody listens
		return client.Socket(short), func() error { done(); return nil }, nil
	}
	done()
	unlock, err := dir.lock()
	if errors.Is(err, errLocked) {
		return nil, nil, fmt.Errorf("the server in %s does not answer yet: try again when it is ready", dir.root)
	}
	if err != nil {
		return nil, nil, err
	}
	c, err := openCore(ctx, cfg, dir, slog.New(slog.DiscardHandler), Surroundings{Environ: environ})
	if err != nil {
		unlock()
		return nil, nil, err
	}
	api := httpapi.New(httpapi.Config{
		Admin: c.admin, Auth: c.auth, Phones: nobody{}, Calls: nobody{}, Records: records{c.store.Records()}, Mail: c.mail, Voicemail: c.boxes,
		Machine: &machine{host: c.host, ping: c.store.Ping}, Defaults: c.defaults, Home: c.home, Version: release, Log: c.log,
	})
	return client.Handler(api.Local()), func() error {
		defer unlock()
		return c.close()
	}, nil
}

// SetupLink is the address of the set-up page with a one-time token: of the running server, or as it is configured.
func SetupLink(ctx context.Context, cfg config.Config, token string) string {
	m := &machine{host: reachedBy(ctx, cfg)}
	at := Ready{HTTP: "https://" + string(cfg.HTTP)}
	if dir, err := openDataDir(cfg.Data); err == nil {
		if r, err := dir.ready(); err == nil {
			at = r
		}
	}
	return m.page(&at) + "/setup#token=" + token
}
