package spanlogtest

import (
	"context"
	"log/slog"
)

// Loggers ask Enabled before they make a record, so what it denies is lost
// without a trace.
var enabledChecks = []check{
	// All other checks log at Info and above: if this one fails, look at it first.
	{
		name:   "enabled/info",
		rule:   "the handler under test is enabled for Info and above",
		source: `testing/slogtest, TestHandler: "The Handler should be enabled for levels Info and above."`,
		run: func(p *probe) {
			eachLevel(p, func(s *session, level slog.Level) {
				if level >= slog.LevelInfo && !s.handler.Enabled(context.Background(), level) {
					s.errorf("Enabled", "it is false for level %d (%v)", int(level), level)
				}
			})
		},
	},
	// Handlers that have a table of levels know only those in it.
	{
		name:   "enabled/monotonic",
		rule:   "a handler that is enabled for a level is enabled for all higher ones, also those without a name of their own",
		source: `log/slog, Handler.Enabled: "The handler ignores records whose level is lower."`,
		run: func(p *probe) {
			eachLevel(p, func(s *session, level slog.Level) {
				if s.handler.Enabled(context.Background(), level) && !s.handler.Enabled(context.Background(), level+1) {
					s.errorf("Enabled", "it is true for level %d (%v) and false for %d (%v)", int(level), level, int(level+1), level+1)
				}
			})
		},
	},
	// A wrapper that embeds its handler loses its own Enabled with the first With.
	{
		name:   "enabled/derived",
		rule:   "WithAttrs and WithGroup don't change the levels that a handler is enabled for",
		source: `log/slog, Handler.WithAttrs and Handler.WithGroup: they add attributes and groups, and nothing else`,
		run: func(p *probe) {
			eachLevel(p, func(s *session, level slog.Level) {
				attrs := []slog.Attr{slog.Int("a", 1)}
				want := s.handler.Enabled(context.Background(), level)
				for when, h := range map[string]slog.Handler{
					"after WithAttrs":               s.handler.WithAttrs(attrs),
					"after WithGroup":               s.handler.WithGroup("g"),
					"after WithGroup and WithAttrs": s.handler.WithGroup("g").WithAttrs(attrs),
				} {
					if got := h.Enabled(context.Background(), level); got != want {
						s.errorf(when, "Enabled is %t for level %d (%v), and %t before", got, int(level), level, want)
					}
				}
			})
		},
	},
}

// eachLevel calls f for levels around all that have names.
func eachLevel(p *probe, f func(s *session, level slog.Level)) {
	for _, span := range twoKinds {
		s := p.session(span)
		for level := slog.Level(-12); level <= 16; level++ {
			f(s, level)
		}
		s.close()
	}
}
