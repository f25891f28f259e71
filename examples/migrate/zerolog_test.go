package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/spanlog/spanlog"
)

func TestFromZerolog(t *testing.T) {
	before, after := capture(t, zerologBefore).stderr, capture(t, zerologAfter).stderr
	checkSame(t, before, after, renamed("message", "msg"), slogLevelName, multiplied("took", 1e6))
	names := capture(t, zerologNames).stderr
	checkNames(t, before, names, "time", "")
	stays := capture(t, zerologStays).files["zerolog.log"]
	checkShown(t, "zerolog", before, after, stays)
}

// TestZerologHook has zerolog's own lines bear the ids, where there is a span.
func TestZerologHook(t *testing.T) {
	var buf bytes.Buffer
	log := zerolog.New(&buf).Hook(traceHook{})
	log.Info().Ctx(withSpan(t.Context())).Msg("m")
	want := fields{"level": "info", "message": "m", "trace_id": ids["trace_id"], "span_id": ids["span_id"]}
	checkFields(t, only(t, buf.String()), want)
	buf.Reset()
	log.Info().Msg("m")
	checkFields(t, only(t, buf.String()), fields{"level": "info", "message": "m"})
}

// TestKeepBoth has each logger write a file of its own, and the command show both as
// one trace.
func TestKeepBoth(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a command")
	}
	command := filepath.Join(t.TempDir(), "spanlog")
	if runtime.GOOS == "windows" {
		command += ".exe"
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-o", command, "./cmd/spanlog")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out := capture(t, func(ctx context.Context) error {
		if err := zerologStays(ctx); err != nil {
			return err
		}
		log, err := spanlog.New(nil, spanlog.File{Path: "app.log"})
		if err != nil {
			return err
		}
		log.Info("of no trace")
		log.InfoContext(ctx, "order shipped")
		return log.Close()
	})
	dir := t.TempDir()
	for name, text := range out.files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	show := exec.Command(command, "-trace", ids["trace_id"].(string), "zerolog.log", "app.log")
	show.Dir = dir
	text, err := show.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	hold, shipped := strings.Index(string(text), "order put on hold"), strings.Index(string(text), "order shipped")
	if hold < 0 || shipped < hold || strings.Contains(string(text), "of no trace") {
		t.Errorf("want both records of the trace, in this order:\n%s", text)
	}
}

// TestZerologBehind has zerolog write what is logged with slog. Without a span, what was
// given to With before a group is in the group, as it is without spanlog.
func TestZerologBehind(t *testing.T) {
	var buf bytes.Buffer
	log := slog.New(spanlog.NewHandler(zerolog.NewSlogHandler(zerolog.New(&buf)), nil))
	log = log.With("a", 1.0).WithGroup("g")
	for _, c := range []struct {
		name string
		ctx  context.Context
		want fields
	}{
		{"with a span", withSpan(t.Context()), fields{"a": 1.0, "g.b": 2.0}.with(ids)},
		{"without", t.Context(), fields{"g.a": 1.0, "g.b": 2.0}},
	} {
		buf.Reset()
		log.InfoContext(c.ctx, "m", "b", 2)
		got := only(t, buf.String())
		delete(got, "time")
		t.Run(c.name, func(t *testing.T) { checkFields(t, got, c.want.with(fields{"level": "info", "message": "m"})) })
	}
}
