package main

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	sdklog "go.opentelemetry.io/otel/sdk/log"

	"github.com/spanlog/spanlog"
)

// TestFromOtelslog compares what is exported: the same record, but for the outer group
// and the error, which the bridge leaves out, and the scope.
func TestFromOtelslog(t *testing.T) {
	before, after := capture(t, otelslogBefore), capture(t, otelslogAfter)
	want, got := only(t, before.stderr), only(t, after.stderr)
	attrs := fields(want["attributes"].(map[string]any))
	request := fields(attrs["request"].(map[string]any)).with(fields{"error": "card declined"})
	delete(attrs, "request")
	attrs["http"] = map[string]any{"request": map[string]any(request)}
	if want["scope"] != "shop" {
		t.Errorf("the bridge's scope is %v", want["scope"])
	}
	want["scope"] = "github.com/spanlog/spanlog"
	checkFields(t, got, want)
	if got["traceId"] != ids["trace_id"] || got["spanId"] != ids["span_id"] {
		t.Errorf("the ids are %v and %v", got["traceId"], got["spanId"])
	}
	if line := only(t, after.files["app.log"]); line["trace_id"] != ids["trace_id"] {
		t.Errorf("the file has %v", line)
	}
	checkShown(t, "otelslog", before.stderr, after.stderr, after.files["app.log"])
}

// TestOtelslogLoses shows what else the guide says of the bridge.
func TestOtelslogLoses(t *testing.T) {
	export := func(log func(*sdklog.LoggerProvider) *slog.Logger) []fields {
		var buf bytes.Buffer
		provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(lineExporter{&buf})))
		l := log(provider)
		l.Debug("of no level", "e", errors.New("one"), "f", errors.New("two"))
		var records []fields
		for line := range bytes.Lines(buf.Bytes()) {
			records = append(records, only(t, string(line)))
		}
		return records
	}
	bridge := export(func(p *sdklog.LoggerProvider) *slog.Logger {
		return slog.New(otelslog.NewHandler("shop", otelslog.WithLoggerProvider(p)))
	})
	sink := func(level slog.Leveler) []fields {
		return export(func(p *sdklog.LoggerProvider) *slog.Logger {
			log, err := spanlog.New(nil, spanlog.OTel{Provider: p, Level: level})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { log.Close() })
			return log.Logger
		})
	}
	if n := len(sink(nil)); n != 0 || len(bridge) != 1 {
		t.Errorf("at Debug the sink has exported %d records and the bridge %d, want none and one", n, len(bridge))
	}
	debug := sink(slog.LevelDebug)
	if len(debug) != 1 {
		t.Fatalf("got %v", debug)
	}
	got, lost := debug[0]["attributes"].(map[string]any), bridge[0]["attributes"].(map[string]any)
	if got["e"] != "one" || got["f"] != "two" {
		t.Errorf("the sink has exported %v", got)
	}
	if lost["e"] != nil || lost["f"] != nil || lost["exception.message"] != "two" {
		t.Errorf("the bridge has exported %v: the guide says that the last error is the one that stays", lost)
	}
}

// TestOtelslogAround has NewHandler around the bridge, which needs none.
func TestOtelslogAround(t *testing.T) {
	var buf bytes.Buffer
	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(lineExporter{&buf})))
	bridge := otelslog.NewHandler("shop", otelslog.WithLoggerProvider(provider))
	slog.New(spanlog.NewHandler(bridge, nil)).InfoContext(withSpan(t.Context()), "m", "order", 17)
	got := only(t, buf.String())
	checkFields(t, got["attributes"].(map[string]any), fields{"order": 17.0}.with(ids))
	if got["traceId"] != ids["trace_id"] {
		t.Errorf("got %v", got)
	}
}
