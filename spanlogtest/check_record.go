package spanlogtest

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// What a record holds besides attributes, and may lack.
var recordChecks = []check{
	// Records that are replayed, or come from another system, may have no time of their own.
	// The year 1 sorts before all others.
	{
		name:   "record/zero-time",
		rule:   "a record without a time has no time field",
		source: `log/slog, Handler.Handle: "If r.Time is the zero time, ignore the time."`,
		run: func(p *probe) {
			zero := func(r *slog.Record) { r.Time = time.Time{} }
			changedRecord(p, zero, func(got map[string]any) string {
				if v, ok := got[slog.TimeKey]; ok {
					return fmt.Sprintf("there is a time, %v", v)
				}
				return ""
			})
		},
	},
	// Adapters of other loggers make records without one. The handler under test need not
	// write the source at all.
	{
		name:   "record/zero-pc",
		rule:   "a record without a program counter has no source field",
		source: `log/slog, Handler.Handle: "If r.PC is zero, ignore it."`,
		run: func(p *probe) {
			zero := func(r *slog.Record) { r.PC = 0 }
			changedRecord(p, zero, func(got map[string]any) string {
				if v, ok := got[slog.SourceKey]; ok {
					return fmt.Sprintf("there is a source, %v", v)
				}
				return ""
			})
		},
	},
	// The messages that are names of fields, or look like items, are for handlers that put a
	// line together and take it apart again.
	{
		name:   "record/message",
		rule:   "the message arrives as it is, and may be empty",
		source: `testing/slogtest: "this test expects slog.TimeKey, slog.LevelKey and slog.MessageKey"`,
		run: func(p *probe) {
			for _, span := range spanKinds {
				s := p.session(span)
				for _, msg := range []string{"m", "", " ", "two words", "trace_id", "a=b", "%d %s"} {
					w := want{when: fmt.Sprintf("for the message %q", msg), attrs: tree{"a": "1"}, look: messageIs(msg)}
					s.expect(w, func() { s.log.Info(msg, "a", "1") })
				}
				s.close()
			}
		},
	},
	// A program may have levels between slog's. A handler that rounds them has two levels
	// that its readers can't tell apart.
	{
		name: "record/levels",
		rule: "different levels, also those without a name of their own, can be told apart",
		source: `log/slog, Level: "we wanted some room between levels to accommodate schemes with named levels between ours". ` +
			"That a handler should write them apart is this suite's conclusion, log/slog doesn't state it as a rule.",
		run: runLevels,
	},
	// What is logged about a request that was canceled is logged with its context.
	{
		name:   "record/canceled",
		rule:   "a record is handled even if its context has been canceled",
		source: `log/slog, Handler.Handle: "Canceling the context should not affect record processing."`,
		run: func(p *probe) {
			for _, span := range spanKinds {
				ctx, cancel := context.WithCancel(span.ctx)
				cancel()
				s := p.session(spanKind{span.name + " and a canceled context", span.sc, ctx})
				s.scene(scene{"in the root", func(l *slog.Logger) { l.Info("m", "a", "1") }, tree{"a": "1"}})
				s.scene(scene{"after With", func(l *slog.Logger) { l.With("a", "1").Info("m", "b", "2") }, tree{"a": "1", "b": "2"}})
				s.expect(want{when: "after WithGroup", any: true}, func() { s.log.WithGroup("g").Info("m", "a", "1") })
				s.close()
			}
		},
	},
}

// changedRecord handles records that change has changed, by handlers of some
// depth, and looks at what comes out.
func changedRecord(p *probe, change func(*slog.Record), look func(map[string]any) string) {
	for _, span := range spanKinds {
		s := p.session(span)
		one := func(when string, h slog.Handler, attrs tree) {
			s.expect(want{when: when, attrs: attrs, look: look}, func() {
				r := newRecord("m", slog.String("a", "1"))
				change(&r)
				h.Handle(context.Background(), r)
			})
		}
		one("in the root", s.handler, tree{"a": "1"})
		one("after WithAttrs", s.handler.WithAttrs([]slog.Attr{slog.Int("b", 2)}), tree{"a": "1", "b": "2"})
		one("after WithGroup", s.handler.WithGroup("g"), nil) // where the attribute stands is for groups/* to see
		s.close()
	}
}

// messageIs wants a message, exactly.
func messageIs(msg string) func(map[string]any) string {
	return func(got map[string]any) string {
		v, ok := got[slog.MessageKey]
		if !ok && msg == "" {
			return "" // as good as an empty field
		}
		if v != msg {
			return fmt.Sprintf("the message is %s, want %q", brief(v), msg)
		}
		return ""
	}
}

// runLevels logs at the named levels and between. How levels are written is up
// to the handler. The levels that it isn't enabled for are left out.
func runLevels(p *probe) {
	for _, span := range spanKinds {
		s := p.session(span)
		seen := map[string]slog.Level{}
		for _, level := range []slog.Level{-8, -5, slog.LevelDebug, -1, slog.LevelInfo, 1, slog.LevelWarn, 6, slog.LevelError, 9, 12, 13} {
			if !s.log.Enabled(context.Background(), level) {
				continue
			}
			look := func(got map[string]any) string {
				v, ok := got[slog.LevelKey]
				if !ok {
					return "there is no level"
				}
				if other, dup := seen[fmt.Sprint(v)]; dup {
					return fmt.Sprintf("the level is written %q, and so is level %d", v, int(other))
				}
				seen[fmt.Sprint(v)] = level
				return ""
			}
			s.expect(want{when: fmt.Sprintf("at level %d", int(level)), attrs: tree{"a": "1"}, look: look}, func() {
				s.log.Log(context.Background(), level, "m", "a", "1")
			})
		}
		s.close()
	}
}
