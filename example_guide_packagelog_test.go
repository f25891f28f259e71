package spanlog_test

import (
	stdlog "log"
	"log/slog"
	"os"

	"github.com/spanlog/spanlog"
)

// After slog.SetDefault, what package log prints is a record of the logger: without
// a span, since there is no context, and with a level that is the same for all. A
// log.Logger of somebody else's, such as http.Server's ErrorLog, can have another
// level, and attributes.
func Example_packageLog() {
	defer func(w *os.File, flags int, before *slog.Logger) { // for the example's sake
		slog.SetDefault(before)
		stdlog.SetOutput(w)
		stdlog.SetFlags(flags)
	}(os.Stderr, stdlog.Flags(), slog.Default())

	rules := spanlog.Levels("info, spanlog_test=off")
	log := spanlog.Must(spanlog.New(nil,
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern("%(levelname)s trace=%(otelTraceID)s %(message)s %(attrs)s"), Level: rules}))
	defer log.Close()

	slog.SetDefault(log.Logger)
	stdlog.Printf("%d clients", 3) // although rules say that this package is off
	defer slog.SetLogLoggerLevel(slog.SetLogLoggerLevel(slog.LevelWarn))
	stdlog.Print("a client is gone")

	stdlog.SetFlags(stdlog.Lshortfile) // before SetDefault: now the package is known
	slog.SetDefault(log.Logger)
	stdlog.Print("not logged, by the rules")

	server := slog.NewLogLogger(log.With(spanlog.NameKey, "http").Handler(), slog.LevelError)
	server.Print("not logged, by the rules")
	if err := rules.Set("info"); err != nil {
		panic(err)
	}
	server.Print("TLS handshake error")

	// Output:
	// INFO trace=0 3 clients
	// WARNING trace=0 a client is gone
	// ERROR trace=0 TLS handshake error logger=http
}
