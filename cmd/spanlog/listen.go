package main

// Addresses: where the server listens, where that can be reached, and who may come there. They differ
// as soon as one of them is ":9412", which is at all addresses and is none itself.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spanlog/spanlog/internal/viewer"
)

// listenDefault is where pages are, unless another program is there. It is this machine only:
// logs have what is nobody else's business.
const listenDefault = "127.0.0.1:9412"

// listenAll listens wherever the server does, before anything is read: what cannot work is to be
// told at once.
func (s *server) listenAll() (err error) {
	if s.pagesListener, err = listenPages(s.listen); err != nil {
		return err
	}
	if s.listenZipkin == "" {
		return nil
	}
	if s.intakeListener, err = net.Listen("tcp", s.listenZipkin); err != nil {
		return errors.Join(fmt.Errorf("-listen-zipkin: %w", err), s.closeAll())
	}
	return nil
}

// closeAll ends the listening, if the servers have not: they close their listeners themselves, but
// there are none if something went wrong before.
func (s *server) closeAll() (err error) {
	for _, l := range []net.Listener{s.pagesListener, s.intakeListener} {
		if l == nil {
			continue
		}
		if one := l.Close(); !errors.Is(one, net.ErrClosed) {
			err = errors.Join(err, one)
		}
	}
	return err
}

// listenPages listens at an address, or by default at ours, or at any port if that is taken: a
// second spanlog serve is to work like the first. An address that was asked for is another
// matter, as somebody will go there.
func listenPages(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", cmp.Or(address, listenDefault))
	if err != nil && address == "" {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("-listen: %w", err)
	}
	return l, nil
}

// names are the hosts that addresses were given by, which requests may name therefore. Whoever
// comes to the intake by one of them is led to the pages by it too, so both take both.
func (s *server) names() (names []string) {
	// An address as a number has no name; it and localhost are let through anyway.
	for _, address := range []string{s.listen, s.listenZipkin} {
		names = append(names, hostOf(address))
	}
	return names
}

// hostOf is the host of an address or of a header, whose port may be missing; "" if there is none.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return strings.Trim(address, "[]")
}

// portOf returns the port that a listener is at, and whether it is that port at all addresses of
// the machine. Then the listener's own address leads nowhere.
func portOf(l net.Listener) (port string, everywhere bool) {
	a, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return "", false
	}
	return strconv.Itoa(a.Port), a.IP.IsUnspecified()
}

// hostPort is where a listener can be reached from this machine.
func hostPort(l net.Listener) string {
	if port, everywhere := portOf(l); everywhere {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return l.Addr().String()
}

// pages is the address of the pages for somebody at this machine, without the last slash.
func (s *server) pages() string { return "http://" + hostPort(s.pagesListener) }

// pagesFor is the address of the pages for a client of the intake, which may be at another machine
// or in a container: what it has called this machine leads here from there.
func (s *server) pagesFor(r *http.Request) string {
	host := hostOf(r.Host)
	if port, everywhere := portOf(s.pagesListener); everywhere && host != "" {
		return "http://" + net.JoinHostPort(host, port)
	}
	return s.pages()
}

// intake is the server for spans, with Zipkin's API. The addresses of Zipkin's pages lead to
// ours, so that links to a trace work that were made for Zipkin.
func (s *server) intake() http.Handler {
	api := s.store.Handler()
	reading := http.NewServeMux()
	reading.Handle("/", api)
	lead := func(w http.ResponseWriter, r *http.Request) {
		to := s.pagesFor(r) + "/"
		if id := r.PathValue("id"); id != "" {
			to += "trace/" + url.PathEscape(id)
		}
		http.Redirect(w, r, to, http.StatusFound)
	}
	for _, path := range []string{"/{$}", "/zipkin/{$}", "/zipkin/traces/{id}"} {
		reading.HandleFunc("GET "+path, lead)
	}
	// Only the one path that takes spans, and tells nothing, is open to programs that call this
	// machine by another name.
	mux := http.NewServeMux()
	mux.Handle("/", viewer.Guard(reading, s.names()...))
	mux.Handle("POST /api/v2/spans", viewer.GuardIntake(api, s.names()...))
	return mux
}

// newHTTPServer has no limit for a whole request, as a tail goes on for as long as its page is open.
func newHTTPServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
}

// shutdown lets answers that are under way come to their end, for a second: somebody waits for the
// prompt.
func shutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		return server.Close()
	}
	return nil
}
