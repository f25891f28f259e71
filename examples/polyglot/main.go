// Polyglot is one trace through two languages: a shop in Python (caller.py) has
// its orders paid by this service in Go. Both log in the layout of
// opentelemetry-python, so their lines have one form and carry one trace id, and
// the spans of both are one trace in Zipkin. The script run starts the two:
//
//	examples/polyglot/run
//
// This service alone is
//
//	go run ./examples/polyglot go.log
//
// It prints its address, and serves until its standard input ends or a SIGTERM
// comes. Spans go to the Zipkin that ZIPKIN_ENDPOINT names; without it, they are
// sent nowhere.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

const (
	serviceName = "payment"
	endpointVar = "ZIPKIN_ENDPOINT" // such as http://localhost:9411/api/v2/spans
	cardLimit   = 1000
)

// layout is DEFAULT_LOGGING_FORMAT of opentelemetry-python's logging
// instrumentation, as it stands there.
const layout = "%(asctime)s %(levelname)s [%(name)s] [%(filename)s:%(lineno)d] [trace_id=%(otelTraceID)s span_id=%(otelSpanID)s resource.service.name=%(otelServiceName)s trace_sampled=%(otelTraceSampled)s] - %(message)s"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: polyglot LOGFILE")
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	if err := serve(ctx, os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "polyglot:", err)
		os.Exit(1)
	}
}

// serve runs the service until ctx is done. It writes its address to w.
func serve(ctx context.Context, logFile string, w io.Writer) error {
	stop, err := setUp(ctx, logFile)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, stop())
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: newHandler()}
	go server.Serve(listener)          // ends with Shutdown
	slog.Info("ready to charge cards") // no span: trace_id=0, as in Python
	fmt.Fprintln(w, listener.Addr())

	<-ctx.Done()
	// The requests under way, then their spans and lines, are seen through.
	return errors.Join(server.Shutdown(context.WithoutCancel(ctx)), stop())
}

// setUp starts tracing and the logger, and returns how to stop both.
func setUp(ctx context.Context, logFile string) (stop func() error, err error) {
	service := spanlog.Service{Name: serviceName}
	shutdown, err := telemetry.Start(ctx, telemetry.Options{Service: service, Zipkin: os.Getenv(endpointVar)})
	if err != nil {
		return nil, err
	}
	log, err := spanlog.New(&spanlog.Options{
		Service:    service,
		SpanErrors: slog.LevelError, // a record at Error marks its span as failed
	}, spanlog.File{Path: logFile, Format: spanlog.Pattern(layout)})
	if err != nil {
		return nil, errors.Join(err, shutdown(ctx))
	}
	slog.SetDefault(log.With(spanlog.NameKey, serviceName))
	return func() error { return errors.Join(shutdown(ctx), log.Close()) }, nil
}

// newHandler returns the service. otelhttp takes the caller's trace from the
// headers of the request.
func newHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /charge", otelhttp.NewHandler(http.HandlerFunc(handleCharge), "POST /charge",
		otelhttp.WithSpanNameFormatter(func(operation string, _ *http.Request) string { return operation })))
	return mux
}

// handleCharge charges a card. The layout has no place for attributes, so that
// the messages tell of the order; %(attrs)s in it would make one.
func handleCharge(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	order, err := strconv.Atoi(r.FormValue("order"))
	if err != nil {
		http.Error(w, fmt.Sprintf("order %q is not a number", r.FormValue("order")), http.StatusBadRequest)
		return
	}
	amount, err := strconv.ParseFloat(r.FormValue("amount"), 64)
	if err != nil {
		http.Error(w, fmt.Sprintf("amount %q is not a number", r.FormValue("amount")), http.StatusBadRequest)
		return
	}
	if err := authorize(ctx, order, amount); err != nil {
		slog.ErrorContext(ctx, fmt.Sprintf("order %d not paid: %v", order, err))
		http.Error(w, err.Error(), http.StatusPaymentRequired)
		return
	}
	slog.InfoContext(ctx, fmt.Sprintf("order %d paid", order))
	w.WriteHeader(http.StatusNoContent)
}

// authorize asks the bank, which declines what is above the card's limit.
func authorize(ctx context.Context, order int, amount float64) error {
	ctx, span := otel.Tracer(serviceName).Start(ctx, "authorize")
	defer span.End()
	slog.InfoContext(ctx, fmt.Sprintf("asking the bank for %.2f for order %d", amount, order))
	if amount > cardLimit {
		err := fmt.Errorf("card declined: %.2f is above %d", amount, cardLimit)
		span.SetStatus(codes.Error, err.Error())
		return err
	}
	return nil
}
