// Package client speaks to the JSON API: over the socket of the server on this machine, to a server elsewhere with a
// token, or to a handler in this process. The command line is made of it.
package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	prefix    = "/api/v1"
	timeout   = 2 * time.Minute
	maxAnswer = 64 << 20
)

// Client sends requests. Make one with Socket, Remote or Handler.
type Client struct {
	http  *http.Client
	base  string
	token string
}

// Socket speaks to the server that listens on a Unix socket.
func Socket(path string) *Client {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}
	return &Client{http: &http.Client{Transport: transport, Timeout: timeout}, base: "http://ringfence"}
}

// Remote speaks to a server at https://host:port with an API token. The authority, if any, is trusted besides the
// machine's own.
func Remote(server, token string, authority []byte) (*Client, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("--server %q is not an address like https://pbx.example.org:8443", server)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if authority != nil && !roots.AppendCertsFromPEM(authority) {
		return nil, errors.New("the file given with --ca holds no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	return &Client{
		http: &http.Client{Transport: transport, Timeout: timeout}, base: "https://" + u.Host, token: token,
	}, nil
}

// Handler speaks to a handler in this process.
func Handler(h http.Handler) *Client {
	return &Client{http: &http.Client{Transport: inProcess{h}}, base: "http://ringfence"}
}

// inProcess carries a request to a handler and keeps its answer.
type inProcess struct{ handler http.Handler }

// RoundTrip runs the handler.
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	a := &answer{header: http.Header{}, status: http.StatusOK}
	p.handler.ServeHTTP(a, r)
	return &http.Response{
		StatusCode: a.status, Header: a.header, Body: io.NopCloser(&a.body), Request: r, ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is the answer's header.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader keeps the status.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write keeps the body.
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// SetReadDeadline does nothing: nobody makes the process wait for itself.
func (a *answer) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing: nobody makes the process wait for itself.
func (a *answer) SetWriteDeadline(time.Time) error { return nil }

// Error is a problem that the server reported.
type Error struct {
	Status    int
	Detail    string `json:"detail"`
	RequestID string `json:"requestId"`
	Errors    []struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	} `json:"errors"`
}

// Error is one line: what is wrong, with the fields.
func (e *Error) Error() string {
	parts := []string{strings.TrimSuffix(e.Detail, ".")}
	for _, f := range e.Errors {
		parts = append(parts, f.Field+": "+strings.TrimSuffix(f.Message, "."))
	}
	text := strings.Join(parts, "; ")
	if e.Status >= http.StatusInternalServerError && e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// Call sends body as JSON to a path under /api/v1, and gives the answer's JSON; empty when it has none.
func (c *Client) Call(ctx context.Context, method, path string, body any) (json.RawMessage, error) {
	return c.send(ctx, method, prefix+path, body)
}

// Send sends bytes as they are to a path under /api/v1, and gives the answer's JSON.
func (c *Client) Send(ctx context.Context, method, path string, data []byte) (json.RawMessage, error) {
	return c.carry(ctx, method, prefix+path, "application/octet-stream", bytes.NewReader(data))
}

// Local sends to a path that only the server's own socket has.
func (c *Client) Local(ctx context.Context, method, path string, body, into any) error {
	raw, err := c.send(ctx, method, "/local"+path, body)
	if err != nil || into == nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}

func (c *Client) send(ctx context.Context, method, path string, body any) (json.RawMessage, error) {
	if body == nil {
		return c.carry(ctx, method, path, "", nil)
	}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	return c.carry(ctx, method, path, "application/json", bytes.NewReader(b))
}

func (c *Client) carry(ctx context.Context, method, path, contentType string, r io.Reader) (json.RawMessage, error) {
	rq, err := http.NewRequestWithContext(ctx, method, c.base+path, r)
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	if contentType != "" {
		rq.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		rq.Header.Set("Authorization", "Bearer "+c.token)
	}
	rs, err := c.http.Do(rq)
	if err != nil {
		return nil, fmt.Errorf("the server does not answer: %w", err)
	}
	defer func() { _ = rs.Body.Close() }() // all of it was read
	raw, err := io.ReadAll(io.LimitReader(rs.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the server's answer: %w", err)
	}
	if rs.StatusCode >= http.StatusBadRequest {
		e := &Error{Status: rs.StatusCode}
		if json.Unmarshal(raw, e) != nil || e.Detail == "" {
			e.Detail = "the server answered " + http.StatusText(rs.StatusCode)
		}
		return nil, e
	}
	return raw, nil
}
