package obs

import (
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Source is a package's set of counters; Each calls fn for every one of them.
type Source interface {
	Each(fn func(name, help string, v uint64))
}

// Metrics collects counters and gauges and serves them in the Prometheus text format. Packages count with plain
// atomics; only this one knows Prometheus.
type Metrics struct{ registry *prometheus.Registry }

// NewMetrics gives a registry with the Go runtime's and the process's own figures.
func NewMetrics() *Metrics {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &Metrics{registry: r}
}

// Count adds a package's counters under ringfence_<area>_<name>_total.
func (m *Metrics) Count(area string, s Source) {
	m.registry.MustRegister(counters{area: area, source: s})
}

// Gauge adds a value that is asked for at each scrape, as ringfence_<name>.
func (m *Metrics) Gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Namespace: "ringfence", Name: name, Help: help}, value))
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

type counters struct {
	area   string
	source Source
}

// Describe sends nothing: the names are those of the source at each scrape.
func (c counters) Describe(chan<- *prometheus.Desc) {}

// Collect sends every counter.
func (c counters) Collect(ch chan<- prometheus.Metric) {
	c.source.Each(func(name, help string, v uint64) {
		name = strings.TrimPrefix(strings.TrimSuffix(name, "_total"), c.area+"_") // some say it themselves
		d := prometheus.NewDesc(prometheus.BuildFQName("ringfence", c.area, name+"_total"), help, nil, nil)
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v))
	})
}
