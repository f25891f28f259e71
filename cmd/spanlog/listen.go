package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// listenAll listens wherever the server does.
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

// closeAll ends the listening, if the servers have not.
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

// listenPages listens at an address, or by default at ours, or at any port if that is taken.
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

// hostOf is the host of an address; "" if there is none.
func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}

// pages is the address of the pages.
func (s *server) pages() string { return "http://" + s.pagesListener.Addr().String() }

// intake is the server for spans. Zipkin's own addresses of pages lead to these.
func (s *server) intake() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", s.store.Handler())
	lead := func(w http.ResponseWriter, r *http.Request) {
		to := s.pages() + "/"
		if id := r.PathValue("id"); id != "" {
			to = s.pages() + "/trace/" + url.PathEscape(id)
		}
		http.Redirect(w, r, to, http.StatusFound)
	}
	for _, path := range []string{"/{$}", "/zipkin/{$}", "/zipkin/traces/{id}"} {
		mux.HandleFunc("GET "+path, lead)
	}
	return mux
}

func newHTTPServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
}

// shutdown lets answers that are under way come to their end.
func shutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		return server.Close()
	}
	return nil
}
