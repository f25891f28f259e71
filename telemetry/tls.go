package telemetry

// Certificates for OTLP, which the environment names. A file that cannot be read is reported:
// then the export may fail, but not the program.

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// tlsFromEnv returns what OTEL_EXPORTER_OTLP_CERTIFICATE and its like say for a
// signal, "TRACES" or "LOGS", or nil. The exporters read these variables as well, but
// for clients of their own, which don't try again when a server can't be reached.
func tlsFromEnv(warn *warnings, signal string) *tls.Config {
	const prefix = "OTEL_EXPORTER_OTLP_"
	file := func(name string) (variable, path string) {
		return firstEnv(prefix+signal+"_"+name, prefix+name)
	}
	var config tls.Config
	found := false
	if name, path := file("CERTIFICATE"); path != "" {
		roots, err := readRoots(path)
		if err != nil {
			warn.add(name, path, err)
		} else {
			config.RootCAs, found = roots, true
		}
	}
	name, cert := file("CLIENT_CERTIFICATE")
	keyName, key := file("CLIENT_KEY")
	switch {
	case cert != "" && key != "":
		certText, err := os.ReadFile(cert)
		if err != nil {
			warn.add(name, cert, err)
			break
		}
		keyText, err := os.ReadFile(key)
		if err != nil { // without the path, which may be the key itself
			*warn = append(*warn, fmt.Errorf("telemetry: %s: %w", keyName, pathless(err)))
			break
		}
		pair, err := tls.X509KeyPair(certText, keyText)
		if err != nil {
			warn.add(name, cert, err)
			break
		}
		config.Certificates, found = []tls.Certificate{pair}, true
	case cert != "":
		warn.add(name, cert, errors.New("without a CLIENT_KEY"))
	case key != "":
		*warn = append(*warn, fmt.Errorf("telemetry: %s: without a CLIENT_CERTIFICATE", keyName))
	}
	if !found {
		return nil
	}
	return &config
}

// pathless is an error of a file without its path.
func pathless(err error) error {
	if e := new(fs.PathError); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// readRoots reads certificates to trust.
func readRoots(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, errors.New("no certificate in PEM form")
	}
	return roots, nil
}
