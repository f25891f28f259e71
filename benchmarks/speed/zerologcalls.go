package main

import (
	"context"
	"time"

	"github.com/rs/zerolog"
)

// zerolog's own calls. It has no open groups: they are written with each record.

func zerologNone(l *zerolog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info().Ctx(spans[i%len(spans)]).Msg("request done")
	}
}

func zerologFive(l *zerolog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info().Ctx(spans[i%len(spans)]).
			Str("method", "GET").
			Int("status", 200+i%4).
			Dur("took", 1500+time.Duration(i)*time.Microsecond).
			Bool("cached", i%2 == 0).
			AnErr("error", errRefused).
			Msg("request done")
	}
}

func zerologSource(l *zerolog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info().Ctx(spans[i%len(spans)]).Caller().
			Str("method", "GET").
			Int("status", 200+i%4).
			Dur("took", 1500+time.Duration(i)*time.Microsecond).
			Bool("cached", i%2 == 0).
			AnErr("error", errRefused).
			Msg("request done")
	}
}

func zerologTen(l *zerolog.Logger, spans []context.Context, n int) {
	for i := range n {
		e := l.Info()
		e.Ctx(spans[i%len(spans)]).
			Str("method", "GET").
			Int64("status", int64(200+i%4)).
			Uint64("bytes", uint64(i)*1021).
			Float64("load", 0.25+float64(i)*1.5).
			Bool("cached", i%2 == 0).
			Dur("took", 1500+time.Duration(i)*time.Microsecond).
			Time("since", epoch.Add(time.Duration(i)*time.Second)).
			AnErr("error", errRefused).
			Interface("at", point{i, 2 * i, "origin"}).
			Dict("user", e.CreateDict().Str("id", "u-17").Int("age", 30+i%8)).
			Msg("request done")
	}
}

func zerologGroups(l *zerolog.Logger, spans []context.Context, n int) {
	for i := range n {
		e := l.Info()
		e.Ctx(spans[i%len(spans)]).
			Dict("http", e.CreateDict().Dict("request", e.CreateDict().
				Str("method", "GET").
				Int("status", 200+i%4).
				Dict("client", e.CreateDict().Str("host", "example.com").Int("port", 1024+i%64)))).
			Msg("request done")
	}
}

func zerologWithWith(l zerolog.Logger) zerolog.Logger {
	return l.With().
		Str("component", "till").
		Str("region", "eu-central").
		Int("shard", 7).
		Bool("canary", false).
		Dur("limit", 3*time.Second).
		Logger()
}

func zerologWith(l *zerolog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info().Ctx(spans[i%len(spans)]).
			Str("method", "GET").
			Int("status", 200+i%4).
			Msg("request done")
	}
}

func zerologError(l *zerolog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info().Ctx(spans[i%len(spans)]).
			AnErr("error", errWrapped[i%len(errWrapped)]).
			Str("stack", stack).
			Msg("payment failed")
	}
}

func zerologLong(l *zerolog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info().Ctx(spans[i%len(spans)]).
			Str("request", bodies[i%len(bodies)]).
			Str("response", bodies[(i+1)%len(bodies)]).
			Msg(longText)
	}
}

func zerologUnicode(l *zerolog.Logger, spans []context.Context, n int) {
	for i := range n {
		l.Info().Ctx(spans[i%len(spans)]).
			Str("korean", hangul[(i+1)%len(hangul)]).
			Str("german", german[i%len(german)]).
			Str("emoji", emoji[i%len(emoji)]).
			Msg(hangul[i%len(hangul)])
	}
}
