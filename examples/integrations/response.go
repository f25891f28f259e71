package main

import (
	"bufio"
	"net"
	"net/http"
)

// A response is an [http.ResponseWriter] that knows what has been sent. Flush and
// Hijack send as well. Unwrap gives http.ResponseController the rest.
type response struct {
	http.ResponseWriter
	status int // 0 before the header is sent
	bytes  int64
}

// started notes the status of the final header, of which there is only one.
func (r *response) started(status int) {
	final := status >= 200 || status == http.StatusSwitchingProtocols
	if r.status == 0 && final {
		r.status = status
	}
}

func (r *response) WriteHeader(status int) {
	r.started(status)
	r.ResponseWriter.WriteHeader(status)
}

func (r *response) Write(p []byte) (int, error) {
	r.started(http.StatusOK)
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Flush is for handlers that ask for an [http.Flusher].
func (r *response) Flush() { _ = r.FlushError() }

// FlushError is what http.ResponseController calls.
func (r *response) FlushError() error {
	r.started(http.StatusOK)
	return http.NewResponseController(r.ResponseWriter).Flush()
}

// Hijack is how WebSockets begin.
func (r *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(r.ResponseWriter).Hijack()
	if err == nil {
		r.started(http.StatusSwitchingProtocols)
	}
	return conn, rw, err
}

func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }
