// Traceparent is tracing without the SDK: services that make no spans of their
// own, but log the trace of their caller and pass it on. A proxy, a caller in
// another language, or an instrumented service in front of them has begun it.
// They need no TracerProvider, no exporter and no configuration: the propagator
// is a part of OpenTelemetry's API.
//
// A caller, a shop and its stock run in this one process. The caller sends a
// traceparent header with one of its two requests.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"go.opentelemetry.io/otel/propagation"

	"github.com/spanlog/spanlog"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "traceparent:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	log, err := spanlog.New(nil, spanlog.Console{Format: spanlog.Pretty})
	if err != nil {
		return err
	}
	defer log.Close()
	slog.SetDefault(log.Logger)

	stockURL, stopStock, err := serve(ctx, "stock", http.HandlerFunc(stock))
	if err != nil {
		return err
	}
	shopURL, stopShop, err := serve(ctx, "shop", shop(stockURL))
	if err != nil {
		return errors.Join(err, stopStock())
	}
	return errors.Join(
		call(ctx, shopURL, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
		call(ctx, shopURL, ""),
		stopShop(),
		stopStock(),
	)
}

// call is a request of the caller.
func call(ctx context.Context, url, traceparent string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	if traceparent != "" {
		req.Header.Set("traceparent", traceparent)
	}
	fmt.Printf("%s with traceparent %q\n", req.Method, traceparent)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// serve starts a service on a free port. Its records have its name.
func serve(ctx context.Context, name string, handler http.Handler) (url string, stop func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler:           withCaller(handler),
		BaseContext: func(net.Listener) context.Context { // of all requests
			return spanlog.With(ctx, spanlog.NameKey, name)
		},
	}
	go server.Serve(listener) // ends with Shutdown
	return "http://" + listener.Addr().String(), func() error { return server.Shutdown(ctx) }, nil
}

// shop is a service between two others.
func shop(stock string) http.HandlerFunc {
	client := http.Client{Transport: forward{http.DefaultTransport}}
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		slog.InfoContext(ctx, "order received")
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, stock, nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		resp, err := client.Do(req)
		if err != nil {
			slog.ErrorContext(ctx, "no answer from the stock", spanlog.Err(err))
			http.Error(w, "try again later", http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
	}
}

func stock(w http.ResponseWriter, r *http.Request) {
	slog.InfoContext(r.Context(), "item reserved")
	w.WriteHeader(http.StatusNoContent)
}

// traceContext reads and writes the headers traceparent and tracestate.
var traceContext propagation.TraceContext

// withCaller puts the caller's span on the context of each request, where spanlog
// finds it. What is no valid traceparent counts as none.
func withCaller(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := traceContext.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// forward sends the span on the context along with each request. Since nobody
// has started one, that is the caller's.
type forward struct{ next http.RoundTripper }

func (f forward) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context()) // a RoundTripper must not change the request
	traceContext.Inject(r.Context(), propagation.HeaderCarrier(r.Header))
	return f.next.RoundTrip(r)
}
