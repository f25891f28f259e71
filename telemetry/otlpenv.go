package telemetry

// What the environment says of OTLP that the exporters read as well. Of a value that they can't
// use, they print all on standard error, be it a key or a password, and cannot be told not to. So
// it is kept from them, and what is good of it is given to them as an option.

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// An otlpEnv is what the environment says to the exporter of a signal, which is TRACES or LOGS.
type otlpEnv struct {
	headers  map[string]string
	compress bool
	hidden   []string // the variables that the exporter must not see
}

func newOTLPEnv(warn *warnings, signal string) (e otlpEnv) {
	const all = "OTEL_EXPORTER_OTLP_"
	own := all + signal + "_"
	e.headers = e.readHeaders(warn, own+"HEADERS", all+"HEADERS")
	e.compress = compressFromEnv(warn, own+"COMPRESSION", all+"COMPRESSION")
	for _, name := range []string{own + "ENDPOINT", all + "ENDPOINT"} {
		if _, err := url.Parse(os.Getenv(name)); err != nil { // reported already, if it is of use
			e.hidden = append(e.hidden, name)
		}
	}
	for _, name := range []string{own + "CLIENT_KEY", all + "CLIENT_KEY"} {
		path := os.Getenv(name)
		if _, err := os.Stat(path); path != "" && err != nil { // it may be the key itself
			e.hidden = append(e.hidden, name)
		}
	}
	return e
}

// headersOr returns the headers of the options, or those of the environment.
func (e *otlpEnv) headersOr(options map[string]string) map[string]string {
	if len(options) > 0 {
		return options
	}
	return e.headers
}

// readHeaders reads the first of the variables that is set, and all good entries of it. An entry
// that is not good may be or have a secret, so its number has to do.
func (e *otlpEnv) readHeaders(warn *warnings, names ...string) (headers map[string]string) {
	used, _ := firstEnv(names...)
	for _, name := range names {
		text := getenv(name)
		if text == "" {
			continue
		}
		of := make(map[string]string)
		bad := false
		for i, entry := range strings.Split(text, ",") {
			key, value, err := parseHeader(entry)
			if err == nil {
				of[key] = value
				continue
			}
			bad = true
			if name == used && strings.TrimSpace(entry) != "" {
				*warn = append(*warn, fmt.Errorf("telemetry: %s: entry %d: %w", name, i+1, err))
			}
		}
		if name == used {
			headers = of
		}
		if bad {
			e.hidden = append(e.hidden, name)
		}
	}
	return headers
}

// parseHeader parses name=value, where the value is escaped as in a URL.
func parseHeader(entry string) (name, value string, err error) {
	name, value, found := strings.Cut(entry, "=")
	if !found {
		return "", "", errors.New("want name=value")
	}
	name = strings.TrimSpace(name)
	if value, err = url.PathUnescape(value); err != nil {
		return "", "", errors.New("the value is not escaped as in a URL")
	}
	value = strings.TrimSpace(value)
	return name, value, checkHeader(name, value)
}

// checkHeader reports what is wrong with a header, without saying what it is.
func checkHeader(name, value string) error {
	switch {
	case name == "", strings.ContainsFunc(name, notHeaderName):
		return errHeaderName
	case strings.ContainsAny(value, "\r\n\x00"):
		return errHeaderValue
	}
	return nil
}

// compressFromEnv reports whether requests are to be compressed.
func compressFromEnv(warn *warnings, names ...string) bool {
	name, value := firstEnv(names...)
	switch value {
	case "none":
		return false
	case "", "gzip":
	default:
		warn.add(name, value, errors.New("want gzip or none"))
	}
	return true
}

// hide calls f while the hidden variables are not set. For that moment, they are not set for the
// whole process; preparing is held, so that no other call of Start misses them.
func (e *otlpEnv) hide(f func() error) error {
	for _, name := range e.hidden {
		if value, ok := os.LookupEnv(name); ok {
			defer os.Setenv(name, value)
			_ = os.Unsetenv(name)
		}
	}
	return f()
}
