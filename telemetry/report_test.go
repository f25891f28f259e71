package telemetry

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
)

func TestReporterLimitsLines(t *testing.T) {
	export := func(exporter, text string) error {
		return &ExportError{Exporter: exporter, Spans: 2, Err: errors.New(text)}
	}
	for _, tt := range []struct {
		name string
		run  func(r *reporter)
		want string
	}{
		{"once", func(r *reporter) { r.Handle(export("zipkin", "down")) },
			"telemetry: zipkin: export of 2 spans failed: down\n"},
		{"nil", func(r *reporter) { r.Handle(nil) }, ""},
		{"dead server for two minutes", func(r *reporter) {
			for i := range 18 {
				r.Handle(export("zipkin", fmt.Sprint("down ", i)))
				time.Sleep(7 * time.Second)
			}
		}, "telemetry: zipkin: export of 2 spans failed: down 0\n" +
			"telemetry: zipkin: export of 16 spans failed: down 8 (and 7 more since the last report)\n" +
			"telemetry: zipkin: export of 18 spans failed: down 17 (and 8 more since the last report)\n"},
		{"dead server for ten seconds, told of although no more follows", func(r *reporter) {
			for range 3 {
				r.Handle(export("zipkin", "down"))
				time.Sleep(5 * time.Second)
			}
			for i := range 10 * maxLines { // of which too many kinds come
				r.Handle(fmt.Errorf("error %d", i))
			}
			time.Sleep(time.Hour)
			synctest.Wait()
			r.w.(*bytes.Buffer).WriteString("later\n")
		}, "telemetry: zipkin: export of 2 spans failed: down\n" + manyErrors(10*maxLines) +
			"telemetry: zipkin: export of 4 spans failed: down (and 1 more since the last report)\nlater\n"},
		{"after a long silence", func(r *reporter) {
			r.Handle(export("zipkin", "down"))
			time.Sleep(time.Hour)
			r.Handle(export("zipkin", "down"))
		}, strings.Repeat("telemetry: zipkin: export of 2 spans failed: down\n", 2)},
		{"two exporters", func(r *reporter) {
			r.Handle(export("zipkin", "down"))
			r.Handle(export("otlp", "down"))
			r.Handle(export("zipkin", "down"))
		}, "telemetry: zipkin: export of 2 spans failed: down\ntelemetry: otlp: export of 2 spans failed: down\n"},
		{"other errors", func(r *reporter) {
			for range 3 {
				r.Handle(errors.New("one"))
				r.Handle(errors.New("two"))
			}
		}, "telemetry: one\ntelemetry: two\n"},
		{"flush", func(r *reporter) {
			for i := range 4 {
				r.Handle(export("zipkin", fmt.Sprint("down ", i)))
			}
			r.flush()
			r.flush()
		}, "telemetry: zipkin: export of 2 spans failed: down 0\n" +
			"telemetry: zipkin: export of 6 spans failed: down 3 (and 2 more since the last report)\n"},
		{"no forged lines", func(r *reporter) { r.Handle(errors.New("a\ntelemetry: b\x1b[31m\u202ec")) },
			`telemetry: a\ntelemetry: b\x1b[31m\u202ec` + "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var b bytes.Buffer
				tt.run(&reporter{w: &b})
				synctest.Wait()
				if b.String() != tt.want {
					t.Errorf("got:\n%swant:\n%s", b.String(), tt.want)
				}
			})
		})
	}
}

// manyErrors are the lines of n errors that are all different.
func manyErrors(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "telemetry: error %d\n", i)
	}
	return b.String()
}

func TestReporterIsBounded(t *testing.T) {
	r := &reporter{w: new(bytes.Buffer)}
	for i := range 10 * maxLines {
		r.Handle(fmt.Errorf("error %d", i))
	}
	if len(r.lines) > maxLines {
		t.Errorf("%d kinds of errors are kept, want at most %d", len(r.lines), maxLines)
	}
}

func TestReporterSurvivesOnError(t *testing.T) {
	r := &reporter{onError: func(error) { panic("no") }}
	r.Handle(errors.New("x")) // doesn't panic
}

// TestHandlerOfTheProgram shows that a handler that the program installed
// stays, unless there is an OnError.
func TestHandlerOfTheProgram(t *testing.T) {
	clearEnv(t)
	var own, option errorList
	otel.SetErrorHandler(otel.ErrorHandlerFunc(own.add))
	shutdown, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	otel.Handle(errors.New("first"))
	if err := shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	start(t, Options{OnError: option.add})
	otel.Handle(errors.New("second"))
	if own.String() != "first\n" || option.String() != "second\n" {
		t.Errorf("the program's handler heard %q, OnError %q", own.String(), option.String())
	}

	// A reporter of an earlier Start is replaced also without an OnError.
	if r := installReporter(nil); r == nil || otel.GetErrorHandler() != r {
		t.Error("no reporter on stderr")
	}
}

func TestExportError(t *testing.T) {
	cause := errors.New("down")
	var err error = &ExportError{Exporter: "otlp", Spans: 1, Err: cause}
	if got, want := err.Error(), "telemetry: otlp: export of 1 span failed: down"; got != want || !errors.Is(err, cause) {
		t.Errorf("got %q, want %q", got, want)
	}
}
