// Quickstart is two services and one trace through both. A shop takes orders and
// asks a payment service, in a process of its own, to charge the card. One of the
// cards is declined. The console shows the lines of each request in one colour,
// app.log has them as JSON, and at the end stands the failed request as its span
// tree, with the log lines under their spans.
//
// Spans go to a small receiver within the program, or to the Zipkin server that
// ZIPKIN_ENDPOINT names, as in
//
//	ZIPKIN_ENDPOINT=http://localhost:9411/api/v2/spans go run ./examples/quickstart
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

// logFile is where both services log. Each line is one write, so they do not get
// into each other's.
const logFile = "app.log"

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == "payment" {
		err = payment(context.Background())
	} else {
		err = shop(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// setUp is what the main function of every service has: tracing, the logger, and
// how to stop both.
func setUp(ctx context.Context, name, zipkin string) (stop func() error, err error) {
	service := spanlog.Service{Name: name, Version: "1.0.0"}
	shutdown, err := telemetry.Start(ctx, telemetry.Options{Service: service, Zipkin: zipkin})
	if err != nil {
		return nil, err
	}
	options := &spanlog.Options{
		Service:    service,
		SpanEvents: slog.LevelInfo,  // a record at Info is an annotation of its span
		SpanErrors: slog.LevelError, // a record at Error marks its span as failed
	}
	log, err := spanlog.New(options,
		spanlog.Console{Format: spanlog.Pretty, TraceURL: traceURL(zipkin)},
		spanlog.File{Path: logFile, Level: slog.LevelDebug},
	)
	if err != nil {
		return nil, errors.Join(err, shutdown(ctx))
	}
	slog.SetDefault(log.With(spanlog.NameKey, name))
	return func() error { return errors.Join(shutdown(ctx), log.Close()) }, nil
}

// traceURL is where Zipkin's own page shows a trace. The receiver within the
// program has no pages.
func traceURL(zipkin string) string {
	server, ok := strings.CutSuffix(os.Getenv(endpointVar), spansPath)
	if !ok || zipkin != os.Getenv(endpointVar) {
		return ""
	}
	return server + "/zipkin/traces/{trace_id}"
}

// named gives spans the name of their operation. By default, otelhttp names them
// by the method alone.
var named = otelhttp.WithSpanNameFormatter(func(operation string, r *http.Request) string {
	if operation == "" { // of a client
		return r.Method + " " + r.URL.Path
	}
	return operation
})
