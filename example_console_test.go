package spanlog_test

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spanlog/spanlog"
)

// A container's log is what it writes to stdout. A console that is no terminal
// gets JSON, unless the code or SPANLOG_FORMAT says otherwise.
func ExampleConsole() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
		spanlog.Console{Writer: os.Stdout}))
	defer log.Close()

	log.Info("listening", "addr", ":8080")

	// Output:
	// {"level":"INFO","msg":"listening","addr":":8080"}
}

// On a terminal, a trace is a link. Here colours are asked for, as there is no
// terminal, and the escape sequences are made visible.
func ExampleConsole_traceURL() {
	var out bytes.Buffer
	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime}, spanlog.Console{
		Writer:   &out,
		Format:   spanlog.Pretty,
		Color:    spanlog.ColorAlways,
		TraceURL: "http://localhost:9411/zipkin/traces/{trace_id}",
	}))
	defer log.Close()

	log.InfoContext(exampleSpan(), "order placed")
	fmt.Printf("%q", out.String())

	// Output:
	// "\x1b[32mINFO\x1b[0m  \x1b[38;5;169m\x1b]8;;http://localhost:9411/zipkin/traces/4bf92f3577b34da6a3ce929d0e0e4736\x1b\\4bf92f35\x1b]8;;\x1b\\\x1b[0m order placed\n"
}

// Colours are for terminals, unless the program knows better than that.
func ExampleColor() {
	for _, color := range []spanlog.Color{spanlog.ColorAlways, spanlog.ColorNever} {
		var out bytes.Buffer
		log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
			spanlog.Console{Writer: &out, Format: spanlog.Pretty, Color: color}))
		log.Warn("low on tea")
		log.Close()
		fmt.Printf("%q\n", out.String())
	}

	// Output:
	// "\x1b[1;33mWARN\x1b[0m    \x1b[1mlow on tea\x1b[0m\n"
	// "WARN  low on tea\n"
}
