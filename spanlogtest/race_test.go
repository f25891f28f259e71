//go:build race

package spanlogtest

import (
	"context"
	"log/slog"
	"strings"
	"testing"
)

// racy writes to a field of its own without a lock. Nothing comes of it that
// could be seen in the output.
type racy struct {
	slog.Handler
	handled *int
}

func (h racy) Handle(ctx context.Context, r slog.Record) error {
	*h.handled++
	return h.Handler.Handle(ctx, r)
}

func (h racy) WithAttrs(attrs []slog.Attr) slog.Handler {
	return racy{h.Handler.WithAttrs(attrs), h.handled}
}

func (h racy) WithGroup(name string) slog.Handler {
	return racy{h.Handler.WithGroup(name), h.handled}
}

func TestChildRaces(t *testing.T) {
	child(t)
	TestHandler(t, jsonOver(func(h slog.Handler) slog.Handler { return racy{h, new(int)} }),
		&Options{NoTrace: true, Known: stdJSONKnown})
}

// groupAppender keeps the open groups in a slice that siblings append to, as
// dd-trace-go 2.12 does: with three groups open there is room for a fourth.
type groupAppender struct {
	slog.Handler
	groups []string
}

func (h groupAppender) WithAttrs(attrs []slog.Attr) slog.Handler {
	return groupAppender{h.Handler.WithAttrs(attrs), h.groups}
}

func (h groupAppender) WithGroup(name string) slog.Handler {
	return groupAppender{h.Handler.WithGroup(name), append(h.groups, name)}
}

func TestChildAppends(t *testing.T) {
	child(t)
	TestHandler(t, jsonOver(func(h slog.Handler) slog.Handler { return groupAppender{h, nil} }),
		&Options{NoTrace: true, Known: stdJSONKnown})
}

// TestRaces proves that the suite calls handlers in such a way that the race
// detector can do its work.
func TestRaces(t *testing.T) {
	for test, check := range map[string]string{
		"TestChildRaces":   "concurrent/handle",
		"TestChildAppends": "concurrent/derive",
	} {
		out, ok := run(t, test+"/concurrent")
		if ok || !strings.Contains(out, "DATA RACE") || !strings.Contains(out, "--- FAIL: "+test+"/"+check+" ") {
			t.Errorf("passed: %t; %.2000s", ok, out)
		}
	}
}
