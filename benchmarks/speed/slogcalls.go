package main

import (
	"context"
	"log/slog"
	"time"
)

// The calls as programs write them: with literal attributes.

func slogNone(l *slog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.LogAttrs(spans[i%len(spans)], slog.LevelInfo, "request done")
	}
}

func slogFive(l *slog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.LogAttrs(spans[i%len(spans)], slog.LevelInfo, "request done",
			slog.String("method", "GET"),
			slog.Int("status", 200+i%4),
			slog.Duration("took", 1500+time.Duration(i)*time.Microsecond),
			slog.Bool("cached", i%2 == 0),
			slog.Any("error", errRefused),
		)
	}
}

func slogTen(l *slog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.LogAttrs(spans[i%len(spans)], slog.LevelInfo, "request done",
			slog.String("method", "GET"),
			slog.Int64("status", int64(200+i%4)),
			slog.Uint64("bytes", uint64(i)*1021),
			slog.Float64("load", 0.25+float64(i)*1.5),
			slog.Bool("cached", i%2 == 0),
			slog.Duration("took", 1500+time.Duration(i)*time.Microsecond),
			slog.Time("since", epoch.Add(time.Duration(i)*time.Second)),
			slog.Any("error", errRefused),
			slog.Any("at", point{i, 2 * i, "origin"}),
			slog.Group("user", slog.String("id", "u-17"), slog.Int("age", 30+i%8)),
		)
	}
}

func slogGroupsWith(l *slog.Logger) *slog.Logger { return l.WithGroup("http").WithGroup("request") }

func slogGroups(l *slog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.LogAttrs(spans[i%len(spans)], slog.LevelInfo, "request done",
			slog.String("method", "GET"),
			slog.Int("status", 200+i%4),
			slog.Group("client", slog.String("host", "example.com"), slog.Int("port", 1024+i%64)),
		)
	}
}

func slogWithWith(l *slog.Logger) *slog.Logger {
	return l.With(
		slog.String("component", "till"),
		slog.String("region", "eu-central"),
		slog.Int("shard", 7),
		slog.Bool("canary", false),
		slog.Duration("limit", 3*time.Second),
	)
}

func slogWith(l *slog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.LogAttrs(spans[i%len(spans)], slog.LevelInfo, "request done",
			slog.String("method", "GET"),
			slog.Int("status", 200+i%4),
		)
	}
}

func slogError(l *slog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.LogAttrs(spans[i%len(spans)], slog.LevelInfo, "payment failed",
			slog.Any("error", errWrapped[i%len(errWrapped)]),
			slog.String("stack", stack),
		)
	}
}

func slogLong(l *slog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.LogAttrs(spans[i%len(spans)], slog.LevelInfo, longText,
			slog.String("request", bodies[i%len(bodies)]),
			slog.String("response", bodies[(i+1)%len(bodies)]),
		)
	}
}

func slogUnicode(l *slog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.LogAttrs(spans[i%len(spans)], slog.LevelInfo, hangul[i%len(hangul)],
			slog.String("korean", hangul[(i+1)%len(hangul)]),
			slog.String("german", german[i%len(german)]),
			slog.String("emoji", emoji[i%len(emoji)]),
		)
	}
}

func slogDisabled(l *slog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.LogAttrs(spans[i%len(spans)], slog.LevelDebug, "cache asked", slog.Int("key", i))
	}
}
