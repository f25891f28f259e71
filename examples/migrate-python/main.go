// Migrate-python is the two programs of a typical Python tutorial, in Go.
//
// The first sets up a logger with a file and a console, each with its own level
// and both with one layout:
//
//	formatter = logging.Formatter("[%(levelname)s] %(asctime)s - %(message)s")
//	console = logging.StreamHandler()
//	console.setLevel(logging.WARNING)
//	console.setFormatter(formatter)
//	file = logging.FileHandler("tutorial.log")
//	file.setLevel(logging.DEBUG)
//	file.setFormatter(formatter)
//	logger = logging.getLogger("tutorial")
//	logger.setLevel(logging.DEBUG)
//	logger.addHandler(console)
//	logger.addHandler(file)
//
// The second exports a span to Zipkin, with a log record inside it:
//
//	provider = TracerProvider(resource=Resource.create({"service.name": "tutorial"}))
//	provider.add_span_processor(BatchSpanProcessor(ZipkinExporter(endpoint=endpoint)))
//	trace.set_tracer_provider(provider)
//	LoggingInstrumentor().instrument(set_logging_format=True)
//	with trace.get_tracer(__name__).start_as_current_span("work"):
//	    logger.info("inside the span")
//
// Set ZIPKIN_ENDPOINT to http://localhost:9411/api/v2/spans to see the span
// there.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

func main() {
	for _, program := range []func() error{levelsAndHandlers, spanWithLog} {
		if err := program(); err != nil {
			fmt.Fprintln(os.Stderr, "migrate-python:", err)
			os.Exit(1)
		}
	}
}

// levelsAndHandlers is the first program.
func levelsAndHandlers() error {
	layout := spanlog.Pattern("[%(levelname)s] %(asctime)s - %(message)s")
	log, err := spanlog.New(nil,
		spanlog.Console{Level: slog.LevelWarn, Format: layout},
		spanlog.File{Path: "tutorial.log", Level: slog.LevelDebug, Format: layout},
	)
	if err != nil {
		return err
	}
	defer log.Close()

	log.Debug("debug message")                                            // the file
	log.Info("info message")                                              // the file
	log.Warn("warning message")                                           // both, as WARNING
	log.Error("error message")                                            // both
	log.Log(context.Background(), spanlog.LevelFatal, "critical message") // both, as CRITICAL
	return nil
}

// spanWithLog is the second program. Its layout is the one that
// opentelemetry-python installs.
func spanWithLog() error {
	ctx := context.Background()
	service := spanlog.Service{Name: "tutorial"}
	shutdown, err := telemetry.Start(ctx, telemetry.Options{Service: service, Zipkin: os.Getenv("ZIPKIN_ENDPOINT")})
	if err != nil {
		return err
	}
	defer shutdown(ctx)

	layout := spanlog.Pattern("%(asctime)s %(levelname)s [%(name)s] [%(filename)s:%(lineno)d] " +
		"[trace_id=%(otelTraceID)s span_id=%(otelSpanID)s resource.service.name=%(otelServiceName)s trace_sampled=%(otelTraceSampled)s] - %(message)s")
	log, err := spanlog.New(&spanlog.Options{Service: service},
		spanlog.Console{Format: layout},
		spanlog.File{Path: "tutorial.log", Format: layout},
	)
	if err != nil {
		return err
	}
	defer log.Close()
	named := log.With(spanlog.NameKey, "tutorial")

	ctx, span := otel.Tracer("tutorial").Start(ctx, "work")
	defer span.End()
	named.InfoContext(ctx, "inside the span")
	return nil
}
