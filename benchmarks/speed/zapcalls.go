package main

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// zap's own calls, with the ids of the span in a field. Open groups are
// namespaces, and those cannot be left again, so the ids are in them.

func zapNone(l *zap.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info("request done", zapSpan(spans[i%len(spans)]))
	}
}

func zapFive(l *zap.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info("request done",
			zapSpan(spans[i%len(spans)]),
			zap.String("method", "GET"),
			zap.Int("status", 200+i%4),
			zap.Duration("took", 1500+time.Duration(i)*time.Microsecond),
			zap.Bool("cached", i%2 == 0),
			zap.NamedError("error", errRefused),
		)
	}
}

func zapTen(l *zap.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info("request done",
			zapSpan(spans[i%len(spans)]),
			zap.String("method", "GET"),
			zap.Int64("status", int64(200+i%4)),
			zap.Uint64("bytes", uint64(i)*1021),
			zap.Float64("load", 0.25+float64(i)*1.5),
			zap.Bool("cached", i%2 == 0),
			zap.Duration("took", 1500+time.Duration(i)*time.Microsecond),
			zap.Time("since", epoch.Add(time.Duration(i)*time.Second)),
			zap.NamedError("error", errRefused),
			zap.Any("at", point{i, 2 * i, "origin"}),
			zap.Dict("user", zap.String("id", "u-17"), zap.Int("age", 30+i%8)),
		)
	}
}

func zapGroupsWith(l *zap.Logger) *zap.Logger {
	return l.With(zap.Namespace("http"), zap.Namespace("request"))
}

func zapGroups(l *zap.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info("request done",
			zapSpan(spans[i%len(spans)]),
			zap.String("method", "GET"),
			zap.Int("status", 200+i%4),
			zap.Dict("client", zap.String("host", "example.com"), zap.Int("port", 1024+i%64)),
		)
	}
}

func zapWithWith(l *zap.Logger) *zap.Logger {
	return l.With(
		zap.String("component", "till"),
		zap.String("region", "eu-central"),
		zap.Int("shard", 7),
		zap.Bool("canary", false),
		zap.Duration("limit", 3*time.Second),
	)
}

func zapWith(l *zap.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info("request done",
			zapSpan(spans[i%len(spans)]),
			zap.String("method", "GET"),
			zap.Int("status", 200+i%4),
		)
	}
}

func zapError(l *zap.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info("payment failed",
			zapSpan(spans[i%len(spans)]),
			zap.NamedError("error", errWrapped[i%len(errWrapped)]),
			zap.String("stack", stack),
		)
	}
}

func zapLong(l *zap.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info(longText,
			zapSpan(spans[i%len(spans)]),
			zap.String("request", bodies[i%len(bodies)]),
			zap.String("response", bodies[(i+1)%len(bodies)]),
		)
	}
}

func zapUnicode(l *zap.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info(hangul[i%len(hangul)],
			zapSpan(spans[i%len(spans)]),
			zap.String("korean", hangul[(i+1)%len(hangul)]),
			zap.String("german", german[i%len(german)]),
			zap.String("emoji", emoji[i%len(emoji)]),
		)
	}
}
