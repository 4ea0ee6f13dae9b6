// Package app is the composition root: it builds everything from the configuration in order, and owns start and stop.
// It alone knows everybody.
//
// Start: data directory and its lock, database, master key, use cases, certificates, roster, media, SIP plane, bindings,
// listeners, ready.json. Stop is the same backwards: new work is refused, calls get BYE, what is pending is kept. Serve
// owns every goroutine that it starts and waits for it.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"ringfence/internal/config"
	"ringfence/internal/edge/httpapi"
	"ringfence/internal/edge/webui"
	"ringfence/internal/support/netx"
	"ringfence/internal/support/obs"
	"ringfence/internal/support/pki"
)

const (
	drainTime    = 7 * time.Second // for calls to end
	closeTime    = 5 * time.Second // for requests to end
	upkeepEvery  = time.Minute
	upkeepBudget = 50 * time.Second
)

// Surroundings are what the process that calls Serve gives it.
type Surroundings struct {
	Out, Err io.Writer        // for people; for the log
	Environ  []string         // in the form of os.Environ
	Network  netx.Network     // what phones are on; nil: the machine's own
	Now      func() time.Time // what the administration takes for now; nil: the clock
}

// server is everything that runs.
type server struct {
	cfg  config.Config
	out  io.Writer
	log  *slog.Logger
	dir  dataDir
	core *core

	certificate *pki.Certificate
	machine     *machine
	telephone   *telephone
	api         *httpapi.API
	metrics     *obs.Metrics
	node        string

	public, local *http.Server
	tasks         sync.WaitGroup // what runs until end
	end           context.CancelFunc
	failed        chan error // the first listener that fails by itself
}

// Serve runs the server until ctx is done, and drains it then. An error is one line that says what to do.
func Serve(ctx context.Context, cfg config.Config, around Surroundings) error {
	dir, err := openDataDir(cfg.Data)
	if err != nil {
		return err
	}
	unlock, err := dir.lock()
	if err != nil {
		return err
	}
	defer unlock()
	dir.retire() // what a killed server left
	s := &server{
		cfg: cfg, out: around.Out, log: obs.NewLogger(around.Err, cfg.LogLevel), dir: dir, failed: make(chan error, 3),
	}
	defer dir.retire()
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	s.end = end
	if err := s.start(ctx, running, around); err != nil {
		return errors.Join(err, s.stop(context.WithoutCancel(ctx)))
	}
	select {
	case <-ctx.Done():
		s.log.InfoContext(ctx, "stopping: calls get BYE, then everything closes")
		return s.stop(context.WithoutCancel(ctx))
	case err := <-s.failed:
		return errors.Join(err, s.stop(context.WithoutCancel(ctx)))
	}
}

// start builds everything and opens the listeners. What was built is in s, also after an error.
func (s *server) start(ctx, running context.Context, around Surroundings) (err error) {
	if s.node, err = s.dir.nodeName(); err != nil {
		return err
	}
	if s.core, err = openCore(ctx, s.cfg, s.dir, s.log, around); err != nil {
		return err
	}
	if err = s.certify(ctx); err != nil {
		return err
	}
	// Whoever keeps things in memory loads after the number was noted, so that no change falls in between.
	follow := &follower{admin: s.core.admin, log: s.log.With("area", "follow")}
	if err = follow.start(ctx); err != nil {
		return err
	}
	if s.telephone, err = newTelephone(ctx, s.core, s.sipTLS(), s.node); err != nil {
		return err
	}
	s.telephone.roster.SetNames(certificateNames(s.cfg, s.core.host, nil).All())
	if err = s.buildAPI(follow); err != nil {
		return err
	}
	follow.apply = s.followers()
	s.run(func() { follow.run(running) })
	s.pump(running)
	at, err := s.listen(ctx)
	if err != nil {
		return err
	}
	s.run(func() { s.upkeep(running) })
	s.machine.at.Store(&at)
	s.run(func() { s.core.mail.Run(running) })
	s.run(func() { s.announce(running) })
	s.run(func() { s.light(running) })
	s.machine.ready.Store(true)
	if err = s.dir.announce(at); err != nil {
		return err
	}
	return s.greet(ctx, at)
}

func (s *server) run(task func()) {
	s.tasks.Add(1)
	go func() {
		defer s.tasks.Done()
		task()
	}()
}

// certify opens the own authority and its certificate, or the operator's own.
func (s *server) certify(ctx context.Context) error {
	s.machine = &machine{host: s.core.host, ping: s.core.store.Ping}
	if s.cfg.TLSCert != "" {
		var err error
		s.certificate, err = pki.Load(s.cfg.TLSCert, s.cfg.TLSKey)
		return err
	}
	authority, err := pki.OpenAuthority(s.dir.caKey(), s.dir.caCert(), time.Now())
	if err != nil {
		return err
	}
	s.machine.authority = authority
	domains, err := s.core.sipDomains(ctx)
	if err != nil {
		return err
	}
	names := certificateNames(s.cfg, s.core.host, domains)
	s.certificate, err = authority.Issue(s.dir.key(), s.dir.cert(), names, time.Now())
	return err
}

