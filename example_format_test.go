package spanlog_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spanlog/spanlog"
)

// One record in each of the formats.
func Example_formats() {
	for _, format := range []spanlog.Formatter{
		spanlog.JSON,
		spanlog.Text,
		spanlog.Pretty,
		spanlog.Pattern("[%(levelname)s] %(message)s %(trace)s %(attrs)s"),
	} {
		log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
			spanlog.Console{Writer: os.Stdout, Format: format}))
		log.InfoContext(exampleSpan(), "low on tea", "left", 3, slog.Group("shop", "city", "Leipzig"))
		log.Close()
	}

	// Output:
	// {"level":"INFO","msg":"low on tea","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","left":3,"shop":{"city":"Leipzig"}}
	// level=INFO msg="low on tea" trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01 left=3 shop.city=Leipzig
	// INFO  low on tea               left=3 shop.city=Leipzig [4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7]
	// [INFO] low on tea trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01 left=3 shop.city=Leipzig
}

// A format from a flag or a configuration file: by its name, or as a layout.
func ExampleParseFormat() {
	for _, text := range []string{"logfmt", "%(levelname)-8s %(message)s", "xml", "%(mesage)s"} {
		format, err := spanlog.ParseFormat(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
			spanlog.Console{Writer: os.Stdout, Format: format}))
		log.Info("low on tea")
		log.Close()
	}

	// Output:
	// level=INFO msg="low on tea"
	// INFO     low on tea
	// format "xml": want json, text, pretty or a layout such as "%(levelname)s %(message)s"
	// layout "%(mesage)s": position 2: unknown field "mesage" (did you mean "message"?)
}

// All that a format of one's own can ask of a record.
func ExampleEvent() {
	format := func(dst []byte, e *spanlog.Event) []byte {
		src := e.Source()
		dst = fmt.Appendf(dst, "time: %t, level: %v, message: %s\n", !e.Time.IsZero(), e.Level, e.Message)
		dst = fmt.Appendf(dst, "trace: %.8s, logger: %s, service: %s\n", e.Span.TraceID(), e.Logger(), e.Service().Name)
		dst = fmt.Appendf(dst, "source: %s, counter: %t\n", filepath.Base(src.File), e.PC != 0)
		for a := range e.Attrs() {
			dst = fmt.Appendf(dst, "attribute: %v (%v)\n", a, a.Value.Kind())
		}
		return dst
	}
	log := spanlog.Must(spanlog.New(&spanlog.Options{Service: spanlog.Service{Name: "shop"}},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.FormatFunc(format)}))
	defer log.Close()

	log.With(spanlog.NameKey, "stock").WithGroup("tea").WarnContext(exampleSpan(), "low", "left", 3)

	// Output:
	// time: true, level: WARN, message: low
	// trace: 4bf92f35, logger: stock, service: shop
	// source: example_format_test.go, counter: true
	// attribute: logger=stock (String)
	// attribute: tea=[left=3] (Group)
}
