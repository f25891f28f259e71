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

// TestRaces proves that the suite calls handlers in such a way that the race
// detector can do its work.
func TestRaces(t *testing.T) {
	out, ok := run(t, "TestChildRaces/concurrent")
	if ok || !strings.Contains(out, "DATA RACE") || !strings.Contains(out, "--- FAIL: TestChildRaces/concurrent/handle") {
		t.Errorf("passed: %t; %.2000s", ok, out)
	}
}