// recertify issues the certificate again when a name or address changed, or its end is near (signalling 7).
func (s *server) recertify(ctx context.Context) error {
	domains, err := s.core.sipDomains(ctx)
	if err != nil {
		return err
	}
	s.telephone.roster.SetNames(certificateNames(s.cfg, s.core.host, nil).All())
	changed, err := s.certificate.Update(certificateNames(s.cfg, s.core.host, domains), time.Now())
	if changed {
		s.log.InfoContext(ctx, "new server certificate", "names", s.certificate.Leaf().DNSNames,
			"fingerprint", s.certificate.Fingerprint())
	}
	return err
}

func (s *server) buildAPI(follow *follower) error {
	page, err := webui.New()
	if err != nil {
		return fmt.Errorf("read the embedded page: %w", err)
	}
	asConfigured := s.core.page
	s.core.page = func() string {
		if at := s.machine.at.Load(); at != nil {
			return s.machine.page(at)
		}
		return asConfigured()
	}
	s.metrics = obs.NewMetrics()
	t := s.telephone
	s.api = httpapi.New(httpapi.Config{
		Admin: s.core.admin, Auth: s.core.auth, Phones: phones{registrar: t.registrar, notices: t.notice, server: t.server},
		Calls: calls{t.calls}, Records: records{s.core.store.Records()}, Mail: s.core.mail, Voicemail: s.core.boxes, Machine: s.machine, Page: page,
		Metrics: s.metrics.Handler(), Defaults: s.core.defaults, Home: s.core.home, Version: release, InForce: follow.wait,
		Log: s.log.With("area", "http"),
	})
	s.metrics.Count("http", s.api.Counters())
	s.metrics.Count("admin", s.core.admin.Counters())
	s.metrics.Count("auth", s.core.auth.Counters())
	s.metrics.Count("mail", s.core.mail.Counters())
	s.metrics.Count("mail_jobs", s.core.mail.Runner().Counters())
	s.metrics.Count("voicemail", s.core.boxes.Counters())
	t.measure(s.metrics)
	s.metrics.Gauge("certificate_seconds_left", "Time until the server certificate ends.", func() float64 {
		return time.Until(s.certificate.Leaf().NotAfter).Seconds()
	})
	return nil
}

// listen opens every listener: the page's first, since its port is the one most often taken.
func (s *server) listen(ctx context.Context) (Ready, error) {
	at, err := resolve(ctx, "http", s.cfg.HTTP)
	if err != nil {
		return Ready{}, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", at.String())
	if err != nil {
		return Ready{}, cannotListen("http", at, err)
	}
	bound := addrPort(l.Addr())
	s.public = s.api.Server(s.api.Handler())
	s.public.TLSConfig = s.certificate.Config()
	s.public.ErrorLog = slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)
	ready, err := s.telephone.listen(ctx, s.cfg)
	if err != nil {
		_ = l.Close() // nothing was served yet
		return Ready{}, err
	}
	socket, err := listenSocket(s.dir.socket())
	if err != nil {
		_ = l.Close() // nothing was served yet
		return Ready{}, err
	}
	s.local = s.api.Server(s.api.Local())
	s.serve(func() error { return s.public.ServeTLS(newGate(l), "", "") })
	s.serve(func() error { return s.local.Serve(socket) })
	ready.PID, ready.HTTP = os.Getpid(), "https://"+reachable(bound)
	return ready, nil
}

func (s *server) serve(run func() error) {
	s.run(func() {
		if err := run(); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("listener ended: %w", err)
		}
	})
}

// upkeep does what must be done now and then.
func (s *server) upkeep(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		within, cancel := context.WithTimeout(ctx, upkeepBudget)
		for what, do := range map[string]func(context.Context) error{
			"mark node alive": func(ctx context.Context) error {
				return s.core.store.Records().MarkAlive(ctx, s.node, time.Now())
			},
			"certificate": s.recertify, "housekeeping": s.core.housekeeping,
		} {
			if err := do(within); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "upkeep failed, trying again in a minute", "what", what, "error", err)
			}
		}
		cancel()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// stop ends everything that start began, in the opposite order. Ctx is not done when Serve's is.
func (s *server) stop(ctx context.Context) error {
	var errs []error
	if s.machine != nil {
		s.machine.ready.Store(false)
	}
	s.dir.retire()
	if s.telephone != nil {
		within, cancel := context.WithTimeout(ctx, drainTime)
		errs = append(errs, s.telephone.stop(within, s.log))
		cancel()
	}
	s.end()
	for _, h := range []*http.Server{s.public, s.local} {
		if h == nil {
			continue
		}
		within, cancel := context.WithTimeout(ctx, closeTime)
		if err := h.Shutdown(within); err != nil {
			errs = append(errs, h.Close())
		}
		cancel()
	}
	s.tasks.Wait()
	if s.core != nil {
		errs = append(errs, s.core.close())
	}
	return errors.Join(errs...)
}
