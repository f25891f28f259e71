package spanlog_test

import (
	"io"
	"log/slog"
	"testing"

	"github.com/spanlog/spanlog"
)

// BenchmarkRules: what level rules cost a record that they keep out. A record that is
// below all of them is told apart by slog's question Enabled; one below its package's only
// has been made already, so it is compared with one that a handler does nothing with.
//
//	go test -run=^$ -bench=Rules -count=10 . | benchstat -col /way -
func BenchmarkRules(b *testing.B) {
	logger := func(level slog.Leveler) slog.Handler {
		return spanlog.Must(spanlog.New(nil, spanlog.Writer{Writer: io.Discard, Level: level})).Handler()
	}
	for _, c := range []struct {
		record string
		level  slog.Level
		way    string
		h      slog.Handler
	}{
		{"disabled-for-all", slog.LevelDebug, "without", logger(slog.LevelInfo)},
		{"disabled-for-all", slog.LevelDebug, "rules", logger(spanlog.Levels("info, github.com/acme/shop/db=warn"))},
		{"disabled-for-all", slog.LevelDebug, "LevelVar", logger(new(slog.LevelVar))},
		{"rejected", slog.LevelInfo, "floor", noop{}},
		{"rejected", slog.LevelInfo, "by-package", logger(spanlog.Levels("debug, spanlog_test=warn"))},
		{"rejected", slog.LevelInfo, "by-name", logger(spanlog.Levels("debug, shop=warn")).WithAttrs([]slog.Attr{slog.String(spanlog.NameKey, "shop.db")})},
	} {
		b.Run("record="+c.record+"/way="+c.way, func(b *testing.B) {
			log := slog.New(c.h)
			b.ReportAllocs()
			for b.Loop() {
				log.LogAttrs(spanCtx, c.level, "request done", fiveAttrs...)
			}
		})
	}
}
