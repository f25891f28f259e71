package telemetry

// URLs of servers, from options or the environment, and what is wrong with one. A URL may have
// a password in it, so none gets into an error as it is: TestNoSecrets.

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Why a value is refused. fieldError adds which value of what.
var (
	errNoScheme    = errors.New("missing scheme")
	errNoURL       = errors.New("not a URL; in a password, write / as %2F, ? as %3F and # as %23")
	errScheme      = errors.New("want http or https")
	errNoHost      = errors.New("missing host")
	errNotSent     = errors.New("OTLP sends no user and no query: use headers")
	errNegative    = errors.New("negative")
	errHeaderName  = errors.New("not a header's name")
	errHeaderValue = errors.New("line break in the value")
	errNotUTF8     = errors.New("not UTF-8")
)

// fieldError says which field, or which variable, has which value and what is
// wrong with it.
func fieldError(field, value string, err error) error {
	return fmt.Errorf("telemetry: %s: %q: %w", field, redact(value), err)
}

// redact hides what may be secret in what may be a URL: the user and the password, and what is
// behind the path. It works on text, because what is redacted for an error message is often no
// URL.
func redact(s string) string {
	const hidden = "xxxxx"
	start := 0
	if i := strings.Index(s, "://"); i >= 0 && !strings.ContainsAny(s[:i], ":@") {
		start = i + len("://")
	}
	if at := strings.LastIndexByte(s, '@'); at >= start {
		s = s[:start] + hidden + s[at:]
	}
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i+1] + hidden
	}
	return s
}

// parseURL parses the URL of a server. One without a path gets path.
func parseURL(s, path string) (*url.URL, error) {
	// url.Parse takes the host of "localhost:9411" for a scheme.
	if !strings.Contains(s, "://") {
		return nil, errNoScheme
	}
	u, err := url.Parse(s)
	if err != nil {
		// Without the URL, which has to be redacted. The rest of the error can have a part of it.
		if e := new(url.Error); errors.As(err, &e) && redact(s) == s {
			return nil, e.Err
		}
		return nil, errNoURL
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, errScheme
	}
	if u.Hostname() == "" {
		return nil, errNoHost
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = path
	}
	return u, nil
}

// parseZipkin is parseURL for Zipkin. A user in the URL is sent along.
func parseZipkin(s string) (*url.URL, error) { return parseURL(s, zipkinPath) }

// parseOTLP is parseURL for OTLP, whose exporter would leave out parts of the
// URL without a word.
func parseOTLP(s, path string) (*url.URL, error) {
	u, err := parseURL(s, path)
	if err == nil && (u.User != nil || u.RawQuery != "") {
		return nil, errNotSent
	}
	return u, err
}
