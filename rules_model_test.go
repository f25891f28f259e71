package spanlog_test

import (
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog"
)

// TestRulesModel compares the rules with the plainest way to say what they are.
func TestRulesModel(t *testing.T) {
	paths := map[string]uintptr{"net/http": netHTTP, "go.opentelemetry.io/otel/trace": otelTrace, "fmt": otherFmt, "": 0}
	patterns := []string{"net", "http", "net/http", "fmt", "go.opentelemetry.io", "go.opentelemetry.io/otel", "trace", "otel", "shop", "shop.db", "shop/db", "db"}
	names := []string{"", "shop", "shop.db", "shop/db", "shop.db.x", "db", "http", "fmt", "fmt.x"}
	rapid.Check(t, func(t *rapid.T) {
		chosen := rapid.SliceOfDistinct(rapid.SampledFrom(patterns), rapid.ID).Draw(t, "patterns")
		level := rapid.SampledFrom([]slog.Level{spanlog.LevelTrace, -4, 0, 4, 8, spanlog.LevelFatal})
		levels := map[string]slog.Level{"": level.Draw(t, "others")}
		text := levels[""].String()
		for _, p := range chosen {
			levels[p] = level.Draw(t, p)
			text += fmt.Sprintf(",%s=%d", p, levels[p])
		}
		rules := spanlog.Levels(text)
		var buf strings.Builder
		log := spanlog.Must(spanlog.New(nil, spanlog.Writer{Writer: &buf, Level: rules}))
		name := rapid.SampledFrom(names).Draw(t, "name")
		h := log.With(spanlog.NameKey, name).Handler()
		for path, pc := range paths {
			want := modelLevel(levels, name, path)
			for at := spanlog.LevelTrace - 1; at <= spanlog.LevelFatal+1; at++ {
				buf.Reset()
				_ = h.Handle(bg, slog.NewRecord(noon, at, "m", pc))
				if got := buf.Len() > 0; got != (at >= want) {
					t.Fatalf("%q: logger %q, package %q, %v: passes: %v, but the level is %v", text, name, path, at, got, want)
				}
			}
		}
		least := slog.Level(math.MaxInt)
		for _, l := range levels {
			least = min(least, l)
		}
		if rules.Level() != least {
			t.Errorf("%q: Level() is %v, want %v", text, rules.Level(), least)
		}
	})
}

// modelLevel is the level of the longest pattern that matches.
func modelLevel(levels map[string]slog.Level, name, path string) slog.Level {
	elements := strings.Split(path, "/")
	best, byName := "", false
	for p := range levels {
		inName := p != "" && (name == p || strings.HasPrefix(name, p+".") || strings.HasPrefix(name, p+"/"))
		inPath := p != "" && (path == p || strings.HasPrefix(path, p+"/") || elements[len(elements)-1] == p)
		if inName && (len(p) > len(best) || len(p) == len(best) && !byName) || inPath && len(p) > len(best) {
			best, byName = p, inName
		}
	}
	return levels[best]
}
