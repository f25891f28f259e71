package spanlog

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// holding is a decorator that keeps all entries until it is flushed. It is here
// to show that one needs nothing but a core and detach.
type holding struct{ Sink Sink }

func (holding) sinkName() string { return "holding sink" }

func (s holding) build(b *builder) (sinkCore, error) {
	inner, need, err := b.inner(s.Sink)
	if err != nil {
		return sinkCore{}, err
	}
	return sinkCore{core: &holdingCore{sinkCore: inner, need: need}, name: s.sinkName(), stats: inner.stats}, nil
}

type holdingCore struct {
	sinkCore
	need need
	held []*entry
}

func (c *holdingCore) handle(e *entry) error {
	c.held = append(c.held, e.detach(c.need))
	return nil
}

func (c *holdingCore) flush(ctx context.Context) error {
	for _, e := range c.held {
		if err := c.sinkCore.handle(e); err != nil {
			return err
		}
	}
	c.held = nil
	return c.sinkCore.flush(ctx)
}

// TestDetach: what a decorator keeps stays as it was, whatever becomes of the
// caller's memory and of the entry's own.
func TestDetach(t *testing.T) {
	var direct, late bytes.Buffer
	text := func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) }
	for _, test := range []struct {
		name string
		sink func(*bytes.Buffer) Sink
	}{
		{"JSON", func(b *bytes.Buffer) Sink { return Writer{Writer: b} }},
		{"Text", func(b *bytes.Buffer) Sink { return Writer{Writer: b, Format: Text} }},
		{"Pretty", func(b *bytes.Buffer) Sink { return Console{Writer: b, Format: Pretty} }},
		{"Relay", func(b *bytes.Buffer) Sink { return Relay{Handler: text(b)} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			direct.Reset()
			late.Reset()
			l := Must(New(nil, test.sink(&direct), holding{test.sink(&late)}))
			ctx, cancel := context.WithCancel(With(context.Background(), "user", "ann"))
			members := []slog.Attr{slog.Int("a", 1), slog.String("b", "two")}
			for i := range 3 {
				r := slog.NewRecord(time.Unix(int64(i), 0), slog.LevelInfo, "m", 0)
				r.AddAttrs(slog.Int("i", i), slog.Attr{Key: "g", Value: slog.GroupValue(members...)})
				h := l.Handler().WithAttrs([]slog.Attr{slog.Int("with", 1)}).WithGroup("open")
				if err := h.Handle(ctx, r); err != nil {
					t.Fatal(err)
				}
			}
			members[0], members[1] = slog.String("gone", "gone"), slog.Attr{}
			cancel()
			if late.Len() > 0 {
				t.Fatalf("not held: %s", &late)
			}
			if err := l.Flush(context.Background()); err != nil {
				t.Fatal(err)
			}
			if late.String() != direct.String() || strings.Count(late.String(), "\n") != 3 {
				t.Errorf("late\n%sat once\n%s", &late, &direct)
			}
		})
	}
}
