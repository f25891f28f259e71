package telemetry

// How requests are made. Each exporter has a client of its own, with a time for each attempt.
// Zipkin's exporter tries once and does not compress: the transport here does both. Those of
// OTLP do so themselves; they need only be told what is worth another try (otlp.go).

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// How a failed request is repeated: 9 attempts in all, over 11 to 23 seconds,
// so that a server that restarts is waited for. The queue takes the spans that
// end in the meantime.
const (
	retryMax     = 8
	retryWaitMin = 250 * time.Millisecond
	retryWaitMax = 5 * time.Second
)

// defaultTimeout bounds one request unless somebody says otherwise.
const defaultTimeout = 10 * time.Second

// newClient returns a client whose requests take at most timeout each, and a
// function that closes its idle connections, lest they outlive the shutdown. It
// uses base's transport, redirects and cookies, or its own when base is nil, with
// certs unless they are nil.
func newClient(base *http.Client, timeout time.Duration, certs *tls.Config) (client *http.Client, closeIdle func()) {
	if base == nil {
		t := newTransport()
		if certs != nil {
			t.TLSClientConfig = certs
		}
		return &http.Client{Transport: t, Timeout: timeout, CheckRedirect: sameServer}, t.CloseIdleConnections
	}
	c := *base // the original stays as it is
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	c.Transport = borrowed{c.Transport}
	c.Timeout = timeout
	return &c, func() {}
}

// sameServer has a client follow redirects only within the server that was named: net/http would send headers
// that it knows no meaning of, such as an API key, to any other one, and with them all that is exported.
func sameServer(req *http.Request, via []*http.Request) error {
	first := via[0]
	if req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme || req.Method != first.Method {
		// An answer that the exporter takes for an error. With another method, there is no body any more:
		// a page to log in, say, would answer 200, and nobody would know that the spans are lost.
		return http.ErrUseLastResponse
	}
	if len(via) >= maxRedirects {
		return fmt.Errorf("stopped after %d redirects", maxRedirects)
	}
	return nil
}

// maxRedirects is how many net/http follows.
const maxRedirects = 10

// newTransport returns a transport with the settings of net/http's.
func newTransport() *http.Transport {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		return t.Clone()
	}
	// The program has put something else in its place, such as one that makes
	// spans. That is for the program's requests, not for these.
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 10 * time.Second,
		IdleConnTimeout:     90 * time.Second,
	}
}

// borrowed hides all methods of a transport but RoundTrip. The connections of
// a transport that belongs to somebody else are not ours to close.
type borrowed struct{ http.RoundTripper }

// retryTransport compresses the bodies of requests and repeats those that
// fail: on errors of the connection, on 429 and on 5xx, after the time that the
// server asks for with Retry-After or else after a growing one. The context of
// the request bounds it all. An answer that refuses the request is an error
// with the server's reason, which the exporter would throw away.
type retryTransport struct {
	client *http.Client // makes the single attempts
	query  string       // of the address: the exporter, which prints that, does not know it
}

// RoundTrip sends req, whose body it reads and closes, as often as it takes.
func (t *retryTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := zip(req.Body)
	if err != nil {
		return nil, err
	}
	// The body is bytes from here on: every attempt reads it from the start.
	ctx := req.Context()
	to := *req.URL
	to.RawQuery = t.query
	again, err := retryablehttp.NewRequestWithContext(ctx, req.Method, to.String(), body)
	if err != nil {
		return nil, err
	}
	again.Host = req.Host
	again.Header = req.Header.Clone()
	again.Header.Set("Content-Encoding", "gzip")

	var last error // of the last attempt that came to an end
	c := retryablehttp.Client{
		HTTPClient:   t.client,
		RetryMax:     retryMax,
		RetryWaitMin: retryWaitMin,
		RetryWaitMax: retryWaitMax,
		Backoff:      backoff,
		CheckRetry: func(ctx context.Context, resp *http.Response, err error) (bool, error) {
			retry, err := checkRetry(ctx, resp, err)
			if ctx.Err() == nil {
				last = err
			}
			return retry, err
		},
		ErrorHandler: func(resp *http.Response, err error, attempts int) (*http.Response, error) {
			if resp != nil {
				_ = resp.Body.Close()
			}
			return nil, fmt.Errorf("%w (attempts: %d)", err, attempts)
		},
	}
	resp, err := c.Do(again)
	if err == nil && resp.StatusCode/100 == 2 {
		resp.StatusCode = http.StatusAccepted // the exporter knows no other success
	}
	if err != nil && ctx.Err() != nil {
		// That time ran out says little. Why it was needed says more.
		err = context.Cause(ctx)
		if last != nil {
			err = fmt.Errorf("%w, before that: %w", err, last)
		}
	}
	return resp, err
}

// zip reads, closes and compresses the body of a request.
func zip(body io.ReadCloser) ([]byte, error) {
	if body == nil {
		return nil, errors.New("telemetry: request without a body")
	}
	defer func() { _ = body.Close() }() // it is in memory
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.Copy(w, body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// checkRetry reports whether an attempt is worth another, and what was wrong
// with it.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	retry, cause := retryablehttp.ErrorPropagatedRetryPolicy(ctx, resp, err)
	switch e := new(url.Error); {
	case ctx.Err() != nil:
		return false, cause
	case errors.As(err, &e):
		return retry, e.Err // the URL stands in the outer error
	case err == nil && resp.StatusCode >= 300:
		return retry, statusError(resp)
	}
	return retry, cause
}

// statusError is what a server says when it refuses a request.
func statusError(resp *http.Response) error {
	const enough = 200
	reason, _ := io.ReadAll(io.LimitReader(resp.Body, enough))
	if reason = bytes.TrimSpace(reason); len(reason) == 0 {
		return errors.New(resp.Status)
	}
	return fmt.Errorf("%s: %q", resp.Status, reason)
}

// backoff returns how long to wait before the next attempt. Unless the server
// set the time, a part of it is left to chance, lest all its clients come back
// at once.
func backoff(least, most time.Duration, attempt int, resp *http.Response) time.Duration {
	wait := retryablehttp.DefaultBackoff(least, most, attempt, resp)
	if resp != nil && resp.Header.Get("Retry-After") != "" {
		return wait
	}
	return wait/2 + rand.N(wait/2)
}
