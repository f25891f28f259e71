package spanlog_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
)

// TestWithLevel: which sinks take a Debug record of a request that is logged in full.
func TestWithLevel(t *testing.T) {
	full := spanlog.WithLevel(bg, slog.LevelDebug)
	for _, test := range []struct {
		name string
		ctx  context.Context
		sink func(io.Writer) spanlog.Sink
		want int
	}{
		{"without", bg, writerAt(slog.LevelInfo), 0},
		{"with", full, writerAt(slog.LevelInfo), 1},
		{"a LevelVar", full, writerAt(new(slog.LevelVar)), 1},
		{"rules", full, writerAt(spanlog.Levels("error")), 1},
		{"rules that are off", full, writerAt(spanlog.Levels("off")), 1},
		{"not low enough", spanlog.WithLevel(bg, slog.LevelInfo), writerAt(slog.LevelError), 0},
		{"lower", spanlog.WithLevel(bg, spanlog.LevelTrace), writerAt(slog.LevelError), 1},
		{"higher than the sink's", spanlog.WithLevel(bg, slog.LevelError), writerAt(slog.LevelDebug), 1},
		{"the inner one counts", spanlog.WithLevel(full, math.MaxInt), writerAt(slog.LevelInfo), 0},
		{"nil", spanlog.WithLevel(nilContext, slog.LevelDebug), writerAt(slog.LevelInfo), 1},
		{"a pinned level", full, writerAt(spanlog.Pinned(slog.LevelInfo)), 0},
		{"pinned rules", full, writerAt(spanlog.Pinned(spanlog.Levels("info"))), 0},
		{"a pinned LevelVar", full, writerAt(spanlog.Pinned(new(slog.LevelVar))), 0},
		{"Limit", full, func(w io.Writer) spanlog.Sink { return spanlog.Limit{Sink: spanlog.Writer{Writer: w}} }, 1},
		{"Async", full, func(w io.Writer) spanlog.Sink { return spanlog.Async{Sink: spanlog.Writer{Writer: w}} }, 1},
		{"Async, Failover", full, func(w io.Writer) spanlog.Sink {
			return spanlog.Async{Sink: spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Writer{Writer: w}, spanlog.Writer{Writer: io.Discard}}}}
		}, 1},
		{"Async, Sample", full, func(w io.Writer) spanlog.Sink {
			return spanlog.Async{Sink: spanlog.Sample{Sink: spanlog.Writer{Writer: w}}}
		}, 1},
		{"Failover", full, func(w io.Writer) spanlog.Sink {
			return spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Writer{Writer: io.Discard, Level: spanlog.Pinned(slog.LevelInfo)}, spanlog.Writer{Writer: w}}}
		}, 1},
		{"Relay, whose level is lowered", full, func(w io.Writer) spanlog.Sink {
			return spanlog.Relay{Handler: slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}), Level: slog.LevelInfo}
		}, 1},
		{"Relay, whose handler says no", full, func(w io.Writer) spanlog.Sink { return spanlog.Relay{Handler: slog.NewTextHandler(w, nil)} }, 0},
	} {
		var buf bytes.Buffer
		log := open(t, &spanlog.Options{Level: slog.LevelInfo}, test.sink(&buf))
		log.DebugContext(test.ctx, "m")
		flush(t, log)
		if got := strings.Count(buf.String(), "\n"); got != test.want {
			t.Errorf("%s: got %d records, want %d", test.name, got, test.want)
		}
		if enabled := log.Enabled(test.ctx, slog.LevelDebug); enabled != (test.want > 0) {
			t.Errorf("%s: enabled: %v", test.name, enabled)
		}
	}
}

func writerAt(level slog.Leveler) func(io.Writer) spanlog.Sink {
	return func(w io.Writer) spanlog.Sink { return spanlog.Writer{Writer: w, Level: level} }
}

// TestWithLevelBeside: each sink decides for itself.
func TestWithLevelBeside(t *testing.T) {
	var console, pager bytes.Buffer
	log := open(t, nil,
		spanlog.Writer{Writer: &console},
		spanlog.Writer{Writer: &pager, Level: spanlog.Pinned(slog.LevelError)})
	ctx := spanlog.WithLevel(inSpan(bg), slog.LevelDebug)
	log.DebugContext(ctx, "detail")
	log.ErrorContext(ctx, "trouble")
	if !strings.Contains(console.String(), "detail") || !strings.Contains(console.String(), "trouble") {
		t.Errorf("the console has %q", console.String())
	}
	if strings.Contains(pager.String(), "detail") || !strings.Contains(pager.String(), "trouble") {
		t.Errorf("the pager has %q", pager.String())
	}
}

func TestPinnedBad(t *testing.T) {
	for _, test := range []struct {
		name  string
		level slog.Leveler
		want  string
	}{
		{"nil", spanlog.Pinned(nil), "Level is Pinned(nil)"},
		{"a nil LevelVar", spanlog.Pinned((*slog.LevelVar)(nil)), "Level is a nil *slog.LevelVar"},
		{"bad rules", spanlog.Pinned(spanlog.Levels("loud")), `Level is bad: level rules: rule 1 "loud"`},
		{"nil rules", (*spanlog.Rules)(nil), "Level is a nil *spanlog.Rules"},
	} {
		_, err := spanlog.New(nil, spanlog.Writer{Writer: io.Discard, Level: test.level})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want %q", test.name, err, test.want)
		}
	}
}
